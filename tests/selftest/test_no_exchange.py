"""No exchange, no pass: a clause is judged on what its own operation answered, or it is not tested."""

import io
import json
import shutil

import jsonschema
import pytest
from looking import failed

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.commands.options import scrub_of
from restore_conformance.contract import places
from restore_conformance.contract.documents import Documents
from restore_conformance.exchange import Response
from restore_conformance.mock import Service
from restore_conformance.records.run_record import run_of
from restore_conformance.reports import terminal
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded
from restore_conformance.verdicts import Exit, Verdict

LACKING = [
    Response(404),
    Response(404, (("Content-Type", "application/json"),), b'{"error": {"code": "ResourceNotFound", "message": ""}}'),
    Response(405, (("Content-Type", "application/json"),), b'{"detail": "Method Not Allowed"}'),
]


def create_only(answer):
    """A service with one route."""
    service = Service()
    known = service.handle
    service.handle = lambda r: known(r) if r.target.endswith("RestoreSessions") and r.method == "POST" else answer
    return service


@pytest.mark.parametrize("answer", LACKING, ids=["bare", "envelope", "framework"])
@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_what_the_target_lacks_is_not_tested(judged, answer, profile):
    """A server with the create route alone passes clauses of create only, and the verdict says how many there are."""
    result = judged(create_only(answer), profile)
    passed = {v.clause.operation for v in result.verdicts if v.verdict is Verdict.PASS}
    assert failed(result) == []
    assert passed == {"create"}
    assert result.exit is Exit.CONFORMANT
    musts = [v for v in result.verdicts if v.clause.level == "must"]
    untested = sum(v.verdict is Verdict.NONE for v in musts)
    assert untested > 60
    assert result.reason.startswith(f"{sum(v.verdict is Verdict.PASS for v in musts)} must clauses passed, ")
    assert f"{untested} not tested" in result.reason


def test_a_copied_operation_is_not_tested(tmp_path):
    """Clauses and judgements copied for another route pass nothing, since no request went there."""
    schemas, tests = tmp_path / "schemas", tmp_path / "tests"
    shutil.copytree(places.SCHEMAS, schemas)
    shutil.copytree(places.SCHEMAS / "create", schemas / "copied")
    text = (schemas / "copied" / "clauses.toml").read_text()
    (schemas / "copied" / "clauses.toml").write_text(text.replace('"create/', '"copied/'))
    shutil.copytree(places.CLAUSE_TESTS / "create", tests / "copied")
    register = load(Documents(schemas), tests, {"copied"})
    assert len(register.clauses) > 90
    service = Service()
    tokens = {kind: token for token, kind in service.tokens.items()}
    settings = Settings(token=tokens.pop("good"), identities=tokens, profile="quick")
    result = Campaign(settings, Embedded(service), register).run()
    assert result.requests > 100
    assert {v.verdict for v in result.verdicts} == {Verdict.NONE}
    assert result.exit is Exit.UNJUDGED


def test_not_tested_is_shown_in_a_line_for_each_kind(judged):
    """The terminal groups what was not tested by the kind of the reason."""
    result = judged(create_only(LACKING[1]), "quick", identities={})
    run = run_of(result, scrub_of(result.settings))
    out = io.StringIO()
    terminal.table(run, {"html": "report.html"}, quiet=False, out=out, plain=True)
    (line,) = [one for one in out.getvalue().splitlines() if "no route for" in one]
    assert line.startswith("Not tested: ")
    assert all(name in line for name in ("get", "list", "update", "delete"))
    assert "for create" not in line
    assert {entry["why"] for entry in run["clauses"] if entry["verdict"] == "none"} >= {"route", "caller"}
    jsonschema.validate(json.loads(json.dumps(run)), json.loads((places.SCHEMAS / "run.schema.json").read_text()))
