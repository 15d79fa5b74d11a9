"""Ctrl-C and SIGTERM in a run: the first ends the sending and lets everything be finished, the second ends it all.

The first is let in only where it does no harm: while a target is waited for, so that no exchange is judged or stored by
half; in a live run anywhere but between a create and the note of its answer. Knows no clause and no report.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from restore_conformance.exchange import Request
from restore_conformance.targets import Target
from restore_conformance.targets.target import Answer

NUMBERS = (signal.SIGINT, signal.SIGTERM)
WRITING = b"\nInterrupted: writing what there is; once more leaves at once.\n"
CLEANING = b"\nEnding the run and cleaning up; once more leaves that to the next start.\n"


class Interrupts:
    """While it is entered, the first signal prints a notice and raises KeyboardInterrupt where signals are let in.

    Elsewhere it is kept until they are. Every further one raises wherever it comes, also in the clean-up or the writing
    that followed the first, after `leave` was started: it ends what other threads wait for. With `anywhere` the first
    is such a further one, until `calm`. `let_in` says whether signals are let in outside the blocks below. In another
    thread than the main one nothing changes.
    """

    def __init__(self, notice: bytes = WRITING, *, let_in: bool = False, anywhere: bool = False) -> None:
        self.leave: Callable[[], object] | None = None
        self._notice = notice
        self._before: list[tuple[int, Any]] = []
        self._anywhere = anywhere
        self._let_in = let_in
        self._signalled_once = False
        self._kept = False

    def __enter__(self) -> Interrupts:
        if _in_main_thread():
            self._before = [(number, signal.signal(number, self._signalled)) for number in NUMBERS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def calm(self) -> None:
        """From now on pass over the first signal: there is nothing left to send, only to clean up or to write.

        Nothing is lost by that: what a second one leaves undone the next start of a live run makes up for.
        """
        self._let_in = self._anywhere = self._kept = False

    def _signalled(self, *_: object) -> None:
        if self._signalled_once or self._anywhere:
            if self.leave is not None:
                # In a thread of its own: what was interrupted may hold a lock that this needs.
                threading.Thread(target=self.leave, daemon=True).start()
            raise KeyboardInterrupt
        self._signalled_once = self._kept = True
        # Not print: it may have been print that was interrupted.
        with contextlib.suppress(OSError):
            os.write(2, self._notice)
        self._raise_kept()

    def _raise_kept(self) -> None:
        if self._kept and self._let_in:
            self._kept = False
            raise KeyboardInterrupt

    def waiting(self) -> contextlib.AbstractContextManager[None]:
        """Let a signal in while the block lasts; one that came before is raised at once, and only once."""
        return self._while(let_in=True)

    def hold(self) -> contextlib.AbstractContextManager[None]:
        """Keep a signal until the block ends. Workers get none; whoever started them waits for them."""
        return self._while(let_in=False) if _in_main_thread() else contextlib.nullcontext()

    @contextlib.contextmanager
    def _while(self, *, let_in: bool) -> Iterator[None]:
        before, self._let_in = self._let_in, let_in
        try:
            self._raise_kept()
            yield
        finally:
            self._let_in = before
            self._raise_kept()


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


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
