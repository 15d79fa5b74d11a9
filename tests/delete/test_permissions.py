"""Who may ask: the permission table of the page."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story


@clause(when=story("callers"))
def test_permission_required(conversation):
    """A token without the permission is refused."""
    checks.forbidden(conversation, "delete-as-no-permission")


@clause(when=story("callers"))
def test_read_permission_insufficient(conversation):
    """A token that may only read is refused."""
    checks.forbidden(conversation, "delete-as-read-only")
