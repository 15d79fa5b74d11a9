"""The recogniser and the generator agree, though neither knows the other."""

import ast
import base64
import json
import os
from pathlib import Path

import pytest
from looking import TOKEN, disagreement, request_of

from restore_conformance.contract import places
from restore_conformance.contract.workload import GRANULAR, STANDARD
from restore_conformance.exchange import Request
from restore_conformance.recogniser import Recogniser, route
from restore_conformance.stimuli import FAMILIES, PROFILES, Materials, draw, plan, stimuli
from restore_conformance.stimuli.drawing import HEAVY

DRAWS = int(os.environ.get("RESTORE_CONFORMANCE_DRAWS", "10000"))
FEW = 1_000
"""Draws of every day; `make proofs` makes all of them."""


@pytest.fixture(scope="module")
def recognise():
    return Recogniser(callers={TOKEN: "good"})


def test_they_agree_on_the_whole_plan(recognise):
    callers = frozenset()
    for seed in (1, 2, 3):
        for stimulus in plan(Materials(), PROFILES["deep"], seed, callers):
            if not stimulus.family.startswith("caller-"):
                assert disagreement(stimulus, recognise(request_of(stimulus))) is None, stimulus.family


@pytest.mark.parametrize("draws", [FEW, pytest.param(DRAWS, marks=pytest.mark.deep)], ids=["few", "many"])
def test_they_agree_on_drawn_payloads(recognise, draws):
    drawn, batch = 0, 0
    while drawn < draws:
        batch += 1
        for stimulus in draw(stimuli(Materials()), min(10_000, draws - drawn), batch):
            drawn += 1
            said = disagreement(stimulus, recognise(request_of(stimulus)))
            assert said is None, (stimulus.family, said, stimulus.body[:300])
    assert drawn >= draws


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_they_agree_on_every_family(recognise, family):
    most = 3 if family in HEAVY else 20
    for stimulus in draw(stimuli(Materials(), [family]), most, 7):
        assert disagreement(stimulus, recognise(request_of(stimulus))) is None


def big(make):
    """The bodies that the fixture gives in short."""
    kind, number = next(iter(make.items()))
    ids = [f"{n:08x}-1111-4222-8333-{n:012x}" for n in range(1, number + 1 if kind in {"standard", "granular"} else 2)]
    if kind == "granular":
        return json.dumps({GRANULAR: [{"browseSessionId": "abcdef", "id": f"{i},{ids[0]}"} for i in ids]}).encode()
    if kind == "nest":
        return f'{{"{STANDARD}":'.encode() + b"[" * number + b"]" * number + b"}"
    body = json.dumps({STANDARD: [{"restorePoint": {"id": i}, "destinationType": "inPlace"} for i in ids]}).encode()
    return b" " * number + body if kind == "pad" else body


HAND = json.loads((Path(__file__).parent / "data" / "hand_labelled.json").read_text(encoding="utf-8"))
CALLERS = {
    "GOOD": "good", "READONLY": "read-only", "NOPERM": "no-permission", "PERSONAL": "personal",
    "EXPIRED": "expired", "DELEGATED": "delegated", "APPLICATION": "application",
}  # fmt: skip


def test_many_requests_were_labelled_by_hand():
    assert len(HAND) >= 300
    assert sum(len(row["expect"]["defects"]) + len(row["expect"].get("open", ())) > 1 for row in HAND) >= 120


@pytest.mark.parametrize("row", HAND, ids=lambda row: row["name"])
def test_it_agrees_with_labels_made_by_hand(row):
    body = row.get("body")
    raw = None if body is None else body.encode()
    if "body_make" in row:
        raw = big(row["body_make"])
    elif "body_base64" in row:
        raw = base64.b64decode(row["body_base64"])
    headers = tuple((name, value) for name, value in row["headers"])
    seen = Recogniser(callers=CALLERS)(Request(row["method"], row["target"], headers, raw))
    expect = row["expect"]
    assert (seen.operation, set(seen.defects)) == (expect["operation"], set(expect["defects"]))
    if seen.operation == "create":
        assert (seen.kind, set(seen.open), seen.count) == (expect["kind"], set(expect["open"]), expect["count"])


def test_neither_imports_the_other():
    trees = [ast.parse(path.read_text()) for path in (places.PACKAGE / "recogniser").glob("*.py")]
    imported = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "restore_conformance.exchange" in imported
    assert not any("payloads" in (name or "") for name in imported)


@pytest.mark.parametrize(
    ("method", "target", "operation", "session"),
    [
        ("POST", "/solutions/backupRestore/sharePointRestoreSessions", "create", ""),
        ("POST", "//solutions//backupRestore/sharePointRestoreSessions", "create", ""),
        ("GET", "/solutions/backupRestore/restoreSessions?$top=5", "list", ""),
        ("GET", "/solutions/backupRestore/restoreSessions/a", "get", "a"),
        ("DELETE", "/solutions/backupRestore/restoreSessions/a", "delete", "a"),
        ("PATCH", "/solutions/backupRestore/sharePointRestoreSessions/a", "update", "a"),
        ("POST", "/solutions/backupRestore/restoreSessions/a/activate", "activate", "a"),
        ("GET", "/solutions/backupRestore/sharePointRestoreSessions/a/siteRestoreArtifacts", "list-artifacts", "a"),
        ("PUT", "/solutions/backupRestore/sharePointRestoreSessions", "other", ""),
        ("POST", "/solutions/backupRestore/exchangeRestoreSessions", "other", ""),
        ("POST", "/users", "other", ""),
    ],
)
def test_routes(method, target, operation, session):
    assert route(Request(method, target)) == (operation, session)


def test_nothing_is_too_odd_to_be_labelled(recognise):
    """Whatever the bytes, there is a label and no exception."""
    for body in (b"\xff" * 50, b"{" * 5000, b"[" * 200_000, b'"\\ud800"', b"1e999999", b"-0", b"\x00", b'{"a":NaN}'):
        for headers in ((), (("Authorization", "\x00"),), (("Content-Type", ";;;"),), (("Prefer", ",,;,"),)):
            assert recognise(Request("POST", "/solutions/backupRestore/sharePointRestoreSessions", headers, body)).kind
