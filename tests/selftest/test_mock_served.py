"""What real clients ask of the served mock, shown without them; tests/sdk has the proof."""

import contextlib
import json
import socket

import pytest

from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.server import listen

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
