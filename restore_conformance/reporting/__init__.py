"""Reports: pure functions of a run record. Nothing here judges, and nothing here asks a target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from restore_conformance.reporting import html, junit


def write_reports(folder: Path, run: dict[str, Any]) -> dict[str, Path]:
    """Write every report of a run into a folder; returns what was written, by kind."""
    made = {"html": folder / "report.html", "junit": folder / "junit.xml", "json": folder / "run.json"}
    made["html"].write_text(html.render(run), encoding="utf-8")
    made["junit"].write_bytes(junit.render(run))
    return made
