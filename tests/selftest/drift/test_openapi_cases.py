"""OpenAPI documents as generators write them: what is on the wire decides, not names, spellings or places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift import sentences
from restore_conformance.drift.comparison import Settings, compare
from restore_conformance.drift.sources.openapi import read_openapi

ITEM = "/solutions/backupRestore/restoreSessions/{restoreSessionBase-id}"
POINT = "microsoft.graph.restorePoint"


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT = {"type": "string", "nullable": True}
NOTE = {"type": "object", "properties": {"note": TEXT}}
SELECT = {
    "name": "$select",
    "in": "query",
    "schema": {"type": "array", "items": {"type": "string", "enum": ["id", "tags"]}},
}


def build(
    path: str = ITEM,
    *,
    key: str = "restoreSessionBase-id",
    select: dict[str, Any] = SELECT,
    status: str = "200",
    sent: dict[str, Any] = NOTE,
    came: dict[str, Any] | None = None,
    point: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A small document of one path; each argument replaces one part of it."""
    answer = ref(POINT) if came is None else came
    return {
        "openapi": "3.0.4",
        "info": {"title": "t", "version": "beta"},
        "paths": {
            path: {
                "get": {
                    "parameters": [{"name": key, "in": "path", "required": True, "schema": {"type": "string"}}, select],
                    "responses": {status: {"description": "d", "content": {"application/json": {"schema": answer}}}},
                },
                "post": {
                    "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
                    "responses": {"204": {"description": "d"}},
                },
            }
        },
        "components": {
            "schemas": {
                POINT: {"type": "object", "properties": {"id": {"type": "string"}, "tags": TEXT, **(point or {})}},
                "microsoft.graph.publicError": {"type": "object", "properties": {"code": TEXT}},
                **(more or {}),
            }
        },
    }


@pytest.fixture
def graded(tmp_path: Path) -> Any:
    """The changes between two documents as kind, class and rule."""

    def compared(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
        files = [tmp_path / "old.json", tmp_path / "new.json"]
        for file, value in zip(files, (old, new), strict=True):
            file.write_text(json.dumps(value) + "\n", encoding="utf-8")
        night = compare([str(files[0])], [str(files[1])], Settings(SCHEMAS))
        assert not night.broken
        assert len({change.id for change in night.changes}) == len(night.changes)
        assert all(sentences.what(change, sentences.Texts()) for change in night.changes)
        return [f"{change.kind} {change.contract} {change.rule}" for change in night.changes]

    return compared


def limited(values: list[str]) -> dict[str, Any]:
    """The `$select` parameter with other values."""
    return {**SELECT, "schema": {"type": "array", "items": {"type": "string", "enum": values}}}


def typed(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The `$select` parameter with another schema."""
    return {**SELECT, "schema": schema, **more}


NULLABLE_ERROR = {"anyOf": [ref("microsoft.graph.publicError"), {"type": "object", "nullable": True}]}
NESTED = {"type": "object", "properties": {"inner": {"type": "object", "properties": {"note": TEXT}}}}
CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "placeholder renamed": (
        build(ITEM.replace("restoreSessionBase-id", "id"), key="id"),
        ["path_parameter_renamed informational R-NAME"],
    ),
    "status becomes a range": (build(status="2XX"), ["response_range_changed informational R-RANGE"]),
    "inline body becomes an equal reference": (
        build(sent=ref("microsoft.graph.noteParameters"), more={"microsoft.graph.noteParameters": NOTE}),
        ["type_added additive G-ADDTYPE"],
    ),
    "optional member of an inline body": (
        build(sent={"type": "object", "properties": {"note": TEXT, "extra": TEXT}}),
        ["request_body_changed additive R-OPTIONAL"],
    ),
    "required member of an inline body": (
        build(sent={"type": "object", "properties": {"note": TEXT, "extra": TEXT}, "required": ["extra"]}),
        ["request_body_changed breaking R-REQUIRED"],
    ),
    "member of an inline body gone": (
        build(sent={"type": "object", "properties": {}}),
        ["request_body_changed breaking G-REMOVE"],
    ),
    "bare reference added": (
        build(point={"error": ref("microsoft.graph.publicError")}),
        ["property_added additive R-OPTIONAL"],
    ),
    "nullable reference added": (build(point={"error": NULLABLE_ERROR}), ["property_added additive G-ADDPROP"]),
    "value of a parameter lost": (build(select=limited(["id"])), ["parameter_values_changed breaking G-ENUM-REMOVED"]),
    "value of a parameter more": (
        build(select=limited(["id", "tags", "more"])),
        ["parameter_values_changed additive R-VALUES"],
    ),
    "values of a parameter in another order": (build(select=limited(["tags", "id"])), []),
    "parameter of another type": (
        build(select=typed({"type": "string", "enum": ["id", "tags"]})),
        ["parameter_changed breaking G-TYPE"],
    ),
    "parameter required": (
        build(select=typed(SELECT["schema"], required=True)),  # type: ignore[arg-type]
        ["parameter_changed breaking R-REQUIRED"],
    ),
    "parameter shorter": (
        build(select=typed({**SELECT["schema"], "maxItems": 3})),  # type: ignore[dict-item]
        ["parameter_changed breaking R-FACET"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, graded: Any) -> None:
    """Each edit of the document has its one change and class."""
    new, expected = CASES[name]
    assert graded(build(), new) == expected


def test_range_and_content(graded: Any) -> None:
    """Under a range of statuses the content is still compared."""
    other = {"type": "object", "properties": {"id": {"type": "string"}}}
    assert graded(build(), build(status="2XX", came=other)) == [
        "response_range_changed informational R-RANGE",
        "response_type_changed breaking G-REMOVE",
    ]
    assert graded(build(status="2XX"), build()) == ["response_range_changed informational R-RANGE"]


def test_reference_becomes_nullable(graded: Any) -> None:
    """A bare reference cannot say whether null is allowed, so saying it is no loosening."""
    old, new = (build(point={"error": error}) for error in (ref("microsoft.graph.publicError"), NULLABLE_ERROR))
    expected = ["nullability_changed informational R-NULL-REF"]
    assert graded(old, new) == expected
    assert graded(new, old) == expected


def test_reference_becomes_inline(graded: Any) -> None:
    """A schema that is gone while its body is written out in full is a name gone; one that lost a member is not."""
    old = build(sent=ref("microsoft.graph.noteParameters"), more={"microsoft.graph.noteParameters": NOTE})
    assert graded(old, build()) == ["type_removed informational R-NAME"]
    lost = graded(old, build(sent={"type": "object", "properties": {}}))
    assert "type_removed breaking G-REMOVE" in lost
    assert "request_body_changed breaking G-REMOVE" in lost


def test_renamed_schema(graded: Any) -> None:
    """A body that has another name and holds more is one change, judged by what it holds."""
    one = build(sent=ref("microsoft.graph.a"), more={"microsoft.graph.a": NOTE})
    more = {"type": "object", "properties": {"note": TEXT, "extra": TEXT}}
    found = graded(one, build(sent=ref("microsoft.graph.b"), more={"microsoft.graph.b": more}))
    assert "request_body_changed additive R-OPTIONAL" in found


@pytest.mark.parametrize("place", ["sent", "came", "point"])
def test_below_one_level(place: str, graded: Any) -> None:
    """What is written out two levels down is compared, in bodies, answers and schemas."""

    def nested(note: dict[str, Any]) -> dict[str, Any]:
        schema = {"type": "object", "properties": {"inner": {"type": "object", "properties": {"note": note}}}}
        return build(**{place: {"deep": schema} if place == "point" else schema})

    retyped = graded(nested(TEXT), nested({"type": "boolean", "nullable": True}))
    assert [entry.split()[1] for entry in retyped] == ["breaking"]
    assert graded(nested(TEXT), nested(TEXT)) == []


def test_limits_in_bodies(graded: Any) -> None:
    """A tighter limit hurts whoever sends the member and not whoever reads it."""

    def at_most(length: int) -> dict[str, Any]:
        return {"type": "object", "properties": {"note": {**TEXT, "maxLength": length}}}

    assert graded(build(sent=at_most(9)), build(sent=at_most(5)))[0].endswith("breaking R-FACET")
    assert graded(build(came=at_most(9)), build(came=at_most(5)))[0].endswith("informational R-FACET")


def test_parameters_of_json(graded: Any) -> None:
    """JSON with a charset, or another parameter, is JSON."""
    plain = build()
    for name in ("application/json; charset=utf-8", "Application/JSON;odata.metadata=minimal"):
        other = json.loads(json.dumps(plain).replace("application/json", name))
        assert graded(plain, other) == graded(other, plain) == []


def test_control_information(graded: Any) -> None:
    """That an answer lists its link to the next page, or no longer, breaks nobody."""
    page = {"type": "object", "properties": {"value": {"type": "array", "items": ref(POINT)}}}
    linked = {"type": "object", "properties": {**page["properties"], "@odata.nextLink": {"type": "string"}}}  # type: ignore[dict-item]
    assert " additive " in graded(build(came=page), build(came=linked))[0]
    assert " informational " in graded(build(came=linked), build(came=page))[0]


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    """Parts of a document that are not compared are counted; a property of such a name is none of them."""
    document = build(point={"headers": TEXT, "not": {"not": {"type": "string"}}})
    document["paths"][ITEM]["get"]["responses"]["200"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    document["paths"][ITEM]["get"]["callbacks"] = {"done": {}}
    file = tmp_path / "a.json"
    file.write_text(json.dumps(document) + "\n", encoding="utf-8")
    assert read_openapi(file, "x").notes == ("callbacks (1 place)", "headers (1 place)", "not (1 place)")
