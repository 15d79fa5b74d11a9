"""Nothing secret reaches a file; what stands in its place keeps sameness and form."""

import base64
import json
import re
from collections import Counter

import hypothesis
import hypothesis.strategies as st
import pytest
from planting import FORM, KNOWN, Planting, survivors

from restore_conformance.cli import main
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Exchange, Observation, Request
from restore_conformance.mock import Service
from restore_conformance.recogniser import Recogniser
from restore_conformance.recorded.cassettes import Cassette, Provenance, save
from restore_conformance.recorded.har import Writer
from restore_conformance.records.exchange_store import Store
from restore_conformance.scrub import Scrub, is_placeholder
from restore_conformance.scrub.needles import Needles

TOKEN = "canary-setting-0123456789abcdef"


def leaks(number, folder, seed=1):
    """Write exchanges full of canaries in every form of file; gives those planted and those that survive."""
    planting = Planting(Service(), number, seed)
    scrub = Scrub({"token": TOKEN})
    har = Writer(folder / "run.har", scrub, "http://127.0.0.1:1/beta", {TOKEN: "good"})
    store = Store(folder / "exchanges.ndjson", scrub, "http://127.0.0.1:1/beta", har=har)
    recogniser, kept = Recogniser(callers={TOKEN: "good"}), []
    for at, (headers, body, answer_headers) in enumerate(planting.exchanges(), 1):
        request = Request("POST", CREATE, (("Authorization", f"Bearer {TOKEN}"), *headers), b"{}")
        exchange = Exchange(
            at, request, planting.answer(body, answer_headers), observation=Observation(note=f"for {TOKEN}")
        )
        exchange.observation.sent = recogniser(request)
        store(exchange)
        kept.append(exchange)
    store.close()
    for at in range(0, len(kept), 20):
        pairs = tuple(
            (
                Request("POST", CREATE, tuple(map(tuple, scrub.headers(e.request.headers))), e.request.body),
                type(e.response)(
                    400, tuple(map(tuple, scrub.headers(e.response.headers))), scrub.bytes(e.response.body)
                ),
            )
            for e in kept[at : at + 20]
        )
        about = Provenance(f"create/leak.{at}", "mock", "x", "2026-01-01", "", (), "", "", "http://mock.example/beta")
        save([Cassette("leak", folder / f"{at}.yaml", pairs, about)])
    (folder / "error.txt").write_text(
        scrub.text(f"{kept[0].response.body.decode()} {TOKEN} {kept[1].response.headers}")
    )
    planted = [*planting.planted, ("setting", "plain", TOKEN)]
    return planted, survivors(planted, folder)


def test_no_canary_survives(tmp_path):
    planted, alive = leaks(500, tmp_path)
    assert len({kind for kind, _, _ in planted}) >= 30
    assert {coding for _, coding, _ in planted} == {
        "plain",
        "json",
        "url",
        "base64",
        "base64url",
        "hex",
        "jwt",
        "lines",
    }
    assert not alive, (len(alive), Counter((k, c) for k, c, _, _ in alive).most_common(8), alive[:2])


@pytest.mark.deep
def test_no_canary_of_five_thousand_survives(tmp_path):
    planted, alive = leaks(5000, tmp_path, seed=2)
    print(f"{len(planted)} canaries of {len(KNOWN) + len(FORM) + 1} kinds planted, {len(alive)} survive")
    assert not alive, Counter((k, c) for k, c, _, _ in alive).most_common(8)


def test_a_run_writes_no_token_and_no_name(tmp_path):
    service = Service()
    from restore_conformance.mock.server import serving
    from restore_conformance.mock.session import USER

    with serving(service) as base:
        identity = [f"--identity={kind}={token}" for token, kind in service.tokens.items() if kind != "good"]
        arguments = ["run", "--target", base, "--token", service.token, *identity, "--profile", "quick"]
        assert main([*arguments, "--report", str(tmp_path)]) == 0
    for path in tmp_path.iterdir():
        text = path.read_text()
        assert not [kind for token, kind in service.tokens.items() if token in text], path.name
        assert USER["id"] not in text
        assert USER["displayName"] not in text


def test_scrubbing_twice_changes_nothing():
    planting, scrub = Planting(Service(), 300), Scrub({"token": TOKEN})
    rows = list(planting.exchanges())
    for headers, body, answer_headers in rows:
        scrub.learn(Exchange(1, Request("POST", CREATE, tuple(headers), None), planting.answer(body, answer_headers)))
    for headers, body, _ in rows:
        once = scrub.text(body)
        assert scrub.text(once) == once
        assert Scrub().text(once) == once
        pairs = scrub.headers(tuple(headers))
        assert scrub.headers(tuple(map(tuple, pairs))) == pairs


def test_the_same_is_the_same_everywhere():
    scrub = Scrub(values=[("user", "3f2b6a10-1111-4222-8333-123456789abc")])
    guid = "3f2b6a10-1111-4222-8333-123456789abc"
    plain = scrub.text(guid)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", plain)
    assert scrub.text(guid.upper()) == plain.upper()
    assert plain in scrub.text(f"the user {guid} said")
    assert plain in base64.b64decode(scrub.text(base64.b64encode(f"id={guid};".encode()).decode())).decode()
    assert plain.replace("-", "") == scrub.text(guid.replace("-", ""))


def test_placeholders_keep_their_form():
    scrub = Scrub()
    for name, value, form in (
        ("user", "3f2b6a10-1111-4222-8333-123456789abc", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("mail", "jo@corp.com", r"[^@ ]+@[^@ ]+\.[a-z]+"),
        ("host", "emulator.corp.net", r"[a-z0-9.-]+"),
        ("browse", "eJxabc_-9", r"[A-Za-z0-9_-]+=*"),
        ("token", "abc.def.ghi", r"\S+"),
    ):
        made = scrub.stand_in(name, value)
        assert re.fullmatch(form, made)
        assert is_placeholder(made)


def test_what_the_contract_prints_is_exempt():
    for name in ("standard", "granular"):
        text = json.dumps(pinned().json(f"create/examples/{name}.response.json"))
        assert Scrub().text(text) == text


def test_request_ids_are_taken_out_where_asked_for():
    headers = (("request-id", "3f2b6a10-1111-4222-8333-123456789abc"),)
    assert Scrub().headers(headers) == [list(headers[0])]
    assert is_placeholder(Scrub(request_ids=True).headers(headers)[0][1])


def test_a_word_of_the_contract_is_replaced_where_it_names_somebody_only():
    text = json.dumps({"status": "draft", "createdBy": {"user": {"displayName": "draft"}}})
    scrub = Scrub(values=[("name", "draft")])
    made = json.loads(scrub.text(text))
    assert made["status"] == "draft"
    assert is_placeholder(made["createdBy"]["user"]["displayName"])


@pytest.mark.parametrize(
    "text", ["a" * 300_000, "a-" * 150_000, '"\\' * 100_000, "%41" * 100_000, "scrubbed-a" * 30_000]
)
def test_long_texts_take_no_longer_than_they_are(text):
    import time

    started = time.perf_counter()
    Scrub({"token": TOKEN}).text(text)
    assert time.perf_counter() - started < 3


def test_errors_show_no_token(capsys, tmp_path):
    assert main(["run", "--target", f"http://user:{TOKEN}@nowhere.corp.net/beta", "--token", TOKEN]) == 2
    err = capsys.readouterr().err
    assert TOKEN not in err
    assert "--emulator nowhere.corp.net" in err, "whoever typed a host is told which one is meant"


@pytest.mark.parametrize(
    "text",
    [
        '{"value@odata.type": "x", "a@odata.bind": 1}', "/@odata.context: expected a text", "{'@odata.type': 'x'}",
        "x@microsoft.graph.conflictBehavior", "siteRestoreArtifacts@odata.nextLink",
    ],
)  # fmt: skip
def test_control_information_is_no_mail_address(text):
    assert Scrub().text(text) == text


@pytest.mark.parametrize("mail", ["anna@contoso.com", "a@odata.contoso.com", "x@microsoft.graph", "b@odata.types.net"])
def test_what_only_resembles_control_information_is_a_mail_address(mail):
    assert mail not in Scrub().text(f'{{"text": "write to {mail}"}}')


def test_half_of_a_surrogate_pair_stops_no_run():
    scrub = Scrub()
    scrub.known("name", "half \ud800 of a pair")
    assert "of a pair" not in scrub.text("said half \ud800 of a pair")


@hypothesis.settings(max_examples=30, database=None, deadline=None)
@hypothesis.given(
    st.lists(st.text("abc1-", min_size=8, max_size=24), min_size=1, max_size=6), st.lists(st.text("abc1-", max_size=9))
)
def test_a_value_is_found_wherever_it_stands(values, between):
    """Whatever stands before and after it, at any place of a text, alone or beside another."""
    needles = Needles(lambda value, met: "=")
    for value in values:
        needles.add(value, every_spelling=False)
    text = "".join(f"{blank}{value}" for blank, value in zip([*between, *values], values * 9, strict=False))
    left = needles.replaced(text, lambda inner: inner)
    assert [value for value in values if value in left] == []
