"""The parts payloads are made of, read off `schemas/create/request.json`.

A member or an enumeration value added to the schemas is sent without a change here.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from restore_conformance.contract.documents import Documents, pinned
from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.contract.workload import LISTS, SESSION_TYPE, odata_type

REQUEST = "create/request.json"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" * 4  # byte to letter, by its last 6 bits

PRETTY, REVERSED, UPPER, OPTIONAL, UNUSUAL_GUIDS, LONG_BROWSE, TYPED, SAME_SITE, FALLING, LENGTHS, NEWER, RISING = (
    1 << bit for bit in range(12)
)
"""Bits of a style: white space, member order, GUIDs in capitals or without a version, optional members sent,
a long padded browse id, @odata.type at the top as the SDKs send it, item keys that differ at their end, ids that
fall from each artifact to the next, keys of sites among those of files, members of later editions as well, and ids
that rise."""


class Materials:
    """Makes elements and bodies.

    `restore_points` and `items` are the ids a user named; without them, and beyond them, ids are made up, well formed
    and different in every seed. `checked` are the kinds of which a target is taken to know its ids, so that no more
    than the named ones may be accepted at once. Items are of one browse session, the one of which most are named.
    `edition` is the one that binds: members that only a later one has are left out.
    """

    def __init__(
        self,
        documents: Documents | None = None,
        restore_points: Sequence[str] = (),
        items: Sequence[Mapping[str, str]] = (),
        edition: Chosen | None = None,
        checked: Collection[str] = tuple(LISTS),
    ) -> None:
        self.documents = documents or pinned()
        self.edition = edition or chosen(documents=self.documents)
        self.restore_points = tuple(restore_points)
        browses = [item["browseSessionId"] for item in items]
        common = max(browses, key=browses.count, default="")
        self.items = tuple(item for item in items if item["browseSessionId"] == common)
        self._checked = frozenset(checked)
        self._elements = {kind: self._element_schema(name) for kind, name in LISTS.items()}

    def _element_schema(self, name: str) -> tuple[dict[str, Any], str]:
        schema = self.documents.json(REQUEST)["properties"][name]["items"]
        return self.documents.resolve(schema, REQUEST)

    def most(self, kind: str) -> int:
        """How many artifacts of a kind may be named at once: all the user named, or any number."""
        named = self.restore_points if kind == "standard" else self.items
        return len(named) if named and kind in self._checked else 1 << 20

    def knows(self, member: str, of: str = "") -> bool:
        """Whether the edition that binds has a member, in the elements of a list or in the session itself."""
        return member not in self.edition.newer_members.get(of, ())

    def members(self, kind: str) -> dict[str, dict[str, Any]]:
        """The members of an element, `$ref` followed: name to schema."""
        schema, at = self._elements[kind]
        return {name: self.documents.resolve(s, at)[0] for name, s in schema["properties"].items()}

    def choices(self, kind: str, name: str = "destinationType") -> list[str]:
        """The values of an enumeration that may be sent: its members without the sentinel."""
        schema = self.members(kind)[name]
        sentinel = schema.get("x-enum-sentinel")
        return [value for value in schema["enum"] if value != sentinel]

    def element(self, kind: str, seed: int, index: int, choice: int = 0, style: int = 0) -> dict[str, Any]:
        """One well-formed artifact; `choice` picks the enumeration values, the same for the whole list."""
        schema, at = self._elements[kind]
        needed = set(schema.get("required", ()))
        element = {}
        for name, declared in schema["properties"].items():
            known = style & NEWER or self.edition.binds(declared.get("x-since", ""))
            if name in needed or (style & OPTIONAL and known):
                element[name] = self._value(declared, at, seed, index, choice, style)
        return element

    def _value(self, declared: dict[str, Any], at: str, seed: int, index: int, choice: int, style: int) -> Any:
        schema, here = self.documents.resolve(declared, at)
        names = schema.get("x-names")
        if names == "restore point":
            return self._restore_point(seed, index, style)
        if names == "item":
            return self._item(seed, index, style)["id"]
        if names == "browse session":
            return self._item(seed, index, style)["browseSessionId"]
        if "enum" in schema:
            values = [value for value in schema["enum"] if value != schema.get("x-enum-sentinel")]
            return values[choice % len(values)]
        kind = schema.get("type", "string")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            members = schema.get("properties", {})
            needed = set(schema.get("required", ()))
            return {
                name: self._value(inner, here, seed, index, choice, style)
                for name, inner in members.items()
                if name in needed or style & OPTIONAL
            }
        if kind == "array":
            return [self._value(schema.get("items", {}), here, seed, index, choice, style)]
        if schema.get("format") == "uuid":
            return guid(seed, index)
        return {"integer": index, "number": index + 0.5, "boolean": bool(index % 2)}.get(kind, f"text {index}")

    def _restore_point(self, seed: int, index: int, style: int) -> str:
        if index < len(self.restore_points):
            return self.restore_points[(seed + index) % len(self.restore_points)]
        name = unusual_guid(guid(seed or 1, index), index) if style & UNUSUAL_GUIDS else guid(seed, index)
        return name.upper() if style & UPPER else name

    def _item(self, seed: int, index: int, style: int) -> Mapping[str, str]:
        if index < len(self.items):
            return self.items[(seed + index) % len(self.items)]
        parts = 2 if seed % 3 == 2 or (style & LENGTHS and index % 2) else 4
        shared = [guid(seed + 1, 10_000 + part) for part in range(1, parts)]
        own = guid(seed, index)
        key = ",".join([*shared, own] if style & SAME_SITE else [own, *shared])
        browse = self.items[0]["browseSessionId"] if self.items else browse_id(seed, style)
        return {"browseSessionId": browse, "id": key.upper() if style & UPPER else key}

    def elements(self, kind: str, count: int, seed: int = 0, choice: int = 0, style: int = 0) -> list[dict[str, Any]]:
        """A list of that many well-formed artifacts with one destination and ids of their own."""
        elements = [self.element(kind, seed, index, choice, style) for index in range(count)]
        return sorted(elements, key=own_id, reverse=bool(style & FALLING)) if style & (FALLING | RISING) else elements

    def body(self, payload: Any, style: int = 0) -> bytes:
        """A payload as JSON: compact, or in the white space and member order that the style asks for."""
        if style & TYPED and isinstance(payload, dict):
            payload = {"@odata.type": odata_type(SESSION_TYPE), **payload}
        if style & REVERSED:
            payload = _reversed(payload)
        if style & PRETTY:
            return _spaced(json.dumps(payload, indent="\t")).encode()
        return json.dumps(payload, separators=(",", ":")).encode()


@functools.lru_cache(maxsize=4)
def made_up(edition: str = "", as_of: str = "") -> Materials:
    """The materials without a named id, one for each edition: what is planned with them is planned once."""
    return Materials(edition=chosen(edition, as_of))


def own_id(element: Mapping[str, Any]) -> str:
    """The id by which a list knows an artifact: the item key, or the restore point's id."""
    return str(element.get("id") or element["restorePoint"]["id"])


def _spaced(text: str) -> str:
    """JSON with every white space that RFC 8259 (section 2) allows, in front, between and behind."""
    return " " + text.replace("\n", "\r\n") + "\n"


def guid(seed: int, index: int) -> str:
    """A well-formed version 4 GUID; with seed 0 a readable one, so that shrunk payloads can be read."""
    if seed == 0:
        return f"00000000-0000-4000-8000-{index + 1:012x}"
    digits = hashlib.blake2b(f"{seed}/{index}".encode(), digest_size=16).hexdigest()
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[int(digits[16], 16) % 4]}{digits[17:20]}-{digits[20:]}"
    )


def unusual_guid(name: str, index: int) -> str:
    """A GUID of an unusual shape that every GUID parser reads: no version, all letters, all digits, leading noughts."""
    shapes: tuple[Any, ...] = (
        lambda g: g[:14] + "0" + g[15:19] + "0" + g[20:],
        lambda g: g.translate(str.maketrans("0123456789", "abcdefabcd")),
        lambda g: g.translate(str.maketrans("abcdef", "123456")),
        lambda g: "00000000" + g[8:],
        lambda g: g[:24] + "000000000000",
        lambda g: "ffffffff-ffff-ffff-ffff-" + g[24:],
        lambda g: g[:14] + "f" + g[15:19] + "f" + g[20:],
    )
    changed: str = shapes[index % len(shapes)](name)
    return changed


def browse_id(seed: int, style: int = 0) -> str:
    """An opaque, URL-safe browse session id; long and padded if the style asks for it."""
    size = 900 if style & LONG_BROWSE else 87
    raw = hashlib.shake_128(f"browse {seed}".encode()).digest(size)
    return "eJx" + raw.translate(_BASE64).decode() + ("==" if style & LONG_BROWSE else "")


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(inner) for name, inner in reversed(value.items())}
    if isinstance(value, list):
        return [_reversed(inner) for inner in value]
    return value
