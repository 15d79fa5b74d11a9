"""Turns the schemas of an OpenAPI document (3.0 or 3.1) into declared types. Knows nothing of paths."""

from __future__ import annotations

from typing import Any

from restore_conformance.drift.sources.metadata import COMPUTED, PERMISSIONS, WRITE, EnumMember, Member, TypeFacts

_FORMATS = {
    "date-time": "Edm.DateTimeOffset", "date": "Edm.Date", "uuid": "Edm.Guid", "duration": "Edm.Duration",
    "time": "Edm.TimeOfDay", "base64url": "Edm.Binary", "byte": "Edm.Binary", "binary": "Edm.Stream",
    "int16": "Edm.Int16", "int32": "Edm.Int32", "int64": "Edm.Int64", "uint8": "Edm.Byte", "int8": "Edm.SByte",
    "double": "Edm.Double", "float": "Edm.Single", "decimal": "Edm.Decimal",
}  # fmt: skip
_TYPES = {"string": "Edm.String", "boolean": "Edm.Boolean", "integer": "Edm.Int64", "number": "Edm.Double"}
_FACETS = {
    "maxLength": "MaxLength", "minLength": "MinLength", "pattern": "Pattern", "maximum": "Maximum",
    "minimum": "Minimum", "maxItems": "MaxItems", "minItems": "MinItems", "default": "DefaultValue",
    "multipleOf": "MultipleOf", "uniqueItems": "UniqueItems", "exclusiveMinimum": "ExclusiveMinimum",
    "exclusiveMaximum": "ExclusiveMaximum", "const": "Const",
}  # fmt: skip
_DEPTH = 12


def full_name(key: str) -> str:
    """The full name of a component: those without a namespace belong to microsoft.graph."""
    return key if "." in key else f"microsoft.graph.{key}"


def referred(schema: Any) -> str | None:
    """The full name a `$ref` leads to, or None."""
    ref = schema.get("$ref") if isinstance(schema, dict) else None
    return full_name(ref.rpartition("/")[2]) if isinstance(ref, str) else None


def type_of(schema: Any, depth: int = 0) -> tuple[str, bool]:
    """The declared type a schema stands for, and whether null is allowed."""
    if not isinstance(schema, dict) or depth > _DEPTH:
        return "Edm.Untyped", True
    name = referred(schema)
    nullable = bool(schema.get("nullable"))
    if name:
        return name, nullable
    for key in ("anyOf", "oneOf", "allOf"):
        options = schema.get(key)
        if isinstance(options, list) and options:
            return _options(options, nullable, depth)
    kinds = schema.get("type")
    if isinstance(kinds, list):
        nullable = nullable or "null" in kinds
        kinds = next((kind for kind in kinds if kind != "null"), None)
    if kinds == "array":
        inner, _ = type_of(schema.get("items"), depth + 1)
        return f"Collection({inner})", nullable
    if schema.get("format") in _FORMATS and kinds != "object":
        return _FORMATS[schema["format"]], nullable
    if kinds == "integer" and (schema.get("minimum"), schema.get("maximum")) == (-(2**31), 2**31 - 1):
        return "Edm.Int32", nullable
    return _TYPES.get(str(kinds), "Edm.Untyped"), nullable


def _options(options: list[Any], nullable: bool, depth: int) -> tuple[str, bool]:
    kinds: list[str] = []
    for option in options:
        if isinstance(option, dict) and (
            option.get("type") == "null" or (option.get("nullable") and "$ref" not in option)
        ):
            nullable = True
            if option.get("type") in ("null", "object"):
                continue
        kind, null = type_of(option, depth + 1)
        nullable = nullable or null
        kinds.append(kind)
    named = [kind for kind in kinds if not kind.startswith("Edm.")] or kinds
    return (named[0] if named else "Edm.Untyped"), nullable


def shape(schema: Any, name: str, inline: dict[str, TypeFacts], depth: int = 0) -> str:
    """The type of a schema where it is used; an object written out there gets a name and joins `inline`."""
    if isinstance(schema, dict) and depth < _DEPTH and not referred(schema):
        if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
            return f"Collection({shape(schema['items'], name, inline, depth + 1)})"
        if _written_out(schema):
            inline[name] = _object(name, schema, inline, depth)[0]
            return name
        if isinstance(schema.get("enum"), list):
            inline[name] = _enumeration(name, schema)
            return name
    return type_of(schema)[0]


def _written_out(schema: dict[str, Any]) -> bool:
    return isinstance(schema.get("properties"), dict) or any(
        isinstance(part, dict) and isinstance(part.get("properties"), dict) for part in schema.get("allOf") or ()
    )


def _enumeration(name: str, schema: dict[str, Any]) -> TypeFacts:
    extra = schema.get("x-ms-enum-flags")
    flags = bool(extra.get("isFlags")) if isinstance(extra, dict) else bool(extra)
    names = dict.fromkeys(str(value) for value in schema["enum"] if value is not None)
    return TypeFacts(name, "EnumType", values=tuple(map(EnumMember, names)), flags=flags)


def declared(key: str, schema: dict[str, Any]) -> tuple[dict[str, TypeFacts], dict[tuple[str, str], Any]]:
    """The types of one component, itself first, then what is written out inside; and which members are read-only."""
    name = full_name(key)
    stated = schema.get("x-enum-values")
    if isinstance(stated, dict):
        facts = TypeFacts(name, "EnumType", values=tuple(map(EnumMember, stated)), flags=bool(schema.get("x-flags")))
        return {name: facts}, {}
    if isinstance(schema.get("enum"), list):
        return {name: _enumeration(name, schema)}, {}
    inner: dict[str, TypeFacts] = {}
    facts, notes = _object(name, schema, inner, 0)
    return {name: facts, **inner}, notes


def _object(
    name: str, schema: dict[str, Any], inline: dict[str, TypeFacts], depth: int
) -> tuple[TypeFacts, dict[tuple[str, str], Any]]:
    """An object with its members; objects written out inside it are named `owner.member`.

    Control information (`@odata.nextLink`) counts where an answer is written out: a name that begins with a slash.
    """
    base, parts = None, [schema]
    for part in schema.get("allOf") or ():
        if isinstance(part, dict):
            base = base or referred(part)
            parts.append(part)
    members: dict[str, Member] = {}
    notes: dict[tuple[str, str], Any] = {}
    required = {str(item) for part in parts for item in part.get("required") or ()}
    for part in parts:
        properties = part.get("properties")
        for member, inner in properties.items() if isinstance(properties, dict) else ():
            if isinstance(inner, dict) and (name.startswith("/") or not member.startswith("@odata.")):
                members[member] = _member(member, inner, member in required, name, inline, depth)
                if inner.get("readOnly") or inner.get("x-computed"):
                    notes[f"{name}/{member}", COMPUTED] = True
                elif inner.get("writeOnly"):
                    notes[f"{name}/{member}", PERMISSIONS] = WRITE
    return TypeFacts(name, "ComplexType", base=base, members=members), notes


def values_of(schema: Any, depth: int = 0) -> tuple[str, ...]:
    """The values that an enumeration allows, of a schema or of its items."""
    if not isinstance(schema, dict) or depth > _DEPTH:
        return ()
    if isinstance(schema.get("enum"), list):
        return tuple(str(value) for value in schema["enum"] if value is not None)
    return values_of(schema.get("items"), depth + 1)


def facets_of(schema: Any) -> tuple[tuple[str, str], ...]:
    """The facets a schema states: limits of length, number and size, its pattern, its default, its values."""
    if not isinstance(schema, dict):
        return ()
    facets = [(facet, str(schema[key])) for key, facet in _FACETS.items() if key in schema]
    if isinstance(schema.get("enum"), list):
        facets.append(("Enum", ",".join(str(value) for value in schema["enum"])))
    return tuple(facets)


def _member(
    name: str, schema: dict[str, Any], required: bool, owner: str, inline: dict[str, TypeFacts], depth: int
) -> Member:
    kind, nullable = type_of(schema)
    if isinstance(schema.get("x-edm-type"), str):  # our own composition says it outright
        kind, nullable = schema["x-edm-type"], bool(schema.get("x-nullable", True))
    elif not isinstance(schema.get("enum"), list):
        kind = shape(schema, f"{owner}.{name}", inline, depth + 1)
    needed = required and not schema.get("readOnly")  # that is asked of answers alone
    facets = [*facets_of(schema), *([("Required", "true")] if needed else [])]
    return Member(
        name,
        kind,
        nullable=nullable,
        navigation=bool(schema.get("x-ms-navigationProperty") or schema.get("x-navigation")),
        facets=tuple(facets),
        stated=nullable or "$ref" not in schema,
    )
