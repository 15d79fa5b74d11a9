"""Whether the members of an answer have their declared names, types and forms.

The schemas of `schemas/types` decide; this module asks them once an exchange and picks the places.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from restore_conformance.contract.documents import Breach, pinned
from restore_conformance.contract.workload import (
    BASE_SESSION_TYPE,
    GRANULAR,
    KINDS,
    SESSION_TYPE,
    STANDARD,
    odata_type,
    type_file,
)
from restore_conformance.exchange import NOTHING, Exchange
from restore_conformance.verdicts import Deviation, Untouched

SESSION = type_file(SESSION_TYPE)
TIMES = ("createdDateTime", "lastModifiedDateTime", "completedDateTime")
COUNTS = ("total", "completed", "inProgress", "failed")
_STAMP = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?([Zz]|[+-]\d\d:\d\d)")


def breaches(exchange: Exchange) -> list[Breach]:
    """Every place where the answer breaks the declared session type; computed once."""
    remembered: list[Breach] | None = exchange.observation.remembered("breaches")
    if remembered is None:
        remembered = exchange.observation.remember("breaches", pinned().breaches(SESSION, exchange.answer))
    return remembered


def types(exchange: Exchange, pointers: Iterable[str], *, lacking: bool = True) -> None:
    """No declared member below one of these JSON pointers has an undeclared type or form.

    With `lacking` off, members that are not there, or null, do not count.
    """
    for breach in breaches(exchange):
        if not lacking and (breach.value is None or "is a required property" in breach.message):
            continue
        if any(breach.pointer == p or breach.pointer.startswith(p + "/") for p in pointers):
            raise undeclared_value(breach)


def undeclared_value(breach: Breach, within: str = "") -> Deviation:
    """The deviation of a value that breaks a schema, which was asked of what stands at a JSON pointer in the answer."""
    pointer = f"{within}{breach.pointer}"
    return Deviation(
        f"{pointer or '/'}: {breach.message}, got {breach.value!r}"[:400],
        expected=breach.message.removeprefix("expected "),
        observed=breach.value,
        pointer=pointer,
    )


def member(exchange: Exchange, name: str, *allowed: Any) -> Any:
    """A member of the answer has one of these values, type included; returns it."""
    value = exchange.answer.get(name, NOTHING)
    for candidate in allowed:
        if type(value) is type(candidate) and value == candidate:
            return value
    observed = "no such member" if value is NOTHING else repr(value)
    wanted = " or ".join(repr(candidate) for candidate in allowed)
    raise Deviation.at(f"/{name}", wanted, None if value is NOTHING else value, got=observed)


def count(exchange: Exchange, name: str, wanted: int, *, needed: bool = False) -> None:
    """One of the counts has this value. Null is fine; absent is too unless `needed`."""
    counts = exchange.answer.get("restoreSessionArtifactCount", NOTHING)
    value = counts.get(name, NOTHING) if isinstance(counts, dict) else counts
    if value is None or (value is NOTHING and not needed) or value == wanted:
        return
    pointer = f"/restoreSessionArtifactCount/{name}"
    observed = "no such member" if value is NOTHING else repr(value)
    raise Deviation.at(pointer, str(wanted), None if value is NOTHING else value, got=observed)


def counted(exchange: Exchange, name: str) -> int | None:
    """One of the counts as a number, or None where it is absent, null or no integer."""
    counts = exchange.answer.get("restoreSessionArtifactCount")
    value = counts.get(name) if isinstance(counts, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@functools.lru_cache(maxsize=4)
def printed(inside: str = "") -> tuple[str, ...]:
    """The members that every printed answer to create shows, or that stand inside one of them."""
    rows = pinned().toml("create/page.toml")["example"]
    answers = [pinned().json(f"create/{row['response']}") for row in rows if row["origin"] == "printed"]
    shown = [answer[inside] if inside else answer for answer in answers]
    return tuple(name for name in shown[0] if "@" not in name and all(name in value for value in shown))


def near_misses(value: dict[str, Any], declared: Iterable[str]) -> list[tuple[str, str]]:
    """Names that are missing while another member is spelled almost the same: (as spelled, as declared)."""
    shown = [name for name in value if "@" not in name]
    return [
        (spelled, name)
        for name in declared
        if name not in value
        for spelled in shown
        if _plain(spelled) == _plain(name) or _swapped(_plain(spelled), _plain(name))
    ]


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower().rstrip("s")


def _swapped(one: str, other: str) -> bool:
    """Whether two names differ by two neighbouring letters that changed places."""
    differs = [at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right]
    if len(one) != len(other) or len(differs) != 2:
        return False
    first, second = differs
    return second == first + 1 and one[first : second + 1] == other[first : second + 1][::-1]


def undeclared(exchange: Exchange) -> list[str]:
    """Members of the answer that the type does not declare, control information apart."""
    declared = pinned().members(SESSION)
    return sorted(name for name in exchange.answer if "@" not in name and name not in declared)


def instant(text: str) -> tuple[datetime, int] | None:
    """A DateTimeOffset as (UTC time to the second, fraction in 10^-12 s), or None where it is not one.

    Years beyond 9999 and before 1 are legal in EDM and cannot be compared here: they count as year 9999 or 1.
    Raises nothing: an impossible day (30 February) is None.
    """
    match = _STAMP.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(  # noqa: DTZ001 - shifted to UTC below
            min(max(int(year), 1), 9999), int(month), int(day), int(hour), int(minute), int(second or 0)
        )
    except ValueError:
        return None
    if zone not in "Zz":
        shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
        with contextlib.suppress(OverflowError):
            moment = moment - shift if zone[0] == "+" else moment + shift
    return moment, int((fraction or "").ljust(12, "0"))


def unset(text: Any) -> bool:
    """Whether a time says "not set": null, absent, or the first day of year 1."""
    return text is None or text is NOTHING or (isinstance(text, str) and text.startswith("0001-01-01T00:00:00"))


def times(exchange: Exchange) -> None:
    """Every declared time of the session is a DateTimeOffset on a day that exists, or null."""
    types(exchange, [f"/{name}" for name in TIMES])


DAYS_AHEAD = timedelta(days=2)
"""More than any zone that was left out of a time can make of it."""


def created_by_now(exchange: Exchange) -> None:
    """createdDateTime is not days ahead of the answer's Date, nor of the clock of whoever sent the request.

    A clock that is wrong on the way, as a Date header shows it, says nothing of the target. Raises Untouched where the
    answer has no date.
    """
    shown = exchange.answer.get("createdDateTime")
    created = instant(shown) if isinstance(shown, str) else None
    dated = exchange.response.header("Date") if exchange.response else None
    if created is None or dated is None:
        raise Untouched("the answer shows no date or no time of creation")
    try:
        answered = parsedate_to_datetime(dated).astimezone(UTC).replace(tzinfo=None)
        started = answered
        if exchange.started:  # a cassette does not keep it
            started = datetime.fromisoformat(exchange.started).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Untouched("the date of the answer or of the request cannot be read") from None
    if created[0] - answered > DAYS_AHEAD and created[0] - started > DAYS_AHEAD:
        raise Deviation.at(
            "/createdDateTime",
            f"no later than the Date of the answer, {dated}",
            shown,
            got=str(shown),
            expected=f"{dated} or earlier",
        )


def location_of_session(exchange: Exchange) -> None:
    """A Location header with a route of one session names the session of the answer. Raises Untouched without one."""
    value = exchange.response.header("Location") if exchange.response else None
    match = _SESSION_IN.search(value) if value else None
    if match is None:
        raise Untouched("the answer has no Location of a session")
    named = match[1] or unquote(match[2]).replace("''", "'")  # doubled in a key (OData URL conventions, 4.3.1)
    wanted = id_of(exchange.answer)
    if wanted.lower() not in {named.lower(), unquote(named).lower()}:
        raise Deviation(
            f"Location: expected the session {wanted}, got {value}"[:400],
            expected=f"a Location with {wanted}",
            observed=value,
        )


_SESSION_IN = re.compile(r"restoreSessions(?:/([^/?#]+)|\((?:'|%27)(.+?)(?:'|%27)\))", re.IGNORECASE)


def id_of(answer: dict[str, Any]) -> str:
    """The id that an answer shows. Raises Untouched where it shows none, as in a recording that leaves ids out."""
    shown = answer.get("id")
    if not isinstance(shown, str):
        raise Untouched("the answer shows no id")
    return shown


def address(exchange: Exchange) -> None:
    """@odata.id, where it is sent, is text that holds the id of the session, as it is or percent-encoded."""
    value = exchange.answer.get("@odata.id")
    if value is None:
        return
    wanted = id_of(exchange.answer)
    spelled = {value.lower(), unquote(value).lower()} if isinstance(value, str) else set()
    if not any(wanted.lower() in text or wanted.lower().replace("'", "''") in text for text in spelled):
        raise Deviation.at("/@odata.id", f"text with the id {wanted}", value, expected=f"text with {wanted}")


def integers(exchange: Exchange) -> None:
    """The counts are whole numbers from 0 upwards, or null; JSON has one kind of number, so that 2.0 is one."""
    at = "/restoreSessionArtifactCount"
    types(exchange, [at])
    for name, value in (exchange.answer.get("restoreSessionArtifactCount") or {}).items():
        if name in COUNTS and value is not None and (int(value) != value or value < 0):
            raise Deviation.at(f"{at}/{name}", "an integer from 0", value)


def written_whole(exchange: Exchange) -> None:
    """The counts are written as the examples print them, without a fraction."""
    at = "/restoreSessionArtifactCount"
    for name, value in (exchange.answer.get("restoreSessionArtifactCount") or {}).items():
        if name in COUNTS and isinstance(value, float):
            raise Deviation.at(f"{at}/{name}", "digits alone", value, expected=f"{int(value)}")


def identities(exchange: Exchange) -> None:
    """createdBy and lastModifiedBy are identity sets, or null."""
    types(exchange, ["/createdBy", "/lastModifiedBy"])


def artifacts(exchange: Exchange) -> None:
    """Artifact lists that travel with the session hold what their types declare, and the destination that was sent."""
    types(exchange, [f"/{name}" for name in KINDS], lacking=False)
    _destinations(exchange, STANDARD)


def artifacts_whole(exchange: Exchange) -> None:
    """Artifacts that travel with the session have the members that metadata calls not nullable: id, granular status."""
    for name in KINDS:
        needed = ("id", "status") if name == GRANULAR else ("id",)
        value = exchange.answer.get(name)
        for number, element in enumerate(value if isinstance(value, list) else ()):
            for required in needed if isinstance(element, dict) else ():
                if element.get(required) is None:
                    observed = "null" if required in element else "no such member"
                    raise Deviation(
                        f"/{name}/{number}/{required}: declared as not nullable, got {observed}",
                        expected=f"{required}, not null",
                        pointer=f"/{name}/{number}",
                    )


def _destinations(exchange: Exchange, name: str) -> None:
    """One request has one destination; where the answer shows artifacts, theirs is that one."""
    asked = exchange.sent.payload.get(name) if isinstance(exchange.sent.payload, dict) else None
    wanted = {str(artifact.get("destinationType")).lower() for artifact in asked or [] if isinstance(artifact, dict)}
    if len(wanted) != 1:
        return
    for number, element in enumerate(exchange.answer.get(name) or []):
        shown = element.get("destinationType") if isinstance(element, dict) else None
        if shown is not None and shown.lower() not in wanted:
            (expected,) = wanted
            raise Deviation.at(
                f"/{name}/{number}/destinationType", f"{expected}, as it was sent", shown, expected=expected
            )


def type_named(answer: dict[str, Any], *, base: bool = False) -> str | None:
    """Where the type is named it is that of the created session; returns which spelling it has.

    `base` allows restoreSessionBase too: what the pages of get and list say that they answer.
    """
    name = "@odata.type" if "@odata.type" in answer else "@type"
    if name not in answer:
        return None
    value = answer[name]
    last = value.rpartition("#")[2].rpartition(".")[2] if isinstance(value, str) else ""
    if base and last.lower() == BASE_SESSION_TYPE.lower():
        return None
    if last.lower() != SESSION_TYPE.lower():
        raise Deviation.at(f"/{name}", odata_type(SESSION_TYPE), value)
    return {"sharePointRestoreSession": "declared", "sharepointRestoreSession": "printed"}.get(last, "other-case")


def holds_nothing(value: Any) -> bool:
    """Whether nothing is said in a value, however deep: null, what is empty or false, and annotations beside those."""
    if isinstance(value, dict):
        return all(holds_nothing(inner) for name, inner in value.items() if "@" not in name)
    return all(map(holds_nothing, value)) if isinstance(value, list) else not value


def context(value: Any, pointer: str) -> str:
    """A context is text with $metadata#; returns which spelling it has."""
    if not isinstance(value, str) or "$metadata#" not in value:
        raise Deviation.at(pointer, "text with $metadata#", value)
    if pointer == "/@context":
        return "short-name"
    if not value.rstrip().endswith("/$entity"):
        return "other-ending"
    if value[:1].isspace():
        return "leading-blank"
    return "absolute" if value.startswith(("http://", "https://")) else "relative"
