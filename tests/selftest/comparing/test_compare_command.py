"""`compare` as a user meets it: formats, exit codes, bad input, and text that a server sent."""

import copy
import json
import re

import jsonschema
import pytest
from looking import some
from rendering import shown, tags

from restore_conformance.contract.documents import pinned
from restore_conformance.records import safe_text
from restore_conformance.reports import comparison_report
from restore_conformance.reports.comparison import compare
from restore_conformance.reports.comparison_report import document

HOSTILE = (
    "<script>alert(1)</script>\x1b[31m=1+1\u202e\"'&\x00 | `tick ```fence @someone #1 ![x](http://evil.example/x)"
    "\n# heading\r\n| cell |\ud7ff <img src=x onerror=alert(1)>"
)


@pytest.fixture
def pair(record, tmp_path):
    """A good and a broken run as folders."""
    paths = []
    for name, fault in (("old", ""), ("new", "default-job-typed-bulk")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps(record(fault)))
        paths.append(tmp_path / name)
    return paths


def hostile(value):
    """A value with every text that a run record may hold replaced."""
    kept = {"id", "level", "verdict", "started", "contract", "kind", "review"}
    if isinstance(value, dict):
        return {key: inner if key in kept else hostile(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [hostile(inner) for inner in value]
    return HOSTILE if isinstance(value, str) else value


@pytest.fixture(scope="module")
def poisoned(record):
    """A comparison in which every text is hostile."""
    old, new = record("standard-answered-200"), record("field-total-text")
    old, new = hostile(copy.deepcopy(old)), hostile(copy.deepcopy(new))
    for run in (old, new):
        for entry in run["clauses"]:
            if "seen" in entry:
                entry["seen"] = {HOSTILE: 1, str(id(run)): 1}
    old["clauses"].append(new["clauses"][0] | {"id": HOSTILE})
    new["ledger"] = {"accepted": [], "errors": [HOSTILE], "notes": [HOSTILE]}
    made = document(compare(old, new))
    jsonschema.validate(made, pinned().json("compare.schema.json"))
    assert made["caveats"]
    return made


# ------------------------------------------------------------------ what a user gets


def test_a_regression_is_exit_1_and_names_the_clause(command, pair):
    code, out, err = command("compare", *pair)
    assert code == 1, err
    assert out.startswith("REGRESSION: 1 must clause regressed; 1 regressed.")
    assert "create/introduction.no-payload-job-type" in out
    assert "got 'bulk'" in out


def test_no_regression_is_exit_0(command, pair):
    old, new = pair
    assert command("compare", new, old)[0] == 0
    code, out, _ = command("compare", old / "run.json", old)
    assert code == 0
    assert "NO REGRESSION: Nothing changed." in out


def test_every_format_is_printed(command, pair):
    code, out, _ = command("compare", *pair, "--format", "json")
    assert code == 1
    jsonschema.validate(json.loads(out), pinned().json("compare.schema.json"))
    assert command("compare", *pair, "--format", "markdown")[1].startswith("# Two runs: regression")
    assert command("compare", *pair, "--format", "html")[1].startswith("<!doctype html>")


def test_several_files_are_written_by_their_endings(command, pair, tmp_path):
    names = [tmp_path / "out" / f"it{ending}" for ending in (".json", ".md", ".html", ".txt")]
    code, out, _ = command("compare", *pair, *(f"--output={name}" for name in names))
    assert code == 1
    assert out.startswith("REGRESSION")
    assert json.loads(names[0].read_text())["exit"] == 1
    assert names[1].read_text().startswith("# Two runs")
    assert names[2].read_text().startswith("<!doctype html>")
    assert names[3].read_text() == out
    plain = tmp_path / "plain"
    command("compare", *pair, "--output", plain, "--format", "json", "--quiet")
    assert json.loads(plain.read_text())["exit"] == 1


def test_quiet_prints_one_line(command, pair):
    assert command("compare", *pair, "--quiet")[1].count("\n") == 1


# ------------------------------------------------------------------ what a server sent


def test_hostile_text_is_inert_in_html(poisoned):
    text = comparison_report.as_html(poisoned)
    assert {tag for tag, _ in tags(text)} <= {
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "span", "p", "b", "dl", "dt",
        "dd", "main", "section", "article", "div", "ul", "li", "code",
    }  # fmt: skip
    for _, attributes in tags(text):
        assert not {"src", "href", "onerror", "style"} & set(attributes)
    assert "url(" not in text
    assert not re.search("[\x00\x1b\u202e]", text)


def test_hostile_text_is_inert_in_a_terminal(poisoned):
    text = comparison_report.as_text(poisoned)
    assert all(c == "\n" or c.isprintable() for c in text)
    assert not re.search(r"^\| cell|^# heading", text, re.MULTILINE)


def test_hostile_text_is_inert_in_markdown(poisoned):
    """Outside of code there is no tag, link, picture, mention or reference; and no line begins as one likes."""
    text = comparison_report.as_markdown(poisoned)
    assert all(c == "\n" or c.isprintable() for c in text)
    page = shown(text)
    assert {tag for tag, _ in page.tags} <= {
        "h1", "h2", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "blockquote", "strong",
    }  # fmt: skip
    assert "alert" in page.bare  # the sentence of a clause, as text
    for mark in ("@", "#"):
        assert mark not in page.bare, mark
    assert safe_text.words("see http://a.example and www.b.example") == "see http\\://a.example and www\\.b.example"


def test_hostile_text_is_inert_in_json(poisoned):
    text = comparison_report.as_json(poisoned)
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text) == poisoned


def test_a_line_of_a_million_letters_is_cut():
    assert len(safe_text.line("\x00" * 1_000_000)) == 400
    assert len(safe_text.code("x" * 1_000_000)) <= 402
    assert safe_text.line("short") == "short"


def test_a_page_asks_no_network_and_is_small(record):
    text = comparison_report.as_html(document(compare(record(), record("standard-answered-200"))))
    assert len(text) < 100_000
    assert not any(tag in {"script", "link", "img", "iframe"} for tag, _ in tags(text))
    assert "prefers-color-scheme: dark" in text


# ------------------------------------------------------------------ bad input


def spoiled(run, change):
    made = copy.deepcopy(run)
    change(made)
    return json.dumps(made)


SPOILT = {
    "not JSON": (lambda run: "{", "is not JSON"),
    "truncated": (lambda run: json.dumps(run)[:5000], "is not JSON"),
    "a list": (lambda run: "[]", "has no member format"),
    "another JSON": (lambda run: '{"a": 1}', "has no member format"),
    "from the future": (lambda run: spoiled(run, lambda r: r.update(format=3)), "written by a newer version"),
    "far future": (lambda run: spoiled(run, lambda r: r.update(format=10**300)), "written by a newer version"),
    "a text as format": (lambda run: spoiled(run, lambda r: r.update(format="1")), "is not a run record: /format"),
    "true as format": (lambda run: spoiled(run, lambda r: r.update(format=True)), "is not a run record"),
    "no clauses": (lambda run: spoiled(run, lambda r: r.pop("clauses")), "'clauses' is a required property"),
    "a wrong type": (
        lambda run: spoiled(run, lambda r: r["clauses"][3].update(findings={})),
        "/clauses/3/findings: expected array",
    ),
    "a wrong verdict": (
        lambda run: spoiled(run, lambda r: r["clauses"][0].update(verdict="great")),
        "/clauses/0/verdict: expected one of",
    ),
    "a clause twice": (lambda run: spoiled(run, lambda r: r["clauses"].append(r["clauses"][0])), "twice"),
    "not a number": (lambda run: json.dumps({"format": float("nan")}), "no JSON reader accepts"),
    "too deep": (lambda run: '{"format": ' + "[" * 100_000, "no JSON reader accepts"),
    "long number": (lambda run: '{"format": ' + "9" * 10_000 + "}", "no JSON reader accepts"),
    "empty": (lambda run: "", "is not JSON"),
}


@pytest.mark.parametrize("case", some(SPOILT, *list(SPOILT)[::3]))
def test_what_is_no_run_record_is_one_sentence(command, pair, record, case):
    make, says = SPOILT[case]
    old, new = pair
    (new / "run.json").write_text(make(record()))
    code, out, err = command("compare", old, new)
    assert code == 2
    assert out == ""
    assert says in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_bytes_that_are_no_text_are_refused(command, pair):
    (pair[1] / "run.json").write_bytes(b"\xff\xfe{}")
    code, _, err = command("compare", *pair)
    assert code == 2
    assert "not text in UTF-8" in err


def test_what_is_too_large_is_refused_unread(command, pair):
    with (pair[1] / "run.json").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    code, _, err = command("compare", *pair)
    assert code == 2
    assert "more than 12582912" in err


def test_half_a_surrogate_pair_in_a_record_is_shown_and_written(command, pair, record, tmp_path):
    run = record("default-job-typed-bulk")
    broken = next(entry for entry in run["clauses"] if entry["findings"])
    broken["findings"][0]["observed"] = {"a\ud800": "\udfff"}
    (pair[1] / "run.json").write_text(json.dumps(run))
    for ending in (".json", ".md", ".html"):
        code, _, err = command("compare", *pair, "--output", tmp_path / f"x{ending}")
        assert code == 1, err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no-such-folder", "OLD"), "There is no run record no-such-folder"),
        (("EMPTY", "OLD"), "holds no run.json"),
        (("OLD", "OLD", "--output", "x.md", "--format", "json"), "ends like markdown, and --format says json"),
        (("OLD", "OLD", "--output", "x"), "does not say which format"),
        (("OLD", "OLD", "--output", "/dev/null/x.md"), "cannot be written"),
        (("OLD", "OLD", "--deviations", "no-such-file"), "--deviations no-such-file cannot be read"),
        (("OLD",), "required"),
        (("OLD", "OLD", "--format", "pdf"), "--format is one of text, json"),
        (("a\0b", "OLD"), "a"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_2(command, pair, tmp_path, arguments, says):
    (tmp_path / "empty").mkdir()
    places = {"OLD": pair[0], "EMPTY": tmp_path / "empty"}
    code, _, err = command("compare", *(places.get(one, one) for one in arguments))
    assert code == 2
    assert says in err
    assert "Traceback" not in err
