"""Every exchange has the time at which its request was sent, wherever it comes from, or says that nobody knows."""

import dataclasses
import json
from datetime import datetime

import pytest
import traffic
import yaml
from looking import settings_for

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.campaign.sender import Sender
from restore_conformance.clock import Skipping, moment_of, seconds_of
from restore_conformance.commands.options import scrub_of, target_of
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.mock import Service
from restore_conformance.mock.variants.consistency import replicated
from restore_conformance.recogniser import Recogniser
from restore_conformance.recorded import Review
from restore_conformance.recorded import cassettes as tape
from restore_conformance.recorded.cassettes.writer import text_of
from restore_conformance.recorded.har import Writer, archive
from restore_conformance.recorded.provenance import Place
from restore_conformance.recorded.recorder import Recorder
from restore_conformance.records.exchange_store import Store, restored
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.targets import Answer, Embedded

SENT = datetime.fromisoformat("2026-11-28T11:34:04.305Z").timestamp()


def sender(service, clock=None):
    if clock is not None:
        service.clock = clock
    token = next(token for token, kind in service.tokens.items() if kind == "good")
    return Sender(Embedded(service), Recogniser(callers=service.tokens), {"good": token})


def behind():
    """A service whose readings are two seconds behind, so that a run has to wait."""
    service = Service()
    replicated(service, (2.0,))
    return service


def seen_in(register, path):
    """The exchanges of a recording as they are judged."""
    kept = []
    review = Review(register, Settings(target="recordings"), kept.append)
    review.file(path)
    review.close()
    return kept


# ---------------------------------------------------------------- what is sent


def test_a_pause_that_nobody_waits_for_counts():
    sends = sender(Service())
    first = sends.send(sends.plain("POST", CREATE, body=b"{}"))
    sends.target.pause(60.0)
    second = sends.send(sends.plain("GET", CREATE))
    assert 60.0 <= second.at - first.at - first.seconds < 61.0
    between = datetime.fromisoformat(second.started) - datetime.fromisoformat(first.started)
    assert between.total_seconds() == pytest.approx(second.at - first.at, abs=0.002)


def test_the_service_and_its_target_go_by_one_clock():
    service = Service()
    target = Embedded(service)
    target.pause(7.0)
    assert service.clock is target.clock
    assert 7.0 <= service.clock.now() < 8.0


def test_of_several_attempts_the_last_has_the_time():
    """An attempt that is refused for the moment is answered after a second; nothing but the last one is seen."""
    service, left = Service(), [Response(503, (("Retry-After", "1"),))] * 2
    handle, clock = service.handle, Skipping(standing=True)

    def act(request):
        clock.wait(1.0)
        return left.pop() if left else handle(request)

    service.handle = act
    sends = sender(service, clock)
    made = sends.send(sends.plain("POST", CREATE, body=b"{}"))
    assert (made.status, made.attempts, made.at, made.seconds) == (201, 3, 2.0, 1.0)


def test_a_target_that_knows_no_time_leaves_it_open():
    sends = sender(Service())
    sends.target.send = lambda request, _: Answer(request, Response(200))
    made = sends.send(sends.plain("GET", CREATE))
    assert (made.at, made.started) == (None, "")


def test_every_exchange_of_a_run_has_its_time(register):
    """Stimuli, repetitions and conversations alike; the order of sending is that of the times."""
    service, kept = behind(), {}
    settings = settings_for(service, profile="quick")
    Campaign(settings, Embedded(service), register, keep=lambda one: kept.setdefault(one.number, one)).run()
    assert len({one.family for one in kept.values()}) > 20
    times = [kept[number].at for number in sorted(kept)]
    assert None not in times
    assert times == sorted(times)
    assert times[-1] > 2.0


# ---------------------------------------------------------------- HAR


def test_the_har_of_a_run_keeps_its_times(register, tmp_path):
    """Also those that were skipped, so that a reading is as late in the file as it was in the run."""
    service = behind()
    settings = settings_for(service, profile="quick")
    scrub, target, path = scrub_of(settings), Embedded(service), tmp_path / "run.har"
    har = Writer(path, scrub, target.base, dict(service.tokens))
    store = Store(tmp_path / "exchanges.ndjson", scrub, target.base, har=har)
    sent = {}
    Campaign(settings, target, register, keep=lambda one: (store(one), sent.setdefault(one.number, one.at))).run()
    store.close()
    entries = json.loads(path.read_text())["log"]["entries"]
    numbers = [entry["_restoreConformance"]["number"] for entry in entries]
    read = [one.at for one in archive(path, "run.har").exchanges()]
    assert len(read) == len(sent)
    for number, at in zip(numbers, read, strict=True):
        assert at - read[0] == pytest.approx(sent[number] - sent[numbers[0]], abs=0.002)
    lines = [json.loads(line) for line in (tmp_path / "exchanges.ndjson").read_text().splitlines()]
    assert {line["number"]: line["at"] for line in lines} == {n: round(at, 6) for n, at in sent.items()}
    assert [restored(line).at for line in lines] == [line["at"] for line in lines]


MOMENTS = {
    "2026-11-28T11:34:04.305Z": SENT, "2026-11-28T12:34:04.3050000+01:00": SENT, "2026-11-28T11:34:04.305": SENT,
    "Sat, 28 Nov 2026 11:34:04 GMT": int(SENT), "": None, "yesterday": None, "9999-12-31T23:59:59-12:00": None,
    "1970-01-01T00:00:00.000Z": None, "2026-13-01T00:00:00Z": None,
}  # fmt: skip


@pytest.mark.parametrize("text", MOMENTS)
def test_moments_are_read_as_utc(text):
    at, started = moment_of(text)
    assert at == pytest.approx(MOMENTS[text], abs=1e-6) if MOMENTS[text] is not None else at is None
    assert bool(started) is (at is not None)


@pytest.mark.parametrize("value", [None, True, "1", [], float("nan"), float("inf"), -1e300, 10**400])
def test_seconds_that_are_none_are_unknown(value):
    """YAML and JSON may hold any of them, and a date must be made of seconds."""
    assert seconds_of(value) is None
    assert (seconds_of(0), seconds_of(2.5)) == (0.0, 2.5)


def test_entries_keep_their_own_times_in_any_order(good, register, tmp_path):
    times = ["2026-11-28T11:34:09Z", "2026-11-28T11:34:05Z", None, 9, "soon", "2026-11-28T11:34:07Z"]
    entries = traffic.changed(good[:6], lambda one: one.pop("startedDateTime"))
    for entry, value in zip(entries, times, strict=True):
        if value is not None:
            entry["startedDateTime"] = value
    path = tmp_path / "some.har"
    path.write_text(json.dumps(traffic.har(entries)))
    whole = int(SENT)
    made = seen_in(register, path)
    assert [one.at for one in made] == [whole + 1, None, None, None, whole + 3, whole + 5]
    assert {one.seconds for one in made} == {0.0125}


def test_the_parts_of_a_batch_have_the_time_of_the_batch(good, register, tmp_path):
    path = tmp_path / "some.har"
    path.write_text(json.dumps(traffic.har(traffic.batched(good))))
    made = seen_in(register, path)
    assert len(made) == len(good)
    assert {one.at for one in made} == {SENT}


def test_a_moment_that_nobody_knows_stays_unknown(tmp_path):
    """The format wants a moment in every entry; seconds without a date keep their distances."""
    request, response = Request("GET", "/solutions/backupRestore/restoreSessions"), Response(200, (), b"{}")
    path = tmp_path / "made.har"
    writer = Writer(path, Scrub(), "http://recording.example/beta", {}, ours=False)
    for number, at in enumerate((None, 0.0, 2.5), 1):
        writer(Exchange(number, request, response, at=at))
    writer.close()
    first, second, third = (one.at for one in archive(path, "made.har").exchanges())
    assert first is None
    assert third - second == 2.5


# ---------------------------------------------------------------- cassettes


def recorded(register, folder):
    """The cassettes of a run on a clock that stands, and what the run sent."""
    service = behind()
    service.clock = Skipping(standing=True)
    settings = settings_for(service, profile="quick")
    recorder = Recorder(register, Place(), scrub_of(settings), settings.callers(), None)
    Campaign(settings, Embedded(service), register, keep=recorder.keep).run()
    return recorder.cassettes(folder, lambda _: True)


def test_cassettes_keep_offsets_that_are_the_same_at_each_recording(register, tmp_path):
    cassettes = recorded(register, tmp_path)
    times = {one.name: [step.get("at") for step in one.provenance.steps] for one in cassettes}
    assert {tuple(sorted(found)) for found in times.values()} == {tuple(found) for found in times.values()}
    assert all(found[0] == 0.0 for name, found in times.items() if "." not in name.partition("/")[2])
    assert max(max(found) for found in times.values()) > 1.0
    again = recorded(register, tmp_path)
    assert {one.name: [step.get("at") for step in one.provenance.steps] for one in again} == times
    late = [one for one in cassettes if max(times[one.name]) > 0][:4]
    tape.save(late)
    for cassette in late:
        assert [one.at for one in seen_in(register, cassette.path)] == times[cassette.name]
        assert text_of(tape.load(cassette.path)) == cassette.path.read_text()


def test_the_parts_of_a_conversation_count_from_its_beginning(register):
    request, response = Request("GET", "/solutions/backupRestore/restoreSessions"), Response(200, (), b"{}")
    recorder = Recorder(register, Place(), Scrub(), {}, None)
    for number in range(1, tape.LONGEST + 3):
        one = Exchange(number, request, response, family="life", step="get", conversation=1, at=100 + number / 3)
        one.observation.sent = Recogniser()(request)
        recorder.keep(one)
    whole = recorder.candidates.by_scenario["life"][1]
    assert recorder.candidates.beginning(whole[tape.LONGEST :], "life") == whole[0].at
    assert recorder.candidates.beginning(whole[3:5], "") == whole[3].at


def test_a_cassette_without_times_is_read(register, cassettes, tmp_path):
    """As all were before there were any."""
    cassette = next(one for one in cassettes if one.name == "create/response.created.yaml")
    assert all(step["at"] == 0.0 for step in cassette.provenance.steps)
    steps = tuple({name: value for name, value in step.items() if name != "at"} for step in cassette.provenance.steps)
    path = tmp_path / "old.yaml"
    old = dataclasses.replace(cassette, path=path, provenance=dataclasses.replace(cassette.provenance, steps=steps))
    tape.save([old])
    assert [one.at for one in seen_in(register, path)] == [None] * len(steps)


def test_the_mock_is_recorded_on_a_clock_that_stands():
    target = target_of(Settings(), standing=True)
    target.pause(2.0)
    assert target.now() == 2.0


def test_a_cassette_of_another_tool_may_say_when(good, register, tmp_path):
    rows = traffic.cassette(good[:5])
    for row, value in zip(rows, ("2026-11-28T11:34:04.305Z", "Sat, 28 Nov 2026 11:34:05 GMT", None, [1]), strict=False):
        row["recorded_at"] = value
    for name, form in (("some.yaml", yaml.safe_dump), ("some.json", json.dumps)):
        path = tmp_path / name
        path.write_text(form({"version": 1, "interactions": rows}))
        made = seen_in(register, path)
        assert [one.at for one in made] == [SENT, int(SENT) + 1, None, None, None]
        assert made[0].started == "2026-11-28T11:34:04.305+00:00"


def test_the_cassettes_of_the_repository_have_times(cassettes):
    for cassette in cassettes:
        block = cassette.provenance
        assert block.origin == "documentation" or all("at" in step for step in block.steps), cassette.name
