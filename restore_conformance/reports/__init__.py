"""Reports: pure functions of a run record. Nothing here judges or sends requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from restore_conformance.output.files import Pending
from restore_conformance.output.formats import Formats
from restore_conformance.reports import html, junit, markdown, sarif

FORMATS: Formats[dict[str, Any]] = Formats(
    "run", {"html": html.render, "junit": junit.render, "markdown": markdown.render, "sarif": sarif.render}
)
"""The reports of a run, each made from its record."""
FILES = {"html": "report.html", "junit": "junit.xml", "markdown": "report.md", "sarif": "report.sarif"}
"""The file of each in the folder of the run."""


def put_reports(pending: Pending, folder: Path, run: dict[str, Any]) -> dict[str, Path]:
    """Stage every report of a run, to appear in a folder; returns the files by kind. Raises OSError, and Withheld."""
    for kind, name in FILES.items():
        pending.put(folder / name, FORMATS.render(kind, run).encode())
    return {kind: folder / name for kind, name in FILES.items()} | {"json": folder / "run.json"}
