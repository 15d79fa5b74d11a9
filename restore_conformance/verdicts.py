"""The five verdicts, and the three families of exceptions that lead to them.

    Exception
    ├── unittest.SkipTest
    │   └── Inconclusive      the environment prevents a verdict       -> inconclusive
    ├── AssertionError
    │   └── Deviation         the target broke a clause                -> fail
    └── anything else         the suite is broken                      -> error
    Exception
    ├── Untouched             a clause turns out not to apply          -> none
    ├── UsageError            the user asked for something impossible  -> exit 2, one sentence
    ├── SuiteError            the suite stopped itself                 -> exit 4, one sentence
    └── Unready               the live service cannot be asked yet     -> exit 3, one sentence

The three can never be mistaken for each other: none is a subclass of another. A clause that no exchange
touched has the verdict *none*. Knows nothing of clauses, targets or reports.
"""

from __future__ import annotations

import enum
import unittest
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


class Verdict(enum.StrEnum):
    """The five verdicts of TTCN-3 (ES 201 873-1, clause 24), worst last."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 - a verdict
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"
    ERROR = "error"


WORDS = {
    "fail": "failed", "error": "suite error", "inconclusive": "inconclusive", "none": "not tested", "pass": "passed",
}  # fmt: skip
"""What the verdicts are called for people, in the order of their importance to a reader."""


class Why(enum.StrEnum):
    """Why a clause has no verdict; set where the reason is made, so that no caller reads its text."""

    UNTOUCHED = "untouched"
    UNTESTED = "untested"
    LEFT_OUT = "left-out"
    CALLER = "caller"
    ROUTE = "route"
    STEP = "step"
    IDS = "ids"
    ROOM = "room"

    @property
    def beyond(self) -> bool:
        """Whether these settings and this target cannot touch the clause, however much is sent."""
        return self in {Why.UNTESTED, Why.LEFT_OUT, Why.CALLER, Why.ROUTE, Why.STEP}


@dataclass(frozen=True, slots=True)
class Gap:
    """A reason for having no verdict: its kind, and the words for a report."""

    why: Why
    says: str


class Level(enum.StrEnum):
    """How binding a clause is: only a broken *must* fails a run."""

    MUST = "must"
    SHOULD = "should"
    OBSERVE = "observe"

    def binds_like(self, other: Level) -> bool:
        """Whether a finding of this level may stand for one of the other: it binds no less."""
        ranks = list(Level)
        return ranks.index(self) <= ranks.index(other)


class Exit(enum.IntEnum):
    """Exit codes of `restore-conformance run`."""

    CONFORMANT = 0
    BROKEN = 1
    USAGE = 2
    UNJUDGED = 3
    INTERNAL = 4
    LEFT_BEHIND = 5


class Deviation(AssertionError):
    """The target broke a clause.

    `pointer` is a JSON pointer (RFC 6901) into the answer where the breach is in the body.
    `unless` names a fact of the whole run that would excuse it (see `restore_conformance.judging`).
    `refusal` says that it shows in a refusal, which may have passing reasons: it binds once it was seen again.
    `by_status` says that the status alone shows the breach, whatever the body holds.
    `because` are the earlier exchanges that set the expectation, where they are others than the state names.
    """

    def __init__(
        self,
        message: str,
        *,
        expected: str = "",
        observed: Any = None,
        pointer: str = "",
        unless: str = "",
        refusal: bool = False,
        by_status: bool = False,
        because: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.observed = observed
        self.pointer = pointer
        self.unless = unless
        self.refusal = refusal
        self.by_status = by_status
        self.because = because

    @classmethod
    def at(
        cls, pointer: str, wanted: str, observed: Any, *, got: str = "", expected: str = "", to: str = "", **more: Any
    ) -> Deviation:
        """The deviation of one place in the answer `to` some request: what was `wanted` there, and what was `got`.

        `got` is `observed` as Python writes it, and `expected` what was wanted, where the message says more of them.
        """
        asked = f"{to}: " if to else ""
        message = f"{pointer or '/'}: {asked}expected {wanted}, got {got or repr(observed)}"[:400]
        return cls(message, expected=expected or wanted, observed=observed, pointer=pointer, **more)


class Inconclusive(unittest.SkipTest):
    """The environment prevents a verdict; never evidence against the target."""


class Untouched(Exception):
    """The clause does not apply; the text says what would make it apply, `why` is the kind of reason."""

    def __init__(self, message: str, why: Why = Why.STEP) -> None:
        super().__init__(message)
        self.gap = Gap(why, message)


class UsageError(Exception):
    """Bad usage or configuration: one sentence for standard error, exit 2."""


class SuiteError(Exception):
    """The suite refused to do what it must never do: one sentence, exit 4."""


class Unready(Exception):
    """Signing in, a permission or a lock prevents a live run: one sentence, exit 3."""


@dataclass(slots=True)
class Finding:
    """A clause with verdict fail, and the smallest evidence for it."""

    message: str
    expected: str
    observed: Any
    pointer: str
    evidence: list[Any]
    seen: int = 1
    of: int = 1
    kind: str = ""
    consequences: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Newer:
    """The verdict on a clause of an edition that does not bind; `finding` is set where it is not followed."""

    edition: str
    verdict: Verdict
    finding: Finding | None = None
    exchanges: int = 0

    @property
    def says(self) -> str:
        """In a word: whether the target follows the clause."""
        return {Verdict.PASS: "followed", Verdict.FAIL: "not followed"}.get(self.verdict, "not judged")

    @property
    def reason(self) -> str:
        """Why the clause has no verdict, with what was seen of it."""
        return f"new in edition {self.edition}, which does not bind in this run: {self.says}"


@dataclass(slots=True)
class ClauseVerdict:
    """What a run says about one clause; `why` is set for the verdict "none", `newer` where it does not bind.

    `passing` is what was seen in a refusal, and not again when the same was asked again: it does not bind. `root` is
    the address of the clause whose finding explains why this one has no verdict of its own.
    """

    clause: Any
    verdict: Verdict = Verdict.NONE
    exchanges: int = 0
    reason: str = ""
    why: Why | None = None
    findings: list[Finding] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    sample: Any = None
    newer: Newer | None = None
    passing: Finding | None = None
    root: str = ""

    def in_error(self, error: Exception) -> None:
        """Take an error of the suite itself as the verdict: no finding stands on a judgement that breaks."""
        self.verdict, self.findings, self.why = Verdict.ERROR, [], None
        self.reason = f"{type(error).__name__}: {error}"


def counts_of(verdicts: Iterable[ClauseVerdict]) -> dict[str, int]:
    """How many clauses have each verdict."""
    counts = {verdict.value: 0 for verdict in Verdict}
    for result in verdicts:
        counts[result.verdict.value] += 1
    return counts
