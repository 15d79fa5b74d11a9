"""report.html: one file, no network, readable without scripts, and small however much a server sends.

Decides where things stand on the page; the texts are in `wording`, the looks in the templates.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.records.causes import causes
from restore_conformance.records.finding import exchanges
from restore_conformance.reports import wording
from restore_conformance.reports.exchange_view import Bounds
from restore_conformance.reports.templating import inline, rendered

LARGEST = 900_000
"""Characters of a page; it stays under a megabyte with every letter of two bytes that a server is likely to send."""

BOUNDS = (
    Bounds(6000, 2500, 2000), Bounds(2500, 900, 800, 20, 6), Bounds(1000, 400, 300, 12, 3),
    Bounds(300, 100, 120, 6, 1), Bounds(0, 0, 60, 0, 1),
)  # fmt: skip
"""How much of each text is shown: the first of these with which the page is not too large."""


def render(run: dict[str, Any]) -> str:
    """The report of a run."""
    page = ""
    for number, bounds in enumerate(BOUNDS):
        if bounds is not BOUNDS[-1] and _least_size(run, bounds) > LARGEST:
            continue
        page = _page(run, bounds, cut=number > 0)
        if len(page.encode()) <= LARGEST:
            break
    return page


def _least_size(run: dict[str, Any], bounds: Bounds) -> int:
    """A lower bound of the evidence's size, so that a page that is much too large is not rendered."""
    total = 0
    for entry in run["clauses"]:
        for finding in entry["findings"]:
            shown = exchanges(finding)[-bounds.steps :]
            total += sum(_size(exchange, bounds.example, bounds) for exchange in shown[:-1])
            total += _size(shown[-1], bounds.evidence, bounds)
            total += sum(_escaped(str(finding[part]), bounds.text) for part in ("message", "expected", "observed"))
    return total


def _size(exchange: dict[str, Any], longest: int, bounds: Bounds) -> int:
    total = 0
    for side in (exchange["request"], exchange["response"] or {}):
        total += _escaped((side.get("body") or {}).get("text", ""), longest)
        total += sum(_escaped(value, bounds.text) for _, value in side.get("headers", [])[: bounds.headers])
    return total


def _escaped(text: str, longest: int) -> int:
    return len(escape(text[:longest]).encode("utf-8", "replace"))


def _page(run: dict[str, Any], bounds: Bounds, *, cut: bool) -> str:
    examples = {e["example"]["number"]: e["example"] for e in run["clauses"] if "example" in e and not e["findings"]}
    families = run.get("timing", {}).get("families", {})
    return rendered(
        "report.html", bounds,
        run=run, cut=cut, style=inline("report.css"), script=inline("report.js"), digest=digest,
        tone=wording.TONES[run["verdict"]], causes=causes(run),
        families=sorted(families.items(), key=lambda item: -item[1]["slowest"]),
        examples=[examples[number] for number in sorted(examples)],
        interpretations=pinned().toml("interpretations.toml"),
    )  # fmt: skip


def digest(text: str) -> str:
    """The source expression by which a Content-Security-Policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(str(text).encode()).digest()).decode()
