"""Every clause notices the smallest defect that breaks it; a fault stands where the tests of its clause stand."""

import ast

import net
import pytest
from client import Client, code
from looking import failed, some

from restore_conformance.bench import edition_of, fits, generated
from restore_conformance.clauses import load
from restore_conformance.contract import places
from restore_conformance.mock import Service
from restore_conformance.mock.faults import ALIASES, FAULTS, seeded, tables
from restore_conformance.verdicts import Exit, Level

DEEP = {"activate/errors.too-many-active"}
"""Clauses that take more requests than the standard profile sends."""

SMALLEST = [clause for clause in load().clauses if clause.fault]
MOCK = places.PACKAGE / "mock"
EVERYWHERE = {"request-headers", "permissions", "errors"}
"""The headings that `every_operation.py` makes rows for."""

TABLES = dict(tables())
SEEDING = sorted(path for part in ("faults", "variants") for path in (MOCK / part).rglob("*.py"))


@pytest.mark.parametrize("clause", some(SMALLEST, *SMALLEST[::20]), ids=lambda clause: clause.address)
def test_the_smallest_fault_of_a_clause_is_blamed_on_it(judged, register, clause):
    deep, edition = clause.address in DEEP, edition_of(register, clause.fault)
    result = judged(seeded(clause.fault), "deep" if deep else "quick", drawn=0, edition=edition)
    if clause.address not in failed(result):
        result = judged(seeded(clause.fault), "standard", edition=edition)
    assert clause.address in failed(result)
    assert len(failed(result)) == 1, f"{clause.fault} is told more than once: {failed(result)}"
    expected = Exit.BROKEN if clause.level is Level.MUST else Exit.CONFORMANT
    assert result.exit is expected, result.reason


def test_a_conforming_service_breaks_nothing(judged):
    result = judged()
    assert failed(result) == []
    assert result.exit is Exit.CONFORMANT
    assert result.unjudged == []


# ------------------------------------------------------------------ where faults stand


def headings(register, name):
    """The headings, as `create/response`, whose clauses a fault may break."""
    return {clause.address.rpartition(".")[0] for clause in register.clauses if fits(FAULTS[name], clause)}


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
    assert sorted(set(net.known()["names"]) - {*FAULTS, *ALIASES, *generated.SAME}) == []
    assert sorted({*FAULTS, *ALIASES} - set(net.known()["names"])) == [], "make net-renew adds them"


@pytest.mark.parametrize("path", SEEDING, ids=lambda path: path.relative_to(MOCK).as_posix())
def test_only_hooks_change_a_service(path):
    """A table changes which sessions a service has, and nothing else of it: its steps are changed by `mock.hooks`."""
    assigned = {
        target.attr
        for node in ast.walk(ast.parse(path.read_text()))
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        for target in ast.walk(target or ast.Pass())
        if isinstance(target, ast.Attribute) and ast.unparse(target.value).endswith("service")
    }
    assert assigned <= {"sessions"}


# ------------------------------------------------------------------ what faults are not about

UNREADABLE = {"update-broken-json-accepted"}
"""The faults that are about changes that cannot be read."""
UPDATES = [
    row.name
    for place, rows in tables()
    for row in rows
    if place.startswith("update/") and row.breaks[0] == "." and row.name not in UNREADABLE
]
"""The faults of the tables of update that break one of its clauses."""

MALFORMED = {
    "cut short": b'{"siteRestoreArtifacts@delta":[',
    "no UTF-8": b'{"siteRestoreArtifacts@delta":"\xff"}',
    "an array": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "nothing named": b"{}",
    "no body": b"",
}


def changed(service, body, media="application/json"):
    """Status and code of a change to a fresh draft with one site."""
    client = Client(service)
    return code(client("PATCH", f"/sharePointRestoreSessions/{client.create(1)['id']}", body, media=media))


@pytest.mark.parametrize("name", UPDATES)
def test_a_fault_of_updates_refuses_what_it_is_not_about(name):
    """An unreadable change gets the status and the code that the plain service gives."""
    plain = {what: changed(Service(), body) for what, body in MALFORMED.items()}
    assert plain["cut short"] == (400, "InvalidPatchRequest")
    assert {what: changed(seeded(name), body) for what, body in MALFORMED.items()} == plain
    assert changed(seeded(name), b"{}", "text/plain") == changed(Service(), b"{}", "text/plain")


def test_there_are_faults_of_updates():
    """The list above is read off the services, so it must not be empty by accident."""
    assert len(UPDATES) >= 16


def test_other_names_are_served():
    """A name that was given up still serves the fault that it was the same as, and is not counted."""
    assert not set(ALIASES) & set(FAULTS)
    assert set(ALIASES.values()) <= set(FAULTS)
    for name, kept in ALIASES.items():
        service = seeded(name)
        assert type(service) is Service, name
        assert FAULTS[kept].breaks
