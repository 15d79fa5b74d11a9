"""Faults are different servers: each does what it says and nothing else, and no two of them are the same."""

import hashlib
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest
from client import Client, code

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.exchange import header
from restore_conformance.mock import Service
from restore_conformance.mock.faults import ALIASES, FAULTS, seeded, tables
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded

UNREADABLE = {"update-malformed-other-code", "update-broken-json-accepted"}
"""The faults that are about changes that cannot be read."""
UPDATES = [
    row.name
    for place, rows in tables()
    for row in rows
    if place.startswith("update/") and row.blames[0] == "." and row.name not in UNREADABLE
]
"""The faults of the tables of update that break one of its clauses."""

MALFORMED = {
    "cut short": b'{"siteRestoreArtifacts@delta":[',
    "no UTF-8": b'{"siteRestoreArtifacts@delta":"\xff"}',
    "an array": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "nothing named": b"{}",
    "no body": b"",
}


def changed(service, body, media="application/json"):
    """Status and code of a change to a fresh draft with one site."""
    client = Client(service)
    return code(client("PATCH", f"/sharePointRestoreSessions/{client.create(1)['id']}", body, media=media))


@pytest.mark.parametrize("name", UPDATES)
def test_a_fault_of_updates_refuses_what_it_is_not_about(name):
    """An unreadable change gets the status and the code that the plain service gives."""
    plain = {what: changed(Service(), body) for what, body in MALFORMED.items()}
    assert plain["cut short"] == (400, "InvalidPatchRequest")
    assert {what: changed(seeded(name), body) for what, body in MALFORMED.items()} == plain
    assert changed(seeded(name), b"{}", "text/plain") == changed(Service(), b"{}", "text/plain")


def test_there_are_faults_of_updates():
    """The list above is read off the services, so it must not be empty by accident."""
    assert len(UPDATES) >= 16


def test_other_names_are_served():
    """A name that was given up still serves the fault that it was the same as, and is not counted."""
    assert not set(ALIASES) & set(FAULTS)
    assert set(ALIASES.values()) <= set(FAULTS)
    for name, kept in ALIASES.items():
        service = seeded(name)
        assert type(service) is Service, name
        assert FAULTS[kept].blames


# ------------------------------------------------------------------ no two the same

UNSEPARATED = [
    {"only-neighbours-compared", "field-different-first-two"},
    {"field2-element-type-crash", "field2-point-type-crash"},
    {"field2-update-removal-beside-addition-lost", "field2-update-item-removal-lost"},
    {"field-tab-refused", "field-newline-behind-refused"},
]
"""Different defects that no planned stimulus of the standard profile tells apart; drawn ones may."""

DEEP_ONLY = {
    "activate-too-many-400": "26 activations are planned in deep only",
    "field-drop-seven-new": "seven sites of which some are for a new place",
    "field2-total-new-in-tens": "ten or more sites for a new place",
}
"""Faults that answer as the plain service does until the deep profile asks."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?")


class Digest:
    """A target that takes a digest of all answers, without what differs from run to run: ids, and the present time."""

    loopback = True
    name = base = "mock:/beta"

    def __init__(self, service):
        self.inner = Embedded(service)
        self.callers = dict(service.tokens)
        self.exchanges = []
        self.ids = Counter()

    def send(self, request, patience=None):
        answer = self.inner.send(request, patience)
        shown = answer.trouble or ""
        if answer.response is not None:
            came = answer.response
            shown = f"{came.status} {sorted(came.headers)} {came.body.decode('utf-8', 'replace')}"
        self.ids.update(found.lower() for found in _GUID.findall(shown))
        order = {}
        caller = self.callers.get((header(request.headers, "Authorization") or "").removeprefix("Bearer "), "")
        sent = f"{caller} {request.method} {request.target} {(request.body or b'').decode('utf-8', 'replace')} "
        masked = _GUID.sub(lambda match: self._id(match, order), sent + shown)
        self.exchanges.append(hashlib.sha256(_TIME.sub(self._time, masked).encode()).hexdigest())
        return answer

    def value(self):
        """The digest. Some requests are sent at the same time, so the order of the exchanges does not count."""
        every = [*sorted(self.exchanges), *map(str, sorted(self.ids.values()))]
        return hashlib.sha256("\0".join(every).encode()).hexdigest()

    def _id(self, match, order):
        same = order.setdefault(match[0].lower(), len(order))
        return f"<{same} {'upper' if match[0].isupper() else ''}>"

    def _time(self, match):
        try:
            moment = datetime.fromisoformat(match[0])
        except ValueError:
            return match[0]
        away = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)
        if abs(away.total_seconds()) > 7 * 86400:
            return match[0]
        return f"<{round(away.total_seconds() / 60)} {len(match['fraction'] or '')} {match['zone']}>"

    def now(self):
        return self.inner.now()

    def pause(self, seconds):
        self.inner.pause(seconds)

    def close(self):
        """Nothing to close."""


def digest(register, name, profile):
    """What a server answers in a whole campaign, as one text; without drawn stimuli, so that it is the same again."""
    service = seeded(name) if name else Service()
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    settings = Settings(token=tokens["good"], identities=others, profile=profile, drawn=0)
    target = Digest(service)
    Campaign(settings, target, register).run()
    return target.value()


def alike(register, names):
    """Groups of servers whose answers are the same in the whole standard profile; "" is the plain service."""
    groups = defaultdict(set)
    for name in names:
        groups[digest(register, name, "standard")].add(name)
    return [group for group in groups.values() if len(group) > 1]


@pytest.mark.deep
def test_a_digest_is_the_same_again_and_shows_a_fault(register):
    """Two runs against the same server have the same digest, and a fault another one."""
    assert len({digest(register, "", "standard") for _ in range(4)}) == 1
    assert digest(register, "total-always-one", "quick") != digest(register, "", "quick")


@pytest.mark.deep
def test_no_two_faults_are_the_same_server(register):
    """Every fault but the listed ones answers something that no other fault answers; on the wire only, some do."""
    in_process = [name for name in FAULTS if seeded(name).manner is None]
    assert len(in_process) > 600
    found = {frozenset(group) for group in alike(register, ["", *in_process])}
    assert found == {*map(frozenset, UNSEPARATED), frozenset({"", *DEEP_ONLY})}


@pytest.mark.deep
@pytest.mark.parametrize("name", DEEP_ONLY)
def test_deep_shows_the_rest(judged, name):
    """What the standard profile does not exhibit, the deep one does."""
    result = judged(seeded(name), "deep")
    assert [one.clause.address for one in result.verdicts if one.verdict == "fail"]
