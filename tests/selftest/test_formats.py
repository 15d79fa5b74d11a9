"""Run records of format 1 and 2 are read alike by every command, through one reader."""

import copy
import json
import re
import shutil
from pathlib import Path

import pytest

from restore_conformance.cli import main
from restore_conformance.contract import places
from restore_conformance.contract.documents import pinned
from restore_conformance.history.run_row import pack
from restore_conformance.records.causes import grouped
from restore_conformance.records.finding import BEFORE, BROKE, broke, identity
from restore_conformance.records.reader import read_record, read_stored, upgraded
from restore_conformance.reports.comparison import compare

OLD = Path(__file__).parent / "data/format1"
CLAUSE, FOLLOWS = "delete/response.no-content", "delete/response.gone"


@pytest.fixture
def old(tmp_path):
    """A copy of the two records of format 1, with a handful of their clauses: a site has a page for each."""
    shutil.copytree(OLD, tmp_path / "old")
    for path in (tmp_path / "old").glob("*/run.json"):
        run = json.loads(path.read_text())
        run["clauses"] = [one for one in run["clauses"] if one["id"].startswith("delete/response.")]
        path.write_text(json.dumps(run))
    return tmp_path / "old"


@pytest.fixture
def new(tmp_path, old):
    """The same two runs in the present format, beside the same exchanges."""
    shutil.copytree(old, tmp_path / "new")
    for path in (tmp_path / "new").glob("*/run.json"):
        path.write_text(json.dumps(read_record(str(path))))
    return tmp_path / "new"


def entry(run, address=CLAUSE):
    return next(one for one in run["clauses"] if one["id"] == address)


def test_the_stored_records_are_of_format_1_and_keep_its_schema():
    for name in ("broken", "kept"):
        run = read_stored(str(OLD / name))
        assert run["format"] == 1
        assert pinned().breaches("run.1.schema.json", run) == []


def test_a_record_of_format_1_is_read_as_the_present_format():
    """Evidence, roles, root and cause are there; what format 1 did not say is left out."""
    was, run = read_stored(str(OLD / "broken")), read_record(str(OLD / "broken"))
    assert pinned().breaches("run.schema.json", run) == []
    assert was == read_stored(str(OLD / "broken"))
    before, finding = entry(was)["findings"][0], entry(run)["findings"][0]
    assert [one["exchange"] for one in finding["evidence"]] == before["conversation"]
    assert [one["role"] for one in finding["evidence"]] == [BEFORE, BROKE]
    assert broke(finding) == before["exchange"]
    assert finding["root"] is None
    assert entry(run, FOLLOWS)["root"] == CLAUSE
    assert [(cause["clauses"], cause["consequences"]) for cause in run["causes"]] == [([CLAUSE], [FOLLOWS])]
    assert finding["cause"] == run["causes"][0]["key"]
    assert "answers" not in run
    assert run["edition"]["since"] == run["edition"]["name"]
    assert "chosen" not in run["edition"]


def test_the_present_format_is_read_as_it_is(new):
    run = read_record(str(new / "broken"))
    assert upgraded(run) is run
    assert read_stored(str(new / "broken")) == run


@pytest.mark.parametrize("pair", [("old", "old"), ("old", "new"), ("new", "old"), ("new", "new")])
def test_compare_reads_every_pair_of_formats(old, new, pair, capsys):
    """The same change is found whichever formats the two records have, and none in a record and its own upgrade."""
    folders = {"old": old, "new": new}
    kept, broken = folders[pair[0]] / "kept", folders[pair[1]] / "broken"
    assert main(["compare", str(kept), str(broken), "--format", "json"]) == 1
    made = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["clause"]) for one in made["changes"]] == [("regressed", CLAUSE)]
    assert compare(read_record(str(old / "broken")), read_record(str(new / "broken"))).changes == ()


@pytest.mark.parametrize("which", ["old", "new"])
def test_every_other_command_reads_both_formats(old, new, which, tmp_path, capsys):
    """`bundle`, `report`, `history add` and `site` take a record of either format."""
    folder = {"old": old, "new": new}[which]
    assert main(["bundle", str(folder / "broken"), CLAUSE, "--good", str(folder / "kept")]) == 0
    assert main(["report", str(folder / "broken"), "--output", str(tmp_path / "again")]) == 0
    history = str(tmp_path / "history.sqlite")
    runs = [str(folder / name / "run.json") for name in ("kept", "broken")]
    assert main(["history", "add", *runs, "--history", history, "--label", "x"]) == 0
    assert main(["site", str(tmp_path / "site"), "--history", history]) == 0
    capsys.readouterr()
    assert "curl -i -X DELETE" in (tmp_path / "site/clauses/delete_response.no-content.html").read_text()
    assert json.loads((tmp_path / "again/run.json").read_text())["format"] == 2


def test_a_run_of_format_1_is_kept_once_and_its_findings_are_the_same(old):
    """The history knows a run by its own bytes, and a finding by what it shows, whatever the format."""
    stored = read_stored(str(old / "broken"))
    assert pack(stored).row.digest == pack(copy.deepcopy(stored)).row.digest
    assert pack(stored).row.notes == pack(upgraded(stored)).row.notes


def test_a_defect_that_format_1_named_by_a_slug_is_the_same_finding_today():
    """The words of a message changed; the identity of what it shows did not."""
    stored = read_stored(str(OLD / "broken"))
    finding = entry(stored)["findings"][0]
    finding["message"] = "expected 400 X for a request whose one defect is duplicate, got 201"
    shown = entry(upgraded(stored))["findings"][0]
    assert shown["message"] == "expected 400 X, since two artifacts name the same restore point or item; got 201"
    assert identity(shown).message == identity({**shown}).message


def test_a_record_that_is_grouped_again_stays_as_it_is():
    run = read_record(str(OLD / "broken"))
    assert grouped(run) == run


def test_one_module_reads_records():
    """No other module names the schema of a run record to read one by, or reads a `run.json` from disk."""
    allowed = {"records/reader.py", "reports/bundle.py"}
    for path in places.PACKAGE.rglob("*.py"):
        name = path.relative_to(places.PACKAGE).as_posix()
        if name in allowed or "_data" in path.parts:
            continue
        assert not re.search(r'"run\.(1\.)?schema\.json', path.read_text()), name
