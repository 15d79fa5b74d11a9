"""The recogniser and the generator agree, though neither knows the other."""

import ast
import inspect
import os

import pytest
from looking import TOKEN, disagreement, request_of

from restore_conformance import recogniser as module
from restore_conformance.exchange import Request
from restore_conformance.payloads import FAMILIES, PROFILES, Materials, draw, plan, stimuli
from restore_conformance.payloads.strategies import HEAVY
from restore_conformance.recogniser import Recogniser

DRAWS = int(os.environ.get("RESTORE_CONFORMANCE_DRAWS", "10000"))


@pytest.fixture(scope="module")
def recognise():
    return Recogniser(callers={TOKEN: "good"})


def test_they_agree_on_the_whole_plan(recognise):
    callers = frozenset()
    for seed in (1, 2, 3):
        for stimulus in plan(Materials(), PROFILES["deep"], seed, callers):
            if not stimulus.family.startswith("caller-"):
                assert disagreement(stimulus, recognise(request_of(stimulus))) is None, stimulus.family


def test_they_agree_on_drawn_payloads(recognise):
    drawn, batch = 0, 0
    while drawn < DRAWS:
        batch += 1
        for stimulus in draw(stimuli(Materials()), min(10_000, DRAWS - drawn), batch):
            drawn += 1
            said = disagreement(stimulus, recognise(request_of(stimulus)))
            assert said is None, (stimulus.family, said, stimulus.body[:300])
    assert drawn >= DRAWS


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_they_agree_on_every_family(recognise, family):
    most = 3 if family in HEAVY else 60
    for stimulus in draw(stimuli(Materials(), [family]), most, 7):
        assert disagreement(stimulus, recognise(request_of(stimulus))) is None


def test_neither_imports_the_other():
    tree = ast.parse(inspect.getsource(module))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
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
    assert module.route(Request(method, target)) == (operation, session)


def test_nothing_is_too_odd_to_be_labelled(recognise):
    """Whatever the bytes, there is a label and no exception."""
    for body in (b"\xff" * 50, b"{" * 5000, b"[" * 200_000, b'"\\ud800"', b"1e999999", b"-0", b"\x00", b'{"a":NaN}'):
        for headers in ((), (("Authorization", "\x00"),), (("Content-Type", ";;;"),), (("Prefer", ",,;,"),)):
            assert recognise(Request("POST", "/solutions/backupRestore/sharePointRestoreSessions", headers, body)).kind
