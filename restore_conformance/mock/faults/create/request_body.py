"""Faults of how payloads are read, and of what depends on the data sent: `tests/create/test_request_body.py`."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import (
    ARTIFACT_LISTS, CONFLICT_BEHAVIOR, at_least, conflict_behavior, count_artifacts, destination_types, exactly,
    granular, has_duplicates, items, restore_point_ids, sites, standard, to_new_sites,
)  # fmt: skip
from restore_conformance.mock.edits import Json
from restore_conformance.mock.faults.register import Fault, faults_from, faults_of_clause
from restore_conformance.mock.hooks import (
    DUPLICATE_ARTIFACT, INVALID_ARTIFACT_REQUEST, INVALID_PATH_TYPE, Parser, after_parse, around_parse, before_check,
    before_parse, before_rule, crash, crash_after_create, crash_before_check, drop_after_check, drop_before_check,
    echo_member, refuse, refuse_after_check, refuse_before_check, replace_rule, rule_refusing, skip_rule_when,
)  # fmt: skip

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
VERSION = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-", re.IGNORECASE)
FUTURE = "unknownFutureValue"
Bytes = Callable[[bytes], object]

# ---------------------------------------------------------------- the bytes


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


def _start_of(raw: bytes) -> Any:
    try:
        return json.JSONDecoder().raw_decode(raw.decode())[0]
    except (ValueError, RecursionError):
        return None


def _breaking(when: Bytes) -> Bytes:
    def look(raw: bytes) -> None:
        if when(raw):
            raise RuntimeError("seeded")

    return look


def _refusing(when: Bytes, message: str = "The payload cannot be read.") -> Bytes:
    return lambda raw: refuse(400, "BadRequest", message) if when(raw) else None


def _narrow(digits: str) -> int:
    return int(digits) if -(1 << 63) <= int(digits) < 1 << 63 else crash()


def _with_narrow_numbers(raw: bytes, parse: Parser) -> Json:
    payload = parse(raw)
    json.loads(raw, parse_int=_narrow)
    return payload


def _with_line_ends(raw: bytes, parse: Parser) -> Json:
    payload = parse(raw)
    return crash("line ends") if b"\r\n" in raw else payload


# ---------------------------------------------------------------- other JSON forms


def _object_for_a_list(payload: Json) -> None:
    payload.update(
        {name: [payload[name]] for name in ARTIFACT_LISTS if payload.get(name) and isinstance(payload[name], dict)}
    )


def _list_for_an_object(payload: Json) -> None:
    for site in sites(payload):
        point = site.get("restorePoint")
        if isinstance(point, list) and len(point) == 1:
            site["restorePoint"] = point[0]


def _point_from_text(payload: Json) -> None:
    for site in sites(payload):
        point = site.get("restorePoint")
        if isinstance(point, str) and GUID.fullmatch(point):
            site["restorePoint"] = {"id": point}


def _text_from_number(payload: Json) -> None:
    for item in items(payload):
        for name in ("id", "browseSessionId"):
            if isinstance(item.get(name, ""), int | float):
                item[name] = json.dumps(item[name])


def _without_nulls(payload: Json) -> None:
    for name in ARTIFACT_LISTS:
        value = payload.get(name)
        if isinstance(value, list) and None in value:
            payload[name] = [element for element in value if element is not None]
            if not payload[name]:
                del payload[name]


def _is_object(name: str) -> Callable[[Any], bool]:
    return lambda payload: payload.get(name) is not None and not isinstance(payload[name], list)


def _holds_no_object(payload: Any) -> bool:
    value = payload.get(rules.SITE) or []
    return isinstance(value, list) and any(not isinstance(element, dict) for element in value)


# ---------------------------------------------------------------- members


def _future_is_in_place(payload: Json) -> None:
    for site in sites(payload):
        if site.get("destinationType") == FUTURE:
            site["destinationType"] = "inPlace"


def _given(member: str, make: Callable[[], str]) -> rules.Rule:
    """Give every item that lacks a member one."""

    def give(payload: Json) -> None:
        for item in items(payload):
            item[member] = item.get(member) or make()

    return give


def _any_item(member: str, *values: Any) -> Callable[[Any], bool]:
    return lambda payload: any(item.get(member, "absent") in values for item in items(payload))


def _second_is(name: str, value: Any) -> Callable[[Any], bool]:
    return lambda payload: value in [item.get(name, "absent") for item in items(payload)[1:]]


def _typed(elements: Callable[[Any], list[Json]]) -> Callable[[Any], bool]:
    return lambda payload: any("@odata.type" in element for element in elements(payload))


# fmt: off
FAULTS = [
    # ---------------------------------------------------------------- the bytes
    Fault("broken-json-accepted", ".json", "One create whose payload is not JSON.",
          before_parse(lambda raw: {} if not _is_json(raw) and not _is_json(raw.split(b"}")[0]) else None)),
    Fault("array-payload-accepted", ".json-object", "One create whose payload is a JSON array.",
          before_parse(lambda raw: {} if raw[:1] == b"[" and _is_json(raw) else None)),
    Fault("trailing-text-accepted", ".nothing-after", "One create with text after the JSON object.", before_parse(_start_of)),
    Fault("invalid-utf8-crashes", ".utf-8", "One create with bytes that are not UTF-8.", before_parse(_breaking(lambda raw: raw.decode("utf-8", "replace").encode() != raw))),
    Fault("astral-letters-crash", ".unusual-json", "One create with a letter beyond the basic plane.",
          before_parse(_breaking(lambda raw: re.search(rb"[\xf0-\xf4]|\\ud8", raw, re.IGNORECASE)))),
    Fault("member-order-matters", ".white-space", "One create with white space between the tokens.",
          before_parse(_refusing(lambda raw: b"\n" in raw.strip() and b"restorePoint" in raw, ""))),
    Fault("big-number-crashes", ".big-number", "One create with a number of thirty digits.", around_parse(_with_narrow_numbers)),
    Fault("deep-nesting-crashes", ".nested", "One create with a value of three hundred levels.",
          before_parse(lambda raw: crash() if b"[" * 200 in raw or b'{"a":' * 200 in raw else None)),
    Fault("half-a-pair-crashes", ".unpredictable-json", "One create with half of a surrogate pair in a text.",
          after_parse(lambda p: json.dumps(p, ensure_ascii=False).encode())),
    Fault("field-broken-json-crash", "page:create", "Broken JSON: 500.", before_parse(lambda raw: None if _is_json(raw) else crash())),
    Fault("field-line-breaks-refused", "N1", "JSON over several lines is refused.",
          before_parse(_refusing(lambda raw: b"\n" in raw.strip(), "The payload is no JSON."))),
    *faults_of_clause(".white-space", lambda when: before_parse(_refusing(when)),
        ("field-tab-refused", "Tabs between tokens.", lambda raw: b"\t" in raw),
        ("field-blank-in-front-refused", "A blank before the object.", lambda raw: raw[:1].isspace()),
        ("field-newline-behind-refused", "A new line behind the object.", lambda raw: raw[-1:] == b"\n"),
    ),
    Fault("field-crlf-crash", ".white-space", "CR and LF as line ends.", around_parse(_with_line_ends)),
    # ---------------------------------------------------------------- other JSON forms
    Fault("one-artifact-for-a-list", ".collection-form", "Create with one artifact in place of the list.", after_parse(_object_for_a_list)),
    Fault("list-taken-for-one-object", ".collection-form", "One create whose restorePoint is a list of one.", before_check(_list_for_an_object)),
    Fault("restore-point-as-text", ".member-types", "One create whose restorePoint is the id alone.", before_check(_point_from_text)),
    Fault("item-id-as-number", ".converted-types", "One create with an item whose id is a number.", before_check(_text_from_number)),
    Fault("element-type-not-checked", ".member-types", "One create whose list holds null.", before_rule("shape", _without_nulls)),
    Fault("number-as-id-crashes", ".member-types", "One create whose restore point id is a number.",
          drop_before_check(lambda p: any(isinstance(site.get("restorePoint"), dict) and isinstance(site["restorePoint"].get("id"), int) for site in sites(p)))),
    Fault("field-list-object-crash", "page:create", "siteRestoreArtifacts is an object: 500.", crash_before_check(_is_object(rules.SITE))),
    Fault("field-items-text-crash", "page:create", "granularSiteRestoreArtifacts is a text: 500.", crash_before_check(_is_object(rules.GRANULAR))),
    Fault("field-element-null-crash", "page:create", "An element is null: 500.", crash_before_check(_holds_no_object)),
    # ---------------------------------------------------------------- members
    Fault("odata-type-refused", ".control-information", "One create with @odata.type at the top.", refuse_before_check(lambda p: "@odata.type" in p)),
    Fault("annotations-crash", ".other-annotations", "One create with an annotation nobody knows.",
          drop_before_check(lambda p: any("@example" in name for name in p))),
    Fault("field2-element-type-crash", ".other-annotations", "A site with @odata.type.", crash_after_create(_typed(sites))),
    Fault("field2-item-type-crash", ".other-annotations", "An item with @odata.type.", crash_after_create(_typed(items))),
    Fault("field2-point-type-crash", ".other-annotations", "A restore point with @odata.type.",
          crash_after_create(_typed(lambda payload: [site["restorePoint"] for site in sites(payload) if "restorePoint" in site]))),
    Fault("sent-id-taken-over", ".read-only-members", "One create that sends an id.", echo_member("id")),
    Fault("unknown-member-crashes", ".unknown-members", "One create with an undeclared member.", drop_before_check(lambda p: "notDeclared" in json.dumps(p))),
    Fault("sentinel-accepted", ".unknown-future-value", "One create with destinationType unknownFutureValue.",
          before_rule("path-types", _future_is_in_place)),
    Fault("field2-path-sentinel-crash", "N40", "destinationType is unknownFutureValue: 500.", crash_before_check(lambda p: FUTURE in destination_types(p))),
    Fault("browse-session-not-required", ".granular-members", "One granular create without browseSessionId.",
          before_rule("items", _given("browseSessionId", lambda: "assumed"))),
    Fault("field-item-id-optional", "N31", "An item without id is accepted.", before_rule("items", _given("id", lambda: str(uuid.uuid4())))),
    *faults_of_clause("N31", lambda when: skip_rule_when("items", when),
        ("field2-item-second-without-browse", "The second item lacks browseSessionId.", _second_is("browseSessionId", "absent")),
        ("field2-item-second-id-empty", "The id of the second item is empty.", _second_is("id", "")),
        ("field2-item-browse-null", "browseSessionId is null.", _any_item("browseSessionId", None)),
    ),
    Fault("field2-item-without-id-crash", "N31", "An item without id: 500.", crash_before_check(_any_item("id", "absent"))),
    Fault("granular-destination-refused", ".granular-destination", "One granular create with destinationType inPlace.", refuse_before_check(lambda p: CONFLICT_BEHAVIOR not in p and _any_item("destinationType", *rules.DESTINATIONS)(p))),
    Fault("field-item-destination-crash", ".granular-destination", "An item with a destinationType: 500.",
          crash_before_check(_any_item("destinationType", "inPlace"))),
    Fault("field2-item-to-new-crash", ".granular-destination", "An item for a new place.",
          crash_after_create(_any_item("destinationType", "new"))),
    Fault("opaque-item-crashes", ".opaque-values", "One granular create whose item key is not a list of GUIDs.",
          drop_before_check(lambda payload: any(isinstance(item.get("id"), str) and "," not in item["id"] and item["id"] for item in items(payload)))),
    # ---------------------------------------------------------------- conflict behaviour
    Fault("conflict-rename-refused", ".conflict-behavior-accepted", "One granular create with conflictBehavior rename.",
          refuse_before_check(lambda p: conflict_behavior(p) == "rename" and p.get(rules.GRANULAR))),
    Fault("conflict-on-standard-accepted", ".conflict-behavior-granular-only", "One standard create with conflictBehavior.",
          skip_rule_when("conflict", lambda p: not granular(p))),
    Fault("conflict-value-not-checked", ".conflict-behavior-values", "One granular create with a conflictBehavior that does not exist.",
          replace_rule("conflict", rule_refusing(lambda p: CONFLICT_BEHAVIOR in p and not p.get(rules.GRANULAR), "InvalidRequest"))),
    *faults_from(lambda when: skip_rule_when("conflict", when),
        ("field-conflict-on-sites", "N33", "replace with one site is accepted.", standard),
        ("field-conflict-on-empty", "N33", "fail with no artifacts is accepted.", lambda p: not standard(p) and not granular(p)),
        ("field-conflict-overwrite", "N35", "overwrite is accepted.", lambda p: granular(p) and conflict_behavior(p) == "overwrite"),
        ("field-conflict-any-value", "N35", "Any behaviour is accepted.", granular),
        ("field-conflict-last-accepted", "N33", "Sites, and a conflict behaviour as the last member.", lambda payload: list(payload)[-1:] == [CONFLICT_BEHAVIOR] and not granular(payload)),
    ),
    Fault("field2-conflict-several-sites", "N33", "rename with two sites is accepted.", skip_rule_when("conflict", at_least(2))),
    Fault("field-conflict-fail-refused", "N32", "The default, fail, is refused when it is spelt out.",
          before_rule("conflict", rule_refusing(lambda p: conflict_behavior(p) == "fail", "InvalidRequest"))),
    *faults_from(crash_before_check,
        ("field-conflict-rename-crash", "N32", "rename with three items: 500.", lambda p: conflict_behavior(p) == "rename" and at_least(3, granular)(p)),
        ("field-conflict-replace-crash", "N32", "replace: 500.", lambda p: conflict_behavior(p) == "replace" and granular(p)),
        ("field-conflict-sites-crash", "N33", "fail with sites: 500.", lambda p: conflict_behavior(p) is not None and standard(p)),
        ("field2-conflict-fail-many-crash", "N32", "fail with ten items: 500.", lambda p: conflict_behavior(p) == "fail" and granular(p) and count_artifacts(p) >= 10),
        ("field2-conflict-empty-crash", "N33", "rename without artifacts: 500.", lambda p: conflict_behavior(p) is not None and not count_artifacts(p)),
    ),
    # ---------------------------------------------------------------- valid creates that are refused, or break
    Fault("field-points-last-digit", "N1", "Restore points that differ in the last digit alone are refused.",
          refuse_after_check(lambda p: has_duplicates([point.lower()[:-1] for point in restore_point_ids(p)]), DUPLICATE_ARTIFACT)),
    Fault("field-destination-first", "N1", "destinationType before restorePoint is refused.",
          refuse_after_check(lambda payload: any(len(site) > 1 and next(iter(site)) != "restorePoint" for site in sites(payload)), INVALID_PATH_TYPE)),
    Fault("field-single-site-refused", "N1", "A single site is refused.", refuse_after_check(lambda p: sites(p) and count_artifacts(p) == 1, INVALID_ARTIFACT_REQUEST)),
    Fault("field-new-above-nine", "N1", "Ten sites for new places are refused.", refuse_after_check(at_least(10, to_new_sites), INVALID_PATH_TYPE)),
    Fault("field-guid-digits-crash", "N1", "A restore point starts with eight decimal digits: 500.",
          crash_before_check(lambda p: any(point[:8].isdecimal() for point in restore_point_ids(p)))),
    Fault("field-guid-version-crash", "N1", "A restore point that is not a GUID of version 4: 500.",
          crash_before_check(lambda payload: any((match := VERSION.match(point)) and match[1] != "4" for point in restore_point_ids(payload)))),
    Fault("field-count-37-crash", "N1", "37 sites: 500.", crash_before_check(lambda p: len(sites(p)) == 37)),
    Fault("field-upper-guid-crash", "N1", "A restore point in capitals: 500.", crash_before_check(lambda p: any(point != point.lower() for point in restore_point_ids(p)))),
    Fault("field-drop-seven-new", "N1", "Seven sites for new places: the connection is dropped.", drop_after_check(exactly(7, to_new_sites))),
    Fault("field2-fifty-new-crash", "N21", "50 sites for new places.", crash_after_create(lambda p: to_new_sites(p) and len(sites(p)) == 50)),
    Fault("field2-points-rising-crash", "N1", "Three or more restore points that rise.",
          crash_after_create(lambda p: len(restore_point_ids(p)) > 2 and restore_point_ids(p) == sorted(restore_point_ids(p)))),
    Fault("field2-prefer-on-sites-crash", "N1", "Sites, with Prefer: include-unknown-enum-members.",
          crash_after_create(standard, preferring=True)),
]
# fmt: on
