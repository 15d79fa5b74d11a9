"""The run record and the stored exchanges: data that reports are made from. Secrets never get this far.

`run.json` has a published schema, `schemas/run.schema.json`. Exchanges stream to `exchanges.ndjson`, one a
line, so that memory does not grow with a run.
"""

from __future__ import annotations

import base64
import json
import pickle
import platform
import re
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from restore_conformance import __version__
from restore_conformance.concluding import Result
from restore_conformance.documents import pinned
from restore_conformance.exchange import Exchange
from restore_conformance.har import Writer
from restore_conformance.scrub import Scrub
from restore_conformance.verdicts import ClauseVerdict, Exit, Finding

FORMAT = 1
VERDICTS = {
    Exit.CONFORMANT: "conformant", Exit.BROKEN: "non-conformant",
    Exit.UNJUDGED: "inconclusive", Exit.INTERNAL: "error",
}  # fmt: skip
LONGEST_BODY = 8 * 1024
LOOKED_AT = 64 * 1024
IN_MEMORY = 32 * 1024 * 1024
_GOOD_TOKEN = re.compile(r"scrubbed-token-[0-9a-f]{12}|scrubbed\.jwt\.[0-9a-f]{12}")


def body_of(raw: bytes | None, scrub: Scrub, longest: int = LONGEST_BODY) -> dict[str, Any] | None:
    """A body as it can be stored: text where it is UTF-8, else base64; long ones cut, with their size."""
    if raw is None:
        return None
    # Scrubbed before it is cut, so that no secret is cut in half and passes for something else.
    cut = scrub.bytes(raw[: max(longest, LOOKED_AT)])[:longest]
    made: dict[str, Any] = {"size": len(raw)}
    try:
        made["text"] = cut.decode("utf-8") if len(raw) <= longest else cut.decode("utf-8", "ignore")
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
            made[name] = scrub.value(getattr(exchange, name))
    if exchange.attempts > 1:
        made["attempts"] = exchange.attempts
    if exchange.failed:
        made["failed"] = sorted(exchange.failed)
    return made


class Store:
    """Keeps exchanges and writes them scrubbed at the end, when every name that must not be shown is known.

    All of the first `most`, then those with a finding or trouble only. Until `close` they wait in memory, beyond a
    bound in a file without a name; tokens never get even there. `har`, if given, is written the same exchanges.
    """

    def __init__(self, path: Path, scrub: Scrub, base: str, most: int = 20_000, har: Writer | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._scrub = scrub
        self._base = base
        self._most = most
        self._har = har
        self._waiting = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by close
        self._last: dict[int, int] = {}
        self.kept = 0
        self.seen = 0

    def __call__(self, exchange: Exchange) -> None:
        self.seen += 1
        self._scrub.learn(exchange)
        if self.seen > self._most and not exchange.failed and not exchange.trouble:
            return
        self.kept += 1
        self._last[exchange.number] = self.kept
        headers = tuple((name, value) for name, value in self._scrub.headers(exchange.request.headers))
        request = replace(exchange.request, headers=headers)
        kept = replace(exchange, sent=None, request=request, _answer=None, _parsed=False, _cache={})
        pickle.dump(kept, self._waiting)

    def close(self) -> None:
        """Write everything. An exchange kept again, with somebody to blame, is written once, as it was last."""
        self._waiting.seek(0)
        with self._path.open("w", encoding="utf-8") as file:
            for place in range(1, self.kept + 1):
                exchange = pickle.load(self._waiting)  # noqa: S301 - written above, by this process
                if self._last[exchange.number] != place:
                    continue
                file.write(json.dumps(exchange_of(exchange, self._scrub, self._base), separators=(",", ":")) + "\n")
                if self._har is not None:
                    self._har(exchange)
        self._waiting.close()
        if self._har is not None:
            self._har.close()


def learn(result: Result, scrub: Scrub) -> None:
    """Take in what the evidence betrays, before anything is written."""
    for found in result.verdicts:
        for one in [found.sample, *(e for finding in found.findings for e in finding.evidence)]:
            if one is not None:
                scrub.learn(one)


def run_of(result: Result, scrub: Scrub) -> dict[str, Any]:
    """The run record."""
    learn(result, scrub)
    examples: dict[int, dict[str, Any]] = {}
    return {
        "format": FORMAT,
        "suite": {
            "version": __version__,
            "contract": pinned().digest,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "target": scrub.text(result.target),
        "started": result.started,
        "seconds": round(result.seconds, 3),
        "seed": result.settings.seed,
        "profile": result.settings.profile,
        "settings": {name: scrub.text(value) for name, value in result.settings.shown().items()},
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
        **recordings_of(result, scrub),
        "clauses": [clause_of(found, result, scrub, examples) for found in result.verdicts],
    }


def recordings_of(result: Result, scrub: Scrub) -> dict[str, Any]:
    """Which recordings were judged, and how many exchanges of each origin; nothing for a run that sent requests.

    Only `live` counts as evidence about the service.
    """
    if not result.recordings:
        return {}
    counts: dict[str, int] = {"live": 0}
    for one in result.recordings:
        counts[one["origin"]] = counts.get(one["origin"], 0) + one.get("exchanges", 0)
    return {"recordings": scrub.value(result.recordings), "origins": counts}


def readings_of(verdicts: Iterable[ClauseVerdict]) -> dict[str, dict[str, int]]:
    """Which reading of each contradiction was seen how often."""
    found: dict[str, dict[str, int]] = {}
    for verdict in verdicts:
        if verdict.clause.reading and verdict.seen:
            counts = found.setdefault(verdict.clause.reading, {})
            for reading, number in verdict.seen.items():
                counts[reading] = counts.get(reading, 0) + number
    return found


def clause_of(
    found: ClauseVerdict, result: Result, scrub: Scrub, examples: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    """One clause of the run record. One exchange is the example of many clauses; `examples` keeps it, by its `id()`."""
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
        if id(found.sample) not in examples:
            examples[id(found.sample)] = exchange_of(found.sample, scrub, result.base, 2048)
        entry["example"] = examples[id(found.sample)]
    for name in ("row", "source", "since", "reading"):
        if getattr(made, name):
            entry[name] = getattr(made, name)
    if found.reason:
        entry["reason"] = scrub.text(found.reason)
    if made.address in result.evidence:
        entry["evidence"] = result.evidence[made.address]
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
            shown = _GOOD_TOKEN.sub("$TOKEN", scrub.header(name, value))
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
