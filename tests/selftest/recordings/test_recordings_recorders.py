"""What browsers, proxies and libraries write differently: the same verdicts whoever recorded, and never a false one."""

import base64
import copy
import gzip
import json
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest
import yaml
from traffic import BROKEN, CREATE, failed, passed, with_entries

from restore_conformance.cli import main

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def good():
    return json.loads((DATA / "chromium-good.har").read_text())


@pytest.fixture(scope="module")
def broken():
    return json.loads((DATA / "chromium-mixed-accepted.har").read_text())


def text_of(entry):
    content = entry["response"]["content"]
    text = content.get("text", "")
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()


def plain(entry):
    content = entry["response"]["content"]
    if content.get("text"):
        content["text"] = text_of(entry).decode()
        content.pop("encoding", None)


def in_base64(entry):
    content = entry["response"]["content"]
    if content.get("text"):
        content |= {"text": base64.b64encode(text_of(entry)).decode(), "encoding": "base64"}


def coded(name, pack):
    def change(entry):
        raw = text_of(entry)
        if raw:
            packed = base64.b64encode(pack(raw)).decode()
            entry["response"]["content"] |= {"text": packed, "encoding": "base64", "size": -1}
            entry["response"]["headers"].append({"name": "Content-Encoding", "value": name})

    return change


def coding_named_only(entry):
    plain(entry)
    entry["response"]["headers"].append({"name": "content-encoding", "value": "br"})


def pseudo_headers(entry):
    entry["request"]["headers"][:0] = [
        {"name": ":method", "value": entry["request"]["method"]},
        {"name": ":authority", "value": "graph.example"},
        {"name": ":path", "value": "/elsewhere"},
    ]
    entry["response"]["headers"].insert(0, {"name": ":status", "value": "999"})
    entry["request"]["httpVersion"] = "h3"


def without_sizes(entry):
    for part in (entry["request"], entry["response"]):
        part.pop("bodySize", None)
        part.pop("headersSize", None)
    entry["response"]["content"].pop("size", None)
    for name in ("timings", "cache", "time", "serverIPAddress", "connection"):
        entry.pop(name, None)


def redacted(entry):
    for one in entry["request"]["headers"]:
        if one["name"].lower() == "authorization":
            one["value"] = "REDACTED"


def small_method(entry):
    entry["request"]["method"] = entry["request"]["method"].lower()


def other_zone(entry):
    entry["startedDateTime"] = entry["startedDateTime"].replace("Z", "+02:00")


def capital_headers(entry):
    for part in (entry["request"], entry["response"]):
        for one in part["headers"]:
            one["name"] = one["name"].title()


def extras(entry):
    entry |= {"_initiator": {"type": "script"}, "_priority": "High", "pageref": "page_1", "comment": "x"}
    entry["request"]["postData"] = entry["request"].get("postData") or {"mimeType": "", "params": [], "text": ""}


ALIKE = {
    "text as it is": plain,
    "text in base64": in_base64,
    "gzip": coded("gzip", gzip.compress),
    "deflate": coded("deflate", zlib.compress),
    "a coding that is undone already": coding_named_only,
    "HTTP/2 and HTTP/3": pseudo_headers,
    "no sizes": without_sizes,
    "a token taken out": redacted,
    "small methods": small_method,
    "times of a zone": other_zone,
    "capital headers": capital_headers,
    "members of its own": extras,
}


@pytest.mark.parametrize("how", ALIKE)
def test_recorders_differ_and_verdicts_do_not(how, good, broken, tmp_path, review):
    """The conforming server is kept and the broken clause is found, in every recorder's manner."""
    plainly = passed(review(DATA / "chromium-good.har")[0])
    for har, expected in ((good, []), (broken, BROKEN)):
        path = tmp_path / "some.har"
        path.write_text(json.dumps(with_entries(har, ALIKE[how])))
        found, _, _ = review(path)
        assert failed(found) == expected
        if har is good:
            assert passed(found) == plainly


@pytest.mark.parametrize("spelling", ["mark", "escaped", "one line", "tabs"])
def test_spellings_of_a_file_make_no_difference(spelling, broken, tmp_path, review):
    text = json.dumps(broken, ensure_ascii=spelling == "escaped", indent="\t" if spelling == "tabs" else None)
    path = tmp_path / "some.har"
    path.write_bytes((b"\xef\xbb\xbf" if spelling == "mark" else b"") + text.encode())
    assert failed(review(path)[0]) == BROKEN


def test_utf_16_is_named(broken, tmp_path, capsys):
    path = tmp_path / "wide.har"
    path.write_bytes(json.dumps(broken).encode("utf-16"))
    assert main(["judge", str(path), "--report", str(tmp_path / "r")]) == 2
    assert "UTF-16" in capsys.readouterr().err


def cut(entry):
    post = entry["request"].get("postData")
    if post and post.get("text"):
        post["text"] = post["text"][:-10]
    entry["request"]["bodySize"] = -1
    entry["request"]["headers"] = [h for h in entry["request"]["headers"] if h["name"].lower() != "content-length"]


def half_a_character(entry):
    post = entry["request"].get("postData")
    if post and post.get("text"):
        post["text"] = post["text"][:-4] + "\ud83d"
        entry["request"]["bodySize"] = len(post["text"].encode("utf-8", "surrogatepass"))


def brotli(entry):
    raw = text_of(entry)
    if raw:
        entry["response"]["content"] |= {
            "text": base64.b64encode(b"\x8b\xff" + raw[::-1]).decode(),
            "encoding": "base64",
        }
        entry["response"]["headers"].append({"name": "content-encoding", "value": "br"})


def half_of_gzip(entry):
    raw = text_of(entry)
    if raw:
        packed = base64.b64encode(gzip.compress(raw)[:-12]).decode()
        entry["response"]["content"] |= {"text": packed, "encoding": "base64", "size": -1}
        entry["response"]["headers"].append({"name": "content-encoding", "value": "gzip"})


UNKNOWN = {
    "bodies cut short": cut,
    "half a character": half_a_character,
    "brotli": brotli,
    "half of gzip": half_of_gzip,
}


@pytest.mark.parametrize("how", UNKNOWN)
def test_what_a_recorder_spoils_accuses_nobody(how, good, tmp_path, review):
    """A body that is cut, mended or still coded is unknown, and no server is blamed for having taken it."""
    path = tmp_path / "some.har"
    path.write_text(json.dumps(with_entries(good, UNKNOWN[how])))
    found, made, result = review(path)
    assert failed(found) == []
    assert made.sources[0].exchanges == 14
    assert result.exit in {0, 3}


def test_a_body_that_is_no_json_is_evidence_where_its_length_shows_it_whole(tmp_path, review):
    """A server that takes broken JSON is found, if the recording shows that it is what was sent."""

    def entry(size):
        request = {
            "method": "POST", "url": f"https://h.example/beta{CREATE}", "bodySize": size,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "postData": {"mimeType": "application/json", "text": "{broken"},
        }  # fmt: skip
        content = {"mimeType": "application/json", "text": '{"id": "1", "status": "draft"}'}
        headers = [{"name": "Content-Type", "value": "application/json"}]
        return {"request": request, "response": {"status": 201, "headers": headers, "content": content}}

    for size, clauses in ((7, True), (-1, False), (0, False), (9, False)):
        path = tmp_path / "some.har"
        path.write_text(json.dumps({"log": {"entries": [entry(size)]}}))
        found, _, _ = review(path)
        refused = [one for one in failed(found) if "json" in one]
        assert bool(refused) is clauses, (size, failed(found))


ODD = [
    7, None, [], "x", {},
    {"request": {"url": 5, "method": []}, "response": "x"},
    {"request": {"url": "https://[bad/solutions/backupRestore/restoreSessions", "method": "GET"}},
    {"request": {"url": f"https://h.example:99999{CREATE}", "method": "POST"}, "response": {"status": 1e300}},
    {"request": {"url": f"https://h.example/beta{CREATE}", "method": "POST", "headers": [3, {"name": 4}, {}]}},
    {
        "request": {"url": f"https://h.example/beta{CREATE}", "method": "POST", "headers": None, "bodySize": "many"},
        "response": {"status": "201", "headers": {"a": 1}, "content": []},
        "time": "x", "startedDateTime": 9,
    },
    {
        "request": {"url": f"https://h.example/beta{CREATE}", "method": "GET", "postData": [1]},
        "response": {"status": 200, "content": {"text": 5, "size": "x", "encoding": 7}},
        "time": -5, "startedDateTime": "yesterday",
    },
    {
        "request": {"url": f"https://h.example/beta{CREATE}", "method": "GET"},
        "response": {"status": 200, "content": {"text": "?", "encoding": "base64"}},
        "time": 1e308, "startedDateTime": "9999-12-31T23:59:59-12:00",
    },
    {"request": {"url": f"https://h.example/beta{CREATE}", "method": "POST"}, "response": {"status": 99999}},
]  # fmt: skip


def test_odd_entries_do_not_spoil_the_others(broken, tmp_path, capsys, review):
    """Wrong types, wild numbers and addresses that are none are passed over; reports can be written of the rest."""
    made = copy.deepcopy(broken)
    made["log"]["entries"] = [*ODD, *made["log"]["entries"], *ODD]
    path = tmp_path / "odd.har"
    path.write_text(json.dumps(made))
    found, _, _ = review(path)
    assert failed(found) == BROKEN
    assert main(["judge", str(path), "--report", str(tmp_path / "r")]) == 1
    assert "Traceback" not in capsys.readouterr().err
    json.loads((tmp_path / "r" / "run.json").read_text(), parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "url",
    [
        f"https://login.example/go?next={CREATE}", f"https://a.example/#{CREATE}", f"https://a.example/v1.0{CREATE}",
        "https://a.example/beta/solutions/backupRestore/restorePoints", "https://a.example/beta/sites",
        "https://a.example/beta/solutions/backuprestore",
    ],
)  # fmt: skip
def test_what_only_looks_like_this_api_is_left_out(url, broken, tmp_path, review):
    def elsewhere(entry):
        entry["request"]["url"] = url

    path = tmp_path / "some.har"
    path.write_text(json.dumps(with_entries(broken, elsewhere)))
    _, made, result = review(path)
    assert made.sources[0].exchanges == 0
    assert result.exit == 3


def test_several_hosts_and_batches_are_told(good, broken, tmp_path, review):
    """What was put together, and what was not looked into, is said in the report."""

    def elsewhere(entry):
        entry["request"]["url"] = entry["request"]["url"].replace("http://127.0.0.1", "https://other.example")

    made = with_entries(good, elsewhere)
    made["log"]["entries"] += broken["log"]["entries"]
    made["log"]["entries"].append({"request": {"method": "POST", "url": "https://other.example/beta/$batch"}})
    path = tmp_path / "some.har"
    path.write_text(json.dumps(made))
    _, review_made, _ = review(path)
    assert "2 hosts were judged as one" in review_made.sources[0].note
    assert "1 exchange with $batch, which could not be read" in review_made.sources[0].note


def test_one_text_of_many_megabytes_is_read_in_step_with_its_size(broken, tmp_path, review):
    """A download among the traffic costs its own size in memory and a moment, not minutes."""
    size = 30_000_000
    entry = {"request": {"method": "GET", "url": "https://a.example/b"}, "response": {"content": {"text": "@"}}}
    made = copy.deepcopy(broken)
    made["log"]["entries"].insert(0, entry)
    path = tmp_path / "some.har"
    path.write_text(json.dumps(made).replace('"@"', '"' + "x" * size + '"'))
    tracemalloc.start()
    before = time.process_time()
    found, _, _ = review(path)
    took, peak = time.process_time() - before, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failed(found) == BROKEN
    assert took < 20
    assert peak < 5 * size


def cassette_of(har, base):
    """The same traffic as another tool of vcrpy keeps it."""
    interactions = []
    for entry in har["log"]["entries"]:
        if entry["request"]["method"] == "OPTIONS":
            continue
        request = {
            "method": entry["request"]["method"],
            "uri": base + entry["request"]["url"].partition("/beta")[2],
            "body": (entry["request"].get("postData") or {}).get("text") or None,
            "headers": {one["name"]: [one["value"]] for one in entry["request"]["headers"]},
        }
        response = {
            "status": {"code": entry["response"]["status"], "message": ""},
            "headers": {one["name"]: [one["value"]] for one in entry["response"]["headers"]},
            "body": {"string": text_of(entry)},
        }
        interactions.append({"request": request, "response": response})
    return {"version": 1, "interactions": interactions}


def test_cassettes_of_others_are_doubted_like_their_har_files(broken, tmp_path, review):
    """Another version is left out, blackened tokens are unknown, and the broken clause is found."""
    path = tmp_path / "theirs.yaml"
    made = cassette_of(broken, "https://graph.example/beta")
    for one in made["interactions"]:
        one["request"]["headers"].pop("authorization", None)
    path.write_text(yaml.safe_dump(made))
    found, review_made, _ = review(path)
    assert failed(found) == BROKEN
    assert review_made.sources[0].origin == "elsewhere"
    path.write_text(yaml.safe_dump(cassette_of(broken, "https://graph.example/v1.0")))
    _, review_made, result = review(path)
    assert result.exit == 3
    assert "another version" in review_made.sources[0].note


def test_a_long_cassette_of_others_is_read(broken, tmp_path, review):
    """Only our own are kept short."""
    made = cassette_of(broken, "https://graph.example/beta")
    made["interactions"] *= 8
    path = tmp_path / "theirs.yaml"
    Dumper = type("Dumper", (yaml.SafeDumper,), {"ignore_aliases": lambda *_: True})  # noqa: N806
    path.write_text(yaml.dump(made, Dumper=Dumper))
    found, _, _ = review(path)
    assert failed(found) == BROKEN
