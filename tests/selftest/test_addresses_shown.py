"""Ids are opaque text: the addresses that an answer gives spell them as addresses do, percent-encoded or not."""

import json
from urllib.parse import quote

import pytest

from restore_conformance.checks import members
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.verdicts import Deviation

ROOT = "https://graph.example/beta/solutions/backupRestore/restoreSessions"
IDS = ("5f0c", "tenant/5f0c+x=", "a%2Fb", "it's (5)", "sesión 1")


def created(session, location, address):
    body = json.dumps({"id": session, "@odata.id": address}).encode()
    return Exchange(1, Request("POST", "/"), Response(201, (("Location", location),), body))


@pytest.mark.parametrize("session", IDS)
def test_an_id_as_addresses_spell_it(session):
    safe, doubled = quote(session, safe=""), quote(session.replace("'", "''"), safe="'")
    for location, address in (
        (f"{ROOT}/{safe}", f"{ROOT}/{safe}"),
        (f"{ROOT}('{doubled}')", f"{ROOT}('{doubled}')"),
        (f"/restoreSessions/{safe}?x=1", f"restoreSessions({session})"),
    ):
        exchange = created(session, location, address)
        members.location_of_session(exchange)
        members.address(exchange)


def test_another_id_is_another_session():
    exchange = created("5f0c", f"{ROOT}/5f0d", f"{ROOT}/5f0d")
    for check in (members.location_of_session, members.address):
        with pytest.raises(Deviation):
            check(exchange)
