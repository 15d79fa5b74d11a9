"""What create promises, seen through get, list and delete."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story
from restore_conformance.verdicts import Deviation


@clause(when=story("life", "change", "activation"))
def test_found(conversation):
    """A created session is found."""
    checks.answered(conversation, "get", 200)


@clause(when=story("life", "change", "activation"))
def test_same_session(conversation):
    """The session read is the session made."""
    created, found = checks.session(conversation, "create"), checks.session(conversation, "get")
    checks.same_id(created, found)
    checks.same_job_type(created, found)
    for again in checks.later_reads(conversation):
        checks.same_job_type(created, again)


@clause(when=story("life", "change", "activation"))
def test_stays_draft(conversation):
    """A session that nobody activates stays a draft, where drafts can be activated."""
    checks.starts_when_told(conversation)
    for found in (checks.session(conversation, "get"), *checks.later_reads(conversation)):
        status = found.get("status", "draft")
        if status != "draft":
            raise Deviation(
                f"/status: expected 'draft' of a session nobody activated, got {status!r}",
                expected="draft",
                observed=status,
                pointer="/status",
            )


@clause(when=story("life", "change", "activation"))
def test_same_counts(conversation):
    """The number of artifacts stays."""
    checks.same_total(conversation, "create", "get")


@clause(when=story("life"))
def test_draft_deleted(conversation):
    """A draft may be deleted."""
    checks.answered(conversation, "delete", 200, 202, 204)


@clause(when=story("life"))
def test_others_untouched(conversation):
    """A second session does not disturb the first."""
    checks.step(conversation, "create-other")
    first, again = checks.session(conversation, "get"), checks.session(conversation, "get-again")
    for name in ("id", "restoreJobType"):
        if first.get(name) != again.get(name):
            raise Deviation(
                f"/{name}: expected {first.get(name)!r} as before another session was created, got {again.get(name)!r}",
                expected=str(first.get(name)),
                observed=again.get(name),
                pointer=f"/{name}",
            )
    creators, later = checks.creator(first), checks.creator(again)
    if creators and later and creators != later:
        raise Deviation(
            f"/createdBy: expected {creators} as before another session was created, got {later}",
            expected=str(creators),
            observed=later,
            pointer="/createdBy",
        )
    checks.same_time(first.get("createdDateTime"), again.get("createdDateTime"), "createdDateTime", 0)
    checks.same_total(conversation, "get", "get-again")


@clause(when=story("refused", "life"))
def test_nothing_of_refused(conversation):
    """A refused request makes nothing."""
    checks.step(conversation, "refusal")
    checks.refused_or_made(conversation, "refusal")
    earlier, later = ("list", "list-after") if conversation.story == "life" else ("before-0", "after-0")
    new = checks.new_sessions(conversation, earlier, later)
    if new and checks.made_each_time(conversation, later):
        raise Deviation(
            f"expected no new session of requests that were refused, got {len(new)}: {', '.join(new[:5])}",
            expected="the sessions that were there before",
            observed=new[:5],
        )
