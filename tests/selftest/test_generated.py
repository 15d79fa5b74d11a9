"""Generated servers: what the schemas exclude is detected, and what they admit passes."""

import net
import pytest
from client import SITE, Client
from test_bench import SHARE

from restore_conformance.bench import generated, score_fault, score_variant
from restore_conformance.bench.scoring import judged
from restore_conformance.clauses import load
from restore_conformance.mock.faults import ALIASES, FAULTS
from restore_conformance.mock.variants import VARIANTS
from restore_conformance.verdicts import Exit

NOBODY = "5eed0000-0000-4000-8000-000000000005"
NO_DESTINATION = {"restorePoint": {"id": NOBODY}}
SEEDED = {**generated.faults(), **generated.variants()}


@pytest.mark.parametrize("name", list(generated.faults())[::SHARE])
def test_what_the_documents_exclude_is_detected(register, name):
    score = score_fault(register, name, "quick")
    assert score.detected, score.reason


@pytest.mark.parametrize("name", list(generated.variants())[::SHARE])
def test_what_the_documents_admit_is_no_false_positive(register, name):
    score = score_variant(register, [name], "quick")
    assert score.right, (score.findings, score.reason)


OPERATIONS = {"create", "get", "list", "list-artifacts", "list-granular", "activate", "update", "delete"}


def test_every_response_and_every_error_table_is_covered():
    """What concerns the responses of all operations is named after none."""
    assert {name.partition(":")[0] for name in generated.faults()} == OPERATIONS
    assert {name.partition(":")[0] for name in generated.variants()} == OPERATIONS | {"any"}
    assert len(generated.faults()) > 1400
    assert len(generated.variants()) > 1100


def test_what_the_documents_admit_composes():
    """Many variants at once are no false positive either: one of every place where there are any."""
    places = {}
    for name in generated.variants():
        places.setdefault(name.rpartition(":")[0], []).append(name)
    for number in range(4):
        names = [rows[number] for rows in places.values() if len(rows) > number]
        result = judged(load(), generated.with_variants(names), "quick")
        assert result.exit is Exit.CONFORMANT, result.reason


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("create:status:number", 5),
        ("create:status:capitals", "DRAFT"),
        ("create:restoreSessionArtifactCount/total:text", "3"),
        ("create:createdBy/user/id:null", None),
        ("create:createdBy:missing", KeyError),
        ("create:status:name-transposed", KeyError),
        ("create:restoreSessionArtifactCount/total:one-more", 1),
    ],
)
def test_a_name_says_what_its_server_does(name, seen):
    shown = Client(net.generated_server(name)).create()
    for step in name.split(":")[1].split("/"):
        shown = shown.get(step, KeyError)
    assert shown == seen


def test_a_member_that_is_missing_in_turn_is_there_every_second_time():
    client = Client(generated.with_variants(["create:createdBy:missing-in-turn"]))
    assert ["createdBy" in client.create() for _ in range(4)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("get:RestoreSessionNotFound:accepted", ("GET", f"/restoreSessions/{NOBODY}"), 200),
        ("delete:InvalidRestoreSessionId:accepted", ("DELETE", "/restoreSessions/x"), 204),
        ("create:InvalidPathType:accepted", ("POST", "/sharePointRestoreSessions", {SITE: [NO_DESTINATION]}), 201),
        ("get:refused:body-null", ("GET", "/restoreSessions/x"), 400),
    ],
)
def test_what_must_be_refused_is_answered_as_the_name_says(name, asked, status):
    assert Client(net.generated_server(name))(*asked)[0] == status


def test_names_are_given_once():
    assert not SEEDED.keys() & {*FAULTS, *ALIASES, *VARIANTS, *generated.SAME}
    assert all(other in {*FAULTS, *VARIANTS, *SEEDED} for other in generated.SAME.values())
    assert generated.fault("create:status:activating") is FAULTS["status-activating"]
    assert generated.fault("id-missing") is generated.faults()["create:id:missing"]


@pytest.mark.deep
def test_no_generated_server_is_the_same_as_another():
    """Where one is the same as a row of the mock's own tables, it is called by that name as well."""
    alike = {digest: [name] for name, digest in net.known()["digests"].items()}
    for name, digest in zip(SEEDED, net.on_every_core(net.digest_of_generated, SEEDED), strict=True):
        alike.setdefault(digest, []).append(name)
    assert [names for names in alike.values() if len(names) > 1 and not SEEDED.keys().isdisjoint(names)] == []
