"""The formats in which something is written: a table of renderers for each, and how a format is chosen.

What `--format` takes, what the ending of `--output` says, and the list in the documentation come from these tables.
Knows no document: whoever makes one fills in its table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from restore_conformance.output import files
from restore_conformance.spelling import listed
from restore_conformance.verdicts import UsageError

Document = TypeVar("Document")

ENDINGS = {
    ".txt": "text", ".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
}  # fmt: skip
"""How the name of a file of each format may end."""


@dataclass(frozen=True, slots=True)
class Formats(Generic[Document]):
    """The formats of one kind of document: by name a function that writes it, the default first."""

    command: str
    """The command that writes it."""
    renderers: Mapping[str, Callable[[Document], str]]

    @property
    def names(self) -> tuple[str, ...]:
        """The formats, the default first."""
        return tuple(self.renderers)

    def render(self, name: str | None, document: Document) -> str:
        """The document in a format, or in the default one. Raises UsageError for a format that it does not have."""
        return self.renderers[self.known(name or self.names[0])](document)

    def known(self, name: str) -> str:
        """The format itself. Raises UsageError for one that these documents do not have."""
        if name not in self.renderers:
            raise UsageError(f"{self.command} is written as {listed(self.names, 'or')}; got {name[:40]!r}.")
        return name

    def of_file(self, path: str, asked: str | None) -> str:
        """The format of a file: as its ending says, or as asked for. Raises UsageError where the two differ."""
        by_name = ENDINGS.get(Path(path).suffix.lower())
        if by_name and asked and by_name != asked:
            raise UsageError(f"--output {path} ends like {by_name}, and --format says {asked}.")
        if not (by_name or asked):
            endings = listed([ending for ending, name in ENDINGS.items() if name in self.renderers], "or")
            raise UsageError(f"--output {path} does not say which format: end it in {endings}, or use --format.")
        return self.known(by_name or asked or "")


def deliver(text: str, output: Path | None) -> None:
    """What was asked for, into the file of `--output` or to standard output.

    Raises UsageError where the file cannot be written.
    """
    if output is None:
        sys.stdout.write(text)
        return
    files.asked_for(output, text.encode("utf-8", "backslashreplace"), f"--output {output}", folder=True)
