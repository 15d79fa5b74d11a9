"""Answers may lag: replicas that answer in any order are no deviation, and a change that never comes is one."""

import pytest
from looking import failed, some

from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.variants.consistency import replicated
from restore_conformance.verdicts import Exit

LAGS = [(0.0, 3.0), (0.5, 1.5, 3.0), (0.0, 0.0, 2.0), (3.0, 0.5)]
SEEDS = (None, *range(1, 24))
"""None answers in turn, a number at random."""


def check(judged, profile, lags, seed, *, counts_only):
    service = Service()
    replicated(service, lags, seed, counts_only=counts_only)
    result = judged(service, profile)
    assert failed(result) == [], (lags, seed, counts_only)
    assert result.exit is Exit.CONFORMANT, (result.reason, lags, seed, counts_only)


@pytest.mark.parametrize("lags", some(LAGS, LAGS[1], LAGS[3]), ids=str)
def test_replicas_that_answer_in_any_order_are_no_deviation(judged, lags):
    for number, seed in enumerate(SEEDS[:4]):
        check(judged, "quick", lags, seed, counts_only=number % 2 == 1)
    check(judged, "standard", lags, SEEDS[LAGS.index(lags)], counts_only=lags[0] > 0)


@pytest.mark.deep
@pytest.mark.parametrize("profile", ["quick", "standard"])
@pytest.mark.parametrize("lags", LAGS, ids=str)
def test_replicas_of_many_seeds_are_no_deviation(judged, lags, profile):
    for seed in SEEDS:
        check(judged, profile, lags, seed, counts_only=False)
        check(judged, profile, lags, seed, counts_only=True)


@pytest.mark.parametrize(
    "name",
    ["delete-without-effect", "list-lacks-the-newest", "artifacts-first-two-only", "field2-update-total-not-raised"],
)
def test_a_fault_is_found_behind_replicas(judged, name):
    service = seeded(name)
    replicated(service, (0.0, 1.0), seed=2)
    result = judged(service, "standard")
    assert result.exit is Exit.BROKEN, result.reason
