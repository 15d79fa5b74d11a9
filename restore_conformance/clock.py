"""The clock of a target, real or one that skips waiting; this moment; and moments as recordings write them.

Knows no target: a mock and what reaches it share one clock, so that both agree on how much time has passed.
"""

from __future__ import annotations

import email.utils
import time
from datetime import UTC, date, datetime
from typing import Any

LATEST = 1e11
"""Seconds that a clock can show: some three thousand years, so that a date can always be made of them."""


class Clock:
    """Real seconds since its creation; it only moves forward."""

    def __init__(self) -> None:
        self._zero = time.monotonic()

    def now(self) -> float:
        """Seconds since its creation."""
        return time.monotonic() - self._zero

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        time.sleep(seconds)


class Skipping(Clock):
    """A clock on which a wait takes no real time and still counts.

    With `standing` nothing but a wait moves it, so that the same run has the same times again.
    """

    def __init__(self, *, standing: bool = False) -> None:
        super().__init__()
        self._standing = standing
        self._skipped = 0.0

    def now(self) -> float:
        return self._skipped if self._standing else super().now() + self._skipped

    def wait(self, seconds: float) -> None:
        self._skipped += max(0.0, seconds)


def today() -> date:
    """The date in UTC."""
    return datetime.now(UTC).date()


def beginning() -> tuple[str, float]:
    """When something begins: as ISO 8601 in UTC, and as a performance counter in seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()


def seconds_of(value: Any) -> float | None:
    """The seconds that a recording of ours holds, None for an impossible value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -LATEST <= value <= LATEST else None


def moment_of(text: str) -> tuple[float | None, str]:
    """A moment of a recording, in seconds, and as ISO 8601 in UTC so that times of any zone can be compared.

    Reads ISO 8601 and the dates of HTTP. None and "" for what is neither, and for the beginning of time, which a HAR
    file has where its recorder knew none.
    """
    for read in (datetime.fromisoformat, email.utils.parsedate_to_datetime):
        try:
            stamp = read(text)
            moment = (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        seconds = moment.timestamp()
        return (seconds, moment.isoformat(timespec="milliseconds")) if seconds else (None, "")
    return None, ""
