"""How the mock sends responses, byte by byte, and how its server on plain sockets reads what clients may send."""

import contextlib
import gzip
import json
import socket
import zlib

import h11
import pytest
from client import GRANULAR, SITE, Client
from looking import some

from restore_conformance.exchange import Request, Response
from restore_conformance.mock import Service
from restore_conformance.mock.sockets import serving
from restore_conformance.mock.transport import MalformedResponse, TransportOptions, closes_connection, serialised
from restore_conformance.mock.variants import VARIANTS, composed

REQUEST = Request("GET", "/x", (("Accept-Encoding", "gzip, deflate"),))
BODY = json.dumps({"value": ["text é"] * 200}).encode()
RESPONSE = Response(200, (("Content-Type", "application/json"),), BODY)


def sent(options, request=REQUEST, response=RESPONSE):
    return b"".join(piece for piece in serialised(options, request, response) if isinstance(piece, bytes))


def read(raw):
    """What h11 makes of it: the final status, its headers, the body."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/x", headers=[("Host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(raw)
    client.receive_data(b"")
    status, headers, body = 0, {}, b""
    while True:
        event = client.next_event()
        if isinstance(event, h11.Response):
            status, headers = event.status_code, {n.decode(): v.decode() for n, v in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return status, headers, body


WIRED = [name for name in VARIANTS if name.startswith("wire-")]


@pytest.mark.parametrize("name", WIRED)
def test_a_body_stays_the_same_however_it_is_sent(name):
    status, headers, body = read(sent(composed([name]).transport))
    undo = {"gzip": gzip.decompress, "deflate": zlib.decompress}.get(headers.get("content-encoding"), bytes)
    assert (status, headers["content-type"], undo(body)) == (200, "application/json", BODY)


@pytest.mark.parametrize("name", WIRED)
def test_an_answer_without_content_has_none(name):
    status, headers, body = read(sent(composed([name]).transport, response=Response(204)))
    assert (status, body) == (204, b"")
    assert not {"content-length", "transfer-encoding"} & set(headers)


def test_all_options_differ_from_the_plain_one():
    plain = list(serialised(TransportOptions(), REQUEST, RESPONSE)), False
    for name in WIRED:
        options = composed([name]).transport
        assert (list(serialised(options, REQUEST, RESPONSE)), closes_connection(options, REQUEST, RESPONSE)) != plain, (
            name
        )


def test_a_coding_is_used_only_where_it_is_accepted():
    assert b"gzip" not in sent(TransportOptions(coding="gzip"), Request("GET", "/x"))


def test_what_is_malformed_is_sent_as_it_is_and_the_connection_is_closed():
    options = TransportOptions(corrupt=lambda *_: MalformedResponse((("Content-Length", "9"),), b"short"))
    assert sent(options).endswith(b"Content-Length: 9\r\n\r\nshort")
    assert closes_connection(options, REQUEST, RESPONSE)


PATH = "/beta/solutions/backupRestore/sharePointRestoreSessions"


def head(service, *headers):
    """The head of a create request with these headers beside the usual ones."""
    lines = [f"POST {PATH} HTTP/1.1", "Host: x", f"Authorization: Bearer {service.token}"]
    return "\r\n".join([*lines, "Content-Type: application/json", *headers, "", ""]).encode()


@contextlib.contextmanager
def line(service):
    with serving(service) as base:
        port = int(base.rpartition(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as made:
            yield made, made.makefile("rb")


def test_a_client_that_expects_100_continue_gets_it():
    service = Service()
    with line(service) as (made, lines):
        made.sendall(head(service, "Expect: 100-continue", "Content-Length: 2"))
        assert lines.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert lines.readline() == b"\r\n"
        made.sendall(b"{}")
        assert lines.readline().startswith(b"HTTP/1.1 201 ")


def test_a_request_in_chunks_is_read_and_the_connection_kept():
    service = Service()
    with line(service) as (made, lines):
        for _ in range(2):
            made.sendall(head(service, "Transfer-Encoding: chunked") + b"1;x=1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
            assert lines.readline().startswith(b"HTTP/1.1 201 ")
            length = 0
            while (one := lines.readline()) != b"\r\n":
                if one.lower().startswith(b"content-length:"):
                    length = int(one.split(b":")[1])
            assert json.loads(lines.read(length))["status"] == "draft"


def test_the_connection_is_closed_on_what_is_not_http():
    with line(Service()) as (made, lines):
        made.sendall(b"hello\r\n\r\n")
        assert lines.read() == b""


TOKENS = ["x", "_", "é", "²", "-5", "9" * 5000, "c3RhcnQ6LTE=", "c3RhcnQ6eA==", "%FF%FE", "=", "1e3"]


@pytest.mark.parametrize("token", some(TOKENS, *TOKENS[::3]))
def test_a_token_that_a_service_did_not_give_is_no_error_of_it(token):
    """Of the mock and of every conforming server: a list from the beginning, or a refusal."""
    for variant in [None, *VARIANTS.values()]:
        client = Client(composed([variant.name] if variant else []))
        client("POST", "/sharePointRestoreSessions", {})
        session = next(iter(client.service.sessions), "x")
        for path in ("", f"/{session}/{SITE}", f"/{session}/{GRANULAR}"):
            assert client("GET", f"/sharePointRestoreSessions{path}?$skiptoken={token}")[0] < 500
        assert client("GET", f"/restoreSessions?$skiptoken={token}")[0] < 500
