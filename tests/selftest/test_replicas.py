"""Answers may lag: replicas that answer in any order are never a deviation, and a change that never comes is one."""

import pytest
from looking import failed

from restore_conformance.mock import Service
from restore_conformance.mock.variants.replicas import replicated
from restore_conformance.verdicts import Exit

LAGS = [(0.0, 3.0), (0.5, 1.5, 3.0), (0.0, 0.0, 2.0), (3.0, 0.5)]


@pytest.mark.parametrize("lags", LAGS, ids=str)
@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_replicas_that_answer_in_any_order_are_no_deviation(judged, lags, profile):
    seeds = [None, 1, 2] if profile == "standard" else range(8)
    for seed in seeds:
        for counts_only in (False, True):
            service = Service()
            replicated(service, lags, seed, counts_only=counts_only)
            result = judged(service, profile)
            assert failed(result) == [], (seed, counts_only)
            assert result.exit in {Exit.CONFORMANT, Exit.UNJUDGED}, result.reason
