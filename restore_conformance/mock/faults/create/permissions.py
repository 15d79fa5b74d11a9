"""Faults of who may create: `tests/create/test_permissions.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import always, authorization, granular
from restore_conformance.mock.edits import body, joined, status
from restore_conformance.mock.faults.register import Fault, on_refusal
from restore_conformance.mock.hooks import created, locks_out, posing, serves
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked

USER_IS_NULL = joined(status(500), body({"error": {"code": "InternalServerError", "message": "user is null"}}))


def _lacks_permission(service: Service, asked: Asked) -> bool:
    token = authorization(asked).strip().partition(" ")[2].strip()
    return service.tokens.get(token) in {"no-permission", "read-only"}


# fmt: off
FAULTS = [
    Fault("permission-not-checked", ".permission-required", "One create with a token without permissions.", serves("no-permission")),
    Fault("read-permission-suffices", ".read-permission-insufficient", "One create with a token that may only read.", serves("read-only")),
    Fault("personal-account-accepted", ".personal-account", "One create with the token of a personal account.", serves("personal")),
    Fault("delegated-refused", ".delegated", "One create with a delegated token, while another token is served.",
          locks_out("delegated", status=400, code="BadRequest")),
    Fault("application-refused", ".application", "One create with an application token, while another token is served.",
          locks_out("application", status=400, code="BadRequest")),
    Fault("field-anyone-may-create", "N5", "A token without the permission creates.", posing(_lacks_permission)),
    Fault("field-application-crash", "N8", "An application without a user creates: 500.", created(USER_IS_NULL, always, "application")),
    Fault("field-delegated-granular-crash", "N8", "A user creates a granular session: 500.", created(USER_IS_NULL, granular, "delegated")),
    *on_refusal(("create",),
        ("field-forbidden-401", "N5", "Forbidden", status(401)),
        ("field-forbidden-no-envelope", "N5", "Forbidden", body({"message": "Forbidden"})),
        ("field-forbidden-500", "N5", "Forbidden", status(500)),
    ),
]
# fmt: on
