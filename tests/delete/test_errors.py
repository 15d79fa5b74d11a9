"""How delete refuses."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story
from restore_conformance.verdicts import Untouched


@clause(when=sent("delete") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    checks.envelope(exchange)


@clause(when=story("strangers"))
def test_invalid_session_id(conversation):
    """An id that is none is refused."""
    return checks.malformed_id(conversation, "delete-malformed", "delete")


@clause(when=story("strangers", "life"))
def test_session_not_found(conversation):
    """A session that is not there is not found."""
    if conversation.story == "strangers":
        checks.unknown_id(conversation, "delete-unknown", "delete")
        return
    if checks.step(conversation, "get-deleted").status != 404:
        raise Untouched("the session is still there")
    checks.refused_at(conversation, "delete-again", "delete", "unknown-id")


@clause(when=story("activation"))
def test_not_a_draft(conversation):
    """Only a draft allows it."""
    checks.started(conversation)
    checks.refused_at(conversation, "delete-activated", "delete", "not-a-draft")
