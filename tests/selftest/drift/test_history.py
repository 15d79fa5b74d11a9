"""The history: provisional, confirmed, transient, acknowledged, as of a date, and the first bad night."""

from __future__ import annotations

import argparse
import hashlib
import json
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from drift.planting import FIXTURES, OPENAPI, PAGE_MD, SLICE

from restore_conformance.commands import drift
from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.comparison import Settings, changes_of
from restore_conformance.drift.sources.reading import Reading, read_source
from restore_conformance.history import drift_snapshot as packing
from restore_conformance.history.drift_standing import State, standing, undoes
from restore_conformance.history.store import Acknowledgement, Snapshot, Store, open_store
from restore_conformance.verdicts import UsageError

FIRST = date(2026, 1, 1)


def night(number: int) -> date:
    """The nth night, from 1."""
    return FIRST + timedelta(days=number - 1)


def run(*arguments: str) -> int:
    """The command with arguments as a user gives them."""
    parser = argparse.ArgumentParser()
    drift.add_arguments(parser)
    return drift.main(parser.parse_args(arguments))


@pytest.fixture
def documents(tmp_path: Path) -> tuple[str, str]:
    """Two editions of metadata; the second lacks a member."""
    text = SLICE.read_text(encoding="utf-8")
    old, new = tmp_path / "a.csdl", tmp_path / "b.csdl"
    old.write_text(text, encoding="utf-8")
    new.write_text(
        text.replace('        <Property Name="expirationDateTime" Type="Edm.DateTimeOffset" />\n', ""), encoding="utf-8"
    )
    return str(old), str(new)


@pytest.mark.parametrize(
    ("seen", "read", "at", "state", "confirmations"),
    [
        ([1], [1], 1, "provisional", 0),
        ([1, 2], [1, 2], 2, "confirmed", 1),
        ([1], [1, 2], 2, "transient", 0),
        ([1, 2], [1, 2, 3], 3, "withdrawn", 1),
        ([1, 3], [1, 2, 3], 3, "provisional", 1),
        ([1, 3], [1, 3], 3, "confirmed", 1),
        ([1, 2, 5], [1, 2, 3, 4, 5], 2, "confirmed", 1),
    ],
)
def test_standing(seen: list[int], read: list[int], at: int, state: str, confirmations: int) -> None:
    """A night without a reading neither confirms nor withdraws; an interruption starts over."""
    known = standing([night(n) for n in seen], [night(n) for n in read], night(at))
    assert known is not None
    assert (str(known.state), known.confirmations) == (state, confirmations)


def test_acknowledgement_expires() -> None:
    """An acknowledged change is raised again when the acknowledgement ends."""
    said = Acknowledgement("x", "owner", "reason", night(2), night(4))
    states = [
        (found.state if (found := standing([night(n) for n in range(1, day + 1)], [], night(day), said)) else None)
        for day in range(1, 7)
    ]
    assert states == [
        State.PROVISIONAL, State.ACKNOWLEDGED, State.ACKNOWLEDGED, State.ACKNOWLEDGED, State.CONFIRMED, State.CONFIRMED,
    ]  # fmt: skip
    assert standing([night(5)], [], night(4)) is None


def test_there_and_back_is_one_event() -> None:
    """A change that takes back the one before it is reported as that."""

    def undone(was: str, now: str, ends: str = "", path: str = "t/m") -> bool:
        """Whether the later kind takes back the earlier one; `ends` are where the later one goes from and to."""
        detail = dict(zip(("from", "to"), ends, strict=False))
        later = Change(now, "t/m", "csdl", Grade.BREAKING, Grade.BREAKING, "G-TYPE", detail)
        return undoes(later, {"kind": was, "path": path, "detail": {"from": "a", "to": "b"} if ends else {}})

    assert undone("property_added", "property_removed")
    assert not undone("property_added", "property_removed", path="t/other")
    assert undone("property_type_changed", "property_type_changed", "ba")
    assert not undone("property_type_changed", "property_type_changed", "bc")


def test_nights(documents: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first sight does not fail the job, the second does; an acknowledged one does not until it expires."""
    old, new = documents
    place = str(tmp_path / "h.sqlite")

    def one(number: int, to: str) -> tuple[int, list[Any]]:
        code = run("--from", old, "--to", to, "--history", place, "--night", str(night(number)), "--format", "json")
        return code, json.loads(capsys.readouterr().out)["changes"]

    assert one(1, old) == (0, [])
    code, changes = one(2, new)
    assert (code, [change["state"] for change in changes]) == (0, ["provisional"])
    assert one(2, new)[1] == changes
    code, changes = one(3, new)
    assert (code, changes[0]["state"], changes[0]["confirmations"]) == (1, "confirmed", 1)
    assert changes[0]["first_seen"] == str(night(2))
    identity = changes[0]["id"]
    said = ("--owner", "o", "--reason", "r", "--expires", str(night(5)))
    acknowledge = ("--history", place, "--change", identity, *said)
    assert run("acknowledge", *acknowledge, "--night", str(night(4))) == 0
    capsys.readouterr()
    code, changes = one(4, new)
    assert (code, changes[0]["state"], changes[0]["acknowledged_by"]) == (0, "acknowledged", "o")
    assert one(6, new)[0] == 1
    assert run("--history", place, "--as-of", str(night(3))) == 1
    assert "1 change stood" in capsys.readouterr().out
    assert run("--history", place, "--as-of", str(night(1))) == 0
    assert "0 changes stood" in capsys.readouterr().out
    assert run("log", "--history", place, "--format", "json", "--night", str(night(6))) == 0
    assert json.loads(capsys.readouterr().out)["changes"][0]["nights"] == [str(night(n)) for n in (2, 3, 4, 6)]
    assert run("bisect", "--history", place, "--from", old) == 1
    assert f"First bad night: {night(2)}; last good one: {night(1)}" in capsys.readouterr().out
    assert run("bisect", "--history", place, "--from", new) == 0
    with pytest.raises(UsageError, match="has no change 'x'"):
        run("acknowledge", "--history", place, "--change", "x", *said)
    with pytest.raises(UsageError, match="needs --owner --reason --expires"):
        run("acknowledge", "--history", place, "--change", identity)


def test_a_broken_night_withdraws_nothing(documents: tuple[str, str], tmp_path: Path) -> None:
    """A source that could not be read leaves the history as it was."""
    old, new = documents
    place = str(tmp_path / "h.sqlite")
    arguments = ("--from", old, "--history", place, "--format", "json", "--output", str(tmp_path / "o.json"))
    assert run(*arguments, "--to", new, "--night", str(night(1))) == 0
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert run(*arguments, "--to", str(empty), "--night", str(night(2))) == 3
    assert run(*arguments, "--to", new, "--night", str(night(3))) == 1


@pytest.mark.parametrize("source", [SLICE, OPENAPI, PAGE_MD], ids=["metadata", "openapi", "page"])
def test_snapshots_are_whole(source: Path) -> None:
    """What is stored of a source reads back as it was."""
    reading = read_source(str(source))
    packed = packing.pack(reading)
    assert packed is not None
    again = packing.unpack(str(reading.kind), reading.where, reading.checksum, packed[1])
    assert again == reading
    assert packing.pack(again) == packed
    with pytest.raises(ValueError, match="cannot be read back"):
        packing.unpack("csdl", "x", "", b"damaged")


SOURCES = {"csdl": SLICE, "openapi": OPENAPI, "page": PAGE_MD}


def stored(kind: str) -> Reading:
    """What the oldest release stored of a source: by place, with facts that are gone and without those that came."""
    return packing.unpack(kind, "then", "", (FIXTURES / "stored" / f"{kind}.zlib").read_bytes())


@pytest.mark.parametrize("kind", SOURCES)
def test_a_night_that_an_older_release_stored_shows_no_change_that_is_none(kind: str) -> None:
    """Compared with the same source read today, in either order."""
    then, now = stored(kind), read_source(str(SOURCES[kind]))
    for old, new in ((then, now), (now, then), (then, then)):
        assert changes_of([old], new, Settings(SCHEMAS)) == []


@pytest.mark.parametrize("nullable", [False, True])
def test_a_change_since_a_night_of_an_older_release_is_graded_as_today(nullable: bool, tmp_path: Path) -> None:
    """The older release did not store what is sent and what is returned; the side that knows it says so for both."""
    whole = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
    for schema in whole["components"]["schemas"].values():
        if "properties" in schema:
            schema["properties"]["sometime"] = {"type": "string", "nullable": nullable}
            schema["required"] = ["sometime"]
    (tmp_path / "new.json").write_text(json.dumps(whole) + "\n", encoding="utf-8")
    new = read_source(str(tmp_path / "new.json"))
    since, today = (changes_of([old], new, Settings(SCHEMAS)) for old in (stored("openapi"), read_source(str(OPENAPI))))
    assert since == today
    assert since


@pytest.mark.parametrize("first", [1, 2, 180, 365, None])
def test_bisect(first: int | None) -> None:
    """The first bad one of 365 nights is found, and each different state is judged once."""
    nights = [Snapshot(night(n), "csdl", "x", "", f"{n // 2}") for n in range(1, 366)]
    judged: list[str] = []

    def bad(snapshot: Snapshot) -> bool:
        judged.append(snapshot.digest or "")
        return first is not None and int(snapshot.digest or 0) >= first // 2

    found = packing.first_bad(nights, bad)
    start = None if first is None else max(1, first // 2 * 2)
    assert found == (start and (night(start), night(start - 1) if start > 1 else None))
    assert len(judged) == len(set(judged))


def _exercise(store: Store) -> None:
    """What the history asks of a database."""
    text = b"{}"
    digest, packed = hashlib.sha256(text).hexdigest(), zlib.compress(text)
    shot = Snapshot(night(1), "csdl", "x", "c" * 64, digest)
    grades = {"class_contract": "breaking", "class_create_client": "breaking"}
    body = {"id": "k:1", "kind": "k", "path": "p", "source": "csdl", "text": "ü" * 5000, **grades}
    for _ in range(2):
        store.save_night(night(1), [(shot, packed)], [("k:1", "csdl", body)])
    store.save_night(night(2), [(Snapshot(night(2), "csdl", "x", "c" * 64, digest), packed)], [])
    assert store.snapshots()[0] == shot
    assert store.content(digest) == packed
    assert store.nights() == {"csdl": [night(1), night(2)]}
    assert store.sightings() == {"k:1": [night(1)]}
    assert store.bodies() == {"k:1": body}
    for owner in ("a", "b"):
        store.acknowledge(Acknowledgement("k:1", owner, "r", night(1), night(3)))
    assert store.acknowledgements()["k:1"].owner == "b"
    with pytest.raises(KeyError):
        store.content("missing")


def test_sqlite(tmp_path: Path) -> None:
    """The history works in a SQLite file, and again when it is opened anew."""
    with open_store(str(tmp_path / "h.sqlite")) as store:
        _exercise(store)
    with open_store(f"sqlite:///{tmp_path / 'h.sqlite'}") as store:
        assert store.sightings() == {"k:1": [night(1)]}


@pytest.mark.deep
def test_postgresql(postgres: str, documents: tuple[str, str], tmp_path: Path) -> None:
    """The same history works in a real PostgreSQL: plain reads and writes, and whole nights."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    with open_store(postgres) as store:
        _exercise(store)
    old, new = documents
    arguments = ("--from", old, "--history", postgres, "--output", str(tmp_path / "o"))
    assert run(*arguments, "--to", new, "--night", str(night(11))) == 0
    assert run(*arguments, "--to", new, "--night", str(night(12))) == 1


def test_unusable_history(tmp_path: Path) -> None:
    """A history that cannot be opened is one sentence, without the password."""
    for place in (str(tmp_path / "no" / "folder" / "h.sqlite"), "nosuch://x", "postgresql://u:secret@127.0.0.1:1/x"):
        with pytest.raises(UsageError) as error, open_store(place):
            pass
        assert "secret" not in str(error.value)
        assert "\n" not in str(error.value)
    (tmp_path / "text").write_text("this is no database, and long enough to be told so " * 20, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be used"), open_store(str(tmp_path / "text")):
        pass
