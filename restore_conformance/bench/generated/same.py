"""What would be generated and has a name already: the row of the mock's own tables that is the same server."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from restore_conformance.mock.faults.every_operation import ON_ONE

SAME: Final = MappingProxyType(
    {
        "activate:createdDateTime:blank": "field2-activate-answer-created-now",
        "create:DifferentRestoreDestinationType:code-null": "field2-code-null",
        "create:InvalidArtifactRequest:status-200": "field2-empty-list-200",
        "create:RestoreArtifactsLimitBreached:body-list": "field2-envelope-in-array",
        "create:createdBy/application/id:number": "field-application-id-number",
        "create:id:missing": "id-missing",
        "create:id:name-capital": "field-id-capital",
        "create:status:activating": "status-activating",
        "create:status:first-capital": "field-status-capital",
        "create:lastModifiedDateTime:dashes": "timestamp-with-dashes",
        "list-artifacts:id:missing": "artifact-without-id",
        "list-artifacts:id:null": "field-artifacts-id-null",
        "list-granular:id:missing": "item-without-id",
        "list-granular:status:null": "item-status-null",
        "update:InvalidPatchRequest:code-other": "update-malformed-other-code",
        **{f"{op}:InvalidRestoreSessionId:code-other": f"{op}-malformed-id-other-code" for op in ON_ONE},
        **{
            f"{op}:RestoreSessionNotFound:code-other": f"{op}-unknown-id-other-code"
            for op in ON_ONE
            if op != "list-artifacts"
        },
        "create:createdDateTime:missing": "created-date-missing",
        "list:error:missing": "field-list-no-error",
        "list-granular:destinationType:missing": "field2-items-without-destination",
    }
)
