"""Readings as the history stores them, the normal form only, and the first stored night that is bad.

Facts are stored under their names, so that those of an older release are read by a newer one that has more of them or
fewer. Recorded traffic may hold secrets, so only the changes that it shows are stored.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from restore_conformance.drift.sources import metadata, page_facts
from restore_conformance.drift.sources.reading import Reading, SourceKind
from restore_conformance.history.store import Snapshot

_CLASSES: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        metadata.Metadata, metadata.TypeFacts, metadata.Member, metadata.EnumMember, metadata.Operation,
        metadata.Parameter, metadata.Exposed, page_facts.PageFacts, page_facts.Permission, page_facts.HeaderFacts,
        page_facts.PropertyFacts, page_facts.ErrorFacts, page_facts.Example, page_facts.Statement, metadata.Api,
        metadata.ApiCall, metadata.ApiParameter,
    )
}  # fmt: skip
_PLACES = {
    "Metadata": (
        "types", "operations", "annotations", "bindings", "exposed", "terms", "dangling", "knows", "whole", "sent",
        "returned",
    ),
    "Api": ("version", "calls", "metadata", "ends_whole", "notes", "inline"),
}  # fmt: skip
"""Earlier releases stored facts by their place: the order of those classes that have lost a field since."""
MAX_BYTES = 64 * 1024 * 1024


def pack(reading: Reading) -> tuple[str, bytes] | None:
    """Digest and compressed text of a reading's facts; None for a recording."""
    if reading.behaviour is not None:
        return None
    facts = {"metadata": reading.metadata, "page": reading.page, "api": reading.api}
    text = json.dumps(_plain(facts), separators=(",", ":"), default=str).encode()
    return hashlib.sha256(text).hexdigest(), zlib.compress(text, 6)


def unpack(kind: str, where: str, checksum: str, payload: bytes) -> Reading:
    """The reading a payload was packed from. Raises ValueError for bytes that `pack` did not write."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(payload, MAX_BYTES)
        facts = _rich(json.loads(text))
        return Reading(
            SourceKind(kind), where, checksum, metadata=facts["metadata"], page=facts["page"], api=facts["api"]
        )
    except (zlib.error, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"the stored facts of {where} cannot be read back ({error})") from None


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {"$": type(value).__name__, "n": {f.name: _plain(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, dict):
        return {"d": [[_plain(key), _plain(item)] for key, item in value.items()]}
    if isinstance(value, tuple):
        return {"t": [_plain(item) for item in value]}
    if isinstance(value, frozenset):
        return {"s": sorted(str(item) for item in value)}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _rich(value: Any) -> Any:
    if isinstance(value, list):
        return [_rich(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$" in value:
        cls = _CLASSES[value["$"]]
        known = [f.name for f in fields(cls)]
        stated = value["n"] if "n" in value else dict(zip(_PLACES.get(value["$"], known), value["f"], strict=False))
        return cls(**{name: _rich(item) for name, item in stated.items() if name in known})
    if "d" in value:
        return {_rich(key): _rich(item) for key, item in value["d"]}
    return tuple(_rich(item) for item in value["t"]) if "t" in value else frozenset(value["s"])


def first_bad(snapshots: Iterable[Snapshot], is_bad: Callable[[Snapshot], bool]) -> tuple[date, date | None] | None:
    """The first night with a bad snapshot, and the last one before it; nights with the same facts are judged once."""
    nights: dict[date, list[Snapshot]] = {}
    for snapshot in snapshots:
        if snapshot.digest:
            nights.setdefault(snapshot.night, []).append(snapshot)
    good: set[tuple[str, str | None]] = set()
    last: date | None = None
    for night, group in sorted(nights.items()):
        states = {
            (snapshot.source, snapshot.digest): snapshot
            for snapshot in group
            if (snapshot.source, snapshot.digest) not in good
        }
        if any([is_bad(snapshot) for snapshot in states.values()]):  # noqa: C419 - every bad one is wanted, not the first
            return night, last
        good |= states.keys()
        last = night
    return None
