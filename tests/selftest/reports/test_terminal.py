"""What a run shows in a terminal: redrawn where that can be, plain lines elsewhere, and nothing a server can abuse."""

import io
import re

import pytest

from restore_conformance.clauses import load
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.mock.faults import seeded
from restore_conformance.reports import progress as watching
from restore_conformance.reports.progress import Progress
from restore_conformance.reports.terminal import table
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.verdicts import Deviation

HOSTILE = "x\x1b[31m\n::error::\r\u202e[bold]no[/bold] ##[group]t0ken-of-the-run"


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def exchange(number, family="standard", failed=()):
    request = Request("POST", "/x", (), b"{}")
    made = Exchange(number, request, Response(400, (), b"{}"), family=family, seconds=0.002)
    made.observation.failed = frozenset(failed)
    return made


def watch(out, **options):
    """Progress that hears a few exchanges and one clause twice; gives what was shown."""
    scrub = Scrub({"token": "t0ken-of-the-run"})
    made = load().clauses[0]
    with Progress(Settings(), "mock", quiet=options.pop("quiet", False), scrub=scrub, out=out, **options) as progress:
        progress.expect({"standard": 30, "empty": 2, **{f"family-{n}": 1 for n in range(20)}})
        for number in range(1, 12):
            progress(exchange(number, failed=["a/b.c"] if number % 5 == 0 else ()), number, 60)
        for _ in range(2):
            progress.report_failed(made, Deviation(HOSTILE), [exchange(1)])
        drawn = progress._live and progress._console.render_str("")
    return out.getvalue(), drawn


def test_a_log_gets_lines(monkeypatch):
    monkeypatch.setattr(watching, "EVERY", 0.0)
    said, _ = watch(io.StringIO())
    lines = said.splitlines()
    assert lines[0] == "Judging mock: profile standard, seed 1"
    assert re.fullmatch(r"1 of about 60 requests, [\d,]+/s, [\d.]+ (s|min) left; now standard 1 of 30", lines[1]), (
        lines[1]
    )
    assert "2 deviating answers" in lines[11]
    assert re.fullmatch(r"11 requests in [\d.]+ s: standard 11", lines[-1])
    assert "\x1b" not in said


def test_exchanges_of_recordings_are_counted_without_a_plan(monkeypatch):
    monkeypatch.setattr(watching, "EVERY", 0.0)
    kept, out = [], io.StringIO()
    with Progress(Settings(target="recordings"), "traffic.har", quiet=False, out=out) as progress:
        keep = progress.keeping(kept.append)
        for _ in range(3):
            keep(exchange(0, "walk"))
    lines = out.getvalue().splitlines()
    assert lines[0] == "Judging traffic.har"
    assert re.fullmatch(r"2 exchanges, [\d,]+/s; now random sequences 2", lines[2])
    assert re.fullmatch(r"3 exchanges in [\d.]+ s: random sequences 3", lines[-1])
    assert len(kept) == 3


def test_a_clause_is_told_once_in_one_line_without_secrets(monkeypatch):
    said, _ = watch(io.StringIO())
    failed = [line for line in said.splitlines() if line.startswith("failed")]
    assert len(failed) == 1
    assert load().clauses[0].address in failed[0]
    assert "t0ken" not in said
    assert "\\u001b[31m\\n::error::" in failed[0]
    assert "##[" not in said


def test_a_terminal_is_redrawn_and_left_clean(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    said, _ = watch(Screen())
    assert "\x1b[" in said
    assert "requests" in said
    assert "30" in said
    assert re.search(r"and \d+ more kinds?", said)
    assert "\x1b[31m\n::error" not in said
    assert "[bold]no[/bold]" in said
    assert said.rstrip().endswith("standard 11")


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    said, _ = watch(Screen())
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", said)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_move_its_cursor_gets_lines(monkeypatch, term):
    monkeypatch.setenv("TERM", term)
    assert "\x1b" not in watch(Screen())[0]


def test_plain_and_quiet(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in watch(Screen(), plain=True)[0]
    assert watch(Screen(), quiet=True)[0] == ""


def shown(run, *, quiet=False, out=None):
    out = out or io.StringIO()
    table(run, {"html": "DIR/report.html"}, quiet=quiet, out=out)
    return out.getvalue()


def test_the_table_tells_findings_history_and_what_was_accepted(changed):
    run, entry = changed
    entry["history"] = {"first_seen": "2026-11-20T00:00:00+00:00", "last_good": None, "runs": 3}
    entry["accepted"] = {"reason": f"known {HOSTILE}", "owner": "storage", "case": "TR-1", "review": "2027-01-01"}
    run["ledger"] = {"accepted": [entry["id"]], "errors": ["the entry a/b.c matches nothing"]}
    run["stopped"] = "interrupted"
    said = shown(run)
    assert "first seen: 2026-11-20T00:00:00+00:00, in 3 runs in a row" in said
    assert "accepted: known x\\u001b[31m\\n::error::" in said
    assert "(owner storage, case TR-1, to be reviewed by 2027-01-01)" in said
    assert "Error in the ledger: the entry a/b.c matches nothing" in said
    assert "This record is partial: the run was stopped after" in said
    assert "NON-CONFORMANT (edition 2026-02): 1 must clause failed." in said
    assert said.rstrip().endswith("Report: DIR/report.html")


def test_a_run_without_any_verdict_has_no_table(changed):
    run, _ = changed
    assert "Heading" in shown(run)
    for entry in run["clauses"]:
        entry["verdict"] = "none"
    assert "Heading" not in shown(run)


def test_quiet_is_the_verdict_and_the_counts(broken):
    verdict, newer, counts = shown(broken, quiet=True).splitlines()
    assert newer.startswith("Edition 2026-06, which does not bind in this run: ")
    assert verdict == "NON-CONFORMANT (edition 2026-02): 1 must clause failed."
    assert counts.partition(": ")[2].startswith(("1 fail", f"{broken['summary']['none']} none"))


def test_the_command_has_a_plain_and_a_quiet_mode(run):
    code, out, err, _ = run("--quiet", service=seeded("total-always-one"))
    assert code == 1
    assert err == ""
    assert out.startswith("NON-CONFORMANT")
    code, out, err, _ = run("--plain", service=seeded("total-always-one"))
    assert code == 1
    assert re.search(r"^failed  must    create/response.counts-total: ", err, re.MULTILINE)
    assert "\x1b" not in out + err
