"""What reading the full-site artifacts of a session answers."""

from restore_conformance.checks import agreement, effects
from restore_conformance.clauses import answered, clause, sent, session, without
from restore_conformance.recogniser import answers
from restore_conformance.verdicts import Untouched

LISTED = sent("list-artifacts")
THERE = session("draft", "started")


@clause(when=LISTED)
def test_collection(exchange, known):
    """The artifacts are a collection."""
    effects.collection(exchange, known)


@clause(when=LISTED & answered("200"))
def test_items(exchange, known):
    """Every item is an artifact."""
    effects.served(exchange)
    effects.of_kind(known, "standard")
    agreement.declared(exchange, "list-artifacts/response.json")


@clause(when=LISTED & THERE & without("since:added", "since:removed", "since:changed"))
def test_every_artifact(exchange, known):
    """What was sent is listed, each once."""
    effects.every_artifact(exchange, known)
    shown, wanted = (list(map(answers.point_of, of)) for of in (effects.listed(known), known.sent.get("standard", ())))
    if all((*shown, *wanted)) and len(shown) == len(wanted) and effects.unchanged(known):
        with effects.nobody_else(known):
            agreement.same_names(shown, wanted, "restorePoint/id")


@clause(when=LISTED & THERE & without("since:added", "since:removed", "since:changed", "since:activated"))
def test_as_sent(exchange, known):
    """The destination is the one that was sent."""
    shown = effects.agreeing(exchange, known)
    wanted = {str(artifact.get("destinationType") or "") for artifact in known.sent.get("standard", ())}
    if not wanted or "" in wanted:
        raise Untouched("no artifacts with a destination were sent")
    with effects.nobody_else(known):
        agreement.one_of(shown, "destinationType", wanted)


@clause(when=LISTED & answered("200") & session("draft"))
def test_added(exchange, known):
    """The artifacts of a draft are added and nothing more, where drafts wait to be activated."""
    effects.wait_to_be_activated(known)
    with effects.nobody_else(known):
        effects.all_added(effects.listed(known))
