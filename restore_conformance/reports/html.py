"""The pages: the one template engine, which escapes all that was sent, and report.html made with it.

report.html is one file, needs no network, is readable without scripts, and is small however much a server sends.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from html import escape
from typing import Any

import jinja2
import markupsafe

from restore_conformance.contract.documents import pinned
from restore_conformance.records.causes import causes
from restore_conformance.records.finding import exchanges
from restore_conformance.records.safe_text import shortened, visible
from restore_conformance.reports import exchange_view, wording
from restore_conformance.reports.exchange_view import Bounds
from restore_conformance.spelling import counted

LARGEST = 900_000
"""Characters of a page; it stays under a megabyte with every letter of two bytes that a server is likely to send."""

BOUNDS = (
    Bounds(6000, 2500, 2000), Bounds(2500, 900, 800, 20, 6), Bounds(1000, 400, 300, 12, 3),
    Bounds(300, 100, 120, 6, 1), Bounds(0, 0, 60, 0, 1),
)  # fmt: skip
"""How much of each text is shown: the first of these with which the page is not too large."""
_UTC = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)")


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


# ---------------------------------------------------------------------- the engine


@functools.lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The engine: what a server sends is text and never markup, and an unknown name is an error."""
    engine = jinja2.Environment(
        loader=jinja2.PackageLoader("restore_conformance.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    engine.filters["counted"] = counted
    engine.filters["number"] = "{:,}".format
    engine.filters["visible"] = visible
    engine.filters["short"] = _short
    engine.filters["when"] = when
    engine.filters["seconds"] = seconds
    return engine


def rendered(template: str, bounds: Bounds, **more: Any) -> str:
    """A page; what it shows of texts and exchanges stays within the bounds."""
    return (
        environment()
        .get_template(template)
        .render(
            bounds=bounds,
            wording=wording,
            in_a_line=exchange_view.in_a_line,
            request=lambda e, longest, finding=None: exchange_view.request(e, longest, bounds, finding),
            answer=lambda e, longest, finding=None: exchange_view.answer(e, longest, bounds, finding),
            **more,
        )
    )


@functools.cache
def inline(name: str) -> str:
    """A style or a script of the suite, to be put into a page as it is."""
    return markupsafe.Markup(environment().get_template(name).render())  # noqa: S704 - never anything that was sent


@jinja2.pass_context
def _short(context: jinja2.runtime.Context, text: Any) -> str:
    """A text made visible, and cut at what the page's `bounds` allow."""
    return shortened(visible(text), int(context["bounds"].text))


def when(moment: str) -> str:
    """A moment as date and time in UTC."""
    match = _UTC.fullmatch(moment)
    return f"{match[1]} {match[2]} UTC" if match else visible(moment)


def seconds(number: float) -> str:
    """A time in seconds, with the unit that suits it."""
    if number >= 90:
        return f"{number / 60:.1f} min"
    if number >= 1:
        return f"{number:.1f} s"
    return f"{number * 1000:.0f} ms" if number >= 0.01 else f"{number * 1000:.2g} ms"
