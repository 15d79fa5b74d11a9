"""The bench: no false positive on unusual servers and troubled environments; faults written blind are detected."""

import json
import os

import pytest
from looking import failed, some

from restore_conformance.bench import ENVIRONMENTS, Score, endurance, score_environment, score_fault, score_variant
from restore_conformance.bench.endurance import Endurance, go_on, summary, variants_of
from restore_conformance.bench.servers import HALVES, draw, half_of, only
from restore_conformance.cli import main
from restore_conformance.commands import bench
from restore_conformance.mock import Refusal, Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.mock.variants import VARIANTS, composed, dimensions
from restore_conformance.mock.variants.refusals import mixed_refused
from restore_conformance.verdicts import Exit

SHARE = int(os.environ.get("RESTORE_CONFORMANCE_SHARE", "80"))
"""Every how many servers `make test` takes one of; `.ci/run` takes more, `make bench-trust` all."""

BLIND = [name for name in FAULTS if name.startswith("field-")]
ALONE = [((name,), "standard") for name in list(VARIANTS)[SHARE // 2 :: SHARE]]
CHOSEN = [
    (("wire-gzip",), "quick"),
    (("wire-split",), "quick"),
    (("reads-lag-behind",), "standard"),
    (("lists-lag-behind",), "quick"),
    (("field-always-crowded", "field-code-small-first"), "quick"),
    (("changes-go-to-replicas",), "quick"),
    (("ids-apart-by-case", "artifact-ids-apart-by-case"), "quick"),
    (("field-page-of-three", "field-429-silent", "reads-lag-behind"), "standard"),
]
"""Two on the wire, two that lag, a crowded target, ids that letter case tells apart, throttling during a wait."""
DEEP = [
    *(((name,), "quick") for name in ("wire-chunked-extended", "wire-http-1.0", "wire-continue", "reads-lag-behind")),
    (("lists-lag-behind",), "standard"),
]


def test_the_bench_is_large_enough():
    assert len(FAULTS) >= 250
    assert len(BLIND) >= len(FAULTS) / 4
    assert len(ENVIRONMENTS) >= 40
    assert len(VARIANTS) >= 60
    assert len(dimensions()) >= 20


@pytest.mark.parametrize("server", some([*ALONE, *CHOSEN, *DEEP], *ALONE, *CHOSEN), ids=str)
def test_an_unusual_server_is_no_false_positive(register, server):
    names, profile = server
    score = score_variant(register, list(names), profile)
    assert score.right, (score.findings, score.reason)


@pytest.mark.parametrize("number", range(max(1, 24 // SHARE)))
def test_a_composition_is_no_false_positive(register, number):
    names = draw(number + 1, 11)[number]
    score = score_variant(register, names, "standard", seed=number + 1)
    assert score.right, (names, score.findings, score.reason)


def test_a_session_that_lacks_something_shows_that_the_token_is_good(judged):
    """A 403 that follows the payload is told from one of the token by what was created, whatever is missing from it."""
    service = composed(["fair-counts-not-shown"])
    mixed_refused(403, "Forbidden")(service)
    result = judged(service, "quick")
    assert result.exit is Exit.CONFORMANT, result.reason


def test_compositions_have_one_value_of_a_dimension_and_habits_on_the_wire_now_and_then():
    drawn = draw(60, 3)
    assert max(map(len, drawn)) >= 3
    assert all(len({VARIANTS[name].dimension for name in names}) == len(names) for names in drawn)
    assert 3 <= sum(any(name.startswith("wire-") for name in names) for names in drawn) <= 40


@pytest.mark.parametrize("name", ENVIRONMENTS[:: SHARE // 2 or 1])
def test_an_environment_in_trouble_is_no_false_positive(register, name):
    score = score_environment(register, name, "standard")
    assert score.right, (score.findings, score.reason)


@pytest.mark.parametrize("name", BLIND[::SHARE])
def test_a_fault_written_blind_is_detected(register, name):
    score = score_fault(register, name, "standard")
    assert score.detected, score.reason


@pytest.mark.parametrize(
    "name", ["wire-granular-body-short", *some(["wire-empty-gzip-invalid", "wire-get-without-body"])]
)
def test_a_fault_on_the_wire_is_blamed_on_its_clause(register, name):
    score = score_fault(register, name, "quick")
    assert score.first, (score.findings, score.reason)


def test_a_session_made_by_a_lost_answer_is_no_trace_of_a_refusal(register):
    """Where an answer is lost, a session is there that nobody knows of, and controls make more of them."""
    for name in ("name-not-known by-chance", "maintenance-page by-chance"):
        score = score_environment(register, name, "quick")
        assert score.right, (score.findings, score.reason)


def test_the_long_run_goes_on_where_it_stopped(register):
    state, reported = Endurance(seed=40), []
    go_on(register, state, 10, lambda now: reported.append(now.servers))
    assert state.exchanges >= 10
    first = state.servers
    go_on(register, state, state.exchanges + 1, lambda now: reported.append(now.servers))
    assert state.servers == first + 1
    assert reported == list(range(1, first + 2))
    assert state.accused == []
    assert all(held > 1 for _, held in state.memory)
    assert "0 false positives" in summary(state)


@pytest.mark.deep
def test_the_long_run_meets_every_kind_of_server():
    drawn = [variants_of(number, 1) for number in range(10)]
    assert drawn[0] == []
    assert len(drawn[1]) == 1
    assert len(max(drawn, key=len)) > 3
    assert drawn[:3] == [variants_of(number, 1) for number in range(3)]


def test_a_long_run_reports_who_breaks_the_contract(register, monkeypatch):
    monkeypatch.setattr(endurance, "composed", lambda names: seeded("standard-answered-200"))
    state = go_on(register, Endurance(), 10, lambda now: None)
    assert state.accused[0]["blamed"] == ["create/response.created"]


@pytest.mark.deep
def test_a_fault_beyond_the_standard_profile_is_detected_by_the_deep_one(register):
    assert not score_fault(register, "activate-too-many-400", "standard").detected
    assert score_fault(register, "activate-too-many-400", "deep", drawn=0).first


def test_a_server_that_breaks_on_several_curiosities_at_once_alone_is_detected(judged):
    """None of them explains it, and what they bring about together is no less of a server error."""
    service = Service()
    check = service.check

    def fragile(payload):
        check(payload)
        if {"notDeclared", "@example.note"} <= payload.keys():
            raise RuntimeError("a crash of the server")

    service.check = fragile
    assert judged(service, "quick").exit is Exit.BROKEN


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


def test_a_server_that_was_judged_right_and_is_no_more_is_named(tmp_path, capsys):
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


@pytest.mark.parametrize("figures", ["{}", '{"profile": "quick"}', '{"fault": {}}', "[]"])
def test_what_holds_no_figures_is_not_compared_with(tmp_path, capsys, figures):
    earlier = tmp_path / "earlier.json"
    earlier.write_text(figures)
    assert main(["bench", "--only", "environments", "--share", "1000", "--compare", str(earlier)]) == 2
    assert "does not hold the figures of bench --json" in capsys.readouterr().err
