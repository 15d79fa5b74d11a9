"""Brings a source from a file or an address to a local file, with limits, a checksum and conditional requests.

Knows nothing of what is inside. Only http and https addresses are followed; a body is read up to a limit of size
and of time, and one that ends before its declared length is refused.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from restore_conformance import __version__
from restore_conformance.drift.sources.broken import SourceBroken, shown
from restore_conformance.output import files
from restore_conformance.targets.download import Refused, download
from restore_conformance.targets.wire import Failed, TooLarge

MAX_BYTES: Final = 128 * 1024 * 1024
SECONDS: Final = 120.0
HEADERS: Final = 1024 * 1024
"""Bytes of an answer beside its body."""
MAX_ABOUT: Final = 64 * 1024
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

    `cache` keeps what an address sent with its validators, so that the next night asks conditionally.
    Raises SourceBroken where there is nothing, too much, too late, or less than was announced.
    """
    if is_address(source):
        if not _is_plain(source):
            raise SourceBroken(
                re.sub(r"//[^/]*@", "//", source), "an address with a user name or password, or a broken one",
                "the address alone"
            )  # fmt: skip
        return _download(source, cache or _for_this_run(), max_bytes, seconds)
    path = Path(source)
    try:
        if path.is_dir():
            raise SourceBroken(source, "a folder", "a file")
        path = files.spooled(path, _for_this_run(), max_bytes)
        size = path.stat().st_size
        if size > max_bytes:
            raise SourceBroken(source, f"{size} bytes", f"at most {max_bytes}")
        with path.open("rb") as file:
            checksum = _checksum(file)
    except OSError as error:
        raise SourceBroken(
            source, f"no readable file ({error.strerror or error})", "a file or an http(s) address", "correct the name"
        ) from None
    except ValueError as error:
        raise SourceBroken(shown(source), f"no file name ({error})", "a file or an address") from None
    return _sound(Fetched(source, path, checksum, size))


@functools.cache
def _for_this_run() -> Path:
    """A folder for what comes from addresses where no cache is kept; it goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="drift-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _sound(fetched: Fetched) -> Fetched:
    if fetched.size == 0:
        raise SourceBroken(fetched.where, "an empty document", "metadata, OpenAPI, a page or exchanges")
    return fetched


def _checksum(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _download(address: str, folder: Path, max_bytes: int, seconds: float) -> Fetched:
    name = hashlib.sha256(address.encode()).hexdigest()[:24]
    body, about = folder / f"{name}.body", folder / f"{name}.json"
    known = _known(about, body)
    headers = {"User-Agent": f"graph-restore-conformance/{__version__}", "Accept": "*/*"}
    if known.get("etag"):
        headers["If-None-Match"] = known["etag"]
    if known.get("last-modified"):
        headers["If-Modified-Since"] = known["last-modified"]
    files.remove_leftovers(body.parent, [body.name, about.name])
    pending = files.Pending()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with download(address, headers, seconds, max_bytes + HEADERS) as answer:
            if answer.status_code == 304 and known:
                return _sound(Fetched(address, body, known["checksum"], body.stat().st_size, fresh=False))
            if answer.status_code != 200:
                raise SourceBroken(address, f"the status {answer.status_code}", "200 with the document")
            with pending.streamed(body) as file:
                size, checksum = _save(answer.iter_raw(), file, address, max_bytes)
            validators = {"etag": answer.headers.get("ETag"), "last-modified": answer.headers.get("Last-Modified")}
        pending.put(about, json.dumps({**validators, "checksum": checksum, "address": address}).encode())
        pending.commit(last=about)
    except TooLarge:
        raise SourceBroken(address, f"more than {max_bytes} bytes", "a document within the limit") from None
    except Refused as refused:
        raise SourceBroken(address, str(refused), "the document") from None
    except files.Withheld as error:
        raise SourceBroken(address, f"what is not kept ({error})", "a document") from None
    except (OSError, *Failed) as error:
        raise SourceBroken(address, f"no answer ({shown(str(error), 200)})", "200 with the document") from None
    finally:
        pending.drop()
    return _sound(Fetched(address, body, checksum, size))


def _known(about: Path, body: Path) -> dict[str, str]:
    """What is known of the copy that is kept; nothing where it is not the one that was fetched."""
    try:
        known = json.loads(files.read(about, MAX_ABOUT))
        with body.open("rb") as file:
            if not isinstance(known, dict) or known.get("checksum") != _checksum(file):
                return {}
    except (OSError, ValueError, RecursionError):
        return {}
    return {k: v for k, v in known.items() if isinstance(v, str) and v.isascii() and v.isprintable()}


def _save(pieces: Iterable[bytes], file: IO[bytes], address: str, max_bytes: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            raise SourceBroken(address, f"more than {max_bytes} bytes", "a document within the limit")
        digest.update(piece)
        file.write(piece)
    return size, digest.hexdigest()
