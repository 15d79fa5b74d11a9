"""Who may ask: the permission table of the page."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story


@clause(when=story("callers"))
def test_permission_required(conversation):
    """A token without the permission is refused."""
    checks.forbidden(conversation, "granular-as-no-permission")


@clause(when=story("callers"))
def test_read_permission(conversation):
    """What a token that may only read gets is reported."""
    status = checks.step(conversation, "granular-as-read-only").status
    return {200: "served", 403: "refused"}.get(status)
