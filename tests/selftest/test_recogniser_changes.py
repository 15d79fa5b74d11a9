"""The recogniser says what an update asks for, and what its body breaks, from the bytes alone."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from restore_conformance.contract.documents import pinned
from restore_conformance.contract.workload import GRANULAR, LISTS, STANDARD
from restore_conformance.exchange import Request
from restore_conformance.recogniser import Recogniser
from restore_conformance.recorded.credibility import body_sent
from restore_conformance.stimuli import FAMILIES, Knobs, Materials
from restore_conformance.stimuli.changes import CHANGES, REFUSED, Asked, Part, removal

TOKEN = "G00D.t0ken"
SESSION = "/solutions/backupRestore/sharePointRestoreSessions/61633878-8321-4950-bfaf-ed285bdd1461"
JSON = ("Content-Type", "application/json")
MATERIALS = Materials()
IDS = [f"{n:08x}-1111-4222-8333-{n:012x}" for n in range(1, 60)]
BREAKS = {
    "empty": "empty-list", "null": "empty-list", "twice": "duplicate", "both": "mixed", "text": "malformed-change",
    "array": "malformed-change", "not-json": "malformed-change", "restore-point": "restore-point",
    "restore-point-malformed": "restore-point", "restore-point-missing": "restore-point", "too-many": "too-many",
    "nothing": "", "nothing-named": "",
}  # fmt: skip
"""What each change that the plan sends to be refused breaks; "" where the documents leave it open."""


def refusals(materials, kind, seed):
    """The changes that must be refused, by name, of a session of a kind."""
    made = FAMILIES[kind](materials, Knobs(2, seed=seed + 50))
    asked = Asked(Part("", made), (), materials, seed)
    return [(name, CHANGES[name](asked)) for name in REFUSED[kind]]


RECOGNISE = Recogniser(callers={TOKEN: "good", "R": "read-only"})
STRANGER = Recogniser(strict=False)


def update(payload, *, token=TOKEN, media=JSON, recognise=RECOGNISE):
    """What an update with this payload is recognised as; bytes and None are sent as they are."""
    body = payload if isinstance(payload, bytes | None) else json.dumps(payload).encode()
    headers = (("Authorization", f"Bearer {token}"), *((media,) if media else ()))
    return recognise(Request("PATCH", SESSION, headers, body))


def site(number=0, destination="inPlace", **more):
    return {"restorePoint": {"id": IDS[number]}, "destinationType": destination, **more}


def item(number=0, **more):
    return {"browseSessionId": "abc_DEF-1", "id": f"{IDS[number]},{IDS[0]}", **more}


def verdict(sent):
    """The tags that say whether a rule is broken, and which."""
    return {tag for tag in sent.tags if tag.startswith("sole:") or tag in {"several", "change:clean"}}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_each_refusal_of_the_plan_has_its_defect(kind, seed):
    sent = {name: update(payload) for name, payload in refusals(MATERIALS, kind, seed)}
    assert {name: sorted(verdict(one)) for name, one in sent.items()} == {
        name: [f"sole:{BREAKS[name]}"] if BREAKS[name] else [] for name in sent
    }
    assert {name: set(one.change.defects) for name, one in sent.items()} == {
        name: {BREAKS[name]} - {""} for name in sent
    }
    assert sent["both"].change.kind == "both"
    assert sent["twice"].tags >= {"change:additions", kind}


def test_the_refusals_of_both_kinds_are_all_that_is_expected():
    assert {name for kind in LISTS for name, _ in refusals(MATERIALS, kind, 1)} == set(BREAKS)


def test_what_one_row_answers_is_told_apart_by_its_form():
    delta = f"{STANDARD}@delta"
    assert "change:not-a-list" in update({delta: "text"}).tags
    assert "change:not-an-object" in update([{delta: [site()]}]).tags
    for body in (b"{", b'{"a":1} and more', b"\xff"):
        assert update(body).tags >= {"change:not-json", "sole:malformed-change"}
    assert update({delta: "text"}).change.arguable == {"empty-list"}


@pytest.mark.parametrize("row", [one["defect"] for one in pinned().toml("update/page.toml")["error"]])
def test_each_row_of_the_page_about_a_body_has_a_change_that_breaks_it_alone(row):
    """The others are about the session, or its id."""
    broken = {
        one.change.defects for kind in LISTS for _, body in refusals(MATERIALS, kind, 3) for one in [update(body)]
    }
    assert (frozenset({row}) in broken) != (row in {"malformed-id", "unknown-id", "not-a-draft"})


def test_the_printed_changes_are_read():
    """The examples of the page: one addition beside one removal, of either kind."""
    new, old = site(1, "new"), {"@removed": {"reason": "changed"}, "id": IDS[2]}
    sent = update({f"{STANDARD}@delta": [new, old]})
    assert (sent.change.kind, sent.change.lists) == ("standard", (f"{STANDARD}@delta",))
    assert (sent.change.additions, sent.change.removals) == ((new,), (IDS[2],))
    assert sent.tags >= {"change:additions", "change:removals", "change:both", "change:clean", "standard"}
    gone = removal(item(3)["id"])
    sent = update({f"{GRANULAR}@delta": [item(1), item(2), gone]})
    assert (sent.change.kind, sent.change.additions) == ("granular", (item(1), item(2)))
    assert (sent.change.removals, verdict(sent)) == ((gone["id"],), {"change:clean"})


def test_a_restore_point_by_reference_is_open():
    """An early edition of the page prints a restore point as @odata.id."""
    sent = update(
        {f"{STANDARD}@delta": [{"restorePoint": {"@odata.id": IDS[0]}, "destinationType": "new"}, removal("x")]}
    )
    assert (verdict(sent), sent.change.open, sent.change.removals) == (set(), {"other-annotations"}, ("x",))


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ({"@removed": {"reason": "deleted"}, "id": "a"}, "a"),
        ({"@removed": {"reason": "changed"}, "@odata.id": f"https://x/y('{IDS[0]}')"}, IDS[0]),
        ({"@removed": {}, "@id": f"siteRestoreArtifacts/{IDS[0]}"}, IDS[0]),
        ({"@odata.removed": None, "id": "a/b"}, "a/b"),
        ({"@removed": {"reason": "changed"}, "id": "a", "destinationType": "new"}, "a"),
        ({"@removed": {"reason": 1}, "id": 5}, None),
        ({"@removed": {"reason": ["changed"]}}, None),
    ],
)
def test_no_form_of_a_removal_breaks_a_rule(element, name):
    sent = update({f"{STANDARD}@delta": [element]})
    printed = element.get("@removed") == {"reason": "deleted"}
    assert sent.change.removals == ((name,) if name else ())
    assert (set(sent.change.defects), set(sent.change.open)) == (set(), set() if printed else {"removal-form"})
    assert "change:removals" in sent.tags
    assert "change:additions" not in sent.tags


@pytest.mark.parametrize(
    ("payload", "open_", "arguable"),
    [
        ({}, {"nothing-named"}, {"malformed-change", "empty-list"}),
        ({"note": 1}, {"nothing-named", "unknown-members"}, {"malformed-change", "empty-list"}),
        ({"status": "draft"}, {"nothing-named", "read-only-members"}, {"malformed-change", "empty-list"}),
        (b"", {"nothing-named"}, {"malformed-change", "empty-list"}),
        (b"null", {"nothing-named", "null-payload"}, {"malformed-change", "empty-list"}),
        (b"[" * 200 + b"]" * 200, {"nothing-named", "very-deep"}, {"malformed-change", "empty-list"}),
        ({STANDARD: [site()]}, {"plain-lists"}, set()),
        ({STANDARD: []}, {"plain-lists"}, set()),
        ({f"{STANDARD}@delta": [site()], f"{GRANULAR}@delta": []}, {"one-kind-empty"}, set()),
        ({f"{STANDARD}@delta": [site()], "note": 1}, {"unknown-members"}, set()),
        ({f"{STANDARD}@delta": [site(note=1)]}, {"unknown-members"}, set()),
        ({f"{STANDARD}@delta": [removal("a"), removal("A")]}, {"removed-twice"}, set()),
        ({f"{GRANULAR}@delta": [item(), removal(item()["id"])]}, {"added-and-removed"}, set()),
        ({f"{STANDARD}@delta": [site(n) for n in range(50)]}, {"artifact-limit"}, {"too-many"}),
        ({f"{STANDARD}@delta": [removal(IDS[n]) for n in range(51)]}, {"artifact-limit"}, {"too-many"}),
        ({f"{GRANULAR}@delta": [item(destinationType="unknownFutureValue")]}, {"future-value"}, {"path-type"}),
    ],
)
def test_what_no_sentence_decides_is_open(payload, open_, arguable):
    sent = update(payload)
    assert (set(sent.change.defects), set(sent.change.open)) == (set(), open_)
    assert (set(sent.change.arguable), verdict(sent)) == (arguable, set())
    assert {tag.removeprefix("open:") for tag in sent.tags if tag.startswith("open:")} == open_


def test_nothing_plain_and_unknown_have_tags():
    assert "change:nothing" in update({}).tags
    assert "change:unknown-only" in update({"note": 1}).tags
    for payload in ({}, {"note": 1, "status": "draft"}, {"note": 1, f"{STANDARD}@delta": [site()]}):
        assert "change:unknown-only" not in update(payload).tags
    plain = update({GRANULAR: [item()]})
    assert plain.tags >= {"change:plain", "granular"}
    assert not plain.tags & {"change:additions", "change:clean"}
    assert (plain.change.lists, plain.change.additions) == ((GRANULAR,), ())


@pytest.mark.parametrize(
    ("elements", "defect"),
    [
        ([site(0), dict(reversed(site(0).items()))], "duplicate"),
        ([site(0), site(1, "new")], "different-destination"),
        ([{"restorePoint": {"id": IDS[0]}}], "path-type"),
        (["text"], "wrong-type"),
        ([site(0), removal("a"), 7], "wrong-type"),
        (site(0), "collection-form"),
        ([item(0), dict(reversed(item(0).items()))], "duplicate"),
        ([{"browseSessionId": "abc"}], "item-id-missing"),
        ([{"id": item()["id"]}], "browse-session-missing"),
        ([item(id=5)], "item-member-type"),
    ],
)
def test_additions_obey_the_rules_of_a_create(elements, defect):
    """An addition beside a removal of the same id breaks nothing else."""
    name = GRANULAR if "browse" in json.dumps(elements) or "item" in defect or defect.startswith("browse") else STANDARD
    sent = update({f"{name}@delta": elements})
    assert (verdict(sent), set(sent.change.defects)) == ({f"sole:{defect}"}, {defect})


def test_several_defects_are_several():
    delta = f"{STANDARD}@delta"
    assert verdict(update({delta: [site(0), site(0, "new")]})) == {"several"}
    assert verdict(update({delta: [site(0), site(0)], "note": 1})) == {"several"}
    assert verdict(update({delta: [site(0), site(0)], STANDARD: [site(0)]})) == {"several"}
    assert verdict(update({delta: "text"}, token="R")) == {"several"}


def test_what_is_wrong_with_the_caller_stays_with_the_request():
    sent = update({f"{STANDARD}@delta": [site()]}, token="R")
    assert (verdict(sent), sent.defects) == ({"sole:read-only-permission"}, {"read-only-permission"})
    assert not sent.change.defects
    assert verdict(update({}, token="R")) == {"sole:read-only-permission"}
    assert verdict(update({f"{STANDARD}@delta": [site()]}, media=None)) == {"sole:no-media-type"}


def test_ids_that_nobody_listed_are_noted():
    known = Recogniser(callers={TOKEN: "good"}, known=[IDS[0]])
    assert "id-not-listed" not in update({f"{STANDARD}@delta": [site(0)]}, recognise=known).tags
    assert "id-not-listed" in update({f"{STANDARD}@delta": [site(1)]}, recognise=known).tags


@pytest.mark.parametrize("body", [None, b"", b"scrubbed-body-0123456789ab", b'"scrubbed-body-0123456789ab"'])
def test_a_body_that_a_recording_took_out_breaks_nothing(body):
    sent = update(body, recognise=STRANGER)
    assert (set(sent.change.defects), set(sent.change.open)) == (set(), {"removed-body"})
    assert not verdict(sent)
    assert sent.change.kind == "none"


def test_a_tool_that_writes_one_id_for_all_makes_no_duplicate():
    """What is true of the lists of a create is true of lists of changes."""
    for name, element in ((STANDARD, site()), (GRANULAR, item())):
        for changes in (f"{name}@delta", name):
            body = json.dumps({changes: [element, element]}).encode()
            assert body_sent(body, len(body)) is None
    body = json.dumps({f"{STANDARD}@delta": [site(0), site(0), site(1)]}).encode()
    assert "sole:duplicate" in update(body_sent(body, len(body)), recognise=STRANGER).tags


def test_other_operations_ask_for_no_change():
    for method in ("GET", "DELETE"):
        assert RECOGNISE(Request(method, SESSION, (JSON,), b'{"a":1}')).change is None
    assert RECOGNISE(Request("POST", SESSION.rpartition("/")[0], (JSON,), b"{}")).change is None


@st.composite
def changes(draw):
    """Changes that no reader of the page may refuse for their form."""
    kind = draw(st.sampled_from(sorted(LISTS)))
    number = draw(st.integers(0, 20))
    elements = MATERIALS.elements(kind, number, draw(st.integers(1, 1000))) if number else []
    names = draw(st.lists(st.uuids().map(str), unique=True, min_size=0 if number else 1, max_size=20))
    every = draw(st.permutations([*elements, *map(removal, names)]))
    return kind, every, elements, names


@settings(max_examples=40, deadline=None)
@given(changes())
def test_drawn_changes_are_clean(drawn):
    kind, every, elements, names = drawn
    sent = update({f"{LISTS[kind]}@delta": every})
    assert (sent.change.defects, sent.change.open, verdict(sent)) == (frozenset(), frozenset(), {"change:clean"})
    assert kind in sent.tags
    assert sent.change.kind == kind
    assert sorted(map(json.dumps, sent.change.additions)) == sorted(map(json.dumps, elements))
    assert sorted(sent.change.removals) == sorted(names)
    assert [tag in sent.tags for tag in ("change:additions", "change:removals", "change:both")] == [
        bool(elements), bool(names), bool(elements and names),
    ]  # fmt: skip


NAMES = st.sampled_from(
    [STANDARD, GRANULAR, f"{STANDARD}@delta", f"{GRANULAR}@delta", "@removed", "@odata.id", "id", "restorePoint",
     "destinationType", "browseSessionId", "status", "@odata.type", "x@y", ""]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "inPlace", IDS[0], "\ud800"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40) | st.none() | st.dictionaries(NAMES, VALUES, max_size=4) | VALUES)
@example(b"[" * 200_000)
@example(b'{"siteRestoreArtifacts@delta":[{"@removed":{"reason":{}},"id":"' + b"(" * 50_000 + b'"}]}')
@example(b'{"siteRestoreArtifacts@delta":[{"@removed":1,"@odata.id":"' + b"('" * 50_000 + b'"}]}')
@example(b'{"siteRestoreArtifacts@delta":[{"@removed":1,"id":1e999999}],"\\ud800":1}')
def test_nothing_is_too_odd_to_be_read(body):
    """Whatever the bytes, there is a change and no exception, and a defect is never clean."""
    for recognise in (RECOGNISE, STRANGER):
        sent = update(body, recognise=recognise)
        assert sent.change is not None
        assert len(verdict(sent)) <= 1
        assert "change:clean" not in sent.tags or not (sent.change.defects or sent.change.open)
