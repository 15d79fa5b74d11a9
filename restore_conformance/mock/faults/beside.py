"""Defects that show only beside another session, after a draft was changed, or where a rule is the only one that leaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules, session
from restore_conformance.mock.faults.seeding import (
    before_create,
    count_of,
    fault,
    made,
    on_created,
    on_reply,
    sites,
    updating,
)
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

DELTA = f"{rules.SITE}@delta"
Json = dict[str, Any]


def _newest(service: Service) -> Session:
    return list(service.sessions.values())[-1]


@fault("update/response.added")
def update_goes_to_the_newest(service: Service) -> None:
    """Create two sessions, add an artifact to the first, list its artifacts."""
    updating(service, lambda found, payload, update: {**update(_newest(service), payload), "id": found.id})


@fault("update/response.added")
def update_kept_for_the_newest_only(service: Service) -> None:
    """Create two sessions, add an artifact to the first, list its artifacts."""

    def change(found: Session, payload: Json, update: Any) -> Any:
        before = list(found.artifacts)
        shown = update(found, payload)
        if found is not _newest(service):
            found.artifacts = before
        return shown

    updating(service, change)


def _answering(name: str, shows: str, change: Callable[[Reply], None]) -> None:
    def seed(service: Service) -> None:
        def lying(reply: Reply, asked: Asked) -> None:
            if reply.status == 200:
                change(reply)

        on_reply(service, lying, "update")

    made(name, "update/response.object", shows, seed)


_answering("update-answers-a-collection", "Add an artifact.", lambda r: setattr(r, "body", {"value": [r.body]}))
_answering("update-answers-nothing-of-it", "Add an artifact.", lambda r: setattr(r, "body", {}))
_answering("update-names-another-session", "Add an artifact.", lambda r: r.body.update(id=r.body["id"][::-1]))


@fault("update/response.added-ids")
def update_answers_other_ids(service: Service) -> None:
    """Add an artifact, list the artifacts."""

    def change(reply: Reply, asked: Asked) -> None:
        for one in (reply.body or {}).get(DELTA) or ():
            if "@removed" not in one:
                one["id"] = one["id"][::-1]

    on_reply(service, change, "update")


@fault("get/response.agrees-with-create")
def update_moves_the_creation_time(service: Service) -> None:
    """Create, add an artifact, get."""

    def change(found: Session, payload: Json, update: Any) -> Any:
        shown = update(found, payload)
        found.created = session.now()
        return shown

    updating(service, change)


@fault("create/read-back.same-session")
def filling_makes_it_granular(service: Service) -> None:
    """Create an empty session, add an artifact, get."""
    get = service.get
    filled: set[str] = set()

    def change(found: Session, payload: Json, update: Any) -> Any:
        if not found.artifacts:
            filled.add(found.id)
        return update(found, payload)

    def lying(asked: Asked) -> Reply:
        reply = get(asked)
        if reply.body["id"] in filled:
            reply.body["restoreJobType"] = "unknownFutureValue"
        return reply

    updating(service, change)
    service.operations["get"] = (lying, False)


@fault("update/request-body.additions")
def empty_session_never_filled(service: Service) -> None:
    """Create an empty session, add an artifact."""

    def change(found: Session, payload: Json, update: Any) -> Any:
        if not found.artifacts:
            raise Refusal(400, "InvalidPatchRequest", "There is nothing to change.")
        return update(found, payload)

    updating(service, change)


@fault("update/errors.malformed-json")
def update_broken_json_accepted(service: Service) -> None:
    """Change with JSON that is cut short."""

    def lying(asked: Asked) -> Reply:
        found = service.draft(asked)
        try:
            return update(asked)
        except Refusal as refusal:
            if refusal.message != "The payload is no JSON.":
                raise
            return Reply(200, {"id": found.id, DELTA: []})

    update = service.update
    service.operations["update"] = (lying, True)


@fault("list-artifacts/response.every-artifact")
def artifacts_of_the_newest(service: Service) -> None:
    """Create two sessions, list the artifacts of the first."""

    def lying(asked: Asked) -> Reply:
        service.find(asked)
        shown = [dict(one) for one in _newest(service).artifacts]
        return Reply(200, {"@odata.context": f"{session.CONTEXT}{rules.SITE}", "value": shown})

    service.operations["list-artifacts"] = (lying, False)


@fault("list-artifacts/response.every-artifact")
def artifacts_kept_by_their_number(service: Service) -> None:
    """Create two sessions with as many artifacts each, list those of the first."""
    latest: dict[tuple[str, int], Session] = {}
    keep = service.keep

    def keeping(made: Session) -> None:
        keep(made)
        latest[made.kind, len(made.artifacts)] = made

    def lying(asked: Asked) -> Reply:
        found = service.find(asked)
        shown = [dict(one) for one in latest.get((found.kind, len(found.artifacts)), found).artifacts]
        return Reply(200, {"@odata.context": f"{session.CONTEXT}{rules.SITE}", "value": shown})

    service.keep = keeping  # type: ignore[method-assign]
    service.operations["list-artifacts"] = (lying, False)


@fault("list/response.complete")
def list_lacks_empty_sessions(service: Service) -> None:
    """Create an empty session, list."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 200:
            reply.body["value"] = [one for one in reply.body["value"] if one["restoreSessionArtifactCount"]["total"]]

    on_reply(service, change, "list")


@fault("list/response.items")
def list_types_by_number(service: Service) -> None:
    """Create, list."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 200:
            reply.body["value"] = [{**one, "@odata.type": 3} for one in reply.body["value"]]

    on_reply(service, change, "list")


@fault("create/request-body.collection-form")
def one_artifact_for_a_list(service: Service) -> None:
    """Create with one artifact in place of the list."""
    parse = service.parse

    def lying(body: bytes) -> Json:
        payload = parse(body)
        for name in (rules.SITE, rules.GRANULAR):
            if isinstance(payload.get(name), dict) and payload[name]:
                payload[name] = [payload[name]]
        return payload

    service.parse = lying  # type: ignore[method-assign]


def _leaking(code: str) -> Callable[[Service], None]:
    """Refuse as ever, and keep a session all the same."""

    def seed(service: Service) -> None:
        def change(reply: Reply, asked: Asked) -> None:
            if reply.status >= 400 and reply.body["error"]["code"] == code:
                service.keep(session.open_session("standard", [], "good"))

        on_reply(service, change)

    return seed


for _code, _name in (
    ("RestoreArtifactsLimitBreached", "limit"),
    ("DifferentRestoreDestinationType", "different-destination"),
    ("UnsupportedMediaType", "media-type"),
    ("InvalidAuthenticationToken", "token"),
):
    made(f"refused-{_name}-but-kept", "create/read-back.nothing-of-refused", "List, send it, list.", _leaking(_code))


def _counted(number: int, kind: str, change: Callable[[Json], None]) -> Callable[[Service], None]:
    def seed(service: Service) -> None:
        def lying(body: Json, asked: Asked) -> None:
            if count_of(asked.payload) == number:
                change(body)

        on_created(service, lying, [kind])

    return seed


def _total(value: int) -> Callable[[Json], None]:
    return lambda body: body["restoreSessionArtifactCount"].update(total=value)


for _number in (23, 31, 14):
    made(
        f"granular-{_number}-typed-standard", "create/introduction.granular-job-type",
        f"Create with {_number} granular artifacts.",
        _counted(_number, "granular", lambda body: body.update(restoreJobType="standard")),
    )  # fmt: skip
for _number in (28, 39, 41):
    made(
        f"sites-{_number}-counted-one-less", "create/response.counts-total", f"Create with {_number} sites.",
        _counted(_number, "standard", _total(_number - 1)),
    )  # fmt: skip


@fault("create/response.created")
def sites_34_crash(service: Service) -> None:
    """Create with 34 sites."""

    def act(_: Asked, payload: Any) -> None:
        if len(sites(payload)) == 34:
            raise Refusal(500, "InternalServerError")

    before_create(service, act)


@fault("create/response.counts-total")
def falling_ids_counted_once(service: Service) -> None:
    """Create with three or more sites whose ids fall."""

    def change(body: Json, asked: Asked) -> None:
        ids = [one["restorePoint"]["id"] for one in asked.payload.get(rules.SITE) or ()]
        if len(ids) > 2 and ids == sorted(ids, reverse=True):
            body["restoreSessionArtifactCount"]["total"] = 1

    on_created(service, change, ["standard"])


@fault("get/response.same-for-all")
def created_by_whoever_reads(service: Service) -> None:
    """Create, get as somebody who may only read."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 200 and asked.caller != "good":
            reply.body["createdBy"] = {"user": {"id": f"user-{asked.caller}", "displayName": None}}

    on_reply(service, change, "get")
