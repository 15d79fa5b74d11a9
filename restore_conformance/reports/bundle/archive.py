"""What lies in a support bundle, as names and bytes, and the zip of it: the same bytes for the same input.

Knows nothing of where the record came from or where the zip goes.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import NOTHING, parse_json
from restore_conformance.recorded.har import Writer
from restore_conformance.records import broke, exchanges
from restore_conformance.records.safe_text import visible
from restore_conformance.records.shell import curl
from restore_conformance.reports.bundle.readme import readme
from restore_conformance.reports.bundle.selection import Chosen, exchange_from, raw, split
from restore_conformance.scrub import Scrub

OURS = frozenset({"report", "deviations", "ca_bundle", "target"})
"""Settings that say where files lie on this machine, or what is told elsewhere."""

EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Case:
    """What a bundle is about: a run, a clause broken in it, its exchanges, and a run in which it was kept (or None)."""

    run: dict[str, Any]
    clause: dict[str, Any]
    chosen: Chosen
    good: dict[str, Any] | None = None

    @property
    def finding(self) -> dict[str, Any]:
        found: dict[str, Any] = self.clause["findings"][0]
        return found


def files(case: Case) -> dict[str, bytes]:
    """The files of the bundle, README first."""
    finding = case.finding
    made: dict[str, str] = {
        "README.md": readme(case.run, case.clause, case.chosen, case.good),
        "finding.json": _json(record_of(case)),
        "run.schema.json": _json(pinned().json("run.schema.json")),
        "curl.sh": "#!/bin/sh\n# What was scrubbed has to be set in the variables that the command begins with.\n"
        + _curl(broke(finding)),
        **_messages("", broke(finding)),
        "exchanges.ndjson": "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in case.chosen.exchanges),
        "exchanges.har": _har(case),
    }
    steps = exchanges(finding)
    for place, exchange in enumerate(steps if len(steps) > 1 else (), 1):
        step = re.sub(r"[^a-z0-9]+", "-", str(exchange.get("step", "")).lower()).strip("-")[:40] or "step"
        made |= _messages(f"conversation/{place:02}-{step}.", exchange)
    return {name: text.encode("utf-8", "replace") for name, text in made.items()}


def record_of(case: Case) -> dict[str, Any]:
    """The run record with this clause alone, without what is nobody's business; it keeps the schema of run records."""
    clause = {name: value for name, value in case.clause.items() if name not in {"accepted", "example"}}
    settings = {name: value for name, value in case.run.get("settings", {}).items() if name not in OURS}
    kept = {name: value for name, value in case.run.items() if name not in {"ledger", "unjudged"}}
    causes = [one for one in case.run["causes"] if case.clause["id"] in one["clauses"]]
    return {**kept, "settings": settings, "causes": causes, "clauses": [clause]}


def zipped(made: dict[str, bytes]) -> bytes:
    """A zip of the files in one folder, with no date and no owner in it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in made.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return whole.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _line(text: str) -> str:
    return visible(text.replace("\n", " ")) + "\n"


def _messages(prefix: str, exchange: dict[str, Any]) -> dict[str, str]:
    """Request and response of an exchange as text, and their bodies as they are where they are JSON."""
    request, response = exchange["request"], exchange["response"]
    made = {f"{prefix}request.http": _http(f"{request['method']} {request['url']} HTTP/1.1", request)}
    if response is not None:
        made[f"{prefix}response.http"] = _http(f"HTTP/1.1 {response['status']}", response)
    for name, message in (("request", request), ("response", response)):
        body = raw(message["body"]) if message is not None else None
        if body and parse_json(body) is not NOTHING:
            made[f"{prefix}{name}.json"] = body.decode("utf-8")
    return made


def _http(first: str, message: dict[str, Any]) -> str:
    lines = [_line(first), *(_line(f"{name}: {value}") for name, value in message["headers"]), "\n"]
    body = message["body"]
    if body is not None:
        shown = f"base64: {body['base64']}" if "base64" in body else str(body.get("text", ""))
        lines.append(visible(shown))
        if body.get("cut"):
            lines.append(f"\n… ({body['size']} bytes in all)")
    return "".join(lines)


def _curl(stored: dict[str, Any]) -> str:
    """The command, made anew from the stored exchange: a record may come from anybody, and this is to be run."""
    exchange = exchange_from(stored)
    return curl(exchange, Scrub(key=b"bundle"), split(stored["request"]["url"])[0]) + "\n"


def _har(case: Case) -> str:
    """The exchanges as HAR 1.2, by the one writer there is."""
    base = next((split(one["request"]["url"])[0] for one in case.chosen.exchanges), "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exchanges.har"
        # What was not scrubbed would be mended here, with the same placeholder every time, and found in the NDJSON.
        writer = Writer(path, Scrub(key=b"bundle"), base, {})
        for stored in case.chosen.exchanges:
            writer(exchange_from(stored))
        writer.close()
        return path.read_text(encoding="utf-8")
