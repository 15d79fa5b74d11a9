"""How far a run is while it lasts: kinds of requests with counts, rate and time left, and each clause that fails.

On a terminal a table that is redrawn; plain lines in a log. Text of a server is shown in one line. Rich
is imported where there is a terminal. Knows no verdict: those come at the end.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange
from restore_conformance.records.safe_text import line
from restore_conformance.reports.wording import WORDS, family
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.spelling import counted, listed
from restore_conformance.verdicts import Deviation

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

EVERY = 10.0
"""Seconds between two lines of a log."""
REDRAWN = 4
"""Times a second that a terminal is redrawn."""
ROWS = 12
LONGEST = 4000
"""Characters of a message that are scrubbed, where a few hundred are shown."""


@dataclass(slots=True)
class Count:
    """The exchanges of one family so far, how many are planned (0: not known), and how many show a deviation."""

    planned: int = 0
    exchanges: int = 0
    deviating: int = 0
    seconds: float = 0.0
    last: int = 0


def is_plain(out: TextIO) -> bool:
    """Whether a stream can show lines only: no terminal, or one that cannot move its cursor."""
    return not out.isatty() or os.environ.get("TERM", "") in {"dumb", ""}


class Progress:
    """Watches a campaign: it is called with each exchange. Shows nothing where it is quiet."""

    def __init__(
        self,
        settings: Settings,
        target: str,
        *,
        quiet: bool,
        plain: bool = False,
        scrub: Scrub | None = None,
        out: TextIO | None = None,
    ) -> None:
        self._out = out or sys.stderr
        self._quiet = quiet
        self._plain = plain or is_plain(self._out)
        sent = settings.target not in {"recordings", "replay"}
        self._noun = "request" if sent else "exchange"
        about = f": profile {settings.profile}, seed {settings.seed}" if sent else ""
        self._begins = f"Judging {line(target)}{about}"
        self._scrub = scrub
        self._families: dict[str, Count] = {}
        self._reported: set[str] = set()
        self._number = self._planned = self._deviating = 0
        self._start = self._last = time.monotonic()
        self._live: Any = None
        self._console: Console | None = None

    # ------------------------------------------------------------------ what it watches

    def __enter__(self) -> Progress:
        self._start = self._last = time.monotonic()
        if self._quiet:
            return self
        if self._plain:
            if self._noun == "request":
                self._print(self._begins)
            return self
        from rich.console import Console
        from rich.live import Live

        self._console = Console(file=self._out, highlight=False, soft_wrap=True)
        self._console.print(self._begins, markup=False)
        self._live = Live(
            console=self._console, get_renderable=self._drawn, refresh_per_second=REDRAWN, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
        if not self._quiet and self._number:
            self._print(self._summary())

    def __call__(self, exchange: Exchange, number: int, planned: int) -> None:
        """Count one exchange."""
        row = self._families.setdefault(exchange.family, Count())
        row.exchanges += 1
        row.seconds += exchange.seconds
        row.last = self._number = max(number, self._number)
        self._planned = planned
        if exchange.failed:
            row.deviating += 1
            self._deviating += 1
        if self._plain and not self._quiet and time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            count = f"{row.exchanges} of {row.planned}" if row.planned >= row.exchanges else f"{row.exchanges}"
            self._print(f"{self._overall()}; now {line(family(exchange.family), 60)} {count}")

    def keeping(self, keep: Callable[[Exchange], None] | None) -> Callable[[Exchange], None]:
        """Keeps and counts the exchanges of recordings, of which nobody knows how many there are.

        In a log the first of them begins: of a recording that cannot be read there is one sentence alone.
        """

        def kept(exchange: Exchange) -> None:
            if keep is not None:
                keep(exchange)
            if self._plain and not self._quiet and not self._number:
                self._print(self._begins)
            self(exchange, self._number + 1, 0)

        return kept

    def expect(self, planned: Mapping[str, int]) -> None:
        """Learn how many requests of each family are planned."""
        for name, number in planned.items():
            self._families.setdefault(name, Count()).planned = number

    def report_failed(self, clause: Clause, deviation: Deviation, evidence: Sequence[Exchange]) -> None:
        """Report that a clause failed: one line, once."""
        if self._quiet or clause.address in self._reported:
            return
        self._reported.add(clause.address)
        message = deviation.message
        if self._scrub is not None:
            for exchange in evidence:
                self._scrub.learn(exchange)
            message = self._scrub.text(message[:LONGEST])
        self._print(f"failed  {clause.level.value:7} {clause.address}: {line(message, 200)}", "red")

    def explained(self, run: dict[str, Any]) -> dict[str, Any]:
        """Retract the lines about clauses that did not fail after all, with the reason; returns the record."""
        entries = {entry["id"]: entry for entry in run["clauses"]}
        over = [entries[name] for name in sorted(self._reported) if entries[name]["verdict"] not in {"fail", "error"}]
        groups: dict[str, list[str]] = {}
        for entry in over:
            root = (
                f"explained by {entry['root']}" if "root" in entry else entry.get("reason") or WORDS[entry["verdict"]]
            )
            groups.setdefault(line(root, 200), []).append(entry["id"])
        for why, names in groups.items():
            self._print(f"retracted {listed(names, most=4)}: {why}", "dim")
        return run

    # ------------------------------------------------------------------ what it shows

    def _print(self, text: str, style: str = "") -> None:
        if self._console is not None:
            self._console.print(text, style=style, markup=False)
        else:
            print(text, file=self._out, flush=True)

    def _overall(self) -> str:
        rate = self._number / max(time.monotonic() - self._start, 0.001)
        planned = max(self._planned, self._number)
        left = _time((planned - self._number) / rate)
        if self._planned:
            summary = f"{self._number:,} of about {counted(planned, self._noun)}, {rate:,.0f}/s, {left} left"
        else:
            summary = f"{counted(self._number, self._noun)}, {rate:,.0f}/s"
        return summary + (f", {counted(self._deviating, 'deviating answer')}" if self._deviating else "")

    def _summary(self) -> str:
        took = time.monotonic() - self._start
        largest = sorted(self._families.items(), key=lambda item: -item[1].exchanges)
        judged = [(name, row) for name, row in largest if row.exchanges]
        shown = [f"{line(family(name), 40)} {row.exchanges:,}" for name, row in judged]
        return f"{counted(self._number, self._noun)} in {_time(took)}: {listed(shown, most=6)}"

    def _drawn(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("kind of request")
        for name in ("requests", "deviating answers", "time each"):
            table.add_column(name, justify="right")
        # A copy: the run goes on while this is drawn.
        rows = sorted(self._families.copy().items(), key=lambda item: (-min(item[1].deviating, 1), -item[1].last))
        for name, row in rows[:ROWS]:
            count = f"{row.exchanges} of {row.planned}" if row.planned >= row.exchanges else f"{row.exchanges}"
            deviating = Text(str(row.deviating), style="red") if row.deviating else Text("·", style="dim")
            each = f"{row.seconds / row.exchanges * 1000:.1f} ms" if row.exchanges else "·"
            table.add_row(Text(line(family(name), 40)), count, deviating, each)
        parts: list[Any] = [table]
        if len(rows) > ROWS:
            parts.append(Text(f"and {counted(len(rows) - ROWS, 'more kind')}", style="dim"))
        if self._planned:
            parts.append(ProgressBar(total=max(self._planned, self._number), completed=self._number, width=40))
        if self._number:
            parts.append(Text(self._overall()))
        return Group(*parts)


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
