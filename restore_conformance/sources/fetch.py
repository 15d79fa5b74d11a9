"""Brings a source from a file or an address to a local file, with limits, a checksum and conditional requests.

Knows nothing of what is inside. Only http and https addresses are followed; a body is read up to a limit of size
and of time, and one that ends before its declared length is refused.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import ipaddress
import json
import re
import shutil
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from restore_conformance import __version__, files
from restore_conformance.sources.broken import SourceBroken, shown

MAX_BYTES: Final = 128 * 1024 * 1024
SECONDS: Final = 120.0
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Fetched:
    """A source on disk. `checksum` is the SHA-256 of its bytes; `fresh` is False where the server said 304."""

    where: str
    path: Path
    checksum: str
    size: int
    fresh: bool = True

    def read(self) -> bytes:
        return self.path.read_bytes()


def is_address(text: str) -> bool:
    """Whether the text is an http or https address rather than a file."""
    return text.lower().startswith(("http://", "https://"))


def _is_plain(address: str) -> bool:
    """Whether an address can be parsed and holds neither a user name nor a password."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def fetch(source: str, *, cache: Path | None = None, max_bytes: int = MAX_BYTES, seconds: float = SECONDS) -> Fetched:
    """The source as a local file.

    `cache` keeps what came from an address with its validators, so that the next night asks conditionally.
    Raises SourceBroken where there is nothing, too much, too late, or less than was announced.
    """
    if is_address(source):
        if not _is_plain(source):
            raise SourceBroken(
                re.sub(r"//[^/]*@", "//", source), found="an address with a user name or password, or a broken one",
                expected="the address alone",
            )  # fmt: skip
        return _download(source, cache or _for_this_run(), max_bytes, seconds)
    path = Path(source)
    try:
        if path.is_dir():
            raise SourceBroken(source, found="a folder", expected="a file")
        path = files.spooled(path, _for_this_run(), max_bytes)
        size = path.stat().st_size
        if size > max_bytes:
            raise SourceBroken(source, found=f"{size} bytes", expected=f"at most {max_bytes}")
        with path.open("rb") as file:
            checksum = _checksum(file)
    except OSError as error:
        raise SourceBroken(
            source,
            found=f"no readable file ({error.strerror or error})",
            expected="a file or an http(s) address",
            advice="correct the name",
        ) from None
    except ValueError as error:
        raise SourceBroken(shown(source), found=f"no file name ({error})", expected="a file or an address") from None
    return _sound(Fetched(source, path, checksum, size))


@functools.cache
def _for_this_run() -> Path:
    """A folder for what comes from addresses where no cache is kept; it goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="drift-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _sound(fetched: Fetched) -> Fetched:
    if fetched.size == 0:
        raise SourceBroken(fetched.where, found="an empty document", expected="metadata, OpenAPI, a page or exchanges")
    return fetched


def _checksum(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _download(address: str, folder: Path, max_bytes: int, seconds: float) -> Fetched:
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(address.encode()).hexdigest()[:24]
    body, about = folder / f"{name}.body", folder / f"{name}.json"
    known = _known(about) if body.is_file() else {}
    headers = {"User-Agent": f"graph-restore-conformance/{__version__}", "Accept": "*/*"}
    if known.get("etag"):
        headers["If-None-Match"] = known["etag"]
    if known.get("last-modified"):
        headers["If-Modified-Since"] = known["last-modified"]
    deadline = time.monotonic() + seconds
    try:
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - the scheme was checked
        opener = urllib.request.build_opener(_Redirects(address))
        with opener.open(request, timeout=min(seconds, 30.0)) as answer:
            if not isinstance(answer, HTTPResponse):
                raise SourceBroken(address, found="an answer that is not HTTP", expected="an http(s) document")
            size, checksum = _save(answer, body, address, max_bytes, deadline)
            validators = {
                "etag": answer.headers.get("ETag"),
                "last-modified": answer.headers.get("Last-Modified"),
            }
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 304 and known:
            with body.open("rb") as file:
                return _sound(Fetched(address, body, _checksum(file), body.stat().st_size, fresh=False))
        raise SourceBroken(address, found=f"the status {error.code}", expected="200 with the document") from None
    except (OSError, HTTPException, ValueError) as error:
        raise SourceBroken(address, found=f"no answer ({error})", expected="200 with the document") from None
    about.write_text(json.dumps({**validators, "checksum": checksum, "address": address}), encoding="utf-8")
    return _sound(Fetched(address, body, checksum, size))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows one redirect to another host, and says so; never to less protection, nor from the public to here."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._crossed = False

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if old.scheme == "https" and new.scheme != "https":
            raise SourceBroken(self._address, found="a redirect to an address without TLS", expected="the document")
        if (old.hostname, old.port) != (new.hostname, new.port):
            if self._crossed:
                raise SourceBroken(self._address, found="a second redirect to another host", expected="the document")
            if _is_private(new.hostname) and not _is_private(old.hostname):
                raise SourceBroken(self._address, found="a redirect to a private address", expected="the document")
            self._crossed = True
            print(f"drift: {self._address} is redirected to {ascii(new.hostname)[1:-1]}.", file=sys.stderr)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _is_private(host: str | None) -> bool:
    """Whether a host is this machine or one of a private network; one that cannot be looked up is not."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
        return any(not ipaddress.ip_address(one[4][0]).is_global for one in found)
    except (OSError, ValueError):
        return False


def _known(about: Path) -> dict[str, str]:
    try:
        found = json.loads(about.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _save(answer: HTTPResponse, body: Path, address: str, max_bytes: int, deadline: float) -> tuple[int, str]:
    declared = answer.headers.get("Content-Length")
    part = body.with_suffix(".part")
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        while block := answer.read(_BLOCK):
            size += len(block)
            if size > max_bytes:
                raise SourceBroken(
                    address, found=f"more than {max_bytes} bytes", expected="a document within the limit"
                )
            if time.monotonic() > deadline:
                raise SourceBroken(address, found=f"{size} bytes when the time was up", expected="the whole document")
            digest.update(block)
            file.write(block)
    if declared and declared.isdigit() and int(declared) != size:
        raise SourceBroken(address, found=f"{size} bytes of the {declared} announced", expected="the whole document")
    part.replace(body)
    return size, digest.hexdigest()
