"""What the verbs of this package have in common: the types, the operations by name, several seeds as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from restore_conformance.mock.edits import Json
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Seed = Callable[[Service], None]
Right = Callable[[], Reply]
Parse = Callable[[bytes], Json]
Keep = Callable[[Session], None]
Read = Callable[[Service, Asked], Json]
Act = Callable[[Service, Asked, Session | None, Right], Reply]
GETS = ("get", "get-typed")
LISTS = ("list", "list-typed")
DELETES = ("delete", "delete-typed")
ARTIFACTS = ("list-artifacts",)
GRANULAR = ("list-granular",)
BOTH = (*ARTIFACTS, *GRANULAR)
READING = frozenset({*GETS, *LISTS, *BOTH})


def seeds(*every: Seed) -> Seed:
    """Several changes of one service, one after the other."""

    def seed(service: Service) -> None:
        for one in every:
            one(service)

    return seed


def crash(reason: str = "seeded") -> NoReturn:
    """The answer of a server that broke: 500 with Graph's envelope."""
    raise Refusal(500, "InternalServerError", f"An error occurred ({reason}).")
