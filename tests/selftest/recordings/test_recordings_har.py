"""HAR files: what a run writes is judged like the run, and what strangers write is never held against a server."""

import base64
import copy
import json
import tracemalloc
from pathlib import Path

import pytest
from looking import settings_for, some
from traffic import failed, passed, with_entries

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.cli import main
from restore_conformance.commands.options import scrub_of
from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.recorded.har import Writer
from restore_conformance.records.exchange_store import Store
from restore_conformance.targets import Embedded
from restore_conformance.verdicts import Verdict

DATA = Path(__file__).parent / "data"
SOME = (
    "", "mixed-accepted", "created-without-body", "granular-job-typed-standard", "default-job-typed-bulk",
    "total-always-one", "no-token-accepted", "token-prefix-compared",
)  # fmt: skip


def ran(service, register, folder, profile="quick"):
    """Run and write HAR: the verdicts by address, and the file."""
    settings = settings_for(service, profile=profile)
    scrub, target, path = scrub_of(settings), Embedded(service), folder / "run.har"
    har = Writer(path, scrub, target.base, dict(service.tokens))
    store = Store(folder / "exchanges.ndjson", scrub, target.base, har=har)
    result = Campaign(settings, target, register, keep=store).run()
    store.close()
    return {found.clause.address: found.verdict for found in result.verdicts}, path


def alike(name, register, folder, review):
    verdicts, path = ran(seeded(name) if name else Service(), register, folder)
    found, _, _ = review(path)
    assert {address: one.verdict for address, one in found.items()} == verdicts


@pytest.mark.parametrize("name", some(SOME, "", "mixed-accepted", "token-prefix-compared"))
def test_the_har_of_a_run_is_judged_like_the_run(name, register, tmp_path, review):
    alike(name, register, tmp_path, review)


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_har_of_every_faulty_run_is_judged_like_the_run(name, register, tmp_path, review):
    alike(name, register, tmp_path, review)


def test_the_command_writes_and_judges_har(tmp_path, capsys):
    assert main(["run", "--profile", "quick", "--report", str(tmp_path / "run")]) == 0
    assert main(["judge", str(tmp_path / "run" / "run.har"), "--report", str(tmp_path / "judged")]) == 0
    one = json.loads((tmp_path / "run" / "run.json").read_text())
    other = json.loads((tmp_path / "judged" / "run.json").read_text())
    assert [entry["verdict"] for entry in one["clauses"]] == [entry["verdict"] for entry in other["clauses"]]
    assert other["origins"] == {"live": 0, "run": one["exchanges"]}
    assert {path.name for path in (tmp_path / "judged").iterdir()} >= {"run.json", "report.html", "junit.xml"}


@pytest.fixture(scope="module")
def browser():
    return json.loads((DATA / "chromium-good.har").read_text())


def judged(har, folder, review):
    path = folder / "some.har"
    path.write_text(json.dumps(har))
    return review(path)


def shown(entry):
    """The JSON of an answer; Chromium's recorder writes it in base64."""
    content = entry["response"]["content"]
    text = base64.b64decode(content["text"]) if content.get("encoding") == "base64" else content["text"]
    return json.loads(text)


def test_a_browser_is_judged(review):
    """A real headless Chromium: kept where the mock conforms, and the one clause it breaks where it does not."""
    found, made, _ = review(DATA / "chromium-good.har")
    assert failed(found) == []
    kept = passed(found)
    assert len(kept) >= 40
    assert {"create/response.created", "create/introduction.exclusive-artifacts", "create/read-back.found"} <= kept
    assert made.sources[0].exchanges == 14
    found, _, _ = review(DATA / "chromium-mixed-accepted.har")
    assert failed(found) == ["create/introduction.exclusive-artifacts"]


def strip(har, *, headers=(), body=False, post=False, answer=False, media=False):
    made = copy.deepcopy(har)
    for entry in made["log"]["entries"]:
        request, response = entry["request"], entry["response"]
        request["headers"] = [one for one in request["headers"] if one["name"].lower() not in headers]
        if body:
            request.pop("postData", None)
            request["bodySize"] = 0
        if post and "postData" in request:
            request["postData"]["mimeType"] = ""
        if answer:
            response["content"].pop("text", None)
        if media:
            response["headers"] = [one for one in response["headers"] if one["name"].lower() != "content-type"]
            response["content"]["mimeType"] = "x-unknown"
    return made


STRIPPED = {
    "Authorization": {"headers": {"authorization"}},
    "Content-Type": {"headers": {"content-type"}, "post": True},
    "every header": {"headers": {"authorization", "content-type", "prefer", "content-length"}, "post": True},
    "request bodies": {"body": True},
    "answers": {"answer": True},
    "media types of answers": {"media": True},
}


@pytest.mark.parametrize("what", STRIPPED)
def test_what_an_exporter_takes_out_is_no_evidence(what, browser, tmp_path, review):
    found, _, _ = judged(strip(browser, **STRIPPED[what]), tmp_path, review)
    assert failed(found) == []
    assert found["create/request-headers.authorization-required"].verdict is Verdict.NONE
    assert "may have been removed" in found["create/request-headers.authorization-required"].reason
    assert found["create/introduction.no-payload-accepted"].verdict is Verdict.NONE
    assert "may have been removed" in found["create/introduction.no-payload-accepted"].reason


def test_trouble_in_a_recording_is_inconclusive(browser, tmp_path, review):
    for status in (401, 403, 429, 500, 503, 0):
        made = with_entries(browser, lambda entry, status=status: entry["response"].update(status=status))
        assert failed(judged(made, tmp_path, review)[0]) == [], status


@pytest.mark.parametrize("mark", ["***", "[REDACTED]", "00000000-0000-0000-0000-000000000000", "xxxxxxxx", "<removed>"])
@pytest.mark.parametrize("side", ["request", "response"])
def test_blackened_recordings_accuse_nobody(mark, side, browser, tmp_path, review):
    def blacken(value):
        if isinstance(value, dict):
            return {name: blacken(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [blacken(one) for one in value]
        return mark if isinstance(value, str) and value.count("-") >= 4 else value

    made = copy.deepcopy(browser)
    for entry in made["log"]["entries"]:
        if side == "request" and entry["request"].get("postData", {}).get("text"):
            post = entry["request"]["postData"]
            post["text"] = json.dumps(blacken(json.loads(post["text"])))
        elif side == "response" and entry["response"]["content"].get("text"):
            content = {"mimeType": "application/json", "text": json.dumps(blacken(shown(entry)))}
            entry["response"]["content"] = content
    found, _, _ = judged(made, tmp_path, review)
    assert failed(found) == []


def test_another_version_and_other_traffic_are_left_out(browser, tmp_path, review):
    made = copy.deepcopy(browser)
    for entry in made["log"]["entries"]:
        entry["request"]["url"] = entry["request"]["url"].replace("/beta/", "/v1.0/")
    other = {"request": {"method": "GET", "url": "https://site.example/app.js"}, "response": {"status": 200}}
    made["log"]["entries"] = [other, *made["log"]["entries"], {"request": 3}, 7, None, {}]
    _, review_made, result = judged(made, tmp_path, review)
    assert result.exit == 3
    assert review_made.sources[0].exchanges == 0
    assert "another version" in review_made.sources[0].note


def read_otherwise(har, members):
    """Traffic in which every reading of a session shows nine artifacts, and these members."""

    def change(entry):
        if entry["request"]["method"] == "GET" and entry["response"]["status"] == 200:
            answer = shown(entry) | members
            answer["restoreSessionArtifactCount"]["total"] = 9
            entry["response"]["content"] = {"mimeType": "application/json", "text": json.dumps(answer)}

    return with_entries(har, change)


def test_somebody_else_may_have_touched_the_session(browser, tmp_path, review):
    """A read that shows another state proves nothing: whoever activated it is not in the recording."""
    modified = {"status": "activating", "lastModifiedDateTime": "2026-12-01T00:00:00Z"}
    assert failed(judged(read_otherwise(browser, modified), tmp_path, review)[0]) == []


def test_a_read_back_that_lies_is_found(browser, tmp_path, review):
    made = copy.deepcopy(browser)
    for entry in made["log"]["entries"]:
        if entry["request"]["method"] == "GET" and entry["response"]["status"] == 200:
            answer = shown(entry) | {"restoreJobType": "bulk"}
            entry["response"]["content"] = {"mimeType": "application/json", "text": json.dumps(answer)}
    found, _, _ = judged(made, tmp_path, review)
    assert failed(found) == ["create/read-back.same-session"]


def test_as_of_says_since_when_an_answer_is_wrong(tmp_path, capsys):
    path = str(DATA / "chromium-mixed-accepted.har")
    assert main(["judge", path, "--report", str(tmp_path)]) == 1
    assert (
        "Wrong since 2026-02, when the clause began: create/introduction.exclusive-artifacts" in capsys.readouterr().out
    )
    assert main(["judge", path, "--report", str(tmp_path), "--as-of", "2026-01-15"]) == 0


HOSTILE = {
    "empty": b"",
    "no json": b"hello",
    "no entries": b'{"log": {"version": "1.2"}}',
    "entries no list": b'{"log": {"entries": {"a": 1}}}',
    "cut": b'{"log": {"entries": [{"request": {"url": "',
    "not utf-8": b'{"log": {"entries": [{"a": "\xff\xfe"}]}}',
    "deep": b'{"log": {"entries": [' + b"[" * 200_000,
    "a list": b"[1, 2]",
    "huge number": b'{"log": {"entries": [{"time": 1e999999, "request": {"bodySize": ' + b"9" * 5000 + b"}}]}}",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_har_gets_one_sentence(what, tmp_path, capsys):
    path = tmp_path / "hostile.har"
    path.write_bytes(HOSTILE[what])
    code = main(["judge", str(path), "--report", str(tmp_path / "r")])
    err = capsys.readouterr().err
    assert code in {2, 3}, err
    assert "Traceback" not in err
    if code == 2:
        assert err.count("\n") == 1
        assert "hostile.har" in err


def test_memory_does_not_grow_with_the_file(browser, tmp_path, review):
    def peak(times):
        made = copy.deepcopy(browser)
        made["log"]["entries"] = made["log"]["entries"] * times
        path = tmp_path / f"{times}.har"
        path.write_text(json.dumps(made))
        tracemalloc.start()
        review(path)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(1)
    assert peak(12) < peak(2) + 1_000_000
