"""How list-artifacts refuses."""

from restore_conformance.checks import access, agreement, responses, transitions
from restore_conformance.clauses import answered, clause, sent, session, trusted
from restore_conformance.recogniser import answers


@clause(when=sent("list-artifacts") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    responses.envelope(exchange)


@clause(when=sent("list-artifacts", "id:malformed") & session("unknown") & trusted)
def test_invalid_session_id(exchange, known):
    """An invalid id is refused, or has no artifacts, like one that names nothing."""
    if exchange.status != 200:
        return access.malformed_id(exchange, known)
    access.names_nothing(exchange, known)
    agreement.same_number(answers.objects(exchange.answer, "value"), [], "artifacts of no session")
    return "unknown"


@clause(when=sent("list-artifacts", "id:well-formed") & session("unknown") & trusted)
def test_unknown_session(exchange, known):
    """A session that is not there has no artifacts, and breaks nothing."""
    transitions.no_server_error(exchange, known)


@clause(when=sent("list-artifacts", "id:malformed") & session("unknown") & trusted)
def test_codes(exchange, known):
    """A refusal has the status and the code of its row."""
    return transitions.as_listed(exchange, known)
