"""The contract's files are what they claim to be."""

import copy
import json
import re

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from restore_conformance.contract import places
from restore_conformance.contract.documents import FORMATS, Documents, pinned
from restore_conformance.contract.openapi import compose
from restore_conformance.verdicts import UsageError

REACHABLE = {
    "restoreSessionBase", "sharePointRestoreSession", "siteRestoreArtifact", "restoreArtifactBase",
    "granularSiteRestoreArtifact", "granularRestoreArtifactBase", "restorePoint", "restoreSessionArtifactCount",
    "identitySet", "identity", "publicError", "publicErrorDetail", "publicInnerError", "restoreSessionStatus",
    "restoreJobType", "artifactRestoreStatus", "destinationType", "restorePointTags",
}  # fmt: skip


@pytest.mark.parametrize("name", pinned().schema_names())
def test_every_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(pinned().json(name))


def test_every_reachable_type_is_there():
    assert sorted(REACHABLE - {path.stem for path in (places.SCHEMAS / "types").glob("*.json")}) == []


@pytest.mark.parametrize("path", sorted((places.SCHEMAS / "types").glob("*.json")), ids=lambda p: p.stem)
def test_every_type_carries_what_odata_adds(path):
    schema = json.loads(path.read_text())
    assert schema["x-edm-kind"] in {"entity", "complex", "enum"}
    for name, member in schema.get("properties", {}).items():
        assert "x-edm-type" in member, name
        assert isinstance(member["x-nullable"], bool), name
    if schema["x-edm-kind"] == "enum":
        assert schema["x-enum-sentinel"] in schema["x-enum-values"]


@pytest.mark.parametrize("row", pinned().toml("create/page.toml")["example"], ids=lambda row: row["name"])
def test_every_example_keeps_its_schema(row):
    documents = pinned()
    assert documents.breaches("create/request.json", documents.json("create/" + row["request"])) == []
    assert documents.breaches("create/response.json", documents.json("create/" + row["response"])) == []
    assert row["origin"] == ("constructed" if "constructed" in row["request"] else "printed")


def test_the_request_is_closed_but_for_control_information():
    documents = pinned()
    good = documents.json("create/examples/standard.request.json")
    assert documents.accepts("create/request.json", {**good, "@odata.type": "#microsoft.graph.x", "a@odata.bind": "y"})
    assert not documents.accepts("create/request.json", {**good, "displayName": "y"})


def test_the_answer_is_open():
    good = pinned().json("create/examples/standard.response.json")
    assert pinned().accepts("create/response.json", {**good, "displayName": "y", "@odata.etag": "z"})


SPOILT = (
    None, 5, 2.5, "text", "", True, [], {}, [None], {"total": "1"}, "0001-01-01T00:00:00Z", "2025-02-29T00:00:00Z",
    "draft",
)  # fmt: skip


def test_both_validators_agree_and_every_refusal_is_explained():
    """What accepts and what explains are two libraries; they must never disagree."""
    documents, tried, refused = Documents(), 0, 0
    for name, example in (("create/response.json", "standard.response"), ("create/request.json", "granular.request")):
        good = documents.json(f"create/examples/{example}.json")
        for member in [*good, "error", "completedDateTime", "siteRestoreArtifacts", "granularSiteRestoreArtifacts"]:
            for value in SPOILT:
                spoilt = {**copy.deepcopy(good), member: value}
                tried += 1
                accepted = documents.accepts(name, spoilt)
                slow = documents._explainer(name).is_valid(spoilt)
                assert accepted == slow, (name, member, value)
                if not accepted:
                    refused += 1
                    assert documents.breaches(name, spoilt), (name, member, value)
    assert tried > 200
    assert refused > 100


TIMES_DECLARED = [
    (file.name, member)
    for file in sorted(places.SCHEMAS.glob("types/*.json"))
    for member, schema in json.loads(file.read_bytes()).get("properties", {}).items()
    if "date-time" in json.dumps(schema)
]


@pytest.mark.parametrize(("file", "member"), TIMES_DECLARED)
def test_a_time_is_on_a_day_that_exists(file, member):
    """30 February is refused wherever a time is declared, whoever asks; 29 February of a leap year is not."""
    for day, exists in (
        ("2025-02-30", False),
        ("2025-02-29", False),
        ("1900-02-29", False),
        ("2025-04-31", False),
        ("2024-02-29", True),
        ("2000-02-29", True),
        ("12024-02-29", True),
        ("-0004-02-29", True),
        ("2025-12-31", True),
    ):
        value = {member: f"{day}T10:00:00Z"}
        breaches = [breach for breach in pinned().breaches(f"types/{file}", value) if breach.pointer == f"/{member}"]
        assert bool(breaches) is not exists, day
        assert all("a day that exists" in breach.message for breach in breaches)


def test_an_entity_may_be_given_by_a_reference():
    """A reference has an address in the place of the key; what is answered itself has its key."""
    reference = {"@odata.id": "restorePoints('x')"}
    assert pinned().breaches("types/siteRestoreArtifact.json", {"id": "a", "restorePoint": reference}) == []
    assert pinned().breaches("types/siteRestoreArtifact.json", {"id": "a", "restorePoint": {}})
    assert pinned().breaches("types/siteRestoreArtifact.json", reference)


def test_every_format_is_decided_by_the_project_itself():
    """A format that one of the two libraries knows by itself would make them disagree."""
    text = "".join(path.read_text() for path in places.SCHEMAS.glob("**/*.json") if path.name != "openapi.json")
    formats = set(re.findall(r'"format": "([^"]+)"', text))
    assert {"date-time"} < formats <= set(FORMATS)


def test_a_breach_names_its_place():
    good = pinned().json("create/examples/standard.response.json")
    spoilt = {**good, "restoreSessionArtifactCount": {"total": "2"}}
    found = pinned().breaches("create/response.json", spoilt)
    assert [(b.pointer, b.message, b.value) for b in found] == [
        ("/restoreSessionArtifactCount/total", "expected integer or null", "2")
    ]


def test_the_openapi_document_is_in_step_and_valid():
    composed = compose(Documents())
    assert composed == pinned().json("openapi.json"), "run restore-conformance openapi --write"
    OpenAPIV31SpecValidator(composed).validate()


def test_a_broken_schema_file_is_one_sentence(tmp_path):
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "entity.json").write_text('{"type": 5}')
    with pytest.raises(UsageError, match=r"schemas/types/entity\.json is not a JSON Schema"):
        Documents(tmp_path).accepts("types/entity.json", {})
    with pytest.raises(UsageError, match=r"schemas/types/other\.json is missing"):
        Documents(tmp_path).json("types/other.json")
