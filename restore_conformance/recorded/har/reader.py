"""Reads HAR 1.2 as a stream, one entry at a time, from any tool, with single entries broken in any way.

Raises UsageError, in one sentence, for any other file. What an entry can prove is decided by `credibility`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from restore_conformance.clock import moment_of
from restore_conformance.exchange import Exchange, Observation, Request, Response
from restore_conformance.recorded.addresses import Intake, is_about
from restore_conformance.recorded.har.stream import JSONError, Stream, first_line, opened
from restore_conformance.recorded.har.writer import FORMAT, OURS
from restore_conformance.recorded.lenient import headers, integer, number, status, table, text
from restore_conformance.recorded.shown import TOO_LARGE, Shown, exchanges_of
from restore_conformance.targets.coding import ALL, heft, is_heavy
from restore_conformance.verdicts import UsageError

LARGEST = 2 * 1024**3
LONGEST = 365 * 86_400.0
"""The most seconds that an exchange may have taken."""
LARGEST_ATTACHED = 32 * 1024 * 1024
ATTACHED = re.compile(r"([0-9a-f]{40})\.[A-Za-z0-9]{1,8}")
"""The name of a file beside an archive that holds a body, after its digest, as Playwright writes it."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]*")
_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(slots=True)
class Archive:
    """A HAR file. `ours` says that this suite wrote it; `intake` fills while `exchanges` is consumed."""

    path: Path
    name: str
    creator: str = ""
    ours: bool = False
    callers: dict[str, str] = field(default_factory=dict)
    known: list[str] | None = None
    intake: Intake = field(default_factory=Intake)

    def exchanges(self, *, whole: bool = False) -> Iterator[Exchange]:
        """The exchanges of this API, in the order of the file; `whole` as for `exchanges_of`."""
        try:
            with opened(self.path) as file:
                for entry in Stream(self.path).items(file, "log.entries.item"):
                    yield from self._entry(table(entry), whole=whole)
        except (JSONError, ValueError, OverflowError, RecursionError) as error:
            raise UsageError(
                f"{self.name} is not a HAR file: after {self.intake.seen} entries its JSON breaks off or is wrong "
                f"({first_line(error)})."
            ) from None
        except OSError as error:
            raise UsageError(f"{self.name} cannot be read: {error.strerror}.") from None

    def _entry(self, entry: dict[str, Any], *, whole: bool) -> Iterator[Exchange]:
        request, response = table(entry.get("request")), table(entry.get("response"))
        exchanges: Iterable[Exchange] = (
            self._own(entry, request, response)
            if self.ours
            else exchanges_of(self._shown(request, response), self.intake, whole=whole)
        )
        at, started = moment_of(text(entry.get("startedDateTime")))
        for exchange in exchanges:
            seconds = min(max(number(entry.get("time"), 0.0), 0.0) / 1000, LONGEST)
            yield replace(exchange, number=self.intake.taken, at=at, started=started, seconds=seconds)

    def _shown(self, request: dict[str, Any], response: dict[str, Any]) -> Shown:
        post, content = table(request.get("postData")), table(response.get("content"))
        url, sent, body = text(request.get("url")), _sent(post), _body(content)
        wanted = is_about(url)
        if sent is None and post.get("_file") and wanted:
            sent = attached(self.path, text(post.get("_file")))
        if not body and content.get("_file") and wanted:
            attachment = attached(self.path, text(content.get("_file")))
            body, self.intake.outside = attachment or b"", self.intake.outside + (attachment is None)
        return Shown(
            _method(request), url, headers(request.get("headers")), sent,
            status(response.get("status")), headers(response.get("headers")), body,
            sent_size=integer(request.get("bodySize"), -1), body_size=integer(content.get("size"), -1),
            sent_media=text(post.get("mimeType")), body_media=text(content.get("mimeType")),
        )  # fmt: skip

    def _own(self, entry: dict[str, Any], request: dict[str, Any], response: dict[str, Any]) -> Iterator[Exchange]:
        """The exchange of an entry that this suite wrote, if it is one of this API."""
        method = _method(request)
        target = self.intake.own(method, text(request.get("url")))
        if not target:
            return
        sent = Request(method, target, headers(request.get("headers")), _sent(table(request.get("postData"))))
        code, body = status(response.get("status")), _body(table(response.get("content")))
        answer = Response(code, headers(response.get("headers")), body) if code else None
        ours = table(entry.get(OURS))
        conversation = ours.get("conversation")
        observation = Observation(
            text(ours.get("trouble")) or None, text(ours.get("blame")) or None, text(ours.get("note")),
            silent=ours.get("silent") is True,
        )  # fmt: skip
        if heft(sent.body or b"") > ALL or (answer and is_heavy(answer.body)):
            observation.trouble, answer = TOO_LARGE, None
        yield Exchange(
            0, sent, answer, family=text(ours.get("family")), step=text(ours.get("step")),
            conversation=conversation if isinstance(conversation, int) else None, observation=observation,
        )  # fmt: skip


def archive(path: Path, name: str) -> Archive:
    """Look at the head of a HAR file. Raises UsageError for anything else."""
    har = Archive(path, name)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{name} has more than {LARGEST // 1024**3} GiB; split it and judge the parts.")
        with opened(path) as file:
            _read_head(file, har)
    except (JSONError, ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not a HAR file: its JSON cannot be read ({first_line(error)}).") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    return har


def _read_head(file: Any, har: Archive) -> None:
    creator: dict[str, str] = {}
    callers: dict[str, str] = {}
    for prefix, event, value in Stream(har.path).events(file):
        if prefix == "log.entries":
            if event != "start_array":
                raise UsageError(f"{har.name} is not a HAR file: log.entries is not a list.")
            break
        if prefix in {"log.creator.name", "log.creator.version"} and isinstance(value, str):
            creator[prefix] = value[:80]
        elif prefix.startswith(f"log.{OURS}.callers.") and isinstance(value, str):
            callers[prefix.removeprefix(f"log.{OURS}.callers.")] = value
        elif prefix == f"log.{OURS}.known.item" and isinstance(value, str):
            har.known = [*(har.known or []), value]
        elif prefix == f"log.{OURS}.format":
            har.ours = value == FORMAT
    else:
        raise UsageError(f"{har.name} is not a HAR file: it has no log.entries.")
    har.creator = " ".join(creator.values())
    har.callers = callers if har.ours else {}


def attached(har: Path, name: str) -> bytes | None:
    """The bytes of a file beside an archive, or None where it is not there or does not hold what its name says.

    No other file is opened: an archive may come from anywhere and name any.
    """
    digest = ATTACHED.fullmatch(name)
    path = har.parent / name
    try:
        if not digest or not path.is_file() or path.stat().st_size > LARGEST_ATTACHED:
            return None
        raw = path.read_bytes()
    except OSError:
        return None
    return raw if hashlib.sha1(raw, usedforsecurity=False).hexdigest() == digest[1] else None


def _method(request: dict[str, Any]) -> str:
    return text(request.get("method")).strip().upper()


def _sent(post: dict[str, Any]) -> bytes | None:
    content = text(post.get("text"))
    return _bytes(content, post.get("_encoding") or post.get("encoding")) if content else None


def _body(content: dict[str, Any]) -> bytes:
    return _bytes(text(content.get("text")), content.get("encoding"))


def _bytes(content: str, coding: Any) -> bytes:
    """The bytes of a text; one that is said to be in base64 and is not is taken as it is."""
    if text(coding).lower() == "base64":
        plain = "".join(content.split()).rstrip("=").translate(_URL_SAFE)
        if _BASE64.fullmatch(plain) and len(plain) % 4 != 1:
            return base64.b64decode(plain + "=" * (-len(plain) % 4))
    return content.encode()
