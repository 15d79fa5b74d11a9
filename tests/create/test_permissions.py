"""Who may create a session: the permission table."""

from restore_conformance.checks import responses
from restore_conformance.clauses import clause, sent, sole, valid


@clause(when=sole("no-permission"))
def test_permission_required(exchange):
    """A token without the permission is refused."""
    responses.refused(exchange, "no-permission")


@clause(when=sole("read-only-permission"))
def test_read_permission_insufficient(exchange):
    """A token that may only read is refused."""
    responses.refused(exchange, "read-only-permission")


@clause(when=sole("personal-account"))
def test_personal_account(exchange):
    """A personal account is refused."""
    return responses.refused(exchange, "personal-account") and None


@clause(when=valid("standard", "granular", "no-payload") & sent("caller:delegated"))
def test_delegated(exchange):
    """A delegated token with the permission is served."""
    responses.created(exchange)


@clause(when=valid("standard", "granular", "no-payload") & sent("caller:application"))
def test_application(exchange):
    """An application token with the permission is served."""
    responses.created(exchange)
