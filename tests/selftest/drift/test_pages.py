"""The newer edition of the page against the pinned one: the new facts are additive, and nothing is breaking."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drift.planting import PAGE_MD, PAGE_TXT

from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.comparison import Settings, compare
from restore_conformance.drift.differences.page import page_changes
from restore_conformance.drift.plausibility import check_page
from restore_conformance.drift.sources import page, pinned_page
from restore_conformance.drift.sources.broken import SourceBroken

SESSION = "microsoft.graph.sharePointRestoreSession"
LAYOUTS = pytest.mark.parametrize("path", [PAGE_MD, PAGE_TXT], ids=["markdown", "rendered"])


@LAYOUTS
def test_newer_edition(path: Path) -> None:
    """A conflict row, an example with the annotation and a destination, and a 400 rule are what is new."""
    night = compare(["pinned"], [str(path)], Settings(SCHEMAS, editions=False))
    assert night.broken == ()
    facts = {
        (change.kind, change.path.partition(" that ")[0]): (change.contract, change.create)
        for change in night.changes
        if not change.kind.startswith("page_statement")
    }
    both = ("additive", "additive")
    assert facts == {
        ("page_property_added", f"{SESSION}/conflictBehavior"): both,
        ("page_error_added", "errors/400 @microsoft.graph.conflictBehavior"): both,
        ("page_example_added", "examples/create a granular restore session"): ("informational", "informational"),
        ("page_example_member_added", f"{SESSION}/@microsoft.graph.conflictBehavior"): both,
        ("page_example_member_added", "microsoft.graph.granularSiteRestoreArtifact/destinationType"): both,
    }
    assert not [change for change in night.changes if "breaking" in (change.contract, change.create)]
    assert not [change for change in night.changes if "Example 3" in change.detail.get("now_text", "")]
    row = next(change for change in night.changes if change.kind == "page_property_added")
    assert row.detail == {
        "type": "Edm.String",
        "required": False,
        "values": ["fail", "replace", "rename"],
        "default": "fail",
    }


@LAYOUTS
def test_reworded_statements_name_their_clauses(path: Path) -> None:
    """A sentence that a clause rests on and that is worded anew is undecidable, and the clause is named."""
    night = compare(["pinned"], [str(path)], Settings(SCHEMAS))
    touched = {clause for change in night.changes for clause in change.clauses}
    assert {"create/introduction.exclusive-artifacts", "create/response.created"} <= touched
    assert all(change.contract == "undecidable" for change in night.changes if change.clauses)
    assert all(change.why for change in night.changes if change.contract == "undecidable")


def test_two_layouts_one_edition() -> None:
    """Markdown and rendered text of one edition say the same."""
    old, new = (page.read(path.read_bytes(), path.name) for path in (PAGE_MD, PAGE_TXT))
    assert page_changes(old, new) == []
    assert page_changes(new, old) == []


def test_pinned_fingerprints_are_of_this_reader() -> None:
    """The pinned page is read with every section of its fingerprints, and its clauses rest on some of them."""
    pinned = pinned_page.read(SCHEMAS / "create")
    marks = {statement.fingerprint for part in pinned.statements.values() for statement in part}
    resting = set(pinned_page.clauses(SCHEMAS / "create"))
    assert len(marks) >= 50
    assert resting
    assert len(resting - marks) < len(resting)


def test_includes_are_read_where_they_are(tmp_path: Path) -> None:
    """A permission table in an include counts where it is at hand, and is unknown where it is not."""
    text = PAGE_MD.read_text(encoding="utf-8")
    table = re.search(r"\|Permission type.*?\n\n", text, re.DOTALL)
    assert table is not None
    (tmp_path / "page.md").write_text(
        text.replace(table.group(), "[!INCLUDE [permissions-table](permissions.md)]\n\n"), encoding="utf-8"
    )
    without = page.read((tmp_path / "page.md").read_bytes(), "page", tmp_path)
    assert without.permissions is None
    assert [c.kind for c in page_changes(page.read(text.encode(), "old"), without)] == []
    (tmp_path / "permissions.md").write_text(
        "---\ntitle: x\n---\n"
        + table.group().replace(
            "|Application|BackupRestore-Restore.ReadWrite.All", "|Application|Sites.FullControl.All"
        ),
        encoding="utf-8",
    )
    changed = page.read((tmp_path / "page.md").read_bytes(), "page", tmp_path)
    assert [(c.kind, c.path) for c in page_changes(page.read(text.encode(), "old"), changed)] == [
        ("page_permission_changed", "permissions/application")
    ]


def test_other_tabs_are_passed_over() -> None:
    """Code of other languages is no example, whatever it shows."""
    text = PAGE_MD.read_text(encoding="utf-8")
    planted = text.replace("[!INCLUDE [sample-code](../includes/snippets/csharp/one.md)]", "```csharp\nvar x = {;\n```")
    assert planted != text
    assert page_changes(page.read(text.encode(), "old"), page.read(planted.encode(), "new")) == []


def test_error_list() -> None:
    """A list of errors is compared with the rows the contract pins: a new code, a changed status, a lost row."""
    columns = "|Error code|HTTP status code|Description|\n|---|---|---|\n"
    head = f"# Error codes\n\n## Create restore session API errors\n\n{columns}"
    rows = {
        "InvalidPathType": 400,
        "InvalidArtifactRequest": 400,
        "InvalidRestorePoint": 400,
        "DifferentRestoreDestinationType": 400,
        "RestoreArtifactsLimitBreached": 413,
        "DuplicateArtifactInList": 400,
    }

    def written(table: dict[str, int]) -> bytes:
        other = f"\n## Delete restore session API errors\n\n{columns}|Other|403|x|\n"
        return (head + "".join(f"|{code}|{status}|words|\n" for code, status in table.items()) + other).encode()

    pinned = pinned_page.read(SCHEMAS / "create")
    assert page_changes(pinned, page.read(written(rows), "errors")) == []
    rows |= {"RestoreArtifactsLimitBreached": 400, "PlantedError": 409}
    del rows["InvalidPathType"]
    found = {(c.kind, c.path): str(c.contract) for c in page_changes(pinned, page.read(written(rows), "errors"))}
    assert found == {
        ("page_error_added", "errors/409 PlantedError"): "additive",
        ("page_error_changed", "errors/400 RestoreArtifactsLimitBreached"): "breaking",
        ("page_error_removed", "errors/400 InvalidPathType"): "informational",
    }


def test_a_page_of_something_else_is_broken() -> None:
    """The page of another operation is no drift of this one."""
    other = PAGE_MD.read_text(encoding="utf-8").replace("sharePointRestoreSession", "exchangeRestoreSession")
    old, new = page.read(PAGE_MD.read_bytes(), "old"), page.read(other.encode(), "new")
    with pytest.raises(SourceBroken, match="the page of POST /solutions/backupRestore/exchangeRestoreSessions"):
        check_page(old, new, "new")
