"""Whether the steps of a conversation can be looked at, and whether they agree with each other."""

from __future__ import annotations

from typing import Any

from restore_conformance.exchange import Conversation, Exchange
from restore_conformance.verdicts import Deviation, Inconclusive


def step(conversation: Conversation, name: str) -> Exchange:
    """The last exchange of a step. Raises Inconclusive where it is missing or was in trouble."""
    found = conversation.step(name)
    if found is None:
        raise Inconclusive(f"the conversation did not come to its step {name}")
    if found.trouble and found.blame != "target":
        raise Inconclusive(f"{found.trouble} at the step {name} (exchange {found.number})")
    return found


def session(conversation: Conversation, name: str) -> dict[str, Any]:
    """The session a step answered with 200. Raises Inconclusive for another status; that is for another clause."""
    found = step(conversation, name)
    if found.status not in {200, 201} or not isinstance(found.answer, dict):
        raise Inconclusive(f"the step {name} was answered {found.status}")
    return found.answer


def total(answer: dict[str, Any]) -> int | None:
    """The total of a session, or None where it is not shown as a number."""
    counts = answer.get("restoreSessionArtifactCount")
    found = counts.get("total") if isinstance(counts, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def same_total(conversation: Conversation, earlier: str, later: str) -> None:
    """Both steps show the same number of artifacts, as far as they show one."""
    before, after = total(session(conversation, earlier)), total(session(conversation, later))
    if before is not None and after is not None and before != after:
        raise Deviation(
            f"/restoreSessionArtifactCount/total: expected {before} as at the step {earlier}, got {after}",
            expected=str(before),
            observed=after,
            pointer="/restoreSessionArtifactCount/total",
        )


def listing(conversation: Conversation, name: str) -> dict[str, Any]:
    """The sessions of every page of a listing step, by id. Raises Inconclusive where there is no whole list."""
    pages = conversation.steps(name)
    if not pages or any(page.trouble or page.status != 200 for page in pages):
        raise Inconclusive(f"the step {name} brought no list")
    found: dict[str, Any] = {}
    for page in pages:
        for one in page.answer.get("value") or [] if isinstance(page.answer, dict) else []:
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                found[one["id"]] = one
    return found
