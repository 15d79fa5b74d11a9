"""report.html: one file, no network, readable without scripts. The template engine's only door."""

from __future__ import annotations

import contextlib
import functools
import json
from typing import Any

import jinja2

from restore_conformance.documents import pinned

ORDER = {"fail": 0, "error": 1, "inconclusive": 2, "none": 3, "pass": 4}


@functools.lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The engine, with escaping on: what a server sends is text and never markup."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("restore_conformance.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["body"] = body
    made.filters["visible"] = visible
    return made


def body(stored: dict[str, Any] | None) -> str:
    """A stored body as text to show: JSON indented, other text as it is, bytes as base64."""
    if stored is None:
        return "(no body)"
    if "base64" in stored:
        return f"(bytes that are no UTF-8, base64) {stored['base64']}"
    text = str(stored.get("text", ""))
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    if stored.get("cut") or len(text) > 6000:
        text = text[:6000] + f"\n… ({stored['size']} bytes in all)"
    return visible(text) or "(empty body)"


def visible(text: Any) -> str:
    """Text with control characters and marks that change the direction of writing made visible."""
    shown = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    return "".join(c if c in "\n\t" or (c.isprintable() and c not in HIDDEN) else f"\\u{ord(c):04x}" for c in shown)


HIDDEN = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def render(run: dict[str, Any]) -> str:
    """The report of a run."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in run["clauses"]:
        groups.setdefault(entry["id"].rpartition(".")[0], []).append(entry)
    findings = [entry for entry in run["clauses"] if entry["verdict"] in {"fail", "error"}]
    findings.sort(key=lambda e: (ORDER[e["verdict"]], {"must": 0, "should": 1, "observe": 2}[e["level"]]))
    pages = {name.split("/")[0] for name in groups}
    links = {page: pinned().toml(f"{page}/page.toml")["address"] for page in pages}
    return (
        environment()
        .get_template("report.html")
        .render(
            run=run,
            groups=groups,
            findings=findings,
            links=links,
            interpretations=pinned().toml("interpretations.toml"),
        )
    )
