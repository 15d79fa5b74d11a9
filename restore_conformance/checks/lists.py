"""Who created a session, and whether artifacts are as many, called alike and as they were sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from restore_conformance.checks.agreement import comparable
from restore_conformance.verdicts import Deviation


def creator(session: dict[str, Any]) -> dict[str, str]:
    """The ids, in small letters, of who created a session, by actor; names may be resolved later."""
    identities = session.get("createdBy")
    actors = identities.items() if isinstance(identities, dict) else ()
    return {actor: str(one["id"]).lower() for actor, one in actors if isinstance(one, dict) and one.get("id")}


def same_number(shown: list[Any], sent: list[Any], what: str) -> None:
    """As many are shown as were sent."""
    if len(shown) != len(sent):
        raise Deviation(
            f"/value: expected the {len(sent)} {what} that were sent, got {len(shown)}",
            expected=str(len(sent)),
            observed=len(shown),
            pointer="/value",
        )


def same_names(shown: list[Any], sent: list[Any], member: str) -> None:
    """The same names are shown as were sent, in any order and letter case, each once."""
    have, want = sorted(str(name).lower() for name in shown), sorted(str(name).lower() for name in sent)
    if have != want:
        odd = next((name for name in have if name not in want or have.count(name) > 1), have[0] if have else None)
        raise Deviation(
            f"/value: expected each {member} that was sent, once, got {odd}",
            expected=", ".join(want[:3]),
            observed=odd,
            pointer=f"/value/{member}",
        )


def as_sent(shown: list[dict[str, Any]], sent: list[dict[str, Any]], at: str) -> None:
    """Artifacts have destination, browse session and restore point of those that were sent, as far as shown."""
    for member in ("destinationType", "browseSessionId"):
        wanted = {one.get(member) for one in sent} - {None}
        for one in shown if wanted and all(member in one for one in sent) else ():
            if one.get(member) and comparable(one[member]) and one[member] not in wanted:
                raise _not_sent(f"{at}/{member}", wanted, one[member])
    points = [_point(one) for one in shown]
    if len(shown) == len(sent) and all(points) and all(map(_point, sent)):
        wanted = {_point(one).lower() for one in sent}
        for point in points:
            if point.lower() not in wanted or points.count(point) > 1:
                raise _not_sent(f"{at}/restorePoint/id", wanted, point)


def _point(one: dict[str, Any]) -> str:
    point = one.get("restorePoint")
    found = point.get("id") if isinstance(point, dict) else None
    return found if isinstance(found, str) else ""


def _not_sent(pointer: str, wanted: Collection[Any], got: Any) -> Deviation:
    expected = " or ".join(sorted(map(str, wanted)))[:200]
    return Deviation(
        f"{pointer}: expected {expected}, each as it was sent, got {got}",
        expected=expected,
        observed=got,
        pointer=pointer,
    )
