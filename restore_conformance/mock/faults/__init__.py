"""Servers with one seeded defect each, which prove that the tests detect it.

A fault is a row of a table. The tables stand where the tests of their clauses stand: `faults/get/response.py` beside
`tests/get/test_response.py`. Importing this package walks through the folder and registers the rows of every module.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace

from restore_conformance.mock.faults.aliases import ALIASES
from restore_conformance.mock.faults.register import Fault
from restore_conformance.mock.service import Service
from restore_conformance.verdicts import UsageError

__all__ = ["ALIASES", "FAULTS", "Fault", "seeded", "tables"]


def tables() -> Iterator[tuple[str, list[Fault]]]:
    """Every table: its place below this package, "get/response", and its rows."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        rows = getattr(importlib.import_module(module.name), "FAULTS", None)
        if rows is not None and not module.ispkg:
            yield module.name.removeprefix(f"{__name__}.").replace(".", "/").replace("_", "-"), [*rows]


def _registered() -> dict[str, Fault]:
    """The rows of every table by their names, with the whole address of the clause in each."""
    faults: dict[str, Fault] = {}
    for place, rows in tables():
        for row in rows:
            if row.name in faults or row.name in ALIASES:
                raise ValueError(f"two faults are called {row.name}")
            faults[row.name] = replace(row, breaks=place + row.breaks) if row.breaks.startswith(".") else row
    return faults


FAULTS = _registered()


def seeded(name: str, service: Service | None = None) -> Service:
    """A service with the defect of that name, or of the one it is another name of. Raises UsageError with near ones."""
    name = ALIASES.get(name, name)
    if name not in FAULTS:
        near = ", ".join(difflib.get_close_matches(name, FAULTS, 3, 0.3))
        said = f"near it: {near}" if near else "serve --list names them"
        raise UsageError(f"There is no fault {name!r}; {said}.")
    service = service or Service()
    FAULTS[name].seed(service)
    return service
