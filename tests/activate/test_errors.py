"""How activate refuses."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story


@clause(when=sent("activate") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    checks.envelope(exchange)


@clause(when=story("strangers"))
def test_invalid_session_id(conversation):
    """An id that is none is refused."""
    return checks.malformed_id(conversation, "activate-malformed", "activate")


@clause(when=story("strangers"))
def test_session_not_found(conversation):
    """A session that is not there is not found."""
    checks.unknown_id(conversation, "activate-unknown", "activate")


@clause(when=story("activation"))
def test_not_a_draft(conversation):
    """Only a draft allows it."""
    checks.started(conversation)
    checks.refused_at(conversation, "activate-again", "activate", "not-a-draft")


@clause(when=story("crowd"))
def test_too_many_active(conversation):
    """There is a limit to what runs at once."""
    if conversation.step("activate-one-more") is None:
        return "higher"
    return checks.refused_at(conversation, "activate-one-more", "activate", "too-many-active")
