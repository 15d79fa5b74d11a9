"""Servers that the schemas and error tables imply: every member of every response changed, and every refusal.

A value that a schema excludes makes a fault; a value that it admits, and the lack of a member that nothing requires,
make a variant. Knows no clause.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
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
from restore_conformance.mock import edits, hooks
from restore_conformance.mock.edits import Edit, Json
from restore_conformance.mock.faults import ALIASES, FAULTS, Fault, seeded
from restore_conformance.mock.faults.every_operation import ON_ONE
from restore_conformance.mock.hooks import Seed
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants import VARIANTS, Variant, composed

WRONG: Final[Mapping[str, Mapping[str, Any]]] = {
    "string": {"number": 5, "boolean": True, "object": {"value": "x"}, "list": ["x"]},
    "integer": {"text": "3", "fraction": 1.5, "list": [1], "object": {"value": 1}},
    "object": {"text": "x", "number": 5, "list": []},
    "array": {"text": "x", "object": {}},
}
"""A value of each other JSON type, for a member of one type."""
FOREIGN: Final = {"foreign": "archived", "capitals": lambda old: str(old).upper(), "blank": ""}
"""Texts that are not members of an enumeration."""
FORMS: Final = {
    "words": "yesterday",
    "dashes": "2015-06-19T12-01-03.45Z",
    "date": "2015-06-19",
    "no-such-day": "2015-02-30T12:01:03.45Z",
    "blank": "",
}
"""Texts that are not points in time."""
LACKING: Final = "missing"
NULL: Final = "null"
ABSENT: Final = object()
MORE: Final = {"@odata.type": "#microsoft.graph.typeOfTheValue", "memberOfALaterEdition": {"value": [1, None]}}
"""Members that any object may have beside those that its type declares: an annotation, and one that is yet to come."""

REFUSALS: Final[Mapping[str, Edit]] = {
    "status-418": edits.status(418),
    "status-200": edits.status(200),
    "code-other": edits.code("UnknownError"),
    "code-null": edits.code(None),
    "code-number": edits.code(7),
    "error-text": edits.put("error", "x"),
    "error-list": edits.put("error", []),
    "body-list": edits.body(edits.Derived("in a list", lambda old: [old])),
    "body-empty": edits.body({}),
    "plain-text": edits.text("Bad request"),
}
"""What can be done to a refusal whose status, code and form are documented."""
LEAST_TROUBLE: Final = 429
"""From this status on a refusal says nothing of the request, and the mock gives none."""

SAME: Final = MappingProxyType(
    {
        "activate:createdDateTime:blank": "field2-activate-answer-created-now",
        "create:DifferentRestoreDestinationType:code-null": "field2-code-null",
        "create:InvalidArtifactRequest:status-200": "field2-empty-list-200",
        "create:RestoreArtifactsLimitBreached:body-list": "field2-envelope-in-array",
        "create:createdBy/application/id:number": "field-application-id-number",
        "create:id:missing": "id-missing",
        "create:lastModifiedDateTime:dashes": "timestamp-with-dashes",
        "list-artifacts:id:missing": "artifact-without-id",
        "list-artifacts:id:null": "field-artifacts-id-null",
        "list-granular:id:missing": "item-without-id",
        "list-granular:status:null": "item-status-null",
        "update:InvalidPatchRequest:code-other": "update-malformed-other-code",
        **{f"{op}:InvalidRestoreSessionId:code-other": f"{op}-malformed-id-other-code" for op in ON_ONE},
        **{
            f"{op}:RestoreSessionNotFound:code-other": f"{op}-unknown-id-other-code"
            for op in ON_ONE
            if op != "list-artifacts"
        },
        "create:createdDateTime:missing": "created-date-missing",
        "list:error:missing": "field-list-no-error",
        "list-granular:destinationType:missing": "field2-items-without-destination",
    }
)
"""What would be generated and has a name already: a row of the mock's own tables is the same server."""


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
    object. `shown` is ABSENT where the plain service shows no such member.
    """

    path: str
    types: frozenset[str]
    texts: frozenset[str]
    form: bool
    hollow: Json | None
    required: bool
    shown: Any


@functools.cache
def _shown() -> dict[str, Json]:
    """What the plain service shows in answer to each operation, of a list one object."""
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


def _members(
    documents: Documents, file: str, required: frozenset[str], shown: Json, before: str = ""
) -> Iterator[Member]:
    """The declared members of a type, and those of the objects that an answer shows; not what must be expanded."""
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
        yield Member(before + name, frozenset(types), frozenset(texts), form, hollow, name in required, value)
        if isinstance(value, dict):
            yield from _members(documents, below, frozenset(), value, f"{before}{name}/")


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


def _excluded(member: Member) -> Iterator[tuple[str, Any]]:
    """Values that the schema of a member excludes, each with its name."""
    for kind in member.types - {"null"}:
        yield from WRONG[kind].items()
    if member.texts:
        yield from FOREIGN.items()
    elif member.form:
        yield from FORMS.items()
    if "null" not in member.types:
        yield NULL, None
    if member.required:
        yield LACKING, ABSENT


def _admitted(member: Member) -> Iterator[tuple[str, Any]]:
    """What a server may show: nothing, or null, where nothing is required, and another spelling of the value."""
    if not member.required and "null" in member.types:
        if member.shown is not ABSENT:
            yield LACKING, ABSENT
        if member.shown is not None:
            yield NULL, None
    if member.hollow is not None and "null" in member.types:
        yield "hollow", member.hollow
    if isinstance(member.shown, dict):
        yield "with-more", lambda shown: {**shown, **MORE}
    if member.form and isinstance(member.shown, str):
        yield "with-offset", lambda shown: f"{shown[:19]}+00:00"
        yield "in-small-letters", str.lower


def _changed(path: str, value: Any) -> Callable[[Json], Json]:
    """Objects in which the member at a path has another value, or is missing; those without its parent stay."""
    *way, last = path.split("/")

    def change(shown: Json) -> Json:
        whole = holder = dict(shown)
        for step in way:
            if not isinstance(holder.get(step), dict):
                return whole
            holder[step] = holder = dict(holder[step])
        if value is ABSENT:
            holder.pop(last, None)
        elif not callable(value):
            holder[last] = value
        elif holder.get(last) is not None:
            holder[last] = value(holder[last])
        return whole

    return change


def _seed(answer: Answer, change: Callable[[Json], Json], turns: tuple[bool, ...] = (True,)) -> Seed:
    """Change what an operation shows; `turns` says for which objects in a row, so that two versions may take turns."""

    def seed(service: Service) -> None:
        turn = itertools.cycle(turns)

        def changed(shown: Json) -> Json:
            return change(shown) if next(turn) else shown

        if answer.listed:
            hooks.on_items(lambda every: [changed(entry) for entry in every], *answer.operations)(service)
        else:
            hooks.on_body(changed, *answer.operations)(service)

    return seed


def _changes(choose: Callable[[Member], Iterator[tuple[str, Any]]]) -> Iterator[tuple[str, str, Callable[..., Seed]]]:
    """Operation, name and seed of every value that is chosen for a member of a response; seeds may still take turns."""
    documents = pinned()
    for operation, answer in ANSWERS.items():
        required = frozenset(documents.json(f"{operation}/response.json").get("required", ())) | {"id"}
        for member in _members(documents, type_file(answer.type), required, _shown()[operation]):
            for name, value in choose(member):
                change = _changed(member.path, value)
                yield operation, f"{operation}:{member.path}:{name}", functools.partial(_seed, answer, change)


@functools.cache
def faults() -> Mapping[str, Fault]:
    """What breaks a schema or an error table, by name: `get:status:number`, `get:RestoreSessionNotFound:body-list`."""
    rows = [
        Fault(name, f"page:{operation}", f"{operation}: {name.partition(':')[2]}.", seed())
        for operation, name, seed in _changes(_excluded)
    ]
    for operation, page in pinned().pages.items():
        codes = {row["code"] for row in page.get("error", ()) if "code" in row and max(row["status"]) < LEAST_TROUBLE}
        rows += [
            Fault(
                f"{operation}:{code}:{name}",
                f"page:{operation}",
                f"{operation}, refused with {code}: {edit.words}.",
                hooks.on_refusal(code, edit, operation),
            )
            for code in sorted(codes)
            for name, edit in REFUSALS.items()
        ]
    return MappingProxyType({row.name: row for row in rows if row.name not in SAME})


@functools.cache
def variants() -> Mapping[str, Variant]:
    """What no schema excludes, by name: `get:createdBy:missing`, and where that is so for every second object only."""
    rows = [
        Variant(name + suffix, f"{operation}-answer", "no schema requires it, or it is the same value", seed(turns))
        for operation, name, seed in _changes(_admitted)
        for suffix, turns in (("", (True,)), ("-in-turn", (False, True)))
    ]
    return MappingProxyType({row.name: row for row in rows if row.name not in SAME})


def fault(name: str) -> Fault | None:
    """The fault of that name, a row of the mock's own tables or generated; None where there is none."""
    name = SAME.get(name, name)
    return FAULTS.get(ALIASES.get(name, name)) or faults().get(name)


def with_fault(name: str, service: Service | None = None) -> Service:
    """A service with the fault of that name. Raises UsageError with near names."""
    row = fault(name)
    if row is None:
        return seeded(name)
    service = service or Service()
    row.seed(service)
    return service


def with_variants(names: Iterable[str], service: Service | None = None) -> Service:
    """A service with the variants of those names, first those of the mock's own. Raises UsageError with near names."""
    names = [SAME.get(name, name) for name in names]
    others = [name for name in names if name not in VARIANTS and name in variants()]
    service = composed([name for name in names if name not in others], service)
    for name in others:
        variants()[name].seed(service)
    return service
