"""A replay answers the recorded request and no other; the message says what differs from which recording."""

import itertools
import json

import pytest
import vcr.errors
from altering import alterations

from restore_conformance.exchange import Request
from restore_conformance.recorded import cassettes as tape
from restore_conformance.recorded.cassettes.matching import differences
from restore_conformance.recorded.cassettes.player import Player, missed, no_network

LEAST = 10_000


@pytest.fixture(scope="module")
def player():
    made = Player()
    yield made
    made.close()


@pytest.fixture(scope="module")
def altered_requests(cassettes):
    """Every alteration of every recorded request."""
    return altered_in(cassettes)


@pytest.fixture(scope="module")
def some_altered(cassettes):
    """Every alteration of the requests in every fifth cassette."""
    return altered_in(cassettes[::5])


def altered_in(cassettes):
    """Every alteration of the requests recorded in some: (cassette, place in it, what was altered, the request)."""
    return [
        (cassette, number, where, altered)
        for cassette in cassettes
        for number, (request, _) in enumerate(cassette.exchanges)
        for where, altered in alterations(request)
    ]


def matched_wrongly(altered_requests):
    """How many altered requests are taken for the one that was recorded."""
    return sum(
        not differences(altered, cassette.exchanges[number][0]) for cassette, number, _, altered in altered_requests
    )


def test_no_altered_request_is_a_recorded_one(some_altered):
    tried = some_altered[::2]
    assert len(tried) > 1_000
    assert matched_wrongly(tried) == 0


@pytest.mark.deep
def test_no_altered_request_at_all_is_a_recorded_one(altered_requests):
    assert len(altered_requests) > LEAST
    assert matched_wrongly(altered_requests) == 0


def refuse(player, altered_requests, step):
    """Send altered requests through vcrpy; gives how many were tried and what was answered or told badly."""
    tried, bad = 0, []
    for cassette, group in itertools.groupby(altered_requests[::step], key=lambda one: one[0]):
        target = player._target(cassette.provenance.base)
        with no_network(), player._vcr.use_cassette(str(cassette.path)):
            for _, _, where, altered in group:
                tried += 1
                answer = None
                try:
                    answer = target.send(altered)
                except vcr.errors.CannotOverwriteExistingCassetteException:
                    told = missed(cassette, altered)
                    if cassette.name not in told or " nearest is recording " not in told or where not in told:
                        bad.append((cassette.name, where, told))
                if answer is not None and answer.response is not None:
                    bad.append((cassette.name, where, "was answered"))
    return tried, bad


def test_vcrpy_refuses_altered_requests(player, some_altered):
    tried, bad = refuse(player, some_altered, 31)
    assert tried > 100
    assert not bad, bad[:3]


@pytest.mark.deep
def test_vcrpy_refuses_every_altered_request(player, altered_requests):
    tried, bad = refuse(player, altered_requests, 1)
    print(f"{tried} alterations through vcrpy, {tried - len(bad)} refused with the nearest recording named")
    assert tried > LEAST
    assert not bad, bad[:3]


def test_a_missing_recording_is_told(player, cassettes):
    cassette = next(one for one in cassettes if one.name == "create/response.created.yaml")
    request = cassette.exchanges[0][0]
    payload = json.loads(request.body)
    payload["siteRestoreArtifacts"][0]["destinationType"] = "elsewhere"
    other = Request(request.method, request.target, request.headers, json.dumps(payload).encode())
    with pytest.raises(tape.Unrecorded) as caught:
        player.ask(cassette, [other])
    told = str(caught.value)
    assert "create/response.created.yaml has no recording of POST" in told
    assert "the nearest is recording 1 of" in told
    assert "body /siteRestoreArtifacts/0/destinationType: sent 'elsewhere', recorded '" in told


def test_a_recording_is_played_once(player, cassettes):
    cassette = next(one for one in cassettes if one.name == "create/response.created.yaml")
    request = cassette.exchanges[0][0]
    with pytest.raises(tape.Unrecorded, match="played already"):
        player.ask(cassette, [request, request])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b'{"a":1,"b":2}', b'{ "b" : 2,\n "a" : 1 }', True),
        (b'{"a":1}', b'{"a":1.0}', False),
        (b'{"a":1}', b'{"a":true}', False),
        (b'{"a":1}', b'{"a":"1"}', False),
        (b'{"a":null}', b"{}", False),
        (b'{"a":1,"a":1}', b'{"a":1}', False),
        (b"[1,2]", b"[2,1]", False),
        (b'{"a":"\\u0041"}', b'{"a":"A"}', True),
        (b"", None, True),
        (b"{}", None, False),
        (b"null", None, False),
        (b"{broken", b"{broken ", False),
        (b"\xff", b"\xfe", False),
    ],
)
def test_bodies_are_compared_as_json(one, other, same):
    sent, recorded = Request("POST", "/x", (), one), Request("POST", "/x", (), other)
    assert (not differences(sent, recorded)) is same
    assert (not differences(recorded, sent)) is same


def test_headers_of_the_client_library_do_not_count():
    sent = Request("GET", "/x", (("Host", "a"), ("User-Agent", "b"), ("Accept-Encoding", "c"), ("Prefer", "d")))
    assert not differences(sent, Request("GET", "/x", (("prefer", "d"),)))
