"""Names of faults that turned out to be the same server as another one, under which they are still served.

Two people wrote faults without a look at each other's; where both had the same idea, the bench counts it once.
"""

from __future__ import annotations

from types import MappingProxyType

ALIASES = MappingProxyType(
    {
        "field-created-no-zone": "timestamp-without-zone",
        "field-created-by-text": "created-by-is-text",
        "field-delete-also-next": "delete-takes-another",
        "field-activate-empties": "activate-loses-artifacts",
        "field-path-absent-accepted": "missing-destination-accepted",
        "field-different-accepted": "different-destination-accepted",
        "field-twice-granular-accepted": "granular-duplicate-accepted",
        "field-get-other-id": "read-back-other-id",
        "field-get-total-zero": "read-back-total-zero",
        "field-get-job-bulk": "read-back-other-job-type",
        "field-get-type-exchange": "get-typed-as-exchange",
        "field-get-open-to-all": "get-permission-not-checked",
        "field-list-values": "list-without-value",
        "field-list-items-without-id": "list-item-without-id",
        "field-list-draft-as-completed": "list-shows-another-status",
        "field-artifacts-bare": "artifacts-bare-array",
        "field-artifacts-in-place": "artifact-destination-lost",
        "field-granular-status-null": "item-status-null",
        "field-delete-202": "delete-answered-202",
        "field-delete-any-state": "delete-any-state",
        "field-activate-202": "activate-answered-202",
        "field-activate-too-many-400": "activate-too-many-400",
        "field-broken-json-empty": "broken-json-accepted",
        "field-list-payload-accepted": "array-payload-accepted",
        "field-read-only-may-create": "read-permission-suffices",
        "field-personal-may-create": "personal-account-accepted",
        "field-expired-may-create": "expired-token-accepted",
        "field-no-token-accepted": "no-token-accepted",
        "field-untyped-accepted": "missing-media-type-accepted",
        "field-path-sentinel-accepted": "sentinel-accepted",
        "field-update-list": "update-answers-an-array",
        "field-update-after-activation": "update-any-state",
        "field-artifacts-bad-id-500": "list-artifacts-malformed-id-answered-500",
        "field-delete-bad-id-500": "delete-malformed-id-answered-500",
        "field-get-bad-id-500": "get-malformed-id-answered-500",
        "field-update-restoresessionnotfound-400": "update-unknown-id-answered-400",
    }
)
"""The other name, and the fault that it stands for."""
