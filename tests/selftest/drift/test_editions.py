"""Known editions are baselines: a night reports what no edition has, whichever of them it follows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from drift import test_page_cases as pages
from drift.test_command import contract, run  # noqa: F401 - a fixture
from drift.test_page_cases import SERVICE, operation

from restore_conformance.commands import pin
from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.comparison import Comparison, Settings, compare
from restore_conformance.drift.sources.page_facts import fingerprint
from restore_conformance.drift.sources.page_layout import plain
from restore_conformance.drift.sources.pinned_page import editions

MOOD = "|mood|String|How to go about it. The possible values are: `calm` (default), `brisk`. Optional.|"
SENTENCE = "A mood may be given as well."
ROWS = (pages.TestTwoRequired.SITE, pages.TestTwoRequired.GRANULAR)
BASELINE = f"""
name = "2030-01"
says = "a mood"
[[create.property]]
name = "mood"
type = "Edm.String"
required = false
values = ["calm", "brisk"]
default = "calm"
[create.fingerprints]
introduction = ["{fingerprint(SENTENCE)}"]
"request body" = {[fingerprint(plain(cell)) for cell in MOOD.strip("|").split("|")]}
"""


def create(*rows: str, more: str = "") -> str:
    """The page of the create call, in our own words."""
    title, call = "Create sharePointRestoreSession", f"POST {SERVICE}/sharePointRestoreSessions"
    return operation(
        title, call, "201 Created` with a sharePointRestoreSession object `", rows="\n".join(rows), more=more
    )


OLDER, NEWER = create(*ROWS), create(*ROWS, MOOD, more=SENTENCE)


@pytest.fixture
def schemas(contract: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A contract pinned from the older page, with the newer one as a known edition."""
    page = tmp_path / "page.md"
    page.write_text(OLDER, encoding="utf-8")
    assert run(page, "--schemas", contract, command=pin) == 0
    shutil.rmtree(contract / "baselines")
    (contract / "baselines").mkdir()
    (contract / "baselines" / "2030-01.toml").write_text(BASELINE, encoding="utf-8")
    (contract / "editions.toml").unlink(missing_ok=True)
    return contract


@pytest.fixture
def night(schemas: Path, tmp_path: Path):
    """A night of one page against the pinned contract; the printed examples are left out here."""

    def compared(text: str, old: str = "pinned") -> tuple[Comparison, list[tuple[str, str]]]:
        (tmp_path / "page.md").write_text(text, encoding="utf-8")
        found = compare([old], [str(tmp_path / "page.md")], Settings(schemas))
        assert not found.broken
        kept = [change for change in found.changes if not change.kind.startswith("page_example")]
        return found, [(change.kind, str(change.contract)) for change in kept]

    return compared


def test_either_edition_is_quiet(night) -> None:
    """A page that follows the older or the newer edition is no drift, and the report can say which."""
    for text, name in ((OLDER, "pinned"), (NEWER, "2030-01")):
        found, told = night(text)
        assert told == []
        assert [nearest.edition for nearest in found.editions] == [name]


def test_half_an_edition_is_quiet(night) -> None:
    """A page with a part of what an edition brought has nothing that no edition has."""
    assert night(create(*ROWS, MOOD))[1] == []
    assert night(create(*ROWS, more=SENTENCE))[1] == []


def test_what_no_edition_has(night) -> None:
    """What alters an addition is told as that, with its own class, and not as the addition."""
    assert night(NEWER.replace("`calm` (default), `brisk`", "`calm`, `brisk` (default)"))[1] == [
        ("page_property_default_changed", "breaking")
    ]
    assert night(NEWER.replace("|String|How", "|Int32|How"))[1] == [("page_property_type_changed", "breaking")]
    assert night(create(*ROWS, MOOD, MOOD.replace("mood", "pace"), more=SENTENCE))[1] == [
        ("page_property_added", "additive")
    ]
    assert night(NEWER.replace(SENTENCE, "A mood may be given too."))[1] == [
        ("page_statement_reworded", "informational")
    ]


def test_without_editions(night, schemas: Path) -> None:
    """Where no edition is known the additions come back."""
    shutil.rmtree(schemas / "baselines")
    found, told = night(NEWER)
    assert ("page_property_added", "additive") in told
    assert found.editions == ()


def test_by_name(night) -> None:
    """An edition is an older side of its own: against it, what it brought is missed."""
    assert night(NEWER, "2030-01")[1] == []
    missed = night(OLDER, "2030-01")[1]
    assert missed[0] == ("page_property_removed", "breaking")
    assert set(missed[1:]) == {("page_statement_removed", "informational")}


def test_name_of_the_pinned_one(night, schemas: Path) -> None:
    """Where the editions are listed the pinned one is called as there."""
    (schemas / "editions.toml").write_text('[[edition]]\nname = "2029-12"\npinned = true\n', encoding="utf-8")
    assert [nearest.edition for nearest in night(OLDER)[0].editions] == ["2029-12"]


def test_a_file_that_is_none(schemas: Path, tmp_path: Path) -> None:
    """A baseline that cannot be read is a broken source and names its file."""
    (schemas / "baselines" / "2030-01.toml").write_text("name = 3\n[[create.property]]\n", encoding="utf-8")
    found = compare(["pinned"], [str(tmp_path / "page.md")], Settings(schemas))
    assert ["2030-01.toml" in error.where for error in found.broken] == [True]


def test_committed_editions() -> None:
    """The editions that come with the suite can be read, and belong to operations that are pinned."""
    known = editions(SCHEMAS)
    assert [edition.name for edition in known] == ["2026-06"]
    for edition in known:
        assert all((SCHEMAS / operation / "page.toml").is_file() for operation in edition.additions)
