"""What happens when the thing under test is not there, is something else, or never answers."""

import contextlib
import datetime
import socket
import threading
import time

import pytest
from servers import answering, silent, socket_server

from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.targets import Http, is_loopback
from restore_conformance.targets.http import RETRIES, retry_after
from restore_conformance.targets.target import is_vendor
from restore_conformance.verdicts import UsageError


def send(base, patience=2.0, **kind):
    target = Http(base, patience=patience)
    with contextlib.closing(target):
        return target.send(Request("POST", "/x", (("A", "b"),), b"{}"), **kind)


def test_a_refused_connection_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}").trouble == "unreachable: connection refused"


def test_an_unknown_host_is_told():
    assert send("http://no-such-host.localhost.invalid").trouble.startswith("unreachable: ")


def test_a_server_without_tls_is_told():
    with answering() as (base, _):
        assert send(base.replace("http:", "https:")).trouble.startswith("unreachable: TLS failed")


def test_a_server_that_drops_kept_lines_is_asked_on_fresh_ones():
    """A drop on a line that was kept says nothing about the request, however often it is repeated there."""

    def once(connection):
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            connection.recv(65536)

    with socket_server(once) as base, contextlib.closing(Http(base, patience=2.0)) as target:
        answers = [target.send(Request("GET", "/x")) for _ in range(6)]
    assert answers[1].trouble.startswith("no answer: connection dropped")
    assert [one.response.status for one in answers if one.response] == [200] * 5


def test_a_hanging_server_ends_in_a_time_out():
    with silent() as base:
        start = time.monotonic()
        assert send(base, patience=0.3).trouble == "time-out"
        assert time.monotonic() - start < 3


def test_a_server_that_drips_ends_in_a_time_out():
    stop = threading.Event()

    def drip(connection):
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.is_set():
                connection.sendall(b"x")
                time.sleep(0.05)

    with socket_server(drip) as base:
        start = time.monotonic()
        assert send(base, patience=0.5).trouble == "time-out"
        assert time.monotonic() - start < 3
    stop.set()


@pytest.mark.parametrize(
    "raw",
    [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{", b"nonsense\r\n\r\n"],
    ids=["closed", "cut short", "no HTTP"],
)
def test_a_dropped_connection_is_told(raw):
    def act(connection):
        with connection:
            connection.recv(65536)
            connection.sendall(raw)

    with socket_server(act) as base:
        assert send(base).trouble.startswith("no answer: connection dropped")


def test_an_answer_before_the_whole_body_was_sent_is_read():
    def act(connection):
        with contextlib.suppress(OSError), connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            connection.settimeout(5)
            while connection.recv(1 << 16):
                pass

    with socket_server(act) as base, contextlib.closing(Http(base, patience=5)) as target:
        assert target.send(Request("POST", "/x", (), b"y" * (8 << 20))).response.status == 413


def test_no_redirect_is_followed():
    with answering(307, [("Location", "/elsewhere")]) as (base, seen):
        assert send(base).response.status == 307
        assert seen == ["/x"]


@pytest.mark.parametrize("value", ["0", "0.05", "Mon, 01 Jan 2001 00:00:00 GMT"])
def test_throttling_is_waited_out(value):
    with answering(201, first=[(429, [("Retry-After", value)]), (503, [("Retry-After", value)])]) as (base, seen):
        answer = send(base)
    assert (answer.response.status, answer.attempts, len(seen)) == (201, 3, 3)


def test_throttling_is_not_waited_out_for_ever():
    with answering(429, [("Retry-After", "0")]) as (base, seen):
        answer = send(base)
    assert (answer.response.status, answer.attempts, len(seen)) == (429, RETRIES + 1, RETRIES + 1)
    with answering(429, [("Retry-After", "86400")]) as (base, seen):
        assert send(base).attempts == 1


@pytest.mark.parametrize(("value", "seconds"), [("2", 2.0), ("2.128", 2.128), ("soon", 1.0), ("-5", 0.0), (None, 1.0)])
def test_retry_after_is_read_in_every_form(value, seconds):
    from restore_conformance.exchange import Response

    headers = (("Retry-After", value),) if value is not None else ()
    assert retry_after(Response(429, headers)) == seconds
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=30)
    stamp = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert 27 < retry_after(Response(503, (("retry-after", stamp),))) <= 30


@pytest.mark.parametrize("base", ["127.0.0.1:80", "ftp://127.0.0.1", "http://", "http://127.0.0.1/beta?x=1"])
def test_a_base_that_is_none_is_one_sentence(base):
    with pytest.raises(UsageError, match="--target"):
        Http(base)


def test_a_bundle_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "bundle.pem").write_text("no certificate")
    for path in (tmp_path / "bundle.pem", tmp_path / "missing.pem"):
        with pytest.raises(UsageError, match="--ca-bundle"):
            Http("https://127.0.0.1", str(path))


def test_loopback_is_told_by_form():
    assert all(map(is_loopback, ["127.0.0.1", "127.9.9.9", "localhost", "[::1]", "a.localhost", "LOCALHOST."]))
    assert not any(map(is_loopback, ["127.0.0.1.example", "10.0.0.1", "example", "localhost.example", "128.0.0.1"]))


def test_the_vendor_is_told_by_domain():
    assert all(map(is_vendor, ["graph.microsoft.com", "GRAPH.MICROSOFT.US", "microsoftgraph.chinacloudapi.cn"]))
    assert not any(map(is_vendor, ["notmicrosoft.com", "127.0.0.1", "graph.example"]))


def test_what_was_sent_is_what_is_kept():
    service = Service()
    with serving(service) as base, contextlib.closing(Http(base)) as target:
        request = Request(
            "POST",
            "/solutions/backupRestore/sharePointRestoreSessions",
            (("Authorization", f"Bearer {service.token}"),),
        )
        answer = target.send(request)
    assert answer.response.status == 201
    names = {name.lower() for name, _ in answer.request.headers}
    assert "content-type" not in names
    assert {"host", "content-length", "user-agent", "authorization"} <= names
