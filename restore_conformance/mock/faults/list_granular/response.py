"""Faults of lists of granular artifacts: `tests/list-granular/test_response.py`."""

from __future__ import annotations

import uuid

from restore_conformance.mock.conditions import is_standard
from restore_conformance.mock.edits import bare_array, each, lacking, last_of_ten_missing
from restore_conformance.mock.faults.register import Fault, rows
from restore_conformance.mock.hooks import GRANULAR, answers, crashes_on, listed

PAGE, BROWSE = "page:list-granular", "browseSessionId"

# fmt: off
FAULTS = [
    *rows(lambda change: listed(change, *GRANULAR),
        ("item-without-id", ".items", "Create, list items.", lacking("id")),
        ("item-status-null", ".status-shown", "Create, list items.", each({"status": None})),
        ("items-with-own-ids", ".every-artifact", "Create, list items.", lambda every: [artifact | {"id": f"item-{number}"} for number, artifact in enumerate(every)]),
        ("item-browse-session-lost", ".as-sent", "Create, list items.", each({BROWSE: "another"})),
        ("field-granular-own-id", PAGE, "List items: ids that the caller never sent.", each({"id": lambda _: str(uuid.uuid4())})),
        ("field-granular-id-cut", PAGE, "List items: of the four GUIDs of an id one is left.", each({"id": lambda old: old.partition(",")[0]})),
        ("field-granular-browse-lost", PAGE, "List items: another browse session.", each({BROWSE: "x"})),
        ("field2-items-split", PAGE, "Two items of four GUIDs each: eight are listed.", lambda every: [entry | {"id": part} for entry in every for part in entry["id"].split(",")]),
        ("field2-items-browse-decoded", PAGE, "A browse session with _ or -: listed with / and +.",
         each({BROWSE: lambda old: old.replace("_", "/").replace("-", "+")})),
        ("field2-items-browse-cut", PAGE, "A browse session of more than 64 letters is cut.", each({BROWSE: lambda old: old[:64]})),
        ("field2-items-browse-lower", PAGE, "A browse session is listed in small letters.", each({BROWSE: str.lower})),
        ("field2-items-destination-number", PAGE, "destinationType is 1.", each({"destinationType": 1})),
        ("field2-items-start-number", PAGE, "startDateTime is 0.", each({"startDateTime": 0})),
        ("field2-items-last-of-ten-missing", PAGE, "Ten items: nine are listed.", last_of_ten_missing),
        ("field2-items-url-object", PAGE, "webUrl is an object.", each({"webUrl": {"href": ""}})),
    ),
    Fault("items-bare-array", ".collection", "Create, list items.", answers(bare_array, *GRANULAR)),
    Fault("field2-items-of-sites-crash", ".of-full-sites", "List the items of a session of sites: 500.",
          crashes_on(GRANULAR, lambda session: is_standard(session) and session.artifacts)),
]
# fmt: on
