"""How list refuses."""

from restore_conformance.checks import responses
from restore_conformance.clauses import answered, clause, sent


@clause(when=sent("list") & answered("4xx"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    responses.envelope(exchange)
