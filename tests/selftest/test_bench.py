"""The bench: what is odd is never accused, what is nobody's fault is nobody's, and faults written blind are caught."""

import os

import hypothesis
import pytest

from restore_conformance.bench import ENVIRONMENTS, score_environment, score_fault, score_variant
from restore_conformance.bench.compositions import compositions, draw
from restore_conformance.mock.faults import FAULTS
from restore_conformance.mock.variants import VARIANTS, dimensions

SHARE = int(os.environ.get("RESTORE_CONFORMANCE_SHARE", "24"))
"""Every how many servers `make test` takes one of; `.ci/run` takes more, `make bench-trust` all."""

BLIND = [name for name in FAULTS if name.startswith("field-")]


def test_the_bench_is_large_enough():
    assert len(FAULTS) >= 250
    assert len(BLIND) >= len(FAULTS) / 4
    assert len(ENVIRONMENTS) >= 40
    assert len(VARIANTS) >= 60
    assert len(dimensions()) >= 20


@pytest.mark.parametrize("name", list(VARIANTS)[::SHARE])
def test_an_odd_server_is_not_accused(register, name):
    score = score_variant(register, [name], "standard")
    assert score.right, (score.blamed, score.reason)


@pytest.mark.parametrize("number", range(48 // SHARE))
def test_a_composition_of_odd_habits_is_not_accused(register, number):
    names = draw(number + 1, 11)[number]
    score = score_variant(register, names, "standard", seed=number + 1)
    assert score.right, (names, score.blamed, score.reason)


FEW = hypothesis.settings(database=None, max_examples=30, phases=[hypothesis.Phase.generate])


def test_compositions_take_one_value_of_a_dimension():
    found = hypothesis.find(compositions(), lambda names: len(names) >= 3, settings=FEW)
    assert len(found) >= 3
    assert len({VARIANTS[name].dimension for name in found}) == len(found)


@pytest.mark.parametrize("name", ENVIRONMENTS[:: SHARE // 2 or 1])
def test_an_environment_is_nobodys_fault(register, name):
    score = score_environment(register, name, "standard")
    assert score.right, (score.blamed, score.reason)


@pytest.mark.parametrize("name", BLIND[::SHARE])
def test_a_fault_written_blind_is_caught(register, name):
    score = score_fault(register, name, "standard")
    assert score.caught, score.reason
