"""The run record and the stored exchanges: data that reports are made from. Secrets never get this far.

`run.json` has a published schema, `schemas/run.schema.json`. Exchanges stream to `exchanges.ndjson`, one a
line, so that memory does not grow with a run.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from restore_conformance import __version__
from restore_conformance.campaign import Result
from restore_conformance.documents import pinned
from restore_conformance.exchange import Exchange, Headers
from restore_conformance.verdicts import ClauseVerdict, Exit, Finding

FORMAT = 1
VERDICTS = {
    Exit.CONFORMANT: "conformant", Exit.BROKEN: "non-conformant",
    Exit.UNJUDGED: "inconclusive", Exit.INTERNAL: "error",
}  # fmt: skip
LONGEST_BODY = 8 * 1024
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})


class Scrub:
    """Replaces known secrets by a placeholder that says which one it was, everywhere in a text."""

    def __init__(self, secrets: dict[str, str]) -> None:
        found = {value: f"{{{name}}}" for name, value in secrets.items() if len(value) >= 4}
        self._pairs = sorted(found.items(), key=lambda pair: -len(pair[0]))

    def learn(self, name: str, value: str) -> None:
        """One more secret, issued while the run goes on."""
        if len(value) >= 4:
            self._pairs = sorted([*self._pairs, (value, f"{{{name}}}")], key=lambda pair: -len(pair[0]))

    def text(self, value: str) -> str:
        for secret, placeholder in self._pairs:
            if secret in value:
                value = value.replace(secret, placeholder)
        return value

    def headers(self, headers: Headers) -> list[list[str]]:
        return [[name, self._header(name, value)] for name, value in headers]

    def _header(self, name: str, value: str) -> str:
        if name.lower() not in SECRET_HEADERS:
            return self.text(value)
        scrubbed = self.text(value)
        if scrubbed != value:
            return scrubbed
        scheme, blank, _ = value.partition(" ")
        return f"{scheme} {{secret}}" if blank else "{secret}"

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it scrubbed."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        return value


def body_of(raw: bytes | None, scrub: Scrub, longest: int = LONGEST_BODY) -> dict[str, Any] | None:
    """A body as it can be stored: text where it is UTF-8, else base64; long ones cut, with their size."""
    if raw is None:
        return None
    cut = raw[:longest]
    made: dict[str, Any] = {"size": len(raw)}
    try:
        made["text"] = scrub.text(cut.decode("utf-8") if len(cut) == len(raw) else cut.decode("utf-8", "ignore"))
    except UnicodeDecodeError:
        made["base64"] = base64.b64encode(cut).decode()
    if len(raw) > longest:
        made["cut"] = True
    return made


def exchange_of(exchange: Exchange, scrub: Scrub, base: str = "", longest: int = LONGEST_BODY) -> dict[str, Any]:
    """An exchange as JSON, scrubbed."""
    request, response = exchange.request, exchange.response
    made: dict[str, Any] = {
        "number": exchange.number,
        "family": exchange.family,
        "started": exchange.started,
        "seconds": round(exchange.seconds, 6),
        "request": {
            "method": request.method,
            "url": scrub.text(base + request.target),
            "headers": scrub.headers(request.headers),
            "body": body_of(request.body, scrub, longest),
        },
        "response": None,
    }
    if response is not None:
        made["response"] = {
            "status": response.status,
            "headers": scrub.headers(response.headers),
            "body": body_of(response.body, scrub, longest),
        }
    for name in ("step", "trouble", "blame", "note", "conversation"):
        if getattr(exchange, name) not in (None, ""):
            made[name] = getattr(exchange, name)
    if exchange.attempts > 1:
        made["attempts"] = exchange.attempts
    if exchange.failed:
        made["failed"] = sorted(exchange.failed)
    return made


class Store:
    """Writes exchanges to a file as they come: all of the first `most`, then those with a finding or trouble only."""

    def __init__(self, path: Path, scrub: Scrub, base: str, most: int = 20_000) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = path.open("w", encoding="utf-8")
        self._scrub = scrub
        self._base = base
        self._most = most
        self.kept = 0
        self.seen = 0

    def __call__(self, exchange: Exchange) -> None:
        self.seen += 1
        if self.seen > self._most and not exchange.failed and not exchange.trouble:
            return
        self.kept += 1
        stored = exchange_of(exchange, self._scrub, self._base)
        self._file.write(json.dumps(stored, separators=(",", ":")) + "\n")

    def close(self) -> None:
        self._file.close()


def run_of(result: Result, scrub: Scrub) -> dict[str, Any]:
    """The run record."""
    return {
        "format": FORMAT,
        "suite": {"version": __version__, "contract": pinned().digest},
        "target": scrub.text(result.target),
        "started": result.started,
        "seconds": round(result.seconds, 3),
        "seed": result.settings.seed,
        "profile": result.settings.profile,
        "settings": result.settings.shown(),
        "requests": result.requests,
        "shrinking": result.shrinking,
        "exchanges": result.exchanges,
        "judgements": result.judgements,
        "swept": result.swept,
        "families": dict(sorted(result.families.items())),
        "readings": readings_of(result.verdicts),
        "verdict": VERDICTS[result.exit],
        "exit": int(result.exit),
        "reason": scrub.text(result.reason),
        "stopped": scrub.text(result.stopped),
        "summary": result.summary,
        "unjudged": result.unjudged,
        "clauses": [clause_of(found, result, scrub) for found in result.verdicts],
    }


def readings_of(verdicts: Iterable[ClauseVerdict]) -> dict[str, dict[str, int]]:
    """Which reading of each contradiction was seen how often."""
    found: dict[str, dict[str, int]] = {}
    for verdict in verdicts:
        if verdict.clause.reading and verdict.seen:
            counts = found.setdefault(verdict.clause.reading, {})
            for reading, number in verdict.seen.items():
                counts[reading] = counts.get(reading, 0) + number
    return found


def clause_of(found: ClauseVerdict, result: Result, scrub: Scrub) -> dict[str, Any]:
    """One clause of the run record."""
    made = found.clause
    entry: dict[str, Any] = {
        "id": made.address,
        "level": made.level.value,
        "says": made.says,
        "heading": made.heading,
        "statements": list(made.statements),
        "verdict": found.verdict.value,
        "exchanges": found.exchanges,
        "findings": [finding_of(one, result, scrub) for one in found.findings],
    }
    if found.sample is not None:
        entry["example"] = exchange_of(found.sample, scrub, result.base, 2048)
    for name in ("row", "source", "since", "reading"):
        if getattr(made, name):
            entry[name] = getattr(made, name)
    if found.reason:
        entry["reason"] = scrub.text(found.reason)
    if found.seen:
        entry["seen"] = {scrub.text(name): number for name, number in found.seen.items()}
    return entry


def finding_of(finding: Finding, result: Result, scrub: Scrub) -> dict[str, Any]:
    """One finding with its evidence and a curl line."""
    return {
        "message": scrub.text(finding.message),
        "expected": scrub.text(finding.expected),
        "observed": scrub.value(finding.observed),
        "pointer": finding.pointer,
        "seen": finding.seen,
        "of": finding.of,
        "consequences": finding.consequences,
        "exchange": exchange_of(finding.evidence[-1], scrub, result.base),
        "conversation": [exchange_of(one, scrub, result.base) for one in finding.evidence]
        if len(finding.evidence) > 1
        else [],
        "curl": curl(finding.evidence[-1], scrub, result.base),
    }


def curl(exchange: Exchange, scrub: Scrub, base: str) -> str:
    """A command that sends the same request; the token is a variable."""
    request = exchange.request
    parts = ["curl", "-i", "-X", request.method, _quoted(base + request.target)]
    for name, value in request.headers:
        if name.lower() in {
            "host",
            "content-length",
            "accept-encoding",
            "connection",
            "user-agent",
            "accept",
        }:
            continue
        if name.lower() == "authorization":
            shown = scrub._header(name, value).replace("{token}", "$TOKEN")
            parts += ["-H", f'"{name}: {shown}"']
        else:
            parts += ["-H", _quoted(f"{name}: {scrub.text(value)}")]
    if request.body is not None:
        try:
            text = scrub.text(request.body.decode("utf-8"))
            parts += ["--data-raw", _quoted(text if len(text) <= LONGEST_BODY else text[:200] + "…")]
        except UnicodeDecodeError:
            encoded = base64.b64encode(request.body[:LONGEST_BODY]).decode()
            return f"echo {encoded} | base64 -d | " + " ".join([*parts, "--data-binary", "@-"])
    return " ".join(parts)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, readable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
