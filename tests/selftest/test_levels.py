"""Every level can be defended: each must says why, and servers that fair readers build are never called broken."""

import argparse
import json
import tomllib
from pathlib import Path

import pytest
from looking import failed, some

from restore_conformance.bench import fits, score_variant
from restore_conformance.clauses import load
from restore_conformance.commands import bench
from restore_conformance.commands.clauses import main as show_clauses
from restore_conformance.mock import Service
from restore_conformance.mock.conditions import payload_of
from restore_conformance.mock.faults import FAULTS
from restore_conformance.mock.hooks import around_operation
from restore_conformance.mock.protocol import JsonResponse
from restore_conformance.mock.variants import VARIANTS, reported
from restore_conformance.verdicts import Exit, Level

FAIR = [name for name in VARIANTS if name.startswith("fair-")]
BEYOND = {
    "quick": {"fair-deleted-410", "fair-too-many-409"},
    "standard": {"fair-too-many-409"},
}
"""What a profile sends too little for, so that nothing is reported of it."""
REGISTER = load()
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_every_must_and_every_should_says_what_defends_its_level():
    assert [made.address for made in REGISTER.clauses if made.level is not Level.OBSERVE and not made.because] == []


@pytest.mark.parametrize("made", [m for m in REGISTER.clauses if m.because], ids=lambda made: made.address)
def test_a_defence_is_short_and_says_more_than_the_clause(made):
    assert made.because.endswith(".")
    assert len(made.because) <= 170
    assert made.because != made.says


def test_no_must_waits_for_a_should():
    """What does not bind never keeps what binds from being judged."""
    level = {made.address: made.level for made in REGISTER.clauses}
    waiting = [(m.address, n) for m in REGISTER.clauses for n in m.needs if not level[n].binds_like(m.level)]
    assert waiting == []


def test_the_defence_is_shown(capsys):
    show_clauses(argparse.Namespace(id="create/response.created", readings=False, edition="", as_of=""))
    assert "because     Response: creating is answered 201 Created" in capsys.readouterr().out


@pytest.mark.parametrize("name", some(FAIR, *FAIR[::6]))
def test_a_fair_reading_never_fails(register, name):
    _never_fails(register, name, "quick")


@pytest.mark.deep
@pytest.mark.parametrize("name", FAIR)
def test_a_fair_reading_never_fails_in_the_whole_plan(register, name):
    _never_fails(register, name, "standard")


def _never_fails(register, name, profile):
    score = score_variant(register, [name], profile)
    assert score.right, (score.findings, score.reason)
    assert VARIANTS[name].allowed
    expected = set() if name in BEYOND[profile] else reported([name])
    assert set(score.findings) == expected, "what a should is for is reported, and nothing else"


def test_a_change_of_unknown_members_alone_may_be_empty(judged):
    """`{"note": 1}`, `{}` and annotations alone change nothing where what is not known is passed over."""
    seen = []

    def passing(call):
        payload = payload_of(call.request)
        if payload is None or any("RestoreArtifacts" in name for name in payload):
            return call.proceed()
        seen.append(payload)
        return JsonResponse(200, {"id": call.request.session})

    service = Service()
    around_operation(("update",), passing)(service)
    result = judged(service)
    assert failed(result) == []
    assert result.exit is Exit.CONFORMANT
    assert {"note": 1} in seen
    assert {} in seen


def test_every_fault_that_moved_is_one_and_breaks_a_clause_that_does_not_bind():
    levels = {made.address: made.level for made in REGISTER.clauses}
    entries = tomllib.loads((BENCHMARKS / "moved.toml").read_text())
    assert entries
    for name, entry in entries.items():
        assert name in FAULTS
        assert entry["from"] == "must"
        assert levels[entry["clause"]].value == entry["to"] != "must"
        assert any(fits(FAULTS[name], made) for made in REGISTER.clauses if made.address == entry["clause"]), name
        assert entry["because"] == REGISTER[entry["clause"]].because


def test_a_comparison_does_not_call_a_moved_fault_a_fall(tmp_path, capsys):
    (tmp_path / "known.json").write_text(json.dumps({"share": 1, "fault": {"requests": 9, "wrong": []}}))
    (tmp_path / "moved.toml").write_text('[a]\nclause = "c"\nfrom = "must"\nto = "should"\nbecause = "It is."\n')
    path = str(tmp_path / "known.json")
    earlier, moved = bench._earlier(path), bench._moved(path)
    now = {"share": 1, "fault": {"requests": 9, "wrong": ["a"]}}
    assert bench._compare(now, earlier, moved) == 0
    assert "fault a moved from must to should (c): It is." in capsys.readouterr().err
    now["fault"]["wrong"] = ["a", "b"]
    assert bench._compare(now, earlier, moved) == 1
    assert "fault b fell" in capsys.readouterr().err
    assert bench._moved(str(tmp_path / "elsewhere" / "known.json")) == {}
