"""Servers that are unusual and keep the contract: what must never be reported.

A variant is one value of one dimension; values of different dimensions compose. Each names the sentence of the documents
that allows it. Those called fair-* were built against a clause, and say which clauses report them without binding; those
called field-* were written without a look at the suite. Importing this package walks through the folder and registers the
rows of every module by its name, which is the order in which they compose: `transport`, which changes bytes, comes last.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable

from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.register import Variant
from restore_conformance.verdicts import UsageError

__all__ = ["VARIANTS", "Variant", "composed", "dimensions", "reported"]


def _registered() -> dict[str, Variant]:
    """The rows of every table by their names."""
    variants: dict[str, Variant] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        for row in getattr(importlib.import_module(f"{__name__}.{module.name}"), "VARIANTS", ()):
            if row.name in variants:
                raise ValueError(f"two variants are called {row.name}")
            variants[row.name] = row
    return variants


VARIANTS = _registered()


def dimensions() -> dict[str, list[str]]:
    """The values of every dimension, by name."""
    names: dict[str, list[str]] = {}
    for variant in VARIANTS.values():
        names.setdefault(variant.dimension, []).append(variant.name)
    return names


def reported(names: Iterable[str]) -> frozenset[str]:
    """The clauses that report a service with these variants, without binding."""
    return frozenset().union(*(VARIANTS[name].reports for name in names))


def composed(names: Iterable[str], service: Service | None = None) -> Service:
    """A service with several variants of different dimensions, applied in the order of registration."""
    service = service or Service()
    wanted = set(names)
    if unknown := sorted(wanted - set(VARIANTS)):
        near = ", ".join(difflib.get_close_matches(unknown[0], VARIANTS, 3, 0.3))
        said = f"near it: {near}" if near else "serve --list names them"
        raise UsageError(f"There is no variant {unknown[0]!r}; {said}.")
    for name, variant in VARIANTS.items():
        if name in wanted:
            variant.seed(service)
    return service
