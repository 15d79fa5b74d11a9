"""Plants a drift in a copy of each source and sees whether it is found: a job that cannot find one is blind.

Works on the text of a source as an editor of it would change it, and on nothing but copies.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from restore_conformance.drift.comparison import Settings, compare
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.fetch import fetch
from restore_conformance.drift.sources.page import decode
from restore_conformance.drift.sources.reading import SourceKind, sniff

PLANTED = "plantedByTheSelfCheck"


@dataclass(frozen=True, slots=True)
class Check:
    """One source and whether the drift planted in its copy was found; `says` says what was planted or went wrong."""

    where: str
    found: bool
    says: str


def selfcheck(sources: Iterable[str], settings: Settings) -> list[Check]:
    """One check per source."""
    checks: list[Check] = []
    for source in sources:
        try:
            fetched = fetch(source, cache=settings.cache)
            data = fetched.read()
            kind = sniff(data, source)
            checks.append(_check(source, kind, decode(data, source), settings))
        except SourceBroken as error:
            checks.append(Check(source, False, str(error)))
    return checks


def _check(source: str, kind: SourceKind, text: str, settings: Settings) -> Check:
    planted = _PLANTERS[kind](text)
    if planted is None:
        return Check(source, False, f"no place to plant a drift was found in this {kind} source")
    with tempfile.TemporaryDirectory(prefix="selfcheck-") as folder:
        old, new = Path(folder, "sound"), Path(folder, "planted")
        old.write_text(text, encoding="utf-8")
        new.write_text(planted, encoding="utf-8")
        alone = replace(settings, cache=None)
        before = compare([str(old)], [str(old)], alone)
        after = compare([str(old)], [str(new)], alone)
    if before.broken or before.changes:
        return Check(source, False, "the source differs from itself")
    reported = json.dumps([[change.path, change.detail] for change in after.changes], default=str)
    detected = PLANTED.casefold() in reported.casefold()
    return Check(source, detected, f"a planted {kind} drift was {'found' if detected else 'not found'}")


def _metadata(text: str) -> str | None:
    """A property more on the session's base type, or on the first type there is."""
    start = r'(<EntityType Name="restoreSessionBase"[^>]*[^/]>)'
    first = r"(<(?:EntityType|ComplexType) [^>]*[^/]>)"
    for pattern in (start, first):
        changed, count = re.subn(pattern, rf'\1<Property Name="{PLANTED}" Type="Edm.String" />', text, count=1)
        if count:
            return changed
    return None


def _openapi(text: str) -> str | None:
    """A path more."""
    path = f"/solutions/backupRestore/{PLANTED}"
    if text.lstrip().startswith("{"):
        document: Any = json.loads(text)
        document.setdefault("paths", {})[path] = {"get": {"responses": {"2XX": {"description": PLANTED}}}}
        return json.dumps(document)
    entry = f'paths:\n  {path}:\n    get:\n      responses:\n        "2XX":\n          description: {PLANTED}\n'
    changed, count = re.subn(r"^paths:[ \t]*\n", lambda _: entry, text, count=1, flags=re.MULTILINE)
    return changed if count else None


def _page(text: str) -> str | None:
    """A request header more, an error more on a list of errors, or a sentence more where there is neither."""
    row = re.search(r"^\|\s*Content-Type\s*\|.*$", text, re.MULTILINE | re.IGNORECASE)
    if row:
        new = f"{row.group()}\n| {PLANTED} | {PLANTED}. Optional. |"
        return text[: row.start()] + new + text[row.end() :]
    error = re.search(r"^\|\s*[45]\d\d\s*\|.*$", text, re.MULTILINE)
    if error:
        cells = f"|400|{PLANTED[0].upper()}{PLANTED[1:]}|{PLANTED}.|{PLANTED}.|"
        return f"{text[: error.end()]}\n{cells}{text[error.end() :]}"
    return re.sub(r"^(Namespace:.*)$", rf"\1\n\nA sentence of {PLANTED}.", text, count=1, flags=re.MULTILINE)


def _behaviour(text: str) -> str | None:
    """A header more in every answer of a HAR file or of stored exchanges."""
    header = json.dumps({"name": PLANTED, "value": "1"})
    pair = json.dumps([PLANTED, "1"])
    at = re.search(r'"response"\s*:\s*\{.*?"headers"\s*:\s*\[', text, re.DOTALL)
    if not at:
        return None
    following = text[at.end() :].lstrip()
    new = pair if following.startswith("[") else header
    return f"{text[: at.end()]}{new}{'' if following.startswith(']') else ', '}{text[at.end() :]}"


_PLANTERS = {
    SourceKind.CSDL: _metadata,
    SourceKind.OPENAPI: _openapi,
    SourceKind.PAGE: _page,
    SourceKind.BEHAVIOUR: _behaviour,
}
