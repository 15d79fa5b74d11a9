"""Writes the site: only the pages whose inputs changed, each whole or not at all, and removes those of runs left out.

The manifest says what was written here, so that no other file is replaced or removed. Knows pages as bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restore_conformance import __version__, records, reports
from restore_conformance.history import drift_standing, notices, pages, runs
from restore_conformance.history.run_row import RunRow
from restore_conformance.history.store import Store
from restore_conformance.history.timelines import chronicle
from restore_conformance.output import files
from restore_conformance.output.files import Withheld
from restore_conformance.verdicts import UsageError

MANIFEST = ".site-manifest.json"
FORMAT = 1
_SITE_FILES = re.compile(
    r"(?:(?:runs|clauses)/[a-zA-Z0-9_][a-zA-Z0-9_.-]*\.html|(?:index|runs)\.html|site\.(?:css|js)|feed\.xml|notices\.json)"
)
RULES = frozenset({".py", ".html", ".css", ".js"})
"""How the files end that pages are made with."""
LARGEST = 64 * 1024 * 1024
_CACHED = 48
"""Records kept unpacked at a time, so that memory does not grow with the history."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did, in numbers of files; `left` are pages of removed runs that were changed by hand."""

    written: int
    unchanged: int
    removed: int
    left: tuple[str, ...]


def build(store: Store, folder: Path) -> Built:
    """Write the site of a history into a folder.

    Raises UsageError for an empty history, a folder that cannot be written, a file in the way that `site` did not
    write, or a manifest of a newer suite.
    """
    listed = runs.listing(store)
    if not listed:
        raise UsageError("The history holds no run yet: add one with history add, or run --history.")
    history = chronicle(listed, runs.shapes(store))
    data = pages.SiteData(
        history, drift_standing.events(store), notices.notices(history), _reader(store, history.shapes)
    )
    every = list(pages.pages(data))
    rules = _rules()
    try:
        return _write(folder, every, rules)
    except Withheld as error:
        raise UsageError(f"The site is not complete: {error}.") from None
    except OSError as error:
        raise UsageError(f"The site cannot be written to {folder}: {error.strerror or error}.") from None


def _write(folder: Path, every: list[pages.Page], rules: str) -> Built:
    old = _manifest(folder)
    wanted = {page.path: hashlib.sha256(f"{rules}\n{page.inputs}".encode()).hexdigest() for page in every}
    for page in every:
        if page.path not in old and (folder / page.path).exists():
            raise UsageError(f"{folder / page.path} was not written by site; name another folder, or move it away.")
    due = [
        page
        for page in every
        if old.get(page.path, {}).get("inputs") != wanted[page.path] or not (folder / page.path).is_file()
    ]
    for name in ("", "runs", "clauses"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        files.remove_leftovers(folder / name, [MANIFEST, *(Path(page.path).name for page in every)])
    known: dict[str, dict[str, str]] = dict(old)
    # Listed before written: the pages of a killed build are known as the suite's, and as not finished.
    known |= {page.path: {"inputs": "", "content": old.get(page.path, {}).get("content", "")} for page in due}
    if due:
        _save(folder, known)
    for page in due:
        content = page.make()
        _put(folder / page.path, content)
        known[page.path] = {"inputs": wanted[page.path], "content": hashlib.sha256(content).hexdigest()}
    removed, left = 0, []
    for path in sorted(set(old) - set(wanted)):
        if _gone(folder / path, known.pop(path)["content"]):
            removed += 1
        else:
            left.append(path)
    if due or removed or left:
        _save(folder, known)
    return Built(len(due), len(every) - len(due), removed, tuple(left))


def _gone(path: Path, content: str) -> bool:
    """Remove a page, unless it is no longer what was written."""
    try:
        present = path.read_bytes()
    except FileNotFoundError:
        return True
    if content and hashlib.sha256(present).hexdigest() != content:
        return False
    path.unlink()
    return True


def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    """What was written here before. Raises UsageError for an invalid manifest."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(files.read(path, LARGEST))
        if manifest["format"] > FORMAT:
            raise UsageError(f"{path} was written by a newer suite; build into another folder.")
        names = {
            str(name): {"inputs": str(row["inputs"]), "content": str(row["content"])}
            for name, row in manifest["files"].items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"{path} is damaged; build into an empty folder.") from None
    if strange := sorted(name for name in names if not _SITE_FILES.fullmatch(name)):
        raise UsageError(f"{path} names {strange[0]!r}, which site never writes; build into an empty folder.")
    return names


def _save(folder: Path, known: dict[str, dict[str, str]]) -> None:
    text = json.dumps({"format": FORMAT, "suite": __version__, "files": dict(sorted(known.items()))}, indent=0)
    _put(folder / MANIFEST, text.encode())


def _put(path: Path, content: bytes) -> None:
    """Write one of many files, without listing the folder for each."""
    pending = files.Pending()
    pending.put(path, content)
    pending.commit()


def _rules() -> str:
    """A digest of all code and templates that make pages: where one changes, every page is written again."""
    digest = hashlib.sha256(__version__.encode())
    folders = [Path(file).parent for file in (__file__, records.__file__, reports.__file__)]
    for path in sorted(path for folder in folders for path in folder.rglob("*.*") if path.suffix in RULES):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _reader(store: Store, shapes: Any) -> Callable[[RunRow], dict[str, Any]]:
    """Reads whole records, and caches the last ones."""
    recent: dict[str, dict[str, Any]] = {}

    def whole(run: RunRow) -> dict[str, Any]:
        record = recent.pop(run.digest, None)
        if record is None:
            record = runs.whole(store, run, shapes[run.shape])
            if len(recent) >= _CACHED:
                del recent[next(iter(recent))]
        recent[run.digest] = record
        return record

    return whole
