"""Stores the sentences of pages by fingerprint on this machine, so that a report can quote their old words.

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
"""The most sentences that are stored, the newest ones: a page has about a hundred."""


def load(folder: Path | None) -> dict[str, str]:
    """The stored sentences by fingerprint; empty where there is no cache, or where its file is damaged."""
    if folder is None:
        return {}
    try:
        stored = json.loads(files.read(folder / FILE, LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return {k: v for k, v in stored.items() if isinstance(v, str)} if isinstance(stored, dict) else {}


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
    """Adds sentences to the stored ones. Where the cache cannot be written nothing is stored, and nothing fails."""
    if folder is None or not sentences:
        return
    merged = {**load(folder), **sentences}
    text = json.dumps(dict(list(merged.items())[-MOST:]), ensure_ascii=False, indent=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.write(folder / FILE, text.encode())
    except (OSError, files.Withheld):
        return
