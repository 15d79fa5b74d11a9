"""Every planted change is found with its kind, path and classes, and nothing else is reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from drift.planting import (
    ANSWER,
    OPENAPI,
    PAGE_MD,
    PAGE_TXT,
    SLICE,
    Plant,
    behaviour_plants,
    csdl_plants,
    har,
    openapi_plants,
    page_plants,
    reworded,
)

from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.change import Change
from restore_conformance.drift.differences.behaviour import behaviour_changes
from restore_conformance.drift.differences.calls import call_changes
from restore_conformance.drift.differences.metadata import metadata_changes
from restore_conformance.drift.differences.page import page_changes
from restore_conformance.drift.plausibility import check_api, check_metadata, check_page
from restore_conformance.drift.sources import csdl, page, pinned_page, pinned_types
from restore_conformance.drift.sources.behaviour import read_behaviour
from restore_conformance.drift.sources.openapi import read_openapi


def _mismatch(plant: Plant, changes: list[Change]) -> str:
    """What is wrong with a difference, or nothing."""
    found = [(change.kind, change.path) for change in changes]
    if found != [(plant.kind, plant.path)]:
        return f"expected only {plant.kind} {plant.path}, found {found}"
    change = changes[0]
    if change.contract != plant.contract or plant.create not in (None, change.create):
        wanted, got = f"{plant.contract}/{plant.create}", f"{change.contract}/{change.create}"
        return f"{plant.kind} {plant.path}: expected {wanted}, found {got} by {change.rule}"
    return ""


def test_metadata() -> None:
    """Every change planted in metadata is found alone, with its classes."""
    text = SLICE.read_text(encoding="utf-8")
    old = csdl.read(text.encode(), "old")
    wrong, count = [], 0
    for plant in csdl_plants(text):
        new = csdl.read(plant.text.encode(), "new")
        check_metadata(old, new, "new")
        wrong.append(_mismatch(plant, metadata_changes(old, new, "csdl")))
        count += 1
    assert count >= 500
    assert not [line for line in wrong if line]


def test_openapi(tmp_path: Path) -> None:
    """Every change planted in an OpenAPI document is found alone, with its classes."""
    text = OPENAPI.read_text(encoding="utf-8")
    old = read_openapi(OPENAPI, "old")
    file = tmp_path / "new.yaml"
    wrong, count = [], 0
    for plant in openapi_plants(text):
        file.write_text(plant.text, encoding="utf-8")
        new = read_openapi(file, "new")
        check_metadata(old.metadata, new.metadata, "new")
        check_api(old, new, "new")
        changes = [*metadata_changes(old.metadata, new.metadata, "openapi"), *call_changes(old, new)]
        kept = [change for change in changes if plant.kind != "response_removed" or change.kind != "response_added"]
        wrong.append(_mismatch(plant, kept))
        count += 1
    assert count >= 50
    assert not [line for line in wrong if line]


@pytest.mark.parametrize("path", [PAGE_MD, PAGE_TXT], ids=["markdown", "rendered"])
def test_page(path: Path) -> None:
    """Every fact changed on a page is found, with its class, in both layouts, and no other fact."""
    text = path.read_text(encoding="utf-8")
    old = page.read(text.encode(), "old")
    wrong, count = [], 0
    for plant in page_plants(text, markdown=path is PAGE_MD):
        new = page.read(plant.text.encode(), "new")
        check_page(old, new, "new")
        changes = [c for c in page_changes(old, new) if not c.kind.startswith("page_statement")]
        if plant.kind == "page_namespace_changed":
            changes = [c for c in changes if c.kind == plant.kind]
        wrong.append(_mismatch(plant, changes))
        count += 1
    assert count >= 35
    assert not [line for line in wrong if line]


@pytest.mark.parametrize("path", [PAGE_MD, PAGE_TXT], ids=["markdown", "rendered"])
def test_statements(path: Path) -> None:
    """Every sentence that was reworded or is new is named, alone."""
    text = path.read_text(encoding="utf-8")
    old = page.read(text.encode(), "old")
    found = {}
    for what, changed, kind in reworded(text, markdown=path is PAGE_MD):
        found[what] = ([c.kind for c in page_changes(old, page.read(changed.encode(), "new"))], [kind])
    assert len(found) == 16
    assert {what: got for what, (got, expected) in found.items() if got != expected} == {}


def test_behaviour(tmp_path: Path) -> None:
    """Every oddity planted in a recording is found alone, with its class; the printed answer has none."""
    types, facts = pinned_types.read(SCHEMAS / "types"), pinned_page.read(SCHEMAS / "create")
    file = tmp_path / "a.har"

    def strange(text: str) -> list[Change]:
        file.write_text(text, encoding="utf-8")
        changes = behaviour_changes(types, facts, read_behaviour(file, "har").exchanges)
        return [change for change in changes if not change.kind.endswith("_unseen")]

    assert strange(har(ANSWER)) == []
    plants = list(behaviour_plants(ANSWER))
    assert len(plants) >= 45
    assert not [line for plant in plants if (line := _mismatch(plant, strange(plant.text)))]
