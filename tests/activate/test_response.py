"""What activating a draft answers, and what it does."""

from restore_conformance.checks import agreement, readings, responses, session_lists
from restore_conformance.clauses import answered, clause, sent, sent_any, session, since, trusted
from restore_conformance.recogniser import answers
from restore_conformance.verdicts import Deviation, Untouched

READ = sent("get") & answered("200", "object")
ACTIVATED = answered("200", "object", "session:started", "since:activated")
"""What a reading shows of a session that was activated since it was read last."""
PARTS = ("inProgress", "completed", "failed")
CHANGED = frozenset({"added", "removed", "changed"})


def _as_created(known):
    """Whether nobody can have changed the artifacts since the session was created."""
    return known.alone and CHANGED.isdisjoint(known.causes)


@clause(when=sent("activate") & session("draft") & trusted)
def test_session(exchange, known):
    """The answer is that session."""
    readings.has_route(exchange, known)
    agreement.not_crowded_out(exchange)
    read = known.readings.get("get")
    if not any(known.sent.values()) or (read is not None and answers.total(read.answer) == 0):
        raise Untouched("the session may hold no artifacts, and nothing says that it can be activated then")
    if not known.alone and exchange.status != 200 and responses.is_refusal(exchange):
        raise Untouched("somebody else may have activated the session")
    readings.changed(exchange, known, 200)
    agreement.declared(exchange, "activate/response.json")
    created = known.created.answer
    if exchange.answer.get("restoreJobType") is not None and not known.emptied:
        agreement.same_job_type(created, exchange.answer)
    agreement.same_id(created, exchange.answer)


@clause(when=sent_any("activate", "get") & answered("200", "object") & trusted)
def test_started(exchange, known):
    """It is no longer a draft."""
    if exchange.sent.operation == "activate":
        if known.phase != "draft":
            raise Untouched("nobody can say that the session was a draft")
        draft = exchange.answer.get("status") == "draft"
    elif known.phase == "started" and "activated" in known.since:
        draft = readings.compared(exchange, known, "status").fit != "agrees"
    else:
        raise Untouched("no session was activated")
    if draft:
        raise Deviation.at(
            "/status", "a session that has started", "draft", expected="activating or later",
            to=readings.asked(exchange),
        )  # fmt: skip


@clause(when=sent_any("activate", "get") & answered("200", "object") & trusted)
def test_total_kept(exchange, known):
    """Nothing is lost."""
    if exchange.sent.operation == "get":
        if known.phase != "started" or "activated" not in known.since:
            raise Untouched("no session was activated")
        readings.total_kept(exchange, known)
        return
    before = known.readings.get("get")
    if known.phase != "draft" or before is None or not _as_created(known):
        raise Untouched("no draft was activated that is as it was created and was read")
    expected, shown = answers.total(before.answer), answers.total(exchange.answer)
    if expected is not None and shown is not None and expected != shown:
        raise Deviation.at(
            "/restoreSessionArtifactCount/total", f"{expected} as the draft had", shown, expected=str(expected),
            to=readings.asked(exchange), because=(before,),
        )  # fmt: skip


@clause(when=READ & session("draft") & since("other:activated"))
def test_only_that(exchange, known):
    """Another draft stays one."""
    if readings.compared(exchange, known, "status").fit != "agrees":
        status = exchange.answer["status"]
        raise Deviation.at(
            "/status", "'draft'", status, expected="draft",
            to=f"{readings.asked(exchange)} (after another session was activated)",
            because=(known.causes["other:activated"],),
        )  # fmt: skip


@clause(when=sent_any("list-artifacts", "list-granular") & ACTIVATED & trusted)
def test_artifacts_kept(exchange, known):
    """The artifacts are the same ones, bound for the same place."""
    if known.before is None or not _as_created(known):
        raise Untouched("the artifacts were not read before, or were changed")
    readings.compared(exchange, known, "items")
    kind = "granular" if exchange.sent.operation == "list-granular" else "standard"
    before, after = list(known.listed.get(kind, ())), session_lists.shown(known)
    agreement.same_number(after, before, "artifacts of the draft")
    agreement.same_names([artifact.get("id") for artifact in after], [artifact.get("id") for artifact in before], "id")
    agreement.as_sent(after, list(known.sent.get(kind, ())), "/value")


@clause(when=READ & session("started"))
def test_counts(exchange, known):
    """What is counted as restoring, completed and failed is no more than there is."""
    counts = exchange.answer.get("restoreSessionArtifactCount")
    if not isinstance(counts, dict):
        raise Untouched("the session shows no counts")
    shown, total = [counts.get(name) for name in PARTS], answers.total(exchange.answer)
    if total is not None and all(isinstance(number, int) for number in shown) and sum(shown) > total:
        raise Deviation.at(
            "/restoreSessionArtifactCount", f"no more than {total} in all", sum(shown), expected=f"{total} at most",
            to=readings.asked(exchange),
        )  # fmt: skip
