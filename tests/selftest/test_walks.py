"""Walks: drawn series of operations on several sessions, judged like anything else, the same for the same seed."""

import hashlib
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from looking import failed, smallest

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.campaign.planner import Planner
from restore_conformance.campaign.session_machine import Sessions, on
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.settings import Settings
from restore_conformance.stimuli import FAMILIES, PROFILES, Knobs, Materials, drawn, made_up
from restore_conformance.stimuli.scenarios import ARTIFACTS, MALFORMED, UNKNOWN, WALK, Scenario, Step
from restore_conformance.stimuli.walks import NOT_MADE, drawn_walks, walks
from restore_conformance.targets import Embedded
from restore_conformance.verdicts import Deviation, Exit, UsageError, Verdict

OPERATIONS = {"create", "get", "list", "artifacts", "list-artifacts", "list-granular", "update", "activate", "delete"}
TOKEN = "a-token-of-some-length"
SERIES = settings(
    max_examples=20,
    stateful_step_count=15,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
DIGEST = """
import hashlib
from restore_conformance.stimuli import made_up
from restore_conformance.stimuli.walks import drawn_walks
print(hashlib.sha256(repr(drawn_walks(made_up(), 4, 30, 7)).encode()).hexdigest())
"""


def walked(register, service, *scenarios, seed=1):
    """The result of a run that sends walks alone."""
    chosen = Settings(token=service.token, seed=seed)
    return Campaign(chosen, Embedded(service), register, script=lambda run: run.runner.run(scenarios)).run()


def test_one_seed_walks_the_same_in_every_process():
    """Whatever is imported, and however hashes fall."""
    there = subprocess.run(
        [sys.executable, "-c", DIGEST], env={**os.environ, "PYTHONHASHSEED": "123"}, capture_output=True, check=True
    ).stdout
    here = hashlib.sha256(repr(drawn_walks(made_up(), 4, 30, 7)).encode()).hexdigest()
    assert there.decode().strip() == here
    assert drawn_walks(made_up(), 4, 30, 7) != drawn_walks(made_up(), 4, 30, 8)


def test_walks_do_everything_that_can_be_done():
    """Every operation, every change, creates that are refused, ids of nothing, sessions that are gone."""
    made = drawn_walks(made_up(), 40, 30, 3)
    steps = [step for walk in made for step in walk.steps]
    assert {step.operation for step in steps} == OPERATIONS
    assert {step.change for step in steps} >= {"add", "remove", "exchange", "remove-itself", "remove-malformed"}
    assert {step.change for step in steps} >= {"add-to-running", "remove-from-running", "empty", "both", "twice"}
    assert {step.session for step in steps} >= {UNKNOWN, MALFORMED, "s0", "s1", "s2"}
    families = {stimulus.family for walk in made for stimulus in walk.sessions.values()}
    assert families >= {*NOT_MADE, "standard", "granular", "no-payload", "prefer"}
    assert all(len(walk.steps) == 30 for walk in made)
    assert len({walk.steps for walk in made}) == len(made)


def test_walks_keep_to_the_ids_that_were_named():
    """No session is created with more artifacts than ids were named, and none is started where that is not allowed."""
    points = tuple(f"{n:08x}-1111-4222-8333-{n:012x}" for n in range(3))
    for walk in drawn_walks(Materials(restore_points=points), 10, 20, 1, activate=False):
        assert "activate" not in {step.operation for step in walk.steps}
        sites = [one for one in walk.sessions.values() if one.kind == "standard" and not one.defect]
        assert all(one.artifacts <= 3 for one in sites)


def test_a_walk_on_the_conforming_mock_breaks_nothing(register):
    made = drawn_walks(made_up(), 12, 40, 5)
    result = walked(register, Service(), *made)
    assert result.requests > 400
    assert not failed(result)
    assert not [one for one in result.verdicts if one.verdict in {Verdict.ERROR, Verdict.INCONCLUSIVE}]


def test_standard_walks_within_its_requests(register):
    """Five walks over several sessions, whose creates are taken from what is drawn besides."""
    kept = []
    service = Service()
    callers = {kind: token for token, kind in service.tokens.items()}
    chosen = Settings(token=callers.pop("good"), identities=callers)
    result = Campaign(chosen, Embedded(service), register, keep=kept.append).run()
    assert result.requests <= 420
    walked = {one.conversation for one in kept if one.family == WALK}
    assert len(walked) >= 5
    assert sum(one.family == WALK for one in kept) >= 25
    assert len(drawn(made_up(), PROFILES["standard"].drawn, 2)) >= 150


def test_a_walk_takes_its_sessions_from_what_is_drawn():
    """Nothing that is drawn is sent twice, and nothing is lost."""
    stimuli = drawn(made_up(), PROFILES["standard"].drawn, 2)
    left = list(stimuli)
    planner = Planner(made_up(), PROFILES["standard"], 1, [], activate=True, alone=True)
    taken = [one for walk in planner.walks(left) for one in walk.sessions.values()]
    own = [one for one in taken if not any(one is other for other in stimuli)]
    assert len(taken) + len(left) - len(own) == len(stimuli)
    assert {one.family for one in own} <= {"no-payload"} | set(NOT_MADE)


@pytest.mark.parametrize("seeds", [range(4, 5), pytest.param(range(5, 35), marks=pytest.mark.deep)])
def test_walks_move_no_clause_between_not_tested_and_passed(judged, seeds):
    """Whatever the seed, the same clauses are tested, and all of them pass."""

    def tested(**changes):
        result = judged(Service(), "standard", **changes)
        assert result.exit is Exit.CONFORMANT
        return {v.clause.address: v.verdict for v in result.verdicts}

    planned = tested(drawn=0)
    for seed in seeds:
        assert tested(seed=seed) == planned


def test_a_breach_in_a_walk_shrinks_to_the_shortest_series(register):
    """Of thirty steps three are left: create, delete, and a read that still finds the session."""
    service = seeded("delete-without-effect")
    made = drawn_walks(made_up(), 4, 30, 2)
    result = walked(register, service, *made)
    found = {one.clause.address: one for one in result.verdicts if one.verdict is Verdict.FAIL}
    assert "delete/response.gone" in found
    finding = found["delete/response.gone"].findings[0]
    assert finding.evidence[-1].note.startswith("shown again by 3 requests")
    assert [one.request.method for one in finding.evidence][-2:] == ["DELETE", "GET"]
    assert result.shrinking > 0


def test_the_state_machine_finds_nothing_on_the_mock():
    run_state_machine_as_test(on(lambda: Embedded(Service({TOKEN: "good"})), TOKEN), settings=SERIES)


def test_the_state_machine_finds_a_breach_about_several_sessions():
    """A fault that takes several requests to show fails the test with the clause that it breaks."""

    def target():
        service = seeded("delete-without-effect")
        service.tokens = {TOKEN: "good"}
        return Embedded(service)

    with pytest.raises(Deviation, match=r"delete/response\.gone"):
        run_state_machine_as_test(on(target, TOKEN), settings=SERIES)


def test_the_state_machine_asks_no_tenant():
    class Elsewhere(Embedded):
        loopback = False

    with pytest.raises(UsageError, match="not loopback"):
        on(lambda: Elsewhere(Service()))()
    with pytest.raises(UsageError, match="no target"):
        Sessions()


def test_a_walk_shrinks_to_one_request():
    """The simplest walk is one create of one artifact, as readable as it can be."""
    simplest = smallest(walks(made_up(), 6), lambda walk: True, tries=20)
    assert [step.operation for step in simplest.steps] == ["create"]
    assert b"00000000" in simplest.sessions["s0"].body or simplest.sessions["s0"].artifacts == 1


@pytest.mark.parametrize(("kind", "other"), [("standard", "list-granular"), ("granular", "list-artifacts")])
def test_a_list_of_the_other_kind_says_nothing_of_what_was_added(register, kind, other):
    """A session holds one kind of artifact: the list of the other kind stays empty, whatever is added."""
    steps = (
        Step("create", "s0"), Step(ARTIFACTS, "s0"),
        Step("update", "s0", change="add", seed=7), Step(other, "s0"), Step(ARTIFACTS, "s0"),
        Step("update", "s0", change="exchange", seed=8), Step(other, "s0"), Step(ARTIFACTS, "s0"),
    )  # fmt: skip
    stimulus = FAMILIES[kind](made_up(), Knobs(3, seed=5))
    result = walked(register, Service(), Scenario(WALK, steps, sessions={"s0": stimulus}))
    assert result.requests == len(steps)
    assert not failed(result)
