"""How list-artifacts refuses."""

from restore_conformance import checks
from restore_conformance.checks import access, transitions
from restore_conformance.clauses import answered, clause, sent, session, trusted


@clause(when=sent("list-artifacts") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    checks.envelope(exchange)


@clause(when=sent("list-artifacts", "id:malformed") & session("unheard") & trusted)
def test_invalid_session_id(exchange, known):
    """An invalid id is refused, or has no artifacts, like one that names nothing."""
    if exchange.status != 200:
        return access.malformed_id(exchange, known)
    access.names_nothing(exchange, known)
    checks.same_number(checks.objects(exchange.answer, "value"), [], "artifacts of no session")
    return "unknown"


@clause(when=sent("list-artifacts", "id:well-formed") & session("unheard") & trusted)
def test_unknown_session(exchange, known):
    """A session that is not there has no artifacts, and breaks nothing."""
    transitions.no_server_error(exchange, known)


@clause(when=sent("list-artifacts", "id:malformed") & session("unheard") & trusted)
def test_codes(exchange, known):
    """A refusal has the status and the code of its row."""
    return transitions.as_listed(exchange, known)
