"""What reading the granular artifacts of a session answers."""

from restore_conformance.checks import agreement, effects
from restore_conformance.clauses import answered, clause, sent, session, without
from restore_conformance.recogniser import answers
from restore_conformance.verdicts import Deviation, Untouched

LISTED = sent("list-granular")
THERE = session("draft", "started")


@clause(when=LISTED)
def test_collection(exchange, known):
    """The artifacts are a collection."""
    effects.collection(exchange, known)


@clause(when=LISTED & answered("200"))
def test_items(exchange, known):
    """Every item is a granular artifact."""
    effects.served(exchange)
    effects.of_kind(known, "granular")
    agreement.declared(exchange, "list-granular/response.json", null=("status",))


@clause(when=LISTED & answered("200"))
def test_status_shown(exchange, known):
    """Every item has a status."""
    effects.served(exchange)
    effects.of_kind(known, "granular")
    for artifact in answers.objects(exchange.answer, "value"):
        if artifact.get("status") is None:
            raise Deviation("/value: status is not nullable, got none", expected="a status", pointer="/value/status")


@clause(when=LISTED & THERE & without("since:added", "since:removed", "since:changed"))
def test_every_artifact(exchange, known):
    """What was sent is listed by its key, each once."""
    effects.every_artifact(exchange, known)
    wanted = [artifact["id"] for artifact in known.sent.get("granular", ()) if "id" in artifact]
    shown = [artifact.get("id") for artifact in effects.listed(known)]
    if len(shown) == len(wanted) and effects.unchanged(known):
        with effects.nobody_else(known):
            agreement.same_names(shown, wanted, "id")


@clause(when=LISTED & THERE & without("since:added", "since:removed", "since:changed", "since:activated"))
def test_as_sent(exchange, known):
    """The browse session is the one that was sent."""
    shown = effects.agreeing(exchange, known)
    wanted = {
        str(artifact["browseSessionId"]) for artifact in known.sent.get("granular", ()) if "browseSessionId" in artifact
    }
    if not wanted:
        raise Untouched("no artifacts with a browse session were sent")
    with effects.nobody_else(known):
        agreement.one_of(shown, "browseSessionId", wanted)


@clause(when=LISTED & THERE)
def test_of_full_sites(exchange, known):
    """A session of full-site artifacts has no granular ones."""
    effects.none_of_the_other_kind(exchange, known)
