"""The printed examples, sent as they are printed."""

from restore_conformance import checks
from restore_conformance.clauses import clause, sent


@clause(when=sent("create", "example:standard"))
def test_standard(exchange):
    """The first example works."""
    checks.created(exchange)
    checks.member(exchange, "status", "draft")
    checks.member(exchange, "restoreJobType", "standard")
    checks.count(exchange, "total", 2)


@clause(when=sent("create", "example:granular"))
def test_granular(exchange):
    """The second example works."""
    checks.created(exchange)
    checks.member(exchange, "status", "draft")
    checks.member(exchange, "restoreJobType", "granular", "unknownFutureValue")
    checks.count(exchange, "total", 2)
