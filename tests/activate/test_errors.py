"""How activate refuses."""

from restore_conformance.checks import access, responses, transitions
from restore_conformance.clauses import answered, clause, sent, session, trusted


@clause(when=sent("activate") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    responses.envelope(exchange)


@clause(when=sent("activate", "id:malformed") & session("unknown") & trusted)
def test_invalid_session_id(exchange, known):
    """An invalid id is refused."""
    return access.malformed_id(exchange, known)


@clause(when=sent("activate") & session("unknown", "gone") & trusted)
def test_session_not_found(exchange, known):
    """A session that is not there is not found."""
    access.not_there(exchange, known)


@clause(when=sent("activate") & session("started") & trusted)
def test_not_a_draft(exchange, known):
    """Only a draft allows it."""
    transitions.not_a_draft(exchange, known)


@clause(when=sent("activate") & session("draft") & trusted)
def test_too_many_active(exchange, known):
    """There is a limit to what runs at once."""
    return transitions.too_many_active(exchange, known)


@clause(when=sent("activate") & session("unknown", "gone", "started") & trusted)
def test_codes(exchange, known):
    """A refusal has the status and the code of its row."""
    return transitions.as_listed(exchange, known)
