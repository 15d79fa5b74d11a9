"""The Markdown files of the project and their parts: prose, blocks of code, code in a sentence, lines for a shell."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MARKED = re.compile(r"(<!-- generated: (?P<name>[\w.-]+) -->)(?P<text>.*?)(<!-- end -->)", re.DOTALL)
"""What is generated in a page, with its two marks."""
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
OTHERS = {"samples", "fixtures"}
"""Folders of Markdown files that are reports or test data."""


def pages() -> list[Path]:
    """Every Markdown file of documentation, wherever it is kept."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(
        ROOT / path
        for path in found
        if path.parts[0] != "reports"
        and not any(part in OTHERS or part.startswith(".") or part == "_data" for part in path.parts)
    )


@functools.cache
def text_of(path: Path) -> str:
    """A file as text."""
    return path.read_text(encoding="utf-8")


@functools.cache
def written(path: Path) -> str:
    """A page without what is generated in it."""
    return MARKED.sub("", text_of(path))


def blocks(path: Path) -> list[tuple[str, str]]:
    """The blocks of code of a page: language and text."""
    return FENCED.findall(text_of(path))


def spans(path: Path) -> list[str]:
    """The code within the sentences of a page, each on one line."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", FENCED.sub("", written(path)))]


def lines(path: Path) -> Iterator[str]:
    """The lines of shell code of a page, without prompts and comments; continued lines are one."""
    for language, block in blocks(path):
        if language in {"", "console", "sh", "yaml"}:
            for line in block.replace("\\\n", " ").splitlines():
                yield re.sub(r"\s+#\s.*$", "", line.strip().removeprefix("- run: ").removeprefix("$ "))


@functools.cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text_of(path)), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings)
