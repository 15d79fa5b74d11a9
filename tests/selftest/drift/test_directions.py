"""The same change of what is only sent, only returned, or both: it is graded by those who meet it, in every format."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from drift.test_csdl import ENTITY, document, entity, prop, schema
from drift.test_openapi_cases import TEXT, build, ref

from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.comparison import Settings, compare

GRADES = {
    "needed": {"sent": "breaking", "returned": "additive", "both": "breaking"},
    "never null": {"sent": "breaking", "returned": "informational", "both": "breaking"},
    "may be null": {"sent": "additive", "returned": "breaking", "both": "breaking"},
    "limited": {"sent": "breaking", "returned": "informational", "both": "breaking"},
    "value": {"sent": "additive", "returned": "breaking", "both": "breaking"},
}
USES = ("sent", "returned", "both")
EVERY = [(edit, use) for edit in GRADES for use in USES]
NEEDED = [("needed", use) for use in USES]


def grades(old: Path, new: Path, *, older: tuple[str, ...] = ()) -> list[str]:
    """The classes of the changes between two files, for any client."""
    night = compare([*older, str(old)], [str(new)], Settings(SCHEMAS))
    assert not night.broken
    return [str(change.contract) for change in night.changes]


def csdl(use: str, edit: str) -> bytes:
    """Metadata with a complex type that is a parameter, a result, or held by an entity."""
    never = ' Nullable="false"'
    null = never if edit in ("never null", "was never null") else ""
    members = prop("note", "Edm.String", null + (' MaxLength="5"' if edit == "limited" else ""))
    members += prop("more", "Edm.String", never) if edit == "needed" else ""
    values = '<Member Name="a"/>' + ('<Member Name="b"/>' if edit == "value" else "")
    whole = f'<ComplexType Name="held">{members}{prop("way", "graph.way")}</ComplexType>'
    takes = '<Parameter Name="held" Type="graph.held"/>' if use == "sent" else ""
    gives = '<ReturnType Type="graph.held"/>' if use == "returned" else ""
    action = f'<Action Name="go" IsBound="true"><Parameter Name="on" Type="graph.e"/>{takes}{gives}</Action>'
    holder = entity("e", prop("held", "graph.held") if use == "both" else "")
    return document(schema(f'{ENTITY}{holder}<EnumType Name="way">{values}</EnumType>{whole}{action}'))


def openapi(use: str, edit: str, *, named: bool = True) -> dict[str, Any]:
    """An OpenAPI document with a schema, or an object written out, that stands in a request, an answer, or both."""
    note: dict[str, Any] = {"type": "string", "nullable": edit not in ("never null", "was never null")}
    note |= {"maxLength": 5} if edit == "limited" else {}
    way = {"type": "string", "enum": ["a", "b"] if edit == "value" else ["a"]}
    properties = {"note": note, "way": ref("microsoft.graph.way") if named else way}
    properties |= {"more": {"type": "string"}} if edit == "needed" else {}
    held = {"type": "object", "properties": properties} | ({"required": ["more"]} if edit == "needed" else {})
    body: dict[str, Any] = ref("microsoft.graph.held") if named else held
    other = {"type": "object", "properties": {"other": TEXT}}
    sent, came = (body if use in (half, "both") else other for half in ("sent", "returned"))
    types = {"microsoft.graph.held": held, "microsoft.graph.way": way} if named else {}
    return build(sent=sent, came=came, more=types)


def written(tmp_path: Path, old: Any, new: Any, ending: str) -> list[str]:
    """The classes of the changes between two documents."""
    files = [tmp_path / f"old{ending}", tmp_path / f"new{ending}"]
    for file, text in zip(files, (old, new), strict=True):
        file.write_bytes(text if isinstance(text, bytes) else f"{json.dumps(text)}\n".encode())
    return grades(*files)


def older(edit: str) -> str:
    """What stood there before an edit."""
    return "was never null" if edit == "may be null" else ""


@pytest.mark.parametrize(("edit", "use"), EVERY)
def test_metadata(edit: str, use: str, tmp_path: Path) -> None:
    """Parameters are sent, results are returned, entities are both."""
    assert written(tmp_path, csdl(use, older(edit)), csdl(use, edit), ".csdl") == [GRADES[edit][use]]


@pytest.mark.parametrize(("edit", "use"), EVERY)
def test_schemas(edit: str, use: str, tmp_path: Path) -> None:
    """A named schema of an OpenAPI document is sent or returned by the calls that hold it."""
    assert written(tmp_path, openapi(use, older(edit)), openapi(use, edit), ".json") == [GRADES[edit][use]]


@pytest.mark.parametrize(("edit", "use"), EVERY)
def test_bodies(edit: str, use: str, tmp_path: Path) -> None:
    """An object that is written out is judged where it stands, once for each place."""
    old, new = (openapi(use, name, named=False) for name in (older(edit), edit))
    halves = ("returned", "sent") if use == "both" else (use,)
    assert written(tmp_path, old, new, ".json") == [GRADES[edit][half] for half in halves]


@pytest.mark.parametrize(("flag", "use"), [("readOnly", "returned"), ("writeOnly", "sent"), ("", "both")])
@pytest.mark.parametrize("edit", ["needed", "never null", "may be null", "limited"])
def test_members(flag: str, use: str, edit: str, tmp_path: Path) -> None:
    """A read-only member of a schema that is both is returned alone, a write-only one is sent alone."""

    def flagged(name: str) -> dict[str, Any]:
        whole = openapi("both", name)
        for member in ("note", "more"):
            schema = whole["components"]["schemas"]["microsoft.graph.held"]["properties"].get(member, {})
            schema |= {flag: True} if flag else {}
        return whole

    assert written(tmp_path, flagged(older(edit)), flagged(edit), ".json") == [GRADES[edit][use]]


S = "unknownFutureValue"
VALUES = {
    "new, none is open": ("a", "ab"),
    "new before the sentinel": ("aS", "abS"),
    "new behind the sentinel": ("aS", "aSb"),
    "lost": ("abS", "aS"),
    "lost and new": ("aS", "bS"),
    "a sentinel at the end": ("ab", "abS"),
    "a sentinel in between": ("ab", "aSb"),
    "the sentinel is lost": ("aS", "a"),
    "moved behind the sentinel": ("abS", "aSb"),
    "moved before the sentinel": ("aSb", "abS"),
    "another order": ("abS", "baS"),
}
"""Values of an enumeration before and after, a letter each; S is the sentinel."""


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("edit", VALUES)
def test_an_enumeration_is_judged_alike_whether_it_has_a_name_or_is_written_out(
    edit: str, use: str, tmp_path: Path
) -> None:
    """In a member, in a list, and inside an object that is written out; of two halves the graver counts."""
    gravest: dict[str, str] = {}
    for form in ("named", "member", "list", "inside"):
        sides = []
        for side in VALUES[edit]:
            values = {"type": "string", "enum": [letter.replace("S", S) for letter in side]}
            way = ref("microsoft.graph.way") if form == "named" else values
            held = {
                "type": "object",
                "properties": {"ways": {"type": "array", "items": way} if form == "list" else way},
            }
            body = held if form == "inside" else ref("microsoft.graph.held")
            sent, came = (body if use in (half, "both") else {"type": "object"} for half in ("sent", "returned"))
            types = {"microsoft.graph.held": held} | ({"microsoft.graph.way": values} if form == "named" else {})
            sides.append(build(sent=sent, came=came, more=types if form != "inside" else {}))
        grades = sorted(written(tmp_path, *sides, ".json"), key=["informational", "additive", "breaking"].index)
        gravest[form] = ([g for g in grades if g != "informational"] or ["no change that matters"])[-1]
    assert len(set(gravest.values())) == 1, gravest


def page(edit: str) -> str:
    """The page of a type."""
    row = "| more | String | Required. More of it. |\n" if edit == "needed" else ""
    return (
        "---\ntitle: held resource type\n---\n\n# held resource type\n\nNamespace: microsoft.graph\n\n"
        f"## Properties\n\n| Property | Type | Description |\n|:---|:---|:---|\n| note | String | A note. |\n{row}\n"
    )


@pytest.mark.parametrize("use", [*USES, "unknown"])
def test_pages(use: str, tmp_path: Path) -> None:
    """A row of a type's page is required of those who send the type; which these are is said by metadata beside it."""
    metadata = tmp_path / "types.csdl"
    metadata.write_bytes(csdl(use, ""))
    files = [tmp_path / "old.md", tmp_path / "new.md"]
    for file, edit in zip(files, ("", "needed"), strict=True):
        file.write_text(page(edit), encoding="utf-8")
    beside = () if use == "unknown" else (str(metadata),)
    night = compare([*beside, str(files[0])], [str(files[1])], Settings(SCHEMAS))
    expected = {**GRADES["needed"], "unknown": "undecidable"}[use]
    assert [str(c.contract) for c in night.changes if c.kind == "page_property_added"] == [expected]


@pytest.mark.parametrize(("edit", "use"), [(edit, use) for edit in ("never null", "may be null") for use in USES[1:]])
def test_pinned(edit: str, use: str, tmp_path: Path) -> None:
    """Of pinned types a computed member is returned alone; entities are both."""
    folders = [tmp_path / "old", tmp_path / "new"]
    for folder, name in zip(folders, (older(edit), edit), strict=True):
        shutil.copytree(SCHEMAS, folder)
        file = folder / "types/siteRestoreArtifact.json"
        whole = json.loads(file.read_text(encoding="utf-8"))
        member = whole["properties"]["restoredSiteName"]
        member["x-nullable"] = name not in ("never null", "was never null")
        if use == "both":
            del member["x-computed"]
        file.write_text(json.dumps(whole), encoding="utf-8")
    assert grades(*folders) == [GRADES[edit][use]]


@pytest.mark.parametrize("use", USES)
def test_pinned_against_calls(use: str, tmp_path: Path) -> None:
    """What is pinned does not say where a complex type stands; the calls of the newer document do."""
    folder, file = tmp_path / "pinned", tmp_path / "new.json"
    shutil.copytree(SCHEMAS, folder)
    held = {"title": "microsoft.graph.held", "x-edm-kind": "complex", "properties": {}}
    way = {"title": "microsoft.graph.way", "x-edm-kind": "enum", "enum": ["a"]}
    members = {"note": {"x-edm-type": "Edm.String"}, "way": {"x-edm-type": "microsoft.graph.way"}}
    (folder / "types/held.json").write_text(json.dumps({**held, "properties": members}), encoding="utf-8")
    (folder / "types/way.json").write_text(json.dumps(way), encoding="utf-8")
    file.write_text(json.dumps(openapi(use, "needed")) + "\n", encoding="utf-8")
    night = compare([str(folder)], [str(file)], Settings(SCHEMAS, accept_loss=True))
    added = [change for change in night.changes if change.path == "microsoft.graph.held/more"]
    assert [str(change.contract) for change in added] == [GRADES["needed"][use]]
