"""What activating a draft answers, and what it does."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story
from restore_conformance.verdicts import Deviation


@clause(when=story("activation"))
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
