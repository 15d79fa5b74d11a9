"""No file that somebody names is an error of the suite, and none of them is lost: a verdict or one sentence, soon."""

import base64
import contextlib
import datetime
import json
import os
import random
import shutil
import sqlite3
import sys
import time
import zlib
from pathlib import Path

import pytest
import yaml
from damaging import as_json, as_lines, as_toml, changed, spoilt, wholes

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.live.journal import Journal
from restore_conformance.live.tokens import claims_of
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.output import files
from restore_conformance.verdicts import UsageError

FIXTURES = places.CLAUSE_TESTS / "selftest" / "drift" / "fixtures"
CLOSED = "http://127.0.0.1:9/beta"
"""A target that is not there, for options whose file is read before anything is sent."""
SECONDS = 30

CONFIGURATION = {
    "profile": "quick", "seed": 1, "readings": {"a": "b"}, "har": True, "plain": False, "edition": "2026-02",
    "live": {
        "base": "https://127.0.0.1:9/beta", "tenant": "11111111-2222-4333-8444-555555555555", "allow": ["x"],
        "sign-in": "token", "client-id": "x", "workers": 2, "max-seconds": 10, "hosts": ["h"], "state": "state",
        "identity": {"read-only": {"sign-in": "token", "token-variable": "SOME_TOKEN"}}, "emulators": ["127.0.0.1"],
        "scope": "https://x/.default", "requests-per-second": 2.5, "restore-points": "f", "ca-bundle": "",
    },
}  # fmt: skip
LEDGER = {
    "deviation": [
        {"clause": clause, "target": "mock", "reason": "known", "case": "1", "owner": "me", "review": "2030-01-31"}
        for clause in ("create/response.id", "create/response.created")
    ]
}
JOURNAL = [
    {"at": "2026-01-01T00:00:00Z", "event": "intend", "key": "k", "run": "r", "time": 1.5, "application": "a",
     "artifacts": "[]", "unique": True, "support": "s", "skew": 0.0},
    {"event": "made", "key": "k", "session": "s1", "begun": 3.0}, {"event": "doubtful", "session": "s2", "why": "x"},
    {"event": "lost", "key": "k"}, {"event": "deleting", "session": "s2"}, {"event": "deleted", "session": "s1"},
]  # fmt: skip


class Sound:
    """Files that are as they should be, and the commands that read each."""

    def __init__(self, folder):
        self.folder = folder
        self.run_folder = folder / "run"
        service = Service()
        service.create_rules.pop("duplicates")
        with serving(service) as base:
            arguments = ["run", "--target", base, "--token", service.token, "--profile", "quick", "--quiet"]
            assert cli.main([*arguments, "--report", str(self.run_folder)]) == 1
        record = json.loads((self.run_folder / "run.json").read_text())
        self.clause = next(one for one in record["clauses"] if one["verdict"] == "fail")
        record["clauses"] = [self.clause, *[one for one in record["clauses"] if one is not self.clause][:3]]
        self.record = record
        for name in ("small", "history"):
            (folder / name).mkdir()
            (folder / name / "run.json").write_text(json.dumps(record))
        self.history = folder / "history" / "h.sqlite"
        kept = ["history", "add", str(folder / "history"), "--history", str(self.history)]
        assert cli.main(kept) == 0
        assert cli.main(["drift", "--to", str(openapi()), "--history", str(self.history), "--output", "/dev/null"]) < 4
        assert cli.main(["site", str(folder / "site"), "--history", str(self.history), "--quiet"]) == 0
        self.exchanges = [
            json.loads(one) for one in (self.run_folder / "exchanges.ndjson").read_text().splitlines()[:6]
        ]
        self.har = json.loads((self.run_folder / "run.har").read_text())
        self.har["log"]["entries"] = self.har["log"]["entries"][:6]


def openapi():
    return FIXTURES / "restore.openapi.yaml"


def csdl(_):
    return (FIXTURES / "history" / "2025-05-05_2ca40fa6.csdl").read_bytes()


def page(_):
    return (FIXTURES / "newer-edition" / "page.md").read_bytes()


def cassette(_):
    return yaml.safe_load((places.CASSETTES / "create" / "response.id.yaml").read_text())


def their_cassette(sound):
    return {name: value for name, value in cassette(sound).items() if name != "provenance"}


def as_yaml(value):
    return yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "replace")


# ------------------------------------------------------------------ who reads what


def judge(_, path):
    return ["judge", str(path), "--report", str(path.parent / "judged"), "--no-har", "--quiet"]


def drift(_, path):
    return ["drift", "--to", str(path)]


def pin(_, path):
    return ["pin", str(path), "--dry-run"]


def configured(_, path):
    return ["cleanup", "--config", str(path), "--dry-run"]


def compare_with_ledger(sound, path):
    small = str(sound.folder / "small")
    return ["compare", small, small, "--deviations", str(path)]


def compare(sound, path):
    return ["compare", str(sound.folder / "small"), str(path)]


def bundle(sound, path):
    shutil.copy(sound.folder / "small" / "run.json", path.parent)
    return ["bundle", str(path.parent), sound.clause["id"], "--to", str(path.parent / "b.zip")]


def history(*action):
    return lambda sound, path: [*action, "--history", str(path)]


def history_add(sound, path):
    return ["history", "add", str(sound.folder / "small"), "--history", str(path)]


def site(sound, path):
    return ["site", str(path.parent / "site"), "--history", str(path), "--quiet"]


def site_again(sound, path):
    return ["site", str(path.parent), "--history", str(sound.history), "--quiet"]


def drift_log(sound, path):
    return ["drift", "log", "--history", str(path)]


def points(_, path):
    return ["run", "--target", CLOSED, "--restore-points", str(path), "--patience", "0", "--report", str(path.parent)]


def items(_, path):
    return ["run", "--target", CLOSED, "--granular-items", str(path), "--patience", "0", "--report", str(path.parent)]


def bench_compare(_, path):
    return ["bench", "--only", "environments", "--share", "1000", "--compare", str(path)]


def bench_resume(_, path):
    return ["bench", "--exchanges", "1", "--resume", "--json", str(path)]


def severity(sound, path):
    return ["drift", "--to", str(openapi()), "--severity", str(path)]


def pinned_type(_):
    return json.loads((places.SCHEMAS / "types" / "restorePoint.json").read_text())


def schemas(sound, path):
    folder = path.parent / "schemas"
    if not folder.exists():
        shutil.copytree(places.SCHEMAS, folder)
    shutil.copy(path, folder / "types" / "restorePoint.json")
    return ["drift", "--to", str(openapi()), "--schemas", str(folder)]


def schema_page(sound, path):
    folder = path.parent / "schemas"
    if not folder.exists():
        shutil.copytree(places.SCHEMAS, folder)
    shutil.copy(path, folder / "create" / "page.toml")
    return ["drift", "--to", str(FIXTURES / "newer-edition" / "page.md"), "--schemas", str(folder)]


VALUES = {
    "configuration": (lambda _: CONFIGURATION, as_toml, "c.toml", [configured]),
    "ledger": (lambda _: LEDGER, as_toml, "d.toml", [compare_with_ledger]),
    "cassette of ours": (cassette, as_yaml, "c.yaml", [judge]),
    "cassette of others": (their_cassette, as_yaml, "t.yaml", [judge]),
    "cassette in JSON": (their_cassette, as_json, "t.json", [judge]),
    "HAR": (lambda sound: sound.har, as_json, "t.har", [judge]),
    "run record": (lambda sound: sound.record, as_json, "run.json", [compare]),
    "exchanges": (lambda sound: sound.exchanges, as_lines, "exchanges.ndjson", [bundle]),
    "recorded behaviour": (lambda sound: sound.exchanges, as_lines, "b.ndjson", [drift]),
    "OpenAPI": (lambda _: yaml.load(openapi().read_bytes(), yaml.CSafeLoader), as_yaml, "o.yaml", [drift, pin]),
    "severity": (
        lambda _: {"kinds": {"property_removed": "breaking"}, "paths": {"*": "additive"}}, as_toml, "s.toml",
        [severity],
    ),
    "pinned type": (pinned_type, as_json, "t.json", [schemas]),
    "site manifest": (
        lambda sound: json.loads((sound.folder / "site" / ".site-manifest.json").read_text()), as_json,
        ".site-manifest.json", [site_again],
    ),
    "bench figures": (
        lambda _: {"profile": "standard", "share": 1000, "environment": {"wrong": [], "requests": 3, "servers": 1}},
        as_json, "b.json", [bench_compare],
    ),
    "restore points": (
        lambda _: ["11111111-2222-4333-8444-555555555555", {"id": "11111111-2222-4333-8444-555555555556"}], as_json,
        "p.json", [points],
    ),
    "granular items": (lambda _: [{"browseSessionId": "x", "id": "y"}], as_json, "i.json", [items]),
}  # fmt: skip
"""Kind of file: a sound value, how it is written, its name, and the commands that read it."""

RAW = {
    "CSDL": (csdl, "m.csdl", [drift, pin]),
    "page": (page, "p.md", [drift, pin]),
    "pinned page": (lambda _: (places.SCHEMAS / "create" / "page.toml").read_bytes(), "page.toml", [schema_page]),
    "history": (
        lambda sound: sound.history.read_bytes(), "h.sqlite",
        [history("history", "list"), history("history", "notice"), site, drift_log, history_add],
    ),
}  # fmt: skip
WRITTEN = {"history", "site manifest"}
"""Kinds that a command may write to where it ended well."""
DEAR = {"bench figures", "restore points", "granular items", "severity", "pinned type", "pinned page"}
"""Kinds whose reading takes long: less of them every day."""


LIKE = {"cassette of others", "cassette in JSON", "OpenAPI", "CSDL"}
"""Kinds that other tests read every day."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("cwd"))
        return Sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "WAIT", 0.2)
    monkeypatch.setenv("RESTORE_CONFORMANCE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("SOME_TOKEN", "a-token-of-another-caller")


def of_kind(sound, kind):
    """The bytes of a sound file, the name it goes by, and its readers."""
    if kind in RAW:
        make, name, readers = RAW[kind]
        return make(sound), name, readers
    make, form, name, readers = VALUES[kind]
    return form(make(sound)), name, readers


def tried(sound, kind, raw, folder, capsys, what):
    """Have a file read by every command that reads its kind; it ends soon, in a code and one sentence."""
    _, name, readers = of_kind(sound, kind)
    path = folder / name
    for reader in readers:
        if kind == "site manifest":
            shutil.copytree(sound.folder / "site", folder, dirs_exist_ok=True)
        path.write_bytes(raw)
        command = reader(sound, path)
        began = time.monotonic()
        try:
            code = cli.main(command)
        except SystemExit as ended:
            code = ended.code
        err = capsys.readouterr().err
        where = f"{kind}, {what}: {' '.join(command[:2])}"
        assert code in {0, 1, 2, 3}, f"{where}: {err[-2000:]}"
        assert "Traceback" not in err, where
        assert code != 2 or (err.count("\n") == 1 and len(err) < 2500), f"{where}: {err[:3000]!r}"
        assert time.monotonic() - began < SECONDS, where
        if kind not in WRITTEN or code == 2:
            assert path.read_bytes() == raw, f"{where}: the file was changed"


WHOLES = [name for name, _ in wholes(b"x" * 90)]
EVERY = [*VALUES, *RAW]


def some(kinds, number, turn):
    """Pairs of kind and number: one every day for every second kind, all of them in the long proofs."""
    return [
        pytest.param(
            kind, at, id=f"{kind}-{at}",
            marks=() if at == 0 and EVERY.index(kind) % 2 == turn and kind not in DEAR else pytest.mark.deep,
        )
        for kind in kinds
        for at in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.deep] * (kind in DEAR | LIKE)) for kind in EVERY]
)
def test_a_sound_file_is_read(kind, sound, tmp_path, capsys):
    raw, name, readers = of_kind(sound, kind)
    for reader in readers:
        if kind == "site manifest":
            shutil.copytree(sound.folder / "site", tmp_path, dirs_exist_ok=True)
        (tmp_path / name).write_bytes(raw)
        code = cli.main(reader(sound, tmp_path / name))
        assert code in ({3} if reader in {points, items} else {0, 1, 3}), (code, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        pytest.param(kind, what, marks=() if (at + number * 7) % 37 == 0 and kind not in DEAR else pytest.mark.deep)
        for number, kind in enumerate(EVERY)
        for at, what in enumerate(WHOLES)
    ],
)
def test_no_whole_file_of_another_form_is_an_error_of_the_suite(kind, what, sound, tmp_path, capsys):
    raw, _, _ = of_kind(sound, kind)
    tried(sound, kind, dict(wholes(raw))[what], tmp_path, capsys, what)


@pytest.mark.parametrize(("kind", "seed"), some(EVERY, 60, turn=0))
def test_no_spoilt_file_is_an_error_of_the_suite(kind, seed, sound, tmp_path, capsys):
    raw, _, _ = of_kind(sound, kind)
    tried(sound, kind, spoilt(raw, random.Random(f"{kind} {seed}")), tmp_path, capsys, f"spoilt {seed}")


@pytest.mark.parametrize(("kind", "seed"), some(VALUES, 60, turn=1))
def test_no_value_of_another_type_is_an_error_of_the_suite(kind, seed, sound, tmp_path, capsys):
    chance = random.Random(f"{kind} {seed}")
    make, form, _, _ = VALUES[kind]
    value = make(sound)
    for _ in range(1 + seed % 3):
        value = changed(value, chance)
    tried(sound, kind, form(value), tmp_path, capsys, f"changed {seed}")


# ------------------------------------------------------------------ the journal of a live run, and the history


def read_journal(path):
    journal = Journal(path)
    try:
        for session in journal.sessions():
            journal.makers(session)
        journal.unanswered()
        journal.note("deleted", session="mine")
    finally:
        journal.close()
    again = Journal(path)
    again.close()
    assert again.deleted("mine")


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(3, 300))])
def test_no_line_of_a_journal_is_lost_or_an_error(seed, tmp_path, monkeypatch):
    """Whatever it holds, it can be gone on with, and what it held is still there."""
    monkeypatch.setattr("os.fsync", lambda _: None)
    chance = random.Random(seed)
    kinds = [raw for _, raw in wholes(as_lines(JOURNAL))]
    raw = kinds[seed // 3 % len(kinds)] if seed % 3 == 0 else spoilt(as_lines(JOURNAL), chance)
    raw = as_lines(changed(JOURNAL, chance)) if seed % 3 == 2 else raw
    path = tmp_path / "journal.ndjson"
    path.write_bytes(raw)
    read_journal(path)
    assert path.read_bytes().startswith(raw)


@pytest.mark.skipif(sys.platform != "linux", reason="devices and pipes by their names here")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link to nowhere", "link to a device"])
def test_a_journal_that_keeps_nothing_is_refused(kind, tmp_path):
    """Before anything is created: a line that is not on a disk is no journal."""
    path = tmp_path / "state" / "journal.ndjson"
    path.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link to nowhere":
        path.symlink_to(tmp_path / "nowhere" / "x")
    else:
        path = Path("/dev/zero") if kind == "device" else path
        path.parent.joinpath("journal.ndjson").symlink_to("/dev/zero") if kind != "device" else None
    with pytest.raises(UsageError, match="cannot be used"):
        Journal(path)


SHAPES = [None, True, -1, 0, 1e400, -1e400, 10**400, 2.5, "", "x", [], [[]], {}, {"a": []}, ["x", 1], float("nan")]


@pytest.mark.parametrize("value", SHAPES, ids=repr)
def test_no_claim_of_a_token_is_an_error_of_the_suite(value):
    """A token is what a server or a user says it is; whatever its claims are, they can be shown."""
    for text in (json.dumps(dict.fromkeys(("tid", "appid", "azp", "aud", "scp", "roles", "exp", "iat"), value)),
                 json.dumps(value), "[" * 50_000):  # fmt: skip
        coded = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        found = claims_of(f"e30.{coded}.x")
        for seconds in (found.expires, found.issued):
            datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        assert all(isinstance(one, str) for one in (found.tenant, found.application, found.audience))


PACKED = [b"[]", b"{}", b'{"findings": 1, "seen": []}', b"[" * 5000]
CELLS = [
    None, 0, -1, 2**62, 1.5, "", "x", "\x00", "é" * 500, "2026-13-45", b"", b"\xff", b"x\x9c",
    *(zlib.compress(one) for one in PACKED),
]  # fmt: skip


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(2, 250))])
def test_no_cell_of_a_history_is_an_error_of_the_suite(seed, sound, tmp_path, capsys):
    """A history of the right tables, with something else in one cell."""
    chance = random.Random(seed)
    path = tmp_path / "h.sqlite"
    shutil.copy(sound.history, path)
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    tables = [row[0].decode() for row in connection.execute("select name from sqlite_master where type = 'table'")]
    table = chance.choice([one for one in tables if connection.execute(f"select count(*) from {one}").fetchone()[0]])
    column = chance.choice([row[1].decode() for row in connection.execute(f"pragma table_info({table})")])
    value = CELLS[seed % len(CELLS)]
    with contextlib.suppress(sqlite3.IntegrityError), connection:
        connection.execute(f"update or ignore {table} set {column} = ?", (value,))
    connection.close()
    raw = path.read_bytes()
    for command in (history("history", "list"), history("history", "notice"), site, drift_log, history_add):
        path.write_bytes(raw)
        arguments = command(sound, path)
        code = cli.main(arguments)
        err = capsys.readouterr().err
        assert code in {0, 1, 2, 3}, f"{table}.{column} = {value!r}, {arguments[:2]}: {err[-1500:]}"
        assert code != 2 or err.count("\n") == 1, err
        assert code != 2 or path.read_bytes() == raw
