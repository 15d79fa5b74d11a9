"""The cassettes of the repository: what they are, that they still hold, and that nothing of them is left over."""

import collections
import contextlib
import dataclasses
import datetime
import json
import re
import socket

import pytest

from restore_conformance.cli import main
from restore_conformance.contract import places
from restore_conformance.contract.documents import pinned
from restore_conformance.recorded import Review, outdated, replay
from restore_conformance.recorded import cassettes as tape
from restore_conformance.recorded.cassettes.cassette import read, seal
from restore_conformance.scrub import RULES_DIGEST, Scrub
from restore_conformance.settings import Settings
from restore_conformance.verdicts import UsageError, Verdict

TODAY = datetime.datetime.now(datetime.UTC).date()


@pytest.fixture(scope="module")
def replayed(register):
    return replay(register, Settings(target="replay"))


def test_every_cassette_is_used(register, cassettes):
    """A cassette that no clause is recorded in is an orphan."""
    judged = [made for made in register.clauses if made.judge]
    orphans = [one.name for one in cassettes if not any(one.provenance.records(made) for made in judged)]
    assert orphans == []
    assert [one.name for one in cassettes if one.name != f"{one.provenance.address}.yaml"] == []


def test_no_cassette_is_stale(register, cassettes, replayed):
    """A clause whose cassette does not touch it any more is stale; so is one recorded for clauses that are gone."""
    by_address = {one.provenance.address: one.provenance for one in cassettes}
    known = {made.address for made in register.clauses}
    stale = [
        made.address
        for made in register.clauses
        if made.judge
        and any(block.records(made) for block in by_address.values())
        and not replayed.evidence.get(made.address)
    ]
    assert stale == [], "record them again with restore-conformance record CLAUSE --target mock"
    gone = {name for block in by_address.values() for name in block.clauses} - known
    assert gone == set(), "these clauses are gone; record their cassettes again"


def test_what_a_cassette_is_named_after_is_in_it(register, cassettes):
    for cassette in cassettes:
        if not cassette.provenance.scenario:
            assert cassette.provenance.address in cassette.provenance.clauses, cassette.name


def test_provenance_is_told(cassettes):
    counts = collections.Counter(one.provenance.origin for one in cassettes)
    assert counts["documentation"] == 2
    assert counts["mock"] >= 80
    assert counts["live"] == 0
    for cassette in cassettes:
        block = cassette.provenance
        assert block.scrub == RULES_DIGEST, f"{cassette.name} was scrubbed by other rules; record it again"
        assert block.contract
        assert block.tool
        assert 1 <= len(cassette.exchanges) <= tape.LONGEST


def test_nothing_looks_live_that_is_not(cassettes):
    for cassette in cassettes:
        if cassette.provenance.origin != "live":
            assert "microsoft.com" not in cassette.provenance.base
            assert cassette.provenance.base.endswith(".example/beta")


def test_the_printed_examples_are_as_printed(cassettes):
    documented = [one for one in cassettes if one.provenance.origin == "documentation"]
    for cassette in documented:
        (request, response), name = cassette.exchanges[0], cassette.provenance.address.rpartition(".")[2]
        from restore_conformance.exchange import parse_json

        assert parse_json(request.body) == pinned().json(f"create/examples/{name}.request.json")
        assert parse_json(response.body) == pinned().json(f"create/examples/{name}.response.json")


def test_no_cassette_is_rotten(cassettes):
    rotten = [one.name for one in cassettes if one.provenance.stale(TODAY) == "fail"]
    assert rotten == [], "too old for where they come from; record them again"


def test_scrubbing_a_cassette_again_changes_nothing(cassettes):
    scrub = Scrub()
    for cassette in cassettes:
        text = cassette.path.read_text()
        assert scrub.text(text) == text, cassette.name


def test_the_replay_keeps_every_clause_that_the_mock_keeps(replayed, judged):
    live = {found.clause.address: found.verdict for found in judged(profile="standard").verdicts}
    for found in replayed.verdicts:
        if found.verdict is Verdict.NONE:
            why = (
                "cannot be tested",
                "no recording; make one with restore-conformance record",
                "new in edition 2026-06",
                "the answer ",
            )
            if found.clause.address in {"get/response.late", "activate/errors.too-many-active"}:  # need many sessions
                continue
            assert found.reason.startswith(why)
        assert found.verdict == live[found.clause.address], found.clause.address
    assert replayed.requests == 0
    assert "none of them of the service" in replayed.reason


def test_the_mock_is_never_counted_as_the_service(replayed):
    origins = {one["origin"] for one in replayed.recordings}
    assert origins == {"mock", "documentation"}
    for counts in replayed.evidence.values():
        assert "live" not in counts


@pytest.mark.deep
def test_the_command_replays(tmp_path, capsys):
    assert main(["run", "--target", "replay", "--report", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "exchanges of the mock" in said
    assert (tmp_path / "run.json").exists()
    report = (tmp_path / "report.html").read_text()
    assert "nothing here is evidence about it" in report


def test_options_for_sending_are_refused_in_a_replay(capsys):
    assert main(["run", "--target", "replay", "--token", "some-token"]) == 2
    assert "--token has no meaning with --target replay" in capsys.readouterr().err


def test_a_missing_cassette_is_none_with_the_command_that_records_it(register, tmp_path):
    source = places.CASSETTES / "create" / "response.created.yaml"
    (tmp_path / "create").mkdir()
    (tmp_path / "create" / "response.created.yaml").write_bytes(source.read_bytes())
    found = {v.clause.address: v for v in replay(register, Settings(), None, tmp_path).verdicts}
    assert found["create/response.created"].verdict is Verdict.PASS
    assert found["create/errors.duplicate-artifact"].verdict is Verdict.NONE
    assert found["create/errors.duplicate-artifact"].reason == (
        "no recording; make one with restore-conformance record create/errors.duplicate-artifact"
    )


def test_no_cassettes_at_all_is_said(register, tmp_path):
    with pytest.raises(UsageError, match="no cassettes to replay"):
        replay(register, Settings(), None, tmp_path)


@pytest.mark.parametrize(
    ("origin", "warn", "fail"), [("documentation", 731, 1461), ("mock", 366, 731), ("live", 61, 181)]
)
def test_age_warns_and_then_fails(register, cassettes, origin, warn, fail):
    cassette = next(one for one in cassettes if one.provenance.address == "create/response.created")
    for days, judged, note in ((warn - 1, 3, ""), (warn, 3, "too long for"), (fail, 0, "not judged")):
        block = dataclasses.replace(
            cassette.provenance, origin=origin, recorded=(TODAY - datetime.timedelta(days=days)).isoformat()
        )
        review = Review(register, Settings(), lambda _: None)
        source = review.cassette(dataclasses.replace(cassette, provenance=block), replay=False)
        assert bool(source.exchanges) is bool(judged)
        assert note in source.note
        if not judged:
            result = review.result("x", lambda _: "", lambda v: (3, "", []))
            reason = next(v.reason for v in result.verdicts if v.clause.address == "create/response.created")
            assert "too old" in reason
            assert "restore-conformance record create/response.created" in reason


SNEAKS = {
    "connect": "with socket.socket() as s: s.connect(('127.0.0.1', 9))",
    "create_connection": "socket.create_connection(('127.0.0.1', 9), 1)",
    "getaddrinfo": "socket.getaddrinfo('localhost', 80)",
    "udp": "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s: s.sendto(b'x', ('127.0.0.1', 9))",
}


@pytest.mark.parametrize("how", SNEAKS)
@pytest.mark.parametrize("swallowed", [False, True])
def test_a_socket_in_a_replay_fails_it(how, swallowed):
    def sneak():
        try:
            exec(SNEAKS[how], {"socket": socket})
        except Exception:
            if not swallowed:
                raise

    with pytest.raises(tape.SocketAttempt, match="a replay sends nothing"), tape.no_network():
        sneak()


def test_a_socket_in_a_replay_fails_the_run(monkeypatch, tmp_path, capsys):
    from restore_conformance.targets import Http

    send = Http.send

    def leaky(self, *arguments):
        with contextlib.suppress(Exception):  # swallowed on purpose: the run must fail all the same
            socket.getaddrinfo("localhost", 80)
        return send(self, *arguments)

    monkeypatch.setattr(Http, "send", leaky)
    assert main(["run", "--target", "replay", "--report", str(tmp_path)]) == 4
    assert "a replay sends nothing" in capsys.readouterr().err


def test_sockets_work_outside_of_a_replay():
    with tape.no_network():
        pass
    one, other = socket.socketpair()
    one.close()
    other.close()
    assert socket.getaddrinfo("127.0.0.1", 80)


def test_recording_writes_what_is_judged_alike(tmp_path, register, capsys):
    assert main(["record", "create/errors.duplicate-artifact", "--target", "mock", "--to", str(tmp_path)]) == 0
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert written == ["create/errors.duplicate-artifact.yaml"]
    found = {v.clause.address: v for v in replay(register, Settings(), None, tmp_path).verdicts}
    assert found["create/errors.duplicate-artifact"].verdict is Verdict.PASS


def test_recording_a_wrong_clause_names_near_ones(capsys, tmp_path):
    assert main(["record", "create/errors.duplicate", "--target", "mock", "--to", str(tmp_path)]) == 2
    assert "create/errors.duplicate-artifact" in capsys.readouterr().err


def test_a_served_mock_is_recorded_as_a_mock(tmp_path, register):
    from restore_conformance.mock import Service
    from restore_conformance.mock.server import serving

    service = Service()
    with serving(service) as base:
        arguments = ["record", "create/response.created", "--target", base, "--token", service.token]
        assert main([*arguments, "--to", str(tmp_path)]) == 0
    made = tape.load(tmp_path / "create" / "response.created.yaml")
    assert made.provenance.origin == "mock"
    assert made.provenance.service.startswith("a stand-in that ")
    assert service.token not in made.path.read_text()


CHANGES = {
    "an answer": ('"status":"draft"', '"status":"activated"'),
    "a status": ("code: 201", "code: 200"),
    "the origin": ("origin: mock", "origin: documentation"),
    "the date": (re.compile(r"recorded: '[0-9-]+'"), "recorded: '2026-01-01'"),
    "a caller": (": no-permission", ": good"),
    "the version": ("service: mock 0", "service: mock 1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_cassette_that_was_changed_is_not_judged(what, tmp_path, capsys):
    """Recordings are not edited by hand: the seal shows it, whatever was changed."""
    old, new = CHANGES[what]
    text = (places.CASSETTES / "create" / "response.created.yaml").read_text()
    changed = old.sub(new, text) if isinstance(old, re.Pattern) else text.replace(old, new)
    assert changed != text
    path = tmp_path / "changed.yaml"
    path.write_text(changed)
    assert main(["judge", str(path), "--report", str(tmp_path / "r")]) == 2
    err = capsys.readouterr().err
    assert "was changed after it was recorded" in err
    assert err.count("\n") == 1


def test_other_white_space_is_no_change(tmp_path):
    """What YAML reads alike is alike."""
    import yaml

    source = places.CASSETTES / "create" / "response.created.yaml"
    path = tmp_path / "again.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(source.read_text()), sort_keys=False, indent=4, width=60))
    assert tape.load(path).exchanges == tape.load(source).exchanges


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (re.compile("origin: mock"), "origin: live", "is not the place for that"),
        (re.compile("base: http://mock.example/beta"), "base: https://graph.microsoft.com/beta", "is not the place"),
        (re.compile(r"recorded: '[0-9-]+'"), "recorded: '2999-01-01'", "is in the future"),
    ],
)
def test_a_cassette_that_contradicts_itself_is_refused(old, new, why, tmp_path):
    """Live is what was recorded at the service's own address, and nothing was recorded tomorrow."""
    path = tmp_path / "odd.yaml"
    path.write_text(old.sub(new, (places.CASSETTES / "create" / "response.created.yaml").read_text()))
    with pytest.raises(UsageError, match=why):
        tape.load(path)


def test_parts_of_two_recordings_are_no_conversation(register, tmp_path):
    """A part that an older recording left is refused rather than judged with the new one."""
    for folder in ("old", "new"):
        assert main(["record", "update/response.removed", "--target", "mock", "--to", str(tmp_path / folder)]) == 0
    parts = sorted((tmp_path / "old" / "scenarios").glob("change-1.*.yaml"))
    assert len(parts) >= 2
    parts[1].replace(tmp_path / "new" / "scenarios" / parts[1].name)
    with pytest.raises(UsageError, match="parts of two recordings"):
        replay(register, Settings(), None, tmp_path / "new")


def test_recording_takes_away_the_parts_that_are_no_more(tmp_path):
    """A conversation that is shorter than it was leaves nothing of its longer self."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    old = [folder / f"change-1.{number}.yaml" for number in (1, 2, 3, 4)]
    kept = [folder / "change-12.yaml", folder / "life-1.yaml"]
    for path in (*old, *kept):
        path.write_text("old")
    found = outdated(tmp_path, ["scenarios/change-1.1", "scenarios/change-1.2", "create/response.created"])
    assert found == old[2:]
    assert outdated(tmp_path, ["scenarios/change-1"]) == old


def test_recordings_of_scenarios_under_their_earlier_name_are_read_and_replaced(register, tmp_path):
    """A folder `stories` with `story` in each provenance gives the verdicts of the same recordings made today."""
    (tmp_path / "now").mkdir()
    assert main(["record", "update/response.removed", "--target", "mock", "--to", str(tmp_path / "now")]) == 0
    folder = tmp_path / "earlier" / "stories"
    folder.mkdir(parents=True)
    for path in (tmp_path / "now" / "scenarios").glob("*.yaml"):
        data = read(path, path.name)
        block = data["provenance"]
        block |= {"story": block.pop("scenario"), "address": block["address"].replace("scenarios/", "stories/")}
        block["seal"] = seal(data)
        (folder / path.name).write_text(json.dumps(data))  # JSON is YAML
    found = {
        name: [(v.clause.address, v.verdict, v.exchanges) for v in replay(register, Settings(), None, place).verdicts]
        for name, place in (("now", tmp_path / "now"), ("earlier", tmp_path / "earlier"))
    }
    assert found["earlier"] == found["now"]
    written = [f"scenarios/{path.stem}" for path in folder.glob("*.yaml")]
    assert outdated(tmp_path / "earlier", written) == sorted(folder.glob("*.yaml"))


def test_saving_is_all_or_nothing(cassettes, tmp_path):
    """Where one cassette cannot be written, none is, and nothing is left aside."""
    (tmp_path / "b").write_text("in the way")
    made = [dataclasses.replace(cassettes[0], path=tmp_path / name / "x.yaml") for name in ("a", "b")]
    with pytest.raises(UsageError, match="cannot be written"):
        tape.save(made)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "b"]
    tape.save(made[:1])
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["x.yaml"]


def test_a_cassette_too_large_to_be_read_is_not_written(cassettes, tmp_path):
    """What could not be loaded again is refused when it is saved."""
    request, response = cassettes[0].exchanges[0]
    large = dataclasses.replace(response, body=b"x" * tape.LARGEST)
    made = dataclasses.replace(cassettes[0], exchanges=((request, large),), path=tmp_path / "large.yaml")
    with pytest.raises(UsageError, match="at most"):
        tape.save([made])
    assert list(tmp_path.iterdir()) == []
