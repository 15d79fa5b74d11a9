"""Reads and writes `schemas/types`: declared types as JSON Schemas with what OData adds as `x-` annotations.

The one place that knows the spelling of the normal form on disk; it is written so that a change of one fact is
a change of a few lines.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.metadata import (
    COMPUTED,
    SENTINEL,
    EnumMember,
    Knows,
    Member,
    Metadata,
    TypeFacts,
)

_KINDS = {"entity": "EntityType", "complex": "ComplexType", "enum": "EnumType"}
_KNOWS = frozenset(
    {
        Knows.KINDS, Knows.CONTAINMENT, Knows.BASES, Knows.NULLABILITY, Knows.NAVIGATION, Knows.FACETS, Knows.VALUES,
        Knows.ABSTRACT, Knows.OPEN, Knows.FLAGS, Knows.COMPUTED,
    }
)  # fmt: skip


def read(folder: Path) -> Metadata:
    """The pinned types. Raises SourceBroken for a missing folder and for a file that is not a type."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise SourceBroken(str(folder), "no type", "one JSON Schema per type", "run pin, or name another folder")
    types: dict[str, TypeFacts] = {}
    computed: dict[tuple[str, str], Any] = {}
    for file in files:
        try:
            schema = json.loads(file.read_text(encoding="utf-8"))
            facts = _sound(_type(schema))
            marked = [name for name, member in schema.get("properties", {}).items() if member.get("x-computed")]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SourceBroken(
                str(file), f"no type in the normal form ({error})", "what pin writes", "restore it from version control"
            ) from None
        types[facts.name] = facts
        computed.update({(f"{facts.name}/{name}", COMPUTED): True for name in marked})
    return Metadata(types, annotations=computed, knows=_KNOWS)


def _type(schema: dict[str, Any]) -> TypeFacts:
    kind = _KINDS[schema["x-edm-kind"]]
    if kind == "EnumType":
        values = schema.get("x-enum-values") or dict.fromkeys(schema["enum"])
        return TypeFacts(
            schema["title"],
            kind,
            values=tuple(EnumMember(name, value) for name, value in values.items()),
            flags=bool(schema.get("x-flags")),
            underlying=schema.get("x-underlying", "Edm.Int32"),
        )
    members = {name: _member(name, member) for name, member in schema.get("properties", {}).items()}
    return TypeFacts(
        schema["title"],
        kind,
        base=schema.get("x-edm-base"),
        abstract=bool(schema.get("x-abstract")),
        open=bool(schema.get("x-open")),
        members=members,
    )


def _sound(facts: TypeFacts) -> TypeFacts:
    """The same facts. Raises TypeError where one is of another type than comparing takes for granted."""
    texts = [facts.name, facts.base or "", facts.underlying, *(value.name for value in facts.values)]
    for member in facts.members.values():
        texts += [member.type, *(part for facet in member.facets for part in facet)]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a name or a type that is not a text")
    if not all(value.value is None or type(value.value) is int for value in facts.values):
        raise TypeError("a number of a value that is not a whole one")
    return facts


def _member(name: str, schema: dict[str, Any]) -> Member:
    facets: dict[str, str] = schema.get("x-facets", {})
    kind, nullable = schema["x-edm-type"], bool(schema.get("x-nullable", True))
    return Member(
        name,
        kind,
        nullable=nullable,
        navigation=bool(schema.get("x-navigation")),
        contains=bool(schema.get("x-contained")),
        facets=tuple(facets.items()),
        stated=not (nullable and kind.startswith("Collection(")),
    )


_DATE_TIME = (
    r"^-?[0-9]{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]"
    r"(:[0-5][0-9](\.[0-9]{1,12})?)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_PRIMITIVES: dict[str, dict[str, Any]] = {
    "Edm.String": {"type": "string"},
    "Edm.Guid": {"type": "string"},
    "Edm.Duration": {"type": "string"},
    "Edm.Date": {"type": "string"},
    "Edm.TimeOfDay": {"type": "string"},
    "Edm.Binary": {"type": "string"},
    "Edm.Boolean": {"type": "boolean"},
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time", "pattern": _DATE_TIME},
    "Edm.Int16": {"type": "integer", "minimum": -32768, "maximum": 32767},
    "Edm.Int32": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
    "Edm.Int64": {"type": "integer"},
    "Edm.Byte": {"type": "integer", "minimum": 0, "maximum": 255},
    "Edm.Double": {"type": "number"},
    "Edm.Single": {"type": "number"},
    "Edm.Decimal": {"type": "number"},
}


def write_type(facts: TypeFacts, metadata: Metadata, known: frozenset[str], before: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one type; `known` are the types that have a file, `before` the file as it was.

    The description is ours and is kept; the rest follows from the facts.
    """
    name = facts.name.rpartition(".")[2]
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://graph-restore-conformance.example/types/{name}.json",
        "title": facts.name,
        "description": before.get("description", ""),
        "x-edm-kind": {kind: word for word, kind in _KINDS.items()}.get(facts.kind, "complex"),
    }
    if facts.is_enum:
        return _enum(schema, facts)
    if facts.base:
        schema["x-edm-base"] = facts.base
    schema["x-open"] = facts.open
    if facts.abstract:
        schema["x-abstract"] = True
    if facts.base in known:
        schema["allOf"] = [{"$ref": f"{facts.base.rpartition('.')[2]}.json"}]
    schema["type"] = "object"
    order = {member: place for place, member in enumerate(before.get("properties", {}))}
    members = sorted(facts.members.values(), key=lambda m: (order.get(m.name, len(order)), m.navigation, m.name))
    schema["properties"] = {
        member.name: _member_schema(member, known, (f"{facts.name}/{member.name}", COMPUTED) in metadata.annotations)
        for member in members
    }
    required = [
        name for name in before.get("required", []) if name in facts.members and not facts.members[name].nullable
    ]
    if required:
        schema["required"] = required
    return schema


def _enum(schema: dict[str, Any], facts: TypeFacts) -> dict[str, Any]:
    names = [member.name for member in facts.values]
    schema["type"] = "string"
    if facts.flags:
        either = "|".join(names)
        schema["pattern"] = f"^({either})(, ?({either}))*$"
    else:
        schema["enum"] = names
    schema["x-enum-values"] = {member.name: member.value for member in facts.values}
    if SENTINEL in names:
        schema["x-enum-sentinel"] = SENTINEL
    if facts.flags:
        schema["x-flags"] = True
    return schema


def _member_schema(member: Member, known: frozenset[str], computed: bool) -> dict[str, Any]:
    schema: dict[str, Any]
    if member.target in known:
        schema = {"$ref": f"{member.target.rpartition('.')[2]}.json"}
    else:
        schema = dict(_PRIMITIVES.get(member.target, {"type": "object"}))
    if member.collection:
        schema = {"type": "array", "items": schema}
    if member.nullable:
        plain = "type" in schema
        schema = {"type": [schema.pop("type"), "null"], **schema} if plain else {"anyOf": [schema, {"type": "null"}]}
    schema |= {"x-edm-type": member.type, "x-nullable": member.nullable}
    if member.navigation:
        schema |= {"x-navigation": True, "x-contained": member.contains}
    if computed:
        schema["x-computed"] = True
    if member.facets:
        schema["x-facets"] = dict(member.facets)
    return schema
