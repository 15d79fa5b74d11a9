"""How a run is summed up: by the kind of each reason, never by its words; and what is kept in mind meanwhile."""

import pytest
from looking import some

from restore_conformance.campaign.created_ids import BoundedIds
from restore_conformance.campaign.gaps import NO_ANSWER, NO_REQUEST, untouched
from restore_conformance.campaign.result import Stop, conclude
from restore_conformance.clauses import Clause, When, sent
from restore_conformance.mock.faults import seeded
from restore_conformance.verdicts import ClauseVerdict, Exit, Level, Verdict, Why


def clause(address, when=None, level=Level.MUST, **more):
    return Clause(address, level, "Says.", address.partition("/")[2].partition(".")[0], when=when or When(), **more)


def verdict(address, came=Verdict.PASS, why=None, reason="", **more):
    return ClauseVerdict(clause(address, **more), came, 1, reason, why)


def kept(*more):
    """Three essential clauses kept, and more."""
    return [*(verdict(f"create/response.{number}", essential=True) for number in range(3)), *more]


@pytest.mark.parametrize("why", list(Why))
def test_a_clause_beyond_reach_weighs_nothing_whatever_the_words(why):
    found = [verdict(f"get/a.{n}", Verdict.NONE, why, "any words at all") for n in range(20)]
    code, _, unjudged = conclude(kept(*found))
    assert code is (Exit.CONFORMANT if why.beyond else Exit.UNJUDGED)
    assert unjudged == ([] if why.beyond else [one.clause.address for one in found])


@pytest.mark.parametrize("words", ["untested: x", "left out: x", "needs another caller: x", "the step x was answered"])
def test_words_alone_put_nothing_beyond_reach(words):
    found = [verdict(f"get/a.{n}", Verdict.NONE, Why.UNTOUCHED, words) for n in range(20)]
    assert conclude(kept(*found))[0] is Exit.UNJUDGED


def test_an_essential_clause_without_a_verdict_is_no_conformance(register):
    lacking = verdict("create/a.b", Verdict.INCONCLUSIVE, reason="status 503", essential=True)
    assert conclude(kept(lacking))[:2] == (Exit.UNJUDGED, "no verdict on create/a.b: status 503")
    assert sum(clause.essential for clause in register.clauses) == 3
    assert all(clause.level is Level.MUST for clause in register.clauses if clause.essential)


def test_a_target_that_could_not_be_asked_is_unjudged_but_for_what_it_broke():
    assert conclude(kept(), Stop.HOPELESS, "unreachable")[:2] == (Exit.UNJUDGED, "unreachable")
    assert conclude(kept(verdict("get/a.b", Verdict.FAIL)), Stop.HOPELESS, "unreachable")[0] is Exit.BROKEN


def test_why_a_clause_was_not_touched():
    assert untouched(clause("create/a.b", sent("sole:no-permission")), {"create"}, {}, "").why is Why.CALLER
    assert untouched(clause("get/a.b"), {"create"}, {}, "").why is Why.ROUTE
    assert untouched(clause("get/permissions.b"), {"create", "get"}, {}, "").why is Why.CALLER
    assert untouched(clause("get/permissions.b"), {"create", "get"}, {"read-only": "t"}, "").why is Why.UNTOUCHED
    assert untouched(clause("get/a.b"), {"get"}, {}, "interrupted").says == "interrupted"


def test_a_clause_that_looks_with_a_request_the_target_lacks_says_so():
    looking = clause("create/read-back.b", sent("asked:create", "list"))
    lacking = untouched(looking, {"create"}, {}, "", {"create": {"201": 9}})
    assert (lacking.why, lacking.says) == (Why.ROUTE, "the target seems to have no route for list")
    assert untouched(looking, {"create"}, {}, "interrupted", {"create": {"201": 9}}).says == "interrupted"
    assert untouched(looking, {"create", "list"}, {}, "", {"create": {"201": 9}}).why is Why.UNTOUCHED


def test_the_profile_is_not_blamed_where_a_broken_clause_may_be_why():
    assert untouched(clause("get/a.b"), {"get"}, {}, "").says == NO_REQUEST
    assert untouched(clause("get/a.b"), {"get"}, {}, "", broken=True).says == NO_ANSWER


@pytest.mark.parametrize("fault", ["read-back-total-zero", "total-always-one", "activate-loses-artifacts"])
@pytest.mark.parametrize("profile", some(["quick", "standard"], "quick"))
def test_what_a_finding_affects_names_that_finding(judged, fault, profile):
    """A clause that is listed as affected by a finding gives no other reason for its lack of a verdict."""
    verdicts = {verdict.clause.address: verdict for verdict in judged(seeded(fault), profile).verdicts}
    affected = {
        address for verdict in verdicts.values() for finding in verdict.findings for address in finding.consequences
    }
    assert affected
    without = [verdicts[address] for address in affected if verdicts[address].verdict is Verdict.NONE]
    assert all(verdict.root and verdict.reason == f"follows from {verdict.root}" for verdict in without)


def test_an_answer_without_its_array_is_not_said_to_be_what_was_expected(judged):
    verdicts = {found.clause.address: found for found in judged(seeded("list-without-value"), "quick").verdicts}
    assert verdicts["list/response.collection"].findings[0].message.endswith("got 200 without it")
    assert NO_REQUEST not in verdicts["list/response.items"].reason


def test_ids_are_remembered_from_the_beginning_and_of_late():
    memory = BoundedIds(generation=10)
    assert all(memory(str(number), number) is None for number in range(100))
    assert memory("0", 200) == 0
    assert memory("9", 200) == 9
    assert memory("99", 200) == 99
    assert memory("85", 200) == 85


def test_what_is_remembered_is_bounded():
    memory = BoundedIds(generation=10)
    for number in range(1000):
        memory(str(number), number)
    assert len(memory._first) + len(memory._recent) + len(memory._older) <= 30


def test_an_interrupted_run_never_conforms_and_a_bounded_one_says_how_far_it_went():
    assert conclude(kept(), Stop.INTERRUPTED, "interrupted")[0] is Exit.UNJUDGED
    code, reason, _ = conclude(kept(), Stop.BOUND, "the bound of 9 requests was reached")
    assert code is Exit.CONFORMANT
    assert reason.endswith("until the bound of 9 requests was reached")
