"""Who may ask: the permission table of the page."""

from restore_conformance.checks import access
from restore_conformance.clauses import clause, sent, session


@clause(when=sent("get", "sole:no-permission") & session("draft", "started"))
def test_permission_required(exchange, known):
    """A token without the permission is refused."""
    access.forbidden(exchange, known)


@clause(when=sent("get", "caller:read-only") & session("draft", "started"))
def test_read_permission_suffices(exchange, known):
    """A token that may only read is served."""
    access.served(exchange, known)
