"""What activating a draft answers, and what it does."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story
from restore_conformance.verdicts import Deviation

PARTS = ("inProgress", "completed", "failed")


def _counts(shown):
    """Whether a session shows its counts."""
    return isinstance(shown.get("restoreSessionArtifactCount"), dict)


@clause(when=story("activation", "change"))
def test_session(conversation):
    """The answer is that session."""
    checks.not_crowded_out(conversation, "activate")
    found = checks.answered(conversation, "activate", 200)
    checks.declared(found, "activate/response.json")
    created = checks.session(conversation, "create")
    if found.answer.get("restoreJobType") is not None:
        checks.same_job_type(created, found.answer)
    checks.same_id(created, found.answer)


@clause(when=story("activation"))
def test_started(conversation):
    """It is no draft any more."""
    for name in ("activate", "get-activated"):
        status = checks.session(conversation, name).get("status")
        if status == "draft":
            raise Deviation(
                f"/status: expected a session that has started, got 'draft' at the step {name}",
                expected="activating or later",
                observed=status,
                pointer="/status",
            )


@clause(when=story("activation"))
def test_total_kept(conversation):
    """Nothing is lost."""
    before = "get-before" if conversation.step("get-before") else "get"
    checks.same_total(conversation, before, "activate")
    checks.same_total(conversation, before, "get-activated")


@clause(when=story("activation"))
def test_only_that(conversation):
    """Another draft stays one."""
    status = checks.session(conversation, "get-other").get("status")
    if status != "draft":
        raise Deviation(
            f"/status: expected 'draft' of the other session, got {status!r}",
            expected="draft",
            observed=status,
            pointer="/status",
        )


@clause(when=story("activation"))
def test_artifacts_kept(conversation):
    """The artifacts are the same ones, bound for the same place."""
    checks.done(conversation, "activate")
    before, after = (checks.items(conversation, name) for name in ("artifacts", "artifacts-activated"))
    checks.same_number(after, before, "artifacts of the draft")
    checks.same_names([one.get("id") for one in after], [one.get("id") for one in before], "id")
    checks.as_sent(after, checks.sent_elements(conversation, "create"), "/value")


@clause(when=story("activation"))
def test_counts(conversation):
    """What is counted as restoring, completed and failed is no more than there is."""
    checks.seen(checks.sessions(conversation, *checks.RUNNING))
    for found in checks.seen(one for one in checks.later_reads(conversation, *checks.RUNNING) if _counts(one)):
        counts = found.get("restoreSessionArtifactCount")
        shown = [counts.get(name) for name in PARTS] if isinstance(counts, dict) else []
        total = checks.total(found)
        if total is not None and all(isinstance(one, int) for one in shown) and sum(shown) > total:
            raise Deviation(
                f"/restoreSessionArtifactCount: expected no more than {total} in all, got {sum(shown)}",
                expected=f"{total} at most",
                observed=sum(shown),
                pointer="/restoreSessionArtifactCount",
            )
