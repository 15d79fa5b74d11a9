"""Faults of what the introduction of create says: which kinds there are, and what makes them: `tests/create/test_introduction.py`."""

from __future__ import annotations

from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import (
    CONFLICT, both, browse_ids, count_of, empty, exactly, granular, is_granular, items, keys, numbers_named,
    places, repeated, sites, typed,
)  # fmt: skip
from restore_conformance.mock.edits import Change, body, counts, put, status
from restore_conformance.mock.faults.register import Fault, alike, on_create
from restore_conformance.mock.framing import cut, length_too_small, not_gzip
from restore_conformance.mock.hooks import (
    EMPTY, TWICE, Seed, breaks_after, crashes, keeps_refused, parsed, passes, reads, refuse, refuses, replies,
    shown_as, skips, spoils, total, unreadable,
)  # fmt: skip
from restore_conformance.mock.session import Session
from restore_conformance.mock.wire import Asked, Reply

JOB = "restoreJobType"


def _nothing_named(payload: Any) -> None:
    if not any("@" not in name or "@delta" in name for name in payload):
        refuse(409, "Conflict")


def _numbers(payload: Any) -> tuple[int, int]:
    return len(sites(payload)), len(items(payload))


def _on_mixed(edit: Change) -> Seed:
    return replies(lambda reply, asked: edit(reply) if reply.status == 400 and both(asked.payload) else None, "create")


def _has_body(edit: Change, wanted: bool) -> Seed:
    def change(reply: Reply, asked: Asked) -> None:
        if reply.status == 201 and empty(asked.payload) and bool(asked.request.body) == wanted:
            edit(reply)

    return replies(change, "create")


def _is_empty(session: Session) -> bool:
    return not session.artifacts


# fmt: off
FAULTS = [
    *on_create(
        ("granular-job-typed-standard", ".granular-job-type", put(JOB, "standard"), granular),
        *((f"granular-{number}-typed-standard", ".granular-job-type", put(JOB, "standard"), exactly(number, granular)) for number in (23, 31, 14)),
        ("no-payload-counted-one", ".no-payload-empty", counts(total=1), empty),
        ("field2-job-null-when-empty", "N13", put(JOB, None), empty),
    ),
    Fault("default-job-typed-bulk", ".no-payload-job-type", "One create without a payload.", _has_body(put(JOB, "bulk"), wanted=False)),
    Fault("empty-object-granular", ".empty-object-job-type", "One create with {}.", _has_body(put(JOB, "granular"), wanted=True)),
    Fault("granular-refused", ".granular-accepted", "One granular create.", refuses(granular, "NotSupported")),
    Fault("no-payload-refused", ".no-payload-accepted", "One create without a payload.",
          reads(lambda asked: not asked.request.body and asked.request.header("Content-Type"), unreadable(400, EMPTY))),
    Fault("no-payload-no-media-type-404", ".no-payload-without-media-type", "One create with neither payload nor Content-Type.",
          reads(lambda asked: not asked.request.body and not asked.request.header("Content-Type"), unreadable(422, "UnprocessableEntity"))),
    Fault("empty-object-conflict", ".empty-object", "One create with {}.", parsed(_nothing_named)),
    Fault("field-empty-refused", "N13", "No payload: 400.",
          reads(lambda asked: asked.operation == "create" and not asked.request.body, unreadable(400, EMPTY))),
    Fault("wire-granular-body-short", ".granular-accepted", "Create with granular artifacts: the body is shorter than its Content-Length.",
          spoils(cut, lambda sent, answer: numbers_named(sent)[1] > 0)),
    Fault("wire-empty-gzip-invalid", ".no-payload-accepted", "Create without a payload: the answer says gzip and is not.",
          spoils(not_gzip, lambda sent, answer: sent.body is None)),
    # ---------------------------------------------------------------- kind of session, wherever it is shown
    Fault("field-job-bulk-when-empty", "N13", "No payload: a session for the bulk workflow.", shown_as(put(JOB, "bulk"), _is_empty)),
    Fault("field-job-hidden-when-empty", "N13", "No payload: unknownFutureValue.", shown_as(put(JOB, "unknownFutureValue"), _is_empty)),
    Fault("field-total-one-when-empty", "N13", "No payload: total 1.", total(lambda _, value: value or 1)),
    Fault("field-job-standard-one-granular", "N10", "One granular item: standard.",
          shown_as(put(JOB, "standard"), lambda session: is_granular(session) and len(session.artifacts) == 1)),
    Fault("field-job-standard-ten-granular", "N10", "Ten granular items: standard.",
          shown_as(put(JOB, "standard"), lambda session: is_granular(session) and len(session.artifacts) >= 10)),
    Fault("field-job-capital", "N10", "A granular session: Granular.", shown_as(put(JOB, "Granular"), is_granular)),
    Fault("field-job-hidden-with-prefer", "N10", "Granular with Prefer: hidden.", shown_as(put(JOB, "unknownFutureValue"), is_granular)),
    # ---------------------------------------------------------------- valid granular creates that are refused, or break
    Fault("field-items-of-one-site", "N10", "Two items whose first GUID is the same are refused.",
          refuses(lambda p: repeated([key.partition(",")[0].lower() for key in keys(p)]), TWICE)),
    Fault("field-item-id-first", "N10", "id before browseSessionId is refused.",
          refuses(lambda p: any(len(item) > 1 and next(iter(item)) != "browseSessionId" for item in items(p)), EMPTY)),
    Fault("field-two-browses-crash", "N10", "Items of two browse sessions: 500.", crashes(lambda p: len(set(browse_ids(p))) > 1)),
    Fault("field-browse-dash-crash", "N10", "A browse session with a dash in it: 500.", crashes(lambda p: any("-" in browse for browse in browse_ids(p)))),
    Fault("field-count-50-granular-crash", "N10", "50 items: 500.", crashes(exactly(50, granular))),
    *alike("N10", breaks_after,
        ("field2-browse-long-crash", "A browse session of more than 128 letters.", lambda p: any(len(browse) > 128 for browse in browse_ids(p))),
        ("field2-browse-underscore-crash", "A browse session with an underscore.", lambda p: any("_" in browse for browse in browse_ids(p))),
        ("field2-browse-padding-crash", "A browse session whose length is not a multiple of four.", lambda p: any(len(browse) % 4 for browse in browse_ids(p))),
        ("field2-item-of-two-guids-crash", "An item key of two GUIDs, a whole site.", lambda p: any(key.count(",") == 1 for key in keys(p))),
        ("field2-items-of-two-lengths-crash", "A site and a file in one request.", lambda p: {1, 3} <= {key.count(",") for key in keys(p)}),
        ("field2-items-falling-crash", "Items whose keys fall.", lambda p: len(keys(p)) > 1 and keys(p) == sorted(keys(p))[::-1]),
        ("field2-items-same-tail-crash", "Two items with the same last GUID.", lambda p: repeated([key.rpartition(",")[2] for key in keys(p)])),
        ("field2-item-capitals-crash", "An item key in capitals.", lambda p: any(key != key.lower() for key in keys(p))),
    ),
    # ---------------------------------------------------------------- both kinds in one request
    Fault("mixed-accepted", ".exclusive-artifacts", "One create with one artifact of each kind.", skips("kinds")),
    Fault("mixed-accepted-granular-first", ".exclusive-artifacts", "One create with both kinds, the granular list first.",
          passes("kinds", lambda p: next(iter(p), "") == rules.GRANULAR)),
    Fault("wire-mixed-length-too-small", ".exclusive-artifacts", "Create with both kinds: Content-Length is smaller than the body.",
          spoils(length_too_small, lambda sent, answer: min(numbers_named(sent)) > 0, 400)),
    *alike("N12", lambda when: passes("kinds", when),
        ("field-mixed-granular-first", "Granular items before sites are accepted.", lambda payload: both(payload) and list(payload).index(rules.GRANULAR) < list(payload).index(rules.SITE)),
        ("field-mixed-one-each", "One site and one item are accepted.", lambda p: both(p) and count_of(p) == 2),
        ("field-mixed-more-sites", "Two sites and one item are accepted.", lambda p: len(sites(p)) > len(items(p))),
        ("field-mixed-many-items", "One site and eight items.", lambda payload: len(payload.get(rules.GRANULAR) or []) > len(payload.get(rules.SITE) or []) + 2),
    ),
    Fault("field-mixed-annotated", "N12", "Both kinds, with a conflict behaviour.", passes("kinds", lambda p: CONFLICT in p), newer=True),
    *alike("N12", lambda when: passes("kinds", when),
        ("field2-mixed-same-number", "Three sites and three items are accepted.", lambda p: 1 < _numbers(p)[0] == _numbers(p)[1]),
        ("field2-mixed-to-new", "Sites for new places, and items, are accepted.", lambda p: set(places(p)) == {"new"}),
        ("field2-mixed-typed", "Both kinds with @odata.type at the top are accepted.", typed),
    ),
    Fault("field2-mixed-items-to-new", "N12", "Sites, and items with a destinationType, are accepted.",
          passes("kinds", lambda p: any("destinationType" in item for item in items(p))), newer=True),
    Fault("field-mixed-crash", "N12", "Both kinds: 500.", crashes(both)),
    Fault("field2-mixed-many-crash", "N12", "More than 20 of both kinds: 500.", crashes(lambda p: both(p) and count_of(p) > 20)),
    Fault("field-mixed-soft", "N12", "Both kinds: 200 with an error in the body.", _on_mixed(status(200))),
    Fault("field-mixed-no-body", "N12", "Both kinds: 400 without a body.", _on_mixed(body(None))),
    Fault("field-mixed-flat", "N12", "Both kinds: code and message without error.", _on_mixed(body({"code": "InvalidRequest", "message": "x"}))),
    Fault("field-mixed-refused-but-kept", "N12", "Both kinds: 400, and yet the list shows one session more.",
          keeps_refused("", both)),
]
# fmt: on
