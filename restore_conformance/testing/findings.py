"""What was judged, clause by clause, as Python values: a view of the run record, which is scrubbed.

Judges nothing and reads no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.records.finding import broke
from restore_conformance.records.safe_text import line
from restore_conformance.spelling import counted
from restore_conformance.verdicts import WORDS, Deviation, Level, UsageError


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause that was broken, with the smallest evidence.

    `says` is what the clause requires, `because` the sentence, table cell or example of the document behind it, and
    `page` where that is. `pointer` is the JSON pointer of the field, "" where the answer as a whole is meant.
    `accepted` is the reason that a ledger of deviations gives, "" where it gives none.
    """

    clause: str
    level: str
    says: str
    because: str
    page: str
    message: str
    expected: str
    observed: Any
    pointer: str
    request: str
    status: int | None
    seen: int = 1
    of: int = 1
    accepted: str = ""
    exchange: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        answer = f"was answered {self.status}" if self.status else "was not answered"
        often = f" (seen {self.seen} of {self.of})" if self.of > 1 else ""
        rows = [
            ("request", f"{self.request} {answer}{often}"),
            ("field", self.pointer or "(the answer as a whole)"),
            ("expected", self.expected),
            ("observed", "nothing" if self.observed is None else line(json.dumps(self.observed, ensure_ascii=False))),
            ("document", " ".join(part for part in (self.says, self.because) if part)),
            ("page", self.page),
            ("accepted", self.accepted),
        ]
        lines = [f"{self.clause} ({self.level}): {line(self.message)}"]
        lines += [f"  {f'{name}:':10}{line(text, 2000)}" for name, text in rows if text]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Verdicts(Mapping[str, str]):
    """A mapping of clause to verdict: "passed", "failed", "inconclusive", "not tested" or "suite error".

    `findings` holds the broken clauses of every level, the gravest first; `reasons` why a clause has no verdict;
    `readings` which reading of each contradiction was seen how often; `notes` what was left out or is unclear.
    `level` says which findings `raise_for_deviation` raises for: "must", or "should" for both levels.
    """

    findings: tuple[Finding, ...]
    reasons: Mapping[str, str] = field(repr=False)
    readings: Mapping[str, Mapping[str, int]] = field(repr=False)
    notes: tuple[str, ...] = ()
    level: str = "must"
    _verdicts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __getitem__(self, clause: str) -> str:
        return self._verdicts[clause]

    def __iter__(self) -> Iterator[str]:
        return iter(self._verdicts)

    def __len__(self) -> int:
        return len(self._verdicts)

    def __hash__(self) -> int:
        return id(self)

    @property
    def passed(self) -> tuple[str, ...]:
        """The clauses that were judged and kept."""
        return self._with("passed")

    @property
    def failed(self) -> tuple[str, ...]:
        """The clauses that were broken, of any level."""
        return self._with("failed")

    @property
    def inconclusive(self) -> tuple[str, ...]:
        """The clauses that what was seen could not decide; `reasons` says why."""
        return self._with("inconclusive")

    @property
    def not_tested(self) -> tuple[str, ...]:
        """The clauses that nothing was about; `reasons` says what it would take."""
        return self._with("not tested")

    @property
    def counts(self) -> dict[str, int]:
        """How many clauses have each verdict."""
        words = list(self._verdicts.values())
        return {word: words.count(word) for word in WORDS.values()}

    def deviations(self, level: str = "") -> tuple[Finding, ...]:
        """The findings that count at a level (that of these verdicts, if none is given), less the accepted ones."""
        ranks = list(Level)
        least = ranks.index(level_of(level or self.level))
        return tuple(
            finding for finding in self.findings if ranks.index(Level(finding.level)) <= least and not finding.accepted
        )

    def raise_for_deviation(self, level: str = "") -> Verdicts:
        """Raise one AssertionError that shows every finding of the level; else give these verdicts back."""
        findings = self.deviations(level)
        if findings:
            failed = f"{counted(len(findings), 'clause')} failed"
            passed = f"; {len(self.passed):,} passed" if self.passed else ""
            raise Deviation("\n\n".join([f"{failed}{passed}", *map(str, findings)]))
        return self

    def _with(self, word: str) -> tuple[str, ...]:
        return tuple(clause for clause, verdict in self._verdicts.items() if verdict == word)


def level_of(level: str) -> Level:
    """A level that findings can have. Raises UsageError."""
    if level not in {Level.MUST, Level.SHOULD}:
        raise UsageError(f"level {level!r} is unknown; give must or should.")
    return Level(level)


def verdicts_of(run: Mapping[str, Any], pages: Mapping[str, str], level: str = "must") -> Verdicts:
    """The verdicts of a run record; `pages` has the address of each operation's page."""
    level_of(level)
    clauses = run["clauses"]
    findings = [_finding(clause, pages) for clause in clauses if clause["verdict"] == "fail"]
    ranks = list(Level)
    return Verdicts(
        tuple(sorted(findings, key=lambda finding: (bool(finding.accepted), ranks.index(Level(finding.level))))),
        {clause["id"]: clause["reason"] for clause in clauses if clause.get("reason")},
        run.get("readings", {}),
        tuple(recording["note"] for recording in run.get("recordings", ()) if recording.get("note")),
        level,
        {clause["id"]: WORDS[clause["verdict"]] for clause in clauses},
    )


def _finding(clause: Mapping[str, Any], pages: Mapping[str, str]) -> Finding:
    first = clause["findings"][0]
    exchange = broke(first)
    asked, answer = exchange["request"], exchange["response"]
    accepted = clause.get("accepted")
    return Finding(
        clause["id"], clause["level"], clause["says"], clause.get("because", ""),
        pages.get(clause["id"].partition("/")[0], ""), first["message"], first["expected"], first["observed"],
        first["pointer"], f"{asked['method']} {asked['url']}", answer and answer["status"], first["seen"], first["of"],
        f"{accepted['reason']} ({accepted['owner']}, until {accepted['review']})" if accepted else "", exchange,
    )  # fmt: skip
