"""Which files are recordings, and of which kind each is, by its first bytes, whatever its name ends in.

Reads no exchange.
"""

from __future__ import annotations

import enum
import re
from pathlib import Path

from restore_conformance.recorded.har.stream import top_members
from restore_conformance.verdicts import UsageError

BEGINNING = 64 * 1024
ARCHIVES = {
    b"PK\x03\x04": "a zip archive; unpack it and judge the .har file in it, where its other files stay beside it",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"BZh": "compressed with bzip2; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard; unpack it first",
}
UNREAD = {
    "http_interactions": "a cassette of betamax or of VCR for Ruby, which are not supported",
    "resourceSpans": "a trace of OpenTelemetry, which holds no bodies",
    "info": "a collection, which holds no answers; export the traffic as HAR",
    "_type": "an export of Insomnia's workspace, which holds no answers; export the traffic as HAR",
    "constants": "a network log of Chrome, which holds no bodies; export the traffic as HAR",
}
"""What other tools write, by a member at the top."""

WANTED = "give a HAR 1.2 file or a cassette of vcrpy"


SUFFIXES = frozenset({".har", ".yaml", ".yml"})
"""How the names of recordings end."""
MOST_FILES = 10_000
"""Recordings that are taken from one folder."""


def recordings_at(name: str) -> list[str]:
    """The recordings that an argument names: itself, or those of a folder and the folders in it. Raises UsageError."""
    folder = Path(name)
    if not folder.is_dir():
        return [name]
    paths = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file() and _is_recording(path)
    )
    if not paths:
        raise UsageError(f"The folder {name} holds no recordings: no HAR file (.har) and no cassette (.yaml or .yml).")
    if len(paths) > MOST_FILES:
        raise UsageError(f"The folder {name} holds {len(paths)} recordings; name one with at most {MOST_FILES}.")
    return [str(path) for path in paths]


def _is_recording(path: Path) -> bool:
    """Whether a file of a folder is a recording by its looks: of YAML files only cassettes have interactions."""
    if path.suffix.lower() == ".har":
        return True
    try:
        with path.open("rb") as file:
            return b"interactions:" in file.read(BEGINNING)
    except OSError:
        return False


class Kind(enum.Enum):
    """What `judge` reads."""

    HAR = "HAR"
    OWN = "a cassette of this suite"
    CASSETTE = "a cassette of another tool"


def kind_of(path: Path, name: str) -> Kind:
    """The kind of a file. Raises UsageError for one of a kind that is not read."""
    try:
        with path.open("rb") as file:
            beginning = file.read(BEGINNING)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    for magic, what in ARCHIVES.items():
        if beginning.startswith(magic):
            raise UsageError(f"{name} is {what}.")
    text = beginning.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in {"{", "["} or path.suffix.lower() in {".har", ".json"}:
        return _of_json(path, name, text)
    if match := re.search(r"^http_interactions:", text, re.MULTILINE):
        raise UsageError(f"{name} is {UNREAD[match[0].rstrip(':')]}; {WANTED}.")
    return Kind.OWN if re.search(r"^provenance:", text, re.MULTILINE) else Kind.CASSETTE


def _of_json(path: Path, name: str, text: str) -> Kind:
    """The kind of a file that looks like JSON; one that is broken is a HAR file, whose reader says what is wrong."""
    if re.match(r'\s*\{\s*"log"\s*:', text):
        return Kind.HAR
    members = top_members(path)
    if "log" in members or path.suffix.lower() == ".har":
        return Kind.HAR
    if "interactions" in members or (text.lstrip().startswith("[") and '"response"' in text):
        return Kind.CASSETTE
    for member, what in UNREAD.items():
        if member in members:
            raise UsageError(f"{name} is {what}; {WANTED}.")
    return Kind.CASSETTE if path.suffix.lower() in {".yaml", ".yml"} else Kind.HAR
