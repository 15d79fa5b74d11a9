"""The members of every response that shows objects: what their schemas exclude, and what they admit.

A value that a schema excludes, or another member of an enumeration than the documents name, makes a fault; a value that
a schema admits, and the lack of a member that nothing requires, make a variant. Knows no clause.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from restore_conformance.contract.documents import Documents, pinned
from restore_conformance.contract.routes import documented
from restore_conformance.contract.workload import (
    BASE_SESSION_TYPE,
    CREATE,
    GRANULAR_TYPE,
    SESSION_TYPE,
    STANDARD_TYPE,
    type_file,
)
from restore_conformance.exchange import Request
from restore_conformance.mock import hooks
from restore_conformance.mock.edits import Json
from restore_conformance.mock.hooks import Seed
from restore_conformance.mock.service import Service

WRONG: Final[Mapping[str, Mapping[str, Any]]] = {
    "string": {"number": 5, "boolean": True, "object": {"value": "x"}, "list": ["x"]},
    "integer": {"text": "3", "fraction": 1.5, "boolean": True, "list": [1], "object": {"value": 1}},
    "object": {"text": "x", "number": 5, "boolean": True, "list": []},
    "array": {"text": "x", "number": 5, "object": {}},
}
"""A value of each other JSON type, for a member of one type."""
FOREIGN: Final = {
    "foreign": "archived",
    "capitals": lambda old: str(old).upper(),
    "first-capital": lambda old: str(old)[:1].upper() + str(old)[1:],
    "padded": lambda old: f"{old} ",
    "blank": "",
}
"""Texts that are not members of an enumeration."""
FORMS: Final = {
    "words": "yesterday",
    "dashes": "2015-06-19T12-01-03.45Z",
    "date": "2015-06-19",
    "no-such-day": "2015-02-30T12:01:03.45Z",
    "blank": "",
}
"""Texts that are not a DateTimeOffset (OData ABNF)."""
MORE_FORMS: Final = {
    "space": "2015-06-19 12:01:03Z", "no-zone": "2015-06-19T12:01:03", "short-zone": "2015-06-19T12:01:03+0000",
    "named-zone": "2015-06-19T12:01:03 UTC", "comma": "2015-06-19T12:01:03,45Z", "bare-dot": "2015-06-19T12:01:03.Z",
    "basic": "20150619T120103Z", "padded": " 2015-06-19T12:01:03Z", "short-year": "15-06-19T12:01:03Z",
    "month-13": "2015-13-19T12:01:03Z", "day-32": "2015-06-32T12:01:03Z", "hour-24": "2015-06-19T24:00:00Z",
    "minute-60": "2015-06-19T12:60:03Z", "offset-24": "2015-06-19T12:01:03+24:00",
    "fraction-13": "2015-06-19T12:01:03.1234567890123Z", "mail-date": "Fri, 19 Jun 2015 12:01:03 GMT",
    "seconds-since-1970": "1434715263",
}  # fmt: skip
"""More of them, for the response to a create: the others rest on the same schema."""
YEAR_ONE: Final = {
    "year-one": "0001-01-01T00:00:00Z",
    "year-one-with-fraction": "0001-01-01T00:00:00.0000000Z",
    "year-one-with-offset": "0001-01-01T00:00:00+00:00",
}
"""How a time is written that is not set, beside null and nothing."""
LACKING: Final = "missing"
NULL: Final = "null"
IN_TURN: Final = frozenset({LACKING, NULL, "hollow", "with-more", "with-offset", "in-small-letters"})
"""What a server may also show for every second object only."""
ABSENT: Final = object()
MORE: Final = {"@odata.type": "#microsoft.graph.typeOfTheValue", "memberOfALaterEdition": {"value": [1, None]}}
"""Members that any object may have beside those that its type declares: an annotation, and one that is yet to come."""
DRAFT: Final = {("create", "status"): "draft", ("list-artifacts", "status"): "added"}
"""What the documents say that a draft shows, and its artifacts."""

ANOTHER: Final = "5eed0000-0000-4000-8000-00000000abcd"
COUNTS: Final = "restoreSessionArtifactCount"
_MORE: Final = {"one-more": lambda old: old + 1, "one-less": lambda old: old - 1}
_OF_ANOTHER: Final = {"of-another": ANOTHER}
DETERMINED: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "create": {
        f"{COUNTS}/total": _MORE,
        f"{COUNTS}/inProgress": {"negative": -1, "beyond-total": 1_000},
        f"{COUNTS}/completed": {"one-more": 1, "negative": -1},
        f"{COUNTS}/failed": {"one-more": 1, "negative": -1},
        "restoreJobType": {"bulk": "bulk", "standard": "standard", "granular": "granular"},
        "@odata.type": {
            "number": 7,
            "object": {},
            "foreign": "#microsoft.graph.exchangeRestoreSession",
            "of-the-base": "#microsoft.graph.restoreSessionBase",
        },
        "@odata.context": {"number": 7, "object": {}, "list": [], "foreign": "https://graph.microsoft.com/beta"},
        "error": {"set": {"code": "UnknownError", "message": "An error occurred."}},
    },
    "get": {
        "id": _OF_ANOTHER,
        "restoreJobType": {"bulk": "bulk"},
        "@odata.type": {"number": 7, "foreign": "#microsoft.graph.exchangeRestoreSession"},
        "createdDateTime": {"of-another": "2001-01-01T00:00:00Z"},
        "lastModifiedDateTime": {"before-creation": "2001-01-01T00:00:00Z"},
    },
    "list": {
        "id": _OF_ANOTHER,
        f"{COUNTS}/total": _MORE,
        "restoreJobType": {"bulk": "bulk"},
        "status": {"activating": "activating"},
        "createdDateTime": {"of-another": "2001-01-01T00:00:00Z"},
        "createdBy": {"of-another": {"application": {"id": ANOTHER, "displayName": "Another client"}}},
    },
    "activate": {
        "id": _OF_ANOTHER,
        f"{COUNTS}/total": _MORE,
        "restoreJobType": {"bulk": "bulk"},
        "status": {"draft": "draft"},
    },
    "list-artifacts": {
        "id": {"all-alike": ANOTHER},
        "destinationType": {"turned": lambda old: {"new": "inPlace"}.get(old, "new")},
        "restorePoint/id": _OF_ANOTHER | {"number": 5, "missing": ABSENT},
    },
    "list-granular": {"id": _OF_ANOTHER, "browseSessionId": _OF_ANOTHER},
}
"""Values that a request determines, or that another response has shown, and what is not one of them.

What get shows of counts and creators otherwise, is for clauses of create: the mock's own tables have it.
"""


@dataclass(frozen=True, slots=True)
class Called:
    """Another name of a member, in the place of a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: the type of what it shows, how it is changed, and whether it shows a list of them."""

    type: str
    operations: tuple[str, ...]
    listed: bool = False


ANSWERS: Final = {
    "create": Answer(SESSION_TYPE, ("create",)),
    "get": Answer(SESSION_TYPE, hooks.GETS),
    "list": Answer(BASE_SESSION_TYPE, hooks.LISTS, listed=True),
    "activate": Answer(SESSION_TYPE, hooks.ACTIVATE),
    "list-artifacts": Answer(STANDARD_TYPE, hooks.LIST_ARTIFACTS, listed=True),
    "list-granular": Answer(GRANULAR_TYPE, hooks.LIST_GRANULAR, listed=True),
}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a response: its path, what its schema admits, and what the plain service shows there.

    `types` are JSON types, `texts` the members of an enumeration; `form` says that its text has a form of its own, as a
    point in time has. `hollow` is an object in which every declared member is null, however deep, where it may be an
    object. `shown` is ABSENT where the plain service shows no such member; `printed` says that every printed response
    to this operation shows it, so that its name is known.
    """

    operation: str
    path: str
    types: frozenset[str]
    texts: frozenset[str]
    form: bool
    hollow: Json | None
    required: bool
    printed: bool
    shown: Any


@functools.cache
def shown() -> dict[str, Json]:
    """What the plain service shows in response to each operation, of a list one object."""
    service, documents = Service(), pinned()
    headers = (("Authorization", f"Bearer {service.token}"), ("Content-Type", "application/json"))

    def ask(method: str, path: str, payload: Any = None) -> Any:
        body = None if payload is None else json.dumps(payload).encode()
        return json.loads(service.handle(Request(method, path, headers, body)).body)

    standard, granular = (
        ask("POST", CREATE, documents.json(f"create/examples/{kind}.request.json")) for kind in ("standard", "granular")
    )
    paths = {operation: path for operation, (_, path) in documented().items()}
    return {
        "create": standard,
        "get": ask("GET", paths["get"].format(id=standard["id"])),
        "list": ask("GET", paths["list"])["value"][0],
        "list-artifacts": ask("GET", paths["list-artifacts"].format(id=standard["id"]))["value"][0],
        "list-granular": ask("GET", paths["list-granular"].format(id=granular["id"]))["value"][0],
        "activate": ask("POST", paths["activate"].format(id=standard["id"])),
    }


@functools.cache
def members() -> tuple[Member, ...]:
    """Every member of every response that shows objects."""
    documents, every = pinned(), []
    for operation, answer in ANSWERS.items():
        required = frozenset(documents.json(f"{operation}/response.json").get("required", ())) | {"id"}
        printed = documents.json("create/examples/standard.response.json") if operation == "create" else {}
        walk = _members(documents, type_file(answer.type), operation, required, printed, shown()[operation])
        every += list(walk)
    return tuple(every)


def _members(
    documents: Documents,
    file: str,
    operation: str,
    required: frozenset[str],
    printed: Json,
    shown: Json,
    before: str = "",
) -> Iterator[Member]:
    """The declared members of a type, and those of the objects that a response shows; not what leads elsewhere."""
    for name, (schema, at) in documents.members(file).items():
        if schema.get("x-navigation"):
            continue
        branches = [documents.resolve(branch, at) for branch in schema.get("anyOf", [schema])]
        types = [kind for branch, _ in branches for kind in _listed(branch.get("type", ()))]
        texts = [text for branch, _ in branches for text in branch.get("enum", ())]
        form = any("pattern" in branch for branch, _ in branches)
        value = shown.get(name, ABSENT)
        below = next((there for branch, there in branches if branch.get("type") == "object"), "")
        hollow = _hollow(documents, below) if below else None
        yield Member(
            operation, before + name, frozenset(types), frozenset(texts), form, hollow,
            name in required, name in printed, value,
        )  # fmt: skip
        if isinstance(value, dict):
            inner = printed.get(name) if name == COUNTS else None
            yield from _members(documents, below, operation, frozenset(), inner or {}, value, f"{before}{name}/")


def _hollow(documents: Documents, file: str, depth: int = 4) -> Json:
    """An object of a type in which every member that may be null is, and objects that may be null are hollow."""
    inner: Json = {}
    for name, (schema, at) in documents.members(file).items():
        branches = [documents.resolve(branch, at) for branch in schema.get("anyOf", [schema])]
        below = next((there for branch, there in branches if branch.get("type") == "object"), "")
        if any("null" in _listed(branch.get("type", ())) for branch, _ in branches):
            inner[name] = _hollow(documents, below, depth - 1) if below and depth else None
    return inner


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else list(types)


def excluded(member: Member) -> Iterator[tuple[str, Any]]:
    """Values that the documents exclude for a member, each with its name."""
    for kind in member.types - {"null"}:
        yield from WRONG[kind].items()
    if member.texts:
        yield from FOREIGN.items()
    elif member.form:
        yield from (FORMS | MORE_FORMS if member.operation == "create" else FORMS).items()
    if "null" not in member.types:
        yield NULL, None
    if member.required:
        yield LACKING, ABSENT
    if member.path == "id" and not ANSWERS[member.operation].type.endswith("Artifact"):
        yield "blank", ""  # whether an artifact may have one, no page says
    if (wanted := DRAFT.get((member.operation, member.path))) is not None:
        yield from ((text, text) for text in sorted(member.texts - {wanted}))


def misspelled(member: Member) -> Iterator[tuple[str, Called]]:
    """Names that are almost that of a member, where the documents print the name or nothing goes without it."""
    name = member.path.rpartition("/")[2]
    if not (member.required or member.printed):
        return
    middle = len(name) // 2
    forms = {
        "name-capital": name[:1].upper() + name[1:],
        "name-capitals": name.upper(),
        "name-plural": f"{name}s",
        "name-underscores": "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name),
        "name-transposed": f"{name[: middle - 1]}{name[middle]}{name[middle - 1]}{name[middle + 1 :]}",
    }
    seen = {name}
    for kind, form in forms.items():
        if form not in seen:
            seen.add(form)
            yield kind, Called(form)


def admitted(member: Member) -> Iterator[tuple[str, Any]]:
    """What a server may show: nothing, or null, where nothing is required, and another spelling of the value."""
    if not member.required and "null" in member.types:
        if member.shown is not ABSENT:
            yield LACKING, ABSENT
        if member.shown is not None:
            yield NULL, None
        if member.form and member.shown in (None, ABSENT):
            yield from YEAR_ONE.items()
    if member.hollow is not None and "null" in member.types:
        yield "hollow", member.hollow
    if isinstance(member.shown, dict):
        yield "with-more", lambda value: {**value, **MORE}
    if member.form and isinstance(member.shown, str):
        yield "with-offset", lambda value: f"{value[:19]}+00:00"
        yield "in-small-letters", str.lower
        yield "with-negative-zero", lambda value: f"{value[:-1]}-00:00"
        yield from ((f"with-{digits}-digits", functools.partial(_digits, number=digits)) for digits in (*range(7), 12))
        yield from ((f"{name}-of-utc", functools.partial(_in_zone, hours=hours)) for name, hours in ZONES.items())


ZONES: Final = {"east": 5.75, "far-east": 14.0, "west": -8.0}


def _digits(stamp: str, number: int) -> str:
    """A time of seven digits of a fraction with another number of them."""
    digits = (stamp[20:-1] + "0" * 12)[:number]
    return f"{stamp[:19]}{'.' if digits else ''}{digits}Z"


def _in_zone(stamp: str, hours: float) -> str:
    """The same moment as a clock elsewhere shows it."""
    moved = datetime.fromisoformat(f"{stamp[:19]}+00:00").astimezone(timezone(timedelta(hours=hours))).isoformat()
    return moved[:19] + stamp[19:-1] + moved[19:]


def changed(path: str, value: Any) -> Callable[[Json], Json]:
    """Objects in which the member at a path has another value or name, or is missing; those without its parent stay."""
    *way, last = path.split("/")

    def change(shown: Json) -> Json:
        whole = holder = dict(shown)
        for step in way:
            if not isinstance(holder.get(step), dict):
                return whole
            holder[step] = holder = dict(holder[step])
        if isinstance(value, Called):
            if last in holder:
                holder[value.name] = holder.pop(last)
        elif value is ABSENT:
            holder.pop(last, None)
        elif not callable(value):
            holder[last] = value
        elif holder.get(last) is not None:
            holder[last] = value(holder[last])
        return whole

    return change


def elsewhere() -> Iterator[tuple[str, str, Any]]:
    """Operation, member and what it may show of each entity that a response shows and that stands elsewhere.

    It need not be expanded, and may be given by a reference (OData JSON format 4.01, 4.5.8, 8.3 and 14).
    """
    for operation, answer in ANSWERS.items():
        for name, (schema, _) in pinned().members(type_file(answer.type)).items():
            value = shown()[operation].get(name)
            if schema.get("x-navigation") and isinstance(value, dict):
                yield operation, f"{name}:{LACKING}", ABSENT
                yield operation, f"{name}:{NULL}", None
                yield operation, f"{name}:with-more", lambda value: {**value, **MORE}
                yield operation, f"{name}:reference", {"@odata.id": f"https://graph.microsoft.com/beta/{name}s('x')"}
                yield operation, f"{name}:short-reference", {"@id": f"{name}s('x')"}


def seed_of(answer: Answer, change: Callable[[Json], Json], turns: tuple[bool, ...] = (True,)) -> Seed:
    """Change what an operation shows; `turns` says for which objects in a row, so that two versions may take turns."""

    def seed(service: Service) -> None:
        turn = itertools.cycle(turns)

        def in_turn(shown: Json) -> Json:
            return change(shown) if next(turn) else shown

        if answer.listed:
            hooks.on_items(lambda every: [in_turn(entry) for entry in every], *answer.operations)(service)
        else:
            hooks.on_body(in_turn, *answer.operations)(service)

    return seed


def faults() -> Iterator[tuple[str, str, Seed]]:
    """Operation, name and seed of every member that is shown as the documents exclude it."""
    for member in members():
        answer = ANSWERS[member.operation]
        for name, value in (*excluded(member), *misspelled(member)):
            yield member.operation, f"{member.path}:{name}", seed_of(answer, changed(member.path, value))
    for operation, paths in DETERMINED.items():
        for path, values in paths.items():
            for name, value in values.items():
                yield operation, f"{path}:{name}", seed_of(ANSWERS[operation], changed(path, value))


def variants() -> Iterator[tuple[str, str, Seed]]:
    """Operation, name and seed of every member that is shown another way, always and in turn with the usual one."""
    for member in members():
        answer = ANSWERS[member.operation]
        for name, value in admitted(member):
            change = changed(member.path, value)
            yield member.operation, f"{member.path}:{name}", seed_of(answer, change)
            if name in IN_TURN:
                yield member.operation, f"{member.path}:{name}-in-turn", seed_of(answer, change, (False, True))
    for operation, name, value in elsewhere():
        yield operation, name, seed_of(ANSWERS[operation], changed(name.partition(":")[0], value))
