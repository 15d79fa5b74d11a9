"""Every file that a run and a review write has the form that its readers expect."""

import json
import os
import xml.etree.ElementTree as ET

import forms
import pytest
from looking import some

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.output import files

FILES = {"run.json", "report.html", "junit.xml", "report.md", "report.sarif", "exchanges.ndjson", "run.har"}


@pytest.mark.parametrize(
    "fault",
    some(["mixed-accepted", "created-without-body", "total-always-one", ""], "mixed-accepted", "created-without-body"),
)
def test_a_run_writes_every_file_in_its_form_and_nothing_else(finished, fault):
    folder = finished(fault)
    assert {path.name for path in folder.iterdir()} == FILES
    record = forms.record(folder / "run.json")
    stored = forms.exchanges(folder / "exchanges.ndjson")
    log = forms.archive(folder / "run.har")
    root = forms.junit(folder / "junit.xml")
    assert record["stored"] == {"exchanges": len(stored), "left_out": 0, "har_left_out": 0}
    assert [one["_restoreConformance"]["number"] for one in log["entries"]] == [one["number"] for one in stored]
    assert int(root.get("tests")) == len(record["clauses"])
    assert (folder / "report.md").read_text().startswith("## ")
    assert (folder / "report.html").stat().st_size < 1_000_000


def test_a_review_writes_every_file_and_its_archive_proves_no_more_than_what_was_judged(finished, tmp_path, capsys):
    folder = finished("mixed-accepted")
    judged, again = tmp_path / "judged", tmp_path / "again"
    assert cli.main(["judge", str(folder / "run.har"), "--report", str(judged)]) == 1
    assert {path.name for path in judged.iterdir()} == FILES
    first = forms.record(judged / "run.json")
    log = forms.archive(judged / "run.har")
    forms.exchanges(judged / "exchanges.ndjson")
    forms.junit(judged / "junit.xml")
    assert not any(name.startswith("_restore") for name in log)
    assert cli.main(["judge", str(judged / "run.har"), "--report", str(again)]) in {0, 1}
    verdicts = {entry["id"]: entry["verdict"] for entry in first["clauses"]}
    for entry in forms.record(again / "run.json")["clauses"]:
        if entry["verdict"] == "fail":
            assert verdicts[entry["id"]] == "fail", entry["id"]


def test_cassettes_are_reviewed_into_every_form(tmp_path):
    some = sorted((places.CASSETTES / "create").glob("*.yaml"))[:6]
    assert cli.main(["judge", *map(str, some), "--report", str(tmp_path)]) in {0, 3}
    forms.archive(tmp_path / "run.har")
    forms.exchanges(tmp_path / "exchanges.ndjson")
    assert forms.record(tmp_path / "run.json")["recordings"]


def test_without_an_archive_none_of_an_earlier_run_stays(run, again):
    assert (again / "run.har").exists()
    _, _, _, folder = run("--no-har", "--max-requests", "3", folder=again)
    assert not (folder / "run.har").exists()
    assert "har_left_out" not in json.loads((folder / "run.json").read_bytes())["stored"]


def test_timing_adds_up(kept):
    families = kept["timing"]["families"]
    assert {name: row["requests"] for name, row in families.items()} == kept["families"]
    assert sum(row["seconds"] for row in families.values()) == pytest.approx(kept["timing"]["seconds"], abs=1e-3)
    assert all(row["slowest"] <= row["seconds"] + 1e-9 and row["number"] > 0 for row in families.values())
    assert 0 < kept["timing"]["median"] <= kept["timing"]["p95"]


def spoilt(change):
    case = '<testcase name="c" classname="s" time="1.500"/>'
    suite = f'<testsuite name="s" tests="1" failures="0" errors="0" time="1.500">{case}</testsuite>'
    root = ET.fromstring(f'<testsuites name="n" time="1.500">{suite}</testsuites>')
    change(root, root[0], root[0][0])
    return root


@pytest.mark.parametrize(
    "change",
    [
        lambda root, suite, case: suite.set("tests", "-1"),
        lambda root, suite, case: suite.attrib.pop("name"),
        lambda root, suite, case: case.set("line", "7"),
        lambda root, suite, case: root.set("skipped", "0"),
        lambda root, suite, case: case.attrib.pop("time"),
        lambda root, suite, case: root.set("time", "soon"),
        lambda root, suite, case: suite.set("timestamp", "yesterday"),
        lambda root, suite, case: case.extend([ET.Element("failure"), ET.Element("error")]),
        lambda root, suite, case: case.append(ET.Element("note")),
        lambda root, suite, case: case.extend([ET.Element("system-out"), ET.Element("skipped")]),
        lambda root, suite, case: setattr(suite, "text", "words"),
        lambda root, suite, case: ET.SubElement(case, "failure").append(ET.Element("b")),
    ],
)
def test_the_check_of_junit_sees_what_is_wrong(change):
    forms.Xsd(places.SCHEMAS / "junit.xsd").check(spoilt(lambda *_: None))
    with pytest.raises(AssertionError):
        forms.Xsd(places.SCHEMAS / "junit.xsd").check(spoilt(change))


@pytest.mark.parametrize(
    ("place", "value"),
    [("startedDateTime", "today"), ("time", -5), ("cache", None), ("request", {}), ("serverPort", 1)],
)
def test_the_check_of_archives_sees_what_is_wrong(finished, place, value):
    har = json.loads((finished() / "run.har").read_bytes())
    del har["log"]["entries"][3:]
    assert not forms.breaches("har.schema.json", har)
    har["log"]["entries"][0][place] = value
    assert forms.breaches("har.schema.json", har)


def held(path):
    """The descriptor of a file that somebody is still writing."""
    pending = files.Pending()
    pending.put(path, b"half")
    return pending


def test_what_killed_runs_left_is_removed_and_nothing_else(run, again):
    """Of its own names only, no link and nothing behind one, nothing of a living process, no other name's."""
    folder = again
    mark = "0123456789abcdef"
    left = [folder / f".{name}.{mark}.part" for name in sorted(FILES)]
    for path in left:
        path.write_text("half")
    outside = folder.parent / "outside"
    outside.write_text("of somebody else")
    (folder / f".report.md.{'1' * 16}.part").symlink_to(outside)
    os.link(outside, folder / f".report.md.{'2' * 16}.part")
    os.mkfifo(folder / f".report.md.{'3' * 16}.part")
    (folder / f".report.md.{'4' * 16}.part").mkdir()
    for name in (f".notes.txt.{mark}.part", f".report.md.{mark}0.part", f"report.md.{mark}.part", f".report.md.{mark}"):
        (folder / name).write_text("of somebody else")
    living = held(folder / "report.md")
    kept = {path.name for path in folder.iterdir()} - {path.name for path in left}
    code, _, err, _ = run("--max-requests", "3", folder=folder)
    assert code == 3, err
    assert {path.name for path in folder.iterdir()} == kept
    assert outside.read_text() == "of somebody else"
    living.commit()
    assert (folder / "report.md").read_text() == "half"
    assert not [name for name in os.listdir(folder) if name in {path.name for path in left}]


def test_a_file_that_is_taken_for_a_leftover_while_it_is_made_is_made_anew(tmp_path, monkeypatch):
    """Between its making and its lock another process may remove it: nobody writes into a file without a name."""
    lock, taken = files.locks.flock, []

    def slowly(handle, how):
        if not taken:
            taken.extend(tmp_path.iterdir())
            taken[0].unlink()
        lock(handle, how)

    monkeypatch.setattr(files.locks, "flock", slowly)
    files.write(tmp_path / "a.json", b"{}")
    assert len(taken) == 1
    assert (tmp_path / "a.json").read_bytes() == b"{}"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_descriptor_is_kept_only_until_its_file_has_its_name(tmp_path):
    numbers = []
    for _ in range(30):
        files.write(tmp_path / "a.json", b"{}")
        held(tmp_path / "b.json").drop()
        probe = os.open(tmp_path / "a.json", os.O_RDONLY)
        os.close(probe)
        numbers.append(probe)
    assert max(numbers) - min(numbers) < 20
