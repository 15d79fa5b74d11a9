"""What a change answers, and what it does."""

from restore_conformance.checks import agreement, effects, responses
from restore_conformance.clauses import answered, clause, sent, sent_any, session, since, without
from restore_conformance.verdicts import Untouched

READ = sent_any("get", "get-typed", "list-artifacts", "list-granular")
LISTED = sent_any("list-artifacts", "list-granular")
THERE = without("session:gone", "session:unsure")


@clause(when=sent("update", "change:clean") & answered("200") & session("draft"))
def test_object(exchange, known):
    """The answer is a session or lists what became of the changes, and lists objects."""
    agreement.declared(exchange, "update/response.json")
    effects.names_what_changed(exchange, known)


@clause(when=sent("update") & answered("200"))
def test_media_type(exchange):
    """The answer comes as application/json."""
    responses.json_media_type(exchange, required=False)


@clause(when=READ & THERE & since("added"))
def test_added(exchange, known):
    """Added artifacts are counted and listed."""
    effects.same_artifacts(exchange, known, "added", "added")


@clause(when=LISTED & THERE & since("added") & without("since:removed"))
def test_added_ids(exchange, known):
    """An added artifact is listed by the id that the change answered."""
    with effects.nobody_else(known):
        effects.listed_by_answered_id(exchange, known)


@clause(when=sent_any("update", "list-artifacts", "list-granular") & THERE)
def test_as_sent(exchange, known):
    """An added artifact is answered and listed as it was sent."""
    if exchange.sent.operation == "update":
        effects.answered_as_sent(exchange, known)
        return
    if "added" not in known.since:
        raise Untouched("no list of artifacts was read after some were added")
    with effects.nobody_else(known):
        agreement.as_sent(*effects.fresh(exchange, known), "/value")


@clause(when=READ & THERE & since("other:changed"))
def test_only_that(exchange, known):
    """Another session keeps its artifacts."""
    effects.same_artifacts(exchange, known, "other", "other:changed")


@clause(when=LISTED & THERE & since("added") & without("since:removed"))
def test_others_kept(exchange, known):
    """Those that were there stay."""
    with effects.nobody_else(known):
        effects.none_missing(exchange, known)


@clause(when=READ & THERE & since("removed"))
def test_removed(exchange, known):
    """A removed artifact is gone, and no other."""
    effects.same_artifacts(exchange, known, "removed", "removed")


@clause(when=sent("update", "change:clean", "change:removals") & session("draft"))
def test_removal_of_nothing(exchange, known):
    """Removing what is not there is reported, without a server error."""
    effects.served(exchange)
    effects.nothing_there(exchange, known)
    agreement.no_server_error(exchange)


@clause(when=READ & THERE & since("refused"))
def test_refused_unchanged(exchange, known):
    """A refused change changes nothing."""
    effects.update_refused(known)
    effects.same_artifacts(exchange, known, "refused", "refused")
