"""What real clients ask of the served mock, shown without them; tests/sdk has the proof."""

import contextlib
import gzip
import json
import socket
import ssl

import httpx
import pytest
from client import SITE, Client, artifact, code
from tenant import tls

from restore_conformance import cli
from restore_conformance.mock import Service, server
from restore_conformance.mock.protocol import LARGEST_BODY
from restore_conformance.mock.server import listen, serving

PATH = "/solutions/backupRestore/"


@pytest.mark.parametrize("collection", ["restoreSessions", "sharePointRestoreSessions"])
def test_doubled_slash(collection):
    """A path that begins with two slashes, as the SDKs send it, is the same path, and its links are clean."""
    client = Client()
    client.service.page = 1
    for _ in range(2):
        assert client.ask("POST", f"/{PATH}sharePointRestoreSessions").status == 201
    page = json.loads(client.ask("GET", f"/{PATH}{collection}").body)
    assert page["@odata.context"].endswith(f"#{collection}")
    assert page["@odata.nextLink"] == f"{PATH}{collection}?$skiptoken=1"


def test_no_delay():
    """The listening socket names its protocol: without that asyncio sets no TCP_NODELAY on what it accepts."""
    with contextlib.closing(listen()) as listening:
        assert listening.proto == socket.IPPROTO_TCP


OWN = "http://127.0.0.1:8080/beta"
FORWARDED = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "graph.example, inner"}
NO_ADDRESS = {"X_Forwarded_Proto": "gopher", "X_Forwarded_Host": 'x"/y', "X_Forwarded_Prefix": "//evil.example"}


@pytest.mark.parametrize(
    ("address", "version", "headers", "base"),
    [
        (OWN, "/beta", {}, OWN),
        (OWN, "/v1.0", {}, "http://127.0.0.1:8080/v1.0"),
        (OWN, "", {}, OWN),
        (OWN, "/v1.0", {"Host": "localhost:99"}, "http://localhost:99/v1.0"),
        ("https://127.0.0.1:8443/beta", "/beta", {"Host": "[::1]:8443"}, "https://[::1]:8443/beta"),
        (OWN, "/beta", FORWARDED, "https://graph.example/beta"),
        (OWN, "/beta", FORWARDED | {"X_Forwarded_Prefix": "/mocks/one/"}, "https://graph.example/mocks/one/beta"),
        (OWN, "/beta", {"Host": "a b"} | NO_ADDRESS, OWN),
        ("", "", {"Host": "anything"}, ""),
    ],
)
def test_links_lead_back_the_way_the_caller_came(address, version, headers, base):
    """Scheme, host, a proxy's prefix and the version are those of the request, as far as they can be an address."""
    client = Client()
    client.service.page, client.service.address = 1, address
    for _ in range(2):
        client.create()
    page = json.loads(client.ask("GET", f"{version}{PATH}restoreSessions", **headers).body)
    assert page["@odata.nextLink"] == f"{base}{PATH}restoreSessions?$skiptoken=1"


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


PAYLOAD = json.dumps({SITE: [artifact(SITE, 1)]}).encode()
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
    answer = Client().ask("POST", f"{PATH}sharePointRestoreSessions", body or None, Content_Encoding=coding)
    assert answer.status == status, answer.body


def test_compressed_change():
    """A change may be compressed too, and what is no gzip there has the code of the update table."""
    client = Client()
    path = f"/sharePointRestoreSessions/{client.create()['id']}"
    change = gzip.compress(PAYLOAD.replace(b"Artifacts", b"Artifacts@delta", 1))
    assert code(client("PATCH", path, PAYLOAD, Content_Encoding="gzip")) == (400, "InvalidPatchRequest")
    assert code(client("PATCH", path, change, Content_Encoding="gzip")) == (200, None)


@pytest.mark.parametrize(
    ("patience", "length", "status"),
    [(30.0, 9_000_000, b"401"), (0.2, 9, b"408")],
    ids=["a long body of nobody is refused before it is read", "a caller who takes too long is dropped"],
)
def test_a_body_that_never_comes(monkeypatch, patience, length, status):
    """The caller announces a body and never sends it."""
    monkeypatch.setattr("restore_conformance.mock.server.PATIENCE", patience)
    with serving(Service()) as base:
        host, port = base.removeprefix("http://").removesuffix("/beta").split(":")
        with socket.create_connection((host, int(port)), 5) as connection:
            head = f"POST /beta{PATH}sharePointRestoreSessions HTTP/1.1\r\nHost: {host}\r\n"
            connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode())
            assert connection.recv(200).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": [-Infinity]}'])
def test_what_is_not_json_is_refused(body):
    assert code(Client()("POST", "/sharePointRestoreSessions", body)) == (400, "BadRequest")


def test_sessions_are_bounded(monkeypatch):
    monkeypatch.setattr("restore_conformance.mock.service.MOST_SESSIONS", 2)
    client = Client()
    assert [client("POST", "/sharePointRestoreSessions")[0] for _ in range(3)] == [201, 201, 429]


@pytest.mark.parametrize("option", [["--token", "chosen-token-1"], ["--token=chosen-token-1"]])
def test_the_token_that_was_chosen_is_printed_for_the_user_to_copy(monkeypatch, capsys, option):
    """It is the mock's own token and no secret, so the command to try works as it stands."""
    monkeypatch.setattr(server, "run", lambda service, listening: listening.close())
    assert cli.main(["serve", "--port", "0", *option]) == 0
    out = capsys.readouterr().out
    assert "  good           chosen-token-1\n" in out
    assert "--token chosen-token-1" in out
