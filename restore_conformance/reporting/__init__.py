"""Reports: pure functions of a run record. Nothing here judges, and nothing here asks a target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from restore_conformance.record import write_whole
from restore_conformance.reporting import html, junit, markdown


def write_reports(folder: Path, run: dict[str, Any]) -> dict[str, Path]:
    """Write every report of a run into a folder, and into the summary of a build; returns the files by kind."""
    made = {
        "html": folder / "report.html", "junit": folder / "junit.xml", "markdown": folder / "report.md",
        "json": folder / "run.json",
    }  # fmt: skip
    write_whole(made["html"], html.render(run).encode())
    write_whole(made["junit"], junit.render(run))
    write_whole(made["markdown"], markdown.render(run).encode())
    markdown.summarise(run)
    return made
