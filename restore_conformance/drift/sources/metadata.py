"""The normal form of what metadata, OpenAPI documents and `schemas/types` declare: types, operations, calls.

Nouns only. Knows no file format and no rule of compatibility. Every name is a full name
(`microsoft.graph.restorePoint`), collections are written `Collection(...)`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SENTINEL = "unknownFutureValue"
"""The member that marks an evolvable enumeration (Graph design guideline, evolvable enums)."""
COMPUTED = "Org.OData.Core.V1.Computed"
PERMISSIONS = "Org.OData.Core.V1.Permissions"
READ, WRITE = "Org.OData.Core.V1.Permission/Read", "Org.OData.Core.V1.Permission/Write"
"""The values of `PERMISSIONS` for what is only returned, and for what is only sent."""


class Knows(enum.StrEnum):
    """Aspects a source can state at all; only what both sides can state is compared."""

    KINDS = "kinds"
    CONTAINMENT = "containment"
    BASES = "bases"
    NULLABILITY = "nullability"
    NAVIGATION = "navigation"
    FACETS = "facets"
    VALUES = "values"
    ABSTRACT = "abstract"
    OPEN = "open"
    STREAM = "stream"
    KEYS = "keys"
    FLAGS = "flags"
    OPERATIONS = "operations"
    ANNOTATIONS = "annotations"
    COMPUTED = "computed"
    CONTAINER = "container"
    REQUIRED = "required"
    """Whether a source lists the members that a request must carry; then one that may not be null may be left out."""


EVERYTHING = frozenset(Knows) - {Knows.REQUIRED}


@dataclass(frozen=True, slots=True)
class Member:
    """One declared property: structural, or navigation (then `contains` may be set).

    Of a collection `nullable` is about its items, and `stated` is False where the source does not say it at all:
    then nothing may be concluded from it (OData CSDL 4.01, 7.2.1). Of anything else absence has a meaning.
    """

    name: str
    type: str
    nullable: bool = True
    navigation: bool = False
    contains: bool = False
    facets: tuple[tuple[str, str], ...] = ()
    stated: bool = True

    @property
    def collection(self) -> bool:
        return self.type.startswith("Collection(")

    @property
    def target(self) -> str:
        """The type without `Collection()`."""
        return bare(self.type)

    @property
    def default(self) -> str | None:
        """The DefaultValue facet, or None."""
        return dict(self.facets).get("DefaultValue")


@dataclass(frozen=True, slots=True)
class EnumMember:
    """One member of an enumeration; `value` is its number, None where the source gives none."""

    name: str
    value: int | None = None


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """One declared type. `kind` is EntityType, ComplexType, EnumType or TypeDefinition."""

    name: str
    kind: str
    base: str | None = None
    abstract: bool = False
    open: bool = False
    stream: bool = False
    key: tuple[str, ...] = ()
    members: Mapping[str, Member] = field(default_factory=dict)
    values: tuple[EnumMember, ...] = ()
    flags: bool = False
    underlying: str = ""

    @property
    def is_enum(self) -> bool:
        return self.kind == "EnumType"

    def refers(self) -> list[str]:
        """The types that its members and its base refer to."""
        return [member.target for member in self.members.values()] + ([self.base] if self.base else [])

    @property
    def size(self) -> int:
        """How many members or enum members it declares."""
        return len(self.members) + len(self.values)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation, without the binding one."""

    name: str
    type: str
    nullable: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """An action or a function; overloads of a function differ in their parameters only."""

    kind: str
    name: str
    namespace: str
    binding: str | None
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None
    returns_nullable: bool = True
    composable: bool = False

    @property
    def path(self) -> str:
        """Its address: `Action activate(microsoft.graph.restoreSessionBase)`."""
        return f"{self.kind} {self.name}({self.binding or ''})"

    def types(self) -> Iterator[str]:
        """The types it uses, without the binding one."""
        for parameter in self.parameters:
            yield bare(parameter.type)
        if self.returns:
            yield bare(self.returns)


@dataclass(frozen=True, slots=True)
class Exposed:
    """An element of the container: EntitySet, Singleton, ActionImport or FunctionImport."""

    kind: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything one source declares.

    `annotations` is keyed by (target, term); `bindings` by `singleton/path`; `exposed` and `terms` by name.
    `dangling` are the full names that are referred to and not declared (a slice has some by nature). `sent` and
    `returned` are the types that requests and answers hold, where a source lists these.
    """

    types: Mapping[str, TypeFacts] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    annotations: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    bindings: Mapping[str, str] = field(default_factory=dict)
    exposed: Mapping[str, Exposed] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    dangling: frozenset[str] = frozenset()
    knows: frozenset[Knows] = EVERYTHING
    sent: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()

    def chain(self, name: str) -> Iterator[TypeFacts]:
        """The type and its base types, nearest first; ends quietly where a base is not declared."""
        seen: set[str] = set()
        current = self.types.get(name)
        while current is not None and current.name not in seen:
            seen.add(current.name)
            yield current
            current = self.types.get(current.base) if current.base else None

    def effective(self, name: str) -> dict[str, Member]:
        """All members a value of that type has: its own and its base types', the nearest winning."""
        members: dict[str, Member] = {}
        for facts in self.chain(name):
            for member in facts.members.values():
                members.setdefault(member.name, member)
        return members

    def closed(self, name: str) -> bool:
        """Whether the whole base chain of the type is declared here."""
        last: TypeFacts | None = None
        for facts in self.chain(name):
            last = facts
        return last is not None and last.base is None

    def derived(self) -> dict[str, list[str]]:
        """Base type to the types directly derived from it."""
        by_base: dict[str, list[str]] = {}
        for facts in self.types.values():
            if facts.base:
                by_base.setdefault(facts.base, []).append(facts.name)
        return by_base

    @property
    def size(self) -> int:
        """How many members and enum members are declared in all."""
        return sum(facts.size for facts in self.types.values())


def bare(name: str) -> str:
    """A type name without `Collection()`."""
    return name[11:-1] if name.startswith("Collection(") and name.endswith(")") else name


METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The methods that a path of an OpenAPI document may have."""
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class ApiParameter:
    """One parameter of a call; `place` is path, query, header or cookie; `values` are those its enumeration allows."""

    name: str
    place: str
    required: bool
    type: str
    values: tuple[str, ...] = ()
    facets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One method of one path. `body` and each answer map media types to types; no body is None."""

    parameters: Mapping[str, ApiParameter] = field(default_factory=dict)
    body: Mapping[str, str] | None = None
    body_required: bool = False
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Api:
    """A whole OpenAPI document: its calls by path and method, and its schemas as declared types.

    `inline` are the objects written where they are used, by a name that tells the place; they are compared there.
    """

    calls: Mapping[str, Mapping[str, ApiCall]]
    metadata: Metadata
    ends_whole: bool = True
    notes: tuple[str, ...] = ()
    inline: Mapping[str, TypeFacts] = field(default_factory=dict)


def nameless(path: str) -> str:
    """A path without the names of its placeholders, which are not on the wire."""
    return _PLACEHOLDER.sub("{}", path)


def placeholders(path: str) -> list[str]:
    """The names of a path's placeholders, in order."""
    return [placeholder[1:-1] for placeholder in _PLACEHOLDER.findall(path)]
