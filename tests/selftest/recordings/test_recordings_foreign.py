"""Cassettes as other versions, serialisers and hooks of the recorder write them."""

import copy
import json

import pytest
import yaml
from traffic import BASE, BROKEN, CREATE, cassette, har, reshown

from restore_conformance.cli import main
from restore_conformance.verdicts import Verdict


def test_cassettes_of_every_form_are_read(good, broken, tmp_path, review):
    """YAML and JSON, with and without a suffix, the older httpx form, bytes, shared anchors."""

    def old_httpx(one):
        came = one["response"]
        return one | {
            "response": {
                "status_code": came["status"]["code"], "http_version": "HTTP/1.1", "headers": came["headers"],
                "content": came["body"]["string"],
            }
        }  # fmt: skip

    def in_bytes(one):
        body = one["request"]["body"]
        return {
            "request": one["request"] | {"body": body and body.encode()},
            "response": one["response"] | {"body": {"string": one["response"]["body"]["string"].encode()}},
        }

    shared = {"Content-Type": ["application/json"]}
    forms = {
        "plain.yaml": lambda data: yaml.safe_dump({"version": 1, "interactions": data}),
        "plain": lambda data: yaml.safe_dump({"version": 1, "interactions": data}),
        "some.cassette": lambda data: json.dumps({"version": 1, "interactions": data}),
        "some.json": lambda data: json.dumps({"interactions": data, "version": 1}, indent=1),
        "json.yaml": lambda data: json.dumps({"version": 1, "interactions": data}),
        "old.yaml": lambda data: yaml.safe_dump({"interactions": [old_httpx(one) for one in data]}),
        "bytes.yaml": lambda data: yaml.safe_dump({"interactions": [in_bytes(one) for one in data]}),
        "shared.yaml": lambda data: yaml.safe_dump(
            {"interactions": [one | {"response": one["response"] | {"headers": shared}} for one in data]}
        ),
        "first.yaml": yaml.safe_dump,
    }
    good, broken = good[:3], broken[:3]
    for name, form in forms.items():
        path = tmp_path / name
        for entries, expected in ((good, []), (broken, BROKEN)):
            path.write_text(form(cassette(entries)))
            found, made, _ = review(path)
            assert sorted(a for a, one in found.items() if one.verdict is Verdict.FAIL) == expected, name
            assert made.sources[0].exchanges == len(entries), name


UNUSABLE = {
    "object": "request: !!python/object:vcr.request.Request {method: GET}\n  response: {}",
    "call": "request: !!python/object/apply:os.system ['touch /tmp/never']\n  response: {}",
    "no response": "request: {method: GET, uri: 'https://a.example/'}",
    "a number": "request: 5\n  response: 6",
    "a body that is a list": (
        "request: {method: POST, uri: 'https://a.example/', body: [1], headers: {}}\n"
        "  response: {status: {code: 200}, headers: {}, body: {string: ''}}"
    ),
    "a merge key": "request: {<<: {method: GET}, uri: 'https://a.example/'}\n  response: {status: {code: 200}}",
    "itself": "&a\n  request: *a\n  response: *a",
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_one_unusable_interaction_is_left_out_and_counted(what, broken, tmp_path, review):
    """The others are judge_har; no object is ever made."""
    path = tmp_path / "some.yaml"
    path.write_text(yaml.safe_dump({"interactions": cassette(broken)}) + f"- {UNUSABLE[what]}\n")
    found, made, _ = review(path)
    assert sorted(a for a, one in found.items() if one.verdict is Verdict.FAIL) == BROKEN
    assert "1 exchange that cannot be used (" in made.sources[0].note
    assert made.sources[0].entries == len(broken) + 1


def test_aliases_that_multiply_cost_nothing(broken, tmp_path, review):
    """What an alias names is shared and not copied, and headers of headers are no headers."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    request = f"request: {{method: POST, uri: '{BASE}{CREATE}', body: '', headers: {{x: *u}}}}"
    path = tmp_path / "some.yaml"
    path.write_text(
        bomb + yaml.safe_dump({"interactions": cassette(broken)})
        + f"- {request}\n  response: {{status: {{code: 200}}, headers: {{x: *u}}, body: {{string: *u}}}}\n"
    )  # fmt: skip
    found, _, _ = review(path)
    assert sorted(a for a, one in found.items() if one.verdict is Verdict.FAIL) == BROKEN


def test_null_bodies_are_unknown_and_the_status_counts(good, broken, tmp_path, review):
    """An answer without its body is not an empty one; that a mixed request was accepted shows all the same."""
    for entries, expected in ((good, []), (broken, BROKEN)):
        data = cassette(entries)
        for one in data:
            one["response"]["body"] = {"string": None}
        path = tmp_path / "some.json"
        path.write_text(json.dumps({"interactions": data}))
        found, made, _ = review(path)
        assert sorted(a for a, one in found.items() if one.verdict is Verdict.FAIL) == expected
        assert "judged by their status alone" in made.sources[0].note


def test_the_end_of_judge_says_what_was_judged_and_left_out(good, tmp_path, capsys):
    other = {"request": {"method": "GET", "url": "https://a.example/app.js"}, "response": {"status": 200}}
    version = {"request": {"method": "POST", "url": f"https://graph.example/v1.0{CREATE}"}, "response": {"status": 201}}
    path = tmp_path / "some.har"
    path.write_text(json.dumps(har([*good, other, other, version])))
    assert main(["judge", str(path), "--report", str(tmp_path / "r")]) == 0
    out = capsys.readouterr().out
    assert f"some.har: {len(good)} judged of {len(good) + 3} entries" in out
    assert "\n  2 exchanges to other addresses were left out\n" in out
    assert "\n  1 exchange with another version than beta (v1.0) was left out\n" in out


def test_merge_keys_and_long_marks_cost_nothing(broken, tmp_path, review):
    """Merge keys copy what they name, and brackets that never close send a reader back and forth."""
    several = "m{n}: &m{n} {{<<: [" + ", ".join(["*m{o}"] * 9) + "]}}\n"
    bomb = "m0: &m0 {a: b, c: d}\n" + "".join(several.format(n=n, o=n - 1) for n in range(1, 20))
    path = tmp_path / "some.yaml"
    entries = cassette(broken)
    path.write_text(bomb + yaml.safe_dump({"interactions": entries}) + "- *m19\n")
    found, made, _ = review(path)
    assert sorted(a for a, one in found.items() if one.verdict is Verdict.FAIL) == BROKEN
    assert "cannot be used" in made.sources[0].note
    answer = json.loads(entries[0]["response"]["body"]["string"])
    answer |= {"x": "[" + "hidden " * 200_000, "y": "\ud83d"}
    entries[0]["response"]["body"]["string"] = json.dumps(answer)
    entries[1]["request"]["uri"] += "\ud83d"
    path.write_text(json.dumps({"interactions": entries}))
    found, _, _ = review(path)
    assert sorted(a for a, one in found.items() if one.verdict is Verdict.FAIL) == BROKEN


def refused(entries):
    """The first valid create of a recording, refused for a passing reason."""
    one = copy.deepcopy(next(one for one in entries if one["response"]["status"] == 201))
    one["response"]["status"] = 400
    reshown(one, {"error": {"code": "BadRequest", "message": "Try again later."}})
    return one


def test_a_refusal_among_creates_that_went_well_does_not_bind(good, judge_har):
    """Nothing of a recording can be asked again, so that one refusal beside many that went well may have passed."""
    broken, found, _, _ = judge_har([*good, refused(good)])
    assert broken == []
    assert found["create/response.created"].passing is not None


def test_the_only_create_that_was_refused_binds(good, judge_har):
    assert judge_har([refused(good)])[0] == ["create/response.created"]
