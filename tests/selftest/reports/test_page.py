"""report.html: what stands where, readable without scripts, and small whatever a record holds."""

import base64
import copy
import hashlib
import html
import itertools
import json
import re

import pytest
from rendering import Page

from restore_conformance.records.safe_text import body, line, visible
from restore_conformance.reports import html as page
from restore_conformance.reports import wording
from restore_conformance.reports.exchange_view import marked


def rendered(run):
    made = Page(page.render(run))
    assert made.unclosed == []
    return made


def text_of(tree):
    return re.sub(r"\s+", " ", tree.text)


def test_the_page_is_well_formed_and_every_link_in_it_leads_somewhere(broken, kept):
    for run in (broken, kept):
        tree = rendered(run)
        ids = [attrs["id"] for _, attrs in tree.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        for _, attrs in tree.tags:
            for name in ("aria-labelledby", "aria-describedby", "for"):
                assert all(one in ids for one in attrs.get(name, "").split()), attrs
            if attrs.get("href", "").startswith("#"):
                assert attrs["href"][1:] in ids, attrs
        levels = [int(tag[1]) for tag, _ in tree.tags if re.fullmatch(r"h\d", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert {"header", "nav", "main", "footer"} <= tree.names
        assert all("scope" in attrs for tag, attrs in tree.tags if tag == "th")


def test_only_the_style_and_the_script_of_the_page_may_run(broken):
    text = page.render(broken)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        inner = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert " style=" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert "eval(" not in text
    assert "innerHTML" not in text


def test_what_needs_a_script_is_hidden_without_one(broken):
    tree = rendered(broken)
    assert all("hidden" in attrs for tag, attrs in tree.tags if tag == "form" or "copy" in attrs.get("class", ""))


def test_a_finding_holds_what_one_acts_on(broken):
    text = page.render(broken)
    tree = Page(text)
    said = text_of(tree)
    entry = wording.failed(broken)[0]
    finding = entry["findings"][0]
    assert f"The target mock does not conform to its contract: {len(wording.failed(broken))} of" in said
    for part in (
        entry["says"],
        finding["message"],
        f"{finding['seen']} of {finding['of']} times",
        "first exchange"[6:],
    ):
        assert part in said
    assert "<mark>&#34;total&#34;: 1</mark>" in text
    assert "← expected 2" in said
    assert finding["curl"] in html.unescape(text)
    headers = dict(finding["evidence"][-1]["exchange"]["response"]["headers"])
    assert f"request-id{headers['request-id']}" in said.replace(" ", "")
    links = [attrs["href"] for tag, attrs in tree.tags if tag == "a"]
    assert any(link.endswith("view=graph-rest-beta#response") for link in links)


def test_history_ledger_and_partial_records_are_shown(changed):
    run, entry = changed
    assert "no history was given" in text_of(rendered(run))
    entry["history"] = {"first_seen": "2026-11-20T00:00:00+00:00", "last_good": "2026-11-19T00:00:00+00:00", "runs": 7}
    entry["accepted"] = {"reason": "Known to the vendor.", "owner": "storage", "case": "TR-9", "review": "2027-01-01"}
    run["ledger"] = {"accepted": [entry["id"]], "errors": ["The entry a/b.c matches no clause."]}
    run["stopped"] = "interrupted"
    said = text_of(rendered(run))
    for part in (
        "2026-11-20T00:00:00+00:00, in 7 runs in a row", "Last passed2026-11-19",
        "Accepted deviation: Known to the vendor. (owner storage, case TR-9, to be reviewed by 2027-01-01)",
        "The entry a/b.c matches no clause.",
        "This record is partial", "1 deviation is accepted for now",
    ):  # fmt: skip
        assert part in said, part
    assert entry["findings"][0]["message"] in said


def test_every_clause_reading_reason_and_family_is_listed(kept):
    said = text_of(rendered(kept))
    for entry in kept["clauses"]:
        assert entry["says"] in said
        assert entry["id"] in said
        if entry["verdict"] == "none":
            assert entry["reason"] in said
    for key in kept["readings"]:
        assert key in said
    for family in kept["timing"]["families"]:
        assert wording.family(family) in said
    examples = {entry["example"]["number"] for entry in kept["clauses"] if "example" in entry}
    assert len(re.findall(r'id="exchange-\d+"', page.render(kept))) == len(examples)


def test_an_error_of_the_suite_and_a_clause_without_findings_are_shown(changed):
    run, entry = changed
    entry.update(verdict="error", findings=[], reason="KeyError: 'x'")
    run.update(verdict="error", reason="the suite failed to judge a clause", exit=4)
    said = text_of(rendered(run))
    assert "the suite itself failed" in said.lower()
    assert "KeyError: 'x'" in said


@pytest.mark.parametrize("length", [pytest.param(length, marks=pytest.mark.deep) for length in (100, 8000)])
def test_a_record_in_which_everything_is_broken_makes_a_small_page(broken, length):
    """Every clause broken, each with three exchanges, and texts of any length in each place that has one."""
    run = copy.deepcopy(broken)
    finding = wording.failed(run)[0]["findings"][0]
    filling = "<é>" * (length // 3)
    for part in ("message", "expected", "observed", "pointer", "curl"):
        finding[part] = filling
    finding["evidence"][-1]["exchange"]["response"]["headers"] += [[filling, filling]] * 50
    finding["evidence"][-1]["exchange"]["response"]["body"] = {"size": length, "text": json.dumps({"a": filling})}
    finding["evidence"] = finding["evidence"] * 3
    for entry in run["clauses"]:
        entry.update(verdict="fail", findings=[finding], seen={f"{n}{filling}": 1 for n in range(50)})
    made = page.render(run)
    assert len(made.encode()) < 5_000 * len(run["clauses"])
    assert all(entry["says"] in html.unescape(made) for entry in run["clauses"])


@pytest.mark.parametrize(
    ("body", "pointer", "shown"),
    [
        ('{"a": {"b": 1}}', "/a/b", '«"b": 1»  ← expected 2'),
        ('{"a": {}}', "/a/b", '"a": {}«  ← missing: b»'),
        ('{"a": {"c": 1}}', "/a/b", "«← missing: b»"),
        ('[1, 2]', "/2", "«← missing: 2»"),
        ('{"a": [{"b~/": null}]}', "/a/0/b~0~1", '«"b~/": null»'),
        ('{"a": {"b": 1}}', "/a", '«"a": {»'),
        ('{"a": 1}', "/a/b/c", '"a": 1«  ← missing: b/c»'),
        ('{"a": 1e999}', "/a", '{"a": 1e999}'),
        ("not json", "/a", "not json"),
        ('{"a": 1}', "", '{\n  "a": 1\n}'),
        ("", "/a", "(empty body)"),
        ("[" * 400 + "]" * 400, "/0", "[" * 400),
    ],
)  # fmt: skip
def test_the_place_of_a_pointer_is_marked(body, pointer, shown):
    pieces = marked({"size": len(body), "text": body}, pointer, 5000, "2")
    told = "".join(f"«{p.text}»" if p.kind in {"mark", "missing"} else p.text for p in pieces)
    assert shown in told


def test_several_marks_are_kept_where_not_all_is_shown():
    """What lies between two places that are far apart is left out, and counted."""
    body = json.dumps({"x": [{"id": n, "t": "y" * 30} for n in range(900)], "z": [1]})
    pieces = marked({"size": len(body), "text": body}, ["/x/0/id", "/x/700/id", "/z"], 1500)
    assert [piece.text for piece in pieces if piece.kind == "mark"] == ['"id": 0', '"id": 700', '"z": [', "]"]
    text = "".join(piece.text for piece in pieces)
    assert len(text) < 2500
    shown = sum(1 for one in text.splitlines() if not one.startswith("…"))
    skipped = sum(int(found.replace(",", "")) for found in re.findall("… ([0-9,]+) lines?", text))
    assert shown + skipped == len(json.dumps(json.loads(body), indent=2).splitlines())


def test_the_mark_is_kept_where_not_all_is_shown():
    body = json.dumps({"x": [{"id": n, "t": "y" * 30} for n in range(900)]})
    pieces = marked({"size": len(body), "text": body}, "/x/700/id", 1500)
    assert [p.text for p in pieces if p.kind == "mark"] == ['"id": 700']
    assert sum(len(p.text) for p in pieces) < 2000
    assert marked({"size": 9, "base64": "AAE="}, "/x", 100)[0].text.startswith("(bytes that are not UTF-8")
    assert marked(None, "/x", 100)[0].text == "(no body)"


def test_text_is_made_visible():
    assert visible("a\x1b[1m\u202eb\x00\u2028\ud800é\n") == "a\\u001b[1m\\u202eb\\u0000\\u2028\\ud800é\n"
    assert line("a\nb\t##[x]") == "a\\nb\\t#\\u0023[x]"
    assert len(line("x" * 9000)) == 400


@pytest.mark.parametrize(
    ("verdict", "change", "says"),
    [
        ("conformant", {}, "conforms to its contract: all"),
        ("non-conformant", {}, "does not conform to its contract: the caller personal may not create."),
        ("inconclusive", {}, "It could not be decided whether the target mock conforms to its contract"),
        ("error", {}, "The suite itself failed, which says nothing about the target mock"),
        ("conformant", {"recordings": [{"name": "x"}]}, "The recorded service conforms to its contract"),
    ],
)
def test_the_verdict_is_one_sentence(kept, verdict, change, says):
    said = wording.sentence({**kept, "verdict": verdict, "reason": "the caller personal may not create", **change})
    assert says in said
    assert said.endswith(".")
    assert "\n" not in said


def test_the_places_of_clauses_are_addresses(kept):
    known = {entry["id"]: list(wording.places(entry)) for entry in kept["clauses"]}
    assert all(found for found in known.values())
    assert known["create/request-headers.authorization-required"][0].address.endswith("#request-headers")
    assert known["create/introduction.exclusive-artifacts"][0].address.endswith("view=graph-rest-beta")
    assert known["create/errors.invalid-path-type"][0].text == "Backup Storage error codes, row InvalidPathType"
    assert known["create/request-body.utf-8"][1].address == "https://www.rfc-editor.org/rfc/rfc8259#section-8.1"
    assert known["list/response.collection"][0].address.endswith("#response")


def test_a_body_that_was_cut_is_indented_as_far_as_it_goes():
    """Lists are long and often cut: nothing but white space between the parts is added."""
    text = '{"value":[{"a":"x, {y}\\"","b":1.5e400}],"c":"cut o'
    shown = body({"text": text, "cut": True, "size": 9000}).splitlines()
    assert shown[:4] == ["{", '  "value": [', "    {", '      "a": "x, {y}\\"",']
    assert shown[-2:] == ['  "c": "cut o', "… (9,000 bytes in all)"]
    assert "".join(line.lstrip().replace(": ", ":") for line in shown[:-1]) == text
