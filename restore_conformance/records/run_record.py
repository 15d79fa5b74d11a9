"""The run record: data that every report is made from. It holds no secrets.

`run.json` has a published schema, `schemas/run.schema.json`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from restore_conformance import __version__
from restore_conformance.campaign.result import Result
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Exchange, paired
from restore_conformance.output import files
from restore_conformance.recogniser import defects
from restore_conformance.records.causes import grouped
from restore_conformance.records.exchange_store import scrubbed, stored
from restore_conformance.records.finding import evidence
from restore_conformance.records.reader import FORMAT
from restore_conformance.records.shell import curl
from restore_conformance.scrub import Scrub
from restore_conformance.verdicts import ClauseVerdict, Exit, Finding, Level, Verdict

VERDICTS = {
    Exit.CONFORMANT: "conformant", Exit.BROKEN: "non-conformant",
    Exit.UNJUDGED: "inconclusive", Exit.INTERNAL: "error",
}  # fmt: skip
LONGEST_EXAMPLE = 2048
LONGEST_TEXT = 2000
"""Characters of a message, an expectation or a value observed; the body of the answer stands beside them."""


def learn(result: Result, scrub: Scrub) -> None:
    """Learn the secrets that the evidence holds, before anything is written."""
    for verdict in result.verdicts:
        findings = [*verdict.findings, verdict.passing, verdict.newer and verdict.newer.finding]
        for exchange in [verdict.sample, *(e for finding in findings if finding for e in finding.evidence)]:
            if exchange is not None:
                scrub.learn(exchange)


def run_of(result: Result, scrub: Scrub, counts: dict[str, int] | None = None, run_id: str = "") -> dict[str, Any]:
    """The run record. `counts` says how many exchanges were written beside it, `run_id` under which id."""
    learn(result, scrub)
    examples: dict[int, dict[str, Any]] = {}
    edition = result.settings.chosen().edition.name
    run = {
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
        "edition": _edition(result),
        "settings": {
            name: scrub.text(value) for name, value in {**result.settings.shown(), "edition": edition}.items()
        },
        "requests": result.requests,
        "shrinking": result.shrinking,
        "exchanges": result.exchanges,
        "judgements": result.judgements,
        "answers": {name: dict(sorted(statuses.items())) for name, statuses in sorted(result.answers.items())},
        "swept": result.swept,
        "families": dict(sorted(result.families.items())),
        **({"timing": timing} if (timing := result.timing.shown()) else {}),
        **({"stored": counts} if counts is not None else {}),
        "readings": _readings(result.verdicts),
        "verdict": VERDICTS[result.exit],
        "exit": int(result.exit),
        "reason": scrub.text(result.reason),
        "stopped": scrub.text(result.stopped),
        "summary": result.summary,
        "unjudged": result.unjudged,
        **_recordings(result, scrub),
        "clauses": [_clause(verdict, result, scrub, examples) for verdict in result.verdicts],
    }
    return grouped(_writable(run))


def _writable(value: Any) -> Any:
    """A JSON value in which every text can be written: half of a surrogate pair is replaced."""
    if isinstance(value, str):
        return paired(value)
    if isinstance(value, dict):
        return {_writable(key): _writable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_writable(inner) for inner in value]
    return value


def _recordings(result: Result, scrub: Scrub) -> dict[str, Any]:
    """Which recordings were judged, and how many exchanges of each origin; nothing for a run that sent requests.

    Only `live` counts as evidence about the service.
    """
    if not result.recordings:
        return {}
    counts: dict[str, int] = {"live": 0}
    for source in result.recordings:
        counts[source["origin"]] = counts.get(source["origin"], 0) + source.get("exchanges", 0)
    return {"recordings": scrub.value(result.recordings), "origins": counts}


def _readings(verdicts: Iterable[ClauseVerdict]) -> dict[str, dict[str, int]]:
    """Which reading of each contradiction was seen how often."""
    readings: dict[str, dict[str, int]] = {}
    for verdict in verdicts:
        if verdict.clause.reading and verdict.seen:
            counts = readings.setdefault(verdict.clause.reading, {})
            for reading, number in verdict.seen.items():
                counts[reading] = counts.get(reading, 0) + number
    return readings


def _clause(
    verdict: ClauseVerdict, result: Result, scrub: Scrub, examples: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    """One clause of the run record. `examples` caches the exchanges that are examples of many clauses, by `id()`."""
    clause = verdict.clause
    entry: dict[str, Any] = {
        "id": clause.address,
        "level": clause.level.value,
        "says": clause.says,
        "heading": clause.heading,
        "statements": list(clause.statements),
        "verdict": verdict.verdict.value,
        "exchanges": verdict.exchanges,
        "findings": [
            _finding(finding, result, scrub, clause.row, verdict.root or None) for finding in verdict.findings
        ],
    }
    if verdict.root:
        entry["root"] = verdict.root
    if verdict.sample is not None:
        if id(verdict.sample) not in examples:
            examples[id(verdict.sample)] = stored(verdict.sample, scrub, result.base, LONGEST_EXAMPLE)
        entry["example"] = examples[id(verdict.sample)]
    for name in ("row", "source", "since", "reading", "because"):
        if getattr(clause, name):
            entry[name] = getattr(clause, name)
    if verdict.why is not None:
        entry["why"] = verdict.why.value
    if verdict.passing is not None:
        entry["passing"] = _finding(verdict.passing, result, scrub)
    if verdict.reason:
        entry["reason"] = scrubbed(verdict.reason, scrub, LONGEST_TEXT)
    if clause.address in result.evidence:
        entry["evidence"] = result.evidence[clause.address]
    if (newer := verdict.newer) is not None:
        entry["newer"] = {
            "edition": newer.edition,
            "verdict": newer.verdict.value,
            "exchanges": newer.exchanges,
            "findings": [_finding(newer.finding, result, scrub)] if newer.finding is not None else [],
        }
    if verdict.seen:
        entry["seen"] = {scrubbed(name, scrub, 200): number for name, number in verdict.seen.items()}
    return entry


def _edition(result: Result) -> dict[str, Any]:
    """The edition that bound, and of each later one which *must* clauses were judged and which are not followed."""
    settings, edition = result.settings, result.settings.chosen()
    how = "as-of" if settings.as_of else "edition" if settings.edition else "default"
    row: dict[str, Any] = {"name": edition.edition.name, "since": edition.edition.since, "chosen": how, "newer": []}
    if settings.as_of:
        row["as_of"] = settings.as_of
    for later in edition.later:
        musts = {
            verdict.clause.address: verdict.newer.verdict
            for verdict in result.verdicts
            if verdict.newer is not None and verdict.newer.edition == later.name and verdict.clause.level is Level.MUST
        }
        judged = sum(verdict in {Verdict.PASS, Verdict.FAIL} for verdict in musts.values())
        broken = [address for address, verdict in musts.items() if verdict is Verdict.FAIL]
        if musts:
            row["newer"].append({"name": later.name, "judged": judged, "not_followed": broken})
    return row


def _finding(finding: Finding, result: Result, scrub: Scrub, row: str = "", root: str | None = None) -> dict[str, Any]:
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
        "evidence": evidence([stored(exchange, scrub, result.base) for exchange in finding.evidence]),
        "root": root,
        **_defect(finding.evidence[-1], row, scrub),
        "curl": curl(finding.evidence[-1], scrub, result.base),
    }


def _defect(exchange: Exchange, row: str, scrub: Scrub) -> dict[str, Any]:
    """What is wrong with the request, and where; nothing for one that was sent without a defect."""
    defect = defects.sole(exchange.sent, row) if exchange.sent is not None else ""
    if not defect:
        return {}
    places = [scrubbed(place, scrub, LONGEST_TEXT) for place in defects.places(exchange.sent, defect)]
    return {"sent": {"says": defects.says(defect), "places": places}}


def _observed(value: Any, scrub: Scrub) -> Any:
    """A value as it was seen; a very long one as the text it begins with, a number that JSON cannot hold in words."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        try:
            text = repr(value)
        except (ValueError, RecursionError):
            text = f"a {type(value).__name__} nested too deeply to be shown"
        return scrubbed(text, scrub, LONGEST_TEXT)
    return scrub.value(value) if len(text) <= LONGEST_TEXT else scrubbed(text, scrub, LONGEST_TEXT)


def json_of(value: Any) -> bytes:
    """A JSON file, readable, and in ASCII: it cannot control a terminal that shows it."""
    return (json.dumps(value, indent=1) + "\n").encode()


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write(path, json_of(value))
