"""report.sarif keeps the structure of SARIF 2.1.0, and `report` writes every file again as it was."""

import copy
import json
import re

import pytest

from restore_conformance.cli import main
from restore_conformance.contract import places
from restore_conformance.output.files import Pending
from restore_conformance.records.finding import identity
from restore_conformance.records.run_record import json_of
from restore_conformance.reports import junit, put_reports, sarif

LEVELS = {"none", "note", "warning", "error"}
URI = re.compile(r"[A-Za-z0-9._~/-]+")


def sound(log):
    """The parts of SARIF 2.1.0 (OASIS, 2020) that a reader relies on, and no other member than the standard has."""
    assert log["version"] == "2.1.0"
    assert set(log) <= {"$schema", "version", "runs"}
    for run in log["runs"]:
        assert set(run) <= {"tool", "invocations", "results", "automationDetails", "columnKind"}
        driver = run["tool"]["driver"]
        assert isinstance(driver["name"], str)
        rules = [rule["id"] for rule in driver["rules"]]
        assert len(rules) == len(set(rules))
        for rule in driver["rules"]:
            assert set(rule) <= {"id", "shortDescription", "defaultConfiguration", "properties"}
            assert rule["shortDescription"]["text"]
        for one in run["invocations"]:
            assert isinstance(one["executionSuccessful"], bool)
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", one["startTimeUtc"])
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            assert result["level"] in LEVELS
            assert result["kind"] == "fail"
            assert result["message"]["text"]
            assert "\n" not in result["message"]["text"]
            assert all(isinstance(value, str) for value in result.get("partialFingerprints", {}).values())
            assert result.get("occurrenceCount", 1) >= 1
            for location in result["locations"]:
                physical = location.get("physicalLocation")
                if physical is not None:
                    assert URI.fullmatch(physical["artifactLocation"]["uri"])
                    assert physical["region"]["startLine"] >= 1
            for one in result.get("suppressions", ()):
                assert one["kind"] in {"inSource", "external"}
    return log["runs"][0]


def test_each_finding_is_a_result_at_the_line_of_its_clause(broken):
    run = sound(json.loads(sarif.render(broken)))
    entries = [entry for entry in broken["clauses"] if entry["verdict"] == "fail"]
    assert [result["ruleId"] for result in run["results"]] == [entry["id"] for entry in entries]
    for result, entry in zip(run["results"], entries, strict=True):
        physical = result["locations"][0]["physicalLocation"]
        uri, number = physical["artifactLocation"]["uri"], physical["region"]["startLine"]
        line = places.SCHEMAS.parent / uri if (places.SCHEMAS.parent / uri).is_file() else places.SCHEMAS / uri[8:]
        assert line.read_text().splitlines()[number - 1] == f"[{entry['id'].partition('/')[2]}]"
        assert result["level"] == {"must": "error", "should": "warning"}[entry["level"]]
        assert result["partialFingerprints"] == {"finding/v1": identity(entry["findings"][0]).key}


def test_a_run_without_a_finding_has_no_result(kept):
    assert sound(json.loads(sarif.render(kept)))["results"] == []


def test_the_ledger_suppresses_and_its_errors_are_results(changed):
    run, entry = changed
    entry["accepted"] = {"reason": "Known.", "owner": "storage", "review": "2027-01-01"}
    run["ledger"] = {"accepted": [entry["id"]], "errors": ["The entry a/b.c is overdue."]}
    run["settings"]["deviations"] = "ci/deviations.toml"
    found = sound(json.loads(sarif.render(run)))["results"]
    accepted = next(one for one in found if one["ruleId"] == entry["id"])
    assert accepted["suppressions"][0]["justification"].startswith("Known. (owner storage")
    assert all("suppressions" not in one for one in found if one is not accepted)
    assert found[-1]["ruleId"] == "ledger"
    assert found[-1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "ci/deviations.toml"


def test_an_error_of_the_suite_is_no_result(changed):
    run, entry = changed
    entry.update(verdict="error", findings=[], reason="KeyError: 'x'")
    run.update(verdict="error", exit=4)
    made = sound(json.loads(sarif.render(run)))
    assert entry["id"] not in {one["ruleId"] for one in made["results"]}
    assert made["invocations"][0]["executionSuccessful"] is False
    assert made["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "KeyError: 'x'"


def test_times_of_junit_are_those_of_the_exchanges(broken):
    """Each case has the time of the exchanges that it shows, each suite the sum of its cases."""
    import xml.etree.ElementTree as ET

    root = ET.fromstring(junit.render(broken))
    cases = {f"{case.get('classname')}.{case.get('name')}": float(case.get("time")) for case in root.iter("testcase")}
    for entry in broken["clauses"]:
        shown = [one["exchange"] for finding in entry["findings"][:1] for one in finding["evidence"]]
        shown = shown or ([entry["example"]] if "example" in entry else [])
        assert cases[entry["id"]] == pytest.approx(sum(one["seconds"] for one in shown), abs=0.001)
    for suite in root:
        assert float(suite.get("time")) == pytest.approx(sum(float(one.get("time")) for one in suite), abs=0.01)


def test_the_reports_of_a_stored_run_are_written_again_byte_for_byte(broken, tmp_path, capsys):
    """Whatever a run wrote, `report` writes again from its record alone, in its folder or in another."""
    folder, pending = tmp_path / "run", Pending()
    folder.mkdir()
    pending.put(folder / "run.json", json_of(broken))
    put_reports(pending, folder, broken)
    pending.commit()
    names = ("report.html", "report.md", "report.sarif", "junit.xml")
    before = {name: (folder / name).read_bytes() for name in names}
    assert main(["report", str(folder), "--output", str(tmp_path / "other")]) == 0
    for name in names:
        (folder / name).unlink()
    assert main(["report", str(folder / "run.json")]) == 0
    for name in names:
        assert (folder / name).read_bytes() == before[name], name
        assert (tmp_path / "other" / name).read_bytes() == before[name], name
    assert (tmp_path / "other/run.json").read_bytes() == (folder / "run.json").read_bytes()
    assert "report.sarif" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("no-such-folder",), ("{}",)])
def test_what_is_no_run_is_refused_in_one_sentence(tmp_path, capsys, arguments):
    (tmp_path / "{}").write_text("{}")
    assert main(["report", str(tmp_path / arguments[0])]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "run record" in said


def test_a_record_without_its_settings_still_makes_a_log(broken):
    run = copy.deepcopy(broken)
    for name in ("settings", "profile", "exit"):
        run.pop(name)
    sound(json.loads(sarif.render(run)))
