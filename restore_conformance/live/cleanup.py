"""Cleans up a live target: deletes what this application's journal owns, and what was lost on the way.

Exactly drafts of our own are deleted. A session belongs to us if its id was in an answer to one of our creates, or
if it matches a create whose answer was lost beyond doubt (by application, time and a set of artifacts that nobody else
can have named), and if reading it back does not contradict that. Anything less certain is listed, with its id, and left
alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from restore_conformance.campaign.sender import BudgetSpent
from restore_conformance.contract.paths import NoPath, within
from restore_conformance.contract.routes import line_of
from restore_conformance.exchange import NOTHING, Response, parse_json
from restore_conformance.live.guard import Guard
from restore_conformance.live.journal import Intent
from restore_conformance.live.ownership import Finding, Owner, by_us, fingerprint, items_of, moment, points_of
from restore_conformance.live.routes import NeverLive
from restore_conformance.recogniser.answers import id_key

SETTLED = 900.0
"""Seconds after which a create that nobody can find has made nothing."""
CANDIDATES = 100
BEFORE, AFTER = 60.0, 180.0
"""Seconds around the moment of sending within which a lost session must have been created: clocks differ, and a
request may wait on its way."""
SEEN = 2.0
"""Seconds after which a session that was created is in the list."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A session that was not deleted, and why; "" for a create whose session could not be found yet."""

    session: str
    why: str


def clean(guard: Guard, *, careful: bool) -> list[Leftover]:
    """Delete every draft of ours; what could not be deleted is returned.

    `careful` looks again at the sessions that an earlier run listed as doubtful.
    """
    left: list[Leftover] = []
    try:
        for session in guard.journal.sessions():
            try:
                left += _remove(guard, session)
            except NeverLive as never:
                left.append(Leftover(session, f"not deleted: {never}"))
        if careful:
            _look_again(guard)
        left += _reconcile(guard)
    except BudgetSpent as spent:
        left += [Leftover(session, f"not deleted: {spent}") for session in guard.journal.sessions()]
        left += [Leftover("", _lost(intent, str(spent))) for intent in guard.journal.unanswered()]
    named = {id_key(leftover.session) for leftover in left}
    left += [Leftover(session, why) for session, why in guard.journal.doubtful.items() if session not in named]
    return list(dict.fromkeys(left))


def _look_again(guard: Guard) -> None:
    """Forget doubtful sessions that are gone or no longer drafts."""
    for session in list(guard.journal.doubtful):
        try:
            response = ask(guard, *line_of("get", session))
        except NoPath:
            continue
        read = object_of(response)
        if is_gone(response) or (read is not None and read.get("status") != "draft"):
            guard.journal.note("gone", session=session)


# ---------------------------------------------------------------- answers that came


def _remove(guard: Guard, session: str) -> list[Leftover]:
    """Delete a session that a create was answered with, if it is a draft of ours. Empty where it is gone."""
    try:
        reading, deleting = line_of("get", session), line_of("delete", session)
    except NoPath as never:
        return [Leftover(session, f"not deleted: {never}")]
    # A fresh session may not be seen yet: only one we tried to delete before, or an old one, is gone on a 404.
    sure = id_key(session) in guard.journal.tried or _settled(_sent(guard, session))
    finding = _whose(guard, session, reading, sure=sure)
    if finding is None:
        guard.journal.note("gone", session=session)
        return []
    if finding.owner is Owner.OTHER:
        guard.journal.note("given-up", session=session)
        guard.budget.deleted()
    if not finding.ours:
        return [Leftover(session, finding.why)]
    for attempt in range(TRIES):
        response = guard.tidy(*deleting).response
        if response is not None and response.status == 204:
            return []
        if is_gone(response) and sure:
            guard.journal.note("gone", session=session)
            return []
        if response is not None and response.status == 403:
            hint = ": it is no longer a draft" if "RestoreSessionActionNotAllowed" in summary_of(response) else ""
            return [Leftover(session, f"deleting it was refused ({summary_of(response)}){hint}")]
        if attempt + 1 < TRIES:
            guard.pause(1.0 + attempt)
    return [Leftover(session, f"could not be deleted in {TRIES} tries: {summary_of(response)}")]


def _whose(guard: Guard, session: str, reading: tuple[str, str], *, sure: bool) -> Finding | None:
    """Whose a session is: as was seen already, or by reading it; None where it is gone."""
    known = guard.finding(session)
    if known is not None and known.owner is not Owner.UNDECIDED:
        return known
    for attempt in range(TRIES):
        response = ask(guard, *reading)
        if is_gone(response):
            if sure:
                return None
        elif response is not None and response.status == 200:
            return guard.finding(session) or Finding(Owner.UNDECIDED, "is not among those a create was answered with")
        else:
            return Finding(Owner.UNDECIDED, f"could not be read before deleting it: {summary_of(response)}")
        if attempt + 1 < TRIES:
            guard.pause(1.0 + attempt)
    return Finding(Owner.UNDECIDED, "is not found, and may appear yet; the next start looks again")


def _sent(guard: Guard, session: str) -> float:
    """When the create that made a session was sent, in seconds since 1970."""
    return max((intent.at for intent in guard.journal.makers(session)), default=0.0)


def _settled(at: float) -> bool:
    """Whether a create sent then (seconds since 1970) is old enough for its session to be visible."""
    return datetime.now(UTC).timestamp() - at >= SETTLED


# ---------------------------------------------------------------- answers that were lost


def _reconcile(guard: Guard) -> list[Leftover]:
    """Look for the sessions of creates whose answer was lost. Deletes what is ours beyond doubt, lists the rest."""
    waiting = guard.journal.unanswered()
    if not waiting:
        return []
    youngest = datetime.now(UTC).timestamp() - max(intent.at for intent in waiting)
    guard.pause(max(0.0, SEEN - youngest))
    listed = sessions_of(guard)
    if listed is None:
        return [Leftover("", _lost(intent, "the sessions could not be listed")) for intent in waiting]
    left: list[Leftover] = []
    for candidate in _candidates(guard, listed, waiting):
        left += _match(guard, candidate, waiting)
    _settle(guard)
    return left


def _candidates(guard: Guard, listed: list[dict[str, Any]], waiting: list[Intent]) -> Iterator[dict[str, Any]]:
    """Drafts of our application that one of the lost creates may have made, and that are not accounted for."""
    shown = 0
    for entry in listed:
        session = entry.get("id")
        if not isinstance(session, str) or guard.journal.owns(session) or entry.get("status") != "draft":
            continue
        if any(_may_be(entry, intent) for intent in waiting) and shown < CANDIDATES:
            shown += 1
            yield entry


def _match(guard: Guard, candidate: dict[str, Any], waiting: list[Intent]) -> list[Leftover]:
    session = str(candidate["id"])
    names = artifacts_of(guard, session)
    if names is None:
        why = "may be ours: it was created when an answer was lost, and its artifacts could not be read"
        guard.journal.note("doubtful", session=session, why=why)
        return [Leftover(session, why)]
    mark = fingerprint(names)
    fitting = [i for i in waiting if i.artifacts == mark and _may_be(candidate, i)]
    if not fitting:
        return []
    certain = [intent for intent in fitting if intent.unique and by_us(candidate, {intent.application}, unsaid=False)]
    if certain:
        guard.journal.note("made", key=certain[0].key, session=session, how="matched")
        waiting.remove(certain[0])
        return _remove(guard, session)
    why = (
        f"may be ours: an answer was lost at {_when(fitting[0])}, and it names "
        f"{'the same artifacts' if mark else 'no artifacts'}, as others may have done; "
        f"delete it with cleanup --session {session} if nobody misses it"
    )
    guard.journal.note("doubtful", session=session, why=why)
    return [Leftover(session, why)]


def _settle(guard: Guard) -> None:
    """A create that is old enough and cannot be found made nothing; a young one is looked for again later."""
    for intent in guard.journal.unanswered():
        if _settled(intent.at):
            guard.journal.note("settled", key=intent.key)


def _may_be(session: dict[str, Any], intent: Intent) -> bool:
    """Whether a create may have made a session, as far as application and time tell."""
    return _in_time(session, intent) and by_us(session, {intent.application}, unsaid=True)


def _in_time(session: dict[str, Any], intent: Intent) -> bool:
    created = moment(session.get("createdDateTime"))
    if created is None:
        return False
    sent = intent.at + intent.skew
    return sent - BEFORE <= created <= sent + AFTER


def _lost(intent: Intent, why: str) -> str:
    """What is reported of a create whose session could not be found."""
    return f"a create at {_when(intent)} (client-request-id {intent.support}) had no answer, and {why}"


def _when(intent: Intent) -> str:
    return datetime.fromtimestamp(intent.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


# ---------------------------------------------------------------- reading sessions

PAGES = 60
"""Pages of a list that are read at most."""
TRIES = 3
"""Times that one thing is asked for where nothing but trouble comes."""


def ask(guard: Guard, method: str, target: str) -> Response | None:
    """The answer to a read; tried again where there is none, or a 5xx."""
    for attempt in range(TRIES):
        try:
            response = guard.tidy(method, target).response
        except NeverLive:
            return None  # an id or a link that cannot be part of a path that may be sent
        if response is not None and response.status < 500:
            break
        if attempt + 1 < TRIES:
            guard.pause(0.5 + attempt)
    return response


def _pages(guard: Guard, method: str, target: str) -> Iterator[list[Any] | None]:
    """The elements of a list, page by page; None as the last where it cannot be read to its end."""
    for _ in range(PAGES):
        page = object_of(ask(guard, method, target))
        if page is None or not isinstance(page.get("value"), list):
            break
        yield page["value"]
        link = page.get("@odata.nextLink")
        if not isinstance(link, str):
            return
        target = within(link, guard.base, target)
        if not target:
            break
    yield None


def sessions_of(guard: Guard) -> list[dict[str, Any]] | None:
    """Every session there is, or None where the list cannot be read to its end."""
    sessions: list[dict[str, Any]] = []
    for page in _pages(guard, *line_of("list")):
        if page is None:
            return None
        sessions += [element for element in page if isinstance(element, dict)]
    return sessions


def artifacts_of(guard: Guard, session: str) -> set[str] | None:
    """What a session names, or None where it cannot be read to the end."""
    names: set[str] = set()
    for operation, names_of in (("list-artifacts", points_of), ("list-granular", items_of)):
        try:
            line = line_of(operation, session)
        except NoPath:
            return None
        for page in _pages(guard, *line):
            if page is None or len(names_of(page)) < len(page):
                return None
            names |= names_of(page)
    return names


def object_of(response: Response | None) -> dict[str, Any] | None:
    """The object in an answer of 200, or None."""
    if response is None or response.status != 200:
        return None
    value = parse_json(response.body)
    return value if value is not NOTHING and isinstance(value, dict) else None


def is_gone(response: Response | None) -> bool:
    """Whether the service itself says that there is no such session; a gateway's 404 page does not."""
    if response is None or response.status != 404:
        return False
    return isinstance(parse_json(response.body), dict)


def summary_of(response: Response | None) -> str:
    """An answer in short: its status and the code of its error."""
    if response is None:
        return "no answer"
    body = parse_json(response.body)
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f"{response.status} {code}" if isinstance(code, str) else str(response.status)
