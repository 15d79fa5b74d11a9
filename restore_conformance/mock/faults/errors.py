"""Defects in how a bad request is refused."""

from __future__ import annotations

import itertools
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.faults.seeding import (
    fault,
    items,
    made,
    on_refusal,
    on_reply,
    replaced,
    sites,
    without,
)  # fmt: skip
from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

E = "create/errors."


@fault("create/introduction.exclusive-artifacts")
def mixed_accepted(service: Service) -> None:
    """One create with one artifact of each kind."""
    without(service, "kinds")


@fault("create/introduction.exclusive-artifacts")
def mixed_accepted_granular_first(service: Service) -> None:
    """One create with both kinds, the granular list first."""

    def rule(payload: dict[str, Any]) -> None:
        if next(iter(payload), "") != rules.GRANULAR:
            rules.kinds(payload)

    replaced(service, "kinds", rule)


@fault(E + "envelope")
def error_without_code(service: Service) -> None:
    """Any refusal."""
    _on_error(service, lambda reply: reply.body["error"].pop("code"))


@fault(E + "envelope")
def error_is_text(service: Service) -> None:
    """Any refusal."""
    _on_error(service, lambda reply: reply.body.update(error="InvalidRequest"))


@fault(E + "envelope")
def error_without_envelope(service: Service) -> None:
    """Any refusal."""

    def change(reply: Reply) -> None:
        reply.body = reply.body["error"]

    _on_error(service, change)


@fault(E + "media-type")
def errors_as_text(service: Service) -> None:
    """Any refusal."""
    _on_error(service, lambda reply: reply.headers.update({"Content-Type": "text/plain"}))


def _on_error(service: Service, act: Any) -> None:
    def change(reply: Reply, asked: Asked) -> None:
        if 400 <= reply.status < 500:
            act(reply)

    on_reply(service, change)


@fault(E + "invalid-path-type")
def missing_destination_accepted(service: Service) -> None:
    """One create whose artifact has no destinationType."""

    def rule(payload: dict[str, Any]) -> None:
        for element in sites(payload):
            element.setdefault("destinationType", "inPlace")
        rules.path_types(payload)

    replaced(service, "path-types", rule)


@fault(E + "invalid-path-type")
def only_first_destination_checked(service: Service) -> None:
    """One create with two artifacts, the second without a destinationType."""

    def rule(payload: dict[str, Any]) -> None:
        rules.path_types({rules.SITE: sites(payload)[:1]})
        for element in sites(payload):
            element.setdefault("destinationType", sites(payload)[0]["destinationType"])

    replaced(service, "path-types", rule)


@fault(E + "invalid-restore-point")
def missing_restore_point_accepted(service: Service) -> None:
    """One create whose artifact has no restore point."""

    def rule(payload: dict[str, Any]) -> None:
        for number, element in enumerate(sites(payload)):
            element.setdefault("restorePoint", {"id": f"00000000-0000-4000-8000-{number:012d}"})
        rules.restore_points(payload)

    replaced(service, "restore-points", rule)


@fault(E + "invalid-restore-point")
def malformed_restore_point_accepted(service: Service) -> None:
    """One create whose restore point id is no GUID."""

    def rule(payload: dict[str, Any]) -> None:
        for element in sites(payload):
            if not (element.get("restorePoint") or {}).get("id"):
                raise Refusal(400, "InvalidRestorePoint")

    replaced(service, "restore-points", rule)


@fault("create/errors.empty-list-refused")
def empty_list_accepted(service: Service) -> None:
    """One create with an empty list."""

    def rule(payload: dict[str, Any]) -> None:
        if not any(payload.get(name) == [] for name in (rules.SITE, rules.GRANULAR)):
            rules.empty_list(payload)

    replaced(service, "empty-list", rule)


@fault("create/errors.empty-list-refused")
def null_list_accepted(service: Service) -> None:
    """One create with a null list."""

    def rule(payload: dict[str, Any]) -> None:
        if not any(name in payload and payload[name] is None for name in (rules.SITE, rules.GRANULAR)):
            rules.empty_list(payload)

    replaced(service, "empty-list", rule)


@fault(E + "different-destination")
def different_destination_accepted(service: Service) -> None:
    """One create with two artifacts, one new and one inPlace."""
    without(service, "same-destination")


@fault(E + "different-destination")
def only_neighbours_compared(service: Service) -> None:
    """One create with three artifacts of which the last restores to another place."""

    def rule(payload: dict[str, Any]) -> None:
        rules.same_destination({rules.SITE: sites(payload)[:2]})

    replaced(service, "same-destination", rule)


@fault(E + "duplicate-artifact")
def far_duplicate_accepted(service: Service) -> None:
    """One create whose first and last artifact are the same, with others between."""

    def rule(payload: dict[str, Any]) -> None:
        found = sites(payload)
        for one, next_one in itertools.pairwise(found):
            if one["restorePoint"]["id"] == next_one["restorePoint"]["id"]:
                raise Refusal(400, "DuplicateArtifactInList")
        rules.duplicates({rules.GRANULAR: items(payload)})

    replaced(service, "duplicates", rule)


@fault(E + "duplicate-artifact")
def granular_duplicate_accepted(service: Service) -> None:
    """One granular create with the same item twice."""
    replaced(service, "duplicates", lambda payload: rules.duplicates({rules.SITE: sites(payload)}))


@fault(E + "artifacts-limit")
def limit_answered_400(service: Service) -> None:
    """One create with 1,001 artifacts."""
    on_refusal(service, "RestoreArtifactsLimitBreached", lambda reply: setattr(reply, "status", 400))


@fault(E + "artifacts-limit")
def no_limit(service: Service) -> None:
    """One create with 1,001 artifacts."""
    without(service, "limit")


@fault(E + "several-defects")
def two_defects_crash(service: Service) -> None:
    """One create with two different defects."""
    check = service.check

    def lying(payload: dict[str, Any]) -> None:
        points = [
            (e.get("restorePoint") or {}).get("id") for e in sites(payload) if isinstance(e.get("restorePoint"), dict)
        ]
        lacking = [e for e in sites(payload) if "destinationType" not in e]
        if lacking and len(set(points)) < len(points):
            raise RuntimeError("seeded")
        check(payload)

    service.check = lying  # type: ignore[method-assign]


ROWS = {
    "invalid-path-type": ("InvalidPathType", "path-types"),
    "empty-list": ("InvalidArtifactRequest", "empty-list"),
    "invalid-restore-point": ("InvalidRestorePoint", "restore-points"),
    "different-destination": ("DifferentRestoreDestinationType", "same-destination"),
    "artifacts-limit": ("RestoreArtifactsLimitBreached", "limit"),
    "duplicate-artifact": ("DuplicateArtifactInList", "duplicates"),
}
"""Every row of the table: the clause, its code, the rule that raises it."""


def _recoded(code: str) -> Any:
    def seed(service: Service) -> None:
        on_refusal(service, code, lambda reply: reply.body["error"].update(code="BadRequest"))

    return seed


def _restated(code: str, status: int) -> Any:
    def seed(service: Service) -> None:
        on_refusal(service, code, lambda reply: setattr(reply, "status", status))

    return seed


for _clause, (_code, _) in ROWS.items():
    made(f"{_clause}-other-code", E + _clause, f"One create refused with {_code}.", _recoded(_code))
    made(f"{_clause}-answered-422", E + _clause, f"One create refused with {_code}.", _restated(_code, 422))
    made(f"{_clause}-answered-500", E + _clause, f"One create refused with {_code}.", _restated(_code, 500))
