"""Faults of lists of sessions: `tests/list/test_response.py`."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.mock.conditions import is_draft, is_standard
from restore_conformance.mock.edits import (
    COUNTS, LINK, Derived, Json, counts, each_with, each_without, media_type, put, rename,
)  # fmt: skip
from restore_conformance.mock.faults.register import Fault, faults_from, success_faults
from restore_conformance.mock.transport import no_last_chunk
from restore_conformance.mock.hooks import (
    DELETES, LISTS, Call, Seed, around_operation, corrupt_response, edit_session_in, keep_totals, on_body, on_items,
    on_session_in, on_success, seeds, with_sessions,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session, now
from restore_conformance.mock.protocol import JsonResponse


def _remembering_deleted(operations: tuple[str, ...], lists: tuple[str, ...], *, last_page: bool) -> Seed:
    """What was deleted is still listed, on every page or on the last one; drafts as they were before."""

    def seed(service: Service) -> None:
        deleted: list[Json] = []

        def deleting(call: Call) -> JsonResponse:
            shown = [service.render(call.session, all_members=False, context="")] if call.session else []
            response = call.proceed()
            deleted.extend(shown)
            return response

        def listing(response: JsonResponse) -> None:
            if not (last_page and LINK in response.body):
                response.body["value"] = [*response.body["value"], *deleted]

        seeds(around_operation(operations, deleting), on_success(listing, *lists))(service)

    return seed


def _without_newest(service: Service) -> None:
    def newest_missing(every: list[Json]) -> list[Json]:
        newest = next(reversed(service.sessions), "")
        return [item for item in every if item["id"] != newest]

    on_items(newest_missing, *LISTS)(service)


def _only_those(when: Callable[[Session], object]) -> Seed:
    """Sessions that are not such are never listed."""
    return with_sessions(lambda every: {name: session for name, session in every.items() if when(session)}, *LISTS)


def _linked(change: Callable[[str], str]) -> Seed:
    """Another link to the next page, where there is one."""
    return on_body(lambda shown: shown.update({LINK: change(shown[LINK])}) if LINK in shown else None, *LISTS)


def _moved(by: int) -> Callable[[str], str]:
    def change(link: str) -> str:
        path, _, token = link.rpartition("=")
        return f"{path}={int(token) + by}"

    return change


# fmt: off
FAULTS = [
    *success_faults(("list",),
        ("list-without-value", ".collection", rename("value", "values")),
        ("list-as-text", ".media-type", media_type("text/plain")),
        ("next-link-is-a-number", ".next-link", put(LINK, 2)),
    ),
    *success_faults(LISTS,
        ("field-list-object", "page:list", put("value", Derived("an object by id", lambda old: {entry["id"]: entry for entry in old}))),
        ("field-list-twice", "page:list", put("value", Derived("with the first twice", lambda old: old[:1] + old))),
        ("field-list-link-number", "page:list", put(LINK, Derived("a number", lambda old: 20 if old else 1))),
    ),
    *faults_from(lambda change: on_items(change, "list"),
        ("list-item-without-id", ".items", "Create, list.", each_without("id")),
        ("list-types-by-number", ".items", "Create, list.", each_with({"@odata.type": 3})),
        ("list-repeats-a-session", ".no-repeats", "Create, list.", lambda every: every + every[:1]),
        ("list-lacks-the-newest", ".complete", "Create, list.", lambda every: every[:-1]),
        ("list-lacks-empty-sessions", ".complete", "Create an empty session, list.", lambda every: [entry for entry in every if entry[COUNTS]["total"]]),
        ("list-shows-another-status", ".agrees-with-get", "Create, list.", each_with({"status": "completed"})),
    ),
    Fault("wire-list-never-ends", ".collection", "List: the chunks end without the last one.",
          corrupt_response(no_last_chunk, lambda sent, answer: "/restoreSessions" in sent.target[-40:] and sent.target.partition("?")[0].endswith("/restoreSessions"), 200)),
    Fault("list-shows-deleted", ".deleted-gone", "Create, delete, list.", _remembering_deleted(("delete",), ("list",), last_page=True)),
    Fault("field-list-shows-deleted", "page:list", "Create, delete and list: the session is still there.",
          _remembering_deleted(DELETES, LISTS, last_page=False)),
    Fault("field-list-newest-missing", "page:list", "Create and list: the newest session is missing.", _without_newest),
    Fault("field2-list-hides-granular", "page:list", "Create items and list: the session is missing.", _only_those(is_standard)),
    Fault("field2-list-hides-activated", "page:list", "Create, activate, list: the session is missing.",
          _only_those(is_draft)),
    # ---------------------------------------------------------------- lists that disagree with create and get
    Fault("field2-list-items-typed-standard", "page:list", "Create items and list: standard, with Prefer too.",
          edit_session_in(put("restoreJobType", "standard"), *LISTS)),
    Fault("field2-list-total-zero", "page:list", "Create two sites and list: total 0.", edit_session_in(counts(total=0), *LISTS)),
    Fault("field2-list-created-now", "page:list", "Create and list: createdDateTime is the moment of listing.", on_session_in(lambda body, _: body.update(createdDateTime=now(), lastModifiedDateTime=now()), *LISTS)),
    Fault("field2-list-activated-as-draft", "page:list", "Create, activate, list: a draft.", edit_session_in(put("status", "draft"), *LISTS)),
    Fault("field2-update-list-total-stale", ".agrees-with-get", "Add a site: get is right, the list has the old total.",
          keep_totals(lambda was, now: now != was, *LISTS)),
    # ---------------------------------------------------------------- lists that are longer than a page
    Fault("field2-list-no-link", "page:list", "21 sessions: the list ends after 20.", on_body(lambda shown: shown.pop(LINK, None) and None, *LISTS)),
    Fault("field2-list-page-overlaps", "page:list", "21 sessions: the second page begins with the last one of the first.", _linked(_moved(-1))),
    Fault("field2-list-page-skips-one", "page:list", "22 sessions: one falls between two pages.", _linked(_moved(1))),
    Fault("field2-list-link-to-first-page", "page:list", "21 sessions: the link leads to the first page again.",
          _linked(lambda link: link.partition("?")[0])),
    Fault("field2-list-link-leads-nowhere", "page:list", "21 sessions: the link is answered 404.",
          _linked(lambda link: link.replace("estoreSessions?", "estoreSession?"))),
]
# fmt: on
