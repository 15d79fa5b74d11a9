"""Defects that show only when a session is looked at again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from restore_conformance.mock.faults.seeding import fault, on_reply
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

B = "create/read-back."


def _on_get(service: Service, act: Any) -> None:
    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 200:
            act(reply.body)

    on_reply(service, change, "get")


@fault(B + "same-session")
def read_back_other_job_type(service: Service) -> None:
    """Create, get."""
    _on_get(service, lambda body: body.update(restoreJobType="bulk"))


@fault(B + "same-session")
def read_back_other_id(service: Service) -> None:
    """Create, get."""
    _on_get(service, lambda body: body.update(id=body["id"][::-1]))


@fault(B + "found")
def created_but_not_kept(service: Service) -> None:
    """Create, get."""
    service.keep = lambda made: None  # type: ignore[method-assign]


@fault(B + "stays-draft")
def activates_by_itself(service: Service) -> None:
    """Create, get."""
    _on_get(service, lambda body: body.update(status="active"))


@fault(B + "same-counts")
def read_back_total_zero(service: Service) -> None:
    """Create with artifacts, get."""
    _on_get(service, lambda body: body["restoreSessionArtifactCount"].update(total=0))


@fault(B + "draft-deleted")
def draft_not_deleted(service: Service) -> None:
    """Create, delete."""

    def lying(asked: Asked) -> Reply:
        service.find(asked)
        raise Refusal(403, "RestoreSessionActionNotAllowed")

    service.operations["delete"] = (lying, True)


@fault(B + "others-untouched")
def second_create_overwrites(service: Service) -> None:
    """Create, get, create another, get the first again."""
    keep = service.keep

    def lying(made: Session) -> None:
        for name, other in list(service.sessions.items()):
            service.sessions[name] = replace(other, created=made.created, artifacts=made.artifacts)
        keep(made)

    service.keep = lying  # type: ignore[method-assign]


@fault(B + "nothing-of-refused")
def refused_but_kept(service: Service) -> None:
    """List, create with both kinds, list."""
    create = service.operations["create"][0]

    def lying(asked: Asked) -> Reply:
        try:
            return create(asked)
        except Refusal:
            from restore_conformance.mock.session import open_session

            service.keep(open_session("standard", [], asked.caller))
            raise

    service.operations["create"] = (lying, True)
