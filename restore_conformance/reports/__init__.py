"""Reports: pure functions of a run record. Nothing here judges, and nothing here asks a target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from restore_conformance.output.files import Pending
from restore_conformance.reports import html, junit, markdown, sarif


def put_reports(pending: Pending, folder: Path, run: dict[str, Any]) -> dict[str, Path]:
    """Stage every report of a run, to appear in a folder; returns the files by kind. Raises OSError, and Withheld."""
    made = {
        "html": folder / "report.html", "junit": folder / "junit.xml", "markdown": folder / "report.md",
        "sarif": folder / "report.sarif", "json": folder / "run.json",
    }  # fmt: skip
    pending.put(made["html"], html.render(run).encode())
    pending.put(made["junit"], junit.render(run))
    pending.put(made["markdown"], markdown.render(run).encode())
    pending.put(made["sarif"], sarif.render(run))
    return made
