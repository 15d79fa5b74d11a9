"""JUnit XML: one test suite a heading, one test case a clause; only a failed *must* is a failure.

One that the ledger accepts is skipped with its finding, so that a build passes and still shows it; an error in the
ledger is a failure of its own. The form is schemas/junit.xsd. Text of a server is shown, cut, and never markup.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

from restore_conformance.records.finding import broke, exchanges
from restore_conformance.records.safe_text import line, visible
from restore_conformance.reports import wording
from restore_conformance.spelling import counted

LONGEST = 4000


def render(run: dict[str, Any]) -> str:
    """The run as JUnit XML, to be written in UTF-8."""
    root = ET.Element("testsuites", name="graph-restore-conformance", time=_time(run["seconds"]))
    suites: dict[str, ET.Element] = {}
    totals: dict[str, Counter[str]] = {}
    for entry in run["clauses"]:
        name = entry["id"].rpartition(".")[0]
        if name not in suites:
            suites[name] = ET.SubElement(root, "testsuite", name=name, timestamp=run["started"][:19])
        kind = _case(suites[name], entry)
        for suite_name in (name, ""):
            totals.setdefault(suite_name, Counter()).update(["tests", kind])
    for error in run.get("ledger", {}).get("errors", ()):
        if "ledger" not in suites:
            suites["ledger"] = ET.SubElement(root, "testsuite", name="ledger", timestamp=run["started"][:19])
        name = line(error.partition(":")[0])
        number = 1 + sum(case.get("name", "").partition(" #")[0] == name for case in suites["ledger"])
        name = name if number == 1 else f"{name} #{number}"  # a name that comes twice is read once by some
        case = ET.SubElement(suites["ledger"], "testcase", classname="ledger", name=name, time="0.000")
        ET.SubElement(case, "failure", message=line(error), type="Ledger")
        for suite_name in ("ledger", ""):
            totals.setdefault(suite_name, Counter()).update(["tests", "failures"])
    for name, suite in {**suites, "": root}.items():
        for key in ("tests", "failures", "errors", "skipped"):
            if suite is not root or key != "skipped":  # the root has no such attribute where Jenkins reads it
                suite.set(key, str(totals[name][key]))
        if suite is not root:
            suite.set("time", _time(sum(float(case.get("time", 0)) for case in suite)))
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml.decode()


def _case(suite: ET.Element, entry: dict[str, Any]) -> str:
    case = ET.SubElement(
        suite, "testcase", classname=entry["id"].rpartition(".")[0], name=entry["id"].rpartition(".")[2],
        time=_time(_seconds(entry)),
    )  # fmt: skip
    verdict, level = entry["verdict"], entry["level"]
    if verdict == "fail" and level == "must":
        finding = entry["findings"][0]
        if "accepted" in entry:
            mark = entry["accepted"]
            why = f"failed, and accepted until {mark['review']} by {mark['owner']} ({mark['reason']})"
            ET.SubElement(case, "skipped", message=line(f"{why}: {finding['message']}"))
            ET.SubElement(case, "system-out").text = _lines(entry, finding)
            return "skipped"
        failure = ET.SubElement(case, "failure", message=line(finding["message"]), type="Deviation")
        failure.text = _lines(entry, finding)
        return "failures"
    if verdict == "error":
        ET.SubElement(case, "error", message=line(entry.get("reason", "")), type="Error")
        return "errors"
    if verdict in {"none", "inconclusive"}:
        ET.SubElement(case, "skipped", message=line(f"{wording.WORDS[verdict]}: {entry.get('reason', '')}"))
        return "skipped"
    out = ET.SubElement(case, "system-out")
    text = f"{level}, judged on {counted(entry['exchanges'], 'exchange')}"
    if entry["findings"]:
        text = f"{level}, failed: {_lines(entry, entry['findings'][0])}"
    out.text = text
    return ""


def _seconds(entry: dict[str, Any]) -> float:
    """How long the exchanges took that the case shows: the evidence of its finding, or the example of what passed."""
    if entry["findings"]:
        return sum(float(exchange["seconds"]) for exchange in exchanges(entry["findings"][0]))
    return float(entry["example"]["seconds"]) if "example" in entry else 0.0


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"


def _lines(entry: dict[str, Any], finding: dict[str, Any]) -> str:
    """A finding in lines: what is required, what was observed, since when, and how to see it again."""
    lines = [
        entry["says"],
        *(place.address for place in wording.places(entry) if place.address),
        line(finding["message"]),
        f"seen {wording.often(finding)}"
        + (f", first seen {wording.first_seen(entry, {'started': 'now'})}" if "history" in entry else ""),
        *(f"{name}: {line(value)}" for name, value in wording.support(broke(finding)).items()),
        f"accepted: {line(wording.accepted(entry))}" if "accepted" in entry else "",
        visible(finding["curl"])[:LONGEST],
    ]
    return "\n".join(text for text in lines if text)
