"""Faults of lists of full-site artifacts: `tests/list-artifacts/test_response.py`."""

from __future__ import annotations

from restore_conformance.mock import rules
from restore_conformance.mock.edits import (
    Json,
    bare_array,
    each_with,
    each_without,
    last_of_ten_missing,
)
from restore_conformance.mock.faults.register import Fault, faults_from
from restore_conformance.mock.hooks import (
    LIST_ARTIFACTS,
    SESSION_NOT_FOUND,
    Call,
    on_success,
    around_operation,
    after_store,
    on_items,
    refuse_on,
    seeds,
)
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import CONTEXT, Session
from restore_conformance.mock.protocol import JsonResponse

PAGE = "page:list-artifacts"


def _answer_with(session: Session) -> JsonResponse:
    shown = [dict(artifact) for artifact in session.artifacts]
    return JsonResponse(200, {"@odata.context": f"{CONTEXT}{rules.SITE}", "value": shown})


def _of_the_newest(call: Call) -> JsonResponse:
    call.find()
    return _answer_with(list(call.service.sessions.values())[-1])


def _by_their_number(service: Service) -> None:
    latest: dict[tuple[str, int], Session] = {}

    def keep(_: Service, created: Session) -> None:
        latest[created.kind, len(created.artifacts)] = created

    def act(call: Call) -> JsonResponse:
        session = call.find()
        return _answer_with(latest.get((session.kind, len(session.artifacts)), session))

    seeds(after_store(keep), around_operation(LIST_ARTIFACTS, act))(service)


def _one_point(every: list[Json]) -> list[Json]:
    return [item | {name: every[0][name] for name in ("restorePoint", "destinationType")} for item in every]


# fmt: off
FAULTS = [
    *faults_from(lambda change: on_items(change, *LIST_ARTIFACTS),
        ("artifact-without-id", ".items", "Create, list artifacts.", each_without("id")),
        ("artifacts-first-two-only", ".every-artifact", "Create three artifacts, list them.", lambda every: every[:2]),
        ("artifact-destination-lost", ".as-sent", "Create artifacts for a new place, list them.", each_with({"destinationType": "inPlace"})),
        ("artifact-destination-always-new", ".as-sent", "Create artifacts in place, list them.", each_with({"destinationType": "new"})),
        ("draft-artifact-in-progress", ".added", "Create, list artifacts.", each_with({"status": "inProgress"})),
        ("field-artifacts-first-20", PAGE, "Create 21 sites and list: 20 and no link.", lambda every: every[:20]),
        ("field-artifacts-same-point", PAGE, "Create two sites and list: one restore point twice.", _one_point),
        ("field-artifacts-same-id", PAGE, "Create two sites and list: one id twice.", lambda every: [entry | {"id": every[0]["id"]} for entry in every]),
        ("field-artifacts-queued", PAGE, "List: a status that is not a member.", each_with({"status": "Queued"})),
        ("field-artifacts-start-text", PAGE, "List: startDateTime is not a time.", each_with({"startDateTime": "pending"})),
        ("field2-artifacts-last-of-ten-missing", PAGE, "Ten sites: nine are listed.", last_of_ten_missing),
        ("field2-artifacts-restored-site-number", PAGE, "restoredSiteId is 0.", each_with({"restoredSiteId": 0})),
        ("field2-artifacts-point-text", PAGE, "restorePoint is a text.", each_with({"restorePoint": lambda old: old["id"]})),
        ("field2-artifacts-error-text", PAGE, "error is an empty text.", each_with({"error": ""})),
    ),
    Fault("artifacts-bare-array", ".collection", "Create, list artifacts.", on_success(bare_array, *LIST_ARTIFACTS)),
    Fault("artifacts-of-the-newest", ".every-artifact", "Create two sessions, list the artifacts of the first.", around_operation(LIST_ARTIFACTS, _of_the_newest)),
    Fault("artifacts-kept-by-their-number", ".every-artifact", "Create two sessions with as many artifacts each, list those of the first.",
          _by_their_number),
    Fault("field2-artifacts-of-empty-404", PAGE, "Create an empty session, list its artifacts: 404.",
          refuse_on(LIST_ARTIFACTS, lambda session: not session.artifacts, 404, SESSION_NOT_FOUND)),
]
# fmt: on
