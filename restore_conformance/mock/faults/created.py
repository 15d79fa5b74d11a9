"""Defects in the answer to a create that succeeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from restore_conformance.mock.faults.seeding import count_of, fault, kind_of, on_created, on_reply
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Refusal, Reply

R = "create/response."
INTRO = "create/introduction."
COUNTS = "restoreSessionArtifactCount"


@fault(R + "created")
def standard_answered_200(service: Service) -> None:
    """One standard create."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201 and kind_of(asked.payload) == "standard":
            reply.status = 200

    on_reply(service, change)


@fault(R + "created")
def seventeen_artifacts_refused(service: Service) -> None:
    """A standard create with exactly 17 artifacts."""
    _refuse(service, lambda payload: kind_of(payload) == "standard" and count_of(payload) == 17)


@fault(R + "created")
def capital_guids_refused(service: Service) -> None:
    """A standard create whose restore point is written in capitals."""
    _refuse(
        service,
        lambda payload: any(_point(e) != _point(e).lower() for e in payload.get("siteRestoreArtifacts") or []),
    )


@fault(R + "created")
def new_destination_refused(service: Service) -> None:
    """A standard create that restores to a new place."""
    _refuse(
        service,
        lambda payload: any(e.get("destinationType") == "new" for e in payload.get("siteRestoreArtifacts") or []),
    )


def _point(element: Any) -> str:
    point = element.get("restorePoint") if isinstance(element, dict) else None
    return str(point.get("id", "")) if isinstance(point, dict) else ""


def _refuse(service: Service, when: Any, status: int = 400, code: str = "BadRequest") -> None:
    check = service.check

    def lying(payload: dict[str, Any]) -> None:
        check(payload)
        if when(payload):
            raise Refusal(status, code)

    service.check = lying  # type: ignore[method-assign]


@fault(INTRO + "granular-accepted")
def granular_refused(service: Service) -> None:
    """One granular create."""
    _refuse(service, lambda payload: kind_of(payload) == "granular", 400, "NotSupported")


@fault(INTRO + "no-payload-accepted")
def no_payload_refused(service: Service) -> None:
    """One create without a payload."""
    payload = service.payload

    def lying(asked: Asked) -> dict[str, Any]:
        if not asked.request.body and asked.request.header("Content-Type"):
            raise Refusal(400, "InvalidArtifactRequest")
        return payload(asked)

    service.payload = lying  # type: ignore[method-assign]


@fault(INTRO + "empty-object")
def empty_object_conflict(service: Service) -> None:
    """One create with {}."""
    parse = service.parse

    def lying(body: bytes) -> dict[str, Any]:
        value = parse(body)
        if not any("@" not in name or "@delta" in name for name in value):
            raise Refusal(409, "Conflict")
        return value

    service.parse = lying  # type: ignore[method-assign]


@fault(INTRO + "no-payload-without-media-type")
def no_payload_no_media_type_404(service: Service) -> None:
    """One create with neither payload nor Content-Type."""
    payload = service.payload

    def lying(asked: Asked) -> dict[str, Any]:
        if not asked.request.body and not asked.request.header("Content-Type"):
            raise Refusal(422, "UnprocessableEntity")
        return payload(asked)

    service.payload = lying  # type: ignore[method-assign]


@fault(INTRO + "granular-job-type")
def granular_job_typed_standard(service: Service) -> None:
    """One granular create."""
    on_created(service, lambda body, asked: body.update(restoreJobType="standard"), ["granular"])


@fault(INTRO + "no-payload-job-type")
def default_job_typed_bulk(service: Service) -> None:
    """One create without a payload."""

    def change(body: dict[str, Any], asked: Asked) -> None:
        if not asked.request.body:
            body["restoreJobType"] = "bulk"

    on_created(service, change, ["empty"])


@fault(INTRO + "no-payload-empty")
def no_payload_counted_one(service: Service) -> None:
    """One create without a payload."""
    on_created(service, lambda body, asked: body[COUNTS].update(total=1), ["empty"])


@fault(INTRO + "empty-object-job-type")
def empty_object_granular(service: Service) -> None:
    """One create with {}."""

    def change(body: dict[str, Any], asked: Asked) -> None:
        if asked.request.body:
            body["restoreJobType"] = "granular"

    on_created(service, change, ["empty"])


@fault(R + "object")
def body_wrapped_in_array(service: Service) -> None:
    """One create."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201:
            reply.body = [reply.body]

    on_reply(service, change)


@fault(R + "object")
def created_without_body(service: Service) -> None:
    """One create."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201:
            reply.raw = b""

    on_reply(service, change)


@fault(R + "media-type")
def created_as_text(service: Service) -> None:
    """One create."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201:
            reply.headers["Content-Type"] = "text/plain; charset=utf-8"

    on_reply(service, change)


def _renamed(old: str, new: str) -> Any:
    def change(body: dict[str, Any], asked: Asked) -> None:
        body[new] = body.pop(old)

    return change


@fault(R + "member-names")
def status_spelled_in_capitals(service: Service) -> None:
    """One create."""
    on_created(service, _renamed("status", "Status"))


@fault(R + "member-names")
def job_type_spelled_otherwise(service: Service) -> None:
    """One create."""
    on_created(service, _renamed("restoreJobType", "restore_job_type"))


@fault(R + "member-names")
def in_progress_spelled_otherwise(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body[COUNTS].update(inprogress=body[COUNTS].pop("inProgress")))


@fault(R + "id")
def id_is_a_number(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(id=12345))


@fault(R + "id")
def id_missing(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.pop("id") and None)


@fault(R + "id-unique")
def ids_used_again(service: Service) -> None:
    """Two creates."""
    first: dict[str, str] = {}

    def change(body: dict[str, Any], asked: Asked) -> None:
        body["id"] = first.setdefault("id", body["id"])

    on_created(service, change)


@fault(R + "status-draft")
def status_activating(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(status="activating"))


@fault(R + "status-draft")
def granular_status_active(service: Service) -> None:
    """One granular create."""
    on_created(service, lambda body, asked: body.update(status="active"), ["granular"])


@fault(R + "job-type-standard")
def standard_job_typed_bulk(service: Service) -> None:
    """One standard create."""
    on_created(service, lambda body, asked: body.update(restoreJobType="bulk"), ["standard"])


@fault(R + "job-type-standard")
def standard_job_type_missing(service: Service) -> None:
    """One standard create."""
    on_created(service, lambda body, asked: body.pop("restoreJobType") and None, ["standard"])


@fault(R + "counts-total")
def total_always_one(service: Service) -> None:
    """One create with two artifacts."""

    def change(body: dict[str, Any], asked: Asked) -> None:
        if body[COUNTS]["total"]:
            body[COUNTS]["total"] = 1

    on_created(service, change)


@fault(R + "counts-total")
def total_capped_at_forty(service: Service) -> None:
    """One create with 41 artifacts."""
    on_created(service, lambda body, asked: body[COUNTS].update(total=min(40, body[COUNTS]["total"])))


@fault("create/response.members-shown")
def counts_missing(service: Service) -> None:
    """One standard create."""
    on_created(service, lambda body, asked: body.pop(COUNTS) and None, ["standard", "granular"])


@fault(R + "counts-integers")
def total_is_text(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body[COUNTS].update(total=str(body[COUNTS]["total"])))


@fault(R + "counts-integers")
def failed_is_negative(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body[COUNTS].update(failed=-1))


@fault(R + "counts-settled")
def completed_from_the_start(service: Service) -> None:
    """One create with artifacts."""
    on_created(service, lambda body, asked: body[COUNTS].update(completed=1), ["standard", "granular"])


@fault(R + "counts-in-progress")
def in_progress_above_total(service: Service) -> None:
    """One create with artifacts."""
    on_created(
        service,
        lambda body, asked: body[COUNTS].update(inProgress=body[COUNTS]["total"] + 1),
        ["standard", "granular"],
    )


@fault(R + "timestamps")
def timestamp_without_zone(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(createdDateTime=body["createdDateTime"].rstrip("Z")))


@fault(R + "timestamps")
def timestamp_with_dashes(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(lastModifiedDateTime="2015-06-19T12-01-03.45Z"))


@fault(R + "timestamps")
def timestamp_as_number(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(createdDateTime=1434715263))


@fault(R + "timestamps-order")
def modified_before_created(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(lastModifiedDateTime="2001-01-01T00:00:00Z"))


@fault(R + "identities")
def created_by_is_text(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(createdBy="User1"))


@fault(R + "identities")
def identity_id_is_a_number(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(lastModifiedBy={"application": {"id": 5}}))


@fault(R + "not-completed")
def completed_date_set(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(completedDateTime=body["createdDateTime"]))


@fault("create/response.no-error")
def error_set(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update(error={"code": "UnknownError", "message": "?"}))


@fault("create/response.artifact-members")
def expanded_artifact_status_null(service: Service) -> None:
    """One granular create."""

    def change(body: dict[str, Any], asked: Asked) -> None:
        body["granularSiteRestoreArtifacts"] = [{"id": "x", "status": None}]

    on_created(service, change, ["granular"])


@fault(R + "members-shown")
def created_date_missing(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.pop("createdDateTime") and None)


@fault(R + "odata-type")
def typed_as_base(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update({"@odata.type": "#microsoft.graph.restoreSessionBase"}))


@fault(R + "odata-context")
def context_is_an_object(service: Service) -> None:
    """One create."""
    on_created(service, lambda body, asked: body.update({"@odata.context": {}}))


@fault(R + "odata-id")
def odata_id_of_another(service: Service) -> None:
    """One create."""
    other = "/solutions/backupRestore/sharepointRestoreSessions(61633878-8321-4950-bfaf-ed285bdd1461)"
    on_created(service, lambda body, asked: body.update({"@odata.id": other}))


@fault("create/examples.standard")
def printed_standard_refused(service: Service) -> None:
    """The first printed request."""
    _refuse(
        service,
        lambda payload: "1f1fccc3" in str(payload) and kind_of(payload) == "standard",
        409,
        "Conflict",
    )


@fault("create/examples.granular")
def printed_granular_refused(service: Service) -> None:
    """The second printed request."""
    _refuse(service, lambda payload: "a535851e" in str(payload) and len(payload) == 1, 409, "Conflict")


@fault(R + "location-session")
def location_of_another_session(service: Service) -> None:
    """Two creates, of which the second names the first in its Location."""

    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201:
            reply.headers["Location"] = f"/beta/solutions/backupRestore/restoreSessions/{next(iter(service.sessions))}"

    on_reply(service, change)


@fault(R + "created-by-now")
def created_days_ahead(service: Service) -> None:
    """One create, and the Date of its answer."""
    render = service.render

    def ahead(found: Session, **how: Any) -> dict[str, Any]:
        shown = render(found, **how)
        for name in ("createdDateTime", "lastModifiedDateTime"):
            moment = datetime.fromisoformat(shown[name][:19]) + timedelta(days=3)
            shown[name] = moment.isoformat() + shown[name][19:]
        return shown

    def change(reply: Reply, asked: Asked) -> None:
        reply.headers["Date"] = format_datetime(datetime.now(UTC), usegmt=True)

    service.render = ahead
    on_reply(service, change)
