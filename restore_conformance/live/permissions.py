"""The permission matrix: every configured caller against every operation, judged by the pages' own tables.

A caller is held to what its token says it may do. In doubt a cell reports nothing: a caller with the permission
that is refused all the same may lack a role or a licence, and is inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.contract.documents import Documents
from restore_conformance.exchange import Exchange
from restore_conformance.live.routes import ALLOWED
from restore_conformance.live.tokens import Claims
from restore_conformance.verdicts import Verdict

WRITE, READ = "BackupRestore-Restore.ReadWrite.All", "BackupRestore-Restore.Read.All"
BY_NAME = {
    "good": frozenset({WRITE}),
    "application": frozenset({WRITE}),
    "delegated": frozenset({WRITE}),
    "read-only": frozenset({READ}),
    "no-permission": frozenset[str](),
    "personal": frozenset[str](),
}
"""What a caller may do by its name, where its token cannot be read."""


@dataclass(frozen=True, slots=True)
class JudgedCell:
    """One caller asking for one operation: what the table says, what was answered, and the verdict."""

    operation: str
    caller: str
    expected: str
    seen: str
    verdict: Verdict


def tables(documents: Documents) -> dict[str, dict[str, Any]]:
    """The permission table of every page: operation to {application, delegated} to the permissions that suffice."""
    result: dict[str, dict[str, Any]] = {}
    for operation, page in documents.pages.items():
        rows = page.get("permission")
        if not isinstance(rows, list):
            continue
        result[operation] = {
            {"delegated-work": "delegated"}.get(row["caller"], row["caller"]): frozenset(
                (*row.get("least", ()), *row.get("higher", ()))
            )
            for row in rows
            if row.get("supported", True)
        }
    return result


def expected(table: Mapping[str, frozenset[str]], caller: str, claims: Claims) -> str:
    """Whether a caller is allowed or refused by a page's table; "" where the table does not say."""
    if caller == "personal":
        return "refused"
    held = claims.permissions if claims.readable else BY_NAME.get(caller)
    if held is None:
        return ""
    kind = claims.kind or ("delegated" if caller == "delegated" else "application")
    suffice = table.get(kind)
    if not suffice:
        return ""
    # Who may write may read, though not every table says so.
    wide = held | {name.replace("ReadWrite", "Read") for name in held}
    return "allowed" if wide & suffice else "refused"


def matrix(documents: Documents, exchanges: Iterable[Exchange], callers: Mapping[str, Claims]) -> list[JudgedCell]:
    """Every cell that the tables speak of; `exchanges` are searched for one of that caller and operation."""
    seen: dict[tuple[str, str], Exchange] = {}
    for exchange in exchanges:
        sent = exchange.sent
        harmless = sent.operation != "create" or {"valid", "plain"} & sent.tags or sent.defects <= _CALLER_DEFECTS
        if harmless and sent.caller in callers and (exchange.response is not None):
            seen.setdefault((sent.operation, sent.caller), exchange)
    cells = []
    sendable = {route.operation for route in ALLOWED}
    for operation, table in tables(documents).items():
        for caller, claims in callers.items():
            says = expected(table, caller, claims)
            if says:
                observed = seen.get((operation, caller))
                cells.append(_cell(operation, caller, says, observed, sendable=operation in sendable))
    return cells


_CALLER_DEFECTS = frozenset({"no-permission", "read-only-permission", "personal-account"})


def _cell(operation: str, caller: str, says: str, exchange: Exchange | None, *, sendable: bool) -> JudgedCell:
    if exchange is None or exchange.status is None:
        why = "not asked" if sendable else "never sent to a live target"
        return JudgedCell(operation, caller, says, why, Verdict.NONE)
    status = exchange.status
    refused, served = status in {401, 403}, 200 <= status < 300
    if says == "refused":
        verdict = Verdict.PASS if refused else Verdict.FAIL if served else Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.PASS if served else Verdict.INCONCLUSIVE
    return JudgedCell(operation, caller, says, str(status), verdict)
