"""Cassettes that other tools wrote, as vcrpy of any version reads them. Nothing in them is trusted.

YAML or JSON; no object is ever constructed, and what cannot be used is left out by itself. Knows no provenance.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from restore_conformance.clock import moment_of
from restore_conformance.exchange import Exchange, Headers, paired
from restore_conformance.output import files
from restore_conformance.recorded import lenient
from restore_conformance.recorded.addresses import Intake
from restore_conformance.recorded.cassettes import plain_yaml
from restore_conformance.recorded.shown import Shown, exchanges_of
from restore_conformance.targets.coding import ALL, heft
from restore_conformance.verdicts import UsageError

LARGEST = 16 * 1024 * 1024
MOST = 20_000
"""Interactions in one cassette."""
LONGEST_LINE = 8192


@dataclass(frozen=True, slots=True)
class Foreign:
    """A cassette of another tool; `intake` fills while `exchanges` is consumed.

    `shown` has the interactions in order, each with its whole address and the moment as `moment_of` gives it: most
    recorders say none.
    """

    name: str
    shown: tuple[tuple[Shown, tuple[float | None, str]], ...]
    intake: Intake
    creator: str = "another recorder"

    def exchanges(self, *, whole: bool = False) -> Iterator[Exchange]:
        """The exchanges of this API, in the order of the file; `whole` as for `exchanges_of`."""
        for shown, (at, started) in self.shown:
            for exchange in exchanges_of(shown, self.intake, whole=whole):
                yield replace(exchange, at=at, started=started)


class Unusable(ValueError):
    """An interaction that cannot be used; says why in a few words that name no value of the file."""


def foreign(path: Path, name: str) -> Foreign:
    """Read a cassette of another tool. Raises UsageError, in one sentence, where nothing in it can be used."""
    return of_interactions(_interactions(path, name), name)


def of_interactions(interactions: Iterable[Any], name: str) -> Foreign:
    """The same for interactions that were read elsewhere, each as plain values or as the exception in its place."""
    shown: list[tuple[Shown, tuple[float | None, str]]] = []
    unusable: list[str] = []
    for number, interaction in enumerate(interactions):
        if number >= MOST:
            raise UsageError(f"{name} has more than {MOST} interactions; split it and judge the parts.")
        try:
            shown.append((_shown(interaction), moment_of(_line(interaction.get("recorded_at")))))
        except Unusable as reason:
            unusable.append(str(reason))
    if not shown:
        none = f"none of its {len(unusable)} interactions can be used ({unusable[0]})" if unusable else "it is empty"
        raise UsageError(f"{name} is not a cassette: {none}.")
    intake = Intake(seen=len(unusable))
    for why in unusable:
        intake.leave_out(f"that cannot be used ({why})")
    return Foreign(name, tuple(shown), intake)


def _interactions(path: Path, name: str) -> Iterator[Any]:
    """The interactions one by one, each as plain values or as the exception in its place."""
    try:
        text = files.read(path, LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not text in UTF-8, so it is not a cassette.") from None
    if text.lstrip()[:1] in {"{", "["}:
        if heft(text.encode("utf-8", "surrogatepass")) > ALL:
            raise UsageError(f"{name} holds more values than are read at once; split it and judge the parts.")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            yield from _listed(data, name)
            return
    try:
        yield from plain_yaml.elements(text, name, "interactions")
    except plain_yaml.UNREADABLE as error:
        problem = plain_yaml.problem_of(error)
        raise UsageError(f"{name} is not YAML that can be read ({problem}), so not a cassette.") from None


def _listed(data: Any, name: str) -> list[Any]:
    """The interactions of a cassette, with or without a version."""
    interactions = data.get("interactions") if isinstance(data, dict) else data
    if not isinstance(interactions, list):
        raise UsageError(f"{name} is not a cassette: it has no list of interactions.")
    return interactions


def _why(error: Exception) -> str:
    problem = str(getattr(error, "problem", "") or "")
    if "could not determine a constructor" in problem:
        return "it holds an object of a program, which is never constructed"
    return "it contains itself" if "recursive" in problem else "its YAML cannot be read as plain values"


def _shown(interaction: Any) -> Shown:
    """What an interaction shows. Raises Unusable."""
    if isinstance(interaction, Exception):
        raise Unusable(_why(interaction))
    sent, answered = (lenient.table(interaction).get(side) for side in ("request", "response"))
    if not isinstance(sent, dict) or not isinstance(answered, dict):
        raise Unusable("it has no request and response")
    method, address = _line(sent.get("method")), _line(sent.get("uri") or sent.get("url"))
    if not method or not address:
        raise Unusable("its request has no method or address")
    asked, payload = _headers(sent.get("headers")), _body(sent.get("body")) or None
    status = answered.get("status")
    code = status.get("code") if isinstance(status, dict) else answered.get("status_code", status)
    body = answered.get("content") if "content" in answered and "body" not in answered else answered.get("body")
    # A status that was blanked is 0: what was asked may still be worth counting.
    return Shown(
        method.upper(), address, asked, payload,
        lenient.status(code), _headers(answered.get("headers")), _body(body) or b"",
    )  # fmt: skip


def _line(value: Any) -> str:
    return lenient.text(value).strip()[:LONGEST_LINE]


def _headers(value: Any) -> Headers:
    return tuple((_line(name), _line(content)) for name, content in lenient.headers(value))


def _body(value: Any) -> bytes | None:
    """The bytes of a body: text, bytes, or a mapping that holds either. Raises Unusable for anything else."""
    if isinstance(value, dict):
        coded = value.get("base64_string", value.get("base64"))
        if isinstance(coded, str | bytes):
            try:
                return base64.b64decode(coded)
            except (binascii.Error, ValueError):
                raise Unusable("its body is not the base64 that it should be") from None
        value = value.get("string", value.get("text"))
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return paired(value).encode()
    raise Unusable("its body is neither text nor bytes")
