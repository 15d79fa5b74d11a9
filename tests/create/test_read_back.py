"""What create promises, seen through get, list and delete."""

from restore_conformance.checks import agreement, effects, readings, session_lists
from restore_conformance.clauses import answered, clause, sent, session, since, trusted, without
from restore_conformance.verdicts import Deviation, Untouched

READ = sent("get") & answered("200", "object")
CHANGED = ("since:added", "since:removed", "since:changed", "since:refused")
"""What may have been done to the session itself."""


@clause(when=sent("get") & session("draft", "started") & since("created") & without("since:other:deleted") & trusted)
def test_found(exchange, known):
    """A created session is found."""
    if readings.long_ago(known):
        raise Untouched("many sessions were made since: see get/response.late")
    readings.found(exchange, known)


@clause(when=READ & session("draft", "started") & without("prefer:all-members"))
def test_same_session(exchange, known):
    """The session read is the session made."""
    agreement.same_id(known.created.answer, exchange.answer)
    if known.phase == "draft" and not known.emptied:
        agreement.same_job_type(known.created.answer, exchange.answer)


@clause(when=READ & session("draft") & without("since:other:activated"))
def test_stays_draft(exchange, known):
    """A session that nobody activates stays a draft, where drafts can be activated."""
    effects.wait_to_be_activated(known)
    if readings.compared(exchange, known, "status").fit != "agrees":
        status = exchange.answer["status"]
        raise Deviation.at("/status", "'draft' of a session nobody activated", status, expected="draft")


@clause(when=READ & session("draft") & since("created") & without("since:other:created", *CHANGED))
def test_same_counts(exchange, known):
    """The number of artifacts stays."""
    effects.no_change_of_another(known)
    readings.total_kept(exchange, known)


@clause(when=sent("delete") & session("draft") & trusted & without(*CHANGED))
def test_draft_deleted(exchange, known):
    """A draft may be deleted."""
    readings.changed(exchange, known, 200, 202, 204)


@clause(when=READ & session("draft") & since("other:created") & without(*CHANGED))
def test_others_untouched(exchange, known):
    """A second session does not disturb the first."""
    earlier = known.before or known.created
    first, again = earlier.answer, exchange.answer
    agreement.same_id(first, again)
    if earlier.sent.asked_for_all_members is exchange.sent.asked_for_all_members and not known.emptied:
        agreement.same_job_type(first, again)
    creators, later = agreement.creator(first), agreement.creator(again)
    both = creators.keys() & later.keys()
    if creators and later and (not both or any(creators[actor] != later[actor] for actor in both)):
        raise Deviation.at(
            "/createdBy",
            f"{creators} as before another session was created",
            later,
            expected=str(creators),
        )
    if known.before is not None:
        agreement.same_time(first.get("createdDateTime"), again.get("createdDateTime"), "createdDateTime", 0)
    if known.aspect("count").fit != "open":
        effects.no_change_of_another(known)
        readings.total_kept(exchange, known, "other:created")


@clause(when=sent("list") & answered("200", "object") & trusted)
def test_nothing_of_refused(exchange, known):
    """A refused request makes nothing."""
    session_lists.nothing_of_refused(exchange, known)
