"""On real versions of published metadata: every true change with kind, path, class and detail, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drift.planting import FIXTURES

from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.comparison import Settings, compare

HISTORY = FIXTURES / "history"


def _pairs() -> list[tuple[Path, dict[str, Any]]]:
    found: list[tuple[Path, dict[str, Any]]] = []
    for folder in (HISTORY, HISTORY / "real-changes", HISTORY / "later-changes"):
        cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
        found += [(folder, pair) for pair in cases["pairs"]]
    return found


PAIRS = _pairs()


@pytest.mark.parametrize(("folder", "pair"), PAIRS, ids=[pair["new"]["file"] for _, pair in PAIRS])
def test_true_changes(folder: Path, pair: dict[str, Any]) -> None:
    """The changes of one pair are exactly the true ones."""
    night = compare([str(folder / pair["old"]["file"])], [str(folder / pair["new"]["file"])], Settings(SCHEMAS))
    assert night.broken == ()
    found = {(change.kind, change.path): change for change in night.changes}
    assert len(found) == len(night.changes)
    assert set(found) == {(change["kind"], change["path"]) for change in pair["changes"]}
    for true in pair["changes"]:
        change = found[true["kind"], true["path"]]
        assert change.contract == true["class_contract"]
        assert change.create == true.get("class_create_client", "informational")
        if "detail" in true:
            assert change.rule == true["rule"]
            assert change.detail == true["detail"]
            assert change.scope_rule == true.get("scope_rule", "")


def test_there_and_back() -> None:
    """No version differs from itself, and read backwards each pair has as many changes."""
    total = 0
    for folder, pair in PAIRS:
        old, new = (str(folder / pair[side]["file"]) for side in ("old", "new"))
        assert compare([old], [old], Settings(SCHEMAS)).changes == ()
        back = compare([new], [old], Settings(SCHEMAS))
        assert not back.broken
        assert back.changes
        total += len(pair["changes"])
    assert total == 69 + 119


def test_inside_a_whole_document(tmp_path: Path) -> None:
    """In a document of the whole service the changes of the area are the same, and others are not reported."""
    folder, pair = PAIRS[0]
    sides = []
    for side in ("old", "new"):
        text = (folder / pair[side]["file"]).read_text(encoding="utf-8")
        filler = "".join(
            f'      <EntityType Name="filler{n}" BaseType="graph.entity">\n'
            f'        <Property Name="{side}" Type="graph.restorePoint" />\n      </EntityType>\n'
            for n in range(500)
        )
        file = tmp_path / side
        file.write_text(text.replace("      <EntityContainer", filler + "      <EntityContainer", 1), encoding="utf-8")
        sides.append(str(file))
    night = compare([sides[0]], [sides[1]], Settings(SCHEMAS))
    assert {(c.kind, c.path) for c in night.changes} == {(c["kind"], c["path"]) for c in pair["changes"]}
    everything = compare([sides[0]], [sides[1]], Settings(SCHEMAS, "all"))
    assert len(everything.changes) == len(pair["changes"]) + 1000
