"""Faults of how payloads are read, and of what hangs on the data sent: `tests/create/test_request_body.py`."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from restore_conformance.mock import rules
from restore_conformance.mock.conditions import (
    ARTIFACT_LISTS, CONFLICT, at_least, behavior, count_of, exactly, granular, items, places, points, repeated,
    sites, standard, to_new,
)  # fmt: skip
from restore_conformance.mock.edits import Json
from restore_conformance.mock.faults.register import Fault, alike, rows
from restore_conformance.mock.hooks import (
    EMPTY, PATH, TWICE, Parse, breaks, breaks_after, checks, crash, crashes, drops, parsed, parses, parsing,
    passes, prepares, refuse, refuses, refuses_first, refusing, ruled, taken_over,
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


def _with_narrow_numbers(raw: bytes, parse: Parse) -> Json:
    payload = parse(raw)
    json.loads(raw, parse_int=_narrow)
    return payload


def _with_line_ends(raw: bytes, parse: Parse) -> Json:
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
          parses(lambda raw: {} if not _is_json(raw) and not _is_json(raw.split(b"}")[0]) else None)),
    Fault("array-payload-accepted", ".json-object", "One create whose payload is a JSON array.",
          parses(lambda raw: {} if raw[:1] == b"[" and _is_json(raw) else None)),
    Fault("trailing-text-accepted", ".nothing-after", "One create with text after the JSON object.", parses(_start_of)),
    Fault("invalid-utf8-crashes", ".utf-8", "One create with bytes that are not UTF-8.", parses(_breaking(lambda raw: raw.decode("utf-8", "replace").encode() != raw))),
    Fault("astral-letters-crash", ".unusual-json", "One create with a letter beyond the basic plane.",
          parses(_breaking(lambda raw: re.search(rb"[\xf0-\xf4]|\\ud8", raw, re.IGNORECASE)))),
    Fault("member-order-matters", ".white-space", "One create with white space between the tokens.",
          parses(_refusing(lambda raw: b"\n" in raw.strip() and b"restorePoint" in raw, ""))),
    Fault("big-number-crashes", ".big-number", "One create with a number of thirty digits.", parsing(_with_narrow_numbers)),
    Fault("deep-nesting-crashes", ".nested", "One create with a value of three hundred levels.",
          parses(lambda raw: crash() if b"[" * 200 in raw or b'{"a":' * 200 in raw else None)),
    Fault("half-a-pair-crashes", ".unpredictable-json", "One create with half of a surrogate pair in a text.",
          parsed(lambda p: json.dumps(p, ensure_ascii=False).encode())),
    Fault("field-broken-json-crash", "page:create", "Broken JSON: 500.", parses(lambda raw: None if _is_json(raw) else crash())),
    Fault("field-line-breaks-refused", "N1", "JSON over several lines is refused.",
          parses(_refusing(lambda raw: b"\n" in raw.strip(), "The payload is no JSON."))),
    *alike(".white-space", lambda when: parses(_refusing(when)),
        ("field-tab-refused", "Tabs between tokens.", lambda raw: b"\t" in raw),
        ("field-blank-in-front-refused", "A blank before the object.", lambda raw: raw[:1].isspace()),
        ("field-newline-behind-refused", "A new line behind the object.", lambda raw: raw[-1:] == b"\n"),
    ),
    Fault("field-crlf-crash", ".white-space", "CR and LF as line ends.", parsing(_with_line_ends)),
    # ---------------------------------------------------------------- other JSON forms
    Fault("one-artifact-for-a-list", ".collection-form", "Create with one artifact in place of the list.", parsed(_object_for_a_list)),
    Fault("list-taken-for-one-object", ".collection-form", "One create whose restorePoint is a list of one.", checks(_list_for_an_object)),
    Fault("restore-point-as-text", ".member-types", "One create whose restorePoint is the id alone.", checks(_point_from_text)),
    Fault("item-id-as-number", ".converted-types", "One create with an item whose id is a number.", checks(_text_from_number)),
    Fault("element-type-not-checked", ".member-types", "One create whose list holds null.", prepares("shape", _without_nulls)),
    Fault("number-as-id-crashes", ".member-types", "One create whose restore point id is a number.",
          breaks(lambda p: any(isinstance(site.get("restorePoint"), dict) and isinstance(site["restorePoint"].get("id"), int) for site in sites(p)))),
    Fault("field-list-object-crash", "page:create", "siteRestoreArtifacts is an object: 500.", crashes(_is_object(rules.SITE))),
    Fault("field-items-text-crash", "page:create", "granularSiteRestoreArtifacts is a text: 500.", crashes(_is_object(rules.GRANULAR))),
    Fault("field-element-null-crash", "page:create", "An element is null: 500.", crashes(_holds_no_object)),
    # ---------------------------------------------------------------- members
    Fault("odata-type-refused", ".control-information", "One create with @odata.type at the top.", refuses_first(lambda p: "@odata.type" in p)),
    Fault("annotations-crash", ".other-annotations", "One create with an annotation nobody knows.",
          breaks(lambda p: any("@example" in name for name in p))),
    Fault("field2-element-type-crash", ".other-annotations", "A site with @odata.type.", breaks_after(_typed(sites))),
    Fault("field2-item-type-crash", ".other-annotations", "An item with @odata.type.", breaks_after(_typed(items))),
    Fault("field2-point-type-crash", ".other-annotations", "A restore point with @odata.type.",
          breaks_after(_typed(lambda payload: [site["restorePoint"] for site in sites(payload) if "restorePoint" in site]))),
    Fault("sent-id-taken-over", ".read-only-members", "One create that sends an id.", taken_over("id")),
    Fault("unknown-member-crashes", ".unknown-members", "One create with an undeclared member.", breaks(lambda p: "notDeclared" in json.dumps(p))),
    Fault("sentinel-accepted", ".unknown-future-value", "One create with destinationType unknownFutureValue.",
          prepares("path-types", _future_is_in_place)),
    Fault("field2-path-sentinel-crash", "N40", "destinationType is unknownFutureValue: 500.", crashes(lambda p: FUTURE in places(p))),
    Fault("browse-session-not-required", ".granular-members", "One granular create without browseSessionId.",
          prepares("items", _given("browseSessionId", lambda: "assumed"))),
    Fault("field-item-id-optional", "N31", "An item without id is accepted.", prepares("items", _given("id", lambda: str(uuid.uuid4())))),
    *alike("N31", lambda when: passes("items", when),
        ("field2-item-second-without-browse", "The second item lacks browseSessionId.", _second_is("browseSessionId", "absent")),
        ("field2-item-second-id-empty", "The id of the second item is empty.", _second_is("id", "")),
        ("field2-item-browse-null", "browseSessionId is null.", _any_item("browseSessionId", None)),
    ),
    Fault("field2-item-without-id-crash", "N31", "An item without id: 500.", crashes(_any_item("id", "absent"))),
    Fault("granular-destination-refused", ".granular-destination", "One granular create with destinationType inPlace.", refuses_first(lambda p: CONFLICT not in p and _any_item("destinationType", *rules.DESTINATIONS)(p))),
    Fault("field-item-destination-crash", ".granular-destination", "An item with a destinationType: 500.",
          crashes(_any_item("destinationType", "inPlace"))),
    Fault("field2-item-to-new-crash", ".granular-destination", "An item for a new place.",
          breaks_after(_any_item("destinationType", "new"))),
    Fault("opaque-item-crashes", ".opaque-values", "One granular create whose item key is not a list of GUIDs.",
          breaks(lambda payload: any(isinstance(item.get("id"), str) and "," not in item["id"] and item["id"] for item in items(payload)))),
    # ---------------------------------------------------------------- conflict behaviour
    Fault("conflict-rename-refused", ".conflict-behavior-accepted", "One granular create with conflictBehavior rename.",
          refuses_first(lambda p: behavior(p) == "rename" and p.get(rules.GRANULAR))),
    Fault("conflict-on-standard-accepted", ".conflict-behavior-granular-only", "One standard create with conflictBehavior.",
          passes("conflict", lambda p: not granular(p))),
    Fault("conflict-value-not-checked", ".conflict-behavior-values", "One granular create with a conflictBehavior that does not exist.",
          ruled("conflict", refusing(lambda p: CONFLICT in p and not p.get(rules.GRANULAR), "InvalidRequest"))),
    *rows(lambda when: passes("conflict", when),
        ("field-conflict-on-sites", "N33", "replace with one site is accepted.", standard),
        ("field-conflict-on-empty", "N33", "fail with no artifacts is accepted.", lambda p: not standard(p) and not granular(p)),
        ("field-conflict-overwrite", "N35", "overwrite is accepted.", lambda p: granular(p) and behavior(p) == "overwrite"),
        ("field-conflict-any-value", "N35", "Any behaviour is accepted.", granular),
        ("field-conflict-last-accepted", "N33", "Sites, and a conflict behaviour as the last member.", lambda payload: list(payload)[-1:] == [CONFLICT] and not granular(payload)),
    ),
    Fault("field2-conflict-several-sites", "N33", "rename with two sites is accepted.", passes("conflict", at_least(2))),
    Fault("field-conflict-fail-refused", "N32", "The default, fail, is refused when it is spelt out.",
          prepares("conflict", refusing(lambda p: behavior(p) == "fail", "InvalidRequest"))),
    *rows(crashes,
        ("field-conflict-rename-crash", "N32", "rename with three items: 500.", lambda p: behavior(p) == "rename" and at_least(3, granular)(p)),
        ("field-conflict-replace-crash", "N32", "replace: 500.", lambda p: behavior(p) == "replace" and granular(p)),
        ("field-conflict-sites-crash", "N33", "fail with sites: 500.", lambda p: behavior(p) is not None and standard(p)),
        ("field2-conflict-fail-many-crash", "N32", "fail with ten items: 500.", lambda p: behavior(p) == "fail" and granular(p) and count_of(p) >= 10),
        ("field2-conflict-empty-crash", "N33", "rename without artifacts: 500.", lambda p: behavior(p) is not None and not count_of(p)),
    ),
    # ---------------------------------------------------------------- valid creates that are refused, or break
    Fault("field-points-last-digit", "N1", "Restore points that differ in the last digit alone are refused.",
          refuses(lambda p: repeated([point.lower()[:-1] for point in points(p)]), TWICE)),
    Fault("field-destination-first", "N1", "destinationType before restorePoint is refused.",
          refuses(lambda payload: any(len(site) > 1 and next(iter(site)) != "restorePoint" for site in sites(payload)), PATH)),
    Fault("field-single-site-refused", "N1", "A single site is refused.", refuses(lambda p: sites(p) and count_of(p) == 1, EMPTY)),
    Fault("field-new-above-nine", "N1", "Ten sites for new places are refused.", refuses(at_least(10, to_new), PATH)),
    Fault("field-guid-digits-crash", "N1", "A restore point starts with eight decimal digits: 500.",
          crashes(lambda p: any(point[:8].isdecimal() for point in points(p)))),
    Fault("field-guid-version-crash", "N1", "A restore point that is not a GUID of version 4: 500.",
          crashes(lambda payload: any((match := VERSION.match(point)) and match[1] != "4" for point in points(payload)))),
    Fault("field-count-37-crash", "N1", "37 sites: 500.", crashes(lambda p: len(sites(p)) == 37)),
    Fault("field-upper-guid-crash", "N1", "A restore point in capitals: 500.", crashes(lambda p: any(point != point.lower() for point in points(p)))),
    Fault("field-drop-seven-new", "N1", "Seven sites for new places: the connection is dropped.", drops(exactly(7, to_new))),
    Fault("field2-fifty-new-crash", "N21", "50 sites for new places.", breaks_after(lambda p: to_new(p) and len(sites(p)) == 50)),
    Fault("field2-points-rising-crash", "N1", "Three or more restore points that rise.",
          breaks_after(lambda p: len(points(p)) > 2 and points(p) == sorted(points(p)))),
    Fault("field2-prefer-on-sites-crash", "N1", "Sites, with Prefer: include-unknown-enum-members.",
          breaks_after(standard, preferring=True)),
]
# fmt: on
