"""Other people use the target as well: what they create while requests are refused is not blamed on the target."""

import random

import pytest
from looking import failed, some

from restore_conformance.mock import Service, session
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.service import Refusal
from restore_conformance.verdicts import Exit

ADDRESS = "create/read-back.nothing-of-refused"


def busy(service, change, creates):
    """Somebody else creates a session while a request to create one is refused, each time that `creates()` is true."""
    create = service.operations["create"][0]

    def beside(asked):
        try:
            return create(asked)
        except Refusal:
            if creates():
                theirs = session.open_session("standard", [], "good")
                change(theirs)
                service.store(theirs)
            raise

    service.operations["create"] = (beside, *service.operations["create"][1:])
    return service


def by_a_colleague(theirs):
    theirs.created_by = {"user": {"id": "0c5f9e3a-6b0e-4c9a-9a6e-0d8c3b1a7f55", "displayName": "Colleague"}}


def finished(theirs):
    theirs.status = "completed"


@pytest.mark.parametrize("change", [by_a_colleague, finished])
@pytest.mark.parametrize("share", [1, 0.25])
def test_sessions_of_somebody_else(judged, change, share):
    draw = random.Random(1)
    result = judged(busy(Service(), change, lambda: draw.random() < share), "quick")
    assert ADDRESS not in failed(result)
    assert result.exit is Exit.CONFORMANT, result.reason


@pytest.mark.parametrize("seed", some(range(4), 0))
@pytest.mark.parametrize("share", [0.03, 0.1, 0.5])
def test_not_as_many_each_time(judged, share, seed):
    """Drafts that look like ours, but not as many each time that the same requests are refused."""
    draw = random.Random(seed)
    result = judged(busy(Service(), lambda theirs: None, lambda: draw.random() < share), "quick")
    assert ADDRESS not in failed(result)


@pytest.mark.parametrize("name", ["refused-but-kept", "field-mixed-refused-but-kept"])
def test_a_session_of_a_refused_request_is_found(judged, name):
    assert ADDRESS in failed(judged(seeded(name), "standard"))
