"""The words of documentation, help and reports: plain English with the field's terms.

Names in code are not looked at: a fault keeps the name it has, and a text without white space is a name.
"""

import ast
import re

import pytest
import tables
from pages import FENCED, ROOT, pages, text_of

from restore_conformance.clauses import load
from restore_conformance.cli import COMMANDS
from restore_conformance.contract import places

pytestmark = pytest.mark.skipif(not places.is_checkout(), reason="only a checkout has these files")

AVOIDED = {
    "caught": "detected",
    "accuse, accused, accuses": "a false positive",
    "told, tells of, tell of": "reported, says, distinguished",
    "heard, hear, hears, overhear": "observed",
    "odd": "unusual but conforming",
    "lies, lie, liar, liars, lying": "faulty; is kept",
    "judge the judge": "measure the suite's accuracy",
    "what a verdict is worth": "accuracy",
    "rooms, storey, storeys, doors, door, the house, house": "packages, layers",
    "story, stories, askers, strangers, stranger": "scenario, caller, other people's recordings",
    "what came": "observed",
    "mend, mended, mends": "fix",
    "nobody accused": "no false positive",
}
"""Words that are not used, and what is said instead."""
NEGATED = r"(?<!there )\b(?:is|are) (?:(?-i:none)\b|no (?!longer\b|more\b|less\b|evidence\b)\w+)"
"""`is no GUID` for `is not a GUID`, `that is none` for `an invalid one`; Python's None is not meant."""
PATTERN = re.compile(
    "|".join(rf"\b{word}\b" for words in AVOIDED for word in words.split(", ")) + "|" + NEGATED, re.IGNORECASE
)
GENERATED_FROM_THE_MOCK = re.compile(r"<!-- generated: (?:faults|variants|fair-readings) -->.*?<!-- end -->", re.DOTALL)
CODE = re.compile(r"`[^`\n]*`|https?://\S+|\]\([^)]*\)")
PAGES = pages() if places.is_checkout() else []


def avoided(text):
    """The words to avoid that a text holds."""
    return [" ".join(match[0].split()) for match in PATTERN.finditer(" ".join(text.split()))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages(path):
    """No page uses a word to avoid, outside of code; the texts of single faults and variants are the mock's."""
    text = GENERATED_FROM_THE_MOCK.sub("", text_of(path))
    assert avoided(CODE.sub(" ", FENCED.sub("", text))) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help(name):
    """No help text uses a word to avoid."""
    parser = tables.parser_of(name)
    texts = [COMMANDS[name], parser.epilog or "", *(action.help or "" for action in parser._actions)]
    assert [word for text in texts for word in avoided(text)] == []


def test_clauses():
    """No requirement in the register uses a word to avoid."""
    found = {clause.address: avoided(clause.says) for clause in load().clauses}
    assert {address: words for address, words in found.items() if words} == {}


TEMPLATES = sorted((places.PACKAGE / "reports" / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates(path):
    """The words that a report template itself writes."""
    text = re.sub(r"\{[{%#].*?[%#}]\}|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert avoided(text) == []


NOT_YET = {"scrub"}
"""Packages and modules whose texts are not all plain yet; whoever rewrites one takes it out."""


RECORDED = {"The payload is no JSON.", "The payload is no JSON object.", "an item that is no list of GUIDs"}
"""Messages of the mock and values of requests that the cassettes hold."""


def part_of(path):
    """The package of a module below the root package, or the module itself."""
    return path.relative_to(places.PACKAGE).parts[0].removesuffix(".py")


MODULES = [path for path in sorted(places.PACKAGE.rglob("*.py")) if part_of(path) not in NOT_YET]


def avoided_in(path):
    """(line, word) of every word to avoid in the messages and docstrings of a module."""
    texts = [
        (node.lineno, CODE.sub(" ", node.value))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\s", node.value.strip())
    ]
    return [(line, word) for line, text in texts if text not in RECORDED for word in avoided(text)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(places.PACKAGE).as_posix())
def test_modules(path):
    """No message and no docstring of a module uses a word to avoid."""
    assert avoided_in(path) == []


def test_makefile_help():
    """What `make help` prints uses no word to avoid."""
    assert avoided("\n".join(re.findall(r"## (.*)", text_of(ROOT / "Makefile")))) == []


def test_the_list_is_used():
    """Each kind of word is recognised, and its plain form is not."""
    assert avoided("The fault is caught; the id is no GUID. Odd servers, strangers.") == [
        "caught", "is no GUID", "Odd", "strangers",
    ]  # fmt: skip
    assert avoided("There is no fault that is no longer detected; the id is not a GUID.") == []
