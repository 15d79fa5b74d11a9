"""The campaign behind the items of pytest, as plain values that processes can share; everything in it is scrubbed.

Knows the options that pytest was given, and neither items nor collectors.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from restore_conformance.clauses import load
from restore_conformance.commands import run
from restore_conformance.commands.arguments import Parser, scrub_of_command_line, take_environment
from restore_conformance.output import files, gate
from restore_conformance.records.shell import curl
from restore_conformance.settings.table import ROWS, respelled, secrets_in, settings_of_command
from restore_conformance.spelling import counted
from restore_conformance.verdicts import Exit, Level, Unready, UsageError, Verdict

Outcome = dict[str, Any]


class Ended(Exception):
    """Nothing can be judged, and the user can do something about it: one sentence, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def outcome_of(config: pytest.Config, addresses: Sequence[str]) -> Outcome:
    """Run the campaign of the clauses that are selected. Raises Ended for bad usage, and where no target can be asked.

    `exit` is the exit code of the command, `said` what the user reads at the end, and `clauses` has for each address
    its verdict, level and reason, what is `shown` of a finding, and why it is `accepted`. A campaign that broke has
    instead what was `broken`, and its `trace`.
    """
    words = arguments_of(config)
    scrub = scrub_of_command_line(words)
    with gate.guarding(secrets_in(words, os.environ).values()):
        try:
            return _judged(words, addresses)
        except (UsageError, Unready) as error:
            raise Ended(scrub.text(spelled(str(error))), _code(error)) from None
        except Exception as error:  # noqa: BLE001 - each clause shows it
            broken = scrub.text(f"{type(error).__name__}: {error}")
            trace = scrub.text("".join(traceback.format_exception(error)))
            return {"exit": int(Exit.INTERNAL), "said": [], "broken": broken, "trace": trace}


def shared_outcome_of(config: pytest.Config, addresses: Sequence[str], folder: Path) -> Outcome:
    """The outcome of the campaign of the first worker that comes here; the others wait for it.

    `folder` belongs to one run of pytest. Where nothing can be judged, every clause is skipped for that reason.
    """
    begun, done = folder / "begun", folder / "outcome.json"
    with FileLock(folder / "lock"):
        if done.exists():
            outcome: Outcome = json.loads(done.read_text(encoding="utf-8"))
            return outcome
        if begun.exists():
            broken = "the process that ran it has ended"
            return {"exit": int(Exit.INTERNAL), "said": [], "broken": broken, "trace": ""}
        begun.touch()
        try:
            outcome = outcome_of(config, addresses)
        except Ended as ended:
            outcome = {"exit": ended.code, "said": [f"restore-conformance: {ended}"], "refused": str(ended)}
        files.write(done, json.dumps(outcome).encode())
        return outcome


def arguments_of(config: pytest.Config) -> list[str]:
    """The options that were given to pytest, as `restore-conformance run` spells them."""
    words = []
    for row in settings_of_command("pytest"):
        value, option = config.getoption(row.spelled), ROWS[row.name].spelled
        if row.kind == "switch":
            words += [option] if value else []
        elif value is not None:
            words += [f"{option}={item}" for item in (value if row.repeatable else [value])]
    return words


def spelled(text: str) -> str:
    """A sentence about the options of the command, with the names that they have in pytest."""
    return respelled(text, {ROWS[row.name].spelled: row.spelled for row in settings_of_command("pytest")})


def _code(error: UsageError | Unready) -> int:
    return int(Exit.USAGE if isinstance(error, UsageError) else Exit.UNJUDGED)


def _judged(words: list[str], addresses: Sequence[str]) -> Outcome:
    register = load()
    chosen, every = set(addresses), {clause.address for clause in register.clauses if clause.test}
    only = [f"--only={address}" for address in sorted(chosen)] if chosen != every else []
    parser = Parser(prog="pytest")
    run.add_arguments(parser)
    arguments = parser.parse_args([*words, *only])
    take_environment(arguments, settings_of_command("run"))
    judged = run.judged(arguments, register)
    scrub, record = judged.scrub, {clause["id"]: clause for clause in judged.run["clauses"]}
    clauses, said = {}, []
    for verdict in judged.result.verdicts:
        address, entry = verdict.clause.address, record[verdict.clause.address]
        accepted = entry.get("accepted", {}).get("reason", "")
        message = shown = ""
        if verdict.verdict is Verdict.FAIL:
            finding = verdict.findings[0]
            message = scrub.text(f"{address}: {verdict.clause.says} {finding.message}")
            again = curl(finding.evidence[-1], scrub, judged.result.base)
            shown = f"{message}\nseen {finding.seen} of {finding.of}\n{again}"
            if verdict.clause.level is not Level.MUST:
                said.append(f"{verdict.clause.level}: {message}")
        clauses[address] = {
            "verdict": verdict.verdict.value, "level": verdict.clause.level.value, "accepted": accepted,
            "reason": scrub.text(verdict.reason), "shown": shown,
        }  # fmt: skip
    code, result = judged.exit, judged.result
    ledger = judged.run.get("ledger", {"accepted": [], "errors": []})
    said += [scrub.text(error) for error in ledger["errors"]]
    accepted = f", {len(ledger['accepted'])} accepted" if ledger["accepted"] else ""
    line = f"{result.reason}{accepted} ({counted(result.requests, 'request')} to {result.target}), exit {code}"
    said.append(f"restore-conformance: {scrub.text(line)}")
    return {"exit": code, "said": said, "clauses": clauses}
