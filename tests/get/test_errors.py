"""How get refuses."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story


@clause(when=sent("get") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    checks.envelope(exchange)


@clause(when=story("strangers"))
def test_invalid_session_id(conversation):
    """An id that is none is refused."""
    return checks.malformed_id(conversation, "get-malformed")


@clause(when=story("strangers"))
def test_session_not_found(conversation):
    """A session that is not there is not found."""
    checks.unknown_id(conversation, "get-unknown")


ROWS = {
    "get-malformed": ("malformed-id", "unknown-id"),
    "get-unknown": ("unknown-id", "malformed-id"),
}
"""The rows of the error table that may answer each step."""


@clause(when=story("strangers"))
def test_codes(conversation):
    """A refusal has the status and the code of its row."""
    return checks.as_listed(conversation, "get", ROWS)
