"""Defects of the refusals of whole lists of a create, written from the documents alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.field_places import (
    at_least,
    body,
    count_of,
    crashing,
    points,
    refusal,
    ruled,
    status,
    text,
)
from restore_conformance.mock.faults.seeding import fault, sites
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal

Json = dict[str, Any]

# ---------------------------------------------------------------- DuplicateArtifactInList

TWICE = "row:create/DuplicateArtifactInList"


def _neighbours(payload: Json) -> None:
    """Only neighbours are compared."""
    found = [one.lower() for one in points(payload)]
    if any(a == b for a, b in pairwise(found)):
        raise Refusal(400, "DuplicateArtifactInList")


def _blocks(payload: Json) -> None:
    """Only artifacts within a block of ten are compared."""
    found = sites(payload)
    for start in range(0, len(found), 10):
        rules.duplicates({rules.SITE: found[start : start + 10]})


def _merged(payload: Json) -> None:
    """Repeated artifacts are merged without a word."""
    if sites(payload):
        payload[rules.SITE] = list({rules._key(rules.SITE, one): one for one in sites(payload)}.values())


ruled(
    "field-twice-neighbours-only", TWICE, "The first and third of three sites are the same.", "duplicates", _neighbours
)
ruled("field-twice-within-ten-only", TWICE, "The first and 11th of 11 sites are the same.", "duplicates", _blocks)
ruled("field-twice-merged", TWICE, "The same site twice: 201 with total 1.", "duplicates", _merged)
refusal("field-twice-409", TWICE, "The same site twice: 409.", "DuplicateArtifactInList", status(409))
refusal("field-twice-empty-body", TWICE, "The same site twice: no body.", "DuplicateArtifactInList", body(None))
crashing(
    "field-twice-crash",
    TWICE,
    "The same site twice: a unique key breaks, 500.",
    lambda p: len(set(points(p))) < len(points(p)),
)

# ---------------------------------------------------------------- RestoreArtifactsLimitBreached

LIMIT = "row:create/RestoreArtifactsLimitBreached"


def _shortened(payload: Json) -> None:
    for name in (rules.SITE, rules.GRANULAR):
        if isinstance(payload.get(name), list):
            payload[name] = payload[name][: rules.LIMIT]


def _lower(limit: int) -> rules.Rule:
    def rule(payload: Json) -> None:
        if count_of(payload) >= limit:
            raise Refusal(413, "RestoreArtifactsLimitBreached")

    return rule


ruled("field-limit-silently-cut", LIMIT, "51 sites: 201 with total 50.", "limit", _shortened)
ruled("field-limit-refuses-26", "N21", "26 sites are refused.", "limit", _lower(26))
crashing("field-limit-crash", LIMIT, "51 sites: 500.", at_least(51))
refusal("field-limit-403", LIMIT, "51 sites: 403.", "RestoreArtifactsLimitBreached", status(403))
refusal(
    "field-limit-page",
    LIMIT,
    "51 sites: a page of HTML.",
    "RestoreArtifactsLimitBreached",
    text("<h1>413 Request Entity Too Large</h1>", "text/html"),
)

# ---------------------------------------------------------------- InvalidArtifactRequest, no payload

EMPTY = "row:create/InvalidArtifactRequest"


def _named_empty(payload: Any) -> bool:
    return isinstance(payload, dict) and payload.get(rules.SITE, 0) == []


def _named_null(payload: Any) -> bool:
    return isinstance(payload, dict) and payload.get(rules.SITE, 0) is None


crashing("field-list-empty-crash", EMPTY, "siteRestoreArtifacts []: 500.", _named_empty)
crashing("field-list-null-crash", EMPTY, "siteRestoreArtifacts null: 500.", _named_null)
refusal("field-list-empty-409", EMPTY, "siteRestoreArtifacts []: 409.", "InvalidArtifactRequest", status(409))
refusal(
    "field-list-empty-no-code",
    EMPTY,
    "siteRestoreArtifacts []: an error without code.",
    "InvalidArtifactRequest",
    body({"error": {"message": "The list is empty."}}),
)


@fault("N13", "field-empty-refused")
def empty_refused(service: Service) -> None:
    """No payload: 400."""
    payload = service.payload

    def strict(asked: Asked) -> Json:
        if asked.operation == "create" and not asked.request.body:
            raise Refusal(400, "InvalidArtifactRequest")
        return payload(asked)

    service.payload = strict  # type: ignore[method-assign]
