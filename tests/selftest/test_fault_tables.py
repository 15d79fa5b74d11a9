"""The tables of faults: each row stands where the tests of its clause stand, and no name is ever lost."""

import ast
from pathlib import Path

import pytest

from restore_conformance.bench.scoring import fits
from restore_conformance.contract import places
from restore_conformance.mock.faults import ALIASES, FAULTS, tables

MOCK = places.PACKAGE / "mock"
NAMES = Path(__file__).parent / "data" / "fault_names.txt"
EVERYWHERE = {"request-headers", "permissions", "errors"}
"""The headings that `every_operation.py` makes rows for."""

TABLES = dict(tables())
SEEDING = sorted(path for part in ("faults", "variants") for path in (MOCK / part).rglob("*.py"))


def headings(register, name):
    """The headings, as `create/response`, whose clauses a fault may break."""
    return {made.address.rpartition(".")[0] for made in register.clauses if fits(FAULTS[name], made)}


@pytest.mark.parametrize("place", TABLES)
def test_a_fault_stands_in_the_file_of_its_clause(register, place):
    for row in TABLES[place]:
        found = headings(register, row.name)
        if place == "every-operation":
            assert {heading.partition("/")[2] for heading in found} <= EVERYWHERE, row.name
        else:
            assert place in found, f"{row.name} breaks a clause of {sorted(found)}"


@pytest.mark.parametrize("place", [place for place in TABLES if "/" in place])
def test_a_table_stands_beside_a_file_of_tests(place):
    operation, _, heading = place.partition("/")
    assert (MOCK.parent.parent / "tests" / operation / f"test_{heading.replace('-', '_')}.py").is_file()


def test_every_name_that_was_given_is_still_served():
    """Names stand in reports, in scripts and in the bench's figures: one that is given up becomes an alias."""
    names = NAMES.read_text().split()
    assert [name for name in names if name not in FAULTS and name not in ALIASES] == []
    assert sorted({*FAULTS, *ALIASES} - set(names)) == [], f"add the new names to {NAMES.name}"


@pytest.mark.parametrize("path", SEEDING, ids=lambda path: path.relative_to(MOCK).as_posix())
def test_only_hooks_change_a_service(path):
    """A table changes which sessions a service has, and nothing else of it: its steps are changed by `mock.hooks`."""
    assigned = {
        target.attr
        for node in ast.walk(ast.parse(path.read_text()))
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        for target in ast.walk(target or ast.Pass())
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "service"
    }
    assert assigned <= {"sessions"}
