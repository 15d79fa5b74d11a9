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
    ARTIFACT_LISTS, at_least, count_of, granular, items, keys, malformed, places, point_ids, points, repeated,
    sites, typed,
)  # fmt: skip
from restore_conformance.mock.edits import (
    Into, Json, body, code, counts, head, joined, media_type, put, remove, status, text,
)  # fmt: skip
from restore_conformance.mock.faults.register import Fault, alike, on_refusal
from restore_conformance.mock.framing import in_charset
from restore_conformance.mock.hooks import (
    DIFFERENT, EMPTY, LIMIT, PATH, POINT, TWICE, breaks, crashes, created, lets_through, only, passes, place,
    prepares, refusing, ruled, rules_ordered, seeds, skips, spoils, then, unless,
)  # fmt: skip

ROW = "row:create/"
CLAUSES = {
    "invalid-path-type": PATH, "empty-list": EMPTY, "invalid-restore-point": POINT,
    "different-destination": DIFFERENT, "artifacts-limit": LIMIT, "duplicate-artifact": TWICE,
}  # fmt: skip
"""Every row of the table: the clause and its code."""
ABOUT_SITES = (
    ("path", PATH, "path-types", "no destinationType"),
    ("point", POINT, "restore-points", "an empty restore point id"),
    ("different", DIFFERENT, "same-destination", "another destination"),
    ("twice", TWICE, "duplicates", "the restore point of the first"),
)
"""The rules about full-site artifacts: how their faults are called, code, rule, and what breaks it."""
HTML = text("<h1>Bad Request</h1>", "text/html")
PROBLEM = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "Destinations differ."}

# ---------------------------------------------------------------- what a payload looks like


def _any_site(member: str, when: Callable[[Any], object]) -> Callable[[Any], bool]:
    """Whether a member of some site is such; "absent" where it is not there."""
    return lambda payload: any(when(site.get(member, "absent")) for site in sites(payload))


def _absent_later(payload: Any) -> bool:
    return "absent" in places(payload)[1:]


def _names(value: Any) -> Callable[[Any], bool]:
    return lambda payload: any(name in payload and payload[name] == value for name in ARTIFACT_LISTS)


def _at(name: str, value: Any) -> Callable[[Any], bool]:
    return lambda payload: payload.get(name, 0) == value


def _one_pair(payload: Json) -> bool:
    ids = points(payload) or keys(payload)
    return len(ids) - len(set(ids)) == 1


def _two_defects(payload: Json) -> bool:
    points = [site["restorePoint"] for site in sites(payload) if isinstance(site.get("restorePoint"), dict)]
    return "absent" in places(payload) and repeated([point.get("id") for point in points])


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
    refusing(lambda p: any(a == b for a, b in pairwise(points(p))), TWICE)(payload)
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
    *on_refusal(("create",),
        ("error-without-code", ".envelope", "", remove("error/code")),
        ("error-is-text", ".envelope", "", put("error", "InvalidRequest")),
        ("error-without-envelope", ".envelope", "", body(Into("the error alone", lambda old: old["error"]))),
        ("errors-as-text", ".media-type", "", media_type("text/plain")),
    ),
    Fault("two-defects-crash", ".several-defects", "One create with two different defects.", breaks(_two_defects)),
    Fault("fifty-artifacts-crash", ".open-questions", "One create with 50 artifacts.", breaks(lambda p: len(sites(p)) == rules.LIMIT)),
    # ---------------------------------------------------------------- each row: another code, another status, another body
    *on_refusal(("create",), *(
        (f"{clause}-{name}", f".{clause}", row, edit) for clause, row in CLAUSES.items()
        for name, edit in (("other-code", code("BadRequest")), ("answered-422", status(422)), ("answered-500", status(500)))
    )),
    *on_refusal(("create",),
        ("limit-answered-400", ".artifacts-limit", LIMIT, status(400)),
        ("field-path-other-code", "row", PATH, code(EMPTY)),
        ("field-path-no-envelope", "row", PATH, text(PATH)),
        ("field2-message-object", ".envelope", PATH, put("error/message", {"lang": "en-us", "value": "The path type is not known."})),
        ("field2-inner-text", ".envelope", PATH, put("error/innerError", "at Restore.Create()")),
        ("field2-odata-error", ".envelope", PATH, body(Into("an error of odata 3", lambda old: {"odata.error": old["error"]}))),
        ("field-point-404", "row", POINT, status(404)),
        ("field-point-code-number", "row", POINT, code(400)),
        ("field-point-bare-error", "row", POINT, body({"error": POINT})),
        ("field2-message-null", "row", POINT, put("error/message", None)),
        ("field2-error-in-error", "row", POINT, body(Into("an error in an error", lambda old: {"error": old}))),
        ("field2-point-302", "row", POINT, joined(status(302), head("Location", "/errors/restore-point"))),
        ("field-different-409", "row", DIFFERENT, status(409)),
        ("field-different-path-code", "row", DIFFERENT, code(PATH)),
        ("field-different-errors-list", "row", DIFFERENT, body({"errors": [{"code": DIFFERENT, "message": "x"}]})),
        ("field-different-207", "row", DIFFERENT, status(207)),
        ("field2-details-texts", "row", DIFFERENT, put("error/details", ["siteRestoreArtifacts"])),
        ("field2-code-null", "row", DIFFERENT, code(None)),
        ("field2-problem-details", "row", DIFFERENT, body(PROBLEM)),
        ("field-twice-409", "row", TWICE, status(409)),
        ("field-twice-empty-body", "row", TWICE, body(None)),
        ("field2-message-missing", "row", TWICE, remove("error/message")),
        ("field2-details-object", "row", TWICE, put("error/details", {"code": TWICE, "message": "x"})),
        ("field2-error-in-list", "row", TWICE, body(Into("an error in a list", lambda old: {"error": [old["error"]]}))),
        ("field2-twice-201-error", "row", TWICE, status(201)),
        ("field-limit-403", "row", LIMIT, status(403)),
        ("field-limit-page", "row", LIMIT, text("<h1>413 Request Entity Too Large</h1>", "text/html")),
        ("field2-code-list", "row", LIMIT, code([LIMIT])),
        ("field2-envelope-in-array", "row", LIMIT, body(Into("in an array", lambda old: [old]))),
        ("field2-limit-no-body", "row", LIMIT, body(None)),
        ("field2-limit-429", "row", LIMIT, joined(status(429), head("Retry-After", "1"))),
        ("field-list-empty-409", "row", EMPTY, status(409)),
        ("field-list-empty-no-code", "row", EMPTY, body({"error": {"message": "The list is empty."}})),
        ("field2-target-number", ".envelope", EMPTY, put("error/target", 0)),
        ("field2-capital-error", ".envelope", EMPTY, body({"Error": {"Code": EMPTY, "Message": "x"}})),
        ("field2-empty-list-page", ".envelope", EMPTY, HTML),
        ("field2-empty-list-200", "row", EMPTY, status(200)),
    ),
    # ---------------------------------------------------------------- each rule about sites: where it is not asked
    *(Fault(f"field2-{name}-typed-unchecked", ROW + row, f"@odata.type at the top, and a site with {defect}.", passes(rule, typed))
      for name, row, rule, defect in ABOUT_SITES),
    *(Fault(f"field2-{name}{'-ends' if row == TWICE else '-last'}-of-50", ROW + row, f"50 sites, the last one with {defect}.",
            lets_through(rule, only(_but_last_of_50, rule))) for name, row, rule, defect in ABOUT_SITES),
    # ---------------------------------------------------------------- InvalidPathType
    Fault("missing-destination-accepted", ".invalid-path-type", "One create whose artifact has no destinationType.",
          prepares("path-types", _in_place_by_default)),
    Fault("only-first-destination-checked", ".invalid-path-type", "One create with two artifacts, the second without a destinationType.",
          ruled("path-types", _as_the_first)),
    Fault("wire-path-type-in-latin-1", ".invalid-path-type", "Create without a destinationType: the refusal is in ISO 8859-1, and a letter shows it.",
          spoils(in_charset("iso-8859-1", "latin-1", lambda old: old.replace('message":"', 'message":"Zurückgewiesen: ')),
                 lambda sent, answer: b"InvalidPathType" in answer.body and b"unknownFuture" not in (sent.body or b""), 400)),
    *alike(ROW + PATH, lambda rule: ruled("path-types", then(rule, place)),
        ("field-path-null-accepted", "destinationType null is accepted.", unless("path-types", lambda p: None in places(p))),
        ("field-path-any-text-accepted", "destinationType elsewhere is accepted.",
         unless("path-types", lambda p: all(isinstance(place, str) and place != "absent" for place in places(p)))),
        ("field-path-unchecked-beyond-ten", "The 11th of 11 sites lacks destinationType.",
         unless("path-types", lambda p: "absent" not in places(p)[:10] and _absent_later(p))),
        ("field-path-first-only", "The second site lacks destinationType.", only(lambda every: every[:1], "path-types")),
    ),
    *alike(ROW + PATH, lambda when: passes("path-types", when),
        ("field2-path-null-second", "destinationType of the second site is null.",
         lambda p: None in places(p)[1:] and "absent" not in places(p)),
        ("field2-path-blank", "destinationType is an empty text.", lambda p: "" in places(p)),
        ("field2-path-all-absent", "No site of several has a destinationType.",
         lambda p: len(places(p)) > 1 and set(places(p)) == {"absent"}),
    ),
    *alike(ROW + PATH, crashes,
        ("field-path-late-absent-crash", "The second site lacks destinationType: 500.", _absent_later),
        ("field-destination-number-crash", "destinationType is 1: 500.", _any_site("destinationType", lambda value: isinstance(value, int))),
        ("field2-path-null-crash", "destinationType is null: 500.", lambda p: None in places(p)),
        ("field2-path-empty-text-crash", "destinationType is an empty text: 500.", lambda p: "" in places(p)),
    ),
    # ---------------------------------------------------------------- InvalidRestorePoint
    Fault("missing-restore-point-accepted", ".invalid-restore-point", "One create whose artifact has no restore point.",
          prepares("restore-points", _point_by_default)),
    Fault("malformed-restore-point-accepted", ".invalid-restore-point", "One create whose restore point id is not a GUID.",
          ruled("restore-points", refusing(_any_site("restorePoint", lambda point: not point or point == "absent" or not point.get("id")), POINT))),
    Fault("field-point-malformed-other-code", ROW + POINT, "restorePoint/id is not a GUID: code InvalidRequest.",
          prepares("restore-points", refusing(lambda p: any(map(malformed, points(p))), "InvalidRequest", message="Unrecognized Guid format."))),
    *alike(ROW + POINT, lambda when: ruled("restore-points", then(unless("restore-points", when), _point_made_up)),
        ("field-point-absent-accepted", "A site without restorePoint is accepted.", _points_absent),
        ("field-point-empty-accepted", "restorePoint/id is empty: accepted.", lambda p: "" in points(p)),
        ("field-point-last-only", "The first of two restore points is empty.", lambda p: "" in points(p) and points(p)[-1:] != [""]),
    ),
    *alike(ROW + POINT, lambda when: passes("restore-points", when),
        ("field2-point-id-null", "restorePoint/id is null.", lambda p: None in point_ids(p)),
        ("field2-point-empty-object", "restorePoint is {}.", _any_site("restorePoint", lambda point: point == {})),
        ("field2-point-null", "restorePoint is null.", _any_site("restorePoint", lambda point: point is None)),
        ("field2-point-blank", "restorePoint/id is a blank.",
         lambda p: any(isinstance(point, str) and point and not point.strip() for point in point_ids(p))),
        ("field2-point-second-malformed", "The second restore point is not a GUID.",
         lambda p: any(malformed(point) for point in point_ids(p)[1:]) and not malformed(point_ids(p)[0])),
    ),
    *alike(ROW + POINT, crashes,
        ("field-point-null-crash", "restorePoint is missing: 500.", _points_absent),
        ("field-point-text-crash", "restorePoint is a text: 500.", _any_site("restorePoint", lambda point: isinstance(point, str) and point != "absent")),
        ("field2-point-late-malformed-crash", "The second restore point is not a GUID: 500.", lambda p: any(malformed(point) for point in point_ids(p)[1:])),
        ("field2-point-id-null-crash", "restorePoint/id is null: 500.", lambda p: None in point_ids(p)),
    ),
    # ---------------------------------------------------------------- DifferentRestoreDestinationType
    Fault("different-destination-accepted", ".different-destination", "One create with two artifacts, one new and one inPlace.",
          skips("same-destination")),
    Fault("only-neighbours-compared", ".different-destination", "One create with three artifacts of which the last restores to another place.",
          ruled("same-destination", lambda p: rules.same_destination({rules.SITE: sites(p)[:2]}))),
    Fault("field-different-first-two", ROW + DIFFERENT, "The third of three sites differs.",
          ruled("same-destination", only(lambda every: every[:2], "same-destination"))),
    Fault("field-different-ends-only", ROW + DIFFERENT, "The middle of three sites differs.",
          ruled("same-destination", only(lambda every: [every[0], every[-1]], "same-destination"))),
    *alike(ROW + DIFFERENT, lambda when: passes("same-destination", when),
        ("field2-different-new-first", "A new place first, then one in place.", lambda p: places(p)[:1] == ["new"]),
        ("field2-different-majority", "One of five sites differs.",
         lambda p: len(places(p)) >= 5 and 1 in Counter(places(p)).values()),
    ),
    Fault("field2-different-many-crash", ROW + DIFFERENT, "Ten sites whose destinations differ: 500.",
          crashes(lambda p: len(places(p)) >= 10 and {"new", "inPlace"} <= {str(place) for place in places(p)})),
    # ---------------------------------------------------------------- DuplicateArtifactInList
    Fault("far-duplicate-accepted", ".duplicate-artifact", "One create whose first and last artifact are the same, with others between.",
          ruled("duplicates", _neighbours_or_items)),
    Fault("granular-duplicate-accepted", ".duplicate-artifact", "One granular create with the same item twice.",
          ruled("duplicates", _sites_alone)),
    *alike(ROW + TWICE, lambda rule: ruled("duplicates", rule),
        ("field-twice-neighbours-only", "The first and third of three sites are the same.", refusing(lambda payload: any(a.lower() == b.lower() for a, b in pairwise(points(payload))), TWICE)),
        ("field-twice-within-ten-only", "The first and 11th of 11 sites are the same.", _in_blocks(rules.SITE, 10)),
        ("field-twice-merged", "The same site twice: 201 with total 1.", _merged),
        ("field-twice-as-text", "The same site twice, its members in another order.", refusing(lambda p: repeated([json.dumps(site) for site in sites(p)]), TWICE)),
        ("field-thrice-accepted", "The same site three times.", refusing(lambda payload: any(points(payload).count(point) == 2 for point in points(payload)), TWICE)),
    ),
    *alike(ROW + TWICE, lambda when: passes("duplicates", when),
        ("field2-twice-last-two", "The last two of three sites are the same.", lambda p: len(points(p)) > 2 and points(p)[-1] == points(p)[-2]),
        ("field2-twice-to-new", "The same site twice, for new places.", lambda p: set(places(p)) == {"new"}),
    ),
    *alike(ROW + TWICE, lambda rule: lets_through("duplicates", rule),
        ("field2-twice-two-pairs", "Two sites, each of them twice.", refusing(_one_pair, TWICE)),
        ("field2-twice-items-far", "The first and the 21st of 21 items are the same.", then(_sites_alone, _in_blocks(rules.GRANULAR, 20))),
    ),
    Fault("field-twice-crash", ROW + TWICE, "The same site twice: a unique key breaks, 500.", crashes(lambda p: repeated(points(p)))),
    Fault("field2-twice-items-crash", ROW + TWICE, "The same item twice: 500.", crashes(lambda p: repeated([str(item) for item in items(p)]))),
    # ---------------------------------------------------------------- RestoreArtifactsLimitBreached
    Fault("no-limit", ".artifacts-limit", "One create with 1,001 artifacts.", skips("limit")),
    Fault("field-limit-silently-cut", ROW + LIMIT, "51 sites: 201 with total 50.", ruled("limit", _shortened)),
    Fault("field-limit-refuses-26", "N21", "26 sites are refused.", ruled("limit", refusing(at_least(26), LIMIT, 413))),
    Fault("field-limit-crash", ROW + LIMIT, "51 sites: 500.", crashes(at_least(51))),
    Fault("field2-limit-none-for-items", ROW + LIMIT, "1,001 items are accepted.", passes("limit", granular)),
    Fault("field2-limit-items-crash", ROW + LIMIT, "1,001 items: 500.", crashes(lambda p: granular(p) and count_of(p) > 1000)),
    Fault("field2-limit-new-crash", ROW + LIMIT, "More than 50 sites for new places: 500.",
          crashes(lambda p: len(places(p)) > 50 and set(places(p)) == {"new"})),
    # ---------------------------------------------------------------- InvalidArtifactRequest
    Fault("empty-list-accepted", ".empty-list-refused", "One create with an empty list.", passes("empty-list", _names([]))),
    Fault("null-list-accepted", ".empty-list-refused", "One create with a null list.", passes("empty-list", _names(None))),
    Fault("null-list-other-code", ".null-list", "One create with a null list.",
          rules_ordered(lambda every: {"null-list": refusing(_names(None), "BadRequest", message="A list is null."), **every})),
    Fault("empty-list-counted", ".empty-list", "One create with an empty list.", seeds(skips("empty-list"), created(counts(total=1, inProgress=0), lambda p: p and not any(p.values())))),
    *(Fault(name, ROW + EMPTY, shows, crashes(_at(at, value))) for name, at, value, shows in (
        ("field-list-empty-crash", rules.SITE, [], "siteRestoreArtifacts []: 500."),
        ("field-list-null-crash", rules.SITE, None, "siteRestoreArtifacts null: 500."),
        ("field2-items-empty-crash", rules.GRANULAR, [], "granularSiteRestoreArtifacts []: 500."),
        ("field2-items-null-crash", rules.GRANULAR, None, "granularSiteRestoreArtifacts null: 500."),
    )),
]
# fmt: on
