"""What an OpenAPI document says about addresses: nouns only. Types stand in the normal form beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from restore_conformance.sources.metadata import Metadata


@dataclass(frozen=True, slots=True)
class ApiParameter:
    """One parameter of a call; `place` is path, query, header or cookie."""

    name: str
    place: str
    required: bool
    type: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One method of one path. `body` and each answer map media types to types; no body is None."""

    parameters: Mapping[str, ApiParameter] = field(default_factory=dict)
    body: Mapping[str, str] | None = None
    body_required: bool = False
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Api:
    """A whole OpenAPI document: its calls by path and method, and its schemas as declared types."""

    version: str
    calls: Mapping[str, Mapping[str, ApiCall]]
    metadata: Metadata
    ends_whole: bool = True
    notes: tuple[str, ...] = ()
