"""What a change makes of a session, as far as its bytes and its answer show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from restore_conformance.contract.workload import KINDS
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import exceptions, id_key
from restore_conformance.state.known import Phase
from restore_conformance.state.session import THERE, Items, Session, Version, ids_of


def sent_by(payload: Any) -> dict[str, Items]:
    """The artifacts of a payload, by kind."""
    artifacts: dict[str, Items] = {}
    for member, kind in KINDS.items():
        value = payload.get(member) if isinstance(payload, dict) else None
        if isinstance(value, list):
            artifacts[kind] = tuple(artifact for artifact in value if isinstance(artifact, dict))
    return artifacts


def changed(session: Session, exchange: Exchange) -> tuple[Version, list[str]]:
    """The next version of a session after a change that was answered 2xx, and what was done to it: "deleted", …"""
    operation, now = exchange.sent.operation.removesuffix("-typed"), session.now
    if operation == "delete":
        return Version(Phase.GONE), ["deleted"]
    if operation == "activate":
        return Version(Phase.STARTED if now.phase in THERE else now.phase, now.total, dict(now.items)), ["activated"]
    version, causes = _updated(session, exchange)
    if causes != ["refused"]:
        session.emptied = session.emptied or not version.total or not (now.total or _first_sites(session, exchange))
    return version, causes


def _first_sites(session: Session, exchange: Exchange) -> bool:
    """Whether a session that was created empty, which is a standard one, gets full sites, so that it stays one."""
    change = exchange.sent.change
    return (
        session.now.total == 0 and not session.created.sent.count and change is not None and change.kind != "granular"
    )


def _updated(session: Session, exchange: Exchange) -> tuple[Version, list[str]]:
    """The same after an update, of which the session takes over what was sent.

    One that refuses every change one by one leaves the session as it was.
    """
    change, now = exchange.sent.change, session.now
    unsure = Version(now.phase, None, dict.fromkeys(KINDS.values()))
    if change is None:
        return unsure, ["changed"]
    refused = len(exceptions(exchange.answer))
    if "change:clean" not in exchange.sent.tags or refused or change.kind not in KINDS.values():
        if not change.open and refused >= len(change.additions) + len(change.removals):
            return Version(now.phase, now.total, dict(now.items)), ["refused"]
        return unsure, ["changed"]
    kind, fresh, sent = change.kind, tuple(change.additions), session.sent.get(change.kind, ())
    causes = ["changed", *["added"] * bool(fresh), *["removed"] * bool(change.removals)]
    # A granular artifact is removed by its key, which is sent; another by the id that a list shows.
    held = session.sent.get(kind) if kind == "granular" else session.listed.get(kind)
    gone, number = _removed(change.removals, held, now.items.get(kind)), now.items.get(kind)
    version = unsure
    if gone is not None and not _adds_again(fresh, sent):
        more = len(fresh) - len(gone)
        version.items = {**now.items, kind: None if number is None else number + more}
        version.total = None if now.total is None else now.total + more
    wanted = set(map(id_key, change.removals))
    session.removed = (session.removed | wanted).difference(ids_of(fresh))
    session.sent[kind] = (*(artifact for artifact in sent if _id(artifact) not in wanted), *fresh)
    return version, causes


def _removed(names: Iterable[Any], listed: Items | None, number: int | None) -> set[str] | None:
    """Which of the artifacts that are to be removed are there, or None where nobody can say."""
    wanted = set(map(id_key, names))
    if not wanted:
        return set()
    if listed is None or number != len(listed):
        return None
    return wanted & {_id(artifact) for artifact in listed}


def _adds_again(fresh: Items, sent: Items) -> bool:
    """Whether an addition names what was added before, which a server may take for the same."""
    return not {_key(artifact) for artifact in fresh}.isdisjoint(_key(artifact) for artifact in sent)


def _id(artifact: Mapping[str, Any]) -> str:
    return id_key(artifact.get("id"))


def _key(artifact: Mapping[str, Any]) -> str:
    point = artifact.get("restorePoint")
    name = point.get("id") if isinstance(point, dict) else f"{artifact.get('browseSessionId')} {artifact.get('id')}"
    return id_key(name)
