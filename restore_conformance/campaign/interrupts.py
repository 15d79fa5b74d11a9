"""Ctrl-C and SIGTERM in a run: the first ends the sending and lets everything be written, the second ends it all.

A signal is let in only while a target is waited for, so that no exchange is judged or stored by half. A live run
has rules of its own while it sends (`restore_conformance.live.signals`). Knows no clause and no report.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

from restore_conformance.exchange import Request
from restore_conformance.targets import Target
from restore_conformance.targets.target import Answer

NUMBERS = (signal.SIGINT, signal.SIGTERM)
FIRST = b"\nInterrupted: writing what there is; once more leaves at once.\n"


class Interrupts:
    """While it is entered, the first signal raises KeyboardInterrupt in the next wait, the second wherever it comes.

    With `anywhere` every signal raises wherever it comes, until `calm`. In another thread than the main one nothing
    changes.
    """

    def __init__(self, *, anywhere: bool = False) -> None:
        self._before: list[tuple[int, Any]] = []
        self._anywhere = anywhere
        self._open = False
        self._signalled_once = False
        self._due = False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = [(number, signal.signal(number, self._signalled)) for number in NUMBERS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def calm(self) -> None:
        """From now on keep the first signal: there is nothing left to wait for, only to write."""
        self._anywhere = False

    def _signalled(self, *_: object) -> None:
        if self._signalled_once or self._anywhere:
            raise KeyboardInterrupt
        self._signalled_once = True
        # Not print: it may have been print that was interrupted.
        with contextlib.suppress(OSError):
            os.write(2, FIRST)
        if self._open:
            raise KeyboardInterrupt
        self._due = True

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Let a signal in while the block lasts; one that came before is raised at once, and only once."""
        self._open = True
        try:
            if self._due:
                self._due = False
                raise KeyboardInterrupt
            yield
        finally:
            self._open = False


class Interruptible:
    """A target that can be waited for no longer than somebody has the patience for."""

    def __init__(self, target: Target, interrupts: Interrupts) -> None:
        self._target = target
        self._interrupts = interrupts

    @property
    def name(self) -> str:
        return self._target.name

    @property
    def base(self) -> str:
        return self._target.base

    @property
    def loopback(self) -> bool:
        return self._target.loopback

    def send(self, request: Request, patience: float | None = None) -> Answer:
        """Send one request. Raises KeyboardInterrupt."""
        with self._interrupts.waiting():
            return self._target.send(request, patience)

    def now(self) -> float:
        return self._target.now()

    def pause(self, seconds: float) -> None:
        """Give the target time. Raises KeyboardInterrupt."""
        with self._interrupts.waiting():
            self._target.pause(seconds)

    def close(self) -> None:
        """Close the target."""
        self._target.close()
