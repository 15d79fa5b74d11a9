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
from restore_conformance.contract.workload import LISTS
from restore_conformance.live.coverage import FULL, SAID, gap_of, gaps_beyond
from restore_conformance.live.ids import Pool
from restore_conformance.live.pairwise import pairs
from restore_conformance.live.permissions import askable
from restore_conformance.live.plan import CREATED, OPEN, REFUSED, Plan, PlannedCreate
from restore_conformance.recogniser import Sent
from restore_conformance.stimuli import FAMILIES, Stimulus
from restore_conformance.stimuli.materials import PRETTY, TYPED
from restore_conformance.verdicts import Level

REFUSED_CALLERS = frozenset({"no-permission", "read-only", "personal", "expired"})
EXTRAS = (
    ("get-deleted", 2),
    ("artifacts", 1),
    ("list", 1),
    ("granular", 1),  # and a session with items, where nothing else makes one
    ("get-kept", 1),
    ("unknown-ids", 3),
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
    """The creates that serve every clause that can be served, cheapest first, within a number of requests.

    Of these some are kept to ask again, a twelfth at most.
    """
    callers = frozenset(callers)
    reserved = min(AGAIN, requests // 12)
    bound = requests - reserved
    edition = pool.edition
    clauses = [c for c in register.clauses if _of_create(c)]
    offered = [create for create in _offered(clauses, label, pool, callers) if _fits(create, pool)]
    conversation, reads = _conversation(register, offered)
    cover = _Cover(offered, {c.address for c in clauses}, bound - reads)
    for create in conversation or ():
        cover.pay(create)
    musts = {c.address for c in clauses if c.level is Level.MUST}
    newer = {c.address for c in clauses if edition.newer(c.since) is not None}
    for wanted in (musts - newer, musts & newer):  # what does not bind takes the room that is left
        cover.choose(wanted)
    granular = next((s for family in ITEMS for s in (*cover.chosen, *offered) if _holds_items(s, family)), None)
    extras = _extras(cover, granular) if conversation else ()
    if granular is not None and "granular" in extras:
        cover.left -= granular.serves
    else:
        granular = None
    cells = _cells(callers, cover.room) if conversation else ()
    cover.room -= len(cells)
    for name in FURTHER if conversation else ():
        if cover.room > 0 and _comes_to(name, extras):
            extras, cover.room = (*extras, name), cover.room - 1
    cover.choose(cover.left)
    spare = _Cover(offered, cover.left, bound)
    spare.choose(cover.left)
    if deep:
        for create in (_planned(clauses, label, stimulus, edition) for stimulus in pairs(pool, callers)):
            if create.cost <= cover.room and _fits(create, pool):
                cover.chosen.append(replace(create, sent_for=("all pairs",)))
                cover.room -= create.cost
    looks = sum(cost for name, cost in EXTRAS if name in extras) + sum(name in extras for name in FURTHER)
    spared = {address for create in spare.chosen for address in create.serves}
    gaps = {a: gap_of(register[a], pool) or (FULL if a in spared else SAID) for a in sorted(cover.left)}
    return Plan(
        conversation=conversation,
        granular=granular,
        extras=extras,
        creates=tuple(
            sorted(
                (create for create in cover.chosen if create is not granular),
                key=lambda create: (create.expects == OPEN, bool(create.singles)),
            )
        ),
        reads=reads + looks,
        spare=tuple(spare.chosen),
        cells=cells,
        bound=bound,
        kept=reserved,
        unreachable=gaps | gaps_beyond(register, callers, frozenset(cells), extras, pool),
        shared=_shared(register),
    )


class _Cover:
    """Chooses, greedily, creates that serve the clauses that are `left` in the `room` there is (requests)."""

    def __init__(self, offered: list[PlannedCreate], left: set[str], room: int) -> None:
        self._offered = offered
        self.left = set(left)
        self.room = room
        self.chosen: list[PlannedCreate] = []

    def pay(self, create: PlannedCreate) -> None:
        """Send a create: removes what it serves from what is wanted, and its cost from the budget."""
        self.left -= create.serves
        self.room -= create.cost

    def choose(self, wanted: Iterable[str]) -> None:
        """The creates that serve most of what is wanted for what they cost (within ln n of the fewest).

        Among equals the one that serves more of what is left, then the shortest.
        """
        wanted = set(wanted) & self.left
        while wanted and self.room > 0:
            within = [create for create in self._offered if create.cost <= self.room and create.serves & wanted]
            if not within:
                break
            best = max(
                within,
                key=lambda c: (
                    len(c.serves & wanted) / c.cost,
                    len(c.serves & self.left),
                    -len(c.stimulus.body or b""),
                ),
            )
            self.chosen.append(replace(best, sent_for=tuple(sorted(best.serves & wanted))))
            wanted -= best.serves
            self.pay(best)


def _extras(cover: _Cover, granular: PlannedCreate | None) -> tuple[str, ...]:
    """What the scenarios look at beyond create, as far as there is room; a session with items costs its create."""
    extras: tuple[str, ...] = ()
    for name, cost in EXTRAS:
        if name == "granular" and granular is None:
            continue
        more = granular.cost if name == "granular" and granular is not None and granular not in cover.chosen else 0
        if cost + more <= cover.room:
            extras, cover.room = (*extras, name), cover.room - cost - more
    return extras


def _holds_items(create: PlannedCreate, family: str) -> bool:
    """Whether a create makes a session of a family by what the edition that binds knows."""
    return create.stimulus.family == family and not create.stimulus.newer


def _comes_to(name: str, extras: tuple[str, ...]) -> bool:
    """Whether the scenarios take a further look."""
    needs = {"get-all-members": "granular", "artifacts-deleted": "get-deleted", "artifacts-unknown": "unknown-ids"}
    return needs.get(name, "") in {"", *extras}


def _of_create(clause: Clause) -> bool:
    """Whether a clause is judged by one create; the others need a session that is looked at later."""
    return clause.judge is not None and not clause.stateful and clause.operation == "create"


def _planned(clauses: Sequence[Clause], label: Label, stimulus: Stimulus, edition: Chosen) -> PlannedCreate:
    sent = label(stimulus)
    if sent.defects:
        expects, tags = REFUSED, sent.tags | {"400", "4xx", "object"}
    elif "valid" in sent.tags:
        expects, tags = CREATED, sent.tags | {"201", "2xx", "object"}
    else:
        expects, tags = OPEN, sent.tags
    serves = frozenset(c.address for c in clauses if c.when.matches(tags) and edition.judges(c.since, tags))
    return PlannedCreate(stimulus, expects, serves, listed="id-not-listed" not in sent.tags)


def _offered(clauses: Sequence[Clause], label: Label, pool: Pool, callers: frozenset[str]) -> Iterator[PlannedCreate]:
    """Every family and variant, as every caller for whom that makes a difference."""
    for family in FAMILIES:
        if family == "very-large":
            continue  # a mebibyte says no more than a hundred levels do, and costs the tenant more
        for variant in range(FAMILIES[family].variants):
            yield _planned(clauses, label, pool.make(family, variant), pool.edition)
    for caller in ("good", *sorted(callers & {"application", "delegated"})):
        for family, style in (("standard", TYPED), ("standard", PRETTY), ("no-payload", 0)):
            stimulus = replace(pool.make(family, 0, style), caller=caller)
            yield _planned(clauses, label, stimulus, pool.edition)
    for caller in sorted(callers & REFUSED_CALLERS):
        stimulus = replace(pool.make("standard", 0), caller=caller, family=f"caller-{caller}")
        yield _planned(clauses, label, stimulus, pool.edition)
    for families in MERGED:
        stimuli = [pool.make(f, _PLAIN.get(f, 0)) for f in families if not pool.is_newer(f)]
        singles = tuple(_planned(clauses, label, stimulus, pool.edition) for stimulus in stimuli)
        yield _merged(clauses, label, singles, pool.edition)


_PLAIN = {"opaque-values": 0, "one-kind-empty": 1, "conflict-spelling": 1}


def _merged(
    clauses: Sequence[Clause], label: Label, singles: tuple[PlannedCreate, ...], edition: Chosen
) -> PlannedCreate:
    payload: dict[str, Any] = {}
    for create in reversed(singles):
        payload |= json.loads(create.stimulus.body or b"{}")
    names = "+".join(create.stimulus.family for create in singles)
    body = json.dumps(payload, separators=(",", ":")).encode()
    planned = _planned(clauses, label, replace(singles[0].stimulus, family=names, body=body), edition)
    # Only what the single ones are sent for: an answer to all of them together says nothing about one elsewhere.
    wanted = frozenset().union(*(create.serves for create in singles))
    return replace(planned, serves=planned.serves & wanted, singles=singles)


def _fits(create: PlannedCreate, pool: Pool) -> bool:
    """Whether a create may be sent: what may be accepted names only what the user named."""
    if create.expects == REFUSED:
        return True
    kinds = [kind for kind, name in LISTS.items() if f'"{name}"'.encode() in (create.stimulus.body or b"")]
    return create.listed and all(pool.has(kind) for kind in kinds)


def _conversation(
    register: Register, offered: list[PlannedCreate]
) -> tuple[tuple[PlannedCreate, PlannedCreate] | None, int]:
    """The two creates of the conversation that reads back: a standard and another, preferably a granular one."""
    if all(_of_create(c) for c in register.clauses if c.judge is not None):
        return None, 0
    accepted = [s for s in offered if s.expects == CREATED and s.stimulus.caller == "good" and not s.singles]
    first = next((s for s in accepted if s.stimulus.family == "standard"), None)
    other = next(
        (s for s in accepted if s.stimulus.family == "prefer" and b"granular" in (s.stimulus.body or b"")), None
    )
    empty = next((s for s in accepted if s.stimulus.family == "no-payload"), None)
    pair = [create for create in (first, other, empty) if create is not None][:2]
    return ((pair[0], pair[1]), 1) if len(pair) == 2 else (None, 0)


def _cells(callers: frozenset[str], room: int) -> tuple[tuple[str, str], ...]:
    """Who asks for which operation on a draft of ours, as far as there is room; who may not delete asks last."""
    asked = sorted(askable(pinned()), key=lambda operation: operation == "delete")
    who = sorted(callers & {"read-only", "no-permission", "personal"})
    return tuple((caller, operation) for operation in asked for caller in who)[: max(room, 0)]


def _shared(register: Register) -> dict[str, frozenset[str]]:
    """The clauses that every accepted and every refused create serves, so that a plan need not repeat them."""
    shared = {}
    for expects, tags in (
        (CREATED, {"create", "clean", "valid", "201", "2xx", "object"}),
        (REFUSED, {"create", "400", "4xx", "object"}),
    ):
        shared[expects] = frozenset(
            c.address for c in register.clauses if _of_create(c) and c.when.matches(frozenset(tags))
        )
    return shared
