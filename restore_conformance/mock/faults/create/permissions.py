"""Faults of who may create: `tests/create/test_permissions.py`."""

from __future__ import annotations

from restore_conformance.mock.conditions import always, authorization, granular
from restore_conformance.mock.edits import body, combined, status
from restore_conformance.mock.faults.register import Fault, refusal_faults
from restore_conformance.mock.hooks import authorise_caller, authorise_when, on_created, refuse_caller
from restore_conformance.mock.service import Service
from restore_conformance.mock.protocol import ParsedRequest

USER_IS_NULL = combined(status(500), body({"error": {"code": "InternalServerError", "message": "user is null"}}))


def _lacks_permission(service: Service, request: ParsedRequest) -> bool:
    token = authorization(request).strip().partition(" ")[2].strip()
    return service.tokens.get(token) in {"no-permission", "read-only"}


# fmt: off
FAULTS = [
    Fault("permission-not-checked", ".permission-required", "One create with a token without permissions.", authorise_caller("no-permission")),
    Fault("read-permission-suffices", ".read-permission-insufficient", "One create with a token that may only read.", authorise_caller("read-only")),
    Fault("personal-account-accepted", ".personal-account", "One create with the token of a personal account.", authorise_caller("personal")),
    Fault("delegated-refused", ".delegated", "One create with a delegated token, while another token is served.",
          refuse_caller("delegated", status=400, code="BadRequest")),
    Fault("application-refused", ".application", "One create with an application token, while another token is served.",
          refuse_caller("application", status=400, code="BadRequest")),
    Fault("field-anyone-may-create", "N5", "A token without the permission creates.", authorise_when(_lacks_permission)),
    Fault("field-application-crash", "N8", "An application without a user creates: 500.", on_created(USER_IS_NULL, always, "application")),
    Fault("field-delegated-granular-crash", "N8", "A user creates a granular session: 500.", on_created(USER_IS_NULL, granular, "delegated")),
    *refusal_faults(("create",),
        ("field-forbidden-401", "N5", "Forbidden", status(401)),
        ("field-forbidden-no-envelope", "N5", "Forbidden", body({"message": "Forbidden"})),
        ("field-forbidden-500", "N5", "Forbidden", status(500)),
    ),
]
# fmt: on
