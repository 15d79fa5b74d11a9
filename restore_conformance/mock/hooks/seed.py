"""What the verbs of this package have in common: the call that they see, the operations by name, several seeds as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from restore_conformance.mock.edits import Json
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

Seed = Callable[[Service], None]
Parse = Callable[[bytes], Json]
GETS = ("get", "get-typed")
LISTS = ("list", "list-typed")
DELETES = ("delete", "delete-typed")
UPDATE = ("update",)
ACTIVATE = ("activate",)
ARTIFACTS = ("list-artifacts",)
GRANULAR = ("list-granular",)
BOTH = (*ARTIFACTS, *GRANULAR)
READING = frozenset({*GETS, *LISTS, *BOTH})
"""The operations by name."""

MALFORMED, UNKNOWN, STATE = "InvalidRestoreSessionId", "RestoreSessionNotFound", "RestoreSessionActionNotAllowed"
PATH, POINT, DIFFERENT = "InvalidPathType", "InvalidRestorePoint", "DifferentRestoreDestinationType"
TWICE, LIMIT, EMPTY = "DuplicateArtifactInList", "RestoreArtifactsLimitBreached", "InvalidArtifactRequest"
PATCH, CROWDED = "InvalidPatchRequest", "TooManyActiveRestoreSessions"
TOKEN, MEDIA = "InvalidAuthenticationToken", "UnsupportedMediaType"
"""The service codes of refusals."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request while a service answers it: `session` is the one it names, None where there is none.

    `proceed` answers it the usual way, and raises the refusal where that is one.
    """

    service: Service
    asked: Asked
    session: Session | None
    proceed: Callable[[], Reply]

    def find(self) -> Session:
        """The session that the request names. Raises Refusal 400 or 404."""
        return self.service.find(self.asked)


Act = Callable[[Call], Reply]
"""How a request is answered another way."""
Do = Callable[[Service, Session, Reply], object]
"""What is done after an operation on a session."""


def seeds(*every: Seed) -> Seed:
    """Several changes of one service, one after the other."""

    def seed(service: Service) -> None:
        for change in every:
            change(service)

    return seed


def crash(reason: str = "seeded") -> NoReturn:
    """The answer of a server that broke: 500 with Graph's envelope."""
    raise Refusal(500, "InternalServerError", f"An error occurred ({reason}).")


def refuse(status: int, code: str, message: str = "") -> NoReturn:
    """A refusal, where an expression is wanted."""
    raise Refusal(status, code, message)


def assign(session: Session, **attributes: object) -> None:
    """Give a session other attributes; what is a function is called with the session."""
    for name, value in attributes.items():
        setattr(session, name, value(session) if callable(value) else value)
