"""The last gate: no byte leaves the process with a secret of this run in it, whatever form the secret has taken.

The scrubber gives every secret and every identity a placeholder that keeps sameness. The gate knows only the secrets
that the user gave or a sign-in returned, stands behind everything that writes, and trusts nobody in front of it.
Uses the standard library only, and knows no file format.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any
from urllib.parse import quote, quote_plus, unquote_to_bytes

LEAST = 12
"""Characters from which a secret is looked for anywhere. A shorter one may be a word of the contract, so the scrubber
removes it from the places of credentials only."""

SHOWN = "scrubbed-secret"
"""What stands in the place of a secret that reached the gate."""


def forms(secret: str) -> dict[bytes, bytes]:
    """Every form in which a secret is looked for, and what replaces it; the replacement keeps an encoded run valid."""
    shown: dict[bytes, bytes] = {}
    for text in _kindred(secret):
        raw = text.encode("utf-8", "surrogatepass")
        for spelled in _spellings(text):
            shown.setdefault(spelled, SHOWN.encode())
        for wide in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            # Without the zero bytes at the ends: of ASCII, both byte orders are one form then.
            shown.setdefault(text.encode(wide, "surrogatepass").strip(b"\0"), SHOWN.encode(wide).strip(b"\0"))
        for coded in (raw.hex().encode(), raw.hex().upper().encode()):
            shown.setdefault(coded, b"0" * len(coded))
        for shift in range(3):
            run = base64.b64encode(b"\0" * shift + raw)
            whole = run[4 if shift else 0 : len(run) - (4 if (len(raw) + shift) % 3 else 0)]
            for coded in (whole, whole.replace(b"+", b"-").replace(b"/", b"_")):
                if len(coded) >= LEAST:
                    shown.setdefault(coded, b"A" * len(coded))
    return shown


def _kindred(secret: str) -> Iterator[str]:
    """A secret, what is left of it without its last character, and both with the letter case exchanged.

    A planned request carries a token without its last character; that much of a token is as good as all of it.
    """
    for text in (secret, secret[:-1]):
        yield text
        yield text.swapcase()


def _spellings(text: str) -> set[bytes]:
    escaped = json.dumps(text)[1:-1]
    spelled = {
        text, escaped, escaped.replace("/", "\\/"), json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, safe="", errors="replace"), quote(text, errors="replace"), quote_plus(text, errors="replace"),
        html.escape(text), html.escape(text, quote=False),
    }  # fmt: skip
    return {spelling.encode("utf-8", "surrogatepass") for spelling in spelled}


class Gate:
    """Knows the secrets of a run, and lets nothing pass that holds one of them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._forms: list[tuple[bytes, bytes]] = []
        self.short = 0
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Add a secret; one of fewer than 12 characters is only counted, in `short`."""
        secret = secret.strip()
        if not secret or secret in self._secrets:
            return
        if len(secret) < LEAST:
            self.short += 1
            return
        self._secrets.add(secret)
        # The longest first, so that a whole secret is replaced before what it begins with.
        self._forms = sorted({**dict(self._forms), **forms(secret)}.items(), key=lambda form: -len(form[0]))

    def content(self, raw: bytes) -> bytes:
        """The bytes with every known form of a secret replaced."""
        for form, instead in self._forms:
            if form in raw:
                raw = raw.replace(form, instead)
        return raw

    def unmixed(self, raw: bytes) -> bytes:
        """The bytes without a secret each of whose characters may be encoded differently; slow, so only at need."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            raw = re.sub(b"".join(_any_way(letter) for letter in secret), SHOWN.encode(), raw, flags=re.IGNORECASE)
        return raw

    def text(self, text: str) -> str:
        """A text with every known form of a secret replaced; one that holds it in a further form is replaced whole."""
        if not self._forms:
            return text
        raw = text.encode("utf-8", "surrogatepass")
        cleaned = self.content(raw)
        if self.holds(cleaned):
            cleaned = self.unmixed(cleaned)
        if self.holds(cleaned):
            return f"({SHOWN})\n" if text.endswith("\n") else f"({SHOWN})"
        return text if cleaned == raw else cleaned.decode("utf-8", "surrogatepass")

    def holds(self, raw: bytes) -> bool:
        """Whether bytes still hold a secret, also in a form that `content` does not replace."""
        if not self._secrets:
            return False
        wanted = {secret.lower().encode("utf-8", "surrogatepass") for secret in self._secrets}
        return any(secret in reading for reading in _readings(raw) for secret in wanted)


def _any_way(letter: str) -> bytes:
    """A pattern for a character: itself, or as a URL, HTML or JSON may code it."""
    raw, code = letter.encode("utf-8", "surrogatepass"), ord(letter)
    ways = [re.escape(raw), b"".join(b"%%%02x" % byte for byte in raw)]
    ways += [b"&#0*%d;?" % code, b"&#x0*%x;?" % code, b"\\\\+u%04x" % code if code < 0x10000 else re.escape(raw)]
    if letter == "/":
        ways.append(rb"\\+/")
    if letter in _ENTITIES:
        ways.append(b"&" + _ENTITIES[letter] + b";")
    return b"(?:" + b"|".join(ways) + b")"


_ENTITIES = {"&": b"amp", "<": b"lt", ">": b"gt", '"': b"quot", "'": b"apos"}


def _readings(raw: bytes) -> Iterator[bytes]:
    """The bytes as somebody may read them who undoes one encoding, in lower case."""
    yield raw.lower()
    if b"\0" in raw:
        yield raw.replace(b"\0", b"").lower()
    if b"%" in raw:
        yield unquote_to_bytes(raw).lower()
    if b"&" in raw:
        yield html.unescape(raw.decode("utf-8", "replace")).encode("utf-8", "replace").lower()
    if b"\\" in raw:
        yield re.sub(rb"\\u00([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), raw).replace(b"\\/", b"/").lower()


_COMMAND = re.compile(r"(?m)^(\s*)(::|##\[)")
_CONTROL = re.compile(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """A text for a log: no control character but colours, and no line that a build service takes for a command."""
    text = _CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
    return _COMMAND.sub(lambda m: f"{m[1]}\\u{ord(m[2][0]):04x}{m[2][1:]}", text)


def _encodable(text: str, stream: IO[str]) -> str:
    """A text that the encoding of a stream can hold: half of a surrogate pair, or é where it is ASCII, is escaped."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


class Guarded:
    """A text stream in front of another one: no secret passes, and to a log no control character either."""

    def __init__(self, stream: IO[str], gate: Gate) -> None:
        self._stream = stream
        self._gate = gate
        self.lost: OSError | None = None
        """Why nothing more can be written; what the command is about goes on all the same."""

    def write(self, text: str) -> int:
        """Write a text without secrets; answers with the length of what was given."""
        cleaned = self._gate.text(text)
        # A terminal is drawn on by the library for it, which moves the cursor.
        cleaned = _encodable(cleaned if self._stream.isatty() else harmless(cleaned), self._stream)
        if self.lost is None:
            with self._noting():
                self._stream.write(cleaned)
        return len(text)

    def command(self, text: str) -> None:
        """Write a line that a build service executes, escaped by the caller: no secret and no second line passes."""
        line = _CONTROL.sub(" ", " ".join(self._gate.text(text).splitlines()))
        if self.lost is None:
            with self._noting():
                self._stream.write(_encodable(f"{line}\n", self._stream))

    def flush(self) -> None:
        """Hand on what is buffered."""
        if self.lost is None:
            with self._noting():
                self._stream.flush()

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """Remember a full disk or a reader that is gone, and drop what is buffered: it would be tried again at exit."""
        try:
            yield
        except OSError as error:
            self.lost = error
            with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_current = Gate()


def current() -> Gate:
    """The gate of this process; it knows no secret until a command has begun."""
    return _current


@contextlib.contextmanager
def guarding(secrets: Iterable[str] = ()) -> Iterator[Gate]:
    """A gate of its own for one command, with standard output and standard error behind it."""
    global _current  # noqa: PLW0603 - what leaves a process leaves it from every thread and every module
    before, streams = _current, (sys.stdout, sys.stderr)
    _current = Gate(secrets)
    sys.stdout, sys.stderr = (Guarded(stream or _nowhere(), _current) for stream in streams)
    try:
        yield _current
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        _current = before
        sys.stdout, sys.stderr = streams


def obey(command: str) -> None:
    """Print a command to a build service behind the gate; without one nothing is printed."""
    if isinstance(sys.stdout, Guarded):
        sys.stdout.command(command)


def _nowhere() -> IO[str]:
    """A stream for one that was closed, in its place: else a report may get its number, and be written to."""
    return open(os.devnull, "w", encoding="utf-8")
