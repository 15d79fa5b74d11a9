"""What is sent comes from the schemas, covers what clauses care about, and shrinks to something readable."""

import importlib
import json
import shutil

import pytest
from looking import smallest

from restore_conformance.bench.servers import draw as draw_habits
from restore_conformance.contract import places
from restore_conformance.contract.documents import Documents
from restore_conformance.contract.workload import GRANULAR, STANDARD
from restore_conformance.mock import Service
from restore_conformance.stimuli import FAMILIES, PROFILES, Knobs, Materials, draw, drawn, made_up, plan, stimuli
from restore_conformance.stimuli.drawing import fill
from restore_conformance.stimuli.families import fitted
from restore_conformance.stimuli.materials import OPTIONAL
from restore_conformance.stimuli.slots import SLOTS
from restore_conformance.stimuli.walks import drawn_walks
from restore_conformance.verdicts import Exit, Verdict


def payload(stimulus):
    return json.loads(stimulus.body)


def sent(name, materials=None, seed=1):
    """The planned and the drawn stimuli of a profile."""
    materials = materials or made_up()
    return [*plan(materials, PROFILES[name], seed), *drawn(materials, PROFILES[name].drawn, seed)]


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
    sent = {payload(FAMILIES["standard"](materials, Knobs(1, 0, v)))[STANDARD][0]["destinationType"] for v in range(6)}
    assert sent == {"new", "inPlace", "elsewhere2"}


def test_a_member_added_to_the_schema_is_sent(changed):
    path = changed / "create" / "request.json"
    schema = json.loads(path.read_text())
    element = schema["properties"][STANDARD]["items"]
    element["properties"]["priority"] = {"type": "integer"}
    path.write_text(json.dumps(schema))
    materials = Materials(Documents(changed))
    assert "priority" in payload(FAMILIES["standard"](materials, Knobs(1, style=OPTIONAL)))[STANDARD][0]
    assert "priority" not in payload(FAMILIES["standard"](materials, Knobs(1)))[STANDARD][0]
    element["required"].append("priority")
    path.write_text(json.dumps(schema))
    assert "priority" in payload(FAMILIES["standard"](Materials(Documents(changed)), Knobs(1)))[STANDARD][0]


def test_the_plan_reaches_every_count_and_position():
    made = sent("standard")
    good = [s for s in made if not s.defect and not s.open]
    assert {s.artifacts for s in good if s.kind == "standard"} >= set(range(1, 52))
    assert len({s.artifacts for s in good if GRANULAR.encode() in (s.body or b"")}) >= 20
    for family, lacking in (("path-type", "destinationType"), ("restore-point", "restorePoint")):
        places_seen = set()
        for stimulus in (s for s in made if s.family == family and s.artifacts == 5):
            good = [e.get(lacking) for e in payload(stimulus)[STANDARD]]
            odd = [i for i, value in enumerate(good) if good.count(value) == 1 or value in (None, "")]
            places_seen.update(odd if family == "path-type" else range(5))
        assert places_seen == set(range(5)), family
    orders = {next(name for name in payload(s) if "@" not in name) for s in made if s.family == "mixed"}
    assert orders == {STANDARD, GRANULAR}
    distances = set()
    for stimulus in (s for s in made if s.family == "duplicate" and s.kind == "standard"):
        ids = [e["restorePoint"]["id"] for e in payload(stimulus)[STANDARD]]
        twice = next(i for i in ids if ids.count(i) > 1)
        distances.add(len(ids) - 1 - ids[::-1].index(twice) - ids.index(twice))
    assert {1, 49} <= distances


def test_the_standard_profile_draws_most_of_its_creates():
    """At least 150, by the seed alone: the same for the same one, and others for another."""
    first, again, other = (drawn(Materials(), PROFILES["standard"].drawn, seed) for seed in (1, 1, 2))
    assert len(first) >= 150
    assert first == again
    assert [s.family for s in first] == [s.family for s in other]
    assert sum(one != two for one, two in zip(first, other, strict=True)) > 100


def test_what_is_drawn_does_not_depend_on_what_is_imported(tmp_path, monkeypatch):
    """Hypothesis mixes constants of imported modules into its integers; one seed must send the same everywhere."""

    def everything():
        return draw(stimuli(made_up()), 100, 11), fill(SLOTS, 11), drawn_walks(made_up(), 5, 20, 11), draw_habits(5, 11)

    before = everything()
    numbers = ", ".join(str(number) for number in range(3, 60)) + ", 2147, 21474, 214748, 2147483, 21474836"
    (tmp_path / "module_full_of_numbers.py").write_text(f"NUMBERS = [{numbers}]\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("module_full_of_numbers")
    assert everything() == before


@pytest.mark.parametrize("edition", ["", pytest.param("latest", marks=pytest.mark.deep)])
def test_no_clause_rests_on_what_is_drawn(judged, edition):
    """A draw moves none between not tested and passed: whatever the seed, the planned part tests the same clauses."""

    def tested(**changes):
        result = judged(Service(), "standard", edition=edition, **changes)
        assert result.exit is Exit.CONFORMANT
        binding = {v.clause.address for v in result.verdicts if v.verdict is not Verdict.NONE}
        return binding | {v.clause.address for v in result.verdicts if v.newer and v.newer.verdict is not Verdict.NONE}

    planned = tested(drawn=0)
    assert len(planned) > 180
    for seed in (1, 2, 3):
        assert tested(seed=seed) == planned


def test_the_profiles_keep_within_their_requests(judged):
    """120 for `quick` and about 400 for `standard`, on the mock as it is."""
    for profile, most in (("quick", 120), ("standard", 420)):
        assert judged(Service(), profile).requests <= most


def test_what_a_drawn_stimulus_shows_is_made_smaller(judged):
    """A finding of the drawn part alone ends with the smallest request that shows it."""
    service = Service()
    check = service.check

    def crashes_now_and_then(body):
        check(body)
        sites = body.get(STANDARD) or ()
        if len(sites) > 10 and len(sites) != 33 and next(iter(sites[0])) == "destinationType":
            raise RuntimeError("a crash of the server")

    service.check = crashes_now_and_then
    result = judged(service, "standard")
    findings = [f for v in result.verdicts if v.clause.address == "create/response.created" for f in v.findings]
    assert findings
    assert len(json.loads(findings[0].evidence[-1].request.body)[STANDARD]) == 11
    assert not [v for v in judged(service, "standard", drawn=0).verdicts if v.verdict is Verdict.FAIL]


NAMED = [f"aaaaaaaa-0000-4000-8000-{number:012x}" for number in range(4)]


@pytest.mark.parametrize("points", [(), NAMED])
def test_quick_meets_what_a_careless_check_overlooks(points):
    """Copies with members in another order, destinations that differ from the third on, and a destination that is an
    object: with ids that a server checks as well."""
    made = plan(Materials(restore_points=points), PROFILES["quick"])
    copies = [payload(s)[STANDARD] for s in made if s.defect == "duplicate" and s.kind == "standard"]
    assert any(
        one["restorePoint"] == other["restorePoint"] and list(one) != list(other)
        for elements in copies for one in elements for other in elements
    )  # fmt: skip
    places = [[e["destinationType"] for e in payload(s)[STANDARD]] for s in made if s.family == "different-destination"]
    assert any(len(set(one[:2])) == 1 and len(set(one)) == 2 for one in places)
    wrong = [e.get("destinationType") for s in made if s.family == "wrong-type" and s.kind == "standard"
             for e in _artifacts(s)]  # fmt: skip
    assert any(isinstance(value, dict) for value in wrong)


def _artifacts(stimulus):
    return [one for one in payload(stimulus).get(STANDARD) or () if isinstance(one, dict)]


@pytest.mark.parametrize("known", [1, 2, 3, 5])
def test_what_is_odd_stays_behind_where_few_ids_are_known(known):
    """A request that is made smaller keeps its odd artifact as far behind as it can be."""
    materials = Materials(restore_points=[f"aaaaaaaa-0000-4000-8000-{n:012x}" for n in range(known)])
    stimulus = fitted(materials, "path-type", Knobs(50, 16, 0, 7))
    assert ["destinationType" in one for one in payload(stimulus)[STANDARD]] == [True] * (known - 1) + [False]


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
    made = sent("standard", Materials(restore_points=named))
    accepted = [s for s in made if s.family == "standard" and s.artifacts < 50]
    assert {s.artifacts for s in accepted} == {1, 2}
    for stimulus in accepted:
        assert all(e["restorePoint"]["id"] in named for e in payload(stimulus)[STANDARD])
