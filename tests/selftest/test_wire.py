"""One request on the wire: bounded in time and size whatever a server does, and bound to where its host is."""

import contextlib
import gzip
import itertools
import json
import socket
import threading
import time
import tracemalloc
import zlib
from dataclasses import replace

import httpcore
import pytest
from looking import some
from servers import answering, socket_server

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clock import Skipping
from restore_conformance.drift.sources.fetch import fetch
from restore_conformance.exchange import Exchange, Observation, Request
from restore_conformance.judging.trouble import trouble, unread
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.settings import Settings
from restore_conformance.targets import Http
from restore_conformance.targets.coding import LARGEST, Broken, Decoder, Unread, coding_of
from restore_conformance.targets.target import is_near
from restore_conformance.verdicts import UsageError

PATIENCE = 0.2
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def ask(base, patience=PATIENCE, **kind):
    with contextlib.closing(Http(base, patience=patience, **kind)) as target:
        return target.send(Request("GET", "/x"))


def dripping(begin, pieces, gap):
    """What a server sends: a beginning, then pieces without end."""

    def act(connection):
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            connection.sendall(begin)
            for piece in pieces():
                connection.sendall(piece)
                time.sleep(gap)

    return act


def empty_blocks():
    """Chunks of a gzip stream that never yields another byte: stored blocks without content (RFC 1951, 3.2.4)."""
    made = zlib.compressobj(wbits=31)
    first = made.compress(b"{}") + made.flush(zlib.Z_SYNC_FLUSH)
    for block in itertools.chain([first], itertools.repeat(b"\x00\x00\x00\xff\xff")):
        yield f"{len(block):x}\r\n".encode() + block + b"\r\n"


ENDLESS = {
    "status line": (b"", lambda: (b"HTTP/1.1 200 OK\r\n"[at : at + 1] for at in range(17)), 0.05),
    "headers": (OK, lambda: itertools.repeat(b"a"), 0.05),
    "whole headers": (OK, lambda: (b"X-%d: y\r\n" % number for number in itertools.count()), 0.05),
    "interim answers": (b"", lambda: itertools.repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n"), 0.02),
    "interim answers at once": (b"", lambda: itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n" * 50), 0.001),
    "body": (OK + b"Content-Length: 99999\r\n\r\n", lambda: itertools.repeat(b"x"), 0.05),
    "chunk extensions": (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", lambda: itertools.repeat(b"e"), 0.05),
    "trailers": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        lambda: (b"T-%d: y\r\n" % number for number in itertools.count()),
        0.05,
    ),
    "empty gzip blocks": (
        OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", empty_blocks, 0.02,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", some(ENDLESS, *list(ENDLESS)[::3]))
def test_no_answer_takes_longer_than_patience(kind):
    """However an answer is stretched, the request ends when its time is up."""
    with socket_server(dripping(*ENDLESS[kind])) as base:
        start = time.monotonic()
        answer = ask(base)
        took = time.monotonic() - start
    assert (answer.response, answer.trouble) == (None, "time-out")
    assert took < PATIENCE + 1


def test_a_body_that_nobody_takes_ends_in_time():
    """Sending has the same clock as reading."""
    over = threading.Event()

    def act(connection):
        with connection:
            connection.recv(10)
            over.wait(5)

    with socket_server(act) as base, contextlib.closing(Http(base, patience=PATIENCE)) as target:
        start = time.monotonic()
        answer = target.send(Request("POST", "/x", (), b"y" * (32 << 20)))
        took = time.monotonic() - start
        over.set()
    assert answer.trouble == "time-out"
    assert took < PATIENCE + 1


def test_a_name_server_that_keeps_silent_ends_in_time(monkeypatch):
    """Looking a name up counts as well."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    start = time.monotonic()
    assert ask("http://a.localhost:1").trouble == "unreachable: no connection in time"
    assert time.monotonic() - start < PATIENCE + 1


def test_closing_ends_what_is_under_way():
    """A thread that waits for an answer is not waited for."""
    over = threading.Event()

    def act(connection):
        with connection:
            over.wait(5)

    with socket_server(act) as base:
        target = Http(base, patience=20)
        waiting = threading.Thread(target=target.send, args=(Request("GET", "/x"),))
        waiting.start()
        time.sleep(0.1)
        target.close()
        waiting.join(2)
        over.set()
    assert not waiting.is_alive()


def test_waits_that_a_server_asks_for_have_a_total():
    """Retry-After costs a request a minute at most, however it is dealt out."""
    clock = Skipping()
    with answering(429, [("Retry-After", "40")]) as (base, seen):
        ask(base, clock=clock)
    assert (int(clock.now()), len(seen)) == (40, 2)


def test_an_answer_has_the_time_of_its_last_attempt():
    """What is waited between two attempts is no part of the time that an answer takes."""
    with answering(503, [("Retry-After", "7")]) as (base, _):
        answer = ask(base, clock=Skipping())
    assert answer.attempts == 4
    assert 21 <= answer.at < 25
    assert 0 < answer.seconds < 4


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize("value", ["gzip, gzip", "gzip, deflate", "identity, gzip, x-gzip", "br", "zstd"])
def test_codings_that_were_not_asked_for_are_not_undone(value):
    """Two codings, or a foreign one: not read, and nothing that the target is blamed for."""
    bomb = gzip.compress(gzip.compress(b"\0" * 3_000_000))
    with answering(200, [("Content-Encoding", value)], bomb) as (base, _):
        answer = ask(base, 5)
    exchange = Exchange(1, answer.request, answer.response, observation=Observation(trouble=answer.trouble))
    assert answer.response is None
    assert unread(exchange)
    assert (trouble(exchange) or "").startswith("not read: ")


def test_two_headers_of_one_coding_each_are_two_codings():
    """How they are spread over headers makes no difference."""
    with pytest.raises(Unread, match="more than one content coding"):
        coding_of(["gzip", "gzip"])
    assert coding_of(["identity", " GZIP "]) == "gzip"
    assert coding_of([]) == ""


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("kind", ["gzip", "two members", "padded", "zlib", "raw"])
def test_a_coding_is_undone_however_it_arrives(kind, size):
    """Every form that a standard allows, in pieces of any size."""
    text = json.dumps({"value": list(range(500))}).encode()
    raw = zlib.compressobj(wbits=-15)
    made = {
        "gzip": gzip.compress(text),
        "two members": gzip.compress(text[:100]) + gzip.compress(text[100:]),
        "padded": gzip.compress(text) + b"\0" * 20,
        "zlib": zlib.compress(text),
        "raw": raw.compress(text) + raw.flush(),
    }[kind]
    decoder = Decoder("deflate" if kind in {"zlib", "raw"} else "gzip")
    for at in range(0, len(made), size):
        decoder.take(made[at : at + size])
    assert bytes(decoder.body) == text


def test_what_is_not_what_its_coding_says_is_broken():
    """An answer that cannot be undone is trouble as before, of the kind that is asked for again."""
    with pytest.raises(Broken):
        Decoder("gzip").take(b"no gzip at all")
    with answering(200, [("Content-Encoding", "gzip")], b"no gzip at all") as (base, _):
        assert ask(base, 5).trouble == "no answer: its content coding cannot be undone"


def test_a_bomb_takes_no_memory():
    """A small answer that unfolds to gigabytes is given up at the bound."""
    bomb = zlib.compressobj(wbits=31)
    small = b"".join(bomb.compress(b"\0" * (1 << 20)) for _ in range(64)) + bomb.flush()
    tracemalloc.start()
    with answering(200, [("Content-Encoding", "gzip")], small) as (base, _):
        assert ask(base, 5).trouble == "not read: more than 4 MiB"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * LARGEST


@pytest.mark.parametrize("text", [b'{"a":"' + b"x" * (20 << 20) + b'"}', b"[" + b"[]," * 1_200_000 + b"[]]"])
def test_nine_large_answers_are_not_kept(text):
    """Neither many bytes nor many values: what is not read takes no memory, and is reported as such."""
    with answering(200, [], text) as (base, _), contextlib.closing(Http(base, patience=10)) as target:
        answers = [target.send(Request("GET", "/x")) for _ in range(2)]
    assert {one.response for one in answers} == {None}
    assert all(one.trouble.startswith("not read: ") for one in answers)


def test_large_answers_have_a_bound_together():
    """A server cannot fill the memory with one answer of a permitted size after the other."""
    text = b"[" + b"1," * 120_000 + b"1]"
    with answering(200, [], text) as (base, _), contextlib.closing(Http(base, patience=10)) as target:
        answers = [target.send(Request("GET", "/x")) for _ in range(16)]
    read = [one for one in answers if one.response is not None]
    assert 8 <= len(read) < 16
    assert answers[-1].trouble.startswith("not read: the large answers of this run")


# ---------------------------------------------------------------- cookies and paths


def test_cookies_are_evidence_and_never_sent():
    """What a server sets is in the answer; no later request carries it, whoever the caller is."""
    seen = []

    def act(connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(65536):
                seen.append(data.lower())
                connection.sendall(OK + b"Set-Cookie: session=abc; Path=/\r\nContent-Length: 2\r\n\r\n{}")

    with socket_server(act) as base, contextlib.closing(Http(base, patience=5)) as target:
        answers = [target.send(Request("GET", f"/x{number}")) for number in range(3)]
    assert all(one.response.header("Set-Cookie") for one in answers)
    assert len(seen) == 3
    assert not any(b"cookie" in one for one in seen)


def test_a_service_that_knows_its_callers_by_a_cookie_is_not_blamed(register):
    """Whoever signs in with a token gets a cookie that is as good: no caller shows another one's."""
    service = Service()
    plain = service.handle

    def handle(request):
        bearer = request.header("Authorization") or ""
        if "session=good" in (request.header("Cookie") or ""):
            others = tuple((name, value) for name, value in request.headers if name.lower() != "authorization")
            request = replace(request, headers=(*others, ("Authorization", f"Bearer {service.token}")))
        reply = plain(request)
        if bearer.endswith(service.token):
            return replace(reply, headers=(*reply.headers, ("Set-Cookie", "session=good; Path=/; HttpOnly")))
        return reply

    service.handle = handle
    tokens = {kind: token for token, kind in service.tokens.items() if kind != "good"}
    with serving(service) as base, contextlib.closing(Http(base, patience=5)) as target:
        result = Campaign(Settings(token=service.token, identities=tokens, profile="quick"), target, register).run()
    assert not [one.clause.address for one in result.verdicts if one.verdict == "fail"]


def test_fetching_a_document_keeps_no_cookie(tmp_path):
    """The sources of a comparison are asked as by a stranger, every time."""
    seen = []

    def act(connection):
        with contextlib.suppress(OSError), connection:
            seen.append(connection.recv(65536).lower())
            connection.sendall(OK + b"Set-Cookie: a=b; Path=/\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")

    with socket_server(act) as base:
        for number in range(2):
            assert fetch(f"{base}/{number}", cache=tmp_path).read() == b"{}"
    assert len(seen) == 2
    assert not any(b"cookie" in one for one in seen)


@pytest.mark.parametrize("path", ["/../admin", "/a/../../admin", "/solutions/../../x?y=1", "/%2e%2e/x/../../admin"])
def test_no_request_leaves_the_service_root(path):
    """Whoever built the path: nothing is sent."""
    with answering() as (base, seen), contextlib.closing(Http(base + "/beta", patience=2)) as target:
        answer = target.send(Request("GET", path))
    assert "leaves the service root" in answer.trouble
    assert seen == []


# ---------------------------------------------------------------- where a host is


@pytest.fixture
def reached(monkeypatch):
    """Gives the addresses that a connection is tried to; none is made."""
    tried = []

    def connect_tcp(_, host, *__):
        tried.append(host)
        raise httpcore.ConnectError("not in a test")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect_tcp)
    return tried


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.7", "169.254.169.254", "2001:db8::1"])
@pytest.mark.parametrize("host", ["localhost", "service.localhost"])
def test_loopback_is_where_it_is_connected_to(monkeypatch, reached, host, address):
    """A name that looks like this machine and is elsewhere is not sent anything."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 80))])
    assert f"{host} has the address {address}" in ask(f"http://{host}:1").trouble
    assert reached == []


@pytest.mark.parametrize("address", ["8.8.8.8", "169.254.169.254", "2600::1"])
def test_an_emulator_is_trusted_by_its_address(monkeypatch, reached, address):
    """A listed name that leads to the public network is not sent anything, unless that address is listed as well."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 80))])
    assert "do not trust" in ask("http://emulator.example:1", near=True).trouble
    assert reached == []
    ask("http://emulator.example:1", near=True, addresses=frozenset({address}))
    assert reached == [address]


def test_one_foreign_address_among_several_is_enough(monkeypatch, reached):
    """Which of them answers is nothing to rely on."""
    found = [(2, 1, 6, "", (address, 80)) for address in ("127.0.0.1", "8.8.8.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert "8.8.8.8" in ask("http://localhost:1").trouble
    assert reached == []


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch, reached):
    """The address of the first request is the address of all."""
    answers = [[(2, 1, 6, "", ("127.0.0.1", 80))], [(2, 1, 6, "", ("10.0.0.7", 80))]]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.pop(0))
    with contextlib.closing(Http("http://emulator.example:1", near=True, patience=2)) as target:
        for _ in range(3):
            target.send(Request("GET", "/x"))
    assert reached == ["127.0.0.1"] * 3


def test_addresses_of_private_networks_are_near():
    """Containers and test machines; not the public network, and not the service that hands out credentials."""
    assert all(
        map(is_near, ["127.0.0.1", "::1", "10.1.2.3", "172.17.0.2", "192.168.1.9", "fd00::1", "::ffff:10.0.0.1"])
    )
    assert not any(map(is_near, ["8.8.8.8", "169.254.169.254", "::ffff:8.8.8.8", "localhost", "2600::1"]))


def test_a_url_with_a_password_is_refused():
    """It is not echoed either."""
    with pytest.raises(UsageError) as refused:
        Http("https://user:hunter2hunter2@127.0.0.1/beta")
    assert "hunter2" not in str(refused.value)
