"""Who may ask: the permission table of the page."""

from restore_conformance.checks import access
from restore_conformance.clauses import clause, sent, session


@clause(when=sent("list-granular", "sole:no-permission") & session("draft", "started"))
def test_permission_required(exchange, known):
    """A token without the permission is refused."""
    access.forbidden(exchange, known)


@clause(when=sent("list-granular", "caller:read-only") & session("draft", "started"))
def test_read_permission(exchange, known):
    """What a token that may only read gets is reported."""
    access.ready(exchange, known)
    return {200: "served", 403: "refused"}.get(exchange.status)
