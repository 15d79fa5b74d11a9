"""How update refuses."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story
from restore_conformance.verdicts import Untouched


@clause(when=sent("update") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    checks.envelope(exchange)


@clause(when=story("strangers"))
def test_invalid_session_id(conversation):
    """An id that is none is refused."""
    return checks.malformed_id(conversation, "update-malformed", "update")


@clause(when=story("strangers", "life"))
def test_session_not_found(conversation):
    """A session that is not there is not found."""
    if conversation.story == "strangers":
        checks.unknown_id(conversation, "update-unknown", "update")
        return
    if checks.step(conversation, "get-deleted").status != 404:
        raise Untouched("the session is still there")
    checks.refused_at(conversation, "update-deleted", "update", "unknown-id")


@clause(when=story("activation"))
def test_not_a_draft(conversation):
    """Only a draft allows it."""
    checks.started(conversation)
    if conversation.step("update-activated-removal") is not None:
        checks.refused_at(conversation, "update-activated-removal", "update", "not-a-draft")
    if checks.sent_elements(conversation, "create")[0].keys() >= {"browseSessionId"}:
        checks.not_done(conversation, "update-activated")  # the item is made up, and no row says how that is refused
    else:
        checks.refused_at_any(conversation, "update-activated", "update", "not-a-draft", "restore-point")


@clause(when=story("change"))
def test_invalid_patch_request(conversation):
    """A change that names no list, or a list that is none, is refused; one that says nothing breaks nothing."""
    if conversation.step("update-nothing") is not None:
        checks.no_server_error(checks.step(conversation, "update-nothing"))
    for name in ("update-nothing-named", "update-text"):
        if name == "update-nothing-named" or conversation.step(name) is not None:
            checks.refused_at_any(conversation, name, "update", "malformed-change", "empty-list")


@clause(when=story("change"))
def test_malformed_json(conversation):
    """A change that is no object is refused."""
    for name in ("update-array", "update-not-json"):
        if name == "update-array" or conversation.step(name) is not None:
            checks.answered(conversation, name, 400)


@clause(when=story("change"))
def test_invalid_restore_point(conversation):
    """An addition names a restore point."""
    for name in ("update-restore-point-malformed", "update-restore-point-missing"):
        if conversation.step(name) is not None:
            checks.refused_at(conversation, name, "update", "restore-point")
    return checks.refused_at(conversation, "update-restore-point", "update", "restore-point")


@clause(when=story("change"))
def test_artifacts_limit(conversation):
    """A change has a limit."""
    return checks.refused_at(conversation, "update-too-many", "update", "too-many")


@clause(when=story("change"))
def test_empty_list(conversation):
    """A list of changes holds something."""
    for name in ("update-empty", "update-null"):
        if name == "update-empty" or conversation.step(name) is not None:
            checks.refused_at(conversation, name, "update", "empty-list")


@clause(when=story("change"))
def test_duplicate_artifact(conversation):
    """An artifact is added once."""
    return checks.refused_at(conversation, "update-twice", "update", "duplicate")
