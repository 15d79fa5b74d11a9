"""The printed examples, sent as they are printed."""

from restore_conformance.checks import members, responses
from restore_conformance.clauses import clause, sent


@clause(when=sent("create", "example:standard"))
def test_standard(exchange):
    """The first example works."""
    responses.created(exchange)
    members.member(exchange, "status", "draft")
    members.member(exchange, "restoreJobType", "standard")
    members.count(exchange, "total", 2)


@clause(when=sent("create", "example:granular"))
def test_granular(exchange):
    """The second example works."""
    responses.created(exchange)
    members.member(exchange, "status", "draft")
    members.member(exchange, "restoreJobType", "granular", "unknownFutureValue")
    members.count(exchange, "total", 2)
