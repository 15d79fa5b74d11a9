"""What is sent comes from the schemas, covers what clauses care about, and shrinks to something readable."""

import json
import shutil

import pytest

from restore_conformance import places
from restore_conformance.documents import Documents
from restore_conformance.payloads import FAMILIES, PROFILES, Knobs, Materials, draw, plan, stimuli
from restore_conformance.payloads.materials import GRANULAR, OPTIONAL, SITE
from restore_conformance.payloads.strategies import smallest


def payload(stimulus):
    return json.loads(stimulus.body)


def test_the_same_seed_sends_the_same():
    for name in ("quick", "standard"):
        assert plan(Materials(), PROFILES[name], 5) == plan(Materials(), PROFILES[name], 5)
    assert draw(stimuli(Materials()), 200, 4) == draw(stimuli(Materials()), 200, 4)
    assert plan(Materials(), PROFILES["standard"], 5) != plan(Materials(), PROFILES["standard"], 6)


def test_the_printed_requests_go_first():
    first, second = plan(Materials(), PROFILES["quick"])[:2]
    documents = Documents()
    assert payload(first) == documents.json("create/examples/standard.request.json")
    assert payload(second) == documents.json("create/examples/granular.request.json")


@pytest.fixture
def changed(tmp_path):
    shutil.copytree(places.SCHEMAS, tmp_path / "schemas")
    return tmp_path / "schemas"


def test_an_enumeration_member_added_to_the_schema_is_sent(changed):
    path = changed / "types" / "destinationType.json"
    schema = json.loads(path.read_text())
    schema["enum"].append("elsewhere2")
    path.write_text(json.dumps(schema))
    materials = Materials(Documents(changed))
    sent = {payload(FAMILIES["standard"](materials, Knobs(1, 0, v)))[SITE][0]["destinationType"] for v in range(6)}
    assert sent == {"new", "inPlace", "elsewhere2"}


def test_a_member_added_to_the_schema_is_sent(changed):
    path = changed / "create" / "request.json"
    schema = json.loads(path.read_text())
    element = schema["properties"][SITE]["items"]
    element["properties"]["priority"] = {"type": "integer"}
    path.write_text(json.dumps(schema))
    materials = Materials(Documents(changed))
    assert "priority" in payload(FAMILIES["standard"](materials, Knobs(1, style=OPTIONAL)))[SITE][0]
    assert "priority" not in payload(FAMILIES["standard"](materials, Knobs(1)))[SITE][0]
    element["required"].append("priority")
    path.write_text(json.dumps(schema))
    assert "priority" in payload(FAMILIES["standard"](Materials(Documents(changed)), Knobs(1)))[SITE][0]


def test_the_plan_reaches_every_count_and_position():
    made = plan(Materials(), PROFILES["standard"])
    good = [s for s in made if not s.defect and not s.open]
    assert {s.artifacts for s in good if s.kind == "standard"} >= set(range(1, 52))
    assert len({s.artifacts for s in good if GRANULAR.encode() in (s.body or b"")}) >= 20
    for family, lacking in (("path-type", "destinationType"), ("restore-point", "restorePoint")):
        places_seen = set()
        for stimulus in (s for s in made if s.family == family and s.artifacts == 5):
            good = [e.get(lacking) for e in payload(stimulus)[SITE]]
            odd = [i for i, value in enumerate(good) if good.count(value) == 1 or value in (None, "")]
            places_seen.update(odd if family == "path-type" else range(5))
        assert places_seen == set(range(5)), family
    orders = {next(name for name in payload(s) if "@" not in name) for s in made if s.family == "mixed"}
    assert orders == {SITE, GRANULAR}
    distances = set()
    for stimulus in (s for s in made if s.family == "duplicate" and s.kind == "standard"):
        ids = [e["restorePoint"]["id"] for e in payload(stimulus)[SITE]]
        twice = next(i for i in ids if ids.count(i) > 1)
        distances.add(len(ids) - 1 - ids[::-1].index(twice) - ids.index(twice))
    assert {1, 39} <= distances


def test_every_family_is_planned():
    planned = {s.family for name in ("quick", "standard") for s in plan(Materials(), PROFILES[name])}
    assert sorted(set(FAMILIES) - planned) == []


@pytest.mark.parametrize(
    ("families", "condition", "readable"),
    [
        pytest.param(["standard"], lambda s: s.artifacts >= 7, 7, marks=pytest.mark.deep),
        pytest.param(["duplicate"], lambda s: s.artifacts >= 2, 2, marks=pytest.mark.deep),
        (["mixed"], lambda s: True, 2),
        pytest.param(["path-type"], lambda s: s.artifacts > 3, 4, marks=pytest.mark.deep),
    ],
)
def test_payloads_shrink_to_readable_ones(families, condition, readable):
    found = smallest(stimuli(Materials(), families), condition)
    assert found.artifacts == readable
    assert b"00000000-0000-4000-8000-" in found.body


def test_ids_a_user_named_are_the_only_ones_that_must_be_accepted():
    named = ("aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002")
    made = plan(Materials(restore_points=named), PROFILES["standard"])
    accepted = [s for s in made if s.family == "standard" and s.artifacts < 50]
    assert {s.artifacts for s in accepted} == {1, 2}
    for stimulus in accepted:
        assert all(e["restorePoint"]["id"] in named for e in payload(stimulus)[SITE])
