"""A server that was written from the page of create alone may answer other routes as Graph answers unknown segments."""

from dataclasses import replace

import pytest
from looking import failed

from restore_conformance.mock import Service
from restore_conformance.mock.service import Refusal
from restore_conformance.verdicts import Exit, Verdict

OTHERS = ("update", "delete", "activate", "list-artifacts", "list-granular")


def without(*operations, before_the_token):
    """A service that answers 400 BadRequest to operations it lacks, before or after it looks at the token."""
    service = Service()
    answer = service.answer

    def lacking(asked):
        raise Refusal(400, "BadRequest", "Resource not found for the segment.")

    for operation in operations:
        service.operations[operation] = (lacking, False)

    def blind(asked):
        if asked.operation in operations:
            asked.http = with_token(asked.http, service.token)
        return answer(asked)

    if before_the_token:
        service.answer = blind
    return service


def with_token(request, token):
    others = tuple((name, value) for name, value in request.headers if name.lower() != "authorization")
    return replace(request, headers=(*others, ("Authorization", f"Bearer {token}")))


@pytest.mark.parametrize("before_the_token", [False, True])
def test_every_request_gets_the_same_400(judged, before_the_token):
    result = judged(without(*OTHERS, before_the_token=before_the_token), "quick")
    assert failed(result) == []
    assert result.exit is Exit.CONFORMANT, result.reason
    verdicts = {found.clause.address: found for found in result.verdicts}
    update = verdicts["update/request-body.additions"]
    assert update.verdict is Verdict.NONE
    assert "no route for update" in update.reason


def test_a_route_that_knows_its_sessions_is_held_to_its_page(judged):
    """The id of no session is answered otherwise than that of a draft, so that the route is there."""
    service = Service()

    def refusing(asked):
        service.find(asked)
        raise Refusal(400, "BadRequest", "Not today.")

    service.operations["activate"] = (refusing, True)
    assert "activate/response.session" in failed(judged(service, "quick"))
