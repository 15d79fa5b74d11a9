"""A bound on the size of every body, as gateways and body parsers set one, is not the limit on artifacts."""

from looking import failed

from restore_conformance.exchange import Response
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.verdicts import Exit


def bounded(most):
    """A service behind a body parser that refuses larger bodies with a page of its own."""
    service = Service()
    handle = service.handle

    def parse(request):
        if len(request.body or b"") > most:
            return Response(413, (("Content-Type", "text/html"),), b"<h1>PayloadTooLargeError</h1>")
        return handle(request)

    service.handle = parse
    return service


def test_a_page_for_what_is_too_large(judged):
    result = judged(bounded(50_000), "quick")
    assert failed(result) == []
    assert result.exit is Exit.CONFORMANT, result.reason


def test_a_page_for_too_many_artifacts_alone(judged):
    """A body as long as that, with few artifacts, is accepted: the page is the target's own."""
    assert "create/errors.artifacts-limit" in failed(judged(seeded("field-limit-page"), "standard"))
