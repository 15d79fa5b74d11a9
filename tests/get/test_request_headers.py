"""Who asks: the header table of the page."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story
from restore_conformance.verdicts import Deviation, Untouched


@clause(when=story("tokenless"))
def test_authorization_required(conversation):
    """A request without a token is refused."""
    checks.unknown_caller(conversation, "get-as-nobody")


@clause(when=story("life"))
def test_prefer_shows_granular(conversation):
    """A caller that asks for all members sees granular."""
    shown = checks.session(conversation, "get-all-members").get("restoreJobType")
    if checks.session(conversation, "create").get("restoreJobType") not in ("granular", "unknownFutureValue"):
        raise Untouched("the session is no granular one")
    if shown is not None and shown != "granular":
        raise Deviation(
            f"/restoreJobType: expected 'granular' for a caller that prefers all members, got {shown!r}",
            expected="granular",
            observed=shown,
            pointer="/restoreJobType",
        )
