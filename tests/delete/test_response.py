"""What deleting a draft answers, and what it does."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story


@clause(when=story("life", "change"))
def test_no_content(conversation):
    """Deleting is answered without content."""
    checks.answered(conversation, "delete", 204)


@clause(when=story("life", "late"))
def test_gone(conversation):
    """A deleted session is gone, and stays so."""
    checks.gone(conversation, "get-deleted" if conversation.story == "life" else "get-gone")


@clause(when=story("life"))
def test_only_that(conversation):
    """Another session stays."""
    checks.answered(conversation, "get-kept", 200)


@clause(when=story("life"))
def test_artifacts_gone(conversation):
    """With a session go its artifacts."""
    found = checks.step(conversation, "artifacts-deleted")
    shown = checks.objects(found.answer, "value") if found.status == 200 else []
    checks.same_number(shown, [], "artifacts of a session that is gone")
