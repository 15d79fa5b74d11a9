"""The commands: exit codes, formats, severity, joined facts, addresses, pinning, the self-check."""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import threading
import tomllib
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml
from drift.planting import ANSWER, FIXTURES, OPENAPI, PAGE_MD, PAGE_TXT, SLICE, har

from restore_conformance.commands import drift, pin
from restore_conformance.contract.places import ROOT, SCHEMAS
from restore_conformance.drift.change import Change, Direction, Grade
from restore_conformance.drift.facts import join
from restore_conformance.drift.kinds import FACTS, KINDS
from restore_conformance.drift.plausibility import check_metadata
from restore_conformance.drift.rules import RULES
from restore_conformance.drift.sources import csdl, pinned_types
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.fetch import fetch
from restore_conformance.verdicts import UsageError

OLDER = FIXTURES / "history" / "2024-08-13_cc22a36f.csdl"


def run(*arguments: str | Path, command: Any = drift) -> int:
    """A command with arguments as a user gives them."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    code: int = command.main(parser.parse_args([str(argument) for argument in arguments]))
    return code


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", OLDER, "--to", OLDER), 0),
        (("--from", OLDER, "--to", SLICE), 0),
        (("--from", OLDER, "--to", SLICE, "--fail-on", "any"), 1),
        (("--from", SLICE, "--to", OLDER), 1),
        (("--from", SLICE, "--to", OLDER, "--fail-on", "none"), 0),
        (("--from", SLICE, "--to", OLDER, "--client", "create"), 1),
        (("--from", SLICE, "--to", "missing.csdl"), 3),
        (("--from", "missing.csdl", "--to", SLICE), 3),
        (("--from", SLICE, "--to", PAGE_MD), 3),
        (("--to", PAGE_MD), 0),
        (("--from", "PINNED", "--to", PAGE_MD, "--fail-on", "any"), 1),
    ],
)
def test_exit_codes(arguments: tuple[str | Path, ...], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """0 nothing at the level, 1 drift at or above it, 3 a source could not be read, with a sentence."""
    assert run(*arguments) == code
    assert ("source broken" in capsys.readouterr().err) == (code == 3)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_source_that_could_not_be_read_is_no_news_of_no_drift(form, capsys):
    """Nothing says that there is no drift where there was nothing to read."""
    assert run("--to", "missing.csdl", "--format", form) == 3
    said = capsys.readouterr().out
    assert "No drift" not in said
    assert "could not be believed" in said
    assert run("--from", SLICE, "--to", SLICE, "--format", form) == 0
    assert "No drift" in capsys.readouterr().out


def test_usage() -> None:
    """What a user got wrong is one sentence."""
    with pytest.raises(UsageError, match="name at least one newer source"):
        run("--from", SLICE)
    with pytest.raises(SystemExit) as stopped:
        run("--to", SLICE, "--night", "yesterday")
    assert stopped.value.code == 2


def test_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The JSON report keeps its published schema, for every source, broken ones included."""
    schema = json.loads((SCHEMAS / "drift.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    recording = tmp_path / "a.har"
    recording.write_text(har(ANSWER | {"planted": 1}), encoding="utf-8")
    code = run(
        "--to", SLICE, OPENAPI, PAGE_MD, PAGE_TXT, recording, "missing", "--format", "json", "--history", tmp_path / "h"
    )
    report = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema).validate(report)
    assert code == 3
    assert {change["source"] for change in report["changes"]} == {"csdl", "openapi", "page", "behaviour"}
    assert [row["where"] for row in report["broken"]] == ["missing"]
    assert len({change["id"] for change in report["changes"]}) > 50
    for change in report["changes"]:
        assert change["kind"] in KINDS
        assert change["rule"] in RULES
        assert change["class_contract"] != "undecidable" or change["settle"]


def test_ids_are_stable(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A change keeps its id from night to night, wherever the file lies."""
    copy = tmp_path / "other.csdl"
    shutil.copy(SLICE, copy)
    found = []
    for new in (SLICE, copy):
        run("--from", OLDER, "--to", new, "--format", "json")
        found.append([change["id"] for change in json.loads(capsys.readouterr().out)["changes"]])
    assert found[0] == found[1]
    assert len(set(found[0])) == 22


def test_markdown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The issue lists its lines by class, links its rules, and lets nothing of a source become markup."""
    page = tmp_path / "page.md"
    text = PAGE_MD.read_text(encoding="utf-8")
    page.write_text(
        text.replace("A request for whole sites.", "A <b>request</b> | for @everybody [x](y)."), encoding="utf-8"
    )
    run("--from", PAGE_MD, "--to", page, "--format", "markdown")
    out = capsys.readouterr().out
    assert "## For information (1)" in out
    assert "](https://" in out
    assert "<b>" not in out
    assert "@everybody" not in out


def test_severity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A severity file overrides kinds, paths and single changes; what it misnames is one sentence."""
    file = tmp_path / "severity.toml"
    file.write_text(
        '[kinds]\ntype_added = "breaking"\n[paths]\n"microsoft.graph.backupRestoreRoot/*" = "informational"\n',
        encoding="utf-8",
    )
    assert run("--from", OLDER, "--to", SLICE, "--severity", file, "--format", "json") == 1
    rows = json.loads(capsys.readouterr().out)["changes"]
    assert {row["class_contract"] for row in rows if row["kind"] == "type_added"} == {"breaking"}
    assert {row["class_contract"] for row in rows if "backupRestoreRoot/" in row["path"]} == {"informational"}
    file.write_text('[rules]\nG-ADDTYPE = "undecidable"\n[kinds]\nproperty_added = "informational"\n', encoding="utf-8")
    run("--from", OLDER, "--to", SLICE, "--severity", file, "--format", "json")
    rows = json.loads(capsys.readouterr().out)["changes"]
    assert {row["class_contract"] for row in rows if row["rule"] == "G-ADDTYPE"} == {"undecidable"}
    for bad in (
        '[kinds]\nno_such = "breaking"',
        '[rules]\nNO-SUCH = "breaking"',
        '[kinds]\ntype_added = "awful"',
        "[other]\nx = 1",
        "=",
        'kinds = "x"',
    ):
        file.write_text(bad, encoding="utf-8")
        with pytest.raises(UsageError, match=r"The severity file .*severity\.toml"):
            run("--from", OLDER, "--to", SLICE, "--severity", file)


def test_joined_facts() -> None:
    """A fact that page and metadata report is one, on the type that declares it; the dates say who moved first."""
    types = pinned_types.read(SCHEMAS / "types")

    def change(kind: str, path: str, source: str) -> Change:
        return Change(kind, path, source, Grade.ADDITIVE, Grade.ADDITIVE, "G-ADDPROP")

    changes = [
        change("property_added", "microsoft.graph.granularRestoreArtifactBase/destinationType", "csdl"),
        change("page_example_member_added", "microsoft.graph.granularSiteRestoreArtifact/destinationType", "page"),
        change("behaviour_member_undocumented", "microsoft.graph.restoreSessionBase/planted", "behaviour"),
    ]
    seen = {changes[0].id: date(2026, 5, 5), changes[1].id: date(2026, 6, 15)}
    facts = {fact.path.rpartition(".")[2]: fact for fact in join(changes, types, seen)}
    both = facts["granularRestoreArtifactBase/destinationType"]
    assert (set(both.changes), both.only, both.first, both.days) == ({"csdl", "page"}, None, "csdl", 41)
    assert facts["restoreSessionBase/planted"].only == "service"


class _Server(BaseHTTPRequestHandler):
    """Serves what the test puts there, with an entity tag."""

    answers: ClassVar[dict[str, tuple[int, bytes, dict[str, str]]]] = {}
    seen: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        status, body, headers = self.answers.get(self.path, (404, b"", {}))
        self.seen.append(self.headers.get("If-None-Match"))
        if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body, headers = 304, b"", {}
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Keeps quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server on loopback."""
    _Server.answers, _Server.seen = {}, []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()
        thread.join(5)


def test_addresses(server: str, tmp_path: Path) -> None:
    """An address is fetched with limits, and the second time conditionally; the checksum is of its bytes."""
    _Server.answers["/m"] = (200, SLICE.read_bytes(), {"ETag": '"one"'})
    first = fetch(f"{server}/m", cache=tmp_path)
    second = fetch(f"{server}/m", cache=tmp_path)
    assert (first.fresh, second.fresh) == (True, False)
    assert first.checksum == second.checksum == fetch(str(SLICE)).checksum
    assert _Server.seen == [None, '"one"']
    assert run("--from", SLICE, "--to", f"{server}/m") == 0


def test_addresses_that_fail(server: str) -> None:
    """Whatever an address does wrong is a broken source."""
    _Server.answers = {
        "/empty": (200, b"", {}),
        "/error": (503, b"down", {}),
        "/short": (200, b"half", {"Content-Length": "100"}),
        "/loop": (302, b"", {"Location": "/loop"}),
        "/file": (302, b"", {"Location": "file:///etc/hostname"}),
    }
    for path in ("/empty", "/error", "/short", "/loop", "/file", "/missing"):
        with pytest.raises(SourceBroken, match=f"{path}: source broken"):
            fetch(server + path)
    _Server.answers["/big"] = (200, b"x" * 2000, {})
    with pytest.raises(SourceBroken, match="more than 1000 bytes"):
        fetch(f"{server}/big", max_bytes=1000)
    with pytest.raises(SourceBroken, match="no answer"):
        fetch("http://127.0.0.1:1/")


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A copy of the pinned contract."""
    shutil.copytree(SCHEMAS, tmp_path / "schemas")
    return tmp_path / "schemas"


def test_pinning_what_is_pinned_writes_nothing(contract: Path) -> None:
    """Every pinned type reads and writes back byte for byte."""
    types = pinned_types.read(contract / "types")
    for file in (contract / "types").glob("*.json"):
        before = json.loads(file.read_text(encoding="utf-8"))
        schema = pinned_types.write_type(types.types[before["title"]], types, frozenset(types.types), before)
        assert json.dumps(schema, indent=2, ensure_ascii=False) + "\n" == file.read_text(encoding="utf-8"), file.name


def test_pin(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pinned from a document, the contract no longer drifts from it; our own words stay."""
    described = json.loads((contract / "types/restorePoint.json").read_text(encoding="utf-8"))["description"]
    assert run(SLICE, "--schemas", contract, "--dry-run", command=pin) == 0
    assert run("--from", contract, "--to", SLICE, "--fail-on", "any") == 1
    assert run(SLICE, PAGE_MD, "--schemas", contract, command=pin) == 0
    out = capsys.readouterr().out
    for words in ("Clauses to reword", "Clauses to add", "Facts of page.toml to change by hand", "files written"):
        assert words in out
    assert run("--from", contract, "--to", SLICE, "--fail-on", "any", "--schemas", contract) == 0
    assert json.loads((contract / "types/restorePoint.json").read_text(encoding="utf-8"))["description"] == described
    assert not (contract / "types/restoreJobType.json").exists()
    tomllib.loads((contract / "create/page.toml").read_text(encoding="utf-8"))
    capsys.readouterr()
    run("--from", contract, "--to", PAGE_MD, "--schemas", contract, "--format", "json")
    kinds = {change["kind"] for change in json.loads(capsys.readouterr().out)["changes"]}
    assert not {kind for kind in kinds if kind.startswith("page_statement")}
    assert run(SLICE, "--schemas", contract, command=pin) == 0
    assert "up to date" in capsys.readouterr().out


def test_pin_refuses(contract: Path, tmp_path: Path) -> None:
    """A broken source is not pinned, and exchanges are none."""
    damaged = tmp_path / "damaged"
    damaged.write_bytes(SLICE.read_bytes()[:5000])
    before = sorted((path, path.read_bytes()) for path in contract.rglob("*.json"))
    assert run(damaged, "--schemas", contract, command=pin) == 3
    damaged.write_text(har(ANSWER), encoding="utf-8")
    with pytest.raises(UsageError, match="holds exchanges"):
        run(damaged, "--schemas", contract, command=pin)
    assert sorted((path, path.read_bytes()) for path in contract.rglob("*.json")) == before


def test_small_slices_are_believed() -> None:
    """A type that alone makes up a small slice may come or go."""
    empty = csdl.read(b'<Schema Namespace="a" xmlns="http://docs.oasis-open.org/odata/ns/edm"/>', "x")
    small = csdl.read(b'<Schema Namespace="a"><EnumType Name="e"><Member Name="m"/></EnumType></Schema>', "x")
    check_metadata(small, empty, "x")
    whole = csdl.read(SLICE.read_bytes(), "x")
    with pytest.raises(SourceBroken, match="no type and no operation"):
        check_metadata(whole, empty, "x")


def test_selfcheck(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A drift planted in a copy of every kind of source is found; a source that cannot be read is not passed."""
    recording = tmp_path / "a.har"
    recording.write_text(har(ANSWER), encoding="utf-8")
    assert run("selfcheck", "--to", SLICE, OPENAPI, PAGE_MD, PAGE_TXT, recording) == 0
    assert capsys.readouterr().out.count("was found") == 5
    assert run("selfcheck", "--to", "missing", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["checks"][0]["found"] is False


def test_nightly_job() -> None:
    """The nightly job checks itself, then compares, uploads, and opens or updates one issue."""
    job = yaml.safe_load((ROOT / ".github/workflows/nightly.yml").read_text(encoding="utf-8"))
    text = json.dumps(job)
    order = [text.index(part) for part in ("drift selfcheck", "--format json", "upload-artifact", "gh issue edit")]
    assert order == sorted(order)


def test_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of rules is printed with edit, condition, grade, sentence and link, for people and programs."""
    assert run("--rules", "--format", "json") == 0
    table = json.loads(capsys.readouterr().out)["rules"]
    assert {row["id"] for row in table} == set(RULES)
    assert all(row["edit"] and row["when"] and row["rests_on"] and row["link"].startswith("https://") for row in table)
    assert run("--rules") == 0
    out = capsys.readouterr().out
    assert [row["edit"] for row in table if row["edit"] not in out] == []


def _values(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.IfExp):
        yield from _values(node.body)
        yield from _values(node.orelse)
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def test_only_the_table_grades() -> None:
    """Every row of the table is named by the code that compares, and what that code names is a row of the table."""
    named: set[str] = set()
    for path in sorted((ROOT / "restore_conformance/drift").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "judged":
                named |= set(_values(node.args[0]))
    rows = [row for rule in RULES.values() for row in rule.rows]
    names = [row.name for row in rows]
    assert len(names) == len(set(names))
    assert named | {row.otherwise for row in rows} - {""} == set(names)
    assert FACTS.keys() <= KINDS.keys()


def test_what_concerns_one_side_says_what_holds_without_it() -> None:
    """A row that would break those who send, or those who read, names the row for where there are none."""
    rows = {row.name: row for rule in RULES.values() for row in rule.rows}
    for row in rows.values():
        breaks = row.grade in (Grade.BREAKING, Grade.UNDECIDABLE)
        assert bool(row.otherwise) == (breaks and row.side is not Direction.BOTH), row.name
        assert not row.otherwise or rows[row.otherwise].grade in (Grade.ADDITIVE, Grade.INFORMATIONAL)
