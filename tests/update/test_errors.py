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
    return checks.malformed_id(conversation, "update-malformed")


@clause(when=story("strangers", "life"))
def test_session_not_found(conversation):
    """A session that is not there is not found."""
    if conversation.story == "strangers":
        checks.unknown_id(conversation, "update-unknown")
        return
    if checks.step(conversation, "get-deleted").status != 404:
        raise Untouched("the session is still there")
    checks.gone(conversation, "update-deleted")


@clause(when=story("activation"))
def test_not_a_draft(conversation):
    """Only a draft allows it."""
    checks.started(conversation)
    if conversation.step("update-activated-removal") is not None:
        checks.not_taken(conversation, "update-activated-removal")
    checks.not_taken(conversation, "update-activated")


@clause(when=story("change"))
def test_invalid_patch_request(conversation):
    """A list that is none is refused; a change that says nothing, or nothing that is declared, breaks nothing."""
    for name in ("update-nothing", "update-nothing-named"):
        if conversation.step(name) is not None:
            checks.no_server_error(checks.step(conversation, name))
    if conversation.step("update-text") is not None:
        checks.not_done(conversation, "update-text")


@clause(when=story("change"))
def test_malformed_json(conversation):
    """A change that is no object is refused."""
    for name in ("update-array", "update-not-json"):
        if name == "update-array" or conversation.step(name) is not None:
            checks.not_done(conversation, name)


@clause(when=story("change"))
def test_invalid_restore_point(conversation):
    """An addition names a restore point."""
    for name in ("update-restore-point-malformed", "update-restore-point-missing"):
        if conversation.step(name) is not None:
            checks.not_taken(conversation, name)
    checks.not_taken(conversation, "update-restore-point")


@clause(when=story("change"))
def test_artifacts_limit(conversation):
    """A change has a limit."""
    checks.not_taken(conversation, "update-too-many")


@clause(when=story("change"))
def test_empty_list(conversation):
    """A list of changes holds something."""
    for name in ("update-empty", "update-null"):
        if name == "update-empty" or conversation.step(name) is not None:
            checks.not_done(conversation, name)


@clause(when=story("change"))
def test_duplicate_artifact(conversation):
    """An artifact is added once."""
    checks.not_taken(conversation, "update-twice")


ROWS = {
    "update-malformed": ("malformed-id", "unknown-id"),
    "update-unknown": ("unknown-id", "malformed-id"),
    "update-deleted": ("unknown-id",),
    "update-activated-removal": ("not-a-draft",),
    "update-activated": ("not-a-draft", "restore-point"),
    "update-nothing": ("malformed-change", "empty-list"),
    "update-nothing-named": ("malformed-change", "empty-list"),
    "update-text": ("malformed-change", "empty-list"),
    "update-array": ("malformed-change",),
    "update-not-json": ("malformed-change",),
    "update-restore-point": ("restore-point",),
    "update-restore-point-malformed": ("restore-point",),
    "update-restore-point-missing": ("restore-point",),
    "update-too-many": ("too-many",),
    "update-empty": ("empty-list",),
    "update-null": ("empty-list",),
    "update-twice": ("duplicate",),
}
"""The rows of the error table that may answer each step."""


@clause(when=story("strangers", "life", "activation", "change"))
def test_codes(conversation):
    """A refusal has the status and the code of its row."""
    return checks.as_listed(conversation, "update", ROWS)
