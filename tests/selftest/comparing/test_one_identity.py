"""A finding has one identity and a run record one reader, whichever command looks."""

import copy
import json

import pytest
from looking import some

from restore_conformance.cli import main
from restore_conformance.history.run_row import notes_of, pack
from restore_conformance.records.finding import identity
from restore_conformance.reports.comparison import Kind, compare

FAULTS = (
    "total-always-one",
    "timestamp-without-zone",
    "ids-used-again",
    "standard-answered-200",
    "delete-answered-202",
)


def keys(record):
    """The keys under which the history files the findings of each broken clause."""
    noted = notes_of(pack(record).row)["findings"]
    entries = {number: record["clauses"][int(number)] for number in noted}
    return {one["id"]: [key for key, _ in noted[n]] for n, one in entries.items() if one["verdict"] == "fail"}


def evidence(old, new):
    """The clauses, broken in both, of which a comparison says that they show something else."""
    changes = compare(old, new).changes
    every = [one for change in changes for one in (change, *change.consequences)]
    return {one.clause for one in every if one.kind is Kind.EVIDENCE}


def altered(run, change):
    """A run whose findings are changed, all in the same way."""
    made = copy.deepcopy(run)
    for entry in made["clauses"]:
        for finding in entry["findings"]:
            change(finding)
    return made


CHANGES = {
    "nothing": lambda f: None,
    "another id": lambda f: f.update(message=f["message"] + " 1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
    "another number": lambda f: f.update(message=f["message"].replace("1", "7"), expected=f["expected"] + " 23"),
    "another status": lambda f: f.update(message=f["message"].replace("20", "50")),
    "another value": lambda f: f.update(observed="something else"),
    "another pointer": lambda f: f.update(pointer="/other"),
    "no answer": lambda f: f["evidence"][-1]["exchange"].update(response=None, trouble="time-out"),
}


@pytest.mark.parametrize("fault", some(FAULTS, "delete-answered-202"))
def test_history_and_comparison_agree_on_what_is_the_same_finding(record, fault):
    """Whatever changes in a finding: it has another key exactly where a comparison shows a change of evidence."""
    first = record(fault)
    before, seen = keys(first), set()
    for new in (record(fault, seed=7), *(altered(first, change) for change in CHANGES.values())):
        after = keys(new)
        both = set(before) & set(after)
        assert both
        differing = {name for name in both if before[name] != after[name]}
        assert differing == evidence(first, new) & both
        seen.add(bool(differing))
    assert seen == {True, False}


def test_another_status_is_another_finding_and_another_number_is_not(record):
    """A clause broken by a 500 and by a 201 has two findings; one broken with 3 and with 5 artifacts has one."""
    run = record("delete-answered-202")
    finding = next(one for entry in run["clauses"] for one in entry["findings"])
    shown = identity({**finding, "message": "expected 204, got 202 for 3 artifacts"})
    assert shown.key == identity({**finding, "message": "expected 204, got 202 for 5 artifacts"}).key
    assert shown.key != identity({**finding, "message": "expected 204, got 500 for 3 artifacts"}).key


UNREADABLE = {
    "no JSON": "{",
    "a list": "[1]",
    "no member format": "{}",
    "newer": '{"format": 9}',
    "true as format": '{"format": true}',
    "not a number": '{"format": NaN}',
    "a clause twice": None,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_every_command_says_the_same_of_a_bad_record(record, tmp_path, monkeypatch, capsys, name):
    """All that read a record read it alike and refuse it in the same sentence, under their own name."""
    monkeypatch.chdir(tmp_path)
    good = record("total-always-one")
    text = UNREADABLE[name]
    if text is None:
        text = json.dumps({**good, "clauses": [*good["clauses"], good["clauses"][0]]})
    (tmp_path / "bad.json").write_text(text)
    (tmp_path / "good.json").write_text(json.dumps(good))
    said = set()
    for command in (
        ("compare", "good.json", "bad.json"),
        ("history", "add", "bad.json", "--history", "h"),
        ("bundle", "bad.json", "create/response.counts-total"),
        ("deviations", "init", "bad.json"),
    ):
        assert main(list(command)) == 2
        said.add(capsys.readouterr().err.removeprefix(f"restore-conformance {command[0]}: "))
    assert len(said) == 1, said


@pytest.mark.parametrize("text", ["\ufeff{}", '{"reason": "\\ud800"}'])
def test_every_command_takes_the_same_records(record, tmp_path, monkeypatch, capsys, text):
    """A byte order mark and half a surrogate pair are no reason to refuse a record."""
    monkeypatch.chdir(tmp_path)
    good = record("total-always-one")
    whole = json.dumps(good) if text != "\ufeff{}" else "\ufeff" + json.dumps(good)
    if "ud800" in text:
        whole = whole.replace(json.dumps(good["reason"]), '"\\ud800"', 1)
    (tmp_path / "run.json").write_text(whole, encoding="utf-8")
    assert main(["compare", "run.json", "run.json"]) == 0
    assert main(["history", "add", "run.json", "--history", "h"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("GET /a/{id} after POST was answered 201: x", "GET /a/{id} (after create, answered 201): x"),
        (
            "GET /a/{id} after DELETE of another session was answered 204: x",
            "GET /a/{id} (after delete of another session, answered 204): x",
        ),
        ("GET /a after PATCH /b/{id} was answered 200: x", "GET /a (after PATCH /b/{id}, answered 200): x"),
        ("/value: GET /a after create answered it: x", "/value: GET /a (after create answered with it): x"),
    ],
)
def test_a_message_in_other_words_is_the_same_finding(record, was, now):
    """Histories and comparisons know the findings that were stored with the words of earlier suites."""
    before, after = (
        altered(record("delete-answered-202"), lambda finding, text=text: finding.update(message=text))
        for text in (was, now)
    )
    assert keys(before) == keys(after)
