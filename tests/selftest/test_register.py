"""The register holds together, and says everything the documents say."""

import re
import shutil

import pytest

from restore_conformance.bench import fits
from restore_conformance.clauses import load
from restore_conformance.contract import places
from restore_conformance.contract.documents import Documents, pinned
from restore_conformance.mock.faults import FAULTS
from restore_conformance.mock.variants import VARIANTS
from restore_conformance.verdicts import UsageError

STATEMENTS = [f"N{number}" for number in range(1, 43)]
CREATE_CODES = {
    "InvalidPathType",
    "InvalidArtifactRequest",
    "InvalidRestorePoint",
    "DifferentRestoreDestinationType",
    "RestoreArtifactsLimitBreached",
    "DuplicateArtifactInList",
}
TOUCHING_CREATE = {f"C{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 17, 19, 20, 22, 23)}


def test_every_statement_of_the_page_is_a_clause(register):
    said = {statement for made in register.clauses for statement in made.statements}
    assert [s for s in STATEMENTS if s not in said] == []


def test_every_row_of_the_error_table_is_a_clause(register):
    assert {made.row for made in register.clauses if made.row and made.operation == "create"} == CREATE_CODES


def test_every_contradiction_of_create_is_an_interpretation(register):
    told = {source for entry in register.interpretations.values() for source in entry.sources}
    assert sorted(TOUCHING_CREATE - told) == []


def test_few_clauses_are_untested(register):
    untested = [made.address for made in register.clauses if made.untested]
    assert len(untested) <= 4
    assert "create/request-body.conflict-behavior-default" in untested


def test_every_judged_must_and_should_names_a_fault_that_blames_it(register):
    for made in register.clauses:
        if made.level == "observe" or made.untested:
            continue
        assert made.fault in FAULTS, f"{made.address} names the fault {made.fault!r}, which nobody seeded"
        assert FAULTS[made.fault].breaks == made.address


def test_every_fault_blames_a_clause(register):
    lost = [f.name for f in FAULTS.values() if not any(fits(f, made) for made in register.clauses)]
    assert lost == []
    assert all(fault.shows for fault in FAULTS.values())


def test_what_clauses_faults_and_variants_rest_on_is_listed(register):
    """Every number that a clause, a fault, a variant or a contradiction names has its sentence and its source."""
    documents = pinned()
    named = {name for clause in register.clauses for name in clause.statements}
    for name in sorted(named):
        assert len(documents.statement(name)) > 20, name
    known = documents.toml("statements.toml")
    faults = {row.breaks for row in FAULTS.values() if re.fullmatch(r"[NC]\d+", row.breaks)}
    variants = {name for row in VARIANTS.values() for name in re.findall(r"\b[NC]\d+\b", row.allowed)}
    sources = {name for entry in documents.toml("interpretations.toml").values() for name in entry.get("sources", ())}
    assert (
        sorted((faults | variants | {name for name in sources if re.fullmatch(r"[NC]\d+", name)}) - known.keys()) == []
    )
    assert sorted(name for name in known if name[0] == "N" and name not in named) == [], "a statement without a clause"
    with pytest.raises(KeyError):
        documents.statement("N99")


def test_fingerprints_stand_on_the_page(register):
    for made in register.clauses:
        if made.fingerprint:
            page = Documents().toml(f"{made.operation}/page.toml")["fingerprints"]
            assert any(made.fingerprint in prints for prints in page.values()), made.address


def test_every_clause_is_addressed_in_one_form(register):
    for made in register.clauses:
        assert re.fullmatch(r"[a-z-]+/[a-z-]+\.[a-z0-9-]+", made.address), made.address
        assert made.says.endswith("."), made.address


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(places.SCHEMAS, tmp_path / "schemas")
    shutil.copytree(places.CLAUSE_TESTS / "create", tmp_path / "tests" / "create")
    return tmp_path


def complaint(copy):
    with pytest.raises(UsageError) as caught:
        load(Documents(copy / "schemas"), copy / "tests", {"create"})
    return str(caught.value)


def test_a_clause_without_a_test_stops_the_collection(copy):
    (copy / "tests" / "create" / "test_examples.py").unlink()
    assert "create/examples.standard has neither a test nor a reason under untested" in complaint(copy)


def test_a_test_without_a_clause_stops_the_collection(copy):
    path = copy / "tests" / "create" / "test_examples.py"
    path.write_text(path.read_text() + "\n\n@clause(when=sent('create'))\ndef test_more(exchange):\n    pass\n")
    assert "test_examples.py::test_more judges create/examples.more" in complaint(copy)


def test_a_misspelled_field_is_named(copy):
    path = copy / "schemas" / "create" / "clauses.toml"
    path.write_text(path.read_text().replace("statements =", "statement =", 1))
    assert "has the unknown field statement" in complaint(copy)


def test_an_unknown_reading_is_named(copy):
    path = copy / "schemas" / "create" / "clauses.toml"
    path.write_text(path.read_text().replace('reading    = "mixed-status"', 'reading    = "mixed"', 1))
    assert "names the reading mixed, which interpretations.toml lacks" in complaint(copy)


def test_a_broken_file_is_named(copy):
    (copy / "schemas" / "create" / "clauses.toml").write_text("[broken")
    assert complaint(copy).startswith("schemas/create/clauses.toml cannot be read")
