"""How list-artifacts refuses."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story


@clause(when=sent("list-artifacts") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    checks.envelope(exchange)


@clause(when=story("strangers"))
def test_invalid_session_id(conversation):
    """An id that is none is refused, or has no artifacts, as one that names nothing."""
    found = checks.step(conversation, "artifacts-malformed")
    if found.status != 200:
        return checks.malformed_id(conversation, "artifacts-malformed")
    checks.same_number(checks.collection(conversation, "artifacts-malformed"), [], "artifacts of no session")
    return "unknown"


@clause(when=story("strangers"))
def test_unknown_session(conversation):
    """A session that is not there has no artifacts, and breaks nothing."""
    checks.no_server_error(checks.step(conversation, "artifacts-unknown"))


ROWS = {
    "artifacts-malformed": ("malformed-id", "unknown-id"),
}
"""The rows of the error table that may answer each step."""


@clause(when=story("strangers"))
def test_codes(conversation):
    """A refusal has the status and the code of its row."""
    return checks.as_listed(conversation, "list-artifacts", ROWS)
