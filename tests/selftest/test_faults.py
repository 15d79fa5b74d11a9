"""Every clause notices the smallest server defect that breaks it."""

import pytest
from looking import failed, some

from restore_conformance.bench import edition_of
from restore_conformance.clauses import load
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.verdicts import Exit, Level

DEEP = {"activate/errors.too-many-active"}
"""Clauses that take more requests than the standard profile sends."""

SMALLEST = [made for made in load().clauses if made.fault]


@pytest.mark.parametrize("made", some(SMALLEST, *SMALLEST[::10]), ids=lambda made: made.address)
def test_the_smallest_fault_of_a_clause_is_blamed_on_it(judged, register, made):
    deep, edition = made.address in DEEP, edition_of(register, made.fault)
    result = judged(seeded(made.fault), "deep" if deep else "quick", drawn=0, edition=edition)
    if made.address not in failed(result):
        result = judged(seeded(made.fault), "standard", edition=edition)
    assert made.address in failed(result)
    assert len(failed(result)) == 1, f"{made.fault} is told more than once: {failed(result)}"
    expected = Exit.BROKEN if made.level is Level.MUST else Exit.CONFORMANT
    assert result.exit is expected, result.reason


def test_a_conforming_service_breaks_nothing(judged):
    result = judged()
    assert failed(result) == []
    assert result.exit is Exit.CONFORMANT
    assert result.unjudged == []


def test_there_are_many_faults():
    assert len(FAULTS) >= 60
