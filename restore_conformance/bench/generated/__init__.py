"""Servers that the documents imply: every member of every response, every response, and every refusal changed.

What the documents exclude makes a fault, what they admit a variant: `members` goes through what is shown,
`responses` through statuses, bodies and headers, `refusals` through errors. Where a row of the mock's own tables is the
same server, `same` has both names. Knows no clause.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from restore_conformance.bench.generated import members, refusals, responses
from restore_conformance.bench.generated.same import SAME
from restore_conformance.mock.faults import ALIASES, FAULTS, Fault, seeded
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants import VARIANTS, Variant, composed

__all__ = ["SAME", "fault", "faults", "variants", "with_fault", "with_variants"]


@functools.cache
def faults() -> Mapping[str, Fault]:
    """What the documents exclude, by name: `get:status:number`, `get:RestoreSessionNotFound:body-list`."""
    rows = [
        Fault(f"{operation}:{name}", f"page:{operation}", f"{operation}: {name}.", seed)
        for operation, name, seed in (*members.faults(), *responses.faults(), *refusals.faults())
    ]
    return MappingProxyType({row.name: row for row in rows if row.name not in SAME})


@functools.cache
def variants() -> Mapping[str, Variant]:
    """What the documents admit, by name: `get:createdBy:missing`, and where that is so for every second object only."""
    rows = [
        Variant(f"{operation}:{name}", f"{operation}-answer", "no schema requires it, or it is the same value", seed)
        for operation, name, seed in (*members.variants(), *responses.variants(), *refusals.variants())
    ]
    return MappingProxyType({row.name: row for row in rows if row.name not in SAME})


def fault(name: str) -> Fault | None:
    """The fault of that name, a row of the mock's own tables or generated; None where there is none."""
    name = SAME.get(name, name)
    return FAULTS.get(ALIASES.get(name, name)) or faults().get(name)


def with_fault(name: str, service: Service | None = None) -> Service:
    """A service with the fault of that name. Raises UsageError with near names."""
    row = fault(name)
    if row is None:
        return seeded(name)
    service = service or Service()
    row.seed(service)
    return service


def with_variants(names: Iterable[str], service: Service | None = None) -> Service:
    """A service with the variants of those names, first those of the mock's own. Raises UsageError with near names."""
    names = [SAME.get(name, name) for name in names]
    others = [name for name in names if name not in VARIANTS and name in variants()]
    service = composed([name for name in names if name not in others], service)
    for name in others:
        variants()[name].seed(service)
    return service
