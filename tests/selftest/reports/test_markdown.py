"""report.md: for a pull request and for the summary of a build, within what GitHub takes."""

import copy

import pytest
from markdown_it import MarkdownIt
from test_hostile import TEXT, inert_markdown

from restore_conformance.records import safe_text
from restore_conformance.reports import markdown, wording


def cells(text):
    """The table of the report as rows of text."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    found, row = [], []
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            row = []
        elif token.type in {"td_open", "th_open"}:
            row.append(tokens[at + 1].content)
        elif token.type == "tr_close":
            found.append(row)
    return found


def test_the_table_tells_every_heading(kept):
    rows = cells(markdown.render(kept))
    assert rows[0] == [
        "Heading",
        "❌ failed",
        "‼️ suite error",
        "❔ inconclusive",
        "➖ not tested",
        "✅ passed",
        "judgements",
    ]
    assert [row[0] for row in rows[1:]] == list(wording.groups(kept))
    total = sum(int(row[5].replace("·", "0")) for row in rows[1:])
    assert total == kept["summary"]["pass"]


def test_a_finding_is_told_in_details(changed):
    run, entry = changed
    entry["history"] = {"first_seen": "2026-11-20T00:00:00+00:00", "last_good": None, "runs": 3}
    entry["accepted"] = {"reason": "Known.", "owner": "storage", "review": "2027-01-01"}
    run["ledger"] = {"accepted": [entry["id"]], "errors": ["The entry a/b.c is overdue."]}
    run["stopped"] = "interrupted"
    text = markdown.render(run)
    inert_markdown(text.encode())
    number = len(wording.failed(run))
    for part in (
        "## ❌ Non-conformant", f"The target `mock` does not conform to its contract: {number} of",
        f"### {number} finding",
        "❌ must (accepted): restoreSessionArtifactCount.total, where it is shown, is the number of artifacts",
        "- Observed: `/restoreSessionArtifactCount/total: expected 2, got 1`", '»"total": 1«,  ← expected 2',
        "2026-11-20T00:00:00+00:00, in 3 runs in a row", "- Last passed: never, as far as the history goes",
        "**Accepted deviation:** `Known. (owner storage, to be reviewed by 2027-01-01)`",
        "> Ledger of accepted deviations: `The entry a/b.c is overdue.`", "> This record is partial",
        "curl -i -X POST", "- For support: request-id `",
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize("longest", [markdown.COMMENT, markdown.SUMMARY])
def test_however_much_is_broken_it_fits_and_says_what_is_left_out(broken, longest):
    run = copy.deepcopy(broken)
    finding = wording.failed(run)[0]["findings"][0]
    finding.update(message=TEXT * 9, expected=TEXT, observed=TEXT * 50, pointer=TEXT, curl=TEXT * 2)
    finding["evidence"][-1]["exchange"]["response"]["body"] = {"size": 1, "text": TEXT * 9}
    for entry in run["clauses"]:
        entry.update(verdict="fail", findings=[finding] * 2)
    run.update(target=TEXT, reason=TEXT * 50, stopped=TEXT)
    text = markdown.render(run, longest)
    assert len(text.encode()) < longest
    if longest == markdown.COMMENT:
        inert_markdown(text.encode())
        assert "more findings did not fit here: see `report.html`." in text or all(
            entry["id"] in text for entry in run["clauses"]
        )
    assert text.count("<details>") == text.count("</details>") >= 2


@pytest.mark.parametrize("text", ["`", "``", "a`b", " a ", "", "\n", "`a`", "```", "x" * 999])
def test_code_holds_any_text(text):
    made = safe_text.code(text)
    tokens = MarkdownIt("commonmark").parseInline(made)[0].children
    assert [token.type for token in tokens] == ["code_inline"]
    fence = MarkdownIt("commonmark").parse(safe_text.fenced(f"{text}\n```\n{text}"))
    assert [token.type for token in fence] == ["fence"]


def test_a_build_gets_the_report_as_its_summary(run, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    code, _, _, folder = run()
    assert code == 0
    assert summary.read_text() == "# Before\n" + (folder / "report.md").read_text()


def test_a_summary_that_cannot_be_written_is_one_warning(run, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such" / "folder"))
    code, _, err, _ = run("--quiet")
    assert code == 0
    assert err.count("\n") == 1
    assert err.startswith("Warning: the build's summary")


def test_a_summary_that_is_full_stays_within_its_bound(run, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (markdown.SUMMARY - 1000))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    code, _, err, _ = run("--quiet")
    assert code == 0
    assert "is full" in err
    assert summary.stat().st_size == markdown.SUMMARY - 1000
