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
        "activate:status-202": "activate-answered-202",
        "any:headers:odata-version": "field-odata-version",
        "create:@odata.context:object": "context-is-an-object",
        "create:@odata.type:of-the-base": "typed-as-base",
        "create:body:in-a-list": "body-wrapped-in-array",
        "create:body:none": "created-without-body",
        "create:createdDateTime:missing": "created-date-missing",
        "create:media-type:text": "created-as-text",
        "create:refused:code-missing": "error-without-code",
        "create:restoreJobType:standard": "granular-job-typed-standard",
        "create:status:activating": "status-activating",
        "create:status:name-capital": "status-spelled-in-capitals",
        "delete:RestoreSessionActionNotAllowed:accepted": "delete-any-state",
        "list-artifacts:id:missing": "artifact-without-id",
        "list-artifacts:restorePoint:missing": "field-point-not-expanded",
        "list-artifacts:status:inProgress": "draft-artifact-in-progress",
        "list-artifacts:value:bare": "artifacts-bare-array",
        "list-granular:destinationType:missing": "field2-items-without-destination",
        "list-granular:id:missing": "item-without-id",
        "list-granular:status:null": "item-status-null",
        "list-granular:value:bare": "items-bare-array",
        "list:body:without-context": "field-list-no-context",
        "list:error:missing": "field-list-no-error",
        "update:body:in-a-list": "update-answers-an-array",
        **{f"{op}:InvalidRestoreSessionId:code-other": f"{op}-malformed-id-other-code" for op in ON_ONE},
        **{
            f"{op}:RestoreSessionNotFound:code-other": f"{op}-unknown-id-other-code"
            for op in ON_ONE
            if op != "list-artifacts"
        },
        # ---------------------------------------------------------------- rows that went
        "artifacts-limit-answered-422": "create:RestoreArtifactsLimitBreached:status-422",
        "different-destination-answered-422": "create:DifferentRestoreDestinationType:status-422",
        "duplicate-artifact-answered-422": "create:DuplicateArtifactInList:status-422",
        "empty-list-answered-422": "create:InvalidArtifactRequest:status-422",
        "error-without-envelope": "create:refused:no-envelope",
        "failed-is-negative": "create:restoreSessionArtifactCount/failed:negative",
        "field-activate-again": "activate:RestoreSessionActionNotAllowed:accepted",
        "field-activate-no-body": "activate:body:none",
        "field-application-id-number": "create:createdBy/application/id:number",
        "field-artifacts-204": "list-artifacts:status-204",
        "field-artifacts-id-null": "list-artifacts:id:null",
        "field-body-single-quotes": "create:body:single-quotes",
        "field-body-twice-encoded": "create:body:encoded-twice",
        "field-different-409": "create:DifferentRestoreDestinationType:status-409",
        "field-get-201": "get:status-201",
        "field-get-empty": "get:body:none",
        "field-id-capital": "create:id:name-capital",
        "field-list-206": "list:status-206",
        "field-list-bare": "list:value:bare",
        "field-list-empty-409": "create:InvalidArtifactRequest:status-409",
        "field-list-null": "list:value:null",
        "field-path-422": "create:InvalidPathType:status-422",
        "field-point-404": "create:InvalidRestorePoint:status-404",
        "field-status-capital": "create:status:first-capital",
        "field-twice-409": "create:DuplicateArtifactInList:status-409",
        "field-update-201": "update:status-201",
        "field-update-204": "update:status-204",
        "field2-activate-answer-created-now": "activate:createdDateTime:blank",
        "field2-activate-answer-job-bulk": "activate:restoreJobType:bulk",
        "field2-code-null": "create:DifferentRestoreDestinationType:code-null",
        "field2-empty-list-200": "create:InvalidArtifactRequest:status-200",
        "field2-envelope-in-array": "create:RestoreArtifactsLimitBreached:body-list",
        "id-missing": "create:id:missing",
        "invalid-path-type-answered-422": "create:InvalidPathType:status-422",
        "invalid-restore-point-answered-422": "create:InvalidRestorePoint:status-422",
        "job-type-spelled-otherwise": "create:restoreJobType:name-underscores",
        "timestamp-with-dashes": "create:lastModifiedDateTime:dashes",
        "update-answers-nothing-of-it": "update:body:empty-object",
        "update-malformed-other-code": "update:InvalidPatchRequest:code-other",
    }
)
"""Another name, and the one that is served."""
