"""What an OpenAPI document says about addresses: nouns only. Types stand in the normal form beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from restore_conformance.drift.sources.metadata import Metadata, TypeFacts

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

    version: str
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
