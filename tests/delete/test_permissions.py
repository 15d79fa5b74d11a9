"""Who may ask: the permission table of the page."""

from restore_conformance.checks import access
from restore_conformance.clauses import clause, sent, session


@clause(when=sent("delete", "sole:no-permission") & session("draft"))
def test_permission_required(exchange, known):
    """A token without the permission is refused."""
    access.forbidden(exchange, known)


@clause(when=sent("delete", "sole:read-only-permission") & session("draft"))
def test_read_permission_insufficient(exchange, known):
    """A token that may only read is refused."""
    access.forbidden(exchange, known)
