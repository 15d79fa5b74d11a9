"""Lays a documentation page out as blocks, whether it comes as repository markdown or as rendered, flattened text.

Both layouts give the same blocks: headings, paragraphs, table rows, code. Knows nothing of what they say.
"""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_LINES = 10_000
MAX_INCLUDED = 1_000_000
"""Bytes of a file that a page includes, and of all of them."""
# What stands in brackets holds no bracket of its own and stays in its line, so that a run of brackets is read once.
_INCLUDE = re.compile(r"\[!INCLUDE\s{0,8}\[[^\[\]\n]*\]\(([^()\n]+)\)\]", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_MARKS = re.compile(r"(?<![\w\\])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|`")
_CALL = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) (/|https?://)\S*( HTTP/[\d.]+)?$")
_ANSWER = re.compile(r"^HTTP/[\d.]+ \d{3}\b")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,}|:{3,}.*)$")
_TAG = re.compile(
    r"</?(?:details|summary|div|span|p|b|i|em|strong|sup|sub|a|br|img|center|font)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
"""What stands for layout alone: a line across the page, a zone, a tag that wraps text."""
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*("?)')
"""A text in JSON, up to the end where it does not end: no escaped quotation mark is tried as another beginning."""
_FIELD = re.compile(r"^[A-Za-z][A-Za-z-]*: ?\S")
SECTIONS = (
    "permissions", "http request", "optional query parameters", "query parameters", "path parameters",
    "function parameters", "request headers", "request body", "response", "examples", "example", "see also",
    "related content", "remarks", "next steps", "feedback", "additional resources", "properties", "relationships",
    "json representation", "methods",
)  # fmt: skip


class Shape(enum.StrEnum):
    """What a block is."""

    SECTION = "section"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"
    CODE = "code"
    INCLUDE = "include"


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `cells` belong to a row; `cut` marks code that ends in the middle of a JSON text."""

    shape: Shape
    text: str
    cells: tuple[str, ...] = ()
    cut: bool = False


def plain(text: str) -> str:
    """The text without the marks of markdown, its spacing made single."""
    text = _LINK.sub(r"\1", _TAG.sub(" ", text))
    return " ".join(html.unescape(_MARKS.sub("", text)).replace("\\_", "_").split())


def is_markdown(text: str) -> bool:
    """Whether the text is the markdown of a repository rather than the text of a rendered page."""
    return bool(re.match(r"\s*---\s*\n", text) or re.search(r"^#{1,4} \S|^```", text, re.MULTILINE))


def blocks(text: str, folder: Path | None = None) -> list[Block]:
    """The blocks of a page; includes are read from `folder` where they exist there, else kept as a block."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MAX_LINES]
    if is_markdown(text):
        return _without_wrappers(list(_markdown(_resolved(_without_comments(lines), folder, 2))))
    return list(_flattened(lines))


def _without_wrappers(laid: list[Block]) -> list[Block]:
    """The blocks without headings that hold nothing but an include: they belong to the site, not to the page."""
    ends = (Shape.SECTION, Shape.HEADING)
    return [
        block
        for place, block in enumerate(laid)
        if not (
            block.shape is Shape.HEADING
            and [following.shape for following in laid[place + 1 : place + 2]] == [Shape.INCLUDE]
            and all(following.shape in ends for following in laid[place + 2 : place + 3])
        )
    ]


def _without_comments(lines: list[str], *, titled: bool = True) -> list[str]:
    """The lines without comments and front matter, of which the page's title is kept."""
    if lines and lines[0].strip() == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
        title = [line for line in lines[1:end] if titled and line.startswith("title:")]
        lines = title + lines[end + 1 :] if end else lines
    text = "\n".join(lines)
    pieces, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        pieces.append(text[place:start])
        end = text.find("-->", start)
        place = end + 3 if end >= 0 else len(text)
    return "".join([*pieces, text[place:]]).split("\n")


def _resolved(lines: list[str], folder: Path | None, depth: int, spent: int = 0) -> list[str]:
    """The lines with every include that can be read in its place; never more than two levels deep.

    `spent` is how many characters were included already.
    """
    resolved: list[str] = []
    for line in lines:
        match = _INCLUDE.search(line)
        text = _included(match.group(1), folder) if match and folder and depth and spent < MAX_INCLUDED else None
        if text is None or not match or not folder:
            resolved.append(line)
        else:
            inner = _without_comments(text.split("\n"), titled=False)
            spent += len(text)
            more = _resolved(inner, (folder / match.group(1)).resolve().parent, depth - 1, spent)
            spent += sum(map(len, more)) - sum(map(len, inner))
            resolved += more
        if len(resolved) > MAX_LINES:
            break
    return resolved


def _included(name: str, folder: Path | None) -> str | None:
    if folder is None or name.startswith(("http", "/")) or not name.endswith(".md"):
        return None
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        return None  # a page may come from anybody, and names files of its own folder only
    try:
        return path.read_text(encoding="utf-8") if path.is_file() and path.stat().st_size < MAX_INCLUDED else None
    except (OSError, ValueError):
        return None


def _markdown(lines: list[str]) -> Iterator[Block]:
    code: list[str] | None = None
    fence, tab, paragraph = "", "", []  # type: str, str, list[str]

    def flush() -> Iterator[Block]:
        if paragraph:
            yield Block(Shape.PARAGRAPH, plain(" ".join(paragraph)))
            paragraph.clear()

    for raw in lines:
        line = raw.strip()
        if code is not None:
            if line.startswith(fence) and not line.strip(fence[0]):
                yield _code(code)
                code = None
            else:
                code.append(raw)
            continue
        quoted = line.lstrip("> ").rstrip() if line.startswith(">") else line
        switch = re.match(r"^#+ \[([^\]]*)\]\(#tab/([\w-]+)", line)
        if switch:
            tab = switch.group(2).lower()
        elif line == "---" and tab:
            tab = ""
        elif tab and tab != "http":
            continue
        elif quoted.startswith(("```", "~~~")):
            yield from flush()
            fence, code = quoted[:3], []
        elif _RULE.match(quoted) or not _TAG.sub("", quoted).strip():
            yield from flush()
        elif _INCLUDE.search(line):
            yield from flush()
            yield Block(Shape.INCLUDE, (_INCLUDE.search(line) or [line, line])[1])
        elif heading := re.match(r"^(#{1,6})\s+(.*)$", quoted):
            yield from flush()
            yield _heading(plain(heading.group(2).rstrip("#").rstrip()), len(heading.group(1)))
        elif re.fullmatch(r"\[!(\w+)\]", quoted):
            yield from flush()
            yield Block(Shape.PARAGRAPH, quoted[2:-1].capitalize())
        elif quoted.startswith("|") or (quoted.count("|") >= 2 and not paragraph):
            yield from flush()
            yield from _row(quoted)
        elif re.match(r"^title:\s*", line) and not paragraph:
            yield Block(Shape.HEADING, plain(line.partition(":")[2].strip().strip("\"'")))
        elif item := re.match(r"^(?:[-*+]|\d+\.)\s+(.*)", quoted):
            yield from flush()
            paragraph.append(item.group(1))
        else:
            paragraph.append(quoted)
    yield from flush()
    if code is not None:
        yield Block(Shape.CODE, "\n".join(code), cut=True)


def _heading(text: str, level: int) -> Block:
    section = level <= 2 and text.casefold() in SECTIONS
    return Block(Shape.SECTION if section else Shape.HEADING, text)


def _row(line: str) -> Iterator[Block]:
    cells = [plain(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
    if not all(re.fullmatch(r":?-+:?|", cell.replace(" ", "")) for cell in cells):
        yield Block(Shape.ROW, " | ".join(cells), tuple(cells))


def _flattened(lines: list[str]) -> Iterator[Block]:
    waiting = [line.strip() for line in lines]
    place = 0
    examples = False
    while place < len(waiting):
        line = waiting[place]
        if not line or _RULE.match(line):
            place += 1
        elif line.startswith("|"):
            yield from _row(line)
            place += 1
        elif _CALL.match(line) or _ANSWER.match(line) or line[0] in "{[":
            block, place = _listing(waiting, place)
            yield block
        elif line.casefold() in SECTIONS and not (examples and line.casefold() in ("request", "response")):
            examples = line.casefold() in ("examples", "example")
            yield Block(Shape.SECTION, line)
            place += 1
        else:
            inner = line.casefold() in ("request", "response") or re.match(r"^Example \d+: ", line)
            yield Block(Shape.HEADING if inner else Shape.PARAGRAPH, plain(line))
            place += 1


def _listing(lines: list[str], place: int) -> tuple[Block, int]:
    """A request or an answer as printed: its first line, header fields, and a JSON text to its end."""
    taken: list[str] = []
    if lines[place][0] not in "{[":
        taken.append(lines[place])
        place += 1
        while place < len(lines) and _FIELD.match(lines[place]):
            taken.append(lines[place])
            place += 1
    following = place
    while following < len(lines) and not lines[following]:
        following += 1
    if following < len(lines) and lines[following][0] in "{[":
        place = following
        depth = 0
        while place < len(lines):
            taken.append(lines[place])
            depth += _depth(lines[place])
            place += 1
            if depth <= 0:
                break
    return _code(taken), place


def _depth(line: str) -> int:
    bare = _TEXT.sub(lambda text: "" if text[1] else text[0], line)
    return bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")


def _code(lines: list[str]) -> Block:
    body = "\n".join(line for line in lines if line.strip())
    return Block(Shape.CODE, body, cut=sum(_depth(line) for line in lines) > 0)
