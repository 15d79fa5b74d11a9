"""Reports: pure functions of a run record. Nothing here judges or sends requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from restore_conformance.output.files import Pending
from restore_conformance.reports import html, junit, markdown, sarif

FORMATS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "html": ("report.html", html.render),
    "junit": ("junit.xml", junit.render),
    "markdown": ("report.md", markdown.render),
    "sarif": ("report.sarif", sarif.render),
}
"""The reports of a run: the file of each, and how it is made from the record."""


def put_reports(pending: Pending, folder: Path, run: dict[str, Any]) -> dict[str, Path]:
    """Stage every report of a run, to appear in a folder; returns the files by kind. Raises OSError, and Withheld."""
    for name, render in FORMATS.values():
        pending.put(folder / name, render(run).encode())
    return {kind: folder / name for kind, (name, _) in FORMATS.items()} | {"json": folder / "run.json"}
