"""Other people use the target as well: what they create while requests are refused is not blamed on the target."""

import pytest
from looking import failed

from restore_conformance.mock import Service, session
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.service import Refusal
from restore_conformance.verdicts import Exit

ADDRESS = "create/read-back.nothing-of-refused"


def busy(service, change, every):
    """Somebody else creates a session at every so many refusals of a create."""
    create = service.operations["create"][0]
    refused = 0

    def beside(asked):
        nonlocal refused
        try:
            return create(asked)
        except Refusal:
            refused += 1
            if refused % every == 0:
                theirs = session.open_session("standard", [], "good")
                change(theirs)
                service.keep(theirs)
            raise

    service.operations["create"] = (beside, *service.operations["create"][1:])
    return service


def by_a_colleague(theirs):
    theirs.created_by = {"user": {"id": "0c5f9e3a-6b0e-4c9a-9a6e-0d8c3b1a7f55", "displayName": "Colleague"}}


def finished(theirs):
    theirs.status = "completed"


@pytest.mark.parametrize("change", [by_a_colleague, finished])
@pytest.mark.parametrize("every", [1, 4])
def test_sessions_of_somebody_else(judged, change, every):
    result = judged(busy(Service(), change, every), "quick")
    assert ADDRESS not in failed(result)
    assert result.exit is Exit.CONFORMANT, result.reason


def test_not_as_many_each_time(judged):
    """Drafts that look like ours, but not as many each time that the same requests are refused."""
    result = judged(busy(Service(), lambda theirs: None, 7), "quick")
    assert ADDRESS not in failed(result)


@pytest.mark.parametrize("name", ["refused-but-kept", "field-mixed-refused-but-kept"])
def test_a_session_of_a_refused_request_is_found(judged, name):
    assert ADDRESS in failed(judged(seeded(name), "standard"))
