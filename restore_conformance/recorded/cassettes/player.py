"""Playing a cassette: its requests go through vcrpy, strictly matched, with the network blocked.

An audit hook sees every attempt to reach another machine or a local port, whatever library makes it; it cannot be
taken out again, so it is put in at the first use and does nothing outside of the guarded block.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vcr
import vcr.errors
import vcr.serialize

from restore_conformance.exchange import Request
from restore_conformance.recorded.cassettes.cassette import Cassette, read, request_of
from restore_conformance.recorded.cassettes.matching import nearest, same
from restore_conformance.targets import Answer, Http


class Unrecorded(Exception):
    """A request that no recording answers; names the most similar recording and what differs."""


class _Persister:
    """Loads with this suite's checks and never saves: replay writes nothing."""

    @staticmethod
    def load_cassette(path: str, serializer: Any) -> Any:  # noqa: ARG004 - vcrpy's signature
        class Checked:
            @staticmethod
            def deserialize(_: str) -> dict[str, Any]:
                return read(Path(path), Path(path).name)

        return vcr.serialize.deserialize("", Checked)

    @staticmethod
    def save_cassette(path: str, cassette_dict: Any, serializer: Any) -> None:  # noqa: ARG004 - vcrpy's signature
        raise Unrecorded(f"{path} would be written by a replay, which writes nothing")


def strict(sent: Any, recorded: Any) -> None:
    """vcrpy's matcher; what differs is reported by `missed`, of the nearest recording alone."""
    assert same(request_of(sent), request_of(recorded))


class Player:
    """Plays cassettes one after the other; close it when done."""

    def __init__(self) -> None:
        self._vcr = vcr.VCR(record_mode=vcr.mode.NONE, match_on=["strict"], path_transformer=None)
        self._vcr.register_matcher("strict", strict)
        self._vcr.register_persister(_Persister)
        self._targets: dict[str, Http] = {}

    def play(self, cassette: Cassette) -> list[Answer]:
        """The answers to every recorded request, in order. Raises Unrecorded and SocketAttempt."""
        return self.ask(cassette, [request for request, _ in cassette.exchanges])

    def ask(self, cassette: Cassette, requests: list[Request]) -> list[Answer]:
        """The recorded answers to these requests. Raises Unrecorded for one that is not recorded."""
        target = self._target(cassette.provenance.base)
        answers = []
        with no_network(), self._vcr.use_cassette(str(cassette.path)):
            for request in requests:
                try:
                    answers.append(target.send(request))
                except vcr.errors.CannotOverwriteExistingCassetteException:
                    raise Unrecorded(missed(cassette, request)) from None
        return answers

    def _target(self, base: str) -> Http:
        if base not in self._targets:
            self._targets[base] = Http(base, retries=0)
        return self._targets[base]

    def close(self) -> None:
        for target in self._targets.values():
            target.close()


def missed(cassette: Cassette, request: Request) -> str:
    """Why a cassette has no answer to a request: the nearest recording, and what differs."""
    number, differing = nearest(request, [recorded for recorded, _ in cassette.exchanges])
    asked = f"{cassette.name} has no recording of {request.method} {request.target}"
    if number < 0:
        return f"{asked}: it holds none at all"
    recorded = cassette.exchanges[number][0]
    near = f"recording {number + 1} of {len(cassette.exchanges)}, {recorded.method} {recorded.target}"
    if not differing:
        return f"{asked} any more: {near}, is the same and was played already"
    more = f"; and {len(differing) - 3} more" if len(differing) > 3 else ""
    return f"{asked}; the nearest is {near}, which differs in {'; '.join(differing[:3])}{more}"


# ------------------------------------------------------------------ no network

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
