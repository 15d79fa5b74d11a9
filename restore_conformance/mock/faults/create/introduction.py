"""Faults of what the introduction of create says: which kinds there are, and what makes them: `tests/create/test_introduction.py`."""

from __future__ import annotations

from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import (
    CONFLICT_BEHAVIOR, artifact_counts, browse_ids, count_artifacts, destination_types, empty, exactly, granular,
    has_duplicates, has_type, is_granular, item_ids, items, mixed, sites,
)  # fmt: skip
from restore_conformance.mock.edits import Change, body, counts, put, status
from restore_conformance.mock.faults.register import Fault, create_faults, faults_of_clause
from restore_conformance.mock.transport import length_too_small, not_gzip, truncated
from restore_conformance.mock.hooks import (
    DUPLICATE_ARTIFACT, INVALID_ARTIFACT_REQUEST, Seed, after_parse, corrupt_response, crash_after_create,
    crash_before_check, edit_render, instead_of_payload, on_response, refuse, refuse_after_check, refuse_payload,
    set_total, skip_rule, skip_rule_when, store_refused,
)  # fmt: skip
from restore_conformance.mock.session import Session
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest

JOB = "restoreJobType"


def _nothing_named(payload: Any) -> None:
    if not any("@" not in name or "@delta" in name for name in payload):
        refuse(409, "Conflict")


def _numbers(payload: Any) -> tuple[int, int]:
    return len(sites(payload)), len(items(payload))


def _on_mixed(edit: Change) -> Seed:
    return on_response(
        lambda response, request: edit(response) if response.status == 400 and mixed(request.payload) else None,
        "create",
    )


def _has_body(edit: Change, wanted: bool) -> Seed:
    def change(response: JsonResponse, request: ParsedRequest) -> None:
        if response.status == 201 and empty(request.payload) and bool(request.http.body) == wanted:
            edit(response)

    return on_response(change, "create")


def _is_empty(session: Session) -> bool:
    return not session.artifacts


# fmt: off
FAULTS = [
    *create_faults(
        ("granular-job-typed-standard", ".granular-job-type", put(JOB, "standard"), granular),
        *((f"granular-{number}-typed-standard", ".granular-job-type", put(JOB, "standard"), exactly(number, granular)) for number in (23, 31, 14)),
        ("no-payload-counted-one", ".no-payload-empty", counts(total=1), empty),
        ("field2-job-null-when-empty", "N13", put(JOB, None), empty),
    ),
    Fault("default-job-typed-bulk", ".no-payload-job-type", "One create without a payload.", _has_body(put(JOB, "bulk"), wanted=False)),
    Fault("empty-object-granular", ".empty-object-job-type", "One create with {}.", _has_body(put(JOB, "granular"), wanted=True)),
    Fault("granular-refused", ".granular-accepted", "One granular create.", refuse_after_check(granular, "NotSupported")),
    Fault("no-payload-refused", ".no-payload-accepted", "One create without a payload.",
          instead_of_payload(lambda request: not request.http.body and request.http.header("Content-Type"), refuse_payload(400, INVALID_ARTIFACT_REQUEST))),
    Fault("no-payload-no-media-type-404", ".no-payload-without-media-type", "One create with neither payload nor Content-Type.",
          instead_of_payload(lambda request: not request.http.body and not request.http.header("Content-Type"), refuse_payload(422, "UnprocessableEntity"))),
    Fault("empty-object-conflict", ".empty-object", "One create with {}.", after_parse(_nothing_named)),
    Fault("field-empty-refused", "N13", "No payload: 400.",
          instead_of_payload(lambda request: request.operation == "create" and not request.http.body, refuse_payload(400, INVALID_ARTIFACT_REQUEST))),
    Fault("wire-granular-body-short", ".granular-accepted", "Create with granular artifacts: the body is shorter than its Content-Length.",
          corrupt_response(truncated, lambda sent, answer: artifact_counts(sent)[1] > 0)),
    Fault("wire-empty-gzip-invalid", ".no-payload-accepted", "Create without a payload: the answer says gzip and is not.",
          corrupt_response(not_gzip, lambda sent, answer: sent.body is None)),
    # ---------------------------------------------------------------- kind of session, wherever it is shown
    Fault("field-job-bulk-when-empty", "N13", "No payload: a session for the bulk workflow.", edit_render(put(JOB, "bulk"), _is_empty)),
    Fault("field-job-hidden-when-empty", "N13", "No payload: unknownFutureValue.", edit_render(put(JOB, "unknownFutureValue"), _is_empty)),
    Fault("field-total-one-when-empty", "N13", "No payload: total 1.", set_total(lambda _, value: value or 1)),
    Fault("field-job-standard-one-granular", "N10", "One granular item: standard.",
          edit_render(put(JOB, "standard"), lambda session: is_granular(session) and len(session.artifacts) == 1)),
    Fault("field-job-standard-ten-granular", "N10", "Ten granular items: standard.",
          edit_render(put(JOB, "standard"), lambda session: is_granular(session) and len(session.artifacts) >= 10)),
    Fault("field-job-capital", "N10", "A granular session: Granular.", edit_render(put(JOB, "Granular"), is_granular)),
    Fault("field-job-hidden-with-prefer", "N10", "Granular with Prefer: hidden.", edit_render(put(JOB, "unknownFutureValue"), is_granular)),
    # ---------------------------------------------------------------- valid granular creates that are refused, or break
    Fault("field-items-of-one-site", "N10", "Two items whose first GUID is the same are refused.",
          refuse_after_check(lambda p: has_duplicates([key.partition(",")[0].lower() for key in item_ids(p)]), DUPLICATE_ARTIFACT)),
    Fault("field-item-id-first", "N10", "id before browseSessionId is refused.",
          refuse_after_check(lambda p: any(len(item) > 1 and next(iter(item)) != "browseSessionId" for item in items(p)), INVALID_ARTIFACT_REQUEST)),
    Fault("field-two-browses-crash", "N10", "Items of two browse sessions: 500.", crash_before_check(lambda p: len(set(browse_ids(p))) > 1)),
    Fault("field-browse-dash-crash", "N10", "A browse session with a dash in it: 500.", crash_before_check(lambda p: any("-" in browse for browse in browse_ids(p)))),
    Fault("field-count-50-granular-crash", "N10", "50 items: 500.", crash_before_check(exactly(50, granular))),
    *faults_of_clause("N10", crash_after_create,
        ("field2-browse-long-crash", "A browse session of more than 128 letters.", lambda p: any(len(browse) > 128 for browse in browse_ids(p))),
        ("field2-browse-underscore-crash", "A browse session with an underscore.", lambda p: any("_" in browse for browse in browse_ids(p))),
        ("field2-browse-padding-crash", "A browse session whose length is not a multiple of four.", lambda p: any(len(browse) % 4 for browse in browse_ids(p))),
        ("field2-item-of-two-guids-crash", "An item key of two GUIDs, a whole site.", lambda p: any(key.count(",") == 1 for key in item_ids(p))),
        ("field2-items-of-two-lengths-crash", "A site and a file in one request.", lambda p: {1, 3} <= {key.count(",") for key in item_ids(p)}),
        ("field2-items-falling-crash", "Items whose keys fall.", lambda p: len(item_ids(p)) > 1 and item_ids(p) == sorted(item_ids(p))[::-1]),
        ("field2-items-same-tail-crash", "Two items with the same last GUID.", lambda p: has_duplicates([key.rpartition(",")[2] for key in item_ids(p)])),
        ("field2-item-capitals-crash", "An item key in capitals.", lambda p: any(key != key.lower() for key in item_ids(p))),
    ),
    # ---------------------------------------------------------------- both kinds in one request
    Fault("mixed-accepted", ".exclusive-artifacts", "One create with one artifact of each kind.", skip_rule("kinds")),
    Fault("mixed-accepted-granular-first", ".exclusive-artifacts", "One create with both kinds, the granular list first.",
          skip_rule_when("kinds", lambda p: next(iter(p), "") == rules.GRANULAR)),
    Fault("wire-mixed-length-too-small", ".exclusive-artifacts", "Create with both kinds: Content-Length is smaller than the body.",
          corrupt_response(length_too_small, lambda sent, answer: min(artifact_counts(sent)) > 0, 400)),
    *faults_of_clause("N12", lambda when: skip_rule_when("kinds", when),
        ("field-mixed-granular-first", "Granular items before sites are accepted.", lambda payload: mixed(payload) and list(payload).index(rules.GRANULAR) < list(payload).index(rules.SITE)),
        ("field-mixed-one-each", "One site and one item are accepted.", lambda p: mixed(p) and count_artifacts(p) == 2),
        ("field-mixed-more-sites", "Two sites and one item are accepted.", lambda p: len(sites(p)) > len(items(p))),
        ("field-mixed-many-items", "One site and eight items.", lambda payload: len(payload.get(rules.GRANULAR) or []) > len(payload.get(rules.SITE) or []) + 2),
    ),
    Fault("field-mixed-annotated", "N12", "Both kinds, with a conflict behaviour.", skip_rule_when("kinds", lambda p: CONFLICT_BEHAVIOR in p), newer=True),
    *faults_of_clause("N12", lambda when: skip_rule_when("kinds", when),
        ("field2-mixed-same-number", "Three sites and three items are accepted.", lambda p: 1 < _numbers(p)[0] == _numbers(p)[1]),
        ("field2-mixed-to-new", "Sites for new places, and items, are accepted.", lambda p: set(destination_types(p)) == {"new"}),
        ("field2-mixed-typed", "Both kinds with @odata.type at the top are accepted.", has_type),
    ),
    Fault("field2-mixed-items-to-new", "N12", "Sites, and items with a destinationType, are accepted.",
          skip_rule_when("kinds", lambda p: any("destinationType" in item for item in items(p))), newer=True),
    Fault("field-mixed-crash", "N12", "Both kinds: 500.", crash_before_check(mixed)),
    Fault("field2-mixed-many-crash", "N12", "More than 20 of both kinds: 500.", crash_before_check(lambda p: mixed(p) and count_artifacts(p) > 20)),
    Fault("field-mixed-soft", "N12", "Both kinds: 200 with an error in the body.", _on_mixed(status(200))),
    Fault("field-mixed-no-body", "N12", "Both kinds: 400 without a body.", _on_mixed(body(None))),
    Fault("field-mixed-flat", "N12", "Both kinds: code and message without error.", _on_mixed(body({"code": "InvalidRequest", "message": "x"}))),
    Fault("field-mixed-refused-but-kept", "N12", "Both kinds: 400, and yet the list shows one session more.",
          store_refused("", mixed)),
]
# fmt: on
