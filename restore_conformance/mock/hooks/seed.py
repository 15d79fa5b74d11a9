"""What the hooks have in common: the call that they see, operations and service codes by name, several seeds as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from restore_conformance.mock.edits import Json
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal

Seed = Callable[[Service], None]
Parser = Callable[[bytes], Json]
GETS = ("get", "get-typed")
LISTS = ("list", "list-typed")
DELETES = ("delete", "delete-typed")
UPDATE = ("update",)
ACTIVATE = ("activate",)
LIST_ARTIFACTS = ("list-artifacts",)
LIST_GRANULAR = ("list-granular",)
ARTIFACT_READS = (*LIST_ARTIFACTS, *LIST_GRANULAR)
READS = frozenset({*GETS, *LISTS, *ARTIFACT_READS})
"""The operations by name."""

INVALID_SESSION_ID = "InvalidRestoreSessionId"
SESSION_NOT_FOUND = "RestoreSessionNotFound"
ACTION_NOT_ALLOWED = "RestoreSessionActionNotAllowed"
INVALID_PATH_TYPE = "InvalidPathType"
INVALID_RESTORE_POINT = "InvalidRestorePoint"
DIFFERENT_DESTINATION = "DifferentRestoreDestinationType"
DUPLICATE_ARTIFACT = "DuplicateArtifactInList"
ARTIFACTS_LIMIT = "RestoreArtifactsLimitBreached"
INVALID_ARTIFACT_REQUEST = "InvalidArtifactRequest"
INVALID_PATCH = "InvalidPatchRequest"
TOO_MANY_ACTIVE = "TooManyActiveRestoreSessions"
UNAUTHENTICATED = "InvalidAuthenticationToken"
UNSUPPORTED_MEDIA_TYPE = "UnsupportedMediaType"
"""The service codes of refusals."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request while a service answers it: `session` is the one it names, None where there is none.

    `proceed` answers it the usual way, and raises the refusal where that is one.
    """

    service: Service
    request: ParsedRequest
    session: Session | None
    proceed: Callable[[], JsonResponse]

    def find(self) -> Session:
        """The session that the request names. Raises Refusal 400 or 404."""
        return self.service.find(self.request)


Handler = Callable[[Call], JsonResponse]
"""How a request is answered another way."""
AfterOperation = Callable[[Service, Session, JsonResponse], object]
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
