"""The ledger of accepted deviations: strict, owned, dated, and hiding nothing."""

import json
import tomllib
import xml.etree.ElementTree as ET
from contextlib import nullcontext
from datetime import date, timedelta

import jsonschema
import pytest

from restore_conformance import mock
from restore_conformance.clauses import load
from restore_conformance.contract import places
from restore_conformance.contract.documents import pinned
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving
from restore_conformance.reports import junit
from restore_conformance.reports.accepted_deviations import accepted, exit_of
from restore_conformance.reports.ledger import Entry, read_ledger

CLAUSE = "create/introduction.no-payload-job-type"
FAULT = "default-job-typed-bulk"
TODAY = date(2026, 11, 26)
LATER, EARLIER = date(2099, 1, 1), date(2001, 1, 1)


def written(*entries, **members):
    """A ledger as text: each entry is what it has beside the usual."""
    usual = {
        "clause": CLAUSE, "target": "mock", "reason": "not mended yet", "case": "EMU-1", "owner": "Team Restore",
        "review": LATER,
    }  # fmt: skip
    lines = []
    for entry in entries or [members]:
        lines.append("[[deviation]]")
        for name, value in {**usual, **entry}.items():
            if value is not None:
                lines.append(f"{name} = {value.isoformat() if isinstance(value, date) else json.dumps(value)}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def ledger(tmp_path):
    """Writes a ledger and gives its path."""

    def write(*entries, text=None, **members):
        path = tmp_path / "deviations.toml"
        path.write_text(written(*entries, **members) if text is None else text)
        return path

    return write


@pytest.fixture
def run(command, tmp_path, monkeypatch):
    """Runs the command against a faulty mock, over HTTP if need be: exit code, standard output, run record."""

    def act(fault, *arguments, served=False):
        service = seeded(fault)
        others = [f"--identity={kind}={token}" for token, kind in service.tokens.items() if kind != "good"]
        monkeypatch.setattr(mock, "Service", lambda: service)
        with serving(service) if served else nullcontext("mock") as base:
            callers = ["--token", service.token, *others] if served else []
            code, out, err = command(
                "run", "--target", base, *callers, "--profile", "quick", "--report", tmp_path / "out", *arguments
            )
        path = tmp_path / "out" / "run.json"
        return code, out + err, json.loads(path.read_text()) if path.exists() else None

    return act


# ------------------------------------------------------------------ a run with a ledger


def test_an_accepted_deviation_is_exit_0_and_stands_in_every_report(run, ledger, tmp_path):
    code, out, record = run(FAULT, "--deviations", ledger(target="http://127.0.0.1:*/beta"), served=True)
    assert code == 0, out
    assert record["exit"] == 0
    assert record["verdict"] == "non-conformant"
    assert record["summary"]["fail"] == 1
    assert record["ledger"] == {"accepted": [CLAUSE], "errors": [], "notes": []}
    jsonschema.validate(record, pinned().json("run.schema.json"))
    entry = next(one for one in record["clauses"] if one["id"] == CLAUSE)
    assert entry["verdict"] == "fail"
    assert entry["findings"]
    assert entry["accepted"] == {
        "reason": "not mended yet", "owner": "Team Restore", "case": "EMU-1", "review": "2099-01-01",
    }  # fmt: skip
    assert "NON-CONFORMANT (edition 2026-02): 1 must clause failed." in out
    assert f"{CLAUSE} (accepted until 2099-01-01)" in out
    assert f"Accepted by the ledger: {CLAUSE}." in out
    assert CLAUSE in (tmp_path / "out" / "report.html").read_text()
    root = ET.parse(tmp_path / "out" / "junit.xml").getroot()
    assert root.get("failures") == "0"
    case = next(one for one in root.iter("testcase") if one.get("name") == "no-payload-job-type")
    assert "accepted until 2099-01-01 by Team Restore" in case.find("skipped").get("message")
    assert "got 'bulk'" in case.find("skipped").get("message")
    assert "curl" in case.find("system-out").text


def test_without_the_option_nothing_is_accepted(run, ledger, tmp_path, monkeypatch):
    """A ledger in the usual place is not read by itself."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "deviations.toml").write_text(written(target="*"))
    monkeypatch.chdir(tmp_path)
    code, _, record = run(FAULT)
    assert code == 1
    assert "ledger" not in record


def test_one_of_two_accepted_is_not_enough(run, ledger):
    clause = "get/response.session"
    code, out, record = run("field-total-text", "--deviations", ledger(clause=clause, target="*"))
    assert code == 1
    assert record["ledger"]["accepted"] == [clause]
    assert "other must clauses failed" in out


def test_an_entry_that_no_longer_happens_is_an_error(run, ledger, tmp_path):
    code, out, record = run(
        FAULT, "--deviations", ledger({"target": "*"}, {"clause": "create/response.id", "target": "*"})
    )
    assert code == 1
    assert record["exit"] == 1
    assert record["ledger"]["accepted"] == [CLAUSE]
    said = "Entry 2 (create/response.id on *) no longer happens: the clause passes. Remove the entry."
    assert record["ledger"]["errors"] == [said]
    assert f"Error in the ledger: {said}" in out
    root = ET.parse(tmp_path / "out" / "junit.xml").getroot()
    assert root.get("failures") == "1"
    assert root.find(".//testsuite[@name='ledger']//failure").get("message") == said


def test_an_error_in_the_ledger_fails_a_conforming_target_too(command, ledger, tmp_path):
    code, out, _ = command(
        "run", "--profile", "quick", "--report", tmp_path / "out", "--quiet", "--deviations", ledger()
    )
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert code == record["exit"] == 1
    assert record["verdict"] == "conformant"
    assert "Error in the ledger" in out


def test_an_overdue_entry_accepts_nothing(run, ledger):
    code, out, record = run(FAULT, "--deviations", ledger(target="*", review=EARLIER))
    assert code == 1
    assert record["ledger"]["accepted"] == []
    assert "is overdue: it was to be reviewed by 2001-01-01" in out
    assert not any("accepted" in entry for entry in record["clauses"])


def test_an_entry_about_another_target_is_none_of_this_runs_business(run, ledger):
    code, out, record = run(FAULT, "--deviations", ledger(target="https://other.example/beta"))
    assert code == 1
    assert record["ledger"] == {"accepted": [], "errors": [], "notes": ["1 entry is about other targets."]}
    assert "Ledger: 1 entry is about other targets." in out


def test_an_entry_whose_clause_was_not_judged_is_noted_and_no_error(run, ledger):
    clause = "create/introduction.null-payload"
    code, _, record = run(FAULT, "--deviations", ledger({"target": "*"}, {"clause": clause, "target": "*"}))
    assert code == 0
    assert record["ledger"]["errors"] == []
    assert "the clause is not tested here" in record["ledger"]["notes"][0]


def test_what_could_not_be_judged_stays_so(run, ledger):
    """Accepting what is broken does not make a run that judged too little a good one."""
    clause = "create/response.counts-total"
    named = ledger(clause=clause, target="*")
    code, out, record = run("total-always-one", "--max-requests", "12", "--deviations", named)
    assert record["ledger"] == {"accepted": [clause], "errors": [], "notes": []}
    assert code == record["exit"] == 3, out


def test_judge_reads_a_ledger_too(command, ledger, tmp_path):
    har = places.ROOT / "tests" / "selftest" / "recordings" / "data" / "chromium-mixed-accepted.har"
    clause = "create/introduction.exclusive-artifacts"
    code, out, _ = command("judge", har, "--report", tmp_path / "o")
    assert code == 1
    assert clause in out
    path = ledger(clause=clause, target="recordings")
    code, out, _ = command("judge", har, "--report", tmp_path / "o", "--deviations", path)
    assert code == 0, out
    record = json.loads((tmp_path / "o" / "run.json").read_text())
    assert record["ledger"]["accepted"] == [clause]
    assert record["verdict"] == "non-conformant"


def test_compare_reads_a_ledger_against_the_newer_run(command, ledger, folder):
    old, new = folder("", "old"), folder(FAULT, "new")
    assert command("compare", old, new)[0] == 1
    code, out, _ = command("compare", old, new, "--deviations", ledger())
    assert code == 0
    assert "[accepted]" in out
    assert "not mended yet (owner Team Restore, case EMU-1, to be reviewed by 2099-01-01)" in out
    code, out, _ = command("compare", new, old, "--deviations", ledger())
    assert code == 1
    assert "no longer happens" in out


# ------------------------------------------------------------------ pure rules


def entries(*made):
    from restore_conformance.reports.ledger import Ledger

    return Ledger(
        tuple(
            Entry(
                number,
                **{"clause": CLAUSE, "target": "mock", "reason": "r", "case": "c", "owner": "o", "review": LATER} | one,
            )
            for number, one in enumerate(made, 1)
        )
    )


def test_two_entries_about_one_clause_and_target_are_an_error(record):
    made = accepted(record(FAULT), entries({}, {"target": "*"}), ["mock"], TODAY, str)
    assert made["ledger"]["accepted"] == [CLAUSE]
    assert made["ledger"]["errors"] == [
        f"Entry 2 ({CLAUSE} on *) is a duplicate: entry 1 is about the same clause on this target."
    ]


def test_an_entry_holds_on_the_day_of_its_review_and_not_after(record):
    run = record(FAULT)
    assert accepted(run, entries({"review": TODAY}), ["mock"], TODAY, str)["ledger"]["errors"] == []
    late = accepted(run, entries({"review": TODAY}), ["mock"], TODAY + timedelta(days=1), str)
    assert len(late["ledger"]["errors"]) == 1


def test_nothing_is_taken_out_of_a_record(record):
    run = record(FAULT)
    made = accepted(run, entries({}), ["mock"], TODAY, str)
    for before, after in zip(run["clauses"], made["clauses"], strict=True):
        assert {name: value for name, value in after.items() if name != "accepted"} == before
    assert {name: value for name, value in made.items() if name not in {"ledger", "clauses"}} == {
        name: value for name, value in run.items() if name != "clauses"
    }


def test_a_run_broken_in_something_that_is_no_clause_stays_broken(record):
    """A permission matrix may be broken where no clause is; no ledger speaks of it."""
    run = {**record(), "exit": 1}
    assert exit_of(accepted(run, entries(), ["mock"], TODAY, str), lambda: 0) == 1


def test_texts_of_the_ledger_are_scrubbed_like_the_rest(record):
    made = accepted(
        record(FAULT), entries({"owner": "someone"}), ["mock"], TODAY, lambda text: text.replace("someone", "X")
    )
    assert next(one["accepted"]["owner"] for one in made["clauses"] if "accepted" in one) == "X"


@pytest.mark.parametrize(
    ("target", "names", "matches"),
    [
        ("mock", ["mock"], True),
        ("mock", ["https://mock.example"], False),
        ("https://A.example/beta/", ["https://a.example/beta"], True),
        ("https://a.example/beta", ["https://a.example/beta2"], False),
        ("https://*.example/beta", ["https://a.b.example/beta"], True),
        ("http://[::1]:8080/beta", ["http://[::1]:8080/beta"], True),
        ("http://[::1]:*", ["http://1:8080/beta"], False),
        ("*", ["anything"], True),
        ("live", ["https://graph.microsoft.com/beta", "live"], True),
    ],
)
def test_a_target_is_a_name_an_address_or_a_pattern(target, names, matches):
    assert Entry(1, CLAUSE, target, "r", "c", "o", LATER).is_for(names) is matches


# ------------------------------------------------------------------ bad form


BAD = {
    "not a TOML": ("[[deviation", "is not a TOML file"),
    "an unknown key above": ("other = 1", "has the unknown key other"),
    "one bracket": ("[deviation]\nclause = 'x'", "with two brackets"),
    "an unknown member": (written() + "note = 'x'\n", "entry 1 has the unknown key note"),
    "a missing member": (written(owner=None), "entry 1 lacks owner"),
    "an empty member": (written(reason=" "), "reason must be a text that is not empty"),
    "a number for a text": (written().replace('"EMU-1"', "1"), "case must be a text that is not empty"),
    "no date": (written(review="soon"), "review must be a date"),
    "no such day": (written(review="2027-02-30"), "review must be a date"),
    "a date with a time": (written().replace("2099-01-01", "2099-01-01T00:00:00Z"), "review must be a date"),
    "no such clause": (
        written(clause="create/response.locatoin"),
        "names no clause: create/response.locatoin. Did you mean",
    ),
    "a target that is none": (written(target="emulator"), "matches nothing: emulator is not a base address"),
    "an address without a host": (written(target="https://"), "matches nothing"),
    "twice the same": (written({}, {"reason": "again"}), "entries 1 and 2 are about the same clause and target"),
    "twice but for a slash": (
        written({"target": "https://a.example/beta"}, {"target": "https://A.example/beta/"}),
        "entries 1 and 2 are about the same",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_ledger_is_one_sentence_before_anything_is_sent(command, ledger, tmp_path, case):
    text, says = BAD[case]
    out_folder = tmp_path / "out"
    code, out, err = command("run", "--profile", "quick", "--report", out_folder, "--deviations", ledger(text=text))
    assert code == 2
    assert says in err
    assert err.count("\n") == 1
    assert out == ""
    assert not out_folder.exists()


def test_a_ledger_that_is_not_there_or_too_large_is_refused(command, tmp_path):
    assert "cannot be read" in command("run", "--deviations", tmp_path / "none.toml")[2]
    large = tmp_path / "large.toml"
    large.write_text("#" * 2_000_000)
    code, _, err = command("run", "--deviations", large)
    assert code == 2
    assert "more than 1048576 bytes" in err


@pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has the example")
def test_the_committed_example_is_empty_and_its_entry_is_a_good_one(tmp_path):
    path = places.ROOT / "reports" / "deviations.toml"
    register = load()
    assert read_ledger(str(path), register).entries == ()
    lines = path.read_text().splitlines()
    entry = [line[2:] for line in lines[next(i for i, line in enumerate(lines) if "[[deviation]]" in line) :]]
    text = "\n".join(entry)
    assert set(tomllib.loads(text)["deviation"][0]) == {"clause", "target", "reason", "case", "owner", "review"}
    (tmp_path / "d.toml").write_text(text)
    assert len(read_ledger(str(tmp_path / "d.toml"), register).entries) == 1


def test_junit_counts_add_up_with_a_ledger(record):
    made = accepted(record("field-total-text"), entries({"clause": "get/response.session"}, {}), ["mock"], TODAY, str)
    root = ET.fromstring(junit.render(made))
    assert int(root.get("tests")) == len(root.findall(".//testcase")) == len(made["clauses"]) + 1
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert sum(int(suite.get(kind)) for suite in root) == len(root.findall(f".//{tag}"))
    for kind in ("failures", "errors"):
        assert int(root.get(kind)) == sum(int(suite.get(kind)) for suite in root)
