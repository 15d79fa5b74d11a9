"""Bodies that are not what was sent, are kept elsewhere or hold other requests; and what SDKs always send."""

import base64
import gzip
import hashlib
import json

import pytest
import traffic
from traffic import BASE, BROKEN, CREATE, PAYLOADS, changed, only, recorded, resent, reshown, sent_of, shown

from restore_conformance.cli import main
from restore_conformance.mock import Service
from restore_conformance.mock.variants import composed
from restore_conformance.verdicts import Verdict

# ------------------------------------------------------------------ bodies that are not what was sent


def test_a_compressed_request_may_be_refused_for_its_coding(good, broken, judge_har):
    """A middleware that compresses falls back on 415; what is accepted compressed counts."""

    def compress(one, status=0):
        if sent_of(one) is not None:
            one["request"]["headers"].append({"name": "Content-Encoding", "value": "gzip"})
            if status:
                one["response"]["status"] = status
                reshown(one, {"error": {"code": "UnsupportedMediaType", "message": "gzip is not supported."}})

    for status in (400, 415):
        found, _, source, _ = judge_har(changed(good, lambda one, status=status: compress(one, status)))
        assert found == []
        assert "content coding of the request" in source.note
    only(judge_har, good, broken, compress)


@pytest.mark.parametrize("variant", ["", "fair-additions-one-by-one"])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_answer_whose_body_is_not_shown_may_say_what_it_must(method, variant, judge_har):
    """A list, and a change that was refused item by item, are answered 200: what they say is in the body alone."""
    entries = traffic.changes(composed([variant]) if variant else Service())

    def hide(one):
        if one["request"]["method"] == method:
            del one["response"]["content"]["text"]

    assert judge_har(entries)[0] == []
    assert judge_har(changed(entries, hide))[0] == []


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("how", ["replaced", "escaped", "longer", "shorter"])
def test_a_spoilt_body_makes_the_exchange_inconclusive(side, how, broken, judge_har):
    """U+FFFD in valid JSON, and another length than the declared one, show that other bytes were on the wire."""

    def spoil(one):
        part = one["request"].get("postData") if side == "request" else one["response"]["content"]
        if not part or not part["text"]:
            return
        text = part["text"]
        if how in {"replaced", "escaped"}:
            text = text[:-1] + (',"x":"a\ufffdb"}' if how == "replaced" else ',"x":"a\\ufffdb"}')
            part["text"] = text
            one["request"]["bodySize"] = one["response"]["content"]["size"] = -1
            one["request"]["headers"] = [h for h in one["request"]["headers"] if h["name"] != "content-length"]
        elif side == "request":
            one["request"]["bodySize"] = -1
            for row in one["request"]["headers"]:
                if row["name"] == "content-length":
                    row["value"] = str(len(text) + (-7 if how == "longer" else 7))
        else:
            part["size"] = len(text) + (-7 if how == "longer" else 7)

    found, verdicts, source, _ = judge_har(changed(broken, spoil))
    assert found == []
    # A member that only the replaced text stands in makes this request another one.
    wanted = Verdict.NONE if side == "request" and how in {"replaced", "escaped"} else Verdict.INCONCLUSIVE
    assert verdicts[BROKEN[0]].verdict is wanted
    assert "inconclusive" in source.note


def test_lengths_are_those_of_bytes_characters_or_javascript(judge_har):
    """Recorders count differently; a name beyond ASCII does not make an answer inconclusive."""
    entries = recorded("mixed-accepted")
    for count in (lambda t: len(t.encode()), len, lambda t: len(t.encode("utf-16-le")) // 2):

        def size(one, count=count):
            answer = shown(one)
            if answer and "createdBy" in answer:
                text = json.dumps(answer | {"x": "Zoë 🙂"}, ensure_ascii=False)
                one["response"]["content"] |= {"text": text, "size": count(text)}

        assert judge_har(changed(entries, size))[0] == BROKEN


def test_base64_that_is_none_is_read_as_text(good, broken, judge_har):
    def claim(one):
        one["response"]["content"]["encoding"] = "base64"

    only(judge_har, good, broken, claim)


def test_bodies_beside_the_archive_are_read_or_reported(good, broken, tmp_path, judge_har):
    """A body in a file named after its digest is read; one that is not there is unknown, and that is reported."""

    def attach(one, write=True):
        raw = one["response"]["content"].pop("text").encode()
        name = f"{hashlib.sha1(raw, usedforsecurity=False).hexdigest()}.json"
        one["response"]["content"]["_file"] = name
        if write:
            (tmp_path / name).write_bytes(raw)

    found, _, source, _ = judge_har(changed(recorded("status-activating"), lambda one: attach(one, write=False)))
    assert found == []
    assert "beside the recording (_file), not found there" in source.note
    assert judge_har(changed(recorded("status-activating"), attach))[0] == ["create/response.status-draft"]
    only(judge_har, good, broken, attach)


def test_only_files_that_hold_what_their_name_says_are_opened(good, tmp_path, judge_har):
    """An archive may name any file; a body is read only where its digest is known already."""
    (tmp_path / "secret.json").write_text('{"error": {}}')
    (tmp_path / f"{'0' * 40}.json").write_text('{"error": {}}')
    for name in ("secret.json", f"../{tmp_path.name}/secret.json", f"{'0' * 40}.json", "/etc/hostname", 7):

        def attach(one, name=name):
            one["response"]["content"] = {"mimeType": "application/json", "size": -1, "_file": name}

        assert judge_har(changed(good, attach))[0] == []


def test_archives_and_other_tools_are_named(tmp_path, capsys):
    """What is not read gets one sentence that says what it is."""
    files = {
        "a.zip": (b"PK\x03\x04rest", "zip archive"),
        "a.har": (gzip.compress(b"{}"), "gzip"),
        "b.json": (b'{"http_interactions": [], "recorded_with": "betamax/0.9"}', "betamax"),
        "c.yml": (b"---\nhttp_interactions:\n- request: {}\n", "betamax"),
        "d.json": (b'{"resourceSpans": []}', "OpenTelemetry"),
        "e.json": (b'{"info": {}, "item": []}', "collection"),
    }
    for name, (raw, said) in files.items():
        path = tmp_path / name
        path.write_bytes(raw)
        assert main(["judge", str(path), "--report", str(tmp_path / "r")]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert said in error
        assert name in error


# ------------------------------------------------------------------ batches


def in_base64(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize("body", [lambda value: value, json.dumps, in_base64], ids=["JSON", "text", "base64"])
def test_a_batch_is_judged_inside(body, good, broken, judge_har):
    found, _, source, _ = judge_har(traffic.batched(good, body=body))
    assert found == []
    assert (source.exchanges, source.entries) == (len(good), len(good))
    assert judge_har(traffic.batched(broken, body=body))[0] == BROKEN


def test_a_batch_of_another_version_is_left_out(broken, judge_har):
    found, _, source, _ = judge_har(traffic.batched(broken, url="https://graph.example/v1.0/$batch"))
    assert found == []
    assert "another version than beta (v1.0)" in source.note


@pytest.mark.parametrize(
    ("sent", "answer", "why"),
    [
        (None, {}, "its request is not in the recording"),
        ({"requests": []}, None, "its answer is not in the recording"),
        ({"a": 1}, {"responses": []}, "no list of requests"), ("--batch_1", {"responses": []}, "not JSON"),
        ({"requests": [{"id": "1"}] * 999}, {"responses": []}, "more than 200 requests"),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_read_is_counted(sent, answer, why, judge_har):
    raw = b"" if answer is None else json.dumps(answer).encode()
    one = traffic.entry("POST", f"{BASE}/$batch", sent, 200, [("Content-Type", "application/json")], raw)
    found, _, source, result = judge_har([one])
    assert found == []
    assert result.exit == 3
    assert why in source.note


def test_a_part_that_failed_with_another_is_not_held_against_a_server(judge_har):
    """424 is about the request that this one depends on; a part without an answer is unknown."""
    requests = [
        {
            "id": name, "method": "POST", "url": CREATE, "headers": {"Content-Type": "application/json"},
            "body": PAYLOADS["standard"],
        }
        for name in "ab"
    ]  # fmt: skip
    answer = {
        "responses": [{"id": "a", "status": 424, "body": {"error": {"code": "FailedDependency", "message": "x"}}}]
    }
    one = traffic.entry("POST", f"{BASE}/$batch", {"requests": requests}, 200, [], json.dumps(answer).encode())
    found, _, source, _ = judge_har([one])
    assert found == []
    assert source.exchanges == 2


# ------------------------------------------------------------------ what SDKs always send


def typed(payload):
    return {"@odata.type": "#microsoft.graph.sharePointRestoreSession", **payload}


@pytest.mark.parametrize("how", ["typed", "spaced", "charset", "all"])
def test_an_answer_of_200_is_told_of_creating(how, judge_har):
    """No plain request was seen, so the feature that an SDK always sends is not what the server stumbles over."""

    def like(one):
        if sent_of(one) is None:
            return
        payload = typed(sent_of(one)) if how in {"typed", "all"} else sent_of(one)
        resent(one, payload)
        if how in {"spaced", "all"}:
            text = json.dumps(payload)
            one["request"]["postData"]["text"] = text
            one["request"]["bodySize"] = -1
            one["request"]["headers"] = [h for h in one["request"]["headers"] if h["name"] != "content-length"]
        if how in {"charset", "all"}:
            for row in one["request"]["headers"]:
                if row["name"] == "content-type":
                    row["value"] = "application/json; charset=utf-8"

    only_standard = recorded("standard-answered-200", payloads={"standard": PAYLOADS["standard"]})
    found, verdicts, _, _ = judge_har(changed(only_standard, like))
    assert found == ["create/response.created"]
    assert verdicts["create/response.created"].findings[0].consequences
    assert verdicts["create/response.created"].exchanges == 1


def test_a_feature_is_blamed_where_a_plain_request_is_answered(good, judge_har):
    """A server that refuses the type, and takes the same request without it, breaks the clause about the type."""

    def refuse(one):
        if sent_of(one) is not None and one["response"]["status"] == 201:
            resent(one, typed(sent_of(one)))
            one["response"]["status"] = 400
            reshown(one, {"error": {"code": "BadRequest", "message": "Unexpected member."}})

    assert judge_har([*good, *changed(good[:1], refuse)])[0] == ["create/request-body.control-information"]
    assert judge_har(changed(good[:1], refuse))[0] == ["create/request-body.control-information"]
