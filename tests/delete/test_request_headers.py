"""Who asks: the header table of the page."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story


@clause(when=story("tokenless"))
def test_authorization_required(conversation):
    """A request without a token is refused."""
    checks.unknown_caller(conversation, "delete-as-nobody")
