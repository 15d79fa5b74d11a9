"""Reads files within bounds, and writes them whole or not at all.

A file is written under a temporary name of its own, never through a link, and through the gate. Knows no format. One
that still holds a secret of the run is not written, and whoever asked for it gets `Withheld`.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from restore_conformance.output import gate
from restore_conformance.verdicts import UsageError

if sys.platform == "win32":
    locks = None
else:
    import fcntl as locks

PIECE = 4 * 1024 * 1024
OVERLAP = 64 * 1024
"""Bytes looked at together with the piece before, so that a secret across the border of two pieces is seen."""


class Withheld(Exception):
    """A file was not written, since it still held a secret of the run; the text names the file."""


class Pending:
    """Files that are complete under temporary names, and appear under their own names together.

    After a kill at any moment, a folder holds the files of an earlier set, or some of this one without the file that
    is written last: `commit` first removes the earlier one of that.
    """

    def __init__(self) -> None:
        self._staged: dict[Path, Path] = {}
        self._held: dict[Path, int] = {}

    @contextlib.contextmanager
    def opened(self, path: Path) -> Iterator[IO[str]]:
        """A text file for writing, which is staged when the context ends well."""
        with self.streamed(path) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as file:
            yield file

    @contextlib.contextmanager
    def streamed(self, path: Path) -> Iterator[IO[bytes]]:
        """The same for bytes."""
        aside = _aside(path)
        try:
            with _exclusive(aside) as file:
                self._hold(aside, file)
                yield file
            _pass_gate(aside, path)
        except BaseException:
            self._remove(aside)
            raise
        self._stage(path, aside)

    def put(self, path: Path, content: bytes) -> None:
        """Stage a file with that content. Raises OSError, and Withheld."""
        content = _clean(content, path)
        aside = _aside(path)
        try:
            with _exclusive(aside) as file:
                self._hold(aside, file)
                file.write(content)
        except BaseException:
            self._remove(aside)
            raise
        self._stage(path, aside)

    def commit(self, last: Path | None = None) -> None:
        """Give every file its name; `last` is the one whose presence says that the set is complete."""
        try:
            if last in self._staged:
                last.unlink(missing_ok=True)
            for path in sorted(self._staged, key=lambda path: path == last):
                # Replaces a link rather than following it.
                os.replace(self._staged[path], path)
                self._release(self._staged.pop(path))
        finally:
            self.drop()

    def drop(self) -> None:
        """Remove what was not given its name."""
        for aside in self._staged.values():
            self._remove(aside)
        self._staged.clear()

    def _stage(self, path: Path, aside: Path) -> None:
        before = self._staged.get(path)
        self._staged[path] = aside
        if before is not None:
            self._remove(before)

    def _hold(self, aside: Path, file: IO[bytes]) -> None:
        """Keep the lock of a file until it has its name, also after it was written."""
        if locks is not None:
            self._held[aside] = os.dup(file.fileno())

    def _remove(self, aside: Path) -> None:
        with contextlib.suppress(OSError):
            aside.unlink()
        self._release(aside)

    def _release(self, aside: Path) -> None:
        handle = self._held.pop(aside, None)
        if handle is not None:
            os.close(handle)


def write(path: Path, content: bytes) -> None:
    """Write one file such that there is never half of it under its name. Raises OSError, and Withheld.

    What killed processes left of it is removed. A device or a pipe, such as /dev/stdout, is written to as it is.
    """
    if _is_device(path):
        path.write_bytes(_clean(content, path))
        return
    remove_leftovers(path.parent, [path.name])
    pending = Pending()
    pending.put(path, content)
    pending.commit()


def asked_for(path: Path, content: bytes, named: str, *, folder: bool = False) -> None:
    """Write a file that a user asked for as `named`, and with `folder` the folder that it is in.

    Raises UsageError where it cannot be written, and Withheld.
    """
    try:
        if folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)
    except OSError as error:
        raise UsageError(f"{named} cannot be written: {error.strerror or error}.") from None


def _is_device(path: Path) -> bool:
    """Whether a name stands for a device or a pipe; below /dev a link may lead to a file that somebody has open."""
    return path.parts[:2] in {("/", "dev"), ("/", "proc")} or (path.exists() and not path.is_file())


_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name[:80]}.{secrets.token_hex(8)}.part")


def _exclusive(path: Path) -> IO[bytes]:
    """A new file, which says by a lock that somebody is writing it. Raises OSError."""
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o666), "wb")
    if locks is not None:
        with contextlib.suppress(OSError):  # a file system without locks
            locks.flock(file.fileno(), locks.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink == 0:  # somebody took it for a leftover before it was locked
            file.close()
            return _exclusive(path)
    return file


_LEFTOVER = re.compile(r"\.(.{1,80})\.[0-9a-f]{16}\.part")
STALE = 24 * 60 * 60
"""Seconds after which a file is a leftover where no lock can tell."""


def remove_leftovers(folder: Path, names: Iterable[str]) -> None:
    """Remove the leftovers of killed processes under these names, not what a running process writes or others own.

    A leftover is a regular file of this user under a temporary name of this module, without a second name. Whoever
    writes one holds its lock, which ends with the process.
    """
    wanted = {name[:80] for name in names}
    try:
        with os.scandir(folder) as entries:
            paths = [entry.path for entry in entries if (m := _LEFTOVER.fullmatch(entry.name)) and m[1] in wanted]
    except OSError:
        return
    for path in paths:
        with contextlib.suppress(OSError):
            _remove_leftover(path)


def _remove_leftover(path: str) -> None:
    before = os.lstat(path)
    mine = before.st_uid == os.geteuid() if hasattr(os, "geteuid") else True
    if not (stat.S_ISREG(before.st_mode) and before.st_nlink == 1 and mine):
        return
    stale = time.time() - before.st_mtime > STALE
    if locks is None:
        if stale:
            os.unlink(path)
        return
    handle = os.open(path, os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0))
    try:
        if not os.path.samestat(before, os.fstat(handle)):
            return
        try:
            locks.flock(handle, locks.LOCK_EX | locks.LOCK_NB)
        except BlockingIOError:
            return
        except OSError:
            if not stale:
                return
        os.unlink(path)
    finally:
        os.close(handle)


def _clean(content: bytes, path: Path) -> bytes:
    guard = gate.current()
    content = guard.content(content)
    if guard.holds(content):
        content = guard.unmixed(content)
    if guard.holds(content):
        raise Withheld(f"{path.name} still held a secret of this run")
    return content


def _pass_gate(aside: Path, path: Path) -> None:
    """Look through a file that was written piece by piece; one that holds a secret is written anew without it."""
    guard = gate.current()
    before = b""
    with aside.open("rb") as file:
        while piece := file.read(PIECE):
            seen = before + piece
            if guard.content(seen) != seen or guard.holds(seen):
                break
            before = seen[-OVERLAP:]
        else:
            return
    aside.write_bytes(_clean(aside.read_bytes(), path))


# ---------------------------------------------------------------- reading

WAIT = 10.0
"""Seconds for which a pipe may be silent."""


def read(path: Path, most: int) -> bytes:
    """The bytes of a file or of a pipe, at most that many.

    Raises OSError, with a few words in `strerror`, for a folder, a device, what is longer, and a pipe that is silent.
    """
    return b"".join(_pieces(path, most))


def spooled(path: Path, folder: Path, most: int) -> Path:
    """A file that can be read more than once: the path itself, or a copy of a pipe in a folder. Raises OSError."""
    if path.is_file():
        return path
    copy = folder / secrets.token_hex(8) / re.sub(r"[^A-Za-z0-9._-]", "_", path.name or "pipe")
    copy.parent.mkdir()
    with copy.open("xb") as file:
        for piece in _pieces(path, most):
            file.write(piece)
    return copy


def _pieces(path: Path, most: int) -> Iterator[bytes]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, "it is a folder")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            raise OSError(errno.EINVAL, "it is a device, not a file")
        left, until = most, time.monotonic() + WAIT
        while True:
            piece = _piece(handle, mode)
            if piece:
                left, until = left - len(piece), time.monotonic() + WAIT
                if left < 0:
                    raise OSError(errno.EFBIG, f"it has more than {most} bytes")
                yield piece
            elif piece is not None and (stat.S_ISREG(mode) or left < most or time.monotonic() > until):
                if left == most and not stat.S_ISREG(mode):
                    raise OSError(errno.ETIMEDOUT, f"nothing was written to this pipe for {WAIT:.0f} seconds")
                return
            elif time.monotonic() > until:
                raise OSError(errno.ETIMEDOUT, f"nothing was written to this pipe for {WAIT:.0f} seconds")
            else:
                time.sleep(0.02)
    finally:
        os.close(handle)


def _piece(handle: int, mode: int) -> bytes | None:
    """What there is to read, b"" at the end, None where a pipe has nothing yet."""
    try:
        return os.read(handle, 1 << 20)
    except BlockingIOError:
        assert not stat.S_ISREG(mode)
        return None
