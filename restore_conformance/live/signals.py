"""Ctrl-C and SIGTERM in a live run: they end it at a moment when it is known what was created.

Only the main thread gets signals; workers are waited for by whoever started them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

NUMBERS = (signal.SIGINT, signal.SIGTERM)
NOTICE = b"\nEnding the run and cleaning up; once more leaves that to the next start.\n"


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends a run as Ctrl-C does, so that it cleans up."""


class Signals:
    """While it is entered, SIGTERM and Ctrl-C raise in the main thread, but not between a create and its answer.

    There the first is kept until the answer is noted, which takes no longer than patience does. The second raises
    wherever it comes, also out of the clean-up that followed the first; `leave` is called then, to end what other
    threads wait for. In another thread than the main one nothing changes.
    """

    def __init__(self) -> None:
        self.leave: Callable[[], object] = lambda: None
        self._signalled_once = False
        self._main = threading.current_thread() is threading.main_thread()
        self._before: list[tuple[int, Any]] = []
        self._held = False
        self._cleaning = False
        self._waiting: type[KeyboardInterrupt] | None = None

    def __enter__(self) -> Signals:
        if self._main:
            self._before = [(number, signal.signal(number, self._signalled)) for number in NUMBERS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def _signalled(self, number: int, _: object) -> None:
        kind = Terminated if number == signal.SIGTERM else KeyboardInterrupt
        if self._signalled_once:
            # In a thread of its own: what was interrupted may hold a lock that this needs.
            threading.Thread(target=self.leave, daemon=True).start()
            raise kind
        self._signalled_once = True
        # Not print: it may have been print that was interrupted.
        with contextlib.suppress(OSError):
            os.write(2, NOTICE)
        if self._held or self._cleaning:
            self._waiting = kind
        else:
            raise kind

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep a signal until the block ends."""
        if threading.current_thread() is not threading.main_thread() or self._cleaning:
            yield
            return
        self._held = True
        try:
            yield
        finally:
            self._held = False
            waiting, self._waiting = self._waiting, None
            if waiting is not None:
                raise waiting

    @contextlib.contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Let the first signal pass while the block cleans up; the second, the one before counted, ends it.

        Nothing is lost by that: the journal knows what is left, and the next start deletes it.
        """
        self._cleaning, self._held, self._waiting = True, False, None
        try:
            yield
        finally:
            self._cleaning = False
