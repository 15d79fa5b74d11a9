"""Annotations of a GitHub build: workflow commands that mark the line of the ledger or of the contract that matters.

The places are those of report.sarif. Text of a server is one line, and no letter of it ends a command or a property.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from restore_conformance.records.safe_text import line
from restore_conformance.reports import sarif

MOST = 10
"""Annotations of one kind that GitHub shows of a step."""
COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_ADDRESS = re.compile(r"[a-z-]+/[a-z0-9-]+\.[a-z0-9-]+")


def render(run: dict[str, Any]) -> list[str]:
    """The workflow commands of a run, the gravest first, at most ten of each kind; none for an accepted deviation."""
    log = sarif.log(run)["runs"][0]
    open_ones = [result for result in log["results"] if not result.get("suppressions")]
    results = sorted(
        open_ones, key=lambda result: (result["ruleId"] != "ledger", list(COMMANDS).index(result["level"]))
    )
    annotations: list[str] = []
    for level, name in COMMANDS.items():
        commands = [_of_result(name, result) for result in results if result["level"] == level]
        if len(commands) > MOST:
            more = f"{len(commands) - MOST + 1} more findings of this level are in the summary and in report.html."
            commands = [*commands[: MOST - 1], command(name, more, title="More findings")]
        annotations += commands
    if run["verdict"] != "conformant" and not any(result["level"] == "error" for result in results):
        annotations.insert(0, command("error", line(run["reason"], 1000), title=run["verdict"].capitalize()))
    return annotations


def command(name: str, message: str, **properties: str | int) -> str:
    """One workflow command, escaped as the runner undoes it."""
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name}{' ' + shown if shown else ''}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _of_result(name: str, result: dict[str, Any]) -> str:
    message, address = str(result["message"]["text"]), str(result["ruleId"])
    place: dict[str, Any] = next((location.get("physicalLocation", {}) for location in result["locations"]), {})
    if not place:
        return command(name, message, title=address)
    file, number = str(place["artifactLocation"]["uri"]), int(place["region"]["startLine"])
    if address == "ledger":
        number = _line_of(file, message) or number
    return command(name, message, file=file, line=number, title=address)


def _line_of(ledger: str, message: str) -> int:
    """The line of a ledger that names the clause of a message; 0 where the file is not there or names none."""
    named = _ADDRESS.search(message)
    try:
        lines = Path(ledger).read_text(encoding="utf-8").splitlines() if named else []
    except (OSError, UnicodeError):
        return 0
    keys = ((number, text.partition("=")) for number, text in enumerate(lines, 1))
    numbers = (number for number, (key, _, rest) in keys if key.strip() == "clause" and named and named[0] in rest)
    return next(numbers, 0)
