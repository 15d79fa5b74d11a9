"""Whether an answer can be taken at its word, and whether what two answers show of one thing agrees."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from restore_conformance.checks import responses
from restore_conformance.checks.members import id_of, instant, undeclared_value, unset
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import NOTHING, Exchange
from restore_conformance.recogniser.answers import codes, point_of
from restore_conformance.verdicts import Deviation, Inconclusive

SECONDS = 2


def sound(exchange: Exchange) -> None:
    """The answer can be taken at its word. Raises Inconclusive for trouble of which no cause was found."""
    where = f"{exchange.step}, " if exchange.step else ""
    if unsure(exchange):
        raise Inconclusive(f"{exchange.trouble} ({where}exchange {exchange.number})")


def unsure(exchange: Exchange) -> bool:
    """Whether the answer cannot be taken at its word: it is in trouble, and nobody was found to blame."""
    return bool(exchange.trouble) and exchange.blame != "target"


def not_crowded_out(exchange: Exchange) -> None:
    """An activation was not refused because too many sessions are active. Raises Inconclusive where it was.

    The documents allow that refusal, and nobody but the target knows how many are; its status is for another clause.
    """
    row = responses.refusals("activate")["too-many-active"]
    named = {code.lower() for _, code in codes(exchange.answer)}
    if exchange.status == 429 or (row.code or "").lower() in named:
        raise Inconclusive(f"the target has too many active sessions already: it answers {responses.shown(exchange)}")


def comparable(value: Any) -> bool:
    """Whether a member of text holds text or null. Any other JSON breaks the clause about its type, and no other."""
    return value is None or isinstance(value, str)


def same_id(created: dict[str, Any], shown: dict[str, Any]) -> None:
    """An answer shows the session that was asked for; letter case is nothing to an id."""
    wanted, got = id_of(created), shown.get("id")
    if str(got).lower() != str(wanted).lower():
        raise Deviation.at("/id", f"{wanted}, the id asked for", got, expected=wanted)


def same_job_type(created: dict[str, Any], shown: dict[str, Any]) -> None:
    """The job type, where it is shown, is the one create answered, or hidden where it may be (C8).

    Where either is missing, null or not a text, there is nothing to compare.
    """
    expected, read = created.get("restoreJobType"), shown.get("restoreJobType")
    if not (isinstance(expected, str) and isinstance(read, str)):
        return
    if expected != read and {expected, read} != {"granular", "unknownFutureValue"}:
        raise Deviation.at("/restoreJobType", f"{expected!r} as it was answered before", read, expected=str(expected))


def declared(exchange: Exchange, schema: str, null: Collection[str] = ()) -> None:
    """The answer keeps the types its page declares; a sample's status `unknown` is let pass (C12).

    So is null for members named in `null`, which metadata alone declares as not nullable.
    """
    sound(exchange)
    if exchange.answer is NOTHING:
        raise Deviation(
            f"expected JSON with {exchange.status}, got none", expected="JSON", observed=responses.beginning(exchange)
        )
    for breach in pinned().breaches(schema, exchange.answer):
        if breach.value == "unknown" and breach.pointer.endswith("/status"):
            continue
        if breach.value is None and breach.pointer.rpartition("/")[2] in null:
            continue
        raise undeclared_value(breach)


def _apart(later: tuple[datetime, int], earlier: tuple[datetime, int]) -> float:
    """Seconds between two moments, below 0 where they come the other way round."""
    return (later[0] - earlier[0]).total_seconds() + (later[1] - earlier[1]) / 1e12


def in_order(shown: dict[str, Any], seconds: float = 0) -> None:
    """A session is not modified before it is created, give or take so many seconds; unset times agree with any."""
    first, last = shown.get("createdDateTime"), shown.get("lastModifiedDateTime")
    if unset(first) or unset(last) or not isinstance(first, str) or not isinstance(last, str):
        return
    created, modified = instant(first), instant(last)
    if created and modified and _apart(created, modified) > seconds:
        raise Deviation.at(
            "/lastModifiedDateTime",
            f"no earlier than createdDateTime {first}",
            last,
            got=last,
            expected=f"{first} or later",
        )


def same_actors(earlier: Any, later: Any, name: str) -> None:
    """Two identity sets name the same application and user, as far as both name one."""
    if not isinstance(earlier, dict) or not isinstance(later, dict):
        return
    for actor in ("application", "user"):
        before, after = (
            actors[actor].get("id") if isinstance(actors.get(actor), dict) else None for actors in (earlier, later)
        )
        if before and after and str(before).lower() != str(after).lower():
            raise Deviation.at(
                f"/{name}/{actor}/id", f"{before} as answered before", after, got=str(after), expected=str(before)
            )


def _last_digit(stamp: str) -> float:
    """What the last digit of a time's seconds stands for, in seconds: replicas may round one moment differently."""
    fraction = re.search(r"\.(\d+)", stamp)
    return 10.0 ** -len(fraction[1]) if fraction else 1.0


def same_time(earlier: Any, later: Any, name: str, seconds: float = SECONDS) -> None:
    """Two renderings of one moment agree to so many seconds, or to the last digit that both write.

    A time that is not set agrees with anything.
    """
    if unset(earlier) or unset(later) or not isinstance(earlier, str) or not isinstance(later, str):
        return
    first, second = instant(earlier), instant(later)
    if first and second and abs(_apart(first, second)) > max(seconds, _last_digit(earlier), _last_digit(later)):
        raise Deviation.at(f"/{name}", f"{earlier} as before", later, got=later, expected=earlier)


def no_server_error(exchange: Exchange) -> None:
    """There is an answer, and it is not a 5xx."""
    sound(exchange)
    if exchange.status is None or exchange.status >= 500:
        raise responses.otherwise(exchange, "no server error", "an answer below 500", by_status=False)


def one_declared(value: dict[str, Any], schema: str, pointer: str) -> None:
    """One element has an id and keeps the types of its declared members; others are not missed."""
    for breach in pinned().breaches(schema, value):
        raise undeclared_value(breach, pointer)


def creator(session: dict[str, Any]) -> dict[str, str]:
    """The ids, in small letters, of who created a session, by actor; names may be resolved later."""
    identities = session.get("createdBy")
    actors = identities.items() if isinstance(identities, dict) else ()
    ids = {actor: identity.get("id") for actor, identity in actors if isinstance(identity, dict)}
    return {actor: name.lower() for actor, name in ids.items() if isinstance(name, str) and name}


def same_number(shown: list[Any], sent: list[Any], what: str) -> None:
    """As many are shown as were sent."""
    if len(shown) != len(sent):
        raise Deviation.at("/value", f"the {len(sent)} {what} that were sent", len(shown), expected=str(len(sent)))


def same_names(shown: list[Any], sent: list[Any], member: str) -> None:
    """The same names are shown as were sent, in any order and letter case, each once."""
    have, want = sorted(str(name).lower() for name in shown), sorted(str(name).lower() for name in sent)
    if have != want:
        unexpected = next(
            (name for name in have if name not in want or have.count(name) > 1), have[0] if have else None
        )
        raise Deviation(
            f"/value: expected each {member} that was sent, once, got {unexpected}",
            expected=", ".join(want[:3]),
            observed=unexpected,
            pointer=f"/value/{member}",
        )


def as_sent(shown: list[dict[str, Any]], sent: list[dict[str, Any]], at: str) -> None:
    """Artifacts have destination, browse session and restore point of those that were sent, as far as shown."""
    for member in ("destinationType", "browseSessionId"):
        wanted = {artifact.get(member) for artifact in sent} - {None}
        if wanted and all(member in artifact for artifact in sent):
            for other in _others(shown, member, wanted):
                raise _not_sent(f"{at}/{member}", wanted, other)
    points = [point_of(artifact) for artifact in shown]
    if len(shown) == len(sent) and all(points) and all(map(point_of, sent)):
        wanted = {point_of(artifact).lower() for artifact in sent}
        for point in points:
            if point.lower() not in wanted or points.count(point) > 1:
                raise _not_sent(f"{at}/restorePoint/id", wanted, point)


def one_of(shown: list[dict[str, Any]], member: str, wanted: Collection[str]) -> None:
    """A member of every artifact, where it is shown, is one of those that were sent."""
    expected = " or ".join(sorted(wanted))[:200]
    for other in _others(shown, member, wanted):
        raise Deviation(
            f"/value: expected {member} {expected} as sent, got {other}",
            expected=expected,
            observed=other,
            pointer=f"/value/{member}",
        )


def _others(shown: list[dict[str, Any]], member: str, wanted: Collection[Any]) -> Iterator[Any]:
    """The values of a member that artifacts show and that nobody sent."""
    values = (artifact.get(member) for artifact in shown)
    return (value for value in values if value and comparable(value) and value not in wanted)


def _not_sent(pointer: str, wanted: Collection[Any], got: Any) -> Deviation:
    expected = " or ".join(sorted(map(str, wanted)))[:200]
    message = f"{pointer}: expected {expected}, each as it was sent, got {got}"
    return Deviation(message, expected=expected, observed=got, pointer=pointer)
