"""Defects of timestamps, identities and annotations of a create that succeeds, written from the documents alone."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Any

from restore_conformance.mock.faults.field_places import (
    always,
    at_least,
    empty,
    exactly,
    granular,
    member,
    standard,
    to_new,
)

CREATED = "createdDateTime"
MODIFIED = "lastModifiedDateTime"


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp[:26] + "+00:00")


def _epoch(stamp: str) -> int:
    return calendar.timegm(_moment(stamp).timetuple()) * 1000


def _earlier(stamp: str) -> str:
    return (_moment(stamp) - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _later(stamp: str) -> str:
    return (_moment(stamp) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mail(stamp: str) -> str:
    return _moment(stamp).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _dashes(stamp: str) -> str:
    return stamp[:10] + stamp[10:].replace(":", "-")


def stamp(name: str, shows: str, path: str, value: Any, when: Any = always) -> None:
    member(name, "N26", shows, path, value, when)


stamp("field-created-epoch", "createdDateTime is milliseconds.", CREATED, _epoch)
stamp(
    "field-created-date-call", "createdDateTime is /Date(n)/.", CREATED, lambda old: f"/Date({_epoch(old)})/", granular
)
stamp("field-modified-mail-date", "lastModifiedDateTime is a mail date.", MODIFIED, _mail, standard)
stamp("field-created-dashes", "The time of createdDateTime has dashes.", CREATED, _dashes)
stamp("field-created-blank", "A blank stands for the T.", CREATED, lambda old: old.replace("T", " "), empty)
stamp("field-modified-offset-short", "The offset is +0000.", MODIFIED, lambda old: old.rstrip("Z") + "+0000", to_new)
stamp("field-created-bare-dot", "A dot without digits.", CREATED, lambda old: old[:20] + "Z", granular)
stamp("field-created-date-only", "Five artifacts: a date alone.", CREATED, lambda old: old[:10], exactly(5))
stamp("field-modified-before-created", "lastModifiedDateTime is eight hours before.", MODIFIED, _earlier)
stamp("field-created-after-modified", "createdDateTime is two hours ahead.", CREATED, _later, granular)
stamp("field-modified-month-13", "The month is 13.", MODIFIED, lambda old: old[:5] + "13" + old[7:], at_least(12))
stamp(
    "field-created-object", "createdDateTime is an object.", CREATED, lambda old: {"dateTime": old, "timeZone": "UTC"}
)

# ---------------------------------------------------------------- identities

member("field-modified-by-list", "N27", "lastModifiedBy is a list.", "lastModifiedBy", lambda old: [old], granular)
member("field-user-text", "N27", "createdBy/user is a text.", "createdBy/user", "User1", standard)
member("field-application-id-number", "N27", "application/id is a number.", "createdBy/application/id", 5)
member(
    "field-name-object",
    "N27",
    "displayName is an object.",
    "lastModifiedBy/application/displayName",
    {"en": "x"},
    empty,
)
member("field-user-list", "N27", "lastModifiedBy/user is a list.", "lastModifiedBy/user", [], at_least(3))

# ---------------------------------------------------------------- members that a draft does not have

member("field-completed-on-draft", "N28", "A fresh draft was completed.", "completedDateTime", "2025-06-28T15:05:54Z")
member("field-error-text", "N28", "The error of a fresh draft is an empty text.", "error", "", granular)
member(
    "field-error-on-draft", "N28", "A fresh draft has an error.",
    "error", {"code": "UnknownError", "message": "An error occurred."}, to_new,
)  # fmt: skip

# ---------------------------------------------------------------- annotations

TYPE = "@odata.type"
member(
    "field-type-onedrive", "N29", "Another workload's type.", TYPE, "#microsoft.graph.oneDriveForBusinessRestoreSession"
)
member(
    "field-type-artifact",
    "N29",
    "The type of an artifact.",
    TYPE,
    "#microsoft.graph.granularSiteRestoreArtifact",
    granular,
)
member("field-type-number", "N29", "The type is a number.", TYPE, 7, empty)
member(
    "field-context-plain",
    "N30",
    "The context names no metadata.",
    "@odata.context",
    "https://graph.microsoft.com/beta",
    standard,
)
member("field-context-object", "N30", "The context is an object.", "@odata.context", {}, granular)
