"""The first file of a bundle, for a person: what failed, where it is stated, what was sent and what was answered.

Also what a bundle is about. Writes Markdown from a run record; text of a server stands in code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from restore_conformance.contract.workload import TITLE
from restore_conformance.records.finding import broke, exchanges, observed_text, status_of
from restore_conformance.records.safe_text import code, fenced, words
from restore_conformance.reports import exchange_view, wording
from restore_conformance.reports.comparison import caveats
from restore_conformance.spelling import counted

IDS = ("request-id", "client-request-id", "date", "x-ms-ags-diagnostic")
"""Headers that vendor support asks for."""

PRIVATE = frozenset({"report", "deviations", "ca_bundle", "target"})
"""Settings that name files of this machine, or that stand elsewhere."""

BOUNDS = exchange_view.Bounds(6000, 6000, 2000, headers=100)


@dataclass(frozen=True, slots=True)
class Selection:
    """The stored exchanges about a clause, in the order of sending, and how many more there are."""

    exchanges: tuple[dict[str, Any], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Case:
    """What a bundle is about: a run, a clause broken in it, its exchanges, and a run in which it passed (or None)."""

    run: dict[str, Any]
    clause: dict[str, Any]
    selection: Selection
    good: dict[str, Any] | None = None

    @property
    def finding(self) -> dict[str, Any]:
        finding: dict[str, Any] = self.clause["findings"][0]
        return finding


def readme(case: Case) -> str:
    """The whole text."""
    return "\n".join(
        [_head(case), _since(case), _example(case.finding), _ids(case), _environment(case.run), _files(case)]
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table in Markdown; the cells are Markdown already."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return [lines[0], "|" + "---|" * (lines[0].count("|") - 1), *lines[1:]]


def _cell(text: Any) -> str:
    return code(text, table=True)


def _head(case: Case) -> str:
    run, clause, finding = case.run, case.clause, case.finding
    places = (f"[{words(place.text)}]({place.address})" for place in wording.places(clause))
    rows = {
        "required": f"{words(clause['says'])} ({clause['level']})",
        "stated": "; ".join(places).replace("|", "\\|"),
        "message": _cell(finding["message"]),
        "expected": _cell(finding["expected"]),
        "observed": _cell(observed_text(finding)),
        "place": f"{_cell(finding['pointer'])} (a JSON pointer into the answer)" if finding["pointer"] else "",
        "status": _cell(status_of(finding)),
        "seen": wording.often(finding),
        "target": _cell(run["target"]),
        "run": f"started {_cell(run['started'])}",
        "also affected": ", ".join(_cell(name) for name in finding.get("consequences", ())),
        "case": _cell(case_id) if (case_id := clause.get("accepted", {}).get("case")) else "",
    }
    lines = [
        f"# {code(clause['id'])} failed",
        "",
        f"Microsoft Graph, Backup Storage: {TITLE} (beta) and the operations around it.",
        "",
        *_table(("", ""), ((name, text) for name, text in rows.items() if text)),
    ]
    return "\n".join(lines) + "\n"


def _since(case: Case) -> str:
    rows = ["## Since when", ""]
    history, good = case.clause.get("history"), case.good
    if history:
        rows.append(f"- First seen: {code(history['first_seen'])}, in {counted(history['runs'], 'run')} in a row.")
        if not good:
            last = history.get("last_good")
            rows.append(f"- Last good run: {code(last) if last else 'none on record'}.")
    if good:
        rows.append(
            f"- Last good run: {code(good['started'])}, suite {code(good['suite']['version'])}, contract "
            f"{code(good['suite']['contract'][:12])}, target {code(good['target'])}."
        )
        rows += [f"- Note: {code(caveat)}" for caveat in caveats(good, case.run)]
    if not history and not good:
        rows.append("Not known: no history was given to the run, and no earlier run was named.")
    if case.clause.get("since"):
        rows.append(f"- The statement itself is on the page since {code(case.clause['since'])}.")
    return "\n".join(rows) + "\n"


def _example(finding: dict[str, Any]) -> str:
    exchange, steps = broke(finding), exchanges(finding)
    rows = ["## The smallest example", ""]
    if len(steps) > 1:
        rows += ["It takes several requests, in this order; the last one shows it. Each is in `conversation/`.", ""]
        rows += [
            f"{place}. {code(step.get('step', ''))}: {code(exchange_view.in_a_line(step))}"
            for place, step in enumerate(steps, 1)
        ]
        rows.append("")
    for name, side in (("Sent", exchange_view.request), ("Answered", exchange_view.answer)):
        text = exchange_view.as_text(side(exchange, BOUNDS.evidence, BOUNDS, finding))
        rows += [f"{name}, with what matters marked by » and «:", "", fenced(text, "http")]
    rows += [
        "As a command; it begins with the variables that have to be set, since their values were scrubbed:",
        "",
        fenced(finding["curl"], "sh"),
    ]
    return "\n".join(rows)


def _ids(case: Case) -> str:
    """The ids for support of the example and of every exchange in the bundle."""
    every = {exchange["number"]: exchange for exchange in (*case.selection.exchanges, *exchanges(case.finding))}
    rows = []
    for number, exchange in sorted(every.items()):
        status, ids = (exchange["response"] or {}).get("status", "none"), wording.support(exchange)
        named = (code(ids[name], 300, table=True) if name in ids else "" for name in IDS)
        rows.append((str(number), _cell(exchange["started"]), _cell(str(status)), *named))
    return "\n".join(["## Ids for support", "", *_table(("exchange", "started", "status", *IDS), rows)]) + "\n"


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
        "requests sent": f"{run['requests']:,}",
    }
    settings = {name: value for name, value in run.get("settings", {}).items() if name not in PRIVATE | set(rows)}
    rows |= {f"setting {name}": value for name, value in settings.items()}
    table = _table(("", ""), ((words(name), _cell(value)) for name, value in rows.items()))
    return "\n".join(["## Environment", "", *table]) + "\n"


def _files(case: Case) -> str:
    count, left_out = len(case.selection.exchanges), case.selection.left_out
    left = f"; {left_out} more are left out" if left_out else ""
    conversation = ["- `conversation/`: every request of the example with its answer, in order"]
    rows = [
        "## Files",
        "",
        "- `request.http`, `response.http`: the smallest example; `request.json`, `response.json`: its bodies, if JSON",
        *(conversation if len(exchanges(case.finding)) > 1 else ()),
        "- `curl.sh`: the same as a command",
        f"- `exchanges.ndjson`, `exchanges.har`: {counted(count, 'stored exchange')} about it{left}",
        "- `finding.json`: the run record with this clause alone, by `run.schema.json`",
        "",
        "Tokens, names, mail addresses, tenants and private hosts were replaced before anything was stored. The same",
        "value has the same placeholder (`scrubbed-…`, or an id that begins with `5c12bbed`) in all files.",
    ]
    return "\n".join(rows) + "\n"
