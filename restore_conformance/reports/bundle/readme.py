"""The first file of a bundle, for a person: what is broken, where it is stated, what was sent and what came.

Writes Markdown from a run record; everything that came over the wire stands in code.
"""

from __future__ import annotations

from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import header
from restore_conformance.records import broke, exchanges
from restore_conformance.records.finding_identity import observed_text, status_of
from restore_conformance.records.markdown_text import code, fenced, words
from restore_conformance.records.safe_text import body
from restore_conformance.reports.bundle.selection import Chosen
from restore_conformance.reports.comparison.comparability import caveats

IDS = ("request-id", "client-request-id", "Date", "x-ms-ags-diagnostic")
"""Headers that vendor support asks for."""

HIDDEN = frozenset({"report", "deviations", "ca_bundle", "target"})


def readme(run: dict[str, Any], clause: dict[str, Any], chosen: Chosen, good: dict[str, Any] | None) -> str:
    """The whole text."""
    finding = clause["findings"][0]
    parts = [
        _head(run, clause, finding),
        _life(run, clause, good),
        _example(finding),
        _ids(finding, chosen),
        _environment(run),
        _files(finding, chosen),
    ]
    return "\n".join(parts)


def _head(run: dict[str, Any], clause: dict[str, Any], finding: dict[str, Any]) -> str:
    rows = [
        f"# {code(clause['id'])} is broken",
        "",
        "Microsoft Graph, Backup Storage: create sharePointRestoreSession (beta) and the operations around it.",
        "",
        "| | |",
        "|---|---|",
        f"| required | {words(clause['says'])} ({clause['level']}) |",
        f"| stated | {_where(clause)} |",
        f"| what came | {code(finding['message'], table=True)} |",
        f"| expected | {code(finding['expected'], table=True)} |",
        f"| observed | {code(observed_text(finding), table=True)} |",
    ]
    if finding["pointer"]:
        rows.append(f"| place | {code(finding['pointer'], table=True)} (a JSON pointer into the answer) |")
    rows += [
        f"| status | {code(status_of(finding), table=True)} |",
        f"| seen | in {finding['seen']} of {finding['of']} exchanges that the clause applies to |",
        f"| target | {code(run['target'], table=True)} |",
        f"| run | started {code(run['started'], table=True)} |",
    ]
    if finding.get("consequences"):
        named = ", ".join(code(name, table=True) for name in finding["consequences"])
        rows.append(f"| with it | {named}: not judged, since they follow from this |")
    if "accepted" in clause and clause["accepted"].get("case"):
        rows.append(f"| case | {code(clause['accepted']['case'], table=True)} |")
    return "\n".join(rows) + "\n"


def _where(clause: dict[str, Any]) -> str:
    """Where the documents say so: the page's address and the heading there, and the row of its table."""
    row = f", row {code(clause['row'], table=True)}" if clause.get("row") else ""
    source = f"; from {code(clause['source'], table=True)}" if clause.get("source") else ""
    operation = clause["id"].partition("/")[0]
    known = {path.parent.name for path in pinned().root.glob("*/page.toml")}
    address = pinned().toml(f"{operation}/page.toml")["address"] if operation in known else ""
    page = f"<{address}>" if address else f"the page of {code(operation, table=True)}"
    heading = f", heading {code(clause['heading'], table=True)}" if clause.get("heading") else ""
    return page + heading + row + source


def _life(run: dict[str, Any], clause: dict[str, Any], good: dict[str, Any] | None) -> str:
    rows = ["## Since when", ""]
    history = clause.get("history")
    if history:
        rows.append(f"- First seen: {code(history['first_seen'])}, in {history['runs']} runs in a row.")
        if not good:
            last = history.get("last_good")
            rows.append(f"- Last good run: {code(last) if last else 'none that is remembered'}.")
    if good:
        rows.append(
            f"- Last good run: {code(good['started'])}, suite {code(good['suite']['version'])}, contract "
            f"{code(good['suite']['contract'][:12])}, target {code(good['target'])}."
        )
        rows += [f"- Mind: {code(said)}" for said in caveats(good, run)]
    if not history and not good:
        rows.append("Not known: no history was given to the run, and no earlier run was named.")
    if clause.get("since"):
        rows.append(f"- The statement itself is on the page since {code(clause['since'])}.")
    return "\n".join(rows) + "\n"


def _example(finding: dict[str, Any]) -> str:
    exchange = broke(finding)
    request, response = exchange["request"], exchange["response"]
    steps = exchanges(finding)
    rows = ["## The smallest example", ""]
    if len(steps) > 1:
        rows += ["It takes several requests, in this order; the last one shows it. Each lies in `conversation/`.", ""]
        for place, one in enumerate(steps, 1):
            came = one["response"]["status"] if one["response"] else "no answer"
            sent = f"{one['request']['method']} {one['request']['url']}"
            rows.append(f"{place}. {code(one.get('step', ''))}: {code(sent)}, answered {code(str(came))}")
        rows.append("")
    rows += ["Sent:", "", fenced(_message(f"{request['method']} {request['url']}", request), "http"), "Came:", ""]
    if response is None:
        rows.append(fenced(f"no answer: {exchange.get('trouble', '')}"))
    else:
        rows.append(fenced(_message(f"HTTP {response['status']}", response), "http"))
    rows += [
        "As a command; it begins with the variables that have to be set, since what stood there was scrubbed:",
        "",
        fenced(finding["curl"], "sh"),
    ]
    return "\n".join(rows)


def _message(first: str, message: dict[str, Any]) -> str:
    lines = [first, *(f"{name}: {value}".replace("\n", " ") for name, value in message["headers"]), ""]
    return "\n".join([*lines, body(message["body"])])


def _ids(finding: dict[str, Any], chosen: Chosen) -> str:
    """The ids for support of the example and of every exchange in the bundle."""
    rows = ["## Ids for support", "", "| exchange | started | status | " + " | ".join(IDS) + " |", "|---" * 7 + "|"]
    seen: set[int] = set()
    for exchange in (*exchanges(finding), *chosen.exchanges):
        if exchange["number"] in seen:
            continue
        seen.add(exchange["number"])
        response = exchange["response"]
        told = [_id(exchange, name) for name in IDS]
        status = str(response["status"]) if response else "none"
        rows.append(
            f"| {exchange['number']} | {code(exchange['started'], table=True)} | {code(status, table=True)} | "
            + " | ".join(code(one, 300, table=True) if one else "" for one in told)
            + " |"
        )
    return "\n".join(rows) + "\n"


def _id(exchange: dict[str, Any], name: str) -> str:
    for side in (exchange["response"], exchange["request"]):
        found = header([(pair[0], pair[1]) for pair in side["headers"]], name) if side else None
        if found:
            return found
    return ""


def _environment(run: dict[str, Any]) -> str:
    suite = run["suite"]
    rows = {
        "suite": f"graph-restore-conformance {suite['version']}",
        "contract": suite["contract"],
        "Python": suite.get("python", "not recorded"),
        "system": suite.get("system", "not recorded"),
        "target": run["target"],
        "profile": run.get("profile", "not recorded"),
        "seed": str(run["seed"]),
        "requests sent": str(run["requests"]),
    }
    rows |= {
        f"setting {name}": value for name, value in run.get("settings", {}).items() if name not in HIDDEN | set(rows)
    }
    lines = [f"| {words(name)} | {code(value, table=True)} |" for name, value in rows.items()]
    return "\n".join(["## Environment", "", "| | |", "|---|---|", *lines]) + "\n"


def _files(finding: dict[str, Any], chosen: Chosen) -> str:
    left = f"; {chosen.left_out} more are left out" if chosen.left_out else ""
    rows = [
        "## What lies here",
        "",
        "- `request.http`, `response.http`: the smallest example; `request.json`, `response.json`: its bodies, if JSON",
        "- `curl.sh`: the same as a command",
        f"- `exchanges.ndjson`, `exchanges.har`: {len(chosen.exchanges)} stored exchanges about it{left}",
        "- `finding.json`: the run record with this clause alone, by `run.schema.json`",
    ]
    if len(exchanges(finding)) > 1:
        rows.insert(3, "- `conversation/`: every request of the example with its answer, in order")
    rows += [
        "",
        "Tokens, names, mail addresses, tenants and private hosts were replaced before anything was stored. The same",
        "value has the same placeholder (`scrubbed-…`, or an id that begins with `5c12bbed`) in all files.",
    ]
    return "\n".join(rows) + "\n"
