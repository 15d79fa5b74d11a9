"""Ctrl-C and SIGTERM in a live run: they end it at a moment when it is known what was created.

Only the main thread is told of signals; workers are waited for by whoever started them.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends a run as Ctrl-C does, so that it cleans up."""


class Signals:
    """While it is entered, SIGTERM and Ctrl-C raise in the main thread, but not between a create and its answer.

    There the first is kept until the answer is noted, which takes no longer than patience does; the second does
    not wait. In another thread than the main one nothing changes.
    """

    def __init__(self) -> None:
        self._main = threading.current_thread() is threading.main_thread()
        self._before: list[tuple[int, Any]] = []
        self._held = False
        self._cleaning = False
        self._waiting: type[KeyboardInterrupt] | None = None

    def __enter__(self) -> Signals:
        if self._main:
            self._before = [(number, signal.signal(number, self._told)) for number in NUMBERS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def _told(self, number: int, _: object) -> None:
        kind = Terminated if number == signal.SIGTERM else KeyboardInterrupt
        if self._held and self._waiting is None:
            self._waiting = kind
        elif self._cleaning and self._waiting is None:
            self._waiting = kind
            print("Cleaning up; once more leaves it to the next start.", file=sys.stderr, flush=True)
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
        """Let the first signal pass while the block cleans up; the second ends it.

        Nothing is lost by that: the journal knows what is left, and the next start deletes it.
        """
        self._cleaning, self._held, self._waiting = True, False, None
        try:
            yield
        finally:
            self._cleaning = False
