"""The bench: what is odd is never accused, what is nobody's fault is nobody's, and faults written blind are caught."""

import json
import os

import hypothesis
import pytest
from looking import failed, some

from restore_conformance.bench import ENVIRONMENTS, Score, endurance, score_environment, score_fault, score_variant
from restore_conformance.bench.endurance import Endurance, go_on, habits_of, summary
from restore_conformance.bench.servers import HALVES, compositions, draw, half_of, only
from restore_conformance.cli import main
from restore_conformance.commands import bench
from restore_conformance.mock import Refusal, Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.mock.variants import VARIANTS, dimensions

SHARE = int(os.environ.get("RESTORE_CONFORMANCE_SHARE", "80"))
"""Every how many servers `make test` takes one of; `.ci/run` takes more, `make bench-trust` all."""

BLIND = [name for name in FAULTS if name.startswith("field-")]


def test_the_bench_is_large_enough():
    assert len(FAULTS) >= 250
    assert len(BLIND) >= len(FAULTS) / 4
    assert len(ENVIRONMENTS) >= 40
    assert len(VARIANTS) >= 60
    assert len(dimensions()) >= 20


@pytest.mark.parametrize("name", list(VARIANTS)[::SHARE])
def test_an_odd_server_is_not_accused(register, name):
    score = score_variant(register, [name], "standard")
    assert score.right, (score.blamed, score.reason)


@pytest.mark.parametrize("number", range(max(1, 24 // SHARE)))
def test_a_composition_of_odd_habits_is_not_accused(register, number):
    names = draw(number + 1, 11)[number]
    score = score_variant(register, names, "standard", seed=number + 1)
    assert score.right, (names, score.blamed, score.reason)


FEW = hypothesis.settings(database=None, max_examples=8, phases=[hypothesis.Phase.generate])


def test_compositions_take_one_value_of_a_dimension():
    found = hypothesis.find(compositions(), lambda names: len(names) >= 3, settings=FEW)
    assert len(found) >= 3
    assert len({VARIANTS[name].dimension for name in found}) == len(found)


@pytest.mark.parametrize("name", ENVIRONMENTS[:: SHARE // 2 or 1])
def test_an_environment_is_nobodys_fault(register, name):
    score = score_environment(register, name, "standard")
    assert score.right, (score.blamed, score.reason)


@pytest.mark.parametrize("name", BLIND[::SHARE])
def test_a_fault_written_blind_is_caught(register, name):
    score = score_fault(register, name, "standard")
    assert score.detected, score.reason


@pytest.mark.parametrize(
    "name",
    some(
        ["wire-gzip", "wire-chunked-extended", "wire-http-1.0", "wire-split", "wire-continue"],
        "wire-gzip",
        "wire-split",
    ),
)
def test_an_odd_wire_is_not_accused(register, name):
    """Judged over HTTP, through the client that real targets are judged through."""
    score = score_variant(register, [name], "quick")
    assert score.right, (score.blamed, score.reason)


@pytest.mark.parametrize(
    "name",
    ["wire-granular-body-short", *some(["wire-empty-gzip-invalid", "wire-get-without-body"])],
)
def test_a_broken_wire_is_blamed_on_the_clause(register, name):
    score = score_fault(register, name, "quick")
    assert score.first, (score.blamed, score.reason)


def test_habits_on_the_wire_are_drawn_now_and_then():
    wired = [any(name.startswith("wire-") for name in names) for names in draw(60, 3)]
    assert 3 <= sum(wired) <= 40


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("reads-lag-behind", "standard"),
        ("lists-lag-behind", "quick"),
        pytest.param("reads-lag-behind", "quick", marks=pytest.mark.deep),
        pytest.param("lists-lag-behind", "standard", marks=pytest.mark.deep),
    ],
)
def test_what_takes_a_moment_to_be_seen_is_waited_for(register, name, profile):
    score = score_variant(register, [name], profile)
    assert score.right, (score.blamed, score.reason)


def test_a_crowded_target_is_not_accused_whatever_the_letters_of_its_code(register):
    score = score_variant(register, ["field-always-crowded", "field-code-small-first"], "quick")
    assert score.right, (score.blamed, score.reason)


def test_throttling_in_the_middle_of_waiting_is_waited_out(register):
    names = ["field-page-of-three", "field-429-silent", "reads-lag-behind"]
    score = score_variant(register, names, "standard")
    assert score.right, (score.blamed, score.reason)


def test_a_session_made_by_a_lost_answer_is_no_trace_of_a_refusal(register):
    """Where an answer is lost, a session is there that nobody was told of, and controls make more of them."""
    for name in ("name-not-known by-chance", "maintenance-page by-chance"):
        score = score_environment(register, name, "quick")
        assert score.right, (score.blamed, score.reason)


def test_the_long_run_goes_on_where_it_stopped(register):
    state, told = Endurance(seed=3), []
    go_on(register, state, 500, lambda now: told.append((now.servers, now.exchanges)))
    assert state.exchanges >= 500
    first = state.servers
    go_on(register, state, state.exchanges + 1, lambda now: told.append((now.servers, now.exchanges)))
    assert state.servers == first + 1
    assert [servers for servers, _ in told] == list(range(1, first + 2))
    assert state.accused == []
    assert all(held > 1 for _, held in state.memory)
    assert "0 false positives" in summary(state)


@pytest.mark.deep
def test_the_long_run_meets_every_kind_of_server():
    habits = [habits_of(number, 1) for number in range(10)]
    assert habits[0] == []
    assert len(habits[1]) == 1
    assert len(max(habits, key=len)) > 3
    assert habits[:3] == [habits_of(number, 1) for number in range(3)]


def test_a_long_run_accuses_who_breaks_the_contract(register, monkeypatch):
    monkeypatch.setattr(endurance, "composed", lambda habits: seeded("standard-answered-200"))
    state = go_on(register, Endurance(), 10, lambda now: None)
    assert state.accused[0]["blamed"] == ["create/response.created"]


@pytest.mark.deep
@pytest.mark.parametrize("name", ["activate-too-many-400"])
def test_a_fault_beyond_the_standard_profile_is_caught_by_the_deep_one(register, name):
    assert not score_fault(register, name, "standard").detected
    assert score_fault(register, name, "deep", drawn=0).first


def test_a_refusal_of_several_curiosities_at_once_answers_none_of_them(judged):
    """A target that refuses one of them is asked each alone, so that the report says which reading was seen."""
    service = Service()
    check = service.check

    def strict(payload):
        if "notDeclared" in payload:
            raise Refusal(400, "BadRequest")
        check(payload)

    service.check = strict
    result = judged(service, "quick")
    assert failed(result) == []
    seen = {found.clause.address: set(found.seen) for found in result.verdicts}
    assert seen["create/request-body.unknown-members"] == {"reject"}
    assert seen["create/request-body.read-only-members"] == {"accept"}


def test_a_server_that_was_judged_right_and_is_no_more_is_told_by_name(tmp_path, capsys):
    """A share of the bench is held against the whole server by server, and not by its rate."""
    known = {"servers": 9, "requests": 100, "wrong": ["a"]}
    (tmp_path / "known.json").write_text(json.dumps({"share": 1, "fault": known}))
    now = {"servers": 2, "requests": 120, "wrong": ["a"]}
    path = bench._earlier(str(tmp_path / "known.json"))
    assert bench._compare({"share": 5, "fault": now}, path) == 0
    assert bench._compare({"share": 5, "fault": now | {"wrong": ["a", "b"]}}, path) == 1
    assert "fault b fell: it was judged right" in capsys.readouterr().err
    assert bench._compare({"share": 1, "fault": now}, path) == 1
    assert "requests rose: 120 each, earlier 100" in capsys.readouterr().err


def test_every_fault_is_in_one_half_for_good():
    """The halves are about as large, follow from the names alone, and move no fault when one is added."""
    parts = {half: only(FAULTS, half) for half in HALVES}
    assert sorted(name for part in parts.values() for name in part) == sorted(FAULTS)
    assert min(map(len, parts.values())) > 0.45 * len(FAULTS)
    assert only([*FAULTS, "one-more"], "choosing")[: len(parts["choosing"])] == parts["choosing"]
    assert [half_of(name) for name in ("id-empty", "error-is-text")] == ["reporting", "choosing"]


@pytest.mark.parametrize("half", HALVES)
def test_a_half_is_counted_and_the_reporting_one_names_nothing(monkeypatch, capsys, half):
    """Who chooses requests by the first half does not see which faults of the second are missed."""
    names = [only(FAULTS, one)[0] for one in HALVES]
    monkeypatch.setattr("restore_conformance.mock.faults.FAULTS", {name: FAULTS[name] for name in names})
    monkeypatch.setattr("restore_conformance.bench.score_fault", lambda register, name, *_: Score(name, "fault", False))
    assert main(["bench", "--profile", "quick", "--only", "faults", "--half", half]) == 0
    out = capsys.readouterr().out
    assert f"{half} half: 1 faults, 0 detected (0.0%)" in out
    assert [name in out for name in names] == [half == "choosing", False]
