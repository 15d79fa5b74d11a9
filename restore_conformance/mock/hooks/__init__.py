"""The only package that changes a service: functions that each make a `Seed`, which changes one service.

The first word of a name says where a hook acts: `before_` and `after_` a step or an operation, `around_` it with the
step as it was at hand, `instead_of_` it, `on_` what the service is about to send or to show. The others start with what
they do: `refuse_`, `crash_` (500), `drop_` (no response), `skip_`, `replace_`, `set_`, `authorise_`. `seeds` joins several;
`rule_` functions make rules, `mock.edits` changes of a response, `mock.conditions` conditions on a payload. Knows no
single fault and no single variant.
"""

from restore_conformance.mock.hooks.on_responses import (
    after_http, around_http, around_request, authorise_caller, authorise_when, corrupt_response, echo_member, on_body,
    on_created, on_error, on_items, on_refusal, on_response, on_success, refuse_caller, set_transport,
)  # fmt: skip
from restore_conformance.mock.hooks.on_creates import (
    before_check, before_rule, change_rules, complete_payload, crash_after_create, crash_before_check, drop_after_check,
    drop_before_check, fill_destinations, instead_of_check, refuse_after_check, refuse_after_shape, refuse_before_check,
    replace_rule, replace_rule_and_complete, rule_for_part, rule_refusing, rule_then, rule_unless, skip_rule,
    skip_rule_when,
)  # fmt: skip
from restore_conformance.mock.hooks.on_operations import (
    after_operation, after_route, after_update, allow_any_state, around_find, around_operation, around_update,
    before_operation, change_refusal, crash_on, crash_on_update, for_other_sessions, instead_of_refusal,
    instead_of_update, refuse_calls, refuse_on, remove_operations, reopen_before, require_write_permission, set_limit,
    set_session, with_sessions,
)  # fmt: skip
from restore_conformance.mock.hooks.on_sessions import (
    PayloadReader, Store, add_artifacts, after_parse, after_store, around_parse, around_store, before_parse,
    before_store, carry_out_refused_update, edit_render, edit_session_in, instead_of_payload, keep_totals,
    on_added_artifacts, on_render, on_session_in, read_as_json, refuse_payload, set_render_options, set_total,
    store_refused,
)  # fmt: skip
from restore_conformance.mock.hooks.seed import (
    ACTION_NOT_ALLOWED, ACTIVATE, ARTIFACTS_LIMIT, ARTIFACT_READS, DELETES, DIFFERENT_DESTINATION, DUPLICATE_ARTIFACT,
    GETS, INVALID_ARTIFACT_REQUEST, INVALID_PATCH, INVALID_PATH_TYPE, INVALID_RESTORE_POINT, INVALID_SESSION_ID, LISTS,
    LIST_ARTIFACTS, LIST_GRANULAR, READS, SESSION_NOT_FOUND, TOO_MANY_ACTIVE, UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE,
    UPDATE, Call, Parser, Seed, assign, crash, refuse, seeds,
)  # fmt: skip

__all__ = [
    "ACTION_NOT_ALLOWED", "ACTIVATE", "ARTIFACTS_LIMIT", "ARTIFACT_READS", "DELETES", "DIFFERENT_DESTINATION",
    "DUPLICATE_ARTIFACT", "GETS", "INVALID_ARTIFACT_REQUEST", "INVALID_PATCH", "INVALID_PATH_TYPE",
    "INVALID_RESTORE_POINT", "INVALID_SESSION_ID", "LISTS", "LIST_ARTIFACTS", "LIST_GRANULAR", "READS",
    "SESSION_NOT_FOUND", "TOO_MANY_ACTIVE", "UNAUTHENTICATED", "UNSUPPORTED_MEDIA_TYPE", "UPDATE", "Call", "Parser",
    "PayloadReader", "Seed", "Store", "add_artifacts", "after_http", "after_operation", "after_parse", "after_route",
    "after_store", "after_update", "allow_any_state", "around_find", "around_http", "around_operation", "around_parse",
    "around_request", "around_store", "around_update", "assign", "authorise_caller", "authorise_when", "before_check",
    "before_operation", "before_parse", "before_rule", "before_store", "carry_out_refused_update", "change_refusal",
    "change_rules", "complete_payload", "corrupt_response", "crash", "crash_after_create", "crash_before_check", "crash_on",
    "crash_on_update", "drop_after_check", "drop_before_check", "echo_member", "edit_render", "edit_session_in",
    "fill_destinations", "for_other_sessions", "instead_of_check", "instead_of_payload", "instead_of_refusal",
    "instead_of_update", "keep_totals", "on_added_artifacts", "on_body", "on_created", "on_error", "on_items",
    "on_refusal", "on_render", "on_response", "on_session_in", "on_success", "read_as_json", "refuse",
    "refuse_after_check", "refuse_after_shape", "refuse_before_check", "refuse_caller", "refuse_calls", "refuse_on",
    "refuse_payload", "remove_operations", "reopen_before", "replace_rule", "replace_rule_and_complete",
    "require_write_permission", "rule_for_part", "rule_refusing", "rule_then", "rule_unless", "seeds", "set_limit",
    "set_render_options", "set_session", "set_total", "set_transport", "skip_rule", "skip_rule_when", "store_refused",
    "with_sessions",
]  # fmt: skip
