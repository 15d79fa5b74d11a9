"""The journal: what was about to be created, the outcome, what was deleted. On disk before it happens.

Append-only, one JSON object a line, each forced to the disk before the next step is taken. It outlives the
process: whatever a killed run left can be found in it. Holds ids and times, no token and no payload.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from restore_conformance.recogniser.answers import id_key
from restore_conformance.verdicts import UsageError

LARGE = 4 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
"""Characters that are looked at together; a line that this suite writes has some hundred."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One create request, as the journal knows it.

    `outcome` is "" (killed before an answer was noted), made, refused, lost, or settled (looked for, and nothing
    there). `artifacts` is the fingerprint of what it names; `unique` says whether nobody else can have sent the same.
    `at` is our own time of sending; `begun` the same by the target's clock, 0 where its answer did not show one.
    """

    key: str
    run: str
    at: float
    application: str = ""
    artifacts: str = ""
    unique: bool = False
    support: str = ""
    outcome: str = ""
    session: str = ""
    skew: float = 0.0
    begun: float = 0.0

    @property
    def unanswered(self) -> bool:
        return self.outcome in {"", "lost"}


class Journal:
    """An open journal. Safe to use from threads. Raises UsageError where it cannot be read or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._torn = False
        self._forget()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = not path.exists()
            self._file = _opened(path)
            self._repair()
            if fresh:
                _sync_folder(path.parent)
            self._read()
            self._rotate()
        except OSError as error:
            raise UsageError(f"The journal {path} cannot be used: {error.strerror or error}.") from None

    def _forget(self) -> None:
        self.intents: dict[str, Intent] = {}
        self.owned: dict[str, str] = {}
        self.doubtful: dict[str, str] = {}
        self.tried: set[str] = set()
        self.listed: set[str] = set()
        self.ended: set[str] = set()

    def _read(self) -> None:
        self._forget()
        for entry in _entries(self.path):
            self._fold(entry)

    def read_again(self) -> None:
        """Read the file again: a signal may have interrupted between writing a line and remembering it."""
        with self._lock:
            self._read()

    # ------------------------------------------------------------------ writing

    def intend(self, intent: Intent) -> None:
        """Note a create that is about to be sent."""
        self.note(
            "intend", key=intent.key, run=intent.run, time=intent.at, application=intent.application,
            artifacts=intent.artifacts, unique=intent.unique, support=intent.support, skew=intent.skew,
        )  # fmt: skip

    def note(self, event: str, **facts: Any) -> None:
        """Write one line and wait until the disk has it; only then does it count."""
        entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            # A signal may have ended the last write half-way: then this line begins on its own.
            begun, self._torn = self._torn, True
            try:
                self._write(b"\n" + line if begun else line)
            except OSError as error:
                raise UsageError(f"The journal {self.path} cannot be written: {error.strerror or error}.") from None
            self._torn = False
            self._fold(entry)

    def adopt(self, session: str) -> None:
        """Take a doubtful session for ours as the user says. Raises UsageError for one that was never listed."""
        if not self.knew(session):
            raise never_listed(session)
        if id_key(session) in self.doubtful:
            self.note("adopted", session=session)

    def _write(self, line: bytes) -> None:
        view = memoryview(line)
        while view:
            view = view[os.write(self._file, view) :]
        os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)

    # ------------------------------------------------------------------ reading

    def owns(self, session: str) -> bool:
        """Whether a session is one of ours and not known to be gone."""
        return id_key(session) in self.owned

    def deleted(self, session: str) -> bool:
        """Whether a session was ours and is deleted: deleting it once more is harmless."""
        return id_key(session) in self.ended

    def knew(self, session: str) -> bool:
        """Whether a session is ours, or was ever listed as perhaps ours."""
        return id_key(session) in self.listed or self.owns(session)

    def sessions(self) -> list[str]:
        """Our own sessions that are still there as far as is known, oldest first."""
        return list(self.owned.values())

    def makers(self, session: str) -> list[Intent]:
        """The creates that were answered with a session: one, unless a server gave its id twice."""
        return [intent for intent in self.intents.values() if id_key(intent.session) == id_key(session)]

    def unanswered(self) -> list[Intent]:
        """Creates whose outcome is unknown."""
        return [intent for intent in self.intents.values() if intent.unanswered]

    def _fold(self, entry: dict[str, Any]) -> None:
        match entry:
            case {"event": "intend", "key": str(key)}:
                self.intents[key] = Intent(
                    key, str(entry.get("run", "")), _number(entry, "time"), str(entry.get("application", "")),
                    str(entry.get("artifacts", "")), bool(entry.get("unique")), str(entry.get("support", "")),
                    skew=_number(entry, "skew"),
                )  # fmt: skip
            case {"event": "made", "key": str(key), "session": str(session)} if key in self.intents:
                begun = _number(entry, "begun")
                self.intents[key] = replace(self.intents[key], outcome="made", session=session, begun=begun)
                self.owned[id_key(session)] = session
                self.doubtful.pop(id_key(session), None)
            case {"event": "refused" | "lost" | "settled" as outcome, "key": str(key)} if key in self.intents:
                self.intents[key] = replace(self.intents[key], outcome=outcome)
            case {"event": "deleting", "session": str(session)}:
                self.tried.add(id_key(session))
            case {"event": "deleted" | "gone" | "given-up" as how, "session": str(session)}:
                if how == "deleted":
                    self.ended.add(id_key(session))
                self.owned.pop(id_key(session), None)
                self.doubtful.pop(id_key(session), None)
            case {"event": "adopted", "session": str(session)}:
                self.doubtful.pop(id_key(session), None)
                self.owned[id_key(session)] = session
            case {"event": "doubtful", "session": str(session)}:
                self.listed.add(id_key(session))
                if id_key(session) not in self.owned:
                    self.doubtful[id_key(session)] = str(entry.get("why", ""))

    def _repair(self) -> None:
        """A kill in the middle of a line leaves a torn one: end it, so that the next begins on its own."""
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")
            os.fsync(self._file)

    def _rotate(self) -> None:
        """Start a new file once this one is large and nothing in it is open; the old one is kept beside it."""
        busy = self.owned or self.doubtful or self.unanswered()
        if busy or os.fstat(self._file).st_size < LARGE:
            return
        os.close(self._file)
        self.path.replace(self.path.with_suffix(".old"))
        self._file = _opened(self.path)
        _sync_folder(self.path.parent)
        self._forget()


def never_listed(session: str) -> UsageError:
    """What to say of a session that nobody may take for ours. Ids are opaque, so that their form proves nothing."""
    return UsageError(f"--session {session[:60]!r} was never listed as perhaps ours, so it is not deleted.")


def _opened(path: Path) -> int:
    """The journal, made where there is none. Raises OSError for a pipe or a device, which keeps nothing."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0), 0o600)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "it is not a regular file")
    return file


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal. A torn line was never acted upon, so it counts as not written."""
    with path.open(encoding="utf-8", errors="replace") as file:
        while line := file.readline(LONGEST_LINE):
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict):
                yield entry


def _number(entry: dict[str, Any], name: str) -> float:
    """A number of an entry, 0 where it holds something else."""
    value = entry.get(name)
    return float(value) if isinstance(value, int | float) and abs(value) < 1e11 else 0.0


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
