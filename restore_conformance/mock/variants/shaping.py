"""How an odd server is made: the register of variants, and how several compose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from restore_conformance.mock.service import Service
from restore_conformance.verdicts import UsageError

Seed = Callable[[Service], None]


@dataclass(frozen=True, slots=True)
class Variant:
    """One value of one dimension; `allowed` says by which statement of the documents.

    `reports` are clauses that report it without binding: what a *should* is for.
    """

    name: str
    dimension: str
    allowed: str
    seed: Seed
    reports: frozenset[str] = frozenset()


VARIANTS: dict[str, Variant] = {}


def variant(dimension: str, name: str = "", *, reports: Iterable[str] = ()) -> Callable[[Seed], Seed]:
    """Register a value of a dimension under its function's name, or another; the docstring says what allows it."""

    def add(seed: Seed) -> Seed:
        called = name or seed.__name__.replace("_", "-")
        if called in VARIANTS:
            raise ValueError(f"two variants are called {called}")
        VARIANTS[called] = Variant(called, dimension, (seed.__doc__ or "").strip(), seed, frozenset(reports))
        return seed

    return add


def dimensions() -> dict[str, list[str]]:
    """The values of every dimension, by name."""
    found: dict[str, list[str]] = {}
    for one in VARIANTS.values():
        found.setdefault(one.dimension, []).append(one.name)
    return found


def reported(names: Iterable[str]) -> frozenset[str]:
    """The clauses that report a service with these variants, without binding."""
    return frozenset().union(*(VARIANTS[name].reports for name in names))


def shaped(name: str, service: Service | None = None) -> Service:
    """A service with one variant, or several joined by "+". Raises UsageError for a name that is none."""
    return composed(name.split("+"), service)


def composed(names: Iterable[str], service: Service | None = None) -> Service:
    """A service with several variants of different dimensions, applied in the order of registration."""
    service = service or Service()
    wanted = set(names)
    if unknown := sorted(wanted - set(VARIANTS)):
        import difflib

        near = ", ".join(difflib.get_close_matches(unknown[0], VARIANTS, 3, 0.3)) or "see serve --list"
        raise UsageError(f"There is no variant {unknown[0]!r}; near it: {near}.")
    for name, one in VARIANTS.items():
        if name in wanted:
            one.seed(service)
    return service
