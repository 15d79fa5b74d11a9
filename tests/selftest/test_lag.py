"""Answers may lag: replicas in any order, and views that lag independently (get, lists, pages, rows, counts), are no
deviation; a change that never comes is one."""

import itertools
import random

import pytest
from looking import failed, some

from restore_conformance.bench.scoring import judged
from restore_conformance.live.run import rehearsal
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.hooks import (
    ACTIVATE,
    DELETES,
    READS,
    SESSION_NOT_FOUND,
    UPDATE,
    around_operation,
    refuse,
)  # fmt: skip
from restore_conformance.mock.variants import composed, dimensions, reported
from restore_conformance.mock.variants.consistency import replicated
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded
from restore_conformance.verdicts import Exit

LAGGING = [*dimensions()["lag"], *dimensions()["artifact-lag"]]
SHAPES = [
    [None, *values]
    for name, values in dimensions().items()
    if name in {
        "page", "artifact-page", "item-page", "artifact-order", "list-order", "list-page", "list-token", "list-count",
        "fair-counts", "modified", "modified-when", "others", "expanded", "update-answer", "unset",
    }
]  # fmt: skip
"""The ways to show sessions, lists and counts, by dimension."""
LISTS = frozenset({"list", "list-typed", "list-artifacts", "list-granular"})
VIEWS = (READS, LISTS, READS - LISTS, frozenset({"list", "list-typed"}))
LAGS = ((0.0, 3.0), (0.5, 1.5, 3.0), (0.0, 0.0, 2.5), (3.0, 3.0, 3.0, 0.0), (0.0, 0.3, 1.2, 2.9))
KINDS = (
    ("field-page-of-one", "field2-list-by-kind", "replicas-of-lists"),
    ("fair-counts-not-shown", "counts-of-a-replica"),
    ("field2-artifacts-appear-late", "field2-artifacts-lag", "three-replicas-at-random"),
)
"""Pages of a list from different replicas, counts that reads alone show, and three ways to lag on top of each other."""
PROFILES = ("quick", "standard", "live")
REPLICAS = [(0.0, 3.0), (0.5, 1.5, 3.0), (0.0, 0.0, 2.0), (3.0, 0.5)]
SEEDS = (None, *range(1, 24))
"""None answers in turn, a number at random."""


def run(register, names, profile, seed=1, service=None):
    """Judge a service with these variants on top of each other, even of one dimension; `live` rehearses a live run."""
    service = service or Service()
    for name in names:
        composed([name], service)
    if profile == "live":
        others = {kind: token for token, kind in service.tokens.items() if kind != "good"}
        settings = Settings(token=service.token, identities=others, profile=profile, seed=seed)
        result = rehearsal(settings, Embedded(service), register).run()
    else:
        result = judged(register, service, profile, seed=seed)
    found = set(failed(result)) - reported(names)
    assert not found, (found, names, profile, seed)
    assert result.exit is Exit.CONFORMANT, (result.reason, names, profile, seed)


def test_pages_of_different_replicas_are_no_deviation(register):
    run(register, KINDS[0], "standard")


def test_counts_that_only_reads_show_are_no_deviation(register):
    run(register, KINDS[1], "quick")


def test_what_lacks_one_thing_after_another_is_no_deviation(register):
    """A list that is not found at first, and holds nothing when it is: neither says that the other never ends."""
    service = Service()
    replicated(service, (3.0,), operations=LISTS)
    run(register, ["field2-artifacts-appear-late"], "quick", service=service)


@pytest.mark.deep
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("names", KINDS, ids="+".join)
def test_what_lags_in_its_own_way_is_no_deviation(register, names, profile):
    run(register, names, profile)


@pytest.mark.parametrize("name", some(LAGGING, "two-replicas-in-turn", "counts-of-a-replica"))
def test_a_tenant_that_lags_is_no_deviation(register, name):
    """A live run waits for what lags as any other does."""
    run(register, [name], "live")


def drawn(seed):
    """Two or three ways to show lists, one way to lag or two, and replicas of single sessions beneath."""
    dice = random.Random(seed)
    names = [dice.choice(values) for values in dice.sample(SHAPES, dice.choice((2, 3, 5)))]
    lags = dice.sample(LAGGING, dice.choice((0, 1, 1, 2)))
    service = Service()
    replicated(service, dice.choice(LAGS), seed, dice.choice(VIEWS), counts_only=dice.random() < 0.3, apart=True)
    return [name for name in (*names, *lags) if name], service


@pytest.mark.parametrize("profile", some(PROFILES, "live"))
def test_sessions_of_one_answer_from_different_replicas_are_no_deviation(register, profile):
    names, service = drawn(PROFILES.index(profile))
    run(register, names, profile, service=service)


@pytest.mark.deep
@pytest.mark.parametrize("profile", PROFILES)
def test_every_pair_of_ways_to_lag_is_no_deviation(register, profile):
    for number, (one, other) in enumerate(itertools.combinations(LAGGING, 2)):
        shape = random.Random(number).choice(SHAPES)[1:]
        for name in (shape[number % len(shape)], "field2-list-by-kind"):
            run(register, [name, "field-page-of-one", one, other], profile, seed=number)


@pytest.mark.deep
@pytest.mark.parametrize("profile", PROFILES)
def test_many_mixtures_of_replicas_and_lists_are_no_deviation(register, profile):
    for seed in range(100):
        names, service = drawn(seed)
        run(register, names, profile, seed, service)


def in_any_order(register, profile, lags, seed, *, counts_only):
    """Judge a plain service behind replicas."""
    service = Service()
    replicated(service, lags, seed, counts_only=counts_only)
    run(register, [], profile, service=service)


@pytest.mark.parametrize("lags", some(REPLICAS, REPLICAS[3]), ids=str)
def test_replicas_that_answer_in_any_order_are_no_deviation(register, lags):
    for number, seed in enumerate(SEEDS[:4]):
        in_any_order(register, "quick", lags, seed, counts_only=number % 2 == 1)
    in_any_order(register, "standard", lags, SEEDS[REPLICAS.index(lags)], counts_only=lags[0] > 0)


@pytest.mark.deep
@pytest.mark.parametrize("profile", ["quick", "standard"])
@pytest.mark.parametrize("lags", REPLICAS, ids=str)
def test_replicas_of_many_seeds_are_no_deviation(register, lags, profile):
    for seed in SEEDS:
        in_any_order(register, profile, lags, seed, counts_only=False)
        in_any_order(register, profile, lags, seed, counts_only=True)


@pytest.mark.parametrize(
    "name",
    some(
        [
            "delete-without-effect",
            "list-lacks-the-newest",
            "artifacts-first-two-only",
            "field2-update-total-not-raised",
        ],
        "list-lacks-the-newest",
        "field2-update-total-not-raised",
    ),
)
def test_a_fault_is_found_behind_replicas(register, name):
    service = seeded(name)
    replicated(service, (0.0, 1.0), seed=2)
    result = judged(register, service, "standard")
    assert result.exit is Exit.BROKEN, result.reason


@pytest.mark.parametrize("operations", [UPDATE, ACTIVATE, DELETES], ids=lambda operations: operations[0])
def test_a_session_that_no_change_finds_is_a_deviation(register, operations):
    """A new session may be unknown to a replica for a moment, and not for ever."""
    service = Service()

    def lost(call):
        call.find()
        return refuse(404, SESSION_NOT_FOUND)

    around_operation(operations, lost)(service)
    assert judged(register, service, "quick").exit is Exit.BROKEN
