"""Writes cassettes, all of a recording or none, even if the process is killed.

Scrubs nothing: cassettes are scrubbed before they get here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import vcr.request
import vcr.serialize

from restore_conformance.output.files import Pending, Withheld, remove_leftovers
from restore_conformance.recorded.cassettes.cassette import LARGEST, LONGEST, Cassette, seal
from restore_conformance.recorded.cassettes.matching import chosen, grouped
from restore_conformance.recorded.cassettes.plain_yaml import dumped, loaded
from restore_conformance.verdicts import SuiteError, UsageError

UNSTORED = frozenset(
    {"date", "server", "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}
)
"""Headers that describe the transfer of an answer, not the stored answer."""


def save(cassettes: Sequence[Cassette], outdated: Iterable[Path] = ()) -> None:
    """Write cassettes and remove those that they replace.

    Raises UsageError, with nothing written, where one is too long or its folder cannot be written.
    """
    texts = [text_of(cassette) for cassette in cassettes]
    pending = Pending()
    name, folders = "", set[Path]()
    try:
        for cassette, text in zip(cassettes, texts, strict=True):
            name, path = cassette.name, cassette.path
            if path.parent not in folders:
                path.parent.mkdir(parents=True, exist_ok=True)
                remove_leftovers(path.parent, [entry.path.name for entry in cassettes])
                folders.add(path.parent)
            pending.put(path, text.encode())
        pending.commit()
        for path in outdated:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror}.") from None
    except Withheld as error:
        raise SuiteError(f"nothing was recorded: {error}.") from None
    finally:
        pending.drop()


def text_of(cassette: Cassette) -> str:
    """A cassette as it is stored. Raises UsageError where it is too long, or has no provenance."""
    provenance = cassette.provenance
    if not 1 <= len(cassette.exchanges) <= LONGEST:
        raise UsageError(
            f"{cassette.name} cannot be written: a cassette has a provenance and 1 to {LONGEST} exchanges."
        )
    block = {name: value for name, value in asdict(provenance).items() if value not in ("", None)}
    requests, responses = [], []
    for request, response in cassette.exchanges:
        body = request.body if request.body else None
        headers = {name: [value] for name, value in grouped(chosen(request.headers)).items()}
        requests.append(_Request(request.method, provenance.base + request.target, body, headers))
        lists: dict[str, list[str]] = {}
        for name, value in response.headers:
            if name.lower() not in UNSTORED:
                lists.setdefault(name, []).append(value)
        responses.append(
            {"status": {"code": response.status, "message": ""}, "headers": lists, "body": {"string": response.body}}
        )
    text: str = vcr.serialize.serialize({"requests": requests, "responses": responses}, _Write(_plain(block)))
    if len(text.encode()) > LARGEST:
        raise UsageError(f"{cassette.name} cannot be written: a cassette has at most {LARGEST} bytes.")
    return text


class _Write:
    """vcrpy's serializer, writing the provenance first, with a seal over all of it."""

    def __init__(self, provenance: dict[str, Any]) -> None:
        self._provenance = provenance

    def serialize(self, data: dict[str, Any]) -> str:
        # Sealed as it will be read, since YAML may change a text.
        stored = loaded(dumped({"provenance": self._provenance, **data}))
        return dumped({"provenance": {**self._provenance, "seal": seal(stored)}, **data})


class _Request(vcr.request.Request):  # type: ignore[misc]
    """vcrpy's request, with its headers written as lists as its own recordings have them."""

    def _to_dict(self) -> dict[str, Any]:
        return {"method": self.method, "uri": self.uri, "body": self.body, "headers": dict(self._lists)}

    def __init__(self, method: str, uri: str, body: bytes | None, headers: dict[str, list[str]]) -> None:
        super().__init__(method, uri, body, {})
        self._lists = headers


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
