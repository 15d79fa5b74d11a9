"""report.md: for a comment on a pull request and for the summary of a build. Bounded by what GitHub takes.

Text of a server stands in code only, where it is not markup, a mention or a link. Uses no template
engine: the suite's own text is written as it is.
"""

from __future__ import annotations

import os
import sys
from html import escape
from typing import Any

from restore_conformance.output import gate
from restore_conformance.records.causes import Cause, causes
from restore_conformance.records.finding import broke, earlier
from restore_conformance.records.safe_text import code, fenced, words
from restore_conformance.reports import exchange_view, wording
from restore_conformance.reports.exchange_view import Bounds
from restore_conformance.spelling import counted, listed

COMMENT = 65_000
"""Bytes of report.md: GitHub takes 65,536 characters in a comment."""
SUMMARY = 1_000_000
"""Bytes of a build's summary: GitHub takes a mebibyte a step."""
LEAST = 40_000
"""Bytes that a report may need beside its findings; with less room nothing is appended."""
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"

SIGNS = {"pass": "✅", "fail": "❌", "error": "‼️", "inconclusive": "❔", "none": "➖"}
BOUNDS = Bounds(1500, 600, 300)


def render(run: dict[str, Any], longest: int = COMMENT) -> str:
    """The run as GitHub-flavoured Markdown, in at most `longest` bytes of UTF-8."""
    head, table, tail = _head(run), _table(run), _tail(run)
    root_causes = causes(run)
    room = longest - _size(head) - _size(table) - _size(tail) - 400
    shown: list[str] = []
    for number, cause in enumerate(root_causes, 1):
        whole = _cause(cause, f"{number}. " if len(root_causes) > 1 else "", run)
        text = next((text for text in (whole, _named(cause)) if _size(text) <= room), None)
        if text is None:
            break
        room -= _size(text)
        shown.append(text)
    parts = [head]
    if root_causes:
        parts += [
            f"### {counted(len(root_causes), 'finding')}{', by cause' if len(root_causes) > 1 else ''}\n\n",
            *shown,
        ]
        if len(shown) < len(root_causes):
            more = counted(len(root_causes) - len(shown), "more finding")
            parts.append(f"{more} did not fit here: see `report.html`.\n\n")
    return "".join([*parts, table, tail])


def _size(text: str) -> int:
    return len(text.encode())


def _head(run: dict[str, Any]) -> str:
    target = "the recorded service" if run.get("recordings") else code(run["target"], 120)
    sentence = wording.sentence({**run, "target": "\0", "reason": "\1"})
    paragraph = sentence.replace("\0", target).replace("\1", code(run["reason"]))
    verdict = f"{run['verdict'].capitalize()}{wording.edition(run)}"
    text = f"## {SIGNS[wording.TONES[run['verdict']]]} {verdict}: {wording.SUBJECT}\n\n{paragraph}\n\n"
    text += "".join(f"{words(sentence)}\n\n" for sentence in wording.newer(run))
    if run.get("stopped"):
        text += f"> This record is partial: the run was stopped ({code(run['stopped'])}). "
        text += "It says nothing about the rest.\n\n"
    for error in run.get("ledger", {}).get("errors", [])[:20]:
        text += f"> Ledger of accepted deviations: {code(error)}\n\n"
    return text


def _cause(cause: Cause, place: str, run: dict[str, Any]) -> str:
    """A cause: what the target does, the evidence of the clause that shows it best, and the others by name."""
    head = cause.head
    what = f"{_in_summary(head['says'])} <code>{head['id']}</code>"
    if not cause.alone:
        what = f"{counted(len(cause.entries), 'clause')} of {', '.join(cause.operations)}"
    mark = " (accepted)" if cause.accepted else ""
    text = f"<details><summary>{place}{SIGNS[head['verdict']]} {cause.level}{mark}: {what}</summary>\n\n"
    if not cause.alone:
        text += f"{code(cause.says)}\n\n"
    text += _finding(head, run, named=cause.alone)
    for entry in cause.entries[1:]:
        text += f"- `{entry['id']}`: {words(entry['says'])}\n"
    if cause.consequences:
        names = [f"`{address}`" for address in cause.consequences]
        text += f"\nAlso affected: {listed(names, most=30)}.\n"
    return text + "\n</details>\n\n"


def _finding(entry: dict[str, Any], run: dict[str, Any], *, named: bool) -> str:
    """A clause with its evidence; `named` where its address is shown above."""
    text = f"- {'Required' if named else '`' + entry['id'] + '`'}: {words(entry['says'])} Stated at {_places(entry)}.\n"
    if entry.get("accepted"):
        text += f"- **Accepted deviation:** {code(wording.accepted(entry))}\n"
    if not entry["findings"]:
        text += f"- {code(entry.get('reason', ''))}\n"
    for finding in entry["findings"]:
        exchange = broke(finding)
        rows = [
            ("Observed", code(finding["message"])),
            *((name, code(value)) for name, value in wording.unsaid(finding) if name != "Observed"),
            ("Wrong with the request", _defect(finding)),
            ("Seen", wording.often(finding)),
            ("First seen", wording.first_seen(entry, run) if "history" in entry else ""),
            ("Last passed", wording.last_good(entry)),
            *(("Before", code(exchange_view.in_a_line(exchange))) for exchange in earlier(finding)),
            ("For support", "; ".join(f"{name} {code(value)}" for name, value in wording.support(exchange).items())),
        ]  # fmt: skip
        text += "".join(f"- {name}: {value}\n" for name, value in rows if value and value != "` `")
        for side, longest in ((exchange_view.request, BOUNDS.example), (exchange_view.answer, BOUNDS.evidence)):
            text += "\n" + fenced(exchange_view.as_text(side(exchange, longest, BOUNDS, finding)), "http")
        if len(finding["curl"]) <= BOUNDS.evidence:
            text += "\n" + fenced(finding["curl"], "sh")
    return text + "\n"


def _defect(finding: dict[str, Any]) -> str:
    """What is wrong with the request, where the message does not say so."""
    says = str(finding.get("sent", {}).get("says", ""))
    return "" if says in finding["message"] else words(says)


def _in_summary(text: str) -> str:
    """A sentence of the suite within HTML, where Markdown is not read and a mention would be."""
    return escape(text).replace("@", "&#64;")


def _named(cause: Cause) -> str:
    head = cause.head
    rest = f" and {len(cause.entries) - 1} more" if not cause.alone else ""
    return f"- {SIGNS[head['verdict']]} {cause.level} `{head['id']}`{rest}: {words(head['says'])}\n\n"


def _places(entry: dict[str, Any]) -> str:
    return "; ".join(
        f"[{words(place.text)}]({place.address})" if place.address else words(place.text)
        for place in wording.places(entry)
    )


def _table(run: dict[str, Any]) -> str:
    names = wording.VERDICTS
    text = "<details><summary>Clauses by heading</summary>\n\n"
    text += "| Heading | " + " | ".join(f"{SIGNS[name]} {wording.WORDS[name]}" for name in names) + " | judgements |\n"
    text += "|---|" + "--:|" * (len(names) + 1) + "\n"
    for row in wording.tallies(run):
        counts = " | ".join(str(row[name] or "·") for name in names)
        text += f"| {row['heading']} | {counts} | {row['judgements']:,} |\n"
    return text + "\n</details>\n\n"


def _tail(run: dict[str, Any]) -> str:
    text = ""
    if missed := wording.not_followed(run):
        text += "<details><summary>Not followed in a newer edition (not binding)</summary>\n\n"
        for entry in missed[:20]:
            finding = entry["newer"]["findings"][0]
            text += f"- edition {entry['newer']['edition']}, {entry['level']} `{entry['id']}`: "
            text += f"{words(entry['says'])} Observed: {code(finding['message'])}\n"
        text += "\n</details>\n\n"
    if passing := wording.passing(run):
        text += "<details><summary>Seen once and not again (not binding)</summary>\n\n"
        text += "".join(f"- `{entry['id']}`: {code(entry['reason'])}\n" for entry in passing)
        text += "\n</details>\n\n"
    for verdict, reasons in wording.unjudged(run).items():
        number = counted(sum(map(len, reasons.values())), "clause")
        text += f"<details><summary>{SIGNS[verdict]} {number} {wording.WORDS[verdict]}</summary>\n\n"
        for reason, entries in list(reasons.items())[:20]:
            names = [f"`{entry['id']}`" for entry in entries]
            text += f"- {code(reason)}: {listed(names, most=6)}\n"
        if len(reasons) > 20:
            text += f"- for {len(reasons) - 20} other reasons: see `report.html`\n"
        text += "\n</details>\n\n"
    counts = counted(run["requests"], "request"), counted(run["judgements"], "judgement")
    text += f"{', '.join(counts)} in {run['seconds']:.1f} s, profile {run['profile']}, seed {run['seed']}; "
    text += f"suite {run['suite']['version']}, contract `{run['suite']['contract'][:12]}`; started {run['started']}.\n"
    return text


def summarise(run: dict[str, Any]) -> None:
    """Append the report to the summary of a GitHub build, if this is one; what cannot be written is one warning."""
    path = os.environ.get(SUMMARY_VARIABLE, "")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as file:
            room = SUMMARY - file.tell()
            text = render(run, room) if room > LEAST else ""
            file.write(gate.current().text(text))
        if not text:
            print(f"Warning: the build's summary is full, so nothing was added to it ({path}).", file=sys.stderr)
    except OSError as error:
        print(f"Warning: the build's summary {path} cannot be written: {error.strerror or error}.", file=sys.stderr)
