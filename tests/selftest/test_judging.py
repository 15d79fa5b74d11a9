"""Verdicts: right reason, every reading, one cause told once, trouble never taken for a breach."""

import json
from dataclasses import replace

import pytest

from restore_conformance.bench.scoring import judged, score_fault
from restore_conformance.checks import members, responses
from restore_conformance.clauses import Clause, Interpretation, Register, answered, load, sent, sole, without
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.judging import Judge, look
from restore_conformance.mock import Service
from restore_conformance.mock.edits import status
from restore_conformance.mock.hooks import on_created, on_refusal
from restore_conformance.recogniser import Recogniser
from restore_conformance.verdicts import Deviation, Exit, Inconclusive, Level, Verdict

TOKEN = "t0ken"
RECOGNISE = Recogniser(callers={TOKEN: "good"})
JSON = (("Content-Type", "application/json"),)
ELEMENT = {"restorePoint": {"id": "aaaaaaaa-0000-4000-8000-000000000001"}, "destinationType": "inPlace"}


def exchange(payload, status, answer, number=1, headers=JSON):
    body = payload if isinstance(payload, bytes) else json.dumps(payload, separators=(",", ":")).encode()
    request = Request("POST", CREATE, (("Authorization", f"Bearer {TOKEN}"), *JSON), body)
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    made = Exchange(number, request, Response(status, headers, raw))
    made.observation.sent = RECOGNISE(request)
    return look(made)


def error(code, **more):
    return {"error": {"code": code, "message": "", **more}}


EMPTY = {"siteRestoreArtifacts": []}
MISSING = {"siteRestoreArtifacts": [{"restorePoint": ELEMENT["restorePoint"]}]}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (error("InvalidPathType"), "top"),
        (error("badRequest", innerError={"code": "InvalidPathType"}), "inner"),
        (error("badRequest", innererror={"innererror": {"innerError": {"code": "InvalidPathType"}}}), "inner"),
        (error("badRequest", details=[{"code": "InvalidPathType", "message": ""}]), "details"),
        (error("badRequest", innerError={"details": [{"code": "InvalidPathType", "message": ""}]}), "details"),
        (error("invalidPathType"), "other-case"),
    ],
)
def test_a_documented_code_counts_wherever_it_stands(answer, place):
    assert responses.refused(exchange(MISSING, 400, answer), "path-type") == place


@pytest.mark.parametrize(
    ("status", "answer"),
    [(400, error("InvalidArtifactRequest")), (422, error("InvalidPathType")), (201, {}), (400, error("badRequest"))],
)
def test_a_refusal_for_another_reason_is_no_refusal(status, answer):
    with pytest.raises(Deviation):
        responses.refused(exchange(MISSING, status, answer), "path-type")


def test_texts_are_never_judged():
    assert responses.refused(
        exchange(MISSING, 400, {"error": {"code": "InvalidPathType", "message": "lies"}}), "path-type"
    )


def one(address, when, judge, **fields):
    return Clause(address, fields.pop("level", Level.MUST), "Says.", "response", judge=judge, when=when, **fields)


def breaks(message="broken", **more):
    def judge(seen):
        raise Deviation(message, **more)

    return judge


def keeps(seen):
    return None


def verdicts(clauses, *exchanges, interpretations=None, facts=(), **settings):
    judge = Judge(Register(tuple(clauses), interpretations or {}), **settings)
    for each in exchanges:
        judge.exchange(each)
    return {found.clause.address: found for found in judge.verdicts(facts)}


def test_a_clause_no_exchange_touched_is_none_and_never_a_pass():
    found = verdicts([one("a/b.c", sent("nothing"), keeps)], exchange(EMPTY, 400, error("x")))["a/b.c"]
    assert (found.verdict, found.reason, found.exchanges) == (Verdict.NONE, "not touched", 0)


def test_the_smallest_evidence_is_kept_and_counted():
    def judge(seen):
        if seen.number != 2:
            raise Deviation("broken")

    large = {"siteRestoreArtifacts": [], "note": "x" * 50}
    seen = [
        exchange(large, 400, error("x"), 1),
        exchange(EMPTY, 400, error("x"), 2),
        exchange(EMPTY, 400, error("x"), 3),
    ]
    finding = verdicts([one("a/b.c", sent("create"), judge)], *seen)["a/b.c"].findings[0]
    assert (finding.seen, finding.of, finding.evidence[0].number) == (2, 3, 3)


def test_what_needs_a_broken_clause_is_not_judged_on_that_exchange():
    clauses = [
        one("a/b.second", sent("create"), breaks(), needs=("a/b.first",)),
        one("a/b.first", sent("create"), breaks()),
    ]
    found = verdicts(clauses, exchange(EMPTY, 400, error("x")))
    assert found["a/b.second"].verdict is Verdict.NONE
    assert found["a/b.first"].findings[0].consequences == ["a/b.second"]


def test_the_same_answer_is_told_under_its_cause_and_another_is_told_apart():
    cause = one("a/b.cause", sent("create"), breaks(observed="200"))
    same = one("a/b.same", sent("create"), breaks(observed="200"), after=("a/b.cause",))
    other = one("a/b.other", sent("create"), breaks(observed="500"), after=("a/b.cause",))
    found = verdicts([cause, same, other], exchange(EMPTY, 400, error("x")))
    assert found["a/b.same"].verdict is Verdict.INCONCLUSIVE
    assert found["a/b.same"].reason == "follows from a/b.cause"
    assert found["a/b.other"].verdict is Verdict.FAIL


def test_what_binds_is_never_listed_under_what_does_not():
    cause = one("a/b.cause", sent("create"), breaks(observed="200"), level=Level.SHOULD)
    same = one("a/b.same", sent("create"), breaks(observed="200"), after=("a/b.cause",))
    lesser = one("a/b.lesser", sent("create"), breaks(observed="200"), level=Level.SHOULD, follows=("a/b.same",))
    found = verdicts([cause, same, lesser], exchange(EMPTY, 400, error("x")))
    assert found["a/b.cause"].verdict is Verdict.FAIL
    assert found["a/b.same"].verdict is Verdict.FAIL
    assert found["a/b.lesser"].reason == "follows from a/b.same"


def test_a_general_breach_in_one_place_stays_binding_where_the_place_is_not():
    """An envelope that one advised row lacks is a broken envelope, not a finding that fails no run."""
    place = one("a/b.place", sole("empty-list"), lambda seen: None, level=Level.SHOULD, needs=("a/b.shape",))
    shape = one("a/b.shape", sent("create"), lambda seen: breaks()(seen) if seen.number == 2 else None, general=True)
    found = verdicts([place, shape], exchange(EMPTY, 400, error("x"), 1), exchange(EMPTY, 400, error("x"), 2))
    assert found["a/b.shape"].verdict is Verdict.FAIL


READING = {"spot": Interpretation("spot", "c", ("C1",), {"left": "on the left", "right": "on the right"}, "open")}


def test_every_open_reading_is_accepted_and_reported():
    clause = one("a/b.c", sent("create"), lambda seen: "left", reading="spot")
    found = verdicts([clause], exchange(EMPTY, 400, error("x")), interpretations=READING)["a/b.c"]
    assert (found.verdict, found.seen) == (Verdict.PASS, {"left": 1})


@pytest.mark.parametrize("level", [Level.MUST, Level.OBSERVE])
def test_a_narrowed_reading_binds(level):
    clause = one("a/b.c", sent("create"), lambda seen: "left", reading="spot", level=level)
    found = verdicts(
        [clause], exchange(EMPTY, 400, error("x")), interpretations=READING, readings={"spot": frozenset({"right"})}
    )["a/b.c"]
    assert found.verdict is Verdict.FAIL
    assert "the reading spot is right (on the right), got left (on the left)" in found.findings[0].message


def test_an_excuse_holds_only_if_it_is_a_fact():
    clause = one("a/b.c", sent("create"), breaks(unless="ids-checked"))
    seen = exchange(EMPTY, 400, error("x"))
    assert verdicts([clause], seen)["a/b.c"].verdict is Verdict.FAIL
    excused = verdicts([clause], seen, facts=["ids-checked"])["a/b.c"]
    assert (excused.verdict, excused.reason[:20]) == (Verdict.NONE, "needs restore points")


@pytest.mark.parametrize(
    ("status", "answer", "headers"),
    [
        (500, error("x"), JSON),
        (502, b"<html>", (("Content-Type", "text/html"),)),
        (302, b"", ()),
        (401, error("InvalidAuthenticationToken"), JSON),
        (403, error("Forbidden"), JSON),
        (404, error("x"), JSON),
        (429, error("TooManyRequests"), JSON),
        (201, b"<html>", (("Content-Type", "text/html"),)),
        (201, b'{"id": "cut', JSON),
        (400, b"", JSON),
    ],
)
def test_trouble_is_inconclusive_until_a_control_blames_the_target(status, answer, headers):
    clause = one("a/b.c", sole("empty-list"), breaks())
    seen = exchange(EMPTY, status, answer, headers=headers)
    assert seen.trouble
    assert verdicts([clause], seen)["a/b.c"].verdict is Verdict.INCONCLUSIVE
    seen.observation.blame = "target"
    assert verdicts([clause], seen)["a/b.c"].verdict is Verdict.FAIL


def test_a_complete_answer_is_evidence_by_itself():
    assert exchange(EMPTY, 201, {"id": "x"}).trouble is None
    assert exchange(EMPTY, 422, error("x")).trouble is None


def test_a_judgement_that_breaks_is_an_error_of_ours():
    def judge(seen):
        raise KeyError("slip")

    found = verdicts([one("a/b.c", answered("4xx"), judge)], exchange(EMPTY, 400, error("x")))["a/b.c"]
    assert (found.verdict, found.reason) == (Verdict.ERROR, "KeyError: 'slip'")


def test_a_judgement_that_breaks_while_causes_are_sought_is_an_error_of_ours():
    """Whether the evidence of one clause breaks another is asked of that one: where it breaks itself, that is shown."""

    def judge(seen):
        raise KeyError("slip")

    cause = one("a/b.cause", answered("4xx") & without("sole:empty-list"), judge)
    effect = one("a/b.effect", answered("4xx"), breaks(), follows=("a/b.cause",))
    found = verdicts([cause, effect], exchange(EMPTY, 400, error("x")))
    assert (found["a/b.cause"].verdict, found["a/b.cause"].reason) == (Verdict.ERROR, "KeyError: 'slip'")
    assert found["a/b.effect"].verdict is Verdict.FAIL


def test_a_judgement_that_breaks_on_a_smaller_request_is_an_error_of_ours_and_ends_no_run():
    """A finding is made smaller by judging smaller requests; a run whose judgement breaks there still has a result."""
    register = load()

    def judge(seen):
        if seen.step == "shrinking":
            raise KeyError("slip")
        raise Deviation("broken")

    clauses = tuple(
        replace(clause, judge=judge) if clause.address == "create/response.created" else clause
        for clause in register.clauses
    )
    result = judged(replace(register, clauses=clauses), Service(), "quick")
    found = {verdict.clause.address: verdict for verdict in result.verdicts}
    assert (result.exit, found["create/response.created"].reason) == (Exit.INTERNAL, "KeyError: 'slip'")
    assert len(found) == len(clauses)


def test_inconclusive_is_neither():
    def judge(seen):
        raise Inconclusive("no telling")

    found = verdicts([one("a/b.c", sent("create"), judge)], exchange(EMPTY, 400, error("x")))["a/b.c"]
    assert (found.verdict, found.reason) == (Verdict.INCONCLUSIVE, "no telling")


@pytest.mark.parametrize(
    "good",
    [
        "2015-06-19T12:01:03Z", "2025-06-28T15:05:54.1352557Z", "0001-01-01T00:00:00Z", "2025-06-28T15:05:54+02:00",
        "2025-06-28T15:05Z", "2025-06-28T15:05:54.123456789012-11:30", "2024-02-29T00:00:00Z", "2025-06-28t15:05:54z",
    ],
)  # fmt: skip
def test_every_form_of_a_time_is_read(good):
    assert members.instant(good) is not None


@pytest.mark.parametrize(
    "bad",
    [
        "2015-06-19T12-01-03.45Z", "2015-06-19T12:01:03", "2015-06-19", "2025-02-30T00:00:00Z", "19.06.2015", "",
        "2025-06-28T24:00:00Z", "2025-06-28 15:05:54Z", "2025-06-28T15:05:54.1234567890123Z", "2025-13-01T00:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(bad):
    assert members.instant(bad) is None


def test_times_are_compared_across_zones_and_digits():
    assert members.instant("2025-06-28T15:00:00+02:00") < members.instant("2025-06-28T13:00:00.000000000001Z")
    assert members.instant("2025-06-28T15:00:00.5Z") == members.instant("2025-06-28T15:00:00.500Z")


def test_an_answer_that_names_the_row_of_a_clause_is_reported_under_it():
    """Ids that differ in letter case are an open question: answered alike, they do not explain the row."""
    service = Service()
    on_refusal("DuplicateArtifactInList", status(200))(service)
    found = [one.clause.address for one in judged(load(), service, "standard").verdicts if one.verdict == Verdict.FAIL]
    assert found == ["create/errors.duplicate-artifact"]


def test_two_lists_without_artifacts_may_make_an_empty_session():
    """As each of them alone may; and nobody has to refuse both for the same reason."""
    judge, both = Judge(load()), {"siteRestoreArtifacts": None, "granularSiteRestoreArtifacts": []}
    session = {"id": "aaaaaaaa-0000-4000-8000-00000000000b", "status": "draft"}
    judge.exchange(exchange(both, 201, session, 1))
    judge.exchange(exchange(both, 400, error("badRequest"), 2))
    assert judge.broken() == []


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_what_follows_from_a_clause_that_follows_from_another_is_reported_under_the_first_cause(profile):
    """Every create answered 200 is one defect, whatever family of requests shows it, and whoever asks."""
    service = Service()
    on_created(status(200))(service)
    found = [one.clause.address for one in judged(load(), service, profile).verdicts if one.verdict == Verdict.FAIL]
    assert found == ["create/response.created"]


def test_odd_items_are_sent_without_members_of_a_newer_edition_in_the_short_plan():
    """What binds by the pinned edition meets long browse session ids too."""
    score = score_fault(load(), "field2-browse-long-crash", "quick")
    assert score.right, score.reason
    assert score.requests < 140
