"""The words of pages, kept on this machine by fingerprint, so that a report can quote what a sentence said before.

They are the vendor's and stay in the user's own cache and history; no part of the project. Reads and writes one file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from restore_conformance.drift.sources.reading import Reading
from restore_conformance.output import files

FILE = "sentences.json"
LARGEST = 64 * 1024 * 1024
MOST = 20_000
"""So many sentences are kept, the newest ones: a page has about a hundred."""


def load(folder: Path | None) -> dict[str, str]:
    """The kept sentences by fingerprint; none where there is no cache, or where its file is damaged."""
    if folder is None:
        return {}
    try:
        kept = json.loads(files.read(folder / FILE, LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return {k: v for k, v in kept.items() if isinstance(v, str)} if isinstance(kept, dict) else {}


def of(readings: Iterable[Reading]) -> dict[str, str]:
    """Every sentence that the pages among some readings have in full, by fingerprint."""
    return {
        statement.fingerprint: statement.text
        for reading in readings
        if reading.page is not None
        for part in reading.page.statements.values()
        for statement in part
        if statement.text
    }


def save(folder: Path | None, sentences: dict[str, str]) -> None:
    """Adds sentences to those that are kept. Where the cache cannot be written nothing is kept, and nothing fails."""
    if folder is None or not sentences:
        return
    kept = {**load(folder), **sentences}
    text = json.dumps(dict(list(kept.items())[-MOST:]), ensure_ascii=False, indent=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.write(folder / FILE, text.encode())
    except (OSError, files.Withheld):
        return
