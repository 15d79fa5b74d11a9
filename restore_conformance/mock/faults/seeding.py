"""How a defect is seeded: the register of faults, and the places where one can change a service."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from restore_conformance.mock import life, rules
from restore_conformance.mock.faults.aliases import ALIASES
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply
from restore_conformance.verdicts import UsageError

Change = Callable[[dict[str, Any], Asked], None]
Seed = Callable[[Service], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One defect. `blames` is the address of the clause it breaks; `shows` the least interaction that shows it.

    `newer` says that it shows only by a member that the pinned edition does not have.
    """

    name: str
    blames: str
    shows: str
    seed: Seed
    newer: bool = False


FAULTS: dict[str, Fault] = {}


def fault(blames: str, name: str = "", *, newer: bool = False) -> Callable[[Seed], Seed]:
    """Register a defect under its function's name, or another; the docstring is the least interaction."""

    def add(seed: Seed) -> Seed:
        called = name or seed.__name__.replace("_", "-")
        if called in FAULTS or called in ALIASES:
            raise ValueError(f"two faults are called {called}")
        FAULTS[called] = Fault(called, blames, (seed.__doc__ or "").strip(), seed, newer)
        return seed

    return add


def made(name: str, blames: str, shows: str, seed: Seed, *, newer: bool = False) -> None:
    """Register a defect that needs no function of its own."""
    seed.__doc__ = shows
    fault(blames, name, newer=newer)(seed)


def seeded(name: str, service: Service | None = None) -> Service:
    """A service with the defect of that name, or of the one it is another name of. Raises UsageError with near ones."""
    name = ALIASES.get(name, name)
    if name not in FAULTS:
        import difflib

        near = ", ".join(difflib.get_close_matches(name, FAULTS, 3, 0.3)) or "see serve --list"
        raise UsageError(f"There is no fault {name!r}; near it: {near}.")
    service = service or Service()
    FAULTS[name].seed(service)
    return service


# ---------------------------------------------------------------- places


def kind_of(payload: Any) -> str:
    """What a create payload asks for, as a fault sees it: standard, granular or empty."""
    if isinstance(payload, dict):
        if payload.get(rules.GRANULAR):
            return "granular"
        if payload.get(rules.SITE):
            return "standard"
    return "empty"


def count_of(payload: Any) -> int:
    """How many artifacts a create payload names."""
    if not isinstance(payload, dict):
        return 0
    return sum(len(payload.get(name) or []) for name in (rules.SITE, rules.GRANULAR))


def on_created(service: Service, change: Change, kinds: Iterable[str] = ("standard", "granular", "empty")) -> None:
    """Change the JSON of the answer to a create that succeeds; what is kept stays as it is."""
    wanted = set(kinds)
    create = service.operations["create"][0]

    def lying(asked: Asked) -> Reply:
        reply = create(asked)
        if reply.status == 201 and kind_of(asked.payload) in wanted:
            change(reply.body, asked)
        return reply

    service.operations["create"] = (lying, True)


def on_reply(service: Service, change: Callable[[Reply, Asked], None], operation: str = "create") -> None:
    """Change any answer of an operation, refusals included."""
    answer = service.answer

    def lying(asked: Asked) -> Reply:
        reply = answer(asked)
        if asked.operation == operation:
            change(reply, asked)
        return reply

    service.answer = lying  # type: ignore[method-assign]


def on_refusal(service: Service, code: str, change: Callable[[Reply], None]) -> None:
    """Change the answer wherever a create is refused with this service code."""

    def alter(reply: Reply, asked: Asked) -> None:
        if isinstance(reply.body, dict) and reply.body.get("error", {}).get("code") == code:
            change(reply)

    on_reply(service, alter)


def updating(service: Service, act: Any) -> None:
    """`act(found, payload, update)` answers a change instead of the service; unreadable payloads are refused as usual."""

    def lying(asked: Asked) -> Reply:
        found = service.draft(asked)
        return Reply(200, act(found, service.changes(asked), life.update))

    service.operations["update"] = (lying, True)


def before_create(service: Service, act: Callable[[Asked, Any], None]) -> None:
    """Do something with the payload before any rule is asked; raise Refusal or any error to misbehave."""
    check = service.check

    def lying(payload: dict[str, Any]) -> None:
        act(Asked(None), payload)  # type: ignore[arg-type]
        check(payload)

    service.check = lying  # type: ignore[method-assign]


def crash(reason: str = "seeded") -> Reply:
    """The answer of a server that broke: 500 with Graph's envelope."""
    raise Refusal(500, "InternalServerError", f"An error occurred ({reason}).")


def without(service: Service, rule: str) -> None:
    """Do not ask a rule."""
    service.create_rules.pop(rule)


def replaced(service: Service, rule: str, by: rules.Rule) -> None:
    """Ask another rule in its place."""
    service.create_rules[rule] = by


def sites(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The full-site artifacts of a payload that are objects."""
    value = payload.get(rules.SITE)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def items(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The granular artifacts of a payload that are objects."""
    value = payload.get(rules.GRANULAR)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
