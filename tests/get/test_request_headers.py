"""Who asks: the header table of the page."""

from restore_conformance.checks import access
from restore_conformance.clauses import answered, clause, sent, session
from restore_conformance.verdicts import Deviation, Untouched


@clause(when=sent("get", "sole:no-token") & session("draft", "started"))
def test_authorization_required(exchange, known):
    """A request without a token is refused."""
    access.unknown_caller(exchange, known)


@clause(when=sent("get", "prefer:all-members") & answered("200", "object") & session("draft", "started"))
def test_prefer_shows_granular(exchange, known):
    """A caller that asks for all members sees granular."""
    if known.created.answer.get("restoreJobType") not in ("granular", "unknownFutureValue"):
        raise Untouched("the session is not a granular one")
    shown = exchange.answer.get("restoreJobType")
    if shown is not None and shown != "granular":
        raise Deviation.at(
            "/restoreJobType",
            "'granular' for a caller that prefers all members",
            shown,
            expected="granular",
            because=(known.created,),
        )
