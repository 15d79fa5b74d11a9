"""Keeps a replay off the network: any attempt to reach another machine or a local port ends it.

An audit hook sees every attempt, whatever library makes it; it cannot be taken out again, so it is put in at the
first use and does nothing outside of the guarded block.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator
from typing import Any

EVENTS = frozenset(
    {
        "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo",
        "socket.sendto", "socket.sendmsg",
    }
)  # fmt: skip


class SocketAttempt(RuntimeError):
    """Something tried to use the network during a replay."""


class _Watch:
    """How deep in guarded blocks the process is, and what was tried in them."""

    def __init__(self) -> None:
        self.depth = 0
        self.tried: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.depth and event in EVENTS:
            where = next((str(argument) for argument in arguments if isinstance(argument, str | tuple | bytes)), "")
            self.tried.append(f"{event} {where}".strip())
            raise SocketAttempt(_sentence(self.tried))


@functools.lru_cache(maxsize=1)
def _watch() -> _Watch:
    watch = _Watch()
    sys.addaudithook(watch)
    return watch


def _sentence(tried: list[str]) -> str:
    return f"a replay sends nothing, yet the network was tried: {tried[0]}; whatever did so must not run in a replay"


@contextlib.contextmanager
def no_network() -> Iterator[None]:
    """Raises SocketAttempt at an attempt, and again at the end if it was suppressed."""
    watch = _watch()
    watch.depth += 1
    before = len(watch.tried)
    try:
        yield
    finally:
        watch.depth -= 1
        tried = watch.tried[before:]
        del watch.tried[before:]
    if tried:
        raise SocketAttempt(_sentence(tried))
