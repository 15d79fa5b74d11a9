"""report.html: one file, no network, readable without scripts."""

from __future__ import annotations

from typing import Any

from restore_conformance.documents import pinned
from restore_conformance.reporting.templating import environment

ORDER = {"fail": 0, "error": 1, "inconclusive": 2, "none": 3, "pass": 4}


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
