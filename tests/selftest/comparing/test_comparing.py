"""Two runs side by side: every kind of change, on records of the mock with its faults."""

import copy
import shutil

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looking import some

from restore_conformance.clauses import load
from restore_conformance.contract import places
from restore_conformance.contract.documents import Documents, pinned
from restore_conformance.mock.variants import composed
from restore_conformance.records.finding import normalised, without_numbers
from restore_conformance.records.run_record import run_of
from restore_conformance.reports.comparison import Kind, compare
from restore_conformance.reports.comparison_report import document
from restore_conformance.scrub import Scrub

MIRRORED = [
    (Kind.REGRESSED, Kind.FIXED),
    (Kind.APPEARED, Kind.VANISHED),
    (Kind.LOST, Kind.GAINED),
    (Kind.NEW, Kind.RETIRED),
]
MIRROR = {kind: kind for kind in Kind} | dict(MIRRORED) | {back: there for there, back in MIRRORED}
"""What each kind is when the two runs change places."""


def kinds(found):
    """Kind to clauses, what follows from another change among them."""
    made = {}
    for change in found.changes:
        for one in (change, *change.consequences):
            made.setdefault(one.kind, set()).add(one.clause)
            made[one.kind].update(one.also)
    return made


def roots(found):
    return [(change.kind, change.clause) for change in found.changes]


def checked(found):
    """The comparison as JSON, by its schema."""
    made = document(found)
    jsonschema.validate(made, pinned().json("compare.schema.json"))
    return made


# ------------------------------------------------------------------ every kind


def test_a_run_is_the_same_as_itself(record):
    for fault in ("", "field-total-text"):
        found = compare(record(fault), record(fault))
        assert found.changes == ()
        assert found.caveats == ()
        assert found.exit == 0
        assert checked(found)["says"] == "nothing changed"


def test_a_clause_that_breaks_is_a_regression_and_mends_again(record):
    good, bad = record(), record("default-job-typed-bulk")
    found = compare(good, bad)
    assert roots(found) == [(Kind.REGRESSED, "create/introduction.no-payload-job-type")]
    assert found.exit == 1
    assert checked(found)["verdict"] == "regression"
    back = compare(bad, good)
    assert roots(back) == [(Kind.FIXED, "create/introduction.no-payload-job-type")]
    assert back.exit == 0
    assert checked(back)["verdict"] == "no regression"


def test_a_clause_that_was_not_judged_appears_and_vanishes(record):
    refusing, wrong = record("standard-answered-200"), record("field-total-text")
    found = compare(refusing, wrong)
    assert "activate/response.session" in kinds(found)[Kind.APPEARED]
    assert "activate/response.session" not in kinds(found)[Kind.REGRESSED]
    assert "activate/response.session" in kinds(compare(wrong, refusing))[Kind.VANISHED]
    checked(found)


def test_a_breach_after_a_night_without_a_verdict_is_a_regression(record, entry):
    refusing = record("standard-answered-200")
    wrong = record("field-total-text")
    for one in wrong["clauses"]:
        if one["verdict"] == "fail" and one["id"] != "activate/response.session":
            one.update(verdict="pass", findings=[])
    assert entry(refusing, "activate/response.session")["verdict"] == "none"
    assert compare(refusing, wrong).exit == 1


def test_a_verdict_is_lost_and_gained(record):
    good, refusing = record(), record("standard-answered-200")
    lost = kinds(compare(good, refusing))[Kind.LOST]
    assert {"create/examples.standard", "activate/response.session"} <= lost
    assert kinds(compare(refusing, good))[Kind.GAINED] == lost


def test_other_evidence_for_the_same_breach_is_told(record):
    found = compare(record("delete-answered-202"), record("field-delete-200"))
    assert roots(found) == [(Kind.EVIDENCE, "delete/response.no-content")]
    assert found.changes[0].parts == ("message", "observed", "status")
    assert found.still == ("delete/response.no-content",)
    assert found.exit == 0
    checked(found)


LATER = (
    "ids-used-again", "get-crashes-on-granular", "unknown-member-crashes", "field-list-items-without-id",
    "odata-id-of-another", "field-created-after-modified",
)  # fmt: skip


@pytest.mark.parametrize("fault", some(["timestamp-without-zone", *LATER], "timestamp-without-zone"))
def test_other_ids_dates_and_numbers_are_no_change(record, fault):
    """The same fault, with the requests of another seed and ids made anew."""
    found = compare(record(fault), record(fault, seed=7))
    assert roots(found) == []
    assert found.still
    assert found.caveats == ("The seeds differ: 1, then 7. Other requests were sent.",)


def test_another_reading_is_told_once_for_all_clauses_that_show_it(record):
    good, other = record(), record()
    shown = [one for one in good["clauses"] if one.get("reading") and one.get("seen")]
    key = next(one["reading"] for one in shown)
    for one in other["clauses"]:
        if one.get("reading") == key and one.get("seen"):
            one["seen"] = {"another": 1}
    found = compare(good, other)
    assert [change.kind for change in found.changes] == [Kind.READING]
    assert checked(found)["changes"][0]["reading"] == key
    assert found.exit == 0


def test_what_a_variant_does_where_the_documents_leave_it_open_is_another_reading(judged, record):
    other = run_of(judged(composed(["field-object-refused"]), "quick"), Scrub())
    found = compare(record(), other)
    told = [change for change in checked(found)["changes"] if change["kind"] == "changed-reading"]
    assert "empty-object" in [change.get("reading") for change in told]
    assert found.exit == 0


def test_a_clause_of_a_newer_edition_is_new_and_no_change_of_the_target(record):
    before, now = record(), record(edition="latest")
    found = compare(before, now)
    fresh = kinds(found)[Kind.NEW]
    assert "create/request-body.conflict-behavior-accepted" in fresh
    assert set(kinds(found)) == {Kind.NEW}
    assert kinds(compare(now, before)) == {Kind.RETIRED: fresh}
    assert "The setting edition differs: 2026-02, then 2026-06." in found.caveats
    checked(found)


def test_a_new_clause_that_is_broken_is_no_regression(record, entry):
    before, now = record(), record("default-job-typed-bulk")
    before["clauses"].remove(entry(before, "create/introduction.no-payload-job-type"))
    found = compare(before, now)
    assert roots(found) == [(Kind.NEW, "create/introduction.no-payload-job-type")]
    assert found.exit == 0


def test_a_clause_of_another_level_or_wording_is_told_apart_from_its_verdict(record, tmp_path):
    """Two real runs, the second by a register in which one clause is stated otherwise."""
    schemas = tmp_path / "schemas"
    shutil.copytree(places.SCHEMAS, schemas)
    path = schemas / "create" / "clauses.toml"
    text = path.read_text()
    says = load()["create/introduction.no-payload-job-type"].says
    assert says in text
    path.write_text(text.replace(says, "Without a payload the job is a standard one."))
    register = load(Documents(schemas))
    found = compare(record(), record("default-job-typed-bulk", register=register))
    assert kinds(found) == {
        Kind.REGRESSED: {"create/introduction.no-payload-job-type"},
        Kind.RESTATED: {"create/introduction.no-payload-job-type"},
    }
    restated = next(change for change in found.changes if change.kind is Kind.RESTATED)
    assert restated.parts == ("says",)
    assert found.changes[0].note == "the clause has another says than before"
    checked(found)


def test_a_broken_should_clause_is_told_and_fails_nothing(record):
    found = compare(record(), record("odata-id-of-another"))
    assert roots(found) == [(Kind.REGRESSED, "create/response.odata-id")]
    assert found.changes[0].entry["level"] == "should"
    assert found.exit == 0
    assert checked(found)["summary"]["regressed"] == 1


def test_an_accepted_regression_is_told_and_fails_nothing(record, altered):
    mark = {"reason": "known", "owner": "a team", "review": "2030-01-01"}
    bad = altered(record("default-job-typed-bulk"), "create/introduction.no-payload-job-type", accepted=mark)
    found = compare(record(), bad)
    assert found.exit == 0
    made = checked(found)
    assert made["changes"][0]["accepted"] == mark
    assert made["says"] == "every must clause that regressed is accepted"


def test_another_reason_for_no_verdict_is_undecided(record):
    found = compare(record("standard-answered-200"), record("field-total-text"))
    assert Kind.UNDECIDED in kinds(found)
    checked(found)


# ------------------------------------------------------------------ counted once


def test_what_follows_from_a_breach_is_not_counted_apart(record):
    found = compare(record(), record("timestamp-without-zone"))
    assert roots(found) == [(Kind.REGRESSED, "create/response.timestamps")]
    assert {one.clause for one in found.changes[0].consequences} == {
        "create/response.timestamps-order",
        "create/response.not-completed",
    }
    made = checked(found)
    assert made["summary"]["lost-verdict"] == 0
    back = compare(record("timestamp-without-zone"), record())
    assert [one.kind for one in back.changes[0].consequences] == [Kind.GAINED, Kind.GAINED]


def test_a_must_clause_is_never_told_under_what_fails_nothing(record, entry, altered):
    """Where a broken *must* follows from a broken *should*, both are counted, and the comparison fails."""
    bad = record("odata-id-of-another")
    finding = entry(bad, "create/response.odata-id")["findings"][0]
    finding["consequences"] = ["create/response.id"]
    bad = altered(bad, "create/response.id", verdict="fail", findings=[copy.deepcopy(finding) | {"consequences": []}])
    found = compare(record(), bad)
    assert {change.clause for change in found.changes} == {"create/response.odata-id", "create/response.id"}
    assert found.exit == 1


def test_findings_that_name_each_other_are_told_all_the_same(record, entry, altered):
    one, other = "create/response.id", "create/response.created"
    bad = record("odata-id-of-another")
    finding = entry(bad, "create/response.odata-id")["findings"][0]
    bad = altered(record(), one, verdict="fail", findings=[finding | {"consequences": [other]}])
    bad = altered(bad, other, verdict="fail", findings=[finding | {"consequences": [one]}])
    found = compare(record(), bad)
    assert len(found.changes) == 1
    assert kinds(found) == {Kind.REGRESSED: {one, other}}


# ------------------------------------------------------------------ caveats


def test_what_makes_two_runs_hard_to_compare_is_said(record):
    old, new = record(), record()
    new["target"] = "https://other.example/beta"
    new["suite"] = {"version": "9.9.9", "contract": "0" * 64}
    new["profile"], new["stopped"] = "deep", "interrupted"
    new["settings"]["readings"] = "empty-object=accept"
    new["recordings"] = []
    new["started"] = "2001-01-01T00:00:00+00:00"
    said = "\n".join(compare(old, new).caveats)
    for part in (
        "different targets: mock, then https://other.example/beta",
        "contract differs",
        "suite differs",
        "profiles differ: quick, then deep",
        "readings differs: none, then empty-object=accept",
        "newer run judged recordings",
        "newer run ended early: interrupted",
        "started after the newer one",
    ):
        assert part in said


# ------------------------------------------------------------------ properties


@pytest.fixture(scope="session")
def pieces(record):
    """A real record, and a real finding to break clauses with."""
    bad = record("field-total-text")
    return record(), next(one["findings"][0] for one in bad["clauses"] if one["findings"])


@st.composite
def reshuffled(draw, pieces):
    """The record with verdicts, findings, consequences and readings of some clauses drawn anew."""
    base, finding = pieces
    run = copy.deepcopy(base)
    run["clauses"] = run["clauses"][:25]
    names = [one["id"] for one in run["clauses"]]
    for one in run["clauses"]:
        verdict = draw(st.sampled_from(["none", "pass", "pass", "inconclusive", "fail", "fail", "error"]))
        one.update(verdict=verdict, findings=[])
        if verdict == "fail":
            made = copy.deepcopy(finding)
            made["message"] = draw(st.sampled_from(["got 1", "got no id", "\x1b[31m"]))
            made["consequences"] = draw(st.lists(st.sampled_from(names), max_size=3))
            one["findings"] = [made]
        if draw(st.booleans()):
            one["seen"] = draw(st.sampled_from([{"accept": 1}, {"reject": 2}]))
    return run


VERDICTS = set(Kind) - {Kind.READING, Kind.RESTATED}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_two_runs_that_change_places_change_every_kind_for_its_mirror(pieces, data):
    one, other = data.draw(reshuffled(pieces)), data.draw(reshuffled(pieces))
    there, back = compare(one, other), compare(other, one)
    assert {MIRROR[kind]: names for kind, names in kinds(there).items()} == kinds(back)
    mirrored = {(MIRROR[c.kind], c.clause): {(MIRROR[d.kind], d.clause) for d in c.consequences} for c in there.changes}
    assert mirrored == {(c.kind, c.clause): {(d.kind, d.clause) for d in c.consequences} for c in back.changes}


@pytest.mark.deep
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_changed_verdict_is_told_exactly_once(pieces, data):
    one, other = data.draw(reshuffled(pieces)), data.draw(reshuffled(pieces))
    assert compare(one, one).changes == ()
    found = compare(one, other)
    told = [c.clause for change in found.changes for c in (change, *change.consequences) if c.kind in VERDICTS]
    assert len(told) == len(set(told))
    moved = {a["id"] for a, b in zip(one["clauses"], other["clauses"], strict=True) if a["verdict"] != b["verdict"]}
    assert moved <= set(told)
    broken = [
        b
        for a, b in zip(one["clauses"], other["clauses"], strict=True)
        if b["verdict"] == "fail" and a["verdict"] != "fail" and b["level"] == "must"
    ]
    assert found.exit == int(bool(broken))
    jsonschema.validate(document(found), pinned().json("compare.schema.json"))


# ------------------------------------------------------------------ what is steady


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the id 1b4e28ba-2fa1-41d2-883f-0016d3cca427 twice", "the id <id> twice"),
        ("at 2026-11-26T12:47:53.5003610Z", "at <time>Z"),
        ("at 2026-11-26T12:47:53.5003610", "at <time>"),
        ("at 2026-11-26T12:47:53+02:00", "at <time>+hh:mm"),
        ("Thu, 26 Nov 2026 12:47:53 GMT", "<date>"),
        ("time-out after 30.0 s", "time-out after <seconds>"),
        ("http://127.0.0.1:40123/beta", "http://<here>/beta"),
        ("by scrubbed-name-cee2ffe69acc", "by <scrubbed>"),
        ("the one exchange 91 was given", "the one exchange <n> was given"),
        ("expected 201 Created, got 200", "expected 201 Created, got 200"),
        ("restoreSessionArtifactCount", "restoreSessionArtifactCount"),
        ("RestoreSessionActionNotAllowed", "RestoreSessionActionNotAllowed"),
    ],
)
def test_what_differs_from_run_to_run_is_replaced(text, shown):
    assert normalised(text) == shown


def test_numbers_that_are_statuses_stay():
    assert without_numbers("expected 23, got 7 with 503") == "expected <n>, got <n> with 503"
