"""The contract's JSON files; the only module that imports the JSON Schema libraries.

A value is accepted with jsonschema-rs, which is a hundred times faster, and explained with jsonschema, which
names the place; a selftest holds the two equal. Knows no clause and no request.
"""

from __future__ import annotations

import calendar
import functools
import hashlib
import itertools
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from restore_conformance.contract import places
from restore_conformance.verdicts import UsageError

MOST_BREACHES = 10_000
"""Places of one value that are explained; each takes some 3 kB of memory."""
REFERENCE = ("@odata.id", "@id")
"""Where a reference to an entity has its address; OData 4.01 lets a sender leave the prefix out."""
BASE = "https://graph-restore-conformance.example/"
_DAY = re.compile(r"-?(\d{4,})-(\d\d)-(\d\d)")


def _names_a_day(text: Any) -> bool:
    """Whether the day that a text begins with exists; a text without one is a matter of the schema's pattern."""
    match = _DAY.match(text) if isinstance(text, str) else None
    if match is None:
        return True
    year, month, day = map(int, (match[1][-4:], match[2], match[3]))  # 10,000 years are whole cycles of 400
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year % 400 + 2000, month)[1]


FORMATS = {
    "date-time": _names_a_day,
    "date": _names_a_day,
    "uri": lambda _: True,
    "uuid": lambda _: True,  # a restore point that is not one is a defect of its own, which the recogniser finds
}
"""What each format of the schemas binds beside its pattern; both libraries ask these."""
_SAYS = {"date-time": "expected a date and time with a zone on a day that exists, such as 2025-06-28T15:05:54.1352557Z"}


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a value breaks a schema: a JSON pointer, what is wrong, and the value there."""

    pointer: str
    message: str
    value: Any


class Documents:
    """The files under one `schemas` folder; every file is read once.

    Raises UsageError with the file's name where one is missing or is not JSON, TOML or a JSON Schema.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or places.SCHEMAS
        self._files: dict[str, Any] = {}
        self._fast: dict[str, Any] = {}
        self._slow: dict[str, Any] = {}
        # By identity, as a schema is a dict; it is kept beside what it resolves to, so that no id is used twice.
        self._resolved: dict[tuple[int, str], tuple[Mapping[str, Any], tuple[dict[str, Any], str]]] = {}

    def json(self, name: str) -> Any:
        """The JSON value of a file, by its path below the folder."""
        if name not in self._files:
            self._files[name] = self._read(name, json.loads)
        return self._files[name]

    def toml(self, name: str) -> dict[str, Any]:
        """The tables of a TOML file, by its path below the folder."""
        if name not in self._files:
            self._files[name] = self._read(name, tomllib.loads)
        table: dict[str, Any] = self._files[name]
        return table

    def _read(self, name: str, parse: Any) -> Any:
        path = self.root / name
        try:
            return parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UsageError(f"schemas/{name} is missing; restore it from the repository.") from None
        except (ValueError, OSError, RecursionError) as error:
            raise UsageError(f"schemas/{name} cannot be read: {error}.") from None

    @functools.cached_property
    def pages(self) -> dict[str, dict[str, Any]]:
        """The page of each operation that has one, by the operation's name."""
        names = sorted(path.parent.name for path in self.root.glob("*/page.toml"))
        return {name: self.toml(f"{name}/page.toml") for name in names}

    def schema_names(self) -> list[str]:
        """Every JSON Schema of the contract, by path."""
        paths = [*self.root.glob("types/*.json"), *self.root.glob("*/request.json")]
        paths += [*self.root.glob("*/response.json"), *self.root.glob("*/error.json")]
        return sorted({path.relative_to(self.root).as_posix() for path in paths})

    def accepts(self, name: str, value: Any) -> bool:
        """Whether a value keeps the schema of that file."""
        if name not in self._fast:
            self._fast[name] = self._build(name)
        try:
            return bool(self._fast[name].is_valid(value))
        except (UnicodeError, OverflowError):  # half a surrogate pair, a huge number: the other library decides
            return bool(self._explainer(name).is_valid(value))

    def breaches(self, name: str, value: Any) -> list[Breach]:
        """Every place where a value breaks the schema of that file, the deepest reasons only, in document order.

        Inside a value an entity may be given by a reference, which holds its address and no key (OData JSON format
        4.01, 14).
        """
        if self.accepts(name, value):
            return []
        reasons = (breach for breach in _explained(self._explainer(name), value) if not _of_reference(breach))
        return sorted(reasons, key=lambda breach: breach.pointer)

    def _build(self, name: str) -> Any:
        resources = [(BASE + other, self.json(other)) for other in {*self.schema_names(), name}]
        try:
            registry = jsonschema_rs.Registry(resources)
            return jsonschema_rs.validator_for(
                {"$ref": BASE + name}, registry=registry, formats=FORMATS, validate_formats=True
            )
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise UsageError(f"schemas/{name} is not a JSON Schema: {str(error).splitlines()[0]}.") from None

    def _explainer(self, name: str) -> Any:
        if name not in self._slow:
            import jsonschema
            import referencing
            import referencing.jsonschema

            formats = jsonschema.FormatChecker(formats=())
            for form, check in FORMATS.items():
                formats.checks(form)(check)
            create = referencing.jsonschema.DRAFT202012.create_resource
            registry: Any = referencing.Registry().with_resources(
                (BASE + other, create(self.json(other))) for other in {*self.schema_names(), name}
            )
            self._slow[name] = jsonschema.Draft202012Validator(
                {"$ref": BASE + name}, registry=registry, format_checker=formats
            )
        return self._slow[name]

    def resolve(self, schema: Mapping[str, Any], at: str) -> tuple[dict[str, Any], str]:
        """A schema with its `$ref` followed, beside the file it now stands in; siblings of `$ref` win.

        A run asks for the same few thousands of times, so each is followed once; nobody may change what is given.
        """
        known = self._resolved.get((id(schema), at))
        if known is None:
            known = self._resolved[id(schema), at] = (schema, self._followed(schema, at))
        return known[1]

    def _followed(self, schema: Mapping[str, Any], at: str) -> tuple[dict[str, Any], str]:
        here = at
        merged = dict(schema)
        for _ in range(16):
            ref = merged.pop("$ref", None)
            if ref is None:
                return merged, here
            file, _, fragment = ref.partition("#")
            if file:
                here = join(here, file)
            value = self.json(here)
            for part in fragment.split("/")[1:]:
                value = value[part.replace("~1", "/").replace("~0", "~")]
            merged = {**value, **merged}
        raise UsageError(f"schemas/{at} refers to itself without end.")

    def members(self, name: str) -> dict[str, tuple[dict[str, Any], str]]:
        """The declared members of a type with those of its base types: name to (schema, file)."""
        schema = self.json(name)
        members: dict[str, tuple[dict[str, Any], str]] = {}
        for base in schema.get("allOf", []):
            if "$ref" in base:
                members.update(self.members(join(name, base["$ref"])))
        for member, declared in schema.get("properties", {}).items():
            members[member] = (declared, name)
        return members

    def statement(self, name: str) -> str:
        """What the documentation says, in words and with its source, by the name that a clause gives it.

        A name is a number of `statements.toml` (`N12`, `C3`), `page:OPERATION` for a whole page, or
        `row:OPERATION/CODE` for a row of an error table. Raises KeyError for any other.
        """
        kind, _, rest = name.partition(":")
        if not rest:
            entry = self.toml("statements.toml")[name]
            basis = f"{entry['basis']}, " if "basis" in entry else ""
            return f"{entry['says']} ({basis}{entry['source']})"
        operation, _, code = rest.partition("/")
        page = self.pages[operation]
        if kind == "page":
            return f"{page['title']}, {page['address']}"
        row = next(row for row in page["error"] if row.get("code") == code)
        return f"the row {code} of the error table of {page['title']}: {' or '.join(map(str, row['status']))}"

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 over every file of the contract that binds a verdict, in hexadecimal."""
        total, bind_nothing = hashlib.sha256(), {"openapi.json", "statements.toml"}
        for path in sorted(self.root.rglob("*")):
            if path.suffix in {".json", ".toml"} and path.name not in bind_nothing and ".schema." not in path.name:
                total.update(path.relative_to(self.root).as_posix().encode() + b"\0" + path.read_bytes())
        return total.hexdigest()


def join(at: str, ref: str) -> str:
    """The file a relative reference means, seen from another file: both as paths below `schemas`."""
    parts = at.split("/")[:-1]
    for step in ref.split("/"):
        if step == "..":
            parts.pop()
        else:
            parts.append(step)
    return "/".join(parts)


def _explained(validator: Any, value: Any) -> Iterator[Breach]:
    stack = list(itertools.islice(validator.iter_errors(value), MOST_BREACHES))
    while stack:
        error = stack.pop()
        # An anyOf of a type and null says nothing by itself: its reasons lie in the branch that is not null.
        inner = [e for e in error.context or [] if e.validator != "type" or e.validator_value != "null"]
        if inner:
            stack.extend(inner)
            continue
        pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)
        yield Breach(pointer, _short(error), error.instance)


def _of_reference(breach: Breach) -> bool:
    """Whether a reference to an entity lacks the key that the entity itself has."""
    lacks_key = breach.pointer and breach.message == "'id' is a required property"
    return (
        bool(lacks_key)
        and isinstance(breach.value, dict)
        and any(isinstance(breach.value.get(name), str) for name in REFERENCE)
    )


def _short(error: Any) -> str:
    if error.validator == "type":
        wanted = error.validator_value
        return f"expected {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    if error.validator == "enum":
        return "expected one of " + ", ".join(map(str, error.validator_value))
    if error.validator == "required":
        return str(error.message)
    if error.validator in {"pattern", "format"}:
        return _SAYS.get(error.schema.get("format"), "expected another form")
    return str(error.message)[:200]


@functools.lru_cache(maxsize=1)
def pinned() -> Documents:
    """The contract that ships with the package."""
    return Documents()
