"""Why a clause is not judged: what a plan leaves out and for want of what, and which answers a run did not get.

Looks at what clauses ask for, at what was planned and at what was answered; plans and sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from restore_conformance.campaign.planner import LIVE_OPERATIONS, Cell
from restore_conformance.clauses import Clause, Register
from restore_conformance.stimuli.pool import Pool
from restore_conformance.verdicts import Gap, Why

NEEDED = {
    "sole:no-permission": "no-permission",
    "sole:read-only-permission": "read-only",
    "sole:personal-account": "personal",
    "sole:token-expired": "expired",
    "caller:delegated": "delegated",
    "caller:application": "application",
}
"""Tags that only another caller brings, and the identity that makes them."""

Answers = Mapping[str, Mapping[str, int]]
"""How many answers there were, by operation and status ("none" for no answer)."""

NO_REQUEST = "nothing that this profile sends tests them"
NO_ANSWER = "nothing in this run tests them; a larger profile may, and what failed may hide some"

CREATED = frozenset({"session:draft", "session:started", "session:gone"})
"""Tags of what is known of a session that was created."""
OPERATIONS = frozenset(
    {"create", "get", "get-typed", "list", "update", "delete", "activate", "list-artifacts", "list-granular"}
)

CHANGED = frozenset(
    {"session:started", *(f"since:{by}{done}" for by in ("", "other:") for done in ("changed", "activated")),
     "since:added", "since:removed", "since:refused"}
)  # fmt: skip
"""What comes of changing or activating a draft, which a live target is never asked for."""
FULL = Gap(Why.ROOM, "no room for it: --profile live-deep has more")
ITEMS = Gap(Why.IDS, "needs items: name existing ones with --granular-items or live.granular-items")
NEITHER = Gap(Why.LEFT_OUT, "left out: drafts are neither changed nor activated on a live target")
SAID = Gap(Why.UNTOUCHED, "")
"""Stands where the run itself says best why."""


# ---------------------------------------------------------------- before a run


def gaps_beyond(
    register: Register, callers: frozenset[str], cells: frozenset[Cell], extras: tuple[str, ...], pool: Pool
) -> dict[str, Gap]:
    """Why clauses of the other operations than create are not touched."""
    gaps = {
        clause.address: _gap_beyond(clause, callers, cells, extras, pool)
        for clause in register.clauses
        if clause.operation != "create" and clause.judge is not None
    }
    return {address: gap for address, gap in gaps.items() if gap is not None}


def _gap_beyond(
    clause: Clause, callers: frozenset[str], cells: frozenset[Cell], extras: tuple[str, ...], pool: Pool
) -> Gap | None:
    """What a live target is never sent, a caller that is missing, or want of room."""
    when, operation, name = clause.when, clause.operation, clause.address.partition("/")[2]
    if when.every & CHANGED or (when.either and when.either <= CHANGED):
        return NEITHER
    if "sole:no-token" in when.every:
        return Gap(Why.LEFT_OUT, "left out: a live target is sent nothing but creates without a token")
    if operation == "delete" and "id:malformed" in when.every:
        return Gap(Why.LEFT_OUT, "left out: a live target is sent no delete of an id that is not ours")
    if clause.live not in {"", *extras}:
        return FULL
    if operation not in LIVE_OPERATIONS:
        return NEITHER
    if name.startswith("permissions."):
        kind = "read-only" if "read-permission" in name else "no-permission"
        if kind not in callers:
            return needs_caller(kind)
        return FULL if (kind, operation) not in cells else None
    if operation == "list-granular" and "granular" not in extras:
        return FULL if pool.has("granular") else ITEMS
    if "unknown-ids" not in extras and name in {"errors.invalid-session-id", "errors.session-not-found"}:
        return FULL
    return None


def gap_of(clause: Clause, pool: Pool) -> Gap | None:
    """Why no request of the plan serves a clause; None where the run itself says it best."""
    wanted = clause.when.every | clause.when.either
    if any(tag.startswith("example:") for tag in wanted):
        return Gap(Why.IDS, "the printed requests name ids that do not exist here")
    if not pool.has("standard") and wanted & {"standard", "white-space", "odata-type"}:
        return Gap(Why.IDS, "needs restore points: name existing ones with --restore-points or live.restore-points")
    if not pool.has("granular") and wanted & {"granular", "prefer:all-members", "conflict-behavior"}:
        return ITEMS
    if "open:artifact-limit" in wanted:
        return Gap(Why.IDS, "needs 50 restore points: name them with --restore-points or live.restore-points")
    return None


# ---------------------------------------------------------------- after a run


def needs_caller(kind: str) -> Gap:
    """What a clause lacks that takes another caller."""
    return Gap(
        Why.CALLER, f"needs another caller: --identity {kind}=TOKEN, or [live.identity.{kind}] in the configuration"
    )


def untouched(
    clause: Clause,
    routes: Collection[str],
    callers: Collection[str],
    stopped: str,
    answers: Answers | None = None,
    *,
    followed: bool = True,
    broken: bool = False,
) -> Gap:
    """Why no exchange of a run touched a clause, as far as the run alone says.

    `answers` has the number of answers by operation and status; where it shows what was missing, that is the reason.
    `followed` says whether anything was judged of a session that was created in it, `broken` whether the target broke
    a clause, since what it answers then can be why another has nothing to judge.
    """
    for tag, kind in NEEDED.items():
        if kind not in callers and (tag in clause.when.every or tag in clause.when.either):
            return needs_caller(kind)
    for operation in (clause.operation, *sorted(clause.when.every & OPERATIONS)):
        if operation in routes:
            continue
        if stopped and not (answers or {}).get(operation):
            return Gap(Why.UNTOUCHED, stopped)  # Nothing was sent to it yet, so nothing is known of its route.
        return Gap(Why.ROUTE, f"the target seems to have no route for {operation}")
    if clause.heading == "permissions" and not callers:
        return Gap(Why.CALLER, "needs another caller: --identity read-only=TOKEN and --identity no-permission=TOKEN")
    if "session:foreign" in clause.when.every and not callers:
        return needs_caller("delegated")
    return Gap(
        Why.UNTOUCHED,
        stopped or missing(clause, answers or {}, followed=followed) or (NO_ANSWER if broken else NO_REQUEST),
    )


def follows_sessions(clause: Clause) -> bool:
    """Whether a clause is about a session that was created before, and about nothing else."""
    tags = clause.when.every | clause.when.either
    return "session:unknown" not in tags and any(tag in CREATED or tag.startswith("since:") for tag in tags)


def missing(clause: Clause, answers: Answers, *, followed: bool = True) -> str:
    """Which answers a clause waits for that a run did not get; "" where the answers alone do not say."""
    if not answers:
        return ""
    if follows_sessions(clause):
        if not answers.get("create", {}).get("201"):
            return "no create was answered 201, so there was no session to look at"
        if not followed:
            return "no session that was created could be followed"
    for operation in sorted(clause.when.every & OPERATIONS):
        statuses = answers.get(operation, {})
        good = [tag for tag in ("200", "201") if tag in clause.when.every]
        if not statuses:
            return f"no {operation} request was sent"
        if "4xx" in clause.when.every and not any(status[0] == "4" for status in statuses):
            return f"{operation} was never refused"
        if good and not any(statuses.get(status) for status in good):
            return f"no {operation} was answered {good[0]}"
    return ""
