"""Playing a cassette: its requests go through vcrpy, strictly matched, with the network blocked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import vcr
import vcr.errors
import vcr.serialize

from restore_conformance.exchange import Request
from restore_conformance.recorded.cassettes.cassette import Cassette, read, request_of
from restore_conformance.recorded.cassettes.guard import no_network
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
        assert cassette.provenance is not None
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
