"""Changes to drafts: artifacts added, removed and refused, drafts filled, activated, and left alone after that."""

from __future__ import annotations

import json
import uuid
from typing import Any

from restore_conformance.payloads.materials import GRANULAR, LISTS, SITE, Materials, own_id
from restore_conformance.payloads.stimulus import Stimulus
from restore_conformance.stories.talk import Talk, artifacts_of, as_made, counts, has_started, holds, is_unseen, values


def change(
    talk: Talk, first: Stimulus, second: Stimulus, materials: Materials, seed: int, *, brief: bool = False
) -> None:
    """Create, add, remove, try every change that must be refused, and look whether it changed anything.

    Another session is made after it, so that a change that goes to the newest one is seen.
    """
    made = talk.create("create", first)
    if not made:
        return
    kind = first.kind if first.kind in LISTS else "standard"
    delta, listed = f"{LISTS[kind]}@delta", artifacts_of(made, kind)
    known = (first.body or b"").decode()
    every = materials.elements(kind, min(materials.most(kind), first.artifacts + 2), seed)
    fresh = [one for one in every if own_id(one) not in known][:2]
    number = first.artifacts
    if is_unseen(talk.poll("get", made, settled=as_made(talk))):
        return
    talk.create("create-other", second)
    talk.list("artifacts", target=listed, settled=holds(number))
    before = talk.exchanges[-1]
    if fresh:
        added = talk.one("update-add", "PATCH", made, payload={delta: fresh})
        number += len(fresh) if added.status == 200 else 0
        talk.poll("get-added", made, settled=counts(number))
        talk.list("artifacts-added", target=listed, settled=holds(number))
    names = [one["id"] for one in values(before) if isinstance(one.get("id"), str)]
    if names:
        gone = {"@removed": {"reason": "changed"}, "id": names[0]}
        removed = talk.one("update-remove", "PATCH", made, payload={delta: [gone]})
        number -= removed.status == 200
        talk.poll("get-removed", made, settled=counts(number))
        talk.list("artifacts-removed", target=listed, settled=holds(number))
        talk.one("update-remove-nothing", "PATCH", made, payload={delta: [{**gone, "id": str(uuid.UUID(int=seed))}]})
    for name, payload in refusals(materials, kind, seed + 1, brief=brief):
        talk.one(f"update-{name}", "PATCH", made, payload=payload)
    talk.one("get-refused", "GET", made)
    if not brief:
        talk.one("update-plain", "PATCH", made, payload={LISTS[kind]: materials.elements(kind, 1, seed + 2)})


def fill(talk: Talk, empty: Stimulus, materials: Materials, seed: int, *, brief: bool = False) -> None:
    """Create a session without artifacts, and add some: what a session is made empty for."""
    made = talk.create("create", empty)
    if not made or is_unseen(talk.poll("get", made, settled=as_made(talk))):
        return
    fresh = materials.elements("standard", min(materials.most("standard"), 2), seed)
    added = talk.one("update-add", "PATCH", made, payload={f"{SITE}@delta": fresh})
    number = len(fresh) if added.status == 200 else 0
    talk.poll("get-added", made, settled=counts(number))
    if not brief:
        talk.list("artifacts-added", target=artifacts_of(made, "standard"), settled=holds(number))


def refusals(materials: Materials, kind: str, seed: int, *, brief: bool = False) -> list[tuple[str, Any]]:
    """Every change that must be refused, by the name of its step."""
    delta = f"{LISTS[kind]}@delta"
    one, other = (
        materials.elements(kind, 1, seed),
        materials.elements("standard" if kind == "granular" else "granular", 1, seed),
    )
    made: list[tuple[str, Any]] = [("empty", {delta: []})]
    if not brief:
        made.append(("null", {delta: None}))
    made += [
        ("twice", {delta: [*one, *one]}),
        ("both", {delta: one, f"{GRANULAR if kind == 'standard' else SITE}@delta": other}),
    ]
    if kind == "standard":
        made += [("nothing-named", {"note": 1}), ("array", [{delta: one}])]
    if kind == "standard" and not brief:
        made += [("text", {delta: "text"}), ("not-json", json.dumps({delta: one}).encode()[:-1])]
    if kind == "standard":
        made.append(("restore-point", {delta: [{**one[0], "restorePoint": {"id": ""}}]}))
    if materials.most(kind) > 1000:
        made.append(("too-many", {delta: materials.elements(kind, 51, seed + 1)}))
    return made


def activation(talk: Talk, first: Stimulus, second: Stimulus, *, brief: bool = False) -> None:
    """Create two drafts, activate one, try again what only drafts allow, and look at the other."""
    made = talk.create("create", first)
    if not made:
        return
    if is_unseen(talk.poll("get", made, settled=as_made(talk))):
        return
    other = talk.create("create-other", second)
    if not brief:
        talk.one("get-before", "GET", made)
    started = talk.one("activate", "POST", made, "/activate")
    if started.status is not None and started.status < 300:
        talk.poll("get-activated", made, settled=has_started)
        talk.one("activate-again", "POST", made, "/activate")
        talk.one("update-activated", "PATCH", made, payload={f"{SITE}@delta": [_spare(first)]})
        talk.one("delete-activated", "DELETE", made)
    if other:
        talk.poll("get-other", other)


def _spare(stimulus: Stimulus) -> dict[str, Any]:
    payload = json.loads(stimulus.body or b"{}")
    named = (payload.get(SITE) or [{"destinationType": "inPlace"}])[0]
    return {"restorePoint": {"id": "0b7c2c51-5f0e-4c57-9a63-2f6f2c0f7a11"}, "destinationType": named["destinationType"]}


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
