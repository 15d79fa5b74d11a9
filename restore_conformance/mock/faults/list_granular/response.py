"""Faults of lists of granular artifacts: `tests/list-granular/test_response.py`."""

from __future__ import annotations

import uuid

from restore_conformance.mock.conditions import is_standard
from restore_conformance.mock.edits import bare_array, each_with, each_without, last_of_ten_missing
from restore_conformance.mock.faults.register import Fault, faults_from
from restore_conformance.mock.hooks import LIST_GRANULAR, crash_on, on_items, on_success

PAGE, BROWSE = "page:list-granular", "browseSessionId"

# fmt: off
FAULTS = [
    *faults_from(lambda change: on_items(change, *LIST_GRANULAR),
        ("item-without-id", ".items", "Create, list items.", each_without("id")),
        ("item-status-null", ".status-shown", "Create, list items.", each_with({"status": None})),
        ("items-with-own-ids", ".every-artifact", "Create, list items.", lambda every: [artifact | {"id": f"item-{number}"} for number, artifact in enumerate(every)]),
        ("item-browse-session-lost", ".as-sent", "Create, list items.", each_with({BROWSE: "another"})),
        ("field-granular-own-id", PAGE, "List items: ids that the caller never sent.", each_with({"id": lambda _: str(uuid.uuid4())})),
        ("field-granular-id-cut", PAGE, "List items: of the four GUIDs of an id one is left.", each_with({"id": lambda old: old.partition(",")[0]})),
        ("field-granular-browse-lost", PAGE, "List items: another browse session.", each_with({BROWSE: "x"})),
        ("field2-items-split", PAGE, "Two items of four GUIDs each: eight are listed.", lambda every: [entry | {"id": part} for entry in every for part in entry["id"].split(",")]),
        ("field2-items-browse-decoded", PAGE, "A browse session with _ or -: listed with / and +.",
         each_with({BROWSE: lambda old: old.replace("_", "/").replace("-", "+")})),
        ("field2-items-browse-cut", PAGE, "A browse session of more than 64 letters is cut.", each_with({BROWSE: lambda old: old[:64]})),
        ("field2-items-browse-lower", PAGE, "A browse session is listed in small letters.", each_with({BROWSE: str.lower})),
        ("field2-items-destination-number", PAGE, "destinationType is 1.", each_with({"destinationType": 1})),
        ("field2-items-start-number", PAGE, "startDateTime is 0.", each_with({"startDateTime": 0})),
        ("field2-items-last-of-ten-missing", PAGE, "Ten items: nine are listed.", last_of_ten_missing),
        ("field2-items-url-object", PAGE, "webUrl is an object.", each_with({"webUrl": {"href": ""}})),
    ),
    Fault("items-bare-array", ".collection", "Create, list items.", on_success(bare_array, *LIST_GRANULAR)),
    Fault("field2-items-of-sites-crash", ".of-full-sites", "List the items of a session of sites: 500.",
          crash_on(LIST_GRANULAR, lambda session: is_standard(session) and session.artifacts)),
]
# fmt: on
