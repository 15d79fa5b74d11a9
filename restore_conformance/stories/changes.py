"""Changes to drafts: artifacts added, removed and refused, drafts filled, activated, and left alone after that."""

from __future__ import annotations

import json
import uuid
from typing import Any

from restore_conformance.payloads.materials import GRANULAR, LISTS, SITE, Materials, own_id
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.state.ledger import values
from restore_conformance.stories.talk import Talk, artifacts_of, is_unseen, removal


def change(
    talk: Talk,
    first: Stimulus,
    second: Stimulus,
    materials: Materials,
    seed: int,
    *,
    activate: bool,
    brief: bool = False,
) -> None:
    """Create, add, remove, try every change that must be refused, and look whether it changed anything.

    Another session is made after it, so that a change that goes elsewhere is seen. In the end the changed draft is
    deleted, or activated if it is a granular one.
    """
    made = talk.create("create", first)
    if not made:
        return
    kind = first.kind if first.kind in LISTS else "standard"
    delta, listed = f"{LISTS[kind]}@delta", artifacts_of(made, kind)
    known = (first.body or b"").decode()
    choice = _choice(first, kind, materials)
    every = materials.elements(kind, min(materials.most(kind), first.artifacts + 3), seed, choice)
    fresh = [one for one in every if own_id(one) not in known]
    fresh = [*_beside(first, kind, fresh[:2]), *fresh[2:]]  # the third may be of a browse session of its own
    if is_unseen(talk.poll("get", made)):
        return
    other = talk.create("create-other", second)
    talk.list("artifacts", target=listed)
    names = _ids(talk)
    own = set(names)
    elsewhere: list[str] = []
    if other and not brief:
        talk.list("artifacts-other-before", target=artifacts_of(other, kind))
        elsewhere = _ids(talk)
    if fresh[:2]:
        talk.one("update-add", "PATCH", made, payload={delta: fresh[:2]})
        talk.poll("get-added", made)
        talk.list("artifacts-added", target=listed)
        own |= set(_ids(talk))
        if other and not brief:
            talk.poll("get-other", other)
            talk.list("list-added")
    if names:
        # The last that was there before, with others on both sides; a granular one beside an addition, as printed.
        more = fresh[2:3] if kind == "granular" and not brief else []
        talk.one("update-remove", "PATCH", made, payload={delta: [*more, removal(names[-1])]})
        talk.poll("get-removed", made)
        talk.list("artifacts-removed", target=listed)
        # An artifact of another session, if it is not called like one of this session.
        others = set(elsewhere) - own - set(_ids(talk))
        nothing = removal(min(others, default=str(uuid.UUID(int=seed))))
        talk.one("update-remove-nothing", "PATCH", made, payload={delta: [nothing]})
        if other:
            talk.list("artifacts-other", target=artifacts_of(other, kind))
    for name, payload in refusals(materials, kind, seed + 1, choice, brief=brief):
        talk.one(f"update-{name}", "PATCH", made, payload=payload)
    talk.poll("get-refused", made)
    if brief:
        return
    if kind == "standard":
        _further(talk, made, materials, seed, names[:1], fresh[2:3], choice)
        talk.one("delete", "DELETE", made)
    elif activate:
        talk.one("activate", "POST", made, "/activate")


def _further(
    talk: Talk, made: str, materials: Materials, seed: int, names: list[str], fresh: list[dict[str, Any]], choice: int
) -> None:
    """Changes of a full-site draft that may be carried out or not, so that they come last."""
    delta = f"{SITE}@delta"
    if names and fresh:
        talk.one("update-exchange", "PATCH", made, payload={delta: [*fresh, removal(names[0])]})
    talk.one("update-plain", "PATCH", made, payload={SITE: materials.elements("standard", 1, seed + 2, choice)})
    there, back = (materials.elements("standard", 1, seed + 3 + n, choice=n) for n in (0, 1))
    talk.one("update-two-destinations", "PATCH", made, payload={delta: [*there, *back]})


def _choice(stimulus: Stimulus, kind: str, materials: Materials) -> int:
    """Which kind of place a session restores to, so that what is added goes there as well."""
    elements = json.loads(stimulus.body or b"{}").get(LISTS[kind]) or [{}]
    named = elements[0].get("destinationType")
    return materials.choices(kind).index(named) if named in materials.choices(kind) else 0


def _beside(stimulus: Stimulus, kind: str, fresh: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same items as of the browse session of those that a session holds: no page says that it may have two."""
    held = json.loads(stimulus.body or b"{}").get(LISTS[kind]) or [{}]
    browse = held[0].get("browseSessionId")
    return [{**one, "browseSessionId": browse} for one in fresh] if browse and kind == "granular" else fresh


def _ids(talk: Talk) -> list[str]:
    """The ids of the artifacts on the page that was read last."""
    return [one["id"] for one in values(talk.exchanges[-1]) if isinstance(one.get("id"), str)]


def fill(talk: Talk, empty: Stimulus, materials: Materials, seed: int, *, brief: bool = False) -> None:
    """Create a session without artifacts, and add some: what a session is made empty for."""
    made = talk.create("create", empty)
    if not made or is_unseen(talk.poll("get", made)):
        return
    if not brief:
        talk.list("artifacts", target=artifacts_of(made, "standard"))
    fresh = materials.elements("standard", min(materials.most("standard"), 2), seed)
    talk.one("update-add", "PATCH", made, payload={f"{SITE}@delta": fresh})
    talk.poll("get-added", made)
    if not brief:
        talk.list("artifacts-added", target=artifacts_of(made, "standard"))


def refusals(
    materials: Materials, kind: str, seed: int, choice: int = 0, *, brief: bool = False
) -> list[tuple[str, Any]]:
    """Every change that must be refused, by the name of its step; `choice` is the kind of place of the session."""
    delta = f"{LISTS[kind]}@delta"
    two = materials.elements(kind, 2, seed, choice)
    one, other = two[:1], materials.elements("standard" if kind == "granular" else "granular", 1, seed, choice)
    made: list[tuple[str, Any]] = [("empty", {delta: []})]
    if not brief:
        made.append(("null", {delta: None}))
    made += [
        ("twice", {delta: [*two, *one]}),
        ("both", {delta: one, f"{GRANULAR if kind == 'standard' else SITE}@delta": other}),
    ]
    if kind == "standard":
        made += [("nothing-named", {"note": 1}), ("array", [{delta: one}])]
        made.append(("restore-point", {delta: [two[1], {**one[0], "restorePoint": {"id": ""}}]}))
    if kind == "standard" and not brief:
        made += [("text", {delta: "text"}), ("not-json", json.dumps({delta: one}).encode()[:-1])]
        lacking = {name: value for name, value in one[0].items() if name != "restorePoint"}
        made.append(("restore-point-malformed", {delta: [{**one[0], "restorePoint": {"id": "not-a-restore-point"}}]}))
        made.append(("restore-point-missing", {delta: [lacking]}))
    if kind == "granular" and not brief:
        made.append(("nothing", {}))
    if materials.most(kind) > 1000:
        made.append(("too-many", {delta: materials.elements(kind, 51, seed + 1, choice)}))
    return made


def activation(talk: Talk, first: Stimulus, second: Stimulus, *, brief: bool = False) -> None:
    """Create two drafts, activate one, try again what only drafts allow, and look at the other.

    A granular one is read once more before, so that some services have come to its end by then.
    """
    made = talk.create("create", first)
    if not made:
        return
    if is_unseen(talk.poll("get", made)):
        return
    other = talk.create("create-other", second)
    listed = artifacts_of(made, first.kind)
    names: list[str] = []
    if not brief:
        talk.poll("get-before", made)
        talk.list("artifacts", target=listed)
        names = _ids(talk)
    answer = talk.one("activate", "POST", made, "/activate")
    if answer.status is not None and answer.status < 300:
        talk.poll("get-activated", made)
        if not brief:
            talk.list("artifacts-activated", target=listed)
        if first.kind == "granular":
            talk.poll("get-later", made)
        elif not brief:
            talk.list("list-activated")
        talk.one("activate-again", "POST", made, "/activate")
        for name, changes in _spare(first, names):
            talk.one(name, "PATCH", made, payload=changes)
        talk.one("delete-activated", "DELETE", made)
    if other:
        talk.poll("get-other", other)


def _spare(stimulus: Stimulus, names: list[str]) -> list[tuple[str, Any]]:
    """Changes that a draft of this kind would allow: an addition, and the removal of the first artifact if known."""
    payload = json.loads(stimulus.body or b"{}")
    kind = "granular" if payload.get(GRANULAR) else "standard"
    if kind == "granular":
        item = payload[GRANULAR][0]
        new = {**item, "id": ",".join([str(uuid.UUID(int=7, version=4)), *own_id(item).split(",")[1:]])}
    else:
        named = (payload.get(SITE) or [{"destinationType": "inPlace"}])[0]
        new = {**named, "restorePoint": {"id": "0b7c2c51-5f0e-4c57-9a63-2f6f2c0f7a11"}}
    delta = f"{LISTS[kind]}@delta"
    gone = [removal(name) for name in names[:1]]
    made: list[tuple[str, Any]] = [("update-activated", {delta: [new]})]
    return [*made, ("update-activated-removal", {delta: gone})] if gone else made


def crowd(talk: Talk, stimulus: Stimulus, number: int = 27) -> None:
    """Activate more sessions than may be active at once."""
    for _ in range(number):
        made = talk.create("create", stimulus)
        if not made:
            return
        started = talk.one("activate", "POST", made, "/activate")
        if started.status is None or started.status >= 300:
            talk.exchanges[-1].step = "activate-one-more"
            return
