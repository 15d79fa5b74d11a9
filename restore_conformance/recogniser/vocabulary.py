"""The names a request may use, as the contract declares them, and the forms of its ids.

Takes them out of the documents; looks at no request and says nothing of what breaks a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from restore_conformance.contract.documents import Documents
from restore_conformance.contract.workload import (
    GRANULAR,
    GRANULAR_TYPE,
    SESSION_TYPE,
    STANDARD,
    STANDARD_TYPE,
    type_file,
)

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
NIL = "00000000-0000-0000-0000-000000000000"
ITEM = re.compile(rf"{GUID.pattern}(?:,{GUID.pattern}){{1,3}}", re.IGNORECASE)
BROWSE = re.compile(r"[A-Za-z0-9_-]+=*")
LIMIT = 50
"""Artifacts that a change may name; whether a create is bound by it, the documents do not say alike."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What may be named. `…_may` are the members a request may send; the others are all that a type declares.

    `folded` are the destinations in lower case; `sentinel` stands among them for members that are yet to come.
    `points` are the ids of restore points that exist, in small letters, and `items` those of items; none of a kind
    where nobody said which.
    """

    destinations: frozenset[str]
    sentinel: str
    folded: frozenset[str]
    session: frozenset[str]
    site: frozenset[str]
    granular: frozenset[str]
    point: frozenset[str]
    session_may: frozenset[str]
    site_may: frozenset[str]
    granular_may: frozenset[str]
    points: frozenset[str]
    items: frozenset[str]


def vocabulary_of(documents: Documents, known: Iterable[str] | None) -> Vocabulary:
    """The names that the documents declare, with the ids that exist."""
    destination = documents.json("types/destinationType.json")
    destinations = frozenset(destination["enum"])
    request = documents.json("create/request.json")["properties"]
    named = frozenset(known or ())
    points = frozenset(name for name in named if GUID.fullmatch(name))
    return Vocabulary(
        destinations=destinations,
        sentinel=destination["x-enum-sentinel"],
        folded=frozenset(value.lower() for value in destinations),
        session=frozenset(documents.members(type_file(SESSION_TYPE))),
        site=frozenset(documents.members(type_file(STANDARD_TYPE))),
        granular=frozenset(documents.members(type_file(GRANULAR_TYPE))),
        point=frozenset(documents.members("types/restorePoint.json")),
        session_may=frozenset(request),
        site_may=frozenset(request[STANDARD]["items"]["properties"]),
        granular_may=frozenset(request[GRANULAR]["items"]["properties"]),
        points=frozenset(name.lower() for name in points),
        items=named - points,
    )
