"""`run --history`, `judge --history`, `history` and `site` as a user gives them: what is kept, told and refused."""

import json
import shutil
import sqlite3

import pytest
from nights import simulated

from restore_conformance import cli
from restore_conformance.clauses import load
from restore_conformance.contract import places
from restore_conformance.contract.documents import pinned


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(path, number, *faults, **changes):
    """A record of a night in a file."""
    path.write_text(json.dumps(simulated.record(simulated.at(number), faults) | changes), encoding="utf-8")
    return path


def test_a_run_is_kept_and_told_since_when(command, tmp_path):
    """A run with --history is listed, and run.json of a broken one says since when, before reports are made."""
    written(tmp_path / "first.json", 0)
    assert command("history", "add", "first.json", "--history", "h.sqlite", "--label", "m")[0] == 0
    code, _, err = command(
        "run", "--target", "mock", "--profile", "quick", "--quiet", "--history", "h.sqlite", "--label", "m"
    )
    assert code == 0, err
    code, out, _ = command("history", "list", "--history", "h.sqlite", "--format", "json")
    listed = json.loads(out)["runs"]
    assert [(row["label"], row["verdict"]) for row in listed] == [("m", "conformant")] * 2
    assert listed[0]["started"] == simulated.at(0).isoformat()
    record = json.loads((tmp_path / "reports/latest/run.json").read_text(encoding="utf-8"))
    assert not any("history" in entry for entry in record["clauses"])
    _, out, _ = command("history", "add", "reports/latest/run.json", "--history", "h.sqlite", "--label", "m")
    assert " was stored already as " in out


def test_judged_recordings_are_kept(command, tmp_path):
    """Recordings that were judged lie in the history like a run, with their failures dated."""
    bad = next(iter(sorted(places.CASSETTES.rglob("*.yaml"))))
    code, _, err = command("judge", bad, "--quiet", "--history", "h.sqlite", "--label", "tape")
    assert code in {0, 1, 3}, err
    record = json.loads((tmp_path / "reports/judged/run.json").read_text(encoding="utf-8"))
    assert pinned().accepts("run.schema.json", record)
    for entry in record["clauses"]:
        assert ("history" in entry) == (entry["verdict"] == "fail")
    _, out, _ = command("history", "list", "--history", "h.sqlite")
    assert out.count("\n") == 1
    assert out.rstrip().endswith("tape")


def test_records_are_brought_in_and_left_out(command, tmp_path):
    """Existing records are added once, listed oldest first, and removed by a name that is unmistakable."""
    names = [written(tmp_path / f"{n}.json", n, *faults).name for n, faults in enumerate([(), ("status-activating",)])]
    _, out, _ = command("history", "add", *reversed(names), "--history", "h.sqlite")
    assert out.count(" stored as ") == 2
    _, out, _ = command("history", "add", *names, "--history", "h.sqlite")
    assert out.count(" was stored already as ") == 2
    _, out, _ = command("history", "list", "--history", "h.sqlite")
    first, second = (line.split()[0] for line in out.splitlines())
    assert first < second
    assert command("history", "remove", "2025", "--history", "h.sqlite")[2].count("2 runs are called") == 1
    assert command("history", "remove", first, "--history", "h.sqlite")[1] == f"removed {first}\n"
    assert command("history", "list", "--history", "h.sqlite")[1].startswith(second)
    assert "has no run" in command("history", "remove", first, "--history", "h.sqlite")[2]


def test_one_bad_record_adds_none(command, tmp_path):
    """Where one of the files is no record, none is added."""
    written(tmp_path / "good.json", 0)
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    assert command("history", "add", "good.json", "bad.json", "--history", "h.sqlite")[0] == 2
    assert not (tmp_path / "h.sqlite").exists()


def test_notices_for_a_pipeline(command, tmp_path):
    """Exit 1 where something got worse since a run or a date, 0 where nothing did; text, Markdown and JSON agree."""
    nights = [(), (), ("status-activating",), ("status-activating",), (), (), ()]
    names = [written(tmp_path / f"{n}.json", n, *faults).name for n, faults in enumerate(nights)]
    command("history", "add", *names, "--history", "h.sqlite", "--label", "s")
    _, out, _ = command("history", "list", "--history", "h.sqlite")
    runs = [line.split()[0] for line in out.splitlines()]

    def notice(*arguments):
        code, out, err = command("history", "notice", "--history", "h.sqlite", *arguments)
        assert err == ""
        return code, out

    code, out = notice()
    assert (code, out.count(" failed."), out.count(" passes again")) == (1, 1, 1)
    assert "/status: expected 'draft', got 'activating'" in out
    assert notice("--since", runs[1])[0] == 1
    assert notice("--since", "2025-01-03")[0] == 1
    code, out = notice("--since", runs[2])
    assert (code, out.count(" failed."), out.count(" passes again")) == (0, 0, 1)
    assert notice("--since", runs[-1]) == (0, "No verdict changed.\n")
    code, out = notice("--format", "markdown")
    assert (code, out.count("\n| `2025-01-0")) == (1, 2)
    code, out = notice("--format", "json")
    rows = json.loads(out)["notices"]
    assert [(row["kind"], row["clause"], row["run"]) for row in rows] == [
        ("broken", "create/response.status-draft", runs[2]),
        ("kept-again", "create/response.status-draft", runs[6]),
    ]
    assert rows[1]["since"] == simulated.at(4).isoformat()


def test_a_site_is_built_and_built_on(command, tmp_path):
    """The command says what it wrote, and the second time that nothing had to be."""
    written(tmp_path / "0.json", 0)
    command("history", "add", "0.json", "--history", "h.sqlite")
    code, out, err = command("site", "pages", "--history", "h.sqlite")
    assert (code, err) == (0, "")
    pages = len(load().clauses) + 7
    assert out.startswith(f"{pages} pages written, 0 unchanged, 0 removed")
    assert (tmp_path / "pages/index.html").is_file()
    assert command("site", "pages", "--history", "h.sqlite")[1].startswith(f"0 pages written, {pages} unchanged")
    assert command("site", "pages", "--history", "h.sqlite", "--quiet") == (0, "", "")


BAD = {
    "no store to list": (("history", "list", "--history", "none"), "There is no history at none."),
    "no store to show": (("site", "out", "--history", "none"), "There is no history at none."),
    "not a store": (("site", "out", "--history", "text"), "cannot be used"),
    "another database": (("site", "out", "--history", "songs"), "is not a history of this suite"),
    "a newer store": (("history", "list", "--history", "newer"), "written by a newer suite"),
    "an empty history": (("site", "out", "--history", "empty"), "holds no run yet"),
    "no run of a label": (("history", "list", "--history", "one", "--label", "x"), "no run of the label 'x' yet"),
    "a folder that is a file": (("site", "text", "--history", "one"), "is not a folder"),
    "no record": (("history", "add", "nothing.json", "--history", "h"), "There is no run record nothing.json"),
    "a record that is no JSON": (("history", "add", "text", "--history", "h"), "is not JSON"),
    "a record that is none": (("history", "add", "list.json", "--history", "h"), "is not a run record"),
    "a newer record": (("history", "add", "newer.json", "--history", "h"), "written by a newer version"),
    "a record without a date": (("history", "add", "dateless.json", "--history", "h"), "not a date and time"),
    "another label": (
        ("history", "add", "one.json", "--history", "one", "--label", "y"),
        "under the label 'mock' already",
    ),
    "an empty label": (("history", "add", "one.json", "--history", "h", "--label", " "), "--label takes"),
    "a label with an escape": (("run", "--history", "h", "--label", "a\x1bb"), "--label takes"),
    "a label without a history": (("run", "--label", "a"), "--label has a meaning with --history only"),
    "a history that cannot be": (("run", "--history", "no/folder/h"), "cannot be used"),
    "nothing to add": (("history", "add", "--history", "h"), "Name what to add"),
    "something to list": (("history", "list", "x", "--history", "one"), "takes no RUN"),
    "since elsewhere": (("history", "list", "--since", "x", "--history", "one"), "it is for history notice"),
    "since what is not there": (("history", "notice", "--since", "2025", "--history", "none2"), "There is no history"),
    "since a day that is none": (("history", "notice", "--since", "2025-02-31", "--history", "one"), "is not a date"),
    "since no run": (("history", "notice", "--since", "2026", "--history", "one"), "has no run"),
    "markdown of a list": (("history", "list", "--format", "markdown", "--history", "one"), "text or json"),
}


@pytest.fixture(scope="module")
def heap(tmp_path_factory):
    """A folder with whatever a user may get wrong."""
    folder = tmp_path_factory.mktemp("heap")
    (folder / "text").write_text("neither a database nor JSON " * 40, encoding="utf-8")
    with sqlite3.connect(folder / "songs") as database:
        database.execute("create table songs (name text)")
    written(folder / "one.json", 0)
    written(folder / "newer.json", 0, format=3)
    written(folder / "dateless.json", 0, started="last night")
    (folder / "list.json").write_text("[1]", encoding="utf-8")
    cli.main(["history", "add", str(folder / "one.json"), "--history", str(folder / "one")])
    for place, told in (("newer", "insert into layout values (9)"), ("empty", "delete from run")):
        shutil.copy(folder / "one", folder / place)
        with sqlite3.connect(folder / place) as database:
            database.execute(told)
    return folder


@pytest.mark.parametrize("name", BAD)
def test_bad_usage_is_one_sentence(command, heap, tmp_path, name):
    """Whatever a user gets wrong is one sentence on standard error, exit 2, and nothing is lost or made."""
    arguments, said = BAD[name]
    shutil.copytree(heap, tmp_path, dirs_exist_ok=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["history", "site"])
def test_help(command, name):
    """Each command tells its options."""
    code, out, _ = command(name, "--help")
    assert code == 0
    assert "--history" in out
