"""What real clients ask of the served mock, shown without them; tests/sdk has the proof."""

import contextlib
import gzip
import json
import socket
import ssl

import httpx
import pytest
from tenant import tls

from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.server import listen, serving
from restore_conformance.mock.wire import LARGEST_BODY

PATH = "/solutions/backupRestore/"


@pytest.mark.parametrize("collection", ["restoreSessions", "sharePointRestoreSessions"])
def test_doubled_slash(collection):
    """A path that begins with two slashes, as the SDKs send it, is the same path, and its links are clean."""
    service = Service()
    service.page = 1
    headers = (("Authorization", f"Bearer {service.token}"),)
    for _ in range(2):
        created = service.handle(Request("POST", f"/{PATH}sharePointRestoreSessions", headers))
        assert created.status == 201
    page = json.loads(service.handle(Request("GET", f"/{PATH}{collection}", headers)).body)
    assert page["@odata.context"].endswith(f"#{collection}")
    assert page["@odata.nextLink"] == f"{PATH}{collection}?$skiptoken=1"


def test_no_delay():
    """The listening socket names its protocol: without that asyncio sets no TCP_NODELAY on what it accepts."""
    with contextlib.closing(listen()) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def link(service, target, *headers):
    """The link to the second page of a list that was asked for with these headers."""
    token = ("Authorization", f"Bearer {service.token}")
    page = json.loads(service.handle(Request("GET", target, (token, *headers))).body)
    return page["@odata.nextLink"].removesuffix(f"{PATH}restoreSessions?$skiptoken=1")


FORWARDED = (("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "graph.example, inner"))


@pytest.mark.parametrize(
    ("address", "version", "headers", "base"),
    [
        ("http://127.0.0.1:8080/beta", "/beta", (), "http://127.0.0.1:8080/beta"),
        ("http://127.0.0.1:8080/beta", "/v1.0", (), "http://127.0.0.1:8080/v1.0"),
        ("http://127.0.0.1:8080/beta", "", (), "http://127.0.0.1:8080/beta"),
        ("http://127.0.0.1:8080/beta", "/v1.0", (("Host", "localhost:99"),), "http://localhost:99/v1.0"),
        ("https://127.0.0.1:8443/beta", "/beta", (("Host", "[::1]:8443"),), "https://[::1]:8443/beta"),
        ("http://127.0.0.1:8080/beta", "/beta", FORWARDED, "https://graph.example/beta"),
        (
            "http://127.0.0.1:8080/beta",
            "/beta",
            (*FORWARDED, ("X-Forwarded-Prefix", "/mocks/one/")),
            "https://graph.example/mocks/one/beta",
        ),
        (
            "http://127.0.0.1:8080/beta",
            "/beta",
            (
                ("Host", "a b"),
                ("X-Forwarded-Proto", "gopher"),
                ("X-Forwarded-Host", 'x"/y'),
                ("X-Forwarded-Prefix", "//evil.example"),
            ),
            "http://127.0.0.1:8080/beta",
        ),
        ("", "", (("Host", "anything"),), ""),
    ],
)
def test_links_lead_back_the_way_the_caller_came(address, version, headers, base):
    """Scheme, host, a proxy's prefix and the version are those of the request, as far as they can be an address."""
    service = Service()
    service.page, service.address = 1, address
    for _ in range(2):
        service.handle(
            Request("POST", f"{PATH}sharePointRestoreSessions", (("Authorization", f"Bearer {service.token}"),))
        )
    assert link(service, f"{version}{PATH}restoreSessions", *headers) == base


@pytest.mark.parametrize("version", ["/beta", "/v1.0"])
def test_paging_over_tls(version, tmp_path):
    """Whoever follows the links of a mock behind TLS, under either version, reaches every session."""
    service = Service()
    service.page = 1
    headers = {"Authorization": f"Bearer {service.token}"}
    with tls(tmp_path) as (pair, trust), serving(service, pair) as base:
        origin = base.removesuffix("/beta").replace("127.0.0.1", "localhost")
        with httpx.Client(verify=ssl.create_default_context(cafile=trust), headers=headers) as client:
            for _ in range(3):
                assert client.post(f"{origin}{version}{PATH}sharePointRestoreSessions").status_code == 201
            pages, address = [], f"{origin}{version}{PATH}restoreSessions"
            while address and len(pages) < 5:
                answer = client.get(address)
                assert answer.status_code == 200, address
                pages.append(answer.json()["value"])
                address = answer.json().get("@odata.nextLink")
    assert [len(page) for page in pages] == [1, 1, 1]


PAYLOAD = json.dumps(
    {
        "siteRestoreArtifacts": [
            {"restorePoint": {"id": "aaaaaaaa-0000-4000-8000-000000000001"}, "destinationType": "new"}
        ]
    }
).encode()
SQUEEZED = gzip.compress(PAYLOAD)


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("gzip", SQUEEZED, 201),
        ("X-GZIP", SQUEEZED, 201),
        ("identity", PAYLOAD, 201),
        ("gzip", b"", 201),
        ("br", PAYLOAD, 415),
        ("gzip, gzip", gzip.compress(SQUEEZED), 415),
        ("gzip", PAYLOAD, 400),
        ("gzip", SQUEEZED[:-9], 400),
        ("gzip", SQUEEZED + b"more", 400),
        ("gzip", gzip.compress(b" " * (LARGEST_BODY + 1) + PAYLOAD), 413),
        ("gzip", gzip.compress(PAYLOAD + b" " * (LARGEST_BODY - len(PAYLOAD))), 201),
    ],
    ids=range(11),
)
def test_compressed_payload(coding, body, status):
    """gzip is understood up to a bound; another coding gets 415, after which the SDKs send the plain body."""
    service = Service()
    sent = {"Authorization": f"Bearer {service.token}", "Content-Type": "application/json", "Content-Encoding": coding}
    answer = service.handle(Request("POST", f"{PATH}sharePointRestoreSessions", tuple(sent.items()), body or None))
    assert answer.status == status, answer.body


def test_compressed_change():
    """A change may be compressed too, and what is no gzip there has the code of the update table."""
    service = Service()
    token = ("Authorization", f"Bearer {service.token}")
    made = json.loads(service.handle(Request("POST", f"{PATH}sharePointRestoreSessions", (token,))).body)
    target = f"{PATH}sharePointRestoreSessions/{made['id']}"
    headers = (token, ("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    broken = service.handle(Request("PATCH", target, headers, PAYLOAD))
    assert (broken.status, json.loads(broken.body)["error"]["code"]) == (400, "InvalidPatchRequest")
    change = gzip.compress(PAYLOAD.replace(b"Artifacts", b"Artifacts@delta", 1))
    assert service.handle(Request("PATCH", target, headers, change)).status == 200


def test_a_long_body_of_nobody_is_refused_before_it_is_read():
    """The caller announces a body and never sends it."""
    with serving(Service()) as base:
        host, port = base.removeprefix("http://").removesuffix("/beta").split(":")
        with socket.create_connection((host, int(port)), 5) as connection:
            head = f"POST /beta/solutions/backupRestore/sharePointRestoreSessions HTTP/1.1\r\nHost: {host}\r\n"
            connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 9000000\r\n\r\n".encode())
            assert connection.recv(200).startswith(b"HTTP/1.1 401")


def test_a_caller_who_takes_too_long_is_dropped(monkeypatch):
    monkeypatch.setattr("restore_conformance.mock.server.PATIENCE", 0.2)
    with serving(Service()) as base:
        host, port = base.removeprefix("http://").removesuffix("/beta").split(":")
        with socket.create_connection((host, int(port)), 5) as connection:
            connection.sendall(f"POST /beta/x HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\n".encode())
            assert connection.recv(200).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": [-Infinity]}'])
def test_what_is_not_json_is_refused(body):
    service = Service()
    headers = (("Authorization", f"Bearer {service.token}"), ("Content-Type", "application/json"))
    asked = Request("POST", "/solutions/backupRestore/sharePointRestoreSessions", headers, body)
    assert service.handle(asked).status == 400


def test_sessions_are_bounded(monkeypatch):
    monkeypatch.setattr("restore_conformance.mock.service.MOST_SESSIONS", 2)
    service = Service()
    asked = Request(
        "POST", "/solutions/backupRestore/sharePointRestoreSessions", (("Authorization", f"Bearer {service.token}"),)
    )
    assert [service.handle(asked).status for _ in range(3)] == [201, 201, 429]
