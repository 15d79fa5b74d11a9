"""How list-artifacts refuses."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story


@clause(when=sent("list-artifacts") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    checks.envelope(exchange)


@clause(when=story("strangers"))
def test_invalid_session_id(conversation):
    """An id that is none is refused."""
    return checks.malformed_id(conversation, "artifacts-malformed", "list-artifacts")


@clause(when=story("strangers"))
def test_unknown_session(conversation):
    """A session that is not there has no artifacts, and breaks nothing."""
    checks.no_server_error(checks.step(conversation, "artifacts-unknown"))
