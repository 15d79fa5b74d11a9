"""Faults of how a bad create is refused: `tests/create/test_errors.py`."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import (
    ARTIFACT_LISTS, at_least, count_artifacts, destination_types, granular, has_duplicates, has_type, is_malformed_guid,
    item_ids, items, restore_point_ids, restore_point_values, sites,
)  # fmt: skip
from restore_conformance.mock.edits import (
    Derived, Json, body, code, combined, counts, media_type, put, remove, set_header, status, text,
)  # fmt: skip
from restore_conformance.mock.faults.register import Fault, faults_of_clause, refusal_faults
from restore_conformance.mock.transport import in_charset
from restore_conformance.mock.hooks import (
    ARTIFACTS_LIMIT, DIFFERENT_DESTINATION, DUPLICATE_ARTIFACT, INVALID_ARTIFACT_REQUEST, INVALID_PATH_TYPE,
    INVALID_RESTORE_POINT, before_rule, change_rules, corrupt_response, crash_before_check, drop_before_check,
    fill_destinations, on_created, replace_rule, replace_rule_and_complete, rule_for_part, rule_refusing, rule_then,
    rule_unless, seeds, skip_rule, skip_rule_when,
)  # fmt: skip

ROW = "row:create/"
CLAUSES = {
    "invalid-path-type": INVALID_PATH_TYPE, "empty-list": INVALID_ARTIFACT_REQUEST, "invalid-restore-point": INVALID_RESTORE_POINT,
    "different-destination": DIFFERENT_DESTINATION, "artifacts-limit": ARTIFACTS_LIMIT, "duplicate-artifact": DUPLICATE_ARTIFACT,
}  # fmt: skip
"""Every row of the table: the clause and its code."""
ABOUT_SITES = (
    ("path", INVALID_PATH_TYPE, "path-types", "no destinationType"),
    ("point", INVALID_RESTORE_POINT, "restore-points", "an empty restore point id"),
    ("different", DIFFERENT_DESTINATION, "same-destination", "another destination"),
    ("twice", DUPLICATE_ARTIFACT, "duplicates", "the restore point of the first"),
)
"""The rules about full-site artifacts: how their faults are called, code, rule, and what breaks it."""
HTML = text("<h1>Bad Request</h1>", "text/html")
PROBLEM = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "Destinations differ."}

# ---------------------------------------------------------------- what a payload looks like


def _any_site(member: str, when: Callable[[Any], object]) -> Callable[[Any], bool]:
    """Whether a member of some site is such; "absent" where it is not there."""
    return lambda payload: any(when(site.get(member, "absent")) for site in sites(payload))


def _absent_later(payload: Any) -> bool:
    return "absent" in destination_types(payload)[1:]


def _names(value: Any) -> Callable[[Any], bool]:
    return lambda payload: any(name in payload and payload[name] == value for name in ARTIFACT_LISTS)


def _at(name: str, value: Any) -> Callable[[Any], bool]:
    return lambda payload: payload.get(name, 0) == value


def _one_pair(payload: Json) -> bool:
    ids = restore_point_ids(payload) or item_ids(payload)
    return len(ids) - len(set(ids)) == 1


def _two_defects(payload: Json) -> bool:
    points = [site["restorePoint"] for site in sites(payload) if isinstance(site.get("restorePoint"), dict)]
    return "absent" in destination_types(payload) and has_duplicates([point.get("id") for point in points])


_points_absent = _any_site("restorePoint", lambda point: not point or point == "absent")

# ---------------------------------------------------------------- rules that let something through


def _but_last_of_50(every: list[Json]) -> list[Json]:
    return every[:-1] if len(every) >= 50 else every


def _in_place_by_default(payload: Json) -> None:
    for site in sites(payload):
        site.setdefault("destinationType", "inPlace")


def _as_the_first(payload: Json) -> None:
    rules.path_types({rules.SITE: sites(payload)[:1]})
    for site in sites(payload):
        site.setdefault("destinationType", sites(payload)[0]["destinationType"])


def _point_by_default(payload: Json) -> None:
    for number, site in enumerate(sites(payload)):
        site.setdefault("restorePoint", {"id": f"00000000-0000-4000-8000-{number:012d}"})


def _point_made_up(payload: Json) -> None:
    for site in sites(payload):
        site["restorePoint"] = site.get("restorePoint") or {"id": str(uuid.uuid4())}


def _neighbours_or_items(payload: Json) -> None:
    rule_refusing(lambda p: any(a == b for a, b in pairwise(restore_point_ids(p))), DUPLICATE_ARTIFACT)(payload)
    rules.duplicates({rules.GRANULAR: items(payload)})


def _sites_alone(payload: Json) -> None:
    rules.duplicates({rules.SITE: sites(payload)})


def _in_blocks(name: str, size: int) -> rules.Rule:
    def rule(payload: Json) -> None:
        for start in range(0, len(payload.get(name) or []), size):
            rules.duplicates({name: payload[name][start : start + size]})

    return rule


def _merged(payload: Json) -> None:
    if sites(payload):
        payload[rules.SITE] = list({rules.key(rules.SITE, site): site for site in sites(payload)}.values())


def _shortened(payload: Json) -> None:
    payload.update(
        {name: payload[name][: rules.LIMIT] for name in ARTIFACT_LISTS if isinstance(payload.get(name), list)}
    )


# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- any refusal
    *refusal_faults(("create",),
        ("error-without-code", ".envelope", "", remove("error/code")),
        ("error-is-text", ".envelope", "", put("error", "InvalidRequest")),
        ("errors-as-text", ".media-type", "", media_type("text/plain")),
    ),
    Fault("two-defects-crash", ".several-defects", "One create with two different defects.", drop_before_check(_two_defects)),
    Fault("fifty-artifacts-crash", ".open-questions", "One create with 50 artifacts.", drop_before_check(lambda p: len(sites(p)) == rules.LIMIT)),
    # ---------------------------------------------------------------- each row: another code, another status, another body
    *refusal_faults(("create",), *(
        (f"{clause}-{name}", f".{clause}", row, edit) for clause, row in CLAUSES.items()
        for name, edit in (("other-code", code("BadRequest")), ("answered-500", status(500)))
    )),
    *refusal_faults(("create",),
        ("limit-answered-400", ".artifacts-limit", ARTIFACTS_LIMIT, status(400)),
        ("field-path-other-code", "row", INVALID_PATH_TYPE, code(INVALID_ARTIFACT_REQUEST)),
        ("field-path-no-envelope", "row", INVALID_PATH_TYPE, text(INVALID_PATH_TYPE)),
        ("field2-message-object", ".envelope", INVALID_PATH_TYPE, put("error/message", {"lang": "en-us", "value": "The path type is not known."})),
        ("field2-inner-text", ".envelope", INVALID_PATH_TYPE, put("error/innerError", "at Restore.Create()")),
        ("field2-odata-error", ".envelope", INVALID_PATH_TYPE, body(Derived("an error of odata 3", lambda old: {"odata.error": old["error"]}))),
        ("field-point-code-number", "row", INVALID_RESTORE_POINT, code(400)),
        ("field-point-bare-error", "row", INVALID_RESTORE_POINT, body({"error": INVALID_RESTORE_POINT})),
        ("field2-message-null", "row", INVALID_RESTORE_POINT, put("error/message", None)),
        ("field2-error-in-error", "row", INVALID_RESTORE_POINT, body(Derived("an error in an error", lambda old: {"error": old}))),
        ("field2-point-302", "row", INVALID_RESTORE_POINT, combined(status(302), set_header("Location", "/errors/restore-point"))),
        ("field-different-path-code", "row", DIFFERENT_DESTINATION, code(INVALID_PATH_TYPE)),
        ("field-different-errors-list", "row", DIFFERENT_DESTINATION, body({"errors": [{"code": DIFFERENT_DESTINATION, "message": "x"}]})),
        ("field-different-207", "row", DIFFERENT_DESTINATION, status(207)),
        ("field2-details-texts", "row", DIFFERENT_DESTINATION, put("error/details", ["siteRestoreArtifacts"])),
        ("field2-problem-details", "row", DIFFERENT_DESTINATION, body(PROBLEM)),
        ("field-twice-empty-body", "row", DUPLICATE_ARTIFACT, body(None)),
        ("field2-message-missing", "row", DUPLICATE_ARTIFACT, remove("error/message")),
        ("field2-details-object", "row", DUPLICATE_ARTIFACT, put("error/details", {"code": DUPLICATE_ARTIFACT, "message": "x"})),
        ("field2-error-in-list", "row", DUPLICATE_ARTIFACT, body(Derived("an error in a list", lambda old: {"error": [old["error"]]}))),
        ("field2-twice-201-error", "row", DUPLICATE_ARTIFACT, status(201)),
        ("field-limit-403", "row", ARTIFACTS_LIMIT, status(403)),
        ("field-limit-page", "row", ARTIFACTS_LIMIT, text("<h1>413 Request Entity Too Large</h1>", "text/html")),
        ("field2-code-list", "row", ARTIFACTS_LIMIT, code([ARTIFACTS_LIMIT])),
        ("field2-limit-no-body", "row", ARTIFACTS_LIMIT, body(None)),
        ("field2-limit-429", "row", ARTIFACTS_LIMIT, combined(status(429), set_header("Retry-After", "1"))),
        ("field-list-empty-no-code", "row", INVALID_ARTIFACT_REQUEST, body({"error": {"message": "The list is empty."}})),
        ("field2-target-number", ".envelope", INVALID_ARTIFACT_REQUEST, put("error/target", 0)),
        ("field2-capital-error", ".envelope", INVALID_ARTIFACT_REQUEST, body({"Error": {"Code": INVALID_ARTIFACT_REQUEST, "Message": "x"}})),
        ("field2-empty-list-page", ".envelope", INVALID_ARTIFACT_REQUEST, HTML),
    ),
    # ---------------------------------------------------------------- each rule about sites: where it is not asked
    *(Fault(f"field2-{name}-typed-unchecked", ROW + row, f"@odata.type at the top, and a site with {defect}.", skip_rule_when(rule, has_type))
      for name, row, rule, defect in ABOUT_SITES),
    *(Fault(f"field2-{name}{'-ends' if row == DUPLICATE_ARTIFACT else '-last'}-of-50", ROW + row, f"50 sites, the last one with {defect}.",
            replace_rule_and_complete(rule, rule_for_part(_but_last_of_50, rule))) for name, row, rule, defect in ABOUT_SITES),
    # ---------------------------------------------------------------- InvalidPathType
    Fault("missing-destination-accepted", ".invalid-path-type", "One create whose artifact has no destinationType.",
          before_rule("path-types", _in_place_by_default)),
    Fault("only-first-destination-checked", ".invalid-path-type", "One create with two artifacts, the second without a destinationType.",
          replace_rule("path-types", _as_the_first)),
    Fault("wire-path-type-in-latin-1", ".invalid-path-type", "Create without a destinationType: the refusal is in ISO 8859-1, and a letter shows it.",
          corrupt_response(in_charset("iso-8859-1", "latin-1", lambda old: old.replace('message":"', 'message":"Zurückgewiesen: ')),
                 lambda sent, answer: b"InvalidPathType" in answer.body and b"unknownFuture" not in (sent.body or b""), 400)),
    *faults_of_clause(ROW + INVALID_PATH_TYPE, lambda rule: replace_rule("path-types", rule_then(rule, fill_destinations)),
        ("field-path-null-accepted", "destinationType null is accepted.", rule_unless("path-types", lambda p: None in destination_types(p))),
        ("field-path-any-text-accepted", "destinationType elsewhere is accepted.",
         rule_unless("path-types", lambda p: all(isinstance(place, str) and place != "absent" for place in destination_types(p)))),
        ("field-path-unchecked-beyond-ten", "The 11th of 11 sites lacks destinationType.",
         rule_unless("path-types", lambda p: "absent" not in destination_types(p)[:10] and _absent_later(p))),
        ("field-path-first-only", "The second site lacks destinationType.", rule_for_part(lambda every: every[:1], "path-types")),
    ),
    *faults_of_clause(ROW + INVALID_PATH_TYPE, lambda when: skip_rule_when("path-types", when),
        ("field2-path-null-second", "destinationType of the second site is null.",
         lambda p: None in destination_types(p)[1:] and "absent" not in destination_types(p)),
        ("field2-path-blank", "destinationType is an empty text.", lambda p: "" in destination_types(p)),
        ("field2-path-all-absent", "No site of several has a destinationType.",
         lambda p: len(destination_types(p)) > 1 and set(destination_types(p)) == {"absent"}),
    ),
    *faults_of_clause(ROW + INVALID_PATH_TYPE, crash_before_check,
        ("field-path-late-absent-crash", "The second site lacks destinationType: 500.", _absent_later),
        ("field-destination-number-crash", "destinationType is 1: 500.", _any_site("destinationType", lambda value: isinstance(value, int))),
        ("field2-path-null-crash", "destinationType is null: 500.", lambda p: None in destination_types(p)),
        ("field2-path-empty-text-crash", "destinationType is an empty text: 500.", lambda p: "" in destination_types(p)),
    ),
    # ---------------------------------------------------------------- InvalidRestorePoint
    Fault("missing-restore-point-accepted", ".invalid-restore-point", "One create whose artifact has no restore point.",
          before_rule("restore-points", _point_by_default)),
    Fault("malformed-restore-point-accepted", ".invalid-restore-point", "One create whose restore point id is not a GUID.",
          replace_rule("restore-points", rule_refusing(_any_site("restorePoint", lambda point: not point or point == "absent" or not point.get("id")), INVALID_RESTORE_POINT))),
    Fault("field-point-malformed-other-code", ROW + INVALID_RESTORE_POINT, "restorePoint/id is not a GUID: code InvalidRequest.",
          before_rule("restore-points", rule_refusing(lambda p: any(map(is_malformed_guid, restore_point_ids(p))), "InvalidRequest", message="Unrecognized Guid format."))),
    *faults_of_clause(ROW + INVALID_RESTORE_POINT, lambda when: replace_rule("restore-points", rule_then(rule_unless("restore-points", when), _point_made_up)),
        ("field-point-absent-accepted", "A site without restorePoint is accepted.", _points_absent),
        ("field-point-empty-accepted", "restorePoint/id is empty: accepted.", lambda p: "" in restore_point_ids(p)),
        ("field-point-last-only", "The first of two restore points is empty.", lambda p: "" in restore_point_ids(p) and restore_point_ids(p)[-1:] != [""]),
    ),
    *faults_of_clause(ROW + INVALID_RESTORE_POINT, lambda when: skip_rule_when("restore-points", when),
        ("field2-point-id-null", "restorePoint/id is null.", lambda p: None in restore_point_values(p)),
        ("field2-point-empty-object", "restorePoint is {}.", _any_site("restorePoint", lambda point: point == {})),
        ("field2-point-null", "restorePoint is null.", _any_site("restorePoint", lambda point: point is None)),
        ("field2-point-blank", "restorePoint/id is a blank.",
         lambda p: any(isinstance(point, str) and point and not point.strip() for point in restore_point_values(p))),
        ("field2-point-second-malformed", "The second restore point is not a GUID.",
         lambda p: any(is_malformed_guid(point) for point in restore_point_values(p)[1:]) and not is_malformed_guid(restore_point_values(p)[0])),
    ),
    *faults_of_clause(ROW + INVALID_RESTORE_POINT, crash_before_check,
        ("field-point-null-crash", "restorePoint is missing: 500.", _points_absent),
        ("field-point-text-crash", "restorePoint is a text: 500.", _any_site("restorePoint", lambda point: isinstance(point, str) and point != "absent")),
        ("field2-point-late-malformed-crash", "The second restore point is not a GUID: 500.", lambda p: any(is_malformed_guid(point) for point in restore_point_values(p)[1:])),
        ("field2-point-id-null-crash", "restorePoint/id is null: 500.", lambda p: None in restore_point_values(p)),
    ),
    # ---------------------------------------------------------------- DifferentRestoreDestinationType
    Fault("different-destination-accepted", ".different-destination", "One create with two artifacts, one new and one inPlace.",
          skip_rule("same-destination")),
    Fault("only-neighbours-compared", ".different-destination", "One create with three artifacts of which the last restores to another place.",
          replace_rule("same-destination", lambda p: rules.same_destination({rules.SITE: sites(p)[:2]}))),
    Fault("field-different-first-two", ROW + DIFFERENT_DESTINATION, "The third of three sites differs.",
          replace_rule("same-destination", rule_for_part(lambda every: every[:2], "same-destination"))),
    Fault("field-different-ends-only", ROW + DIFFERENT_DESTINATION, "The middle of three sites differs.",
          replace_rule("same-destination", rule_for_part(lambda every: [every[0], every[-1]], "same-destination"))),
    *faults_of_clause(ROW + DIFFERENT_DESTINATION, lambda when: skip_rule_when("same-destination", when),
        ("field2-different-new-first", "A new place first, then one in place.", lambda p: destination_types(p)[:1] == ["new"]),
        ("field2-different-majority", "One of five sites differs.",
         lambda p: len(destination_types(p)) >= 5 and 1 in Counter(destination_types(p)).values()),
    ),
    Fault("field2-different-many-crash", ROW + DIFFERENT_DESTINATION, "Ten sites whose destinations differ: 500.",
          crash_before_check(lambda p: len(destination_types(p)) >= 10 and {"new", "inPlace"} <= {str(place) for place in destination_types(p)})),
    # ---------------------------------------------------------------- DuplicateArtifactInList
    Fault("far-duplicate-accepted", ".duplicate-artifact", "One create whose first and last artifact are the same, with others between.",
          replace_rule("duplicates", _neighbours_or_items)),
    Fault("granular-duplicate-accepted", ".duplicate-artifact", "One granular create with the same item twice.",
          replace_rule("duplicates", _sites_alone)),
    *faults_of_clause(ROW + DUPLICATE_ARTIFACT, lambda rule: replace_rule("duplicates", rule),
        ("field-twice-neighbours-only", "The first and third of three sites are the same.", rule_refusing(lambda payload: any(a.lower() == b.lower() for a, b in pairwise(restore_point_ids(payload))), DUPLICATE_ARTIFACT)),
        ("field-twice-within-ten-only", "The first and 11th of 11 sites are the same.", _in_blocks(rules.SITE, 10)),
        ("field-twice-merged", "The same site twice: 201 with total 1.", _merged),
        ("field-twice-as-text", "The same site twice, its members in another order.", rule_refusing(lambda p: has_duplicates([json.dumps(site) for site in sites(p)]), DUPLICATE_ARTIFACT)),
        ("field-thrice-accepted", "The same site three times.", rule_refusing(lambda payload: any(restore_point_ids(payload).count(point) == 2 for point in restore_point_ids(payload)), DUPLICATE_ARTIFACT)),
    ),
    *faults_of_clause(ROW + DUPLICATE_ARTIFACT, lambda when: skip_rule_when("duplicates", when),
        ("field2-twice-last-two", "The last two of three sites are the same.", lambda p: len(restore_point_ids(p)) > 2 and restore_point_ids(p)[-1] == restore_point_ids(p)[-2]),
        ("field2-twice-to-new", "The same site twice, for new places.", lambda p: set(destination_types(p)) == {"new"}),
    ),
    *faults_of_clause(ROW + DUPLICATE_ARTIFACT, lambda rule: replace_rule_and_complete("duplicates", rule),
        ("field2-twice-two-pairs", "Two sites, each of them twice.", rule_refusing(_one_pair, DUPLICATE_ARTIFACT)),
        ("field2-twice-items-far", "The first and the 21st of 21 items are the same.", rule_then(_sites_alone, _in_blocks(rules.GRANULAR, 20))),
    ),
    Fault("field-twice-crash", ROW + DUPLICATE_ARTIFACT, "The same site twice: a unique key breaks, 500.", crash_before_check(lambda p: has_duplicates(restore_point_ids(p)))),
    Fault("field2-twice-items-crash", ROW + DUPLICATE_ARTIFACT, "The same item twice: 500.", crash_before_check(lambda p: has_duplicates([str(item) for item in items(p)]))),
    # ---------------------------------------------------------------- RestoreArtifactsLimitBreached
    Fault("no-limit", ".artifacts-limit", "One create with 1,001 artifacts.", skip_rule("limit")),
    Fault("field-limit-silently-cut", ROW + ARTIFACTS_LIMIT, "51 sites: 201 with total 50.", replace_rule("limit", _shortened)),
    Fault("field-limit-refuses-26", "N21", "26 sites are refused.", replace_rule("limit", rule_refusing(at_least(26), ARTIFACTS_LIMIT, 413))),
    Fault("field-limit-crash", ROW + ARTIFACTS_LIMIT, "51 sites: 500.", crash_before_check(at_least(51))),
    Fault("field2-limit-none-for-items", ROW + ARTIFACTS_LIMIT, "1,001 items are accepted.", skip_rule_when("limit", granular)),
    Fault("field2-limit-items-crash", ROW + ARTIFACTS_LIMIT, "1,001 items: 500.", crash_before_check(lambda p: granular(p) and count_artifacts(p) > 1000)),
    Fault("field2-limit-new-crash", ROW + ARTIFACTS_LIMIT, "More than 50 sites for new places: 500.",
          crash_before_check(lambda p: len(destination_types(p)) > 50 and set(destination_types(p)) == {"new"})),
    # ---------------------------------------------------------------- InvalidArtifactRequest
    Fault("empty-list-accepted", ".empty-list-refused", "One create with an empty list.", skip_rule_when("empty-list", _names([]))),
    Fault("null-list-accepted", ".empty-list-refused", "One create with a null list.", skip_rule_when("empty-list", _names(None))),
    Fault("null-list-other-code", ".null-list", "One create with a null list.",
          change_rules(lambda every: {"null-list": rule_refusing(_names(None), "BadRequest", message="A list is null."), **every})),
    Fault("empty-list-counted", ".empty-list", "One create with an empty list.", seeds(skip_rule("empty-list"), on_created(counts(total=1, inProgress=0), lambda p: p and not any(p.values())))),
    *(Fault(name, ROW + INVALID_ARTIFACT_REQUEST, shows, crash_before_check(_at(at, value))) for name, at, value, shows in (
        ("field-list-empty-crash", rules.SITE, [], "siteRestoreArtifacts []: 500."),
        ("field-list-null-crash", rules.SITE, None, "siteRestoreArtifacts null: 500."),
        ("field2-items-empty-crash", rules.GRANULAR, [], "granularSiteRestoreArtifacts []: 500."),
        ("field2-items-null-crash", rules.GRANULAR, None, "granularSiteRestoreArtifacts null: 500."),
    )),
]
# fmt: on
