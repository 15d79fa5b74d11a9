"""What every seeded server answers to one fixed sequence of requests, as digests: proof that a rewrite changes nothing.

The requests stand here and follow no plan, so the digests depend on the mock alone. Ids, times and tokens are the same
in every process. `python tests/selftest/net.py --renew` writes the data file anew, for a change that is meant;
`--renew runs` only what runs say, after a change of the plan or of the clauses. Names of faults are only ever added.
"""

import argparse
import contextlib
import datetime as moments
import functools
import hashlib
import itertools
import json
import multiprocessing
import os
import sys
import time
import types
import uuid
from pathlib import Path
from unittest import mock

from restore_conformance.bench import generated
from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.clock import Clock
from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.faults import ALIASES, FAULTS, seeded
from restore_conformance.mock.protocol import CALLERS
from restore_conformance.mock.transport import closes_connection, serialised
from restore_conformance.mock.variants import VARIANTS, composed
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded

DATA = Path(__file__).parent / "data" / "net.json"
PROFILES = ("quick", "standard", "deep")
PROCESSES = os.cpu_count() or 1
PARTS = ("names", "digests", "runs")
ROOT = "/solutions/backupRestore"
SITE, GRANULAR = "siteRestoreArtifacts", "granularSiteRestoreArtifacts"
BEHAVIOR, TYPE = "@microsoft.graph.conflictBehavior", "@odata.type"
OF_SESSION = "#microsoft.graph.sharePointRestoreSession"
TOKENS = {f"Tok.{kind}-aB3": kind for kind in CALLERS}
JSON_TYPE = "application/json"

# ---------------------------------------------------------------- ids and times that are the same again


def id_of(request, number=1):
    """The id that a service makes in a request; 0 is its own request-id, 1 a new session, 2 its first artifact."""
    return f"{request:08x}-abcd-4ef0-8abc-{number:012x}"


class Standing(Clock):
    """A clock that moves by half a second with every request."""

    def __init__(self):
        self.request = 0

    def now(self):
        return self.request / 2

    def wait(self, seconds):
        """Nothing waits here."""


class Moment(moments.datetime):
    """The present time of the standing clock."""

    clock = Standing()

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 3, 4, 5, 6, 7, 890123, tzinfo=tz) + moments.timedelta(seconds=cls.clock.now())


@contextlib.contextmanager
def standing(clock):
    """Let ids and times depend on the number of the request alone."""
    Moment.clock = clock
    ids = (uuid.UUID(id_of(clock.request, number)) for number in itertools.count())

    def now():
        return 1_772_600_000.0 + clock.now()

    loaded = [module for name, module in sys.modules.items() if name.startswith(("restore_conformance.mock", "gzip"))]
    with contextlib.ExitStack() as patches:
        for module in loaded:
            if vars(module).get("datetime") is moments.datetime:
                patches.enter_context(mock.patch.object(module, "datetime", Moment))
            if vars(module).get("time") is time:  # not time itself, by which servers of other tests write their dates
                stood = types.SimpleNamespace(**vars(time) | {"time": now, "sleep": lambda seconds: None})
                patches.enter_context(mock.patch.object(module, "time", stood))
        state = {"ids": ids}
        patches.enter_context(mock.patch.object(uuid, "uuid4", lambda: next(state["ids"])))

        def turn(number):
            clock.request = number
            state["ids"] = (uuid.UUID(id_of(number, one)) for one in itertools.count())

        yield turn


# ---------------------------------------------------------------- payloads


def guid(number):
    """A restore point or an item; letters and digits in it, version 4."""
    return f"{(number * 2654435761) % (1 << 32):08x}-a{number % 4096:03x}-4c5d-9e8f-{number:012x}"


def site(number, to="inPlace", **more):
    return {"restorePoint": {"id": guid(number)}, "destinationType": to, **more}


def sites(number, to="inPlace", first=1):
    return [site(first + one * 7 % 97 + one, to) for one in range(number)]


BROWSE = "eJxVjEEKwjAQRfc80xeIleluFd2HRkZCgAIEu9CO3aUv78W4H_q_NgQY2gSJHT8IoOhrl5AzosZGBk6-0123456789"


def item(number, browse=BROWSE, parts=2, **more):
    return {"browseSessionId": browse, "id": ",".join(guid(number + one) for one in range(parts)), **more}


def items(number, **more):
    return [item(5 * one % 211 + 11 * one + 1, **more) for one in range(number)]


def text(value):
    return json.dumps(value, separators=(",", ":")).encode()


# ---------------------------------------------------------------- the requests


class Script:
    """The requests in order. What makes a session gives back the id that a plain service would give it."""

    def __init__(self):
        self.requests = []

    def send(self, method, path, body=None, *, caller="good", media=JSON_TYPE, authorization=None, headers=()):
        token = next((token for token, kind in TOKENS.items() if kind == caller), "")
        value = authorization if authorization is not None else f"Bearer {token}" if token else ""
        sent = [("client-request-id", "0f0f0f0f-1111-4222-8333-444444444444")]
        sent += [("Authorization", value.format(token=token))] if value else []
        sent += [("Content-Type", media)] if media and (body is not None or method == "POST") else []
        raw = body if body is None or isinstance(body, bytes) else text(body)
        self.requests.append(Request(method, ROOT + path, (*sent, *headers), raw))
        return id_of(len(self.requests) - 1)

    def create(self, body=None, **how):
        return self.send("POST", "/sharePointRestoreSessions", body, **how)

    def get(self, session, **how):
        return self.send("GET", f"/restoreSessions/{session}", **how)

    def list(self, query="", **how):
        return self.send("GET", f"/restoreSessions{query}", **how)

    def artifacts(self, session, name=SITE, **how):
        return self.send("GET", f"/sharePointRestoreSessions/{session}/{name}", **how)

    def update(self, session, body, **how):
        return self.send("PATCH", f"/sharePointRestoreSessions/{session}", body, **how)

    def add(self, session, *added, name=SITE, **how):
        return self.update(session, {f"{name}@delta": list(added)}, **how)

    def delete(self, session, **how):
        return self.send("DELETE", f"/restoreSessions/{session}", **how)

    def activate(self, session, **how):
        return self.send("POST", f"/restoreSessions/{session}/activate", **how)

    def look(self, session, name=SITE):
        """Everything that shows a session."""
        self.get(session)
        self.get(session, headers=PREFER)
        self.artifacts(session, name)


PREFER = (("Prefer", "include-unknown-enum-members"),)
REMOVED = {"@removed": {"reason": "changed"}}


def script():
    """The whole sequence."""
    it = Script()
    creates(it)
    refusals(it)
    protocol(it)
    lives(it)
    changes(it)
    other_routes(it)
    crowd(it)
    return it.requests


def creates(it):
    """Creates that succeed: kinds, numbers, callers, spellings."""
    for caller in ("good", "application", "delegated"):
        it.create(caller=caller)
        it.create({}, caller=caller)
        it.create({SITE: [site(3, "new")]}, caller=caller)
        it.create({SITE: sites(2)}, caller=caller, headers=PREFER)
        it.create({GRANULAR: items(1)}, caller=caller)
        it.create({GRANULAR: items(2, destinationType="inPlace")}, caller=caller, headers=PREFER)
    it.create(media=None)
    for number in (3, 5, 6, 7, 10, 11, 12, 14, 16, 17, 20, 21, 23, 25, 26, 28, 30, 31, 32, 34, 37, 39, 40, 41, 50):
        it.create({SITE: sites(number, "new" if number % 2 else "inPlace")})
        it.create({GRANULAR: items(number)})
    for number in (7, 10, 11, 12, 50):
        it.create({SITE: sites(number, "new" if number % 2 == 0 else "inPlace")})
    it.create({SITE: [site(9, to="new") | {"restorePoint": {"id": guid(9).upper()}}]})
    it.create({SITE: [site(9, restorePoint={"id": "12345678-1234-1abc-8def-1234567890ab"})]})
    it.create({SITE: [{"destinationType": "new", "restorePoint": {"id": guid(9)}}]})
    it.create({GRANULAR: [{"id": guid(9), "browseSessionId": BROWSE}]})
    order = sorted(sites(4), key=lambda one: one["restorePoint"]["id"])
    for falling in (False, True):
        it.create({SITE: order[::-1] if falling else order})
        it.create({GRANULAR: sorted(items(4), key=lambda one: one["id"], reverse=falling)})
    pair = [site(1) | {"restorePoint": {"id": f"aabbccdd-0000-4000-8000-00000000000{n}"}} for n in (1, 2)]
    it.create({SITE: pair})
    it.create({GRANULAR: [item(1, parts=1), item(2, parts=2), item(5, parts=4)]})
    it.create({GRANULAR: [item(1, parts=4), item(1, parts=3), item(9, browse="short")]})
    it.create({GRANULAR: [item(1), item(8, browse=BROWSE + "-x")]})
    it.create({GRANULAR: [{"browseSessionId": "Z" * 132, "id": f"{guid(1)},{guid(2)}"}]})
    it.create({GRANULAR: [{"browseSessionId": "aaa-", "id": f"{guid(1).upper()},{guid(2)}"}]})
    it.create({GRANULAR: [{"browseSessionId": "aaa_", "id": f"{guid(1)},{guid(2)}"}]})
    it.create({GRANULAR: [item(1), item(20, parts=1) | {"id": f"{guid(7)},{guid(2)}"}]})
    it.create({GRANULAR: [{"browseSessionId": "aaaa", "id": "not a list of guids"}]})
    it.create({GRANULAR: items(3, destinationType="new")})
    for value in ("fail", "rename", "replace"):
        it.create({BEHAVIOR: value, GRANULAR: items(3)})
        it.create({GRANULAR: items(10), BEHAVIOR: value})
    it.create({TYPE: OF_SESSION, SITE: sites(2)})
    it.create({SITE: [site(1, **{TYPE: "#microsoft.graph.siteRestoreArtifact"})]})
    it.create({SITE: [site(1, restorePoint={TYPE: "#microsoft.graph.restorePoint", "id": guid(1)})]})
    it.create({GRANULAR: [item(1, **{TYPE: "#microsoft.graph.granularSiteRestoreArtifact"})]})
    it.create({"@example.note": 1, SITE: sites(1)})
    it.create({"notDeclared": {"x": [1]}, SITE: sites(1)})
    it.create({"conflictBehavior": "fail", SITE: sites(1)})
    it.create({"id": guid(77), "status": "completed", "restoreJobType": "bulk", SITE: sites(1)})
    it.create({"note": "\U0001f600 \u00fc", SITE: sites(1)})
    it.create(b'{"note":"\\ud800","siteRestoreArtifacts":[]}')
    it.create(text({"n": 0, SITE: sites(1)}).replace(b'"n":0', b'"n":' + b"9" * 30))
    it.create(text({"n": 0, SITE: sites(1)}).replace(b'"n":0', b'"n":' + b"[" * 300 + b"]" * 300))
    it.create(text({"n": 0, SITE: sites(1)}).replace(b'"n":0', b'"note":"\\ud800"'))
    plain = text({SITE: sites(2)})
    for raw in (b" " + plain, plain + b"\n", plain.replace(b",", b",\n"), plain.replace(b",", b",\r\n"), b"\t" + plain):
        it.create(raw)
    it.create(plain.replace(b",", b",\t"))
    it.create({SITE: sites(1)}, media="application/json; charset=utf-8")
    it.create({SITE: sites(1)}, media="application/json;odata.metadata=minimal")
    it.create({SITE: sites(1)}, media="Application/JSON")
    it.create({SITE: [site(0) | {"restorePoint": {"id": "1f1fccc3-a642-4f61-bf49-f37b9a888279"}}]})
    it.create({GRANULAR: [item(0) | {"id": "a535851e-9f0d-4c6b-8a0f-0123456789ab"}]})
    it.create({SITE: [], GRANULAR: items(1)})
    it.create({SITE: sites(1), GRANULAR: None})


def refusals(it):
    """Creates that are refused by a rule of the table, or by none."""
    lists = [[], None, {}, "text", [None], [3], {"a": 1}, site(1), [None, site(1)]]
    for name, value in itertools.product((SITE, GRANULAR), lists):
        it.create({name: value})
    it.create({SITE: [], GRANULAR: []})
    for places in (["absent"], ["new", "absent"], ["absent", "new"], [None], ["new", None], [""], ["new", ""], [7], ["elsewhere"],
                   ["absent", "absent"], ["inplace"], ["unknownFutureValue"], [{}], ["unknownFutureValue", "new"]):  # fmt: skip
        made = [{n: v for n, v in site(9 + i, to).items() if v != "absent"} for i, to in enumerate(places)]
        it.create({SITE: made})
        it.create({TYPE: OF_SESSION, SITE: made})
    it.create({SITE: [*sites(10), {"restorePoint": {"id": guid(200)}}]})
    it.create({SITE: [*sites(49), {"restorePoint": {"id": guid(200)}}]})
    it.create({GRANULAR: items(2, destinationType="elsewhere")})
    absent = object()
    for point in (absent, None, {}, {"id": None}, {"id": ""}, {"id": " "}, {"id": "x"}, {"id": 7}, guid(3), [{"id": guid(3)}], [], 5,
                  {"id": guid(3) + "\n"}, {"@odata.id": guid(3)}):  # fmt: skip
        bad = site(1) | {"restorePoint": point} if point is not absent else {"destinationType": "inPlace"}
        it.create({SITE: [bad]})
        it.create({SITE: [site(2), bad]})
        it.create({SITE: [bad, site(2)]})
    it.create({TYPE: OF_SESSION, SITE: [site(1, restorePoint={"id": ""})]})
    it.create({SITE: [*sites(49), site(1, restorePoint={"id": ""})]})
    for to in (["new", "inPlace"], ["inPlace", "new"], ["new", "new", "inPlace"], ["new", "inPlace", "new"], ["inPlace", "inPlace", "new"],
               ["new"] * 4 + ["inPlace"], ["inPlace"] * 10 + ["new"], ["inPlace"] * 49 + ["new"]):  # fmt: skip
        it.create({SITE: [site(2 + i, one) for i, one in enumerate(to)]})
    it.create({TYPE: OF_SESSION, SITE: [site(1), site(2, "new")]})
    it.create({GRANULAR: [item(1, destinationType="new"), item(5, destinationType="inPlace")]})
    one, two = site(1), site(2)
    turned = {"destinationType": "inPlace", "restorePoint": {"id": guid(1)}}
    for twice in ([one, one], [one, two, one], [two, one, one], [one, one, one], [one, one, two, two], [one, turned],
                  [one, one | {"restorePoint": {"id": guid(1).upper()}}], [site(1, "new")] * 2,
                  [one, *sites(9, first=30), one], [one, *sites(48, first=300), one], [one, *sites(20, first=300), one]):  # fmt: skip
        it.create({SITE: twice})
    it.create({TYPE: OF_SESSION, SITE: [one, one]})
    single, other = item(1), item(7)
    for twice in ([single, single], [single, other, single], [single, *items(19)[1:], other, single, single],
                  [single, single | {"browseSessionId": "other"}]):  # fmt: skip
        it.create({GRANULAR: twice})
    it.create({GRANULAR: [item(9000), *(item(3 * n) for n in range(20)), item(9000)]})
    for number in (51, 60, 101, 501, 1001):
        it.create({SITE: [site(n, "new" if number == 60 else "inPlace") for n in range(number)]})
        if number != 60:
            it.create({GRANULAR: [item(3 * n, parts=1, browse="b") for n in range(number)]})
    for more, fewer in ((1, 1), (2, 1), (1, 2), (3, 3), (1, 8), (15, 9)):
        it.create({SITE: sites(more), GRANULAR: items(fewer)})
        it.create({GRANULAR: items(fewer), SITE: sites(more)})
    it.create({SITE: sites(2, "new"), GRANULAR: items(1)})
    it.create({TYPE: OF_SESSION, GRANULAR: items(1), SITE: sites(2)})
    it.create({BEHAVIOR: "fail", SITE: sites(1), GRANULAR: items(2)})
    it.create({TYPE: OF_SESSION, SITE: sites(1), GRANULAR: items(2)})
    it.create({SITE: sites(1), GRANULAR: items(2, destinationType="inPlace")})
    for value in ("fail", "rename", "overwrite", 5, None):
        it.create({BEHAVIOR: value})
        it.create({BEHAVIOR: value, SITE: sites(1)})
        it.create({SITE: sites(2), BEHAVIOR: value})
        it.create({BEHAVIOR: value, GRANULAR: items(1)})
    two_defects(it)
    for name, value in itertools.product(("browseSessionId", "id"), (absent, None, "", 5, {"a": 1})):
        bad = {n: v for n, v in (item(1) | {name: value}).items() if v is not absent}
        it.create({GRANULAR: [bad]})
        it.create({GRANULAR: [item(4), bad]})
    it.create({SITE: [{"restorePoint": {"id": guid(1)}}, {"restorePoint": {"id": guid(1)}}]})
    for raw in (b'{"siteRestoreArtifacts":[', b"[]", b"null", b'"text"', b"5", b"{", b"}", b"{} x", b'{"note":"\xff\xfe"}', b"{'a':1}",
                b'{"n":NaN}', text({SITE: sites(1)}) + b" trailing", b"[" * 300, b"\xef\xbb\xbf{}", b" ", b'[{"x@delta":1}]',
                b'{"siteRestoreArtifacts":"\xe4"}', text({SITE: sites(1)})[:-1]):  # fmt: skip
        it.create(raw)
    it.list()


def two_defects(it):
    """Creates that break two rules, of which any may be asked first."""
    crowded, twice = sites(51), [site(1), site(1)]
    bad, nowhere = site(3, restorePoint={"id": ""}), site(4, "elsewhere")
    for every in ([*crowded, site(5, "new")], [*crowded, bad], [*crowded, nowhere], [*crowded, crowded[0]], [*twice, bad], [*twice, nowhere],
                  [*twice, site(5, "new")], [bad, nowhere], [nowhere, bad], [bad, site(5, "new")]):  # fmt: skip
        it.create({SITE: every})
        it.create({SITE: every, GRANULAR: items(2)})
        it.create({SITE: every, BEHAVIOR: "fail"})
    it.create({GRANULAR: [item(1), item(1)], SITE: []})
    it.create({GRANULAR: [item(1), item(1), {"id": guid(1)}], BEHAVIOR: "overwrite"})
    it.create({GRANULAR: [item(1, destinationType="elsewhere"), {"id": guid(1)}], SITE: crowded})


def protocol(it):
    """Tokens, permissions, media types, codings."""
    bodies = (None, {}, {SITE: sites(1)}, {GRANULAR: items(1)}, {SITE: sites(2)}, b"{broken")
    for value in (
        "",
        "Basic {token}",
        "Bearer {token}x",
        "Bearer Tok.gOOD-Ab3",
        "Bearer unknown",
        "bearer {token}",
        "Bearer",
    ):
        for body in bodies if not value else bodies[2:3]:
            it.create(body, authorization=value, caller="good" if value else "")
    for caller in ("read-only", "no-permission", "personal", "expired"):
        for body in bodies[2:4]:
            it.create(body, caller=caller)
        it.list(caller=caller)
    for media in (None, "text/plain", "application/xml", "application/x-www-form-urlencoded", "application/octet-stream", "text/json",
                  "application/json; charset=utf-16"):  # fmt: skip
        it.create({SITE: sites(1)}, media=media)
        it.create(b"{broken", media=media)
    it.create({SITE: sites(1)}, headers=(("Accept", "text/html"),))
    it.create({SITE: sites(1)}, headers=(("Content-Encoding", "gzip"),))
    it.create({SITE: sites(1)}, headers=(("Content-Encoding", "br"),))
    it.create({SITE: sites(1)}, headers=(("Accept-Encoding", "gzip, deflate"),))
    it.list(headers=(("Accept-Encoding", "gzip, deflate"),))


def lives(it):
    """Sessions of every kind from creation to the end."""
    kinds = [(SITE, sites(3, "new")), (GRANULAR, items(10)), (SITE, []), (SITE, sites(10)), (GRANULAR, items(2, destinationType="new")),
             (SITE, sites(1)), (GRANULAR, items(1, parts=4)), (SITE, sites(30))]  # fmt: skip
    made = [(it.create({name: value} if value else None), name) for name, value in kinds]
    it.create({SITE: sites(3, "new")})
    for session, name in made:
        it.look(session, name)
    it.artifacts(made[0][0], GRANULAR)
    it.artifacts(made[1][0], SITE)
    it.artifacts(made[3][0], SITE + "?$skiptoken=7")
    for name, value in (("/x", 0), ("/restoreSessions", 1)):
        it.send("GET", name)
        it.send("PUT", name, {"a": value})
    it.list()
    it.list(headers=PREFER)
    it.list("?$skiptoken=20")
    it.list("?$skiptoken=19")
    it.list("?$skiptoken=1000")
    it.list("?$skiptoken=text")
    for session, name in (made[0], made[1], made[3], made[5]):
        it.activate(session)
        it.artifacts(session, name)
        it.activate(session)
        it.add(session, site(500), name=SITE)
        it.add(session, item(500), name=GRANULAR)
        it.delete(session)
        for _ in range(5):
            it.look(session, name)
            it.list(headers=PREFER)
        it.activate(session)
        it.add(session, site(501) if name == SITE else item(501), name=name)
        it.add(session, REMOVED | {"id": id_of(0)}, name=name)
        it.delete(session)
    for session, name in (made[2], made[4], made[6], made[7]):
        it.delete(session)
        it.delete(session)
        it.look(session, name)
        it.add(session, site(500))
        it.activate(session)
    it.create({SITE: sites(2, first=40)})
    it.list()
    again = [it.create({SITE: sites(2, first=60)}) for _ in range(3)]
    it.delete(again[1])
    for session in again:
        it.get(session)
    it.create()
    it.get(again[1])
    refused = it.create({SITE: sites(1)})
    it.create({SITE: sites(1), GRANULAR: items(1)})
    it.get(refused)
    it.get(refused.upper())
    for session in (made[0][0], refused):
        for caller in ("read-only", "no-permission", "personal", "expired", "", "application", "delegated"):
            everything(it, session, caller=caller)
    for session in ("not-a-session-id", "5eed0000-0000-4000-8000-000000000005", "rs_" + "0" * 32):
        everything(it, session)


def everything(it, session, **how):
    """Every operation on one session."""
    it.get(session, **how)
    it.artifacts(session, **how)
    it.artifacts(session, GRANULAR, **how)
    it.list(**how)
    it.add(session, site(700), **how)
    it.update(session, {"note": 1}, **how)
    it.activate(session, **how)
    it.delete(session, **how)


def changes(it):
    """Changes of drafts, right and wrong."""
    other = it.create({SITE: sites(3, first=20)})
    full = it.create({SITE: sites(3, first=50)})
    it.add(full, site(90, "new"), site(91, "new"))
    it.look(full)
    it.get(other)
    it.add(full, REMOVED | {"id": id_of(len(it.requests) - 6, 4)})
    first = int(full[:8], 16)
    it.add(full, REMOVED | {"id": id_of(first, 4)})
    it.look(full)
    it.add(full, REMOVED | {"id": id_of(first, 3)}, site(92))
    it.look(full)
    it.add(full, REMOVED | {"id": id_of(int(other[:8], 16), 3)})
    it.artifacts(other)
    it.list()
    empty = it.create()
    it.add(empty, site(93))
    it.look(empty)
    it.activate(full)
    it.look(full)
    blank, second = it.create(), it.create()
    it.add(blank, item(94), item(99), name=GRANULAR)
    it.look(blank, GRANULAR)
    it.activate(it.create({SITE: sites(20)}))
    draft = it.create({GRANULAR: items(3)})
    it.add(draft, item(95, browse="another-browse_session"), name=GRANULAR)
    it.look(draft, GRANULAR)
    it.add(draft, REMOVED | {"id": items(3)[2]["id"]}, name=GRANULAR)
    it.look(draft, GRANULAR)
    it.add(draft, *(REMOVED | {"id": one["id"]} for one in items(3)), REMOVED | {"id": item(95)["id"]}, name=GRANULAR)
    it.look(draft, GRANULAR)
    it.delete(draft)
    it.list()
    for session, name, make in ((other, SITE, site), (second, SITE, site), (blank, GRANULAR, item)):
        for value in ([], None, "text", 5, [5], {}):
            it.update(session, {f"{name}@delta": value})
        for value in (
            {},
            [],
            None,
            "text",
            {"note": 1},
            {"note": "text"},
            b"{broken",
            b'{"a":"\xff"}',
            b"",
            [{"x@delta": 1}],
        ):
            it.update(session, value if isinstance(value, bytes) else text(value))
        it.update(session, {f"{name}@delta": [make(1)]}, media="text/plain")
        it.add(session, make(101), make(101), name=name)
        it.add(session, make(101), make(103), make(101), name=name)
        it.add(session, *(make(200 + 5 * n) for n in range(51)), name=name)
        it.update(session, {f"{SITE}@delta": [site(102)], f"{GRANULAR}@delta": [item(102)]})
        it.look(session, name)
        it.add(session, make(110), name=name)
        it.add(session, make(110), make(112), name=name)
        it.look(session, name)
    for point in ({"id": ""}, {"id": "x"}, {}, None, {"id": guid(8).upper()}):
        it.add(other, site(1) | {"restorePoint": point})
        it.add(other, site(140), site(1) | {"restorePoint": point})
    it.add(other, {"destinationType": "new"})
    it.add(other, {"restorePoint": {"id": guid(150)}})
    it.add(other, site(151), site(152, "new"))
    it.add(other, item(151), name=GRANULAR)
    it.add(blank, site(151))
    it.look(other)
    it.delete(other)
    it.activate(blank)
    it.look(blank, GRANULAR)
    it.list()


def other_routes(it):
    """The same on the routes that have no page."""
    typed = it.create({SITE: sites(2, first=70)})
    for path in (f"/{typed}", "", f"/{typed}/{SITE}"):
        it.send("GET", f"/sharePointRestoreSessions{path}")
    for name in ("not-a-session-id", "5eed0000-0000-4000-8000-000000000005"):
        it.send("GET", f"/sharePointRestoreSessions/{name}")
        it.send("DELETE", f"/sharePointRestoreSessions/{name}")
    it.send("POST", f"/sharePointRestoreSessions/{typed}/microsoft.graph.activate")
    it.send("GET", f"//sharePointRestoreSessions/{typed}")
    it.send("DELETE", f"/sharePointRestoreSessions/{typed}")
    late = it.create({SITE: sites(2, first=71)})
    it.send("DELETE", f"/sharePointRestoreSessions/{late}")
    it.send("GET", f"/sharePointRestoreSessions/{late}")


def crowd(it):
    """More sessions than may run, more than a page, more than an eviction leaves."""
    made = [it.create({SITE: sites(1, first=600 + n)}) for n in range(27)]
    for session in made:
        it.activate(session)
    for start in (0, 20, 40, 60, 80, 100, 120, 140, 160, 180):
        it.list(f"?$skiptoken={start}")
    it.get(made[0])


# ---------------------------------------------------------------- digests

REQUESTS = script()


def answers(make):
    """What a service answers to every request, as bytes that are the same in every process; `make` makes it."""
    clock = Standing()
    with standing(clock) as turn:
        service = make()
        service.tokens, service.clock = dict(TOKENS), clock
        for number, request in enumerate(REQUESTS):
            turn(number)
            try:
                response = service.handle(request)
            except Exception as error:  # noqa: BLE001 - a server that breaks drops the connection
                yield f"{type(error).__name__}".encode()
                continue
            yield f"{response.status} {response.headers}".encode() + response.body
            if service.transport is not None:
                yield repr(
                    [
                        *serialised(service.transport, request, response),
                        closes_connection(service.transport, request, response),
                    ]
                ).encode()


def digest(make):
    """The answers of a service as one short text."""
    found = hashlib.sha256()
    for answer in answers(make):
        found.update(hashlib.sha256(answer).digest())
    return found.hexdigest()[:16]


def servers(compositions=()):
    """Every server by its name: the plain one, the faults, the variants, and compositions of variants by their names."""
    yield "plain", Service
    for name in FAULTS:
        yield f"fault {name}", lambda name=name: seeded(name)
    for name in VARIANTS:
        yield f"variant {name}", lambda name=name: composed([name])
    for names in compositions:
        yield f"variants {names}", lambda names=names: composed(names.split("+"))


@functools.cache
def known():
    """What the data file holds."""
    return json.loads(DATA.read_text())


@functools.cache
def every_server():
    """Every server, with the compositions that the data file names, as (name, how it is made)."""
    named = [name.removeprefix("variants ") for name in known()["digests"] if name.startswith("variants ")]
    return dict(servers(named))


def _digest_of(name):
    return digest(every_server()[name])


def generated_server(name):
    """The generated server of that name."""
    return generated.with_fault(name) if name in generated.faults() else generated.with_variants([name])


def digest_of_generated(name):
    return digest(lambda: generated_server(name))


def digests(names, processes=1):
    """The digests of servers by their names."""
    names = list(names)
    found = map(_digest_of, names) if processes == 1 else on_every_core(_digest_of, names)
    return dict(zip(names, found, strict=True))


def on_every_core(work, names):
    """What a function of a name gives for each, in their order."""
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return pool.map(work, list(names), chunksize=20)


def verdicts(profile):
    """What a run without drawn stimuli says of the plain service: its exit, and the clauses that did not pass."""
    service = Service()
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    settings = Settings(token=tokens["good"], identities=others, profile=profile, drawn=0)
    result = Campaign(settings, Embedded(service), load()).run()
    found = {"exit": int(result.exit), "passed": sum(one.verdict == "pass" for one in result.verdicts)}
    for one in sorted(result.verdicts, key=lambda one: one.clause.address):
        if one.verdict != "pass":
            found.setdefault(str(one.verdict), []).append(one.clause.address)
    return found


def main():
    """Write the data file anew, or some parts of it."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--renew", nargs="*", choices=PARTS, help="write the data file anew, or these parts of it")
    renewed = reader.parse_args().renew
    made = {
        "names": lambda: sorted({*known()["names"], *FAULTS, *ALIASES}),
        "digests": lambda: digests(every_server(), PROCESSES),
        "runs": lambda: {profile: verdicts(profile) for profile in PROFILES},
    }
    if renewed is not None:
        found = known() | {part: made[part]() for part in renewed or PARTS}
        DATA.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
