"""One word per thing in everything that a person reads: passed, failed, inconclusive, suite error, not tested."""

import ast
import copy
import datetime
import html.parser
import io
import re
import sys
from pathlib import Path

import pytest

import restore_conformance
from restore_conformance.clauses import load
from restore_conformance.history import runs, site
from restore_conformance.history.notices import FORMATS as NOTICES
from restore_conformance.history.notices import notices
from restore_conformance.history.run_row import pack
from restore_conformance.history.store import open_store
from restore_conformance.history.timelines import chronicle
from restore_conformance.reports import FILES, FORMATS, github, terminal
from restore_conformance.reports.accepted_deviations import accepted
from restore_conformance.reports.bundle_readme import Case, Selection, readme
from restore_conformance.reports.comparison import compare
from restore_conformance.reports.comparison_report import FORMATS as COMPARISONS
from restore_conformance.reports.comparison_report import document
from restore_conformance.reports.ledger import HEAD, Entry, Ledger, drafted
from restore_conformance.reports.progress import Progress
from restore_conformance.settings import Settings
from restore_conformance.verdicts import Deviation

sys.path.insert(0, str(Path(__file__).parent.parent / "nights"))

AVOIDED = re.compile(
    r"\b(?:kept|broken|broke|touched|untouched|told|caught|accused|(?:keeps|breaks) (?:its|the) contract)\b"
    r"|(?:verdict|is|was|now|:) (?:none|pass|fail)\b(?!,)",  # "fail, replace or rename" are values of the service
    re.IGNORECASE,
)
NAMES = re.compile(r"[a-z-]+/[a-z-]+\.[a-z0-9-]+|name=\"[a-z-]+\"|kept-again|^total-kept$", re.MULTILINE)
"""Addresses of clauses, and a kind of notices.json: names that stay as they are."""
CLAUSE = "create/response.counts-total"
DAY = datetime.date(2026, 11, 20)


class Seen(html.parser.HTMLParser):
    """What a page shows: its text, its title and the attributes that are read out or shown."""

    def __init__(self, text):
        super().__init__()
        self.texts, self._open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._open = [tag]
        self.texts += [value for name, value in attrs if name in {"title", "aria-label", "placeholder", "data-label"}]

    def handle_data(self, data):
        if self._open not in (["script"], ["style"]):
            self.texts.append(data)


def shown(name, text):
    """The text that a person sees of a file, without names."""
    return NAMES.sub("", "\n".join(Seen(text).texts) if name.endswith("html") else text)


def entry(number, clause, review=DAY):
    return Entry(number, clause, "*", "a reason", "case 7", "the team", review)


@pytest.fixture(scope="module")
def walked(broken, kept, tmp_path_factory):
    """Every text for people of runs that passed, failed, were accepted, stopped and went wrong, by name."""
    texts = {}
    odd = copy.deepcopy(broken)
    failing = next(clause for clause in odd["clauses"] if clause["id"] == CLAUSE)
    failing["history"] = {"first_seen": odd["started"], "last_good": None, "runs": 3_000}
    failing["findings"][0] |= {"seen": 5_000, "of": 6_000}
    for clause in odd["clauses"]:
        clause["exchanges"] *= 10_000
    odd["clauses"][0] |= {"verdict": "error", "reason": "ValueError: x", "findings": []}
    odd["clauses"][1] |= {"verdict": "inconclusive", "reason": "status 503", "findings": []}
    odd |= {
        "requests": 12_345,
        "judgements": 98_765,
        "exchanges": 12_345,
        "shrinking": 4_321,
        "stopped": "interrupted",
        "summary": {**odd["summary"], "error": 1, "inconclusive": 1},
    }
    other = copy.deepcopy(broken)
    other["clauses"] = [{**c, "findings": other["clauses"][5]["findings"]} for c in other["clauses"]]
    ledger = Ledger(
        (entry(1, CLAUSE), entry(2, "create/response.id"), entry(3, "create/national-clouds.global-service-only"))
    )
    records = {
        "passed": kept,
        "failed": broken,
        "odd": odd,
        "accepted": accepted(broken, ledger, ["mock"], DAY, str),
        "overdue": accepted(broken, ledger, ["mock"], DAY + datetime.timedelta(days=1), str),
        **{
            verdict: {**kept, "verdict": verdict, "reason": "the target was gone"}
            for verdict in ("inconclusive", "error")
        },
    }
    for name, run in records.items():
        for form, file in FILES.items():
            texts[f"{name} {file}"] = FORMATS.render(form, run)
        out = io.StringIO()
        terminal.table(run, {}, quiet=False, out=out, plain=True)
        texts[f"{name} terminal"] = out.getvalue()
        texts[f"{name} github"] = "\n".join(github.render(run))
        for before, old in records.items():
            compared = document(compare(old, run))
            for form in COMPARISONS.names:
                if form != "json":
                    texts[f"{before} to {name}.{form}"] = COMPARISONS.render(form, compared)
    texts["bundle"] = readme(Case(odd, failing, Selection((), 3), kept))
    texts["ledger"] = drafted(HEAD, broken, "mock", "x")[0]
    out = io.StringIO()
    clause = next(clause for clause in load().clauses if clause.address == CLAUSE)
    with Progress(Settings(), "mock", quiet=False, out=out) as progress:
        progress.report_failed(clause, Deviation("got 1"), [])
        progress.explained({"clauses": [{"id": CLAUSE, "verdict": "none"}]})
    texts["progress"] = out.getvalue()
    folder = tmp_path_factory.mktemp("walked")
    with open_store(str(folder / "h.sqlite")) as store:
        for number, name in enumerate(
            ("passed", "failed", "odd", "passed", "passed", "passed", "failed", "passed", "failed")
        ):
            few = copy.deepcopy(records[name])
            few["clauses"] = few["clauses"][:4] + [
                c for c in few["clauses"][4:] if c["verdict"] != "pass" or c["id"] == CLAUSE
            ]
            runs.add(store, pack({**few, "started": f"2026-11-{number + 1:02}T02:00:00+00:00"}, "x"))
        story = chronicle(runs.listing(store), runs.shapes(store))
        site.build(store, folder / "site")
    for form in NOTICES.names:
        if form != "json":
            texts[f"notices.{form}"] = NOTICES.render(form, notices(story))
    for path in (folder / "site").rglob("*"):
        if path.suffix in {".html", ".xml"}:
            texts[f"site/{path.relative_to(folder / 'site')}"] = path.read_text(encoding="utf-8")
    return texts


def test_no_report_uses_another_word_for_a_verdict(walked):
    """Every renderer of a run, a comparison, a bundle, a ledger, notices, the feed and the site is walked."""
    wrong = {
        f"{name}: …{text[max(found.start() - 60, 0) : found.end() + 40]!r}"
        for name, whole in walked.items()
        for text in [shown(name, whole)]
        for found in AVOIDED.finditer(text)
    }
    assert not wrong, "\n".join(sorted(wrong)[:40])
    assert len(walked) > 100


def test_thousands_are_grouped_before_every_noun(walked):
    plain = re.compile(r"(?<!RFC )\b\d{4,} [a-z]+")
    wrong = {found[0] for name, whole in walked.items() for found in plain.finditer(shown(name, whole))}
    assert not wrong


def test_a_number_with_its_noun_is_made_in_one_place():
    """`counted` groups the digits; no f-string writes a number before `noun`, and no template adds an s."""
    package = Path(restore_conformance.__file__).parent
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for number, gap, noun in zip(node.values, node.values[1:], node.values[2:], strict=False)
        if isinstance(number, ast.FormattedValue)
        and number.format_spec is None
        and isinstance(noun, ast.FormattedValue)
        if isinstance(gap, ast.Constant) and gap.value == " " and isinstance(noun.value, ast.Call)
        if getattr(noun.value.func, "id", "") == "noun" and ast.dump(noun.value.args[0]) == ast.dump(number.value)
    ]
    wrong += [path.name for path in package.rglob("*.html") if '{{ "s" if' in path.read_text(encoding="utf-8")]
    assert not wrong


def test_every_verdict_has_one_word_in_each_report(walked):
    for file in ("report.html", "report.md", "terminal"):
        text = shown(file, walked[f"odd {file}"])
        for word in ("passed", "failed", "suite error", "inconclusive", "not tested"):
            assert word in text, (file, word)
    assert "Also affected" in walked["odd report.html"]
    assert "Also affected" in walked["odd report.md"]
    assert "also affected" in walked["odd terminal"]
