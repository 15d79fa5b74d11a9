"""How update refuses."""

from restore_conformance.checks import access, responses, transitions
from restore_conformance.clauses import answered, clause, sent, sent_any, session, trusted

DRAFT = sent("update", "session:draft") & trusted


@clause(when=sent("update") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    responses.envelope(exchange)


@clause(when=sent("update", "id:malformed") & session("unknown") & trusted)
def test_invalid_session_id(exchange, known):
    """An invalid id is refused."""
    return access.malformed_id(exchange, known)


@clause(when=sent("update", "change:clean") & session("unknown", "gone") & trusted)
def test_session_not_found(exchange, known):
    """A session that is not there is not found."""
    access.not_there(exchange, known)


@clause(when=sent("update", "change:clean") & session("started") & trusted)
def test_not_a_draft(exchange, known):
    """Only a draft allows it."""
    transitions.not_a_draft(exchange, known)


@clause(when=DRAFT & sent_any("change:nothing", "change:unknown-only", "change:not-a-list"))
def test_invalid_patch_request(exchange, known):
    """A list that is none is refused; a change that says nothing, or nothing that is declared, breaks nothing."""
    transitions.no_server_error(exchange, known)
    if {"change:not-a-list", "sole:malformed-change"} <= exchange.sent.tags:
        transitions.turned_down(exchange, known)


@clause(when=DRAFT & sent("sole:malformed-change") & sent_any("change:not-an-object", "change:not-json"))
def test_malformed_json(exchange, known):
    """A change that is not an object is refused."""
    transitions.turned_down(exchange, known)


@clause(when=DRAFT & sent("sole:restore-point"))
def test_invalid_restore_point(exchange, known):
    """An addition names a restore point."""
    transitions.not_taken(exchange, known)


@clause(when=DRAFT & sent("sole:too-many"))
def test_artifacts_limit(exchange, known):
    """A change has a limit."""
    transitions.not_taken(exchange, known)


@clause(when=DRAFT & sent("sole:empty-list"))
def test_empty_list(exchange, known):
    """A list of changes holds something."""
    transitions.turned_down(exchange, known)


@clause(when=DRAFT & sent("sole:duplicate"))
def test_duplicate_artifact(exchange, known):
    """An artifact is added once."""
    transitions.not_taken(exchange, known)


@clause(when=sent("update") & session("unknown", "gone", "started", "draft") & trusted)
def test_codes(exchange, known):
    """A refusal has the status and the code of its row."""
    return transitions.as_listed(exchange, known)
