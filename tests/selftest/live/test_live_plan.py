"""The plan: every must of create in at most seventy-two requests, whatever the dice say."""

import random
import uuid

import pytest

from restore_conformance.campaign.coverage import FURTHER, make_plan
from restore_conformance.campaign.sender import Sender
from restore_conformance.contract.editions import chosen
from restore_conformance.live.ownership import enough
from restore_conformance.recogniser import Recogniser
from restore_conformance.stimuli import PROFILES
from restore_conformance.stimuli.pairwise import ACCEPTED, REFUSED, rows
from restore_conformance.stimuli.pool import Pool
from restore_conformance.targets import Embedded

EVERYBODY = ("application", "delegated", "expired", "no-permission", "personal", "read-only")


def planned(register, chance, size, callers, requests=PROFILES["live"].requests, edition="2026-02"):
    points = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(size)]
    keys = [",".join(str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(4)) for _ in range(size)]
    items = [{"browseSessionId": "eJxBrowse0", "id": key} for key in keys]
    tokens = {caller: f"token-of-{caller}" for caller in ("good", *callers)}
    recogniser = Recogniser(callers={t: k for k, t in tokens.items()}, known=[*points, *keys] if size else None)
    sender = Sender(Embedded(None), recogniser, tokens)
    pool = Pool(points, items, chance, made_up=False, distinct=enough, edition=chosen(edition))
    return make_plan(register, lambda s: recogniser(sender.request(s)), pool, callers, requests=requests)


@pytest.mark.parametrize(
    ("size", "callers"),
    [
        pytest.param(10, ("application",), id="10-one caller"),
        pytest.param(40, EVERYBODY, id="40-everybody"),
        pytest.param(10, EVERYBODY, id="10-everybody", marks=pytest.mark.deep),
        pytest.param(40, ("application",), id="40-one caller", marks=pytest.mark.deep),
    ],
)
def test_every_must_of_create_is_planned_for(register, size, callers):
    """Six draws of everything that is left to chance: the same clauses are served, in at most seventy-two requests."""
    for seed in range(6):
        plan = planned(register, random.Random(seed), size, callers)
        assert plan.requests <= 72
        served = frozenset().union(*(create.serves for create in plan.every))
        missed = {
            c.address
            for c in register.clauses
            if c.operation == "create" and c.judge and not c.stateful and c.level == "must"
            if c.address not in served and not c.address.startswith("create/examples.")
        }
        about_callers = {name for name in missed if "permissions." in name or name.endswith("authorization-expired")}
        assert missed == (about_callers if len(callers) == 1 else set())


@pytest.mark.parametrize("edition", ["2026-02", "latest"])
@pytest.mark.parametrize("callers", [("application",), EVERYBODY], ids=["one caller", "everybody"])
def test_a_granular_session_is_read_back_in_every_edition(register, callers, edition):
    """What holds items is looked at although no clause of create needs another such session."""
    plan = planned(register, random.Random(1), 40, callers, edition=edition)
    assert "granular" in plan.extras
    assert plan.granular is not None
    assert not plan.granular.stimulus.newer
    assert plan.granular not in plan.creates


@pytest.mark.parametrize(("size", "requests", "why"), [(40, 60, "no room"), (0, 78, "needs items")])
def test_a_plan_that_reads_no_items_back_says_why(register, size, requests, why):
    """It is the plan that has no room, or the user who names none: nothing is said of the target's routes."""
    plan = planned(register, random.Random(1), size, ("application",), requests=requests)
    assert "granular" not in plan.extras
    silent = [a for a in plan.unreachable if a.startswith("list-granular/response.")]
    assert silent
    assert all(plan.unreachable[a].says.startswith(("left out", why, "no room")) for a in silent)
    assert plan.unreachable["list-granular/response.items"].says.startswith(why)


@pytest.mark.parametrize("requests", [12, 40, 72, 78, 90, 120, 200])
def test_what_is_planned_and_kept_stays_within_the_bound(register, requests):
    """Six requests, of a small bound a twelfth, are kept to ask again; no should takes the room of a must's look."""
    plan = planned(register, random.Random(1), 40, ("application",), requests=requests)
    assert plan.kept == min(6, requests // 12)
    assert plan.requests <= plan.bound == requests - plan.kept
    if {"get-deleted", "granular", "unknown-ids"} <= set(plan.extras) and not set(FURTHER) <= set(plan.extras):
        levels = {register[a].level for create in plan.creates for a in create.sent_for}
        assert levels == {"must"}


def test_two_sessions_of_a_run_can_be_told_apart(register):
    """Every create that names artifacts draws its own from a large enough pool."""
    plan = planned(register, random.Random(1), 40, ("application",))
    bodies = [create.stimulus.body for create in plan.every if b"rtifacts" in (create.stimulus.body or b"")]
    assert len(set(bodies)) == len(bodies)


@pytest.mark.parametrize("dimensions", [ACCEPTED, REFUSED], ids=["accepted", "refused"])
def test_all_pairs_meet(dimensions):
    """Of every two dimensions every two values meet in some row, in far fewer rows than there are combinations."""
    made = rows(dimensions)
    names = list(dimensions)
    for number, first in enumerate(names):
        for second in names[number + 1 :]:
            met = {(repr(row[first]), repr(row[second])) for row in made}
            assert met == {(repr(a), repr(b)) for a in dimensions[first] for b in dimensions[second]}
    assert len(made) <= 60
