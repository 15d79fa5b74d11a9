"""Paths are built of segments, and no link leads out of the service root: for any text that a server may send."""

import contextlib
import json
import re
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from servers import answering

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.contract import places
from restore_conformance.contract.paths import NoPath, climbs, is_segment, path_of, within
from restore_conformance.contract.routes import line_of
from restore_conformance.exchange import Request
from restore_conformance.live.routes import NeverLive, permitted
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.settings import Settings
from restore_conformance.targets import Http

BASE = "https://service.example:8443/root/beta"
ASKED = "/solutions/backupRestore/restoreSessions"
SOME = settings(max_examples=60, deadline=None)
TEXTS = st.text(max_size=40) | st.text(alphabet="./\\%2eE5fF;?#ab", max_size=12)


@SOME
@given(TEXTS)
@example(".")
@example("..")
@example("%2e%2e")
@example("..%2f..")
@example("a/../../b")
@example("..;x")
@example("\ud800")
@example("a?b#c")
def test_any_id_stays_in_its_place(text):
    """Whatever an id is: it cannot be asked for, or it is exactly one segment, and stays one on the way."""
    if not is_segment(text):
        with pytest.raises(NoPath):
            line_of("activate", text)
        return
    _, path = line_of("activate", text)
    parts = path.split("/")
    assert parts[:4] == ["", "solutions", "backupRestore", "restoreSessions"]
    assert (len(parts), parts[5]) == (6, "activate")
    assert unquote(parts[4], errors="surrogatepass") == text
    assert httpx.URL(BASE + path).raw_path.decode() == "/root/beta" + path, "no client changes it"


@SOME
@given(TEXTS)
def test_a_live_target_is_asked_for_sessions_only_below_their_collection(text):
    """What the live table permits for an id is that id's own route."""
    with contextlib.suppress(NoPath, NeverLive):
        route, session = permitted(Request(*line_of("delete", text)))
        assert (route.operation, session) == ("delete", text)


@given(
    TEXTS, st.sampled_from(["", BASE, BASE + ASKED, "https://service.example:8443", "/root/beta/solutions", "?", "../"])
)
@example("/../../../admin", BASE + "/solutions")
@example("/%2e%2e/%2e%2e/admin", BASE + "/solutions")
@example("@evil.example/root/beta/solutions/x", "https://service.example:8443")
def test_any_link_stays_below_the_root(text, front):
    """A link is followed below the service root, or not at all."""
    found = within(front + text, BASE, ASKED)
    if found:
        sent = httpx.URL(BASE + found)
        assert (sent.scheme, sent.host, sent.port) == ("https", "service.example", 8443)
        assert sent.raw_path.startswith(b"/root/beta/solutions/")
        assert not climbs(urlsplit(found).path)


@pytest.mark.parametrize(
    ("link", "path"),
    [
        (f"{BASE}{ASKED}?$skiptoken=a%2Fb", f"{ASKED}?$skiptoken=a%2Fb"),
        (f"HTTPS://SERVICE.EXAMPLE:8443/root/beta{ASKED}?x#y", f"{ASKED}?x"),
        ("?$skiptoken=2", f"{ASKED}?$skiptoken=2"),
        ("restoreSessions?$skiptoken=2", f"{ASKED}?$skiptoken=2"),
        (f"/root/beta{ASKED}?$skiptoken=2", f"{ASKED}?$skiptoken=2"),
        (f"https://service.example/root/beta{ASKED}", ""),
        (f"http://service.example:8443/root/beta{ASKED}", ""),
        (f"https://graph.microsoft.com/beta{ASKED}", ""),
        (f"https://service.example:8443/beta{ASKED}", ""),
        (f"https://user@service.example:8443/root/beta{ASKED}", ""),
        (f"{BASE}/me/messages", ""),
        (f"{BASE}/solutions/../me", ""),
        (f"{BASE}/solutions/%252e%252e/%252e%252e/me", ""),
        (f"{BASE}/solutions/..\\..\\me", ""),
        ("//evil.example/root/beta/solutions/x", ""),
        ("http://[", ""),
        ("", ASKED),
    ],
)
def test_links_and_where_they_lead(link, path):
    """Absolute and relative ones, of this service and of others."""
    assert within(link, BASE, ASKED) == path


def test_an_empty_segment_is_none():
    """Two slashes in a row are another path."""
    with pytest.raises(NoPath):
        path_of("solutions", "")


def test_a_service_that_calls_its_sessions_dots_is_asked_for_nothing_else(register):
    """No id makes a request of something that nobody meant: not to the collection, not to the area above it."""
    service = Service()
    plain, seen = service.handle, []

    def handle(request):
        seen.append((request.method, request.target.partition("?")[0].removeprefix("/beta")))
        reply = plain(request)
        if request.method == "POST" and reply.status == 201:
            body = json.loads(reply.body) | {"id": [".", ".."][len(seen) % 2]}
            reply = type(reply)(reply.status, reply.headers, json.dumps(body).encode())
        return reply

    service.handle = handle
    with serving(service) as base, contextlib.closing(Http(base, patience=5)) as target:
        Campaign(Settings(token=service.token, profile="quick"), target, register).run()
    collections = {"/solutions/backupRestore/sharePointRestoreSessions", ASKED}
    assert {
        (m, p) for m, p in seen if m in {"DELETE", "PATCH"} and p.rstrip("/") in {*collections, "/solutions"}
    } == set()
    assert not [p for _, p in seen if p.rpartition("/")[2] == "activate" and p.count("/") < 5]


def test_a_link_out_of_the_root_is_not_followed_with_the_token(register):
    """The list is not read to its end, which proves nothing; nothing else is asked."""
    service = Service()
    with serving(service) as base, answering() as (elsewhere, others):
        links = [f"{base}/solutions/../../admin", f"{elsewhere}/beta/solutions/x", "/admin", "/../../x"]
        plain, seen = service.handle, []

        def handle(request):
            path = request.target.removeprefix("/beta")
            seen.append(path)
            reply = plain(request)
            if request.method == "GET" and path.partition("?")[0] == ASKED:
                body = json.loads(reply.body) | {"@odata.nextLink": links[len(seen) % len(links)]}
                reply = type(reply)(reply.status, reply.headers, json.dumps(body).encode())
            return reply

        service.handle = handle
        with contextlib.closing(Http(base, patience=5)) as target:
            result = Campaign(Settings(token=service.token, profile="quick"), target, register).run()
    assert others == []
    assert all(target.startswith("/solutions/backupRestore/") for target in seen)
    assert not [one.clause.address for one in result.verdicts if one.verdict == "fail"]


def test_paths_are_built_in_one_place():
    """No module that sends glues an id to a path of its own."""
    glued = re.compile(r"\bquote\(|[rR]estoreSessions/\{|\{(SESSIONS|CREATE|ROOT)\}/[^\"']*\{")
    folders = [path for name in ("live", "targets", "campaign") for path in (places.PACKAGE / name).rglob("*.py")]
    for path in folders:
        if path.name not in {"signin.py", "routes.py"}:  # another service; the table that paths are held against
            assert not glued.search(path.read_text()), path
