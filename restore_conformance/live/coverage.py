"""Why a plan leaves a clause untouched: what a live target is never sent, callers, ids and room.

Looks at what clauses ask for and at what was chosen; chooses nothing.
"""

from __future__ import annotations

from restore_conformance.campaign.result import needs_caller
from restore_conformance.clauses import Clause, Register
from restore_conformance.live.ids import Pool
from restore_conformance.live.routes import ALLOWED
from restore_conformance.verdicts import Gap, Why

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


def gaps_beyond(
    register: Register, callers: frozenset[str], cells: frozenset[tuple[str, str]], extras: tuple[str, ...], pool: Pool
) -> dict[str, Gap]:
    """Why clauses of the other operations are not touched: those a live target is never sent, callers, room."""
    sendable = {route.operation for route in ALLOWED}
    gaps: dict[str, Gap] = {}
    for clause in register.clauses:
        operation, _, name = clause.address.partition("/")
        if operation == "create" or clause.judge is None:
            continue
        if clause.when.every & CHANGED or (clause.when.either and clause.when.either <= CHANGED):
            gaps[clause.address] = NEITHER
        elif "sole:no-token" in clause.when.every:
            gaps[clause.address] = Gap(
                Why.LEFT_OUT, "left out: a live target is sent nothing but creates without a token"
            )
        elif operation == "delete" and "id:malformed" in clause.when.every:
            gaps[clause.address] = Gap(
                Why.LEFT_OUT, "left out: a live target is sent no delete of an id that is not ours"
            )
        elif clause.live not in {"", *extras}:
            gaps[clause.address] = FULL
        elif operation not in sendable:
            gaps[clause.address] = NEITHER
        elif name.startswith("permissions."):
            kind = "read-only" if "read-permission" in name else "no-permission"
            if kind not in callers:
                gaps[clause.address] = needs_caller(kind)
            elif (kind, operation) not in cells:
                gaps[clause.address] = FULL
        elif operation == "list-granular" and "granular" not in extras:
            gaps[clause.address] = FULL if pool.has("granular") else ITEMS
        elif "unknown-ids" not in extras and name in {"errors.invalid-session-id", "errors.session-not-found"}:
            gaps[clause.address] = FULL
    return gaps


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
