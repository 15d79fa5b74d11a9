"""Reports are made from the run record alone, and what a server sends stays text."""

import copy
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from rendering import tags

from restore_conformance.mock.faults import seeded
from restore_conformance.records.run_record import Scrub, run_of
from restore_conformance.records.shell import curl
from restore_conformance.reports import html as page
from restore_conformance.reports import junit, terminal

HOSTILE = "<script>alert(1)</script>\x1b[31m=1+1\u202e\"'&\x00"


@pytest.fixture(scope="module")
def record(judged):
    service = seeded("total-always-one")
    return run_of(judged(service, "quick"), Scrub({"token": service.token}))


def test_the_report_asks_no_network(record):
    text = page.render(record)
    for tag, attributes in tags(text):
        assert tag not in {"img", "iframe", "object", "embed", "base"}
        assert tag != "link" or attributes["href"] == "data:,"
        assert "src" not in attributes
    assert "url(" not in text
    assert "@import" not in text


def test_the_report_says_what_matters(record):
    text = page.render(record)
    finding = next(e for e in record["clauses"] if e["verdict"] == "fail")["findings"][0]
    for part in (
        "Non-conformant",
        "create/response.counts-total",
        "/restoreSessionArtifactCount/total",
        "curl -i -X POST",
    ):
        assert part in text
    assert finding["message"] in text
    assert len(text) < 1_000_000
    assert {attributes.get("id") for _, attributes in tags(text)} >= {e["id"] for e in record["clauses"]}


def hostile(record):
    """The record with every text that a server can influence replaced."""
    made = copy.deepcopy(record)
    made["target"] = made["reason"] = HOSTILE
    for entry in made["clauses"]:
        if entry.get("seen"):
            entry["seen"] = {HOSTILE: 1}
        for finding in entry["findings"]:
            finding["message"] = finding["observed"] = finding["pointer"] = HOSTILE
            answer = finding["evidence"][-1]["exchange"]["response"]
            answer["headers"].append([HOSTILE, HOSTILE])
            answer["body"] = {"size": 5, "text": HOSTILE}
    return made


def test_what_a_server_sends_is_inert_in_html(record):
    text = page.render(hostile(record))
    assert [tag for tag, _ in tags(text)].count("script") == 1
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\x00" not in text


def test_what_a_server_sends_is_inert_in_junit(record):
    root = ET.fromstring(junit.render(hostile(record)))
    assert root.get("failures") == "1"
    failure = root.find(".//failure")
    assert "<script>" in failure.get("message")
    assert "\x1b" not in failure.get("message")


def test_junit_counts_add_up(record):
    root = ET.fromstring(junit.render(record))
    cases = root.findall(".//testcase")
    assert len(cases) == len(record["clauses"]) == int(root.get("tests"))
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        total = sum(int(suite.get(kind)) for suite in root.findall("testsuite"))
        assert total == len(root.findall(f".//{tag}"))
        assert root.get(kind) == (None if kind == "skipped" else str(total))


def test_a_curl_line_sends_the_same_and_hides_the_token(judged):
    service = seeded("total-always-one")
    result = judged(service, "quick")
    found = next(v for v in result.verdicts if v.findings)
    line = curl(found.findings[0].evidence[-1], Scrub({"token": service.token}), "http://127.0.0.1:1/beta")
    assert service.token not in line
    assert "'Authorization: Bearer '\"$TOKEN\"" in line
    assert "--url http://127.0.0.1:1/beta/solutions/backupRestore/sharePointRestoreSessions" in line
    sent = found.findings[0].evidence[-1].request.body.decode()
    assert sent in line


def test_the_record_is_json(record):
    assert json.loads(json.dumps(record)) == record


class Screen(io.StringIO):
    """A terminal, as far as a program asks."""

    def isatty(self):
        return True


def test_the_table_says_the_same_on_a_terminal_and_in_a_file():
    """In a file it is written without the library that colours it, to the letter as that would."""
    rows = (("create/errors.a", "pass", 12), ("create/errors.b", "fail", 3), ("list-artifacts/errors.c", "none", 0))
    run = {"clauses": [{"id": name, "verdict": verdict, "exchanges": number} for name, verdict, number in rows]}
    file, screen = io.StringIO(), Screen()
    terminal._headings(run, file)
    terminal._headings(run, screen)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert [line.rstrip() for line in plain.splitlines()] == [line.rstrip() for line in file.getvalue().splitlines()]
    assert file.getvalue().splitlines()[1].split() == ["create/errors", "1", "1", "·", "·", "15"]


@pytest.mark.parametrize(
    ("fault", "clause", "method", "status"),
    [
        ("delete-answered-202", "delete/response.no-content", "DELETE", 202),
        ("read-back-other-job-type", "create/read-back.same-session", "GET", 200),
        ("update-answered-204", "update/request-body.additions", "PATCH", 204),
        ("activate-answered-202", "activate/response.session", "POST", 202),
    ],
)
def test_the_evidence_ends_with_the_request_that_broke_the_clause(judged, fault, clause, method, status):
    run = run_of(judged(seeded(fault), "quick"), Scrub())
    finding = next(entry for entry in run["clauses"] if entry["id"] == clause)["findings"][0]
    assert finding["evidence"][-1]["exchange"]["request"]["method"] == method
    assert finding["evidence"][-1]["exchange"]["response"]["status"] == status
    assert [one["role"] for one in finding["evidence"]] == ["before"] * (len(finding["evidence"]) - 1) + ["broke"]
    assert f"-X {method} " in finding["curl"]
