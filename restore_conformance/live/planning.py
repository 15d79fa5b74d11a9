"""The plan of a live run: the fewest requests that touch every clause, worked out from the clauses themselves.

Each candidate request is labelled by the recogniser, as a judgement will see it; which clauses it serves follows
from their own conditions: it knows no clause by name, and a clause or a family that is added is planned for without
a change here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from restore_conformance.clauses import Clause, Register
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import Chosen
from restore_conformance.live.coverage import FULL, SAID, gap_of, gaps_beyond
from restore_conformance.live.ids import Pool
from restore_conformance.live.pairwise import pairs
from restore_conformance.live.permissions import askable
from restore_conformance.live.plan import CREATED, OPEN, REFUSED, Plan, Step
from restore_conformance.recogniser import Sent
from restore_conformance.stimuli import FAMILIES, Stimulus
from restore_conformance.stimuli.families import VARIANTS
from restore_conformance.stimuli.materials import PRETTY, TYPED
from restore_conformance.verdicts import Level

ODD_CALLERS = frozenset({"no-permission", "read-only", "personal", "expired"})
EXTRAS = (
    ("get-deleted", 2),
    ("artifacts", 1),
    ("list", 1),
    ("granular", 1),  # and a session with items, where nothing else makes one
    ("get-kept", 1),
    ("strangers", 3),
    ("list-after", 1),
)
"""What the scenarios look at beyond create, as far as there is room, and the requests each takes beyond the read and
the delete that every session is owed."""
ITEMS = ("granular-destination", "granular")
"""The families whose session is looked at for its items, the preferred one first."""
FURTHER = ("get-all-members", "items", "artifacts-deleted", "artifacts-unknown", "get-other")
"""What they look at with what is left in the end, a request each."""
MERGED = (
    ("read-only-members", "annotations", "unknown-members"),
    ("opaque-values", "conflict-spelling", "one-kind-empty"),
)
"""Curiosities that one request may hold together: where it is accepted, each of them is."""


AGAIN = 6
"""Requests that are kept to ask again what may have been refused for a passing reason: three creates, twice each."""

Label = Callable[[Stimulus], Sent]


def make_plan(
    register: Register, label: Label, pool: Pool, callers: Iterable[str], *, requests: int, deep: bool = False
) -> Plan:
    """The steps that serve every clause that can be served, cheapest first, within a number of requests.

    Of these some are kept to ask again, a twelfth at most.
    """
    callers = frozenset(callers)
    kept = min(AGAIN, requests // 12)
    requests -= kept
    edition = pool.edition
    clauses = [c for c in register.clauses if _of_create(c)]
    offered = [step for step in _offered(clauses, label, pool, callers) if _fits(step, pool)]
    conversation, reads = _conversation(register, offered)
    left = {c.address for c in clauses}
    for step in conversation or ():
        left -= step.serves
    room = requests - reads - sum(step.cost for step in conversation or ())
    levels = {c.address: c.level for c in clauses}
    newer = {c.address for c in clauses if edition.newer(c.since) is not None}
    musts = {a for a in left if levels[a] is Level.MUST}
    chosen: list[Step] = []
    for wanted in (musts - newer, musts & newer):  # what does not bind takes the room that is left
        covering = _cover(offered, wanted & left, left, room)
        room -= sum(step.cost for step in covering)
        for step in covering:
            left -= step.serves
        chosen += covering
    granular = next((s for family in ITEMS for s in (*chosen, *offered) if _holds_items(s, family)), None)
    extras: tuple[str, ...] = ()
    for name, cost in EXTRAS if conversation else ():
        if name == "granular" and granular is None:
            continue
        more_for = granular.cost if name == "granular" and granular is not None and granular not in chosen else 0
        if cost + more_for <= room:
            extras, room = (*extras, name), room - cost - more_for
    if "granular" not in extras:
        granular = None
    left -= granular.serves if granular is not None else frozenset()
    cells = _cells(callers, room) if conversation else ()
    room -= len(cells)
    for name in FURTHER if conversation else ():
        if room > 0 and _comes_to(name, extras):
            extras, room = (*extras, name), room - 1
    more = _cover(offered, left, left, room)
    room -= sum(step.cost for step in more)
    chosen += more
    for step in more:
        left -= step.serves
    spare = _cover(offered, left, left, requests)
    if deep:
        extra = [_step(clauses, label, stimulus, edition) for stimulus in pairs(pool, callers)]
        for step in extra:
            if step.cost <= room and _fits(step, pool):
                chosen.append(replace(step, sent_for=("all pairs",)))
                room -= step.cost
    return Plan(
        conversation,
        granular,
        extras,
        tuple(
            sorted(
                (step for step in chosen if step is not granular),
                key=lambda step: (step.expects == OPEN, bool(step.singles)),
            )
        ),
        reads + sum(cost for name, cost in EXTRAS if name in extras) + sum(name in extras for name in FURTHER),
        tuple(spare),
        cells,
        requests,
        kept,
        {a: gap_of(register[a], pool) or (FULL if any(a in s.serves for s in spare) else SAID) for a in sorted(left)}
        | gaps_beyond(register, callers, frozenset(cells), extras, pool),
        _shared(register),
    )


def _holds_items(step: Step, family: str) -> bool:
    """Whether a step makes a session of a family by what the edition that binds knows."""
    return step.stimulus.family == family and not step.stimulus.newer


def _comes_to(name: str, extras: tuple[str, ...]) -> bool:
    """Whether the scenarios come to a further look at all."""
    needs = {"get-all-members": "granular", "artifacts-deleted": "get-deleted", "artifacts-unknown": "strangers"}
    return needs.get(name, "") in {"", *extras}


def _of_create(clause: Clause) -> bool:
    """Whether a clause is judged by one create; the others need a session that is looked at later."""
    return clause.judge is not None and not clause.stateful and clause.operation == "create"


def _step(clauses: Sequence[Clause], label: Label, stimulus: Stimulus, edition: Chosen) -> Step:
    sent = label(stimulus)
    if sent.defects:
        expects, tags = REFUSED, sent.tags | {"400", "4xx", "object"}
    elif "valid" in sent.tags:
        expects, tags = CREATED, sent.tags | {"201", "2xx", "object"}
    else:
        expects, tags = OPEN, sent.tags
    serves = frozenset(c.address for c in clauses if c.when.matches(tags) and edition.judges(c.since, tags))
    return Step(stimulus, expects, serves, listed="id-not-listed" not in sent.tags)


def _offered(clauses: Sequence[Clause], label: Label, pool: Pool, callers: frozenset[str]) -> Iterator[Step]:
    """Every family and variant, as every caller for whom that makes a difference."""
    for family in FAMILIES:
        if family == "very-large":
            continue  # a mebibyte says no more than a hundred levels do, and costs the tenant more
        for variant in range(VARIANTS[family]):
            yield _step(clauses, label, pool.make(family, variant), pool.edition)
    for caller in ("good", *sorted(callers & {"application", "delegated"})):
        for family, style in (("standard", TYPED), ("standard", PRETTY), ("no-payload", 0)):
            made = replace(pool.make(family, 0, style), caller=caller)
            yield _step(clauses, label, made, pool.edition)
    for caller in sorted(callers & ODD_CALLERS):
        made = replace(pool.make("standard", 0), caller=caller, family=f"caller-{caller}")
        yield _step(clauses, label, made, pool.edition)
    for families in MERGED:
        made_of = [pool.make(f, _PLAIN.get(f, 0)) for f in families if not pool.is_newer(f)]
        singles = tuple(_step(clauses, label, made, pool.edition) for made in made_of)
        yield _merged(clauses, label, singles, pool.edition)


_PLAIN = {"opaque-values": 0, "one-kind-empty": 1, "conflict-spelling": 1}


def _merged(clauses: Sequence[Clause], label: Label, singles: tuple[Step, ...], edition: Chosen) -> Step:
    payload: dict[str, Any] = {}
    for step in reversed(singles):
        payload |= json.loads(step.stimulus.body or b"{}")
    names = "+".join(step.stimulus.family for step in singles)
    body = json.dumps(payload, separators=(",", ":")).encode()
    made = _step(clauses, label, replace(singles[0].stimulus, family=names, body=body), edition)
    # Only what the single ones are sent for: an answer to all of them together says nothing about one elsewhere.
    wanted = frozenset().union(*(step.serves for step in singles))
    return replace(made, serves=made.serves & wanted, singles=singles)


def _fits(step: Step, pool: Pool) -> bool:
    """Whether a step may be sent: what may be accepted names only what the user named."""
    if step.expects == REFUSED:
        return True
    kinds = [kind for kind, name in (("standard", b"siteRestore"), ("granular", b"granularSite"))
             if name in (step.stimulus.body or b"")]  # fmt: skip
    return step.listed and all(pool.has(kind) for kind in kinds)


def _conversation(register: Register, offered: list[Step]) -> tuple[tuple[Step, Step] | None, int]:
    """The two creates of the conversation that reads back: a standard and another, preferably a granular one."""
    if all(_of_create(c) for c in register.clauses if c.judge is not None):
        return None, 0
    accepted = [s for s in offered if s.expects == CREATED and s.stimulus.caller == "good" and not s.singles]
    first = next((s for s in accepted if s.stimulus.family == "standard"), None)
    other = next(
        (s for s in accepted if s.stimulus.family == "prefer" and b"granular" in (s.stimulus.body or b"")), None
    )
    empty = next((s for s in accepted if s.stimulus.family == "no-payload"), None)
    pair = [step for step in (first, other, empty) if step is not None][:2]
    return ((pair[0], pair[1]), 1) if len(pair) == 2 else (None, 0)


def _cover(offered: list[Step], wanted: set[str], other: set[str], room: int) -> list[Step]:
    """Greedily, the step that serves most of what is wanted for what it costs (within ln n of the fewest).

    Among equals the one that serves more of the `other` clauses, then the shortest.
    """
    left, other = set(wanted), set(other)
    chosen: list[Step] = []
    while left and room > 0:
        within = [step for step in offered if step.cost <= room and step.serves & left]
        if not within:
            break
        best = max(
            within, key=lambda s: (len(s.serves & left) / s.cost, len(s.serves & other), -len(s.stimulus.body or b""))
        )
        chosen.append(replace(best, sent_for=tuple(sorted(best.serves & left))))
        left -= best.serves
        other -= best.serves
        room -= best.cost
    return chosen


def _cells(callers: frozenset[str], room: int) -> tuple[tuple[str, str], ...]:
    """Who asks for which operation on a draft of ours, as far as there is room; who may not delete asks last."""
    asked = sorted(askable(pinned()), key=lambda operation: operation == "delete")
    who = sorted(callers & {"read-only", "no-permission", "personal"})
    return tuple((caller, operation) for operation in asked for caller in who)[: max(room, 0)]


def _shared(register: Register) -> dict[str, frozenset[str]]:
    """The clauses that every accepted and every refused create serves, so that a plan need not repeat them."""
    made = {}
    for expects, tags in (
        (CREATED, {"create", "clean", "valid", "201", "2xx", "object"}),
        (REFUSED, {"create", "400", "4xx", "object"}),
    ):
        made[expects] = frozenset(
            c.address for c in register.clauses if _of_create(c) and c.when.matches(frozenset(tags))
        )
    return made
