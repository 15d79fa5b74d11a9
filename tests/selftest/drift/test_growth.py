"""What reads and compares a page does four times the work on four times the page, whatever stands there."""

import contextlib
import json
import sys
import time
from pathlib import Path

import pytest
from looking import some

from restore_conformance.contract import places
from restore_conformance.drift.comparison import Settings, compare
from restore_conformance.drift.differences.paths import Parts, Tops
from restore_conformance.drift.facts import join
from restore_conformance.drift.lines import lines
from restore_conformance.drift.sources import page as pages
from restore_conformance.drift.sources.page_layout import blocks

PAGE = (Path(__file__).parent / "fixtures" / "newer-edition" / "page.md").read_text(encoding="utf-8")
CALL = "```http\nPOST https://graph.microsoft.com/beta/a\n```\n\n```http\nHTTP/1.1 201 Created\n\n"
TABLE = "\n## Request body\n\n|Property|Type|Description|\n|:--|:--|:--|\n"


def rows(number, mark):
    return "".join(f"|{mark}{n}|b|c{mark}|\n" for n in range(number))


def sentences(number, mark):
    return "\n\n".join(f"A sentence of {n} words{mark if n % 2 else ''}." for n in range(number))


def properties(number, mark):
    """Collections that are required and never go together, and sentences that say so."""
    made = "".join(f"|p{mark}{n}|siteRestore{mark}{n} collection|Required.|\n" for n in range(number))
    said = "\n\n".join(f"The p{mark}{n} and the p{mark}{n + 1} can't go together." for n in range(number - 1))
    return f"{TABLE}{made}\n{said}\n"


def calls(number, mark):
    return "\n## HTTP request\n\n```http\n" + "".join(f"GET /{mark}/{n}\n" for n in range(number)) + "```\n"


def errors(number, mark):
    return "\n## Response\n\n" + "\n\n".join(f"If {mark}Name{n} is odd, it is a 4{n % 90:02}." for n in range(number))


def members(number, mark):
    shown = {f"{mark}{n}/{n}": {"a": n} for n in range(number)}
    return f"\n## Examples\n\n### Example 9: of many\n\n{CALL}{json.dumps(shown, indent=1)}\n```\n"


SHAPES = {one.__name__: one for one in (rows, sentences, properties, calls, errors, members)}


def work(folder, older, newer):
    """How often a function is called while two sources are compared and the lines of the report are made."""
    count = 0

    def called(*_):
        nonlocal count
        count += 1

    sys.setprofile(called)
    try:
        night = compare([older], [newer], Settings(places.SCHEMAS))
        changes = list(night.changes)
        lines(changes, join(changes))
    finally:
        sys.setprofile(None)
    assert changes, night.broken
    return count


EVERY = [(shape, older) for shape in SHAPES for older in ("pinned", "another")]


@pytest.mark.parametrize("compared", some(EVERY, ("rows", "pinned"), ("properties", "another")))
def test_a_page_of_four_times_the_size_takes_four_times_the_work(compared, tmp_path):
    """Compared with the pinned page, and with one as large of which all or half is different."""
    counts, (shape, older) = [], compared
    for number in (0, 0, 30, 120):  # twice, since what is read once for all is kept
        page, other = tmp_path / f"{number}.md", tmp_path / f"{number}-before.md"
        page.write_text(PAGE + (SHAPES[shape](number, "x") if number else "\nA sentence of its own.\n"))
        other.write_text(PAGE + (SHAPES[shape](number, "y") if number else ""))
        counts.append(work(tmp_path, "pinned" if older == "pinned" else str(other), str(page)))
    _, least, small, large = counts
    assert large - least < 6 * max(small - least, 5_000), counts


PUMPS = {
    "heading": ("# ", "#"),
    "heading of spaces": ("# a", " \u00a0"),
    "text in a listing": ('\n## Examples\n\n```json\n{"a":"', '\\"'),
    "comment in a listing": ("\n## Examples\n\n```json\n{\n", "/* "),
    "permission": ("\n## Permissions\n\n|Permission type|Least|Higher|\n|:-|:-|:-|\n|Application|", "A-"),
    "result": ("\n## Response\n\nthe a", "A"),
    "error code": ("\n## Response\n\n|Code|Error|\n|:-|:-|\n|400|a", "A"),
    "link": ("", "[a]("),
    "emphasis": ("", "_*"),
    "tag": ("", "<a "),
    "quoted cells": ("|", "\\|"),
}


@pytest.mark.parametrize("kind", PUMPS)
def test_no_line_is_read_more_than_once(kind):
    """A pattern that tries every place anew takes minutes for a line as long as this."""
    head, unit = PUMPS[kind]
    text = PAGE + head + unit * (60_000 // len(unit)) + "!\n"
    began = time.thread_time()
    with contextlib.suppress(pages.SourceBroken):
        pages.read(text.encode(), "page")
    assert time.thread_time() - began < 3


def test_an_example_is_compared_within_bounds_however_deep_and_wide_it_is(tmp_path):
    """Each path names all that it lies in: 20,000 of them below a name of 100,000 letters would take gigabytes."""
    for mark in ("x", "y"):
        inner = {f"{mark}{n}": n for n in range(20_000)}
        body = json.dumps({"a" * 100_000: inner, "/".join("ab" * 20_000): {mark: 1}})
        text = f"{PAGE}\n## Examples\n\n### Example 9: of many\n\n{CALL}{body}\n```\n"
        (tmp_path / mark).with_suffix(".md").write_text(text)
    began = time.thread_time()
    night = compare([str(tmp_path / "x.md")], [str(tmp_path / "y.md")], Settings(places.SCHEMAS))
    assert night.changes
    assert time.thread_time() - began < 20


def test_a_page_of_more_lines_than_are_read_is_not_compared_in_part():
    """What stands behind the last line that is read would be missed, and nobody would know."""
    pages.read((PAGE + "x\n" * 5_000).encode(), "page")
    with pytest.raises(pages.SourceBroken, match="more than 10000 lines"):
        pages.read((PAGE + "x\n" * 10_000).encode(), "page")


def test_includes_have_a_bound_together(tmp_path):
    """One file of 900,000 letters, included by each of a thousand lines."""
    (tmp_path / "a.md").write_text("x" * 900_000)
    laid = blocks("# A title\n" + "[!INCLUDE [a](a.md)]\n" * 1000, tmp_path)
    assert sum(len(block.text) for block in laid) < 3_000_000


def test_paths_that_hold_each_other():
    tops = Tops(["a/b", "a/b/c", "d", "e/f"])
    held = ["a/b", "a/b/x", "d/1", "e/f"]
    assert [one for one in [*held, "a", "a/bc", "e", "dd", ""] if tops.hold(one)] == held
    assert [one for one in [*held, "a", "e", "a/bc", "dd", "f"] if tops.meet(one)] == [*held, "a", "e"]
    parts = Parts(["a/b/c", "a/bc", "d"])
    beyond = {"a/b": "", "a/b/c": "", "a/b/d/e": "a/b/d", "a/x": "a/x", "d/e": "d/e", "z/y": "z"}
    assert {path: parts.beyond(path) for path in beyond} == beyond
    assert Parts([]).beyond("a/b") == "a"
