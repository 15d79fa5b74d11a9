"""The run record: data that every report is made from. Secrets never get this far.

`run.json` has a published schema, `schemas/run.schema.json`; a stored exchange has the form that stands there.
"""

from __future__ import annotations

import base64
import json
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from restore_conformance import __version__
from restore_conformance.campaign.result import Result
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Exchange, Headers
from restore_conformance.output import files
from restore_conformance.recogniser import defects
from restore_conformance.records import FORMAT
from restore_conformance.records.causes import grouped
from restore_conformance.records.finding import evidence
from restore_conformance.records.shell import curl
from restore_conformance.scrub import Scrub
from restore_conformance.verdicts import ClauseVerdict, Exit, Finding, Level, Verdict

VERDICTS = {
    Exit.CONFORMANT: "conformant", Exit.BROKEN: "non-conformant",
    Exit.UNJUDGED: "inconclusive", Exit.INTERNAL: "error",
}  # fmt: skip
LONGEST_BODY = 8 * 1024
LOOKED_AT = 24 * 1024
"""How much of a text is scrubbed: well beyond what is shown of it, so that no secret is cut in half there."""
MOST_HEADERS = 100
LONGEST_TEXT = 2000
"""Characters of a message, an expectation or a value observed; the body of the answer stands beside them."""
_HALF = re.compile("[\ud800-\udfff]")


def body_of(
    raw: bytes | None, scrub: Scrub, longest: int = LONGEST_BODY, size: int | None = None
) -> dict[str, Any] | None:
    """A body as it can be stored: text where it is UTF-8, else base64; long ones cut, with their size.

    `size` is what the body had before somebody else cut it.
    """
    if raw is None:
        return None
    size = len(raw) if size is None else size
    # Scrubbed before it is cut, so that no secret is cut in half and passes for something else.
    cut = scrub.bytes(raw[: max(longest, LOOKED_AT)])[:longest]
    made: dict[str, Any] = {"size": size}
    try:
        made["text"] = cut.decode("utf-8")
    except UnicodeDecodeError as error:
        if size > longest and error.start > len(cut) - 4:  # the cut went through a character
            made["text"] = cut[: error.start].decode("utf-8")
        else:
            made["base64"] = base64.b64encode(cut).decode()
    if size > longest:
        made["cut"] = True
    return made


def shortened(text: str, longest: int = LONGEST_BODY) -> str:
    """A text of at most that many characters, with a word about what was cut."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"


def scrubbed(text: str, scrub: Scrub, longest: int = LONGEST_BODY) -> str:
    """A text without secrets, of at most that many characters."""
    if len(text) <= longest:
        return scrub.text(text)
    return f"{scrub.text(text[: max(longest, LOOKED_AT)])[:longest]}… ({len(text)} characters)"


def _headers(headers: Headers, scrub: Scrub) -> list[list[str]]:
    return [[shortened(part) for part in pair] for pair in scrub.headers(headers[:MOST_HEADERS])]


def exchange_of(
    exchange: Exchange,
    scrub: Scrub,
    base: str = "",
    longest: int = LONGEST_BODY,
    sizes: tuple[int | None, int | None] = (None, None),
) -> dict[str, Any]:
    """An exchange as JSON, scrubbed and bounded. `sizes` are those of the bodies, where they were cut before."""
    request, response = exchange.request, exchange.response
    made: dict[str, Any] = {
        "number": exchange.number,
        "family": exchange.family,
        "started": exchange.started,
        **({"at": round(exchange.at, 6)} if exchange.at is not None else {}),
        "seconds": round(exchange.seconds, 6),
        "request": {
            "method": request.method,
            "url": scrubbed(base + request.target, scrub),
            "headers": _headers(request.headers, scrub),
            "body": body_of(request.body, scrub, longest, sizes[0]),
        },
        "response": None,
    }
    if response is not None:
        made["response"] = {
            "status": response.status,
            "headers": _headers(response.headers, scrub),
            "body": body_of(response.body, scrub, longest, sizes[1]),
        }
    for name in ("step", "trouble", "blame", "note", "conversation"):
        if getattr(exchange, name) not in (None, ""):
            made[name] = scrub.value(getattr(exchange, name))
    if exchange.attempts > 1:
        made["attempts"] = exchange.attempts
    if exchange.failed:
        made["failed"] = sorted(exchange.failed)
    return made


def learn(result: Result, scrub: Scrub) -> None:
    """Take in what the evidence betrays, before anything is written."""
    for found in result.verdicts:
        newer = [found.newer.finding] if found.newer and found.newer.finding else []
        findings = (*found.findings, *_passing(found), *newer)
        for one in [found.sample, *(e for finding in findings for e in finding.evidence)]:
            if one is not None:
                scrub.learn(one)


def _passing(found: ClauseVerdict) -> list[Finding]:
    return [] if found.passing is None else [found.passing]


def run_of(result: Result, scrub: Scrub, stored: dict[str, int] | None = None, run_id: str = "") -> dict[str, Any]:
    """The run record. `stored` says how many exchanges were written beside it, `run_id` under which id."""
    learn(result, scrub)
    examples: dict[int, dict[str, Any]] = {}
    made = {
        "format": FORMAT,
        **({"run_id": run_id} if run_id else {}),
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
        "edition": edition_of(result),
        "settings": {name: scrub.text(value) for name, value in _settings(result).items()},
        "requests": result.requests,
        "shrinking": result.shrinking,
        "exchanges": result.exchanges,
        "judgements": result.judgements,
        "answers": {name: dict(sorted(counts.items())) for name, counts in sorted(result.answers.items())},
        "swept": result.swept,
        "families": dict(sorted(result.families.items())),
        **({"timing": timing} if (timing := result.timing.shown()) else {}),
        **({"stored": stored} if stored is not None else {}),
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
    whole: dict[str, Any] = grouped(_whole(made))
    return whole


def _whole(value: Any) -> Any:
    """A JSON value in which every text can be written: half of a surrogate pair is replaced."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value) if not value.isascii() else value
    if isinstance(value, dict):
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return value


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
        "findings": [finding_of(one, result, scrub, made.row, found.root or None) for one in found.findings],
    }
    if found.root:
        entry["root"] = found.root
    if found.sample is not None:
        if id(found.sample) not in examples:
            examples[id(found.sample)] = exchange_of(found.sample, scrub, result.base, 2048)
        entry["example"] = examples[id(found.sample)]
    for name in ("row", "source", "since", "reading", "because"):
        if getattr(made, name):
            entry[name] = getattr(made, name)
    if found.why is not None:
        entry["why"] = found.why.value
    if found.passing is not None:
        entry["passing"] = finding_of(found.passing, result, scrub)
    if found.reason:
        entry["reason"] = scrubbed(found.reason, scrub, LONGEST_TEXT)
    if made.address in result.evidence:
        entry["evidence"] = result.evidence[made.address]
    if found.newer is not None:
        finding = found.newer.finding
        entry["newer"] = {
            "edition": found.newer.edition,
            "verdict": found.newer.verdict.value,
            "exchanges": found.newer.exchanges,
            "findings": [finding_of(finding, result, scrub)] if finding is not None else [],
        }
    if found.seen:
        entry["seen"] = {scrubbed(name, scrub, 200): number for name, number in found.seen.items()}
    return entry


def _settings(result: Result) -> dict[str, str]:
    return {**result.settings.shown(), "edition": result.settings.chosen().edition.name}


def edition_of(result: Result) -> dict[str, Any]:
    """The edition that bound, and of each later one which *must* clauses were judged and which are not followed."""
    settings, edition = result.settings, result.settings.chosen()
    how = "as-of" if settings.as_of else "edition" if settings.edition else "default"
    made: dict[str, Any] = {"name": edition.edition.name, "since": edition.edition.since, "chosen": how, "newer": []}
    if settings.as_of:
        made["as_of"] = settings.as_of
    for later in edition.later:
        seen = [
            found
            for found in result.verdicts
            if found.newer is not None and found.newer.edition == later.name and found.clause.level is Level.MUST
        ]
        judged = [found for found in seen if found.newer and found.newer.verdict in {Verdict.PASS, Verdict.FAIL}]
        broken = [found.clause.address for found in judged if found.newer and found.newer.verdict is Verdict.FAIL]
        if seen:
            made["newer"].append({"name": later.name, "judged": len(judged), "not_followed": broken})
    return made


def finding_of(
    finding: Finding, result: Result, scrub: Scrub, row: str = "", root: str | None = None
) -> dict[str, Any]:
    """One finding with its evidence and a curl line.

    `row` is that of the error table which its clause is about, `root` the clause whose finding explains this one.
    """
    return {
        "message": scrubbed(finding.message, scrub, LONGEST_TEXT),
        "expected": scrubbed(finding.expected, scrub, LONGEST_TEXT),
        "observed": _observed(finding.observed, scrub),
        "pointer": scrubbed(finding.pointer, scrub, LONGEST_TEXT),
        "seen": finding.seen,
        "of": finding.of,
        "consequences": finding.consequences,
        "evidence": evidence([exchange_of(one, scrub, result.base) for one in finding.evidence]),
        "root": root,
        **_sent(finding.evidence[-1], row, scrub),
        "curl": curl(finding.evidence[-1], scrub, result.base),
    }


def _sent(exchange: Exchange, row: str, scrub: Scrub) -> dict[str, Any]:
    """What is wrong with the request, and where; nothing for one that was sent without a defect."""
    defect = defects.sole(exchange.sent, row) if exchange.sent is not None else ""
    if not defect:
        return {}
    places = [scrubbed(one, scrub, LONGEST_TEXT) for one in defects.places(exchange.sent, defect)]
    return {"sent": {"says": defects.says(defect), "places": places}}


def _observed(value: Any, scrub: Scrub) -> Any:
    """A value as it was seen; a very long one as the text it begins with, a number that is none in JSON in words."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return scrubbed(_told(value), scrub, LONGEST_TEXT)
    return scrub.value(value) if len(text) <= LONGEST_TEXT else scrubbed(text, scrub, LONGEST_TEXT)


def _told(value: Any) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} nested too deeply to be shown"


def json_of(value: Any) -> bytes:
    """A JSON file, readable, and in ASCII: it does nothing to a terminal that shows it."""
    return (json.dumps(value, indent=1) + "\n").encode()


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write(path, json_of(value))
