"""The register: every clause as data, joined to the function that judges it.

The address is the identity: `create/request-body.exclusive-artifacts` is the table
`[request-body.exclusive-artifacts]` of `schemas/create/clauses.toml` and the function
`test_exclusive_artifacts` of `tests/create/test_request_body.py`. Knows no target and no generator.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from restore_conformance.contract import places
from restore_conformance.contract.documents import Documents, pinned
from restore_conformance.verdicts import Level, UsageError

Judgement = Callable[[Any], Any]
_J = TypeVar("_J", bound=Judgement)


@dataclass(frozen=True, slots=True)
class When:
    """To which exchanges a clause applies: tags they must all carry, one of which they must, none of which they may.

    Tags come from the recogniser (what was sent) and from the answer: "201", "4xx", "object", "envelope", …
    """

    every: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()

    def matches(self, tags: frozenset[str]) -> bool:
        return (
            self.every <= tags and (not self.either or not self.either.isdisjoint(tags)) and self.none.isdisjoint(tags)
        )

    def __and__(self, other: When) -> When:
        if self.either and other.either:
            raise ValueError("two choices cannot be joined")
        return When(self.every | other.every, self.either | other.either, self.none | other.none)


def sent(*tags: str) -> When:
    """Requests that carry all these tags."""
    return When(every=frozenset(tags))


def sent_any(*tags: str) -> When:
    """Requests that carry at least one of these tags."""
    return When(either=frozenset(tags))


def without(*tags: str) -> When:
    """Requests that carry none of these tags."""
    return When(none=frozenset(tags))


def valid(*kinds: str) -> When:
    """Create requests of one of these kinds that keep every documented rule."""
    return When(every=frozenset({"create", "valid"}), either=frozenset(kinds))


def sole(*defects: str) -> When:
    """Create requests that break exactly one rule, one of these."""
    return When(every=frozenset({"create"}), either=frozenset(f"sole:{defect}" for defect in defects))


def answered(*tags: str) -> When:
    """Exchanges whose answer carries all these tags: "201", "4xx", "object", "envelope"."""
    return When(every=frozenset(tags))


def created(*kinds: str) -> When:
    """Create requests without defects of these kinds (any, if none is named) that were answered 201 with an object."""
    return When(every=frozenset({"create", "clean", "201", "object"}), either=frozenset(kinds))


def session(*phases: str) -> When:
    """Requests about a session in one of these phases: "draft", "started", "gone", "unknown", "unsure"."""
    return When(either=frozenset(f"session:{phase}" for phase in phases))


def since(*causes: str) -> When:
    """Readings of a session to which all of this was done since they last agreed: "added", "other:deleted"."""
    return When(every=frozenset(f"since:{cause}" for cause in causes))


trusted = without(
    *(
        f"caller:{kind}"
        for kind in ("none", "malformed", "altered", "expired", "no-permission", "read-only", "personal")
    )
)
"""Requests of a caller that may do what it asks for, as far as anybody knows."""


def clause(when: When) -> Callable[[_J], _J]:
    """Mark a function as the judgement of the clause with its address.

    Its parameters say what it looks at: `exchange`, or `exchange` and what was `known` before it. It raises
    Deviation, or returns the reading it saw (a key of interpretations.toml, or None).
    """

    def mark(function: _J) -> _J:
        function.__when__ = when  # type: ignore[attr-defined]
        return function

    return mark


@dataclass(frozen=True, slots=True)
class Clause:
    """One testable requirement. The fields are those of `clauses.toml`; see CONTRIBUTING.md.

    Three fields keep one defect from being reported ten times. `needs`: where one of these is broken by the same
    exchange, this clause is not judged on it. `after`: where one of these is broken by the same answer, this
    finding is listed under that one. `follows`: the same, whatever the answer. And a `general` clause that is
    broken in one place only is reported under the clause about that place.

    A run without a verdict on each `essential` clause has not judged the contract. One that is `alone` needs a target
    that nobody else uses; `live` is the one further look of a live run that shows it. `because` defends the level: the
    sentence, table cell or printed example behind a *must*, or the reading that keeps a clause from being one.
    """

    address: str
    level: Level
    says: str
    heading: str
    statements: tuple[str, ...] = ()
    fingerprint: str = ""
    source: str = ""
    row: str = ""
    since: str = ""
    reading: str = ""
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    general: bool = False
    essential: bool = False
    alone: bool = False
    live: str = ""
    because: str = ""
    fault: str = ""
    untested: str = ""
    judge: Judgement | None = None
    when: When = When()
    stateful: bool = False
    test: str = ""

    @property
    def operation(self) -> str:
        return self.address.split("/")[0]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A place where the documents contradict themselves, and the readings a fair reader could hold."""

    key: str
    conflict: str
    sources: tuple[str, ...]
    readings: Mapping[str, str]
    default: str

    @property
    def allowed(self) -> frozenset[str]:
        """The readings accepted unless the user narrows them."""
        return frozenset(self.readings) if self.default in {"open", "either"} else frozenset({self.default})


@dataclass(frozen=True, slots=True)
class Register:
    """All clauses in the order of their pages, and all interpretations."""

    clauses: tuple[Clause, ...]
    interpretations: Mapping[str, Interpretation]

    def __getitem__(self, address: str) -> Clause:
        for clause in self.clauses:
            if clause.address == address:
                return clause
        raise KeyError(address)

    def within(self, operations: set[str]) -> Register:
        """The clauses of some operations only."""
        return replace(self, clauses=tuple(c for c in self.clauses if c.operation in operations))

    def only(self, addresses: Collection[str]) -> Register:
        """Some clauses alone."""
        return replace(self, clauses=tuple(clause for clause in self.clauses if clause.address in addresses))


_FIELDS = {field.name for field in fields(Clause)} - {"address", "judge", "when", "stateful", "test"}


def load(documents: Documents | None = None, tests: Path | None = None, operations: set[str] | None = None) -> Register:
    """Read the register and join clauses to their tests; the one that ships is read once.

    Raises UsageError naming every clause without a test, every test without a clause, and every table that
    cannot be a clause.
    """
    if documents is None and tests is None and operations is None:
        return _shipped()
    return _load(documents or pinned(), tests or places.CLAUSE_TESTS, operations)


@functools.lru_cache(maxsize=1)
def _shipped() -> Register:
    return _load(pinned(), places.CLAUSE_TESTS, None)


def _load(documents: Documents, tests: Path, operations: set[str] | None) -> Register:
    interpretations = _interpretations(documents)
    clauses: list[Clause] = []
    complaints: list[str] = []
    for path in sorted(documents.root.glob("*/clauses.toml"), key=_page_order):
        operation = path.parent.name
        if operations is not None and operation not in operations:
            continue
        judgements = _judgements(tests / operation, operation)
        for heading, table in documents.toml(f"{operation}/clauses.toml").items():
            for name, row in table.items():
                address = f"{operation}/{heading}.{name}"
                clause = _clause(address, row, complaints)
                if clause is None:
                    continue
                if clause.reading and clause.reading not in interpretations:
                    complaints.append(f"{address} names the reading {clause.reading}, which interpretations.toml lacks")
                clauses.append(_joined(clause, judgements, complaints))
        for address, (_, where) in judgements.items():
            complaints.append(f"{where} judges {address}, which schemas/{operation}/clauses.toml lacks")
    known = {c.address for c in clauses}
    for clause in clauses:
        if operations is None:
            complaints += [
                f"{clause.address} needs {n}, which is not a clause"
                for n in (*clause.needs, *clause.after, *clause.follows)
                if n not in known
            ]
    if complaints:
        raise UsageError("The register does not hold together: " + "; ".join(complaints) + ".")
    return Register(tuple(clauses), interpretations)


_PAGES = ["create", "get", "list", "update", "delete", "activate", "list-artifacts"]


def _page_order(path: Path) -> tuple[int, str]:
    name = path.parent.name
    return (_PAGES.index(name) if name in _PAGES else len(_PAGES), name)


def _interpretations(documents: Documents) -> dict[str, Interpretation]:
    interpretations = {}
    for key, entry in documents.toml("interpretations.toml").items():
        interpretations[key] = Interpretation(
            key, entry["conflict"], tuple(entry["sources"]), entry["readings"], entry["default"]
        )
    return interpretations


def _clause(address: str, table: Mapping[str, Any], complaints: list[str]) -> Clause | None:
    if unknown := sorted(set(table) - _FIELDS):
        complaints.append(f"{address} has the unknown field {unknown[0]}")
        return None
    try:
        needed = {"level": Level(table["level"]), "says": table["says"], "heading": table["heading"]}
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
        return Clause(address=address, **{**given, **needed})
    except (KeyError, ValueError) as error:
        complaints.append(f"{address} lacks a field or has a wrong level: {error}")
        return None


def _joined(clause: Clause, judgements: dict[str, tuple[Judgement, str]], complaints: list[str]) -> Clause:
    function, where = judgements.pop(clause.address, (None, ""))
    if function is None:
        if not clause.untested:
            complaints.append(f"{clause.address} has neither a test nor a reason under untested")
        return clause
    if clause.untested:
        complaints.append(f"{clause.address} is marked untested and has a test")
    takes = tuple(inspect.signature(function).parameters)
    if takes not in _TAKES:
        complaints.append(
            f"{where} takes {' and '.join(takes) or 'nothing'}; a judgement takes exchange, or exchange and known"
        )
    stateful = takes == ("exchange", "known")
    when = function.__when__  # type: ignore[attr-defined]
    if stateful:
        when = when & sent(f"asked:{clause.operation}")  # what a clause is about was asked for, if not by this request
        return replace(clause, judge=_with_known(function, clause.needs), when=when, stateful=True, test=where)
    when = when & sent(clause.operation)  # a clause is about its own operation, wherever its text was copied from
    return replace(clause, judge=function, when=when, test=where)


_TAKES = frozenset({("exchange",), ("exchange", "known")})


def _with_known(function: Callable[..., Any], needs: tuple[str, ...]) -> Judgement:
    """A judgement of an exchange that is given what was known before it, less sessions that break what it needs."""
    return functools.wraps(function)(lambda exchange: function(exchange, exchange.known.besides(needs)))


def _judgements(folder: Path, operation: str) -> dict[str, tuple[Judgement, str]]:
    judgements = {}
    for path in sorted(folder.glob("test_*.py")):
        module = _module(path, operation)
        heading = path.stem.removeprefix("test_").replace("_", "-")
        for name, function in vars(module).items():
            if name.startswith("test_") and hasattr(function, "__when__"):
                address = f"{operation}/{heading}.{name.removeprefix('test_').replace('_', '-')}"
                judgements[address] = (function, f"tests/{operation}/{path.name}::{name}")
    return judgements


def _module(path: Path, operation: str) -> ModuleType:
    name = f"_restore_conformance_clauses.{operation.replace('-', '_')}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path.name} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (SyntaxError, ImportError) as error:
        raise UsageError(f"tests/{operation}/{path.name} cannot be imported: {error}.") from None
    return module
