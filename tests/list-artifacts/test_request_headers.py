"""Who asks: the header table of the page."""

from restore_conformance.checks import access
from restore_conformance.clauses import clause, sent, session


@clause(when=sent("list-artifacts", "sole:no-token") & session("draft", "started"))
def test_authorization_required(exchange, known):
    """A request without a token is refused."""
    access.unknown_caller(exchange, known)
