"""The bounds of a live run and its pace, shared by all workers: requests, sessions, seconds, requests a second.

Every accepted create is owed a read and a delete, and the bound on requests counts what is owed: a run can always
clean up after itself within its bounds. Knows no request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from restore_conformance.campaign.sender import BudgetSpent
from restore_conformance.spelling import counted

GRACE = 300.0
"""Seconds that clean-up may take beyond the bound on time."""
ENDED = "the run was ended before its time"
OWED = 2
"""Requests that a session is owed: it is read before it is deleted."""


class Budget:
    """Counts what was sent. Safe to use from threads; each method either counts or raises BudgetSpent.

    `requests` bounds everything that is planned; `reserve` is for what is owed beyond it: to refusals that were
    accepted, and where a delete must be repeated. Never are more than both together sent. Of `requests` some are `kept`
    from the plan, to ask again.
    """

    def __init__(
        self,
        requests: int,
        sessions: int,
        seconds: float,
        reserve: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests = requests
        self.sessions = sessions
        self.seconds = seconds
        self.reserve = reserve
        self.kept = 0
        self.used = 0
        self.made = 0
        self.owed = 0
        self.surprises = 0
        self._flying = 0
        self._promised = 0
        self._unlikely = 0
        self._clock = clock
        self._start = clock()
        self._over = False
        self._changed = threading.Condition()

    def allow(self, *, sessions: int, reserve: int, kept: int = 0) -> None:
        """Set how many sessions may be created, the reserve of requests, and how many are kept until `release`."""
        with self._changed:
            self.sessions, self.reserve, self.kept = sessions, reserve, kept

    def release(self) -> None:
        """Make the reserved requests available."""
        with self._changed:
            self.kept = 0

    def stop(self) -> None:
        """Nothing more is sent, not even to clean up."""
        with self._changed:
            self.seconds, self._over = float("-inf"), True
            self._changed.notify_all()

    def left(self, *, cleaning: bool = False) -> float:
        """Seconds left."""
        return self._start + self.seconds + (GRACE if cleaning else 0.0) - self._clock()

    def read(self) -> None:
        """One request that creates nothing."""
        with self._changed:
            self._in_time()
            self._room(1)
            self.used += 1

    def clean(self) -> None:
        """One delete, or one read that a delete needs."""
        with self._changed:
            self._not_over()
            if self.left(cleaning=True) <= 0:
                raise BudgetSpent(f"the bound of {self.seconds:.0f} seconds, and {GRACE:.0f} for clean-up, was reached")
            if self.used >= self.requests + self.reserve:
                raise BudgetSpent(
                    f"the bound of {counted(self.requests, 'request')} and {self.reserve} in reserve was reached"
                )
            self.used += 1

    def create(self, *, likely: bool) -> None:
        """One create; `likely` where it will probably be accepted. `created` must follow."""
        with self._changed:
            while True:
                self._in_time()
                if self.made >= self.sessions:
                    raise BudgetSpent(f"the bound of {counted(self.sessions, 'session')} was reached")
                if self.made + self._flying < self.sessions:
                    break
                # Those under way may be refused and leave room: wait for them rather than give up.
                self._changed.wait(timeout=1.0)
            promised = OWED if likely else 0
            self._room(1 + promised)
            if not likely:
                self._room_for_surprises(1)
                self._unlikely += 1
            self.used += 1
            self._flying += 1
            self._promised += promised

    def created(self, *, likely: bool, made: bool) -> None:
        """The outcome of a create: whether a session was, or may have been, made."""
        with self._changed:
            self._flying -= 1
            self._promised -= OWED if likely else 0
            self._unlikely -= not likely
            self.made += made
            self.owed += OWED if made else 0
            if made and not likely:
                self.surprises = min(self.reserve, self.surprises + OWED)
            self._changed.notify_all()

    def seen(self) -> None:
        """A session was read, so that it can be deleted."""
        with self._changed:
            self.owed = max(0, self.owed - 1)

    def deleted(self) -> None:
        """A session that was read is gone, or is not to be deleted."""
        with self._changed:
            self.owed = max(0, self.owed - 1)

    def _not_over(self) -> None:
        if self._over:
            raise BudgetSpent(ENDED)

    def _in_time(self) -> None:
        self._not_over()
        if self.left() <= 0:
            raise BudgetSpent(f"the bound of {self.seconds:.0f} seconds was reached")

    def _room(self, wanted: int) -> None:
        if self.used + self.owed + self._promised + wanted > self.requests - self.kept + self.surprises:
            reserved = f" ({self.kept} of them are kept to ask again)" if self.kept else ""
            raise BudgetSpent(f"the bound of {counted(self.requests, 'request')}{reserved} was reached")

    def _room_for_surprises(self, wanted: int) -> None:
        """Also if every refusal under way is accepted after all, there must be room for what it is then owed."""
        owed = OWED * (self._unlikely + 1)
        room = self.requests - self.kept + min(self.reserve, self.surprises + owed)
        if self.used + self.owed + self._promised + wanted + owed > room:
            raise BudgetSpent(
                f"the bound of {counted(self.requests, 'request')} and {self.reserve} in reserve was reached"
            )


class Pace:
    """When the next request may go out, for all workers together. A Retry-After pauses all of them."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._over = threading.Event()
        self._gap = 1.0 / per_second if per_second else 0.0
        self._clock = clock
        self._sleep = sleep or self._over.wait
        self._next = clock()
        self._held = clock()
        self._lock = threading.Lock()

    def wait(self, left: float) -> None:
        """Sleep until it is this request's turn. Raises BudgetSpent where that would be after `left` seconds."""
        with self._lock:
            turn = max(self._next, self._held, self._clock())
            delay = turn - self._clock()
            if self._over.is_set():
                raise BudgetSpent(ENDED)
            if delay > max(left, 0.0):
                raise BudgetSpent(f"the bound of time was reached: the target asks to wait another {delay:.0f} seconds")
            self._next = turn + self._gap
        while delay > 0:
            self._sleep(delay)
            if self._over.is_set():
                raise BudgetSpent(ENDED)
            with self._lock:
                # Another answer may have asked to wait meanwhile.
                delay = self._held - self._clock()
            if delay > left:
                raise BudgetSpent(f"the bound of time was reached: the target asks to wait another {delay:.0f} seconds")

    def stop(self) -> None:
        """Wake all waiting workers."""
        self._over.set()

    def hold(self, seconds: float) -> None:
        """Pause all workers for so many seconds."""
        with self._lock:
            self._held = max(self._held, self._clock() + seconds)
