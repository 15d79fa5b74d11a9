"""The support bundle: all data about one finding, in a zip that a vendor can act on without further questions.

Which clause and which of the stored exchanges, then the files as names and bytes, and the zip of them: the same bytes
for the same input. Judges nothing, sends nothing, and knows nothing of where the zip goes.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import NOTHING, parse_json
from restore_conformance.recorded.har import Writer
from restore_conformance.records.exchange_store import raw, restored, split
from restore_conformance.records.finding import broke, exchanges
from restore_conformance.records.safe_text import line, visible
from restore_conformance.records.shell import curl
from restore_conformance.reports.bundle_readme import PRIVATE, Case, Selection, readme
from restore_conformance.reports.wording import WORDS
from restore_conformance.scrub import Scrub
from restore_conformance.spelling import addresses_near, counted, listed
from restore_conformance.targets.coding import heft
from restore_conformance.verdicts import UsageError

LONGEST_LINE = 4 * 1024 * 1024
HEAVIEST = 24 * 1024 * 1024
"""Bytes of memory, roughly, that the exchanges of one bundle take."""


def failed_clause(run: dict[str, Any], address: str) -> dict[str, Any]:
    """The entry of a clause that failed in a run. Raises UsageError for any other address."""
    entries = {entry["id"]: entry for entry in run["clauses"]}
    failed = [name for name, entry in entries.items() if entry["verdict"] == "fail" and entry["findings"]]
    if address not in entries:
        raise UsageError(
            f"This run has no clause {line(address)!r}.{line(addresses_near(address, [*failed, *entries]))}"
        )
    if address not in failed:
        others = f"Failed clauses: {listed([line(n) for n in failed], most=5)}." if failed else "No clause failed."
        raise UsageError(
            f"{line(address)} did not fail in this run: it is {WORDS[entries[address]['verdict']]}. {others}"
        )
    entry: dict[str, Any] = entries[address]
    return entry


def select(path: Path, clause: dict[str, Any], most: int) -> Selection:
    """The exchanges about a clause: its evidence first, then its conversation, then others that break it.

    Raises UsageError where the file is missing or holds a line that is not an exchange.
    """
    evidence = exchanges(clause["findings"][0])
    numbers = {exchange["number"] for exchange in evidence}
    conversations = {exchange["conversation"] for exchange in evidence if "conversation" in exchange}
    ranked = []
    for place, weight, exchange in _lines(path):
        reasons = (
            exchange["number"] in numbers,
            exchange.get("conversation") in conversations,
            clause["id"] in exchange.get("failed", ()),
        )
        if any(reasons):
            ranked.append((reasons.index(True), exchange["number"], place, weight))
    room = HEAVIEST
    places: set[int] = set()
    for _, _, place, weight in sorted(ranked):
        if len(places) < most and weight <= room:
            places.add(place)
            room -= weight
    selected = [exchange for place, _, exchange in _lines(path, places)]
    return Selection(tuple(sorted(selected, key=lambda exchange: int(exchange["number"]))), len(ranked) - len(selected))


def _lines(path: Path, places: set[int] | None = None) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Where in the file each exchange stands, its size in memory, and the exchange; those at places only."""
    shown = line(str(path))
    try:
        with path.open("rb") as file:
            number = place = 0
            while raw := file.readline(LONGEST_LINE + 1):
                number, at, place = number + 1, place, place + len(raw)
                if places is not None and at not in places:
                    continue
                if len(raw) > LONGEST_LINE:
                    raise UsageError(f"{shown}: line {number} has more than {LONGEST_LINE} bytes.")
                try:
                    value = json.loads(raw)
                    restored(value)
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    raise UsageError(f"{shown}: line {number} is not an exchange.") from None
                yield at, heft(raw), value
    except FileNotFoundError:
        raise UsageError(
            f"There is no {shown}, so there are no exchanges to bundle; keep it beside run.json."
        ) from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror or error}.") from None


EPOCH = (1980, 1, 1, 0, 0, 0)
KEY = b"bundle"
"""A secret that was not scrubbed is replaced here, with the same placeholder every time, and detected in the NDJSON."""


def files(case: Case) -> dict[str, bytes]:
    """The files of the bundle, README first."""
    steps = exchanges(case.finding)
    texts: dict[str, str] = {
        "README.md": readme(case),
        "finding.json": _json(_record(case)),
        "run.schema.json": _json(pinned().json("run.schema.json")),
        "curl.sh": "#!/bin/sh\n# What was scrubbed has to be set in the variables that the command begins with.\n"
        + _curl(broke(case.finding)),
        **_messages("", broke(case.finding)),
        "exchanges.ndjson": "".join(
            json.dumps(exchange, separators=(",", ":")) + "\n" for exchange in case.selection.exchanges
        ),
        "exchanges.har": _har(case),
    }
    for place, exchange in enumerate(steps if len(steps) > 1 else (), 1):
        step = re.sub(r"[^a-z0-9]+", "-", str(exchange.get("step", "")).lower()).strip("-")[:40] or "step"
        texts |= _messages(f"conversation/{place:02}-{step}.", exchange)
    return {name: text.encode("utf-8", "replace") for name, text in texts.items()}


def _record(case: Case) -> dict[str, Any]:
    """The run record with this clause alone, without private members; it keeps the schema of run records."""
    clause = {name: value for name, value in case.clause.items() if name not in {"accepted", "example"}}
    settings = {name: value for name, value in case.run.get("settings", {}).items() if name not in PRIVATE}
    rest = {name: value for name, value in case.run.items() if name not in {"ledger", "unjudged"}}
    causes = [cause for cause in case.run["causes"] if case.clause["id"] in cause["clauses"]]
    return {**rest, "settings": settings, "causes": causes, "clauses": [clause]}


def zipped(contents: dict[str, bytes]) -> bytes:
    """A zip of the files in one folder, with no date and no owner in it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return whole.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _messages(prefix: str, exchange: dict[str, Any]) -> dict[str, str]:
    """Request and response of an exchange as text, and their bodies as they are where they are JSON."""
    request, response = exchange["request"], exchange["response"]
    sides = {"request": (f"{request['method']} {request['url']} HTTP/1.1", request)}
    if response is not None:
        sides["response"] = f"HTTP/1.1 {response['status']}", response
    texts = {f"{prefix}{name}.http": _http(first, message) for name, (first, message) in sides.items()}
    for name, (_, message) in sides.items():
        body = raw(message["body"])
        if body and parse_json(body) is not NOTHING:
            texts[f"{prefix}{name}.json"] = body.decode("utf-8")
    return texts


def _http(first: str, message: dict[str, Any]) -> str:
    """A message as HTTP writes it, in visible characters; a note at its end says what was cut."""
    head = [first, *(f"{name}: {value}" for name, value in message["headers"])]
    lines = [*(visible(text.replace("\n", " ")) for text in head), ""]
    body = message["body"]
    if body is not None:
        lines.append(visible(f"base64: {body['base64']}" if "base64" in body else str(body.get("text", ""))))
        if body.get("cut"):
            lines.append(f"… ({counted(body['size'], 'byte')} in all)")
        return "\n".join(lines)
    return "\n".join([*lines, ""])


def _curl(stored: dict[str, Any]) -> str:
    """The command, built from the stored exchange: a record may come from anywhere, and this is to be run."""
    return curl(restored(stored), Scrub(key=KEY), split(stored["request"]["url"])[0]) + "\n"


def _har(case: Case) -> str:
    """The exchanges as HAR 1.2, by the one writer there is."""
    base = next((split(stored["request"]["url"])[0] for stored in case.selection.exchanges), "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exchanges.har"
        writer = Writer(path, Scrub(key=KEY), base, {})
        for stored in case.selection.exchanges:
            writer(restored(stored))
        writer.close()
        return path.read_text(encoding="utf-8")
