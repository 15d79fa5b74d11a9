"""What lists show over a conversation: of sessions, page after page, and of the artifacts of one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from restore_conformance.checks import answers
from restore_conformance.checks.talks import comparable, no_route, objects, sound, step, unsure
from restore_conformance.exchange import Conversation
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched


def collection(conversation: Conversation, name: str) -> list[Any]:
    """The items of every page of a step. Raises Deviation where one is no collection."""
    pages = conversation.steps(name)
    if len(pages) < 2:
        step(conversation, name)  # further pages are where the target itself said, so that their route is no excuse
    found: list[Any] = []
    for page in pages:
        sound(page)
        value = page.answer.get("value") if isinstance(page.answer, dict) else None
        if page.status != 200 or not isinstance(value, list):
            raise Deviation(
                f"expected 200 and an object with the array value at the step {name}, got {answers.shown(page)}",
                expected="200 and an object with the array value",
                observed=answers.shown(page),
                pointer="/value",
                unless=no_route(conversation, page),
                refusal=answers.is_refusal(page),
            )
        found += value
    return found


def items(conversation: Conversation, name: str) -> list[dict[str, Any]]:
    """The items of a step that are objects. Raises Untouched where it is no collection, or was not read to its end.

    A link to a next page on another host is never followed.
    """
    if not read_whole(conversation, name):
        raise Untouched("a list could not be read to its end")
    try:
        return [one for one in collection(conversation, name) if isinstance(one, dict)]
    except Deviation as broken:
        raise Untouched(broken.message) from None


def listing(conversation: Conversation, name: str) -> dict[str, Any]:
    """The sessions of every page of a listing step, by id. Raises Inconclusive where there is no whole list."""
    pages = conversation.steps(name)
    step(conversation, name)
    if any(page.trouble or page.status != 200 for page in pages):
        raise Inconclusive(f"the step {name} brought no list")
    return {one["id"]: one for one in items(conversation, name) if isinstance(one.get("id"), str)}


def new_sessions(conversation: Conversation, earlier: str, later: str) -> list[str]:
    """The ids, in small letters, that the later list shows and the earlier does not, and that no create was given.

    A session may be seen in a list a moment after it was made, so that those of the whole run are left out. Nothing
    is told of lists that were not read to their end. Raises Inconclusive where anything was in trouble: a request
    whose answer is lost, and the controls that follow, make sessions of which nobody knows.
    """
    for name in (earlier, later):
        step(conversation, name)
    for one in conversation.exchanges:
        if unsure(one):
            raise Inconclusive(f"{one.trouble} ({one.step}, exchange {one.number})")
    if any(one.trouble for one in conversation.exchanges):
        raise Inconclusive("controls were sent between the two lists")
    if not all(read_whole(conversation, step) for step in (earlier, later)):
        raise Untouched("a list was too long to be read to its end")
    answers = [one.answer for one in conversation.exchanges if one.sent.operation == "create" and one.status == 201]
    given = {str(answer.get("id")).lower() for answer in answers if isinstance(answer, dict)}
    ours = conversation.known | given
    before, after = (
        {name.lower(): one for name, one in listing(conversation, step).items()} for step in (earlier, later)
    )
    known = [one for shown in (before, after) for name, one in shown.items() if name in ours]
    created = [answer for answer in answers if isinstance(answer, dict)]
    creators = [ids for one in (*known, *created) if (ids := creator(one))]
    new = [one for name, one in after.items() if name not in before and name not in ours]
    return sorted(one["id"].lower() for one in new if not _of_somebody_else(one, creators))


def creator(session: dict[str, Any]) -> dict[str, str]:
    """The ids, in small letters, of who created a session, by actor; names may be resolved later."""
    identities = session.get("createdBy")
    actors = identities.items() if isinstance(identities, dict) else ()
    return {actor: str(one["id"]).lower() for actor, one in actors if isinstance(one, dict) and one.get("id")}


def _of_somebody_else(session: dict[str, Any], creators: list[dict[str, str]]) -> bool:
    """Whether a session in a list shows that no create of this run left it behind.

    It is of another workload, somebody activated it, or nobody who created a session of this run created it.
    """
    typed = session.get("@odata.type")
    if isinstance(typed, str) and not typed.lower().endswith(_TYPES):
        return True
    status = session.get("status")
    if isinstance(status, str) and status in _LATER:
        return True
    shown = creator(session)
    return bool(shown and creators) and shown not in creators


_TYPES = ("sharepointrestoresession", "restoresessionbase")
_LATER = frozenset({"active", "completed", "completedWithError", "failed"})


def made_each_time(conversation: Conversation, later: str) -> bool:
    """Whether requests that were refused left sessions behind, each time that they were sent again.

    `later` is the list after the first time. The same requests leave as many each time. Raises Inconclusive where
    somebody else made sessions meanwhile: between two lists with nothing in between.
    """
    numbers = set()
    for again in (1, 2):
        if new_sessions(conversation, later if again == 1 else f"after-{again - 1}", f"before-{again}"):
            raise Inconclusive("somebody else makes sessions at the same time")
        numbers.add(len(new_sessions(conversation, f"before-{again}", f"after-{again}")))
    if len(numbers) > 1:
        raise Inconclusive("sessions were made at the same time, not as many each time that the same was refused")
    return numbers != {0}


def made_before(conversation: Conversation, name: str) -> list[str]:
    """The ids of the sessions that were made before a step, as far as creates were answered with one."""
    at = step(conversation, name).number
    answers = [one.answer for one in conversation.exchanges if one.sent.operation == "create" and one.number < at]
    return [one["id"] for one in answers if isinstance(one, dict) and isinstance(one.get("id"), str)]


def all_ours(conversation: Conversation, name: str) -> bool:
    """Whether a list shows sessions of this run alone, so that nobody can have moved them from page to page."""
    made = conversation.known | {one.lower() for one in made_before(conversation, name)}
    shown = [one.get("id") for page in conversation.steps(name) for one in objects(page.answer, "value")]
    return all(str(one).lower() in made for one in shown)


def refused_or_made(conversation: Conversation, name: str) -> None:
    """Every request of a step was refused, or answered with a session. Raises Untouched for any other answer."""
    for found in conversation.steps(name):
        made = found.status == 201 and isinstance(found.answer, dict) and isinstance(found.answer.get("id"), str)
        if not (made or found.trouble or 400 <= (found.status or 0) < 500):
            raise Untouched(f"a request of the step {name} was answered {found.status}")


def read_whole(conversation: Conversation, name: str) -> bool:
    """Whether the last page of a listing step says that there are no more."""
    last = step(conversation, name)
    return isinstance(last.answer, dict) and "@odata.nextLink" not in last.answer


def sent_elements(conversation: Conversation, name: str) -> list[dict[str, Any]]:
    """The artifacts that a create step sent. Raises Untouched where it sent none that can be looked at."""
    payload = step(conversation, name).sent.payload
    found: list[dict[str, Any]] = []
    if isinstance(payload, dict):
        for member in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts"):
            found += payload.get(member) or []
    if not found:
        raise Untouched(f"the step {name} sent no artifacts")
    return found


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
