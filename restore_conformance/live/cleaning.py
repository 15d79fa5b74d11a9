"""Deletes what this application's journal owns, and finds sessions whose id was lost on the way.

Exactly drafts of our own are deleted. A session belongs to us if its id was in an answer to one of our creates,
or if it matches a create whose answer was lost by application, time and a set of artifacts that nobody else can
have named. Anything less certain is listed, with its id, and left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from restore_conformance.exchange import NOTHING, Response, parse_json
from restore_conformance.live.artifacts import fingerprint, items_of, points_of
from restore_conformance.live.door import Door
from restore_conformance.live.journal import Intent
from restore_conformance.live.routes import ROOT, NeverLive
from restore_conformance.payloads.materials import GRANULAR, SITE
from restore_conformance.sending import BudgetSpent
from restore_conformance.stories import below

PAGES = 60
CANDIDATES = 100
TRIES = 3
BEFORE, AFTER = 60.0, 180.0
"""Seconds around the moment of sending within which a lost session must have been created: clocks differ, and a
request may wait on its way."""
SEEN = 2.0
"""Seconds after which a session that was created is in the list."""
SETTLED = 900.0
"""Seconds after which a create that nobody can find has made nothing."""


@dataclass(frozen=True, slots=True)
class Left:
    """A session that was not deleted, and why; "" for a create whose session could not be found yet."""

    session: str
    why: str


def clean(door: Door, *, careful: bool) -> list[Left]:
    """Delete every draft of ours; what could not be deleted is returned.

    `careful` reads each session before it is deleted, to see that it still is a draft: for sessions of an earlier
    run. Those of this run were answered as drafts a moment ago, and the service deletes nothing but drafts.
    """
    left: list[Left] = []
    try:
        for session in door.journal.sessions():
            try:
                left += _remove(door, session, careful=careful)
            except NeverLive as never:
                left.append(Left(session, f"not deleted: {never}"))
        if careful:
            _look_again(door)
        left += reconcile(door)
    except BudgetSpent as spent:
        left += [Left(session, f"not deleted: {spent}") for session in door.journal.sessions()]
        left += [Left("", _lost(intent, str(spent))) for intent in door.journal.unanswered()]
    named = {one.session.lower() for one in left}
    left += [Left(one, why) for one, why in door.journal.doubtful.items() if one not in named]
    return list(dict.fromkeys(left))


def _remove(door: Door, session: str, *, careful: bool) -> list[Left]:
    path = f"{ROOT}/restoreSessions/{quote(session, safe='')}"
    # A fresh session may not be seen yet: only one we tried to delete before, or an old one, is gone on a 404.
    sure = session.lower() in door.journal.tried or _age(door, session) >= SETTLED
    if careful:
        found = _read(door, path)
        if _gone(found):
            if not sure:
                return [Left(session, "is not found, and may appear yet; the next start looks again")]
            door.journal.note("gone", session=session)
            return []
        read = _object(found)
        if found is None or found.status != 200 or read is None:
            return [Left(session, f"could not be read before deleting it: {_said(found)}")]
        if read.get("status") != "draft":
            door.journal.note("given-up", session=session)
            return [Left(session, f"is no draft any more but {read.get('status')!r}, so it was left alone")]
        if not _by_us(read, {i.application for i in _makers(door, session)}, unsaid=True):
            door.journal.note("given-up", session=session)
            return [Left(session, "was created by another application, so it was left alone")]
    for attempt in range(TRIES):
        found = door.tidy("DELETE", path).response
        if found is not None and found.status == 204:
            return []
        if _gone(found) and sure:
            door.journal.note("gone", session=session)
            return []
        if found is not None and found.status == 403:
            hint = ": it is no draft any more" if "RestoreSessionActionNotAllowed" in _said(found) else ""
            return [Left(session, f"deleting it was refused ({_said(found)}){hint}")]
        if attempt + 1 < TRIES:
            door.pause(1.0 + attempt)
    return [Left(session, f"could not be deleted in {TRIES} tries: {_said(found)}")]


def _read(door: Door, target: str) -> Response | None:
    """What a read is answered; tried again where nothing came, or nothing but trouble."""
    for attempt in range(TRIES):
        try:
            found = door.tidy("GET", target).response
        except NeverLive:
            return None  # an id or a link that cannot be part of a path that may be sent
        if found is not None and found.status < 500:
            break
        if attempt + 1 < TRIES:
            door.pause(0.5 + attempt)
    return found


def _age(door: Door, session: str) -> float:
    """Seconds since the create that made a session was sent."""
    return datetime.now(UTC).timestamp() - max((intent.at for intent in _makers(door, session)), default=0.0)


def _makers(door: Door, session: str) -> list[Intent]:
    """The creates that a session came of: one, unless a server gave its id twice."""
    return [i for i in door.journal.intents.values() if i.session.lower() == session.lower()]


def _look_again(door: Door) -> None:
    """Forget doubtful sessions that are gone or no drafts any more: somebody has dealt with them."""
    for session in list(door.journal.doubtful):
        found = _read(door, f"{ROOT}/restoreSessions/{quote(session, safe='')}")
        read = _object(found)
        if _gone(found) or (read is not None and read.get("status") != "draft"):
            door.journal.note("gone", session=session)


# ---------------------------------------------------------------- lost answers


def reconcile(door: Door) -> list[Left]:
    """Look for the sessions of creates whose answer was lost. Deletes what is ours beyond doubt, lists the rest."""
    waiting = door.journal.unanswered()
    if not waiting:
        return []
    youngest = datetime.now(UTC).timestamp() - max(intent.at for intent in waiting)
    door.pause(max(0.0, SEEN - youngest))
    listed = _list(door)
    if listed is None:
        return [Left("", _lost(intent, "the sessions could not be listed")) for intent in waiting]
    left: list[Left] = []
    for candidate in _candidates(door, listed, waiting):
        left += _match(door, candidate, waiting)
    _settle(door)
    return left


def _candidates(door: Door, listed: list[dict[str, Any]], waiting: list[Intent]) -> Iterator[dict[str, Any]]:
    """Drafts of our application that one of the lost creates may have made, and that nobody has accounted for."""
    shown = 0
    for one in listed:
        session = one.get("id")
        if not isinstance(session, str) or door.journal.owns(session) or one.get("status") != "draft":
            continue
        if any(_may_be(one, intent) for intent in waiting) and shown < CANDIDATES:
            shown += 1
            yield one


def _match(door: Door, candidate: dict[str, Any], waiting: list[Intent]) -> list[Left]:
    session = str(candidate["id"])
    names = _artifacts(door, session)
    if names is None:
        why = "may be ours: it was created when an answer was lost, and its artifacts could not be read"
        door.journal.note("doubtful", session=session, why=why)
        return [Left(session, why)]
    mark = fingerprint(names)
    fitting = [i for i in waiting if i.artifacts == mark and _may_be(candidate, i)]
    if not fitting:
        return []
    certain = [intent for intent in fitting if intent.unique and _by_us(candidate, {intent.application}, unsaid=False)]
    if certain:
        door.journal.note("made", key=certain[0].key, session=session, how="matched")
        waiting.remove(certain[0])
        return _remove(door, session, careful=True)
    why = (
        f"may be ours: an answer was lost at {_when(fitting[0])}, and it names "
        f"{'the same artifacts' if mark else 'no artifacts'}, as others may have done; "
        f"delete it with cleanup --session {session} if nobody misses it"
    )
    door.journal.note("doubtful", session=session, why=why)
    return [Left(session, why)]


def _settle(door: Door) -> None:
    """A create that is old enough and cannot be found made nothing; a young one is looked for again later."""
    now = datetime.now(UTC).timestamp()
    for intent in door.journal.unanswered():
        if now - intent.at >= SETTLED:
            door.journal.note("settled", key=intent.key)


def _list(door: Door) -> list[dict[str, Any]] | None:
    """Every session there is, or None where the list cannot be read to its end."""
    found: list[dict[str, Any]] = []
    target = f"{ROOT}/restoreSessions"
    for _ in range(PAGES):
        page = _object(_read(door, target))
        if page is None or not isinstance(page.get("value"), list):
            return None
        found += [one for one in page["value"] if isinstance(one, dict)]
        link = page.get("@odata.nextLink")
        if not isinstance(link, str):
            return found
        target = below(link, door.base)
        if not target:
            return None
    return None


def _artifacts(door: Door, session: str) -> set[str] | None:
    """What a session names, or None where it cannot be read to the end."""
    names: set[str] = set()
    for collection, read in ((SITE, points_of), (GRANULAR, items_of)):
        target = f"{ROOT}/sharePointRestoreSessions/{session}/{collection}"
        for _ in range(PAGES):
            response = _read(door, target)
            page = _object(response)
            if page is None or not isinstance(page.get("value"), list):
                return None
            seen = read(page["value"])
            if len(seen) < len(page["value"]):
                return None
            names |= seen
            link = page.get("@odata.nextLink")
            if not isinstance(link, str):
                break
            target = below(link, door.base)
            if not target:
                return None
        else:
            return None
    return names


def _may_be(session: dict[str, Any], intent: Intent) -> bool:
    """Whether a create may have made a session, as far as application and time tell."""
    return _in_time(session, intent) and _by_us(session, {intent.application}, unsaid=True)


def _by_us(session: dict[str, Any], applications: set[str], *, unsaid: bool) -> bool:
    """Whether a session was created by one of some applications; `unsaid` where it, or we, do not say."""
    creator = session.get("createdBy")
    found = creator.get("application") if isinstance(creator, dict) else None
    name = found.get("id") if isinstance(found, dict) else None
    known = {application.lower() for application in applications} - {""}
    if not isinstance(name, str) or not name or not known:
        return unsaid
    return name.lower() in known


def _in_time(session: dict[str, Any], intent: Intent) -> bool:
    stamp = session.get("createdDateTime")
    if not isinstance(stamp, str):
        return False
    try:
        created = datetime.fromisoformat(stamp)
    except ValueError:
        return False
    if created.tzinfo is None:
        return False
    sent = intent.at + intent.skew
    return sent - BEFORE <= created.timestamp() <= sent + AFTER


def _object(response: Response | None) -> dict[str, Any] | None:
    if response is None or response.status != 200:
        return None
    found = parse_json(response.body)
    return found if found is not NOTHING and isinstance(found, dict) else None


def _gone(response: Response | None) -> bool:
    """Whether the service itself says that there is no such session; a gateway's 404 page is no such word."""
    if response is None or response.status != 404:
        return False
    return isinstance(parse_json(response.body), dict)


def _said(response: Response | None) -> str:
    if response is None:
        return "no answer"
    body = parse_json(response.body)
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f"{response.status} {code}" if isinstance(code, str) else str(response.status)


def _when(intent: Intent) -> str:
    return datetime.fromtimestamp(intent.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _lost(intent: Intent, why: str) -> str:
    return f"a create at {_when(intent)} (client-request-id {intent.support}) had no answer, and {why}"


def host_of(base: str) -> str:
    """Host and port of a base URL, as a folder's name."""
    parts = urlsplit(base)
    return f"{parts.hostname}-{parts.port}" if parts.port else str(parts.hostname)
