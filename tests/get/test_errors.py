"""How get refuses."""

from restore_conformance.checks import access, responses, transitions
from restore_conformance.clauses import answered, clause, sent, session, trusted


@clause(when=sent("get") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    responses.envelope(exchange)


@clause(when=sent("get", "id:malformed") & session("unknown") & trusted)
def test_invalid_session_id(exchange, known):
    """An invalid id is refused."""
    return access.malformed_id(exchange, known)


@clause(when=sent("get", "id:well-formed") & session("unknown") & trusted)
def test_session_not_found(exchange, known):
    """A session that is not there is not found."""
    access.not_there(exchange, known)


@clause(when=sent("get") & session("unknown") & trusted)
def test_codes(exchange, known):
    """A refusal has the status and the code of its row."""
    return transitions.as_listed(exchange, known)
