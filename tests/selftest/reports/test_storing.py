"""The exchanges on their way to disk are bounded, and what is left out is counted."""

import contextlib

import forms
import pytest

from restore_conformance.campaign.timing import MOST_FAMILIES, Timing
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.recorded.har import Writer, writer
from restore_conformance.records.exchange_store import Store
from restore_conformance.scrub import Scrub

STARTED = "2026-11-26T12:00:00.000+00:00"


def exchange(number, body=b"{}", failed=(), family="standard", seconds=0.01):
    request = Request("POST", "/solutions/backupRestore/x", (("Authorization", "Bearer t0ken-of-ours"),), b"{}")
    made = Exchange(number, request, Response(200, (), body), family=family, started=STARTED, seconds=seconds)
    made.observation.failed = frozenset(failed)
    return made


def stored(folder, exchanges, **options):
    scrub = Scrub({"token": "t0ken-of-ours"})
    har = Writer(folder / "run.har", scrub, "http://127.0.0.1:1/beta", {})
    with Store(folder / "exchanges.ndjson", scrub, "http://127.0.0.1:1/beta", har=har, **options) as store:
        for one in exchanges:
            store(one)
    return (
        [one["number"] for one in forms.exchanges(folder / "exchanges.ndjson")],
        len(forms.archive(folder / "run.har")["entries"]),
        store.shown(),
    )


def test_the_first_are_kept_then_as_many_that_tell_something(tmp_path):
    given = [exchange(n, failed=["a/b.c"] if n % 2 else ()) for n in range(1, 101)]
    lines, entries, shown = stored(tmp_path, given, most=10)
    assert lines == [*range(1, 11), *range(11, 31, 2)]
    assert entries == 20
    assert shown == {"exchanges": 20, "left_out": 80, "har_left_out": 80}


def test_an_exchange_kept_again_is_written_once_as_it_was_last(tmp_path):
    first, again = exchange(1), exchange(1)
    again.observation.blame = "target"
    lines, entries, shown = stored(tmp_path, [first, exchange(2), again])
    assert lines == [2, 1]
    assert entries == 2
    assert shown == {"exchanges": 2, "left_out": 0, "har_left_out": 0}


@pytest.mark.deep
def test_bytes_are_bounded(tmp_path):
    large = b"x" * 200_000
    lines, entries, shown = stored(tmp_path, [exchange(n, large) for n in range(1, 101)], most_bytes=9_000_000)
    assert entries == writer.MOST_LARGE // 200_030
    assert 40 < len(lines) < 100
    assert shown["left_out"] == 100 - len(lines)
    one = forms.exchanges(tmp_path / "exchanges.ndjson")[-1]
    assert one["response"]["body"]["size"] == 200_000
    assert one["response"]["body"]["cut"]
    assert len(one["response"]["body"]["text"]) == 8192
    assert forms.archive(tmp_path / "run.har")["comment"] == f"{100 - entries} exchanges were left out for their size"
    assert (tmp_path / "exchanges.ndjson").stat().st_size < 1_000_000


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_who_leaves_at_once_is_not_kept_and_nothing_else_is_lost(tmp_path, error):
    path = tmp_path / "exchanges.ndjson"
    path.write_text("earlier")
    with contextlib.suppress(error), Store(path, Scrub(), "") as store:
        store(exchange(1))
        raise error
    assert (path.read_text() == "earlier") == (error is KeyboardInterrupt)


def test_a_character_cut_in_half_is_left_out_and_bytes_stay_bytes(tmp_path):
    text = "é".encode() * 9000
    stored(tmp_path, [exchange(1, b"x" + text), exchange(2, b"\xff" + text)])
    first, second = forms.exchanges(tmp_path / "exchanges.ndjson")
    assert set(first["response"]["body"]["text"]) == {"x", "é"}
    assert "base64" in second["response"]["body"]


def test_timing_is_folded_within_bounds():
    timing = Timing()
    for n in range(1, 5001):
        timing.take(exchange(n, family=f"family-{n}", seconds=n / 1000))
    assert len(timing.families) <= MOST_FAMILIES + 1
    assert sum(timing.counts().values()) == 5000
    assert timing.share(0.5) == pytest.approx(2.5, rel=0.06)
    assert timing.share(0.95) == pytest.approx(4.75, rel=0.06)
    assert len(timing._classes) < 120
    assert Timing().shown() == {}
