"""Findings by root cause: what is claimed is what the evidence has, the gravest first, and nothing is said twice."""

import copy
import html as escaping
import io
import re

import pytest

from restore_conformance.exchange import Response
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.records.causes import causes, grouped
from restore_conformance.records.finding import broke
from restore_conformance.records.run_record import run_of
from restore_conformance.reports import html, markdown, terminal, wording
from restore_conformance.reports.progress import Progress
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings

JSON = (("Content-Type", "application/json"),)


def tiny(posted, callers=True):
    """A server that answers every request with an empty object; one without a token too, unless callers are refused."""
    service = Service()

    def handle(request):
        if not callers and request.header("Authorization") is None:
            return Response(401, JSON, b'{"error": {"code": "InvalidAuthenticationToken", "message": "No token."}}')
        return Response(posted if request.method == "POST" else 200, JSON, b"{}")

    service.handle = handle
    return service


@pytest.fixture(scope="module")
def recorded(judged):
    """The record of a quick run of a service."""
    made = {}

    def record(key, service):
        if key not in made:
            made[key] = run_of(judged(service, "quick", identities={}), Scrub({"token": service.token}))
        return copy.deepcopy(made[key])

    return record


@pytest.mark.parametrize("posted", [200, 201])
def test_a_server_that_refuses_nothing_has_one_cause_for_it(recorded, posted):
    """Every finding in which a refusal was expected stands under one cause, which names what was answered."""
    run = recorded(posted, tiny(posted))
    (cause,) = [one for one in run["causes"] if one["key"] == "accepts-all"]
    assert cause["says"].startswith("Every invalid request to create, ")
    assert cause["says"].endswith(f"is accepted (answered {'200' if posted == 200 else '200 or 201'})")
    assert cause["level"] == "must"
    entries = {entry["id"]: entry for entry in run["clauses"]}
    for address in cause["clauses"]:
        (finding,) = entries[address]["findings"]
        assert broke(finding)["response"]["status"] in {200, 201}
        assert finding["expected"][0] == "4"
        assert finding["cause"] == cause["key"]
    assert len(cause["clauses"]) > 8
    assert len(run["causes"]) < 9


def test_a_server_that_refuses_something_is_not_said_to_accept_everything(recorded):
    """One defect that is accepted is that defect; where only callers are refused, the sentence says so."""
    service = tiny(201, callers=False)
    run = recorded("callers", service)
    says = [cause["says"] for cause in run["causes"]]
    assert not any(one.startswith("Every invalid request to create") for one in says)
    assert any(one.startswith("Every invalid request of a caller who may send it to create") for one in says)
    run = recorded("one", seeded("mixed-accepted"))
    assert [cause["clauses"] for cause in run["causes"]] == [["create/introduction.exclusive-artifacts"]]
    assert run["causes"][0]["key"] == "create/introduction.exclusive-artifacts"


def test_every_finding_has_a_cause_and_every_clause_one_place(recorded):
    run = recorded(200, tiny(200))
    broken = [entry["id"] for entry in run["clauses"] if entry["verdict"] == "fail"]
    own = [address for cause in run["causes"] for address in cause["clauses"]]
    assert sorted(own) == sorted(broken)
    keys = {cause["key"] for cause in run["causes"]}
    for entry in run["clauses"]:
        for finding in entry["findings"]:
            assert finding["cause"] in keys
            assert (finding["root"] is None) == (entry["verdict"] == "fail")
            assert finding["root"] == entry.get("root")
    assert grouped(run) == run


@pytest.mark.parametrize(
    ("messages", "number"),
    [
        (("/id: expected text, got None", "/value/0/id: expected text, got None"), 1),
        (
            (
                "GET /a/{id}: expected an array, got {}",
                "GET /b (after POST /c, answered 201): expected an array, got {}",
            ),
            1,
        ),
        (("/id: expected text, got None", "/name: expected text, got None"), 2),
        (("/id: expected text, got None", "/id: expected text, got 5"), 2),
    ],
)
def test_findings_of_another_member_or_value_have_another_cause(broken, messages, number):
    """The same member with the same value in several places is one cause; another member is another."""
    run = copy.deepcopy(broken)
    first, *rest = (entry for entry in run["clauses"] if entry["verdict"] == "fail")
    for entry in rest:
        entry.update(verdict="pass", findings=[])
    other = next(entry for entry in run["clauses"] if entry["id"] == "list/response.items")
    other.update(verdict="fail", findings=copy.deepcopy(first["findings"]))
    for entry, message in zip((first, other), messages, strict=True):
        entry["findings"][0].update(message=message, observed=None, pointer="/id")
    assert len(grouped(run)["causes"]) == number


def test_the_gravest_cause_comes_first(broken):
    """A must before a should, more clauses before fewer, whatever the order of the register."""
    run = copy.deepcopy(broken)
    musts = [entry for entry in run["clauses"] if entry["level"] == "must" and entry["verdict"] == "pass"][:3]
    should = next(entry for entry in run["clauses"] if entry["level"] == "should" and entry["verdict"] == "pass")
    finding = next(entry for entry in run["clauses"] if entry["verdict"] == "fail")["findings"][0]
    for number, entry in enumerate([should, *musts]):
        more = {"message": f"/x: {entry['id']}", "consequences": [f"a/b.{n}" for n in range(3 * number)]}
        entry.update(verdict="fail", findings=[{**finding, **more}])
    shown = [cause.head["id"] for cause in causes(grouped(run))]
    assert shown[-1] == should["id"]
    assert shown[:-1].index(musts[2]["id"]) < shown[:-1].index(musts[1]["id"]) < shown[:-1].index(musts[0]["id"])


def test_what_the_ledger_accepts_comes_last(recorded):
    run = recorded(200, tiny(200))
    first = causes(run)[0]
    for entry in first.entries:
        entry["accepted"] = {"reason": "Known.", "owner": "storage", "review": "2027-01-01"}
    assert [entry["id"] for entry in causes(run)[-1].entries] == [entry["id"] for entry in first.entries]


def test_no_line_repeats_another(recorded):
    """Within a card each sentence stands once; expectation and observation only where the message lacks them."""
    run = recorded(201, tiny(201))
    for cause in causes(run):
        finding = cause.head["findings"][0]
        for _, value in wording.unsaid(finding):
            assert str(value) not in finding["message"]
    text = html.render(run)
    card = text[text.index('id="cause-1"') : text.index("</article>")]
    lines = re.findall(r"<(?:summary|h3)[^>]*>(.*?)</", card)
    assert len(lines) > 8
    assert len(lines) == len(set(lines))


def test_the_defect_is_marked_in_the_request(recorded):
    """Two artifacts that name one restore point are marked, a header that is missing is named, and words say which."""
    run = recorded(201, tiny(201))
    entries = {entry["id"]: entry for entry in run["clauses"]}
    finding = entries["create/errors.duplicate-artifact"]["findings"][0]
    assert "two artifacts name the same restore point" in finding["message"]
    assert len([place for place in finding["sent"]["places"] if place.endswith("/restorePoint/id")]) == 2
    text = html.render(run)
    page = text[text.index('id="finding-create/errors.duplicate-artifact"') :]
    assert page[: page.index("Send it again")].count("<mark>&#34;id&#34;: ") == 2
    assert "← no Authorization header" in escaping.unescape(text)
    assert "one defect is" not in text
    assert "»" in markdown.render(run)


def test_the_terminal_says_the_verdict_and_then_at_most_fifteen_lines_of_reasons(recorded):
    run = recorded(200, tiny(200))
    out = io.StringIO()
    terminal.table(run, {"html": "report.html"}, quiet=False, out=out, plain=True)
    lines = out.getvalue().splitlines()
    verdict = next(n for n, one in enumerate(lines) if one.startswith("NON-CONFORMANT"))
    reasons = [n for n, one in enumerate(lines) if one.startswith(("Not tested", "Inconclusive"))]
    assert min(reasons) > verdict
    assert len(reasons) <= terminal.MOST_REASONS
    said = "\n".join(lines)
    assert "the target never refused anything" in said
    assert "no create was answered 201" in said
    assert "not touched by this profile" not in said


def test_a_reason_is_only_given_where_the_run_shows_it(recorded):
    """A server that refuses has no clause whose reason is that it never refused."""
    run = recorded("one", seeded("mixed-accepted"))
    assert not any("never refused" in kind for kind in wording.unjudged(run)["none"])


def test_clauses_of_a_later_edition_are_not_said_to_be_left_out_by_settings():
    entry = {"verdict": "none", "level": "must", "why": "left-out"}
    live = "left out: drafts are neither changed nor activated on a live target"
    run = {
        "clauses": [
            {**entry, "id": "create/a.b", "reason": "left out: began 2026-06", "newer": {"edition": "2026-06"}},
            {**entry, "id": "update/a.b", "reason": live},
        ]
    }
    assert list(wording.unjudged(run)["none"]) == [wording.LATER, live]


def test_a_route_that_is_lacking_is_the_one_of_the_reason():
    """A clause of create may look with another request, and create is not what the target lacks."""
    reason = "the target seems to have no route for list"
    entry = {"id": "create/read-back.b", "verdict": "none", "level": "must", "why": "route", "reason": reason}
    assert list(wording.unjudged({"clauses": [entry]})["none"]) == [reason]


def test_lines_that_are_explained_later_are_retracted(recorded, register):
    """What was printed as broken and follows from another finding is taken back, with the finding that explains it."""
    run = recorded(200, tiny(200))
    out = io.StringIO()
    progress = Progress(Settings(), "mock", quiet=False, out=out)
    told = next(entry for entry in run["clauses"] if entry.get("root") and entry["findings"])
    kept = next(entry for entry in run["clauses"] if entry["verdict"] == "fail")
    progress._reported = {told["id"], kept["id"]}
    assert progress.explained(run) is run
    assert out.getvalue() == f"retracted {told['id']}: explained by {told['root']}\n"
