"""Names of generated servers and of rows of the mock's own tables that turned out to be the same server.

A row that is the smallest fault of a clause stays, and the generated server is another name of it; every other fault
went, and its name is another one of the generated server.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from restore_conformance.mock.faults.every_operation import ON_ONE

SAME: Final = MappingProxyType(
    {
        "create:createdDateTime:missing": "created-date-missing",
        "create:status:activating": "status-activating",
        "list-artifacts:id:missing": "artifact-without-id",
        "list-granular:id:missing": "item-without-id",
        "list-granular:status:null": "item-status-null",
        **{f"{op}:InvalidRestoreSessionId:code-other": f"{op}-malformed-id-other-code" for op in ON_ONE},
        **{
            f"{op}:RestoreSessionNotFound:code-other": f"{op}-unknown-id-other-code"
            for op in ON_ONE
            if op != "list-artifacts"
        },
        "list:error:missing": "field-list-no-error",
        "list-granular:destinationType:missing": "field2-items-without-destination",
        # ---------------------------------------------------------------- rows that went
        "field-application-id-number": "create:createdBy/application/id:number",
        "field-artifacts-id-null": "list-artifacts:id:null",
        "field-id-capital": "create:id:name-capital",
        "field-status-capital": "create:status:first-capital",
        "field2-activate-answer-created-now": "activate:createdDateTime:blank",
        "field2-code-null": "create:DifferentRestoreDestinationType:code-null",
        "field2-empty-list-200": "create:InvalidArtifactRequest:status-200",
        "field2-envelope-in-array": "create:RestoreArtifactsLimitBreached:body-list",
        "id-missing": "create:id:missing",
        "timestamp-with-dashes": "create:lastModifiedDateTime:dashes",
        "update-malformed-other-code": "update:InvalidPatchRequest:code-other",
    }
)
"""Another name, and the one that is served."""
