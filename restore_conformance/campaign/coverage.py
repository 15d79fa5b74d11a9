"""The plan of a bounded run: the fewest requests that touch every clause, worked out from the clauses themselves.

Each candidate is labelled by the recogniser, as a judgement will see it; which clauses it serves follows from their own
conditions. Knows no clause by name: a clause or a family that is added is planned for without a change here. Sends
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from restore_conformance.campaign.gaps import FULL, SAID, gap_of, gaps_beyond
from restore_conformance.campaign.planner import LIVE_OPERATIONS, Cell, live_scenarios
from restore_conformance.clauses import Clause, Register
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import Chosen
from restore_conformance.contract.workload import LISTS
from restore_conformance.recogniser import Sent
from restore_conformance.stimuli import FAMILIES, Stimulus
from restore_conformance.stimuli.materials import PRETTY, TYPED
from restore_conformance.stimuli.pairwise import pairs
from restore_conformance.stimuli.pool import Pool
from restore_conformance.stimuli.scenarios import Scenario
from restore_conformance.verdicts import Gap, Level

CREATED, REFUSED, OPEN = "201", "refused", "open"
COST = {CREATED: 3, REFUSED: 1, OPEN: 3}
"""Requests that a create costs: a create that is, or may be, accepted is owed a read and a delete."""
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
NEEDS = {"get-all-members": "granular", "artifacts-deleted": "get-deleted", "artifacts-unknown": "unknown-ids"}
"""Of these, what is looked at only beside something else."""
MERGED = (
    (("read-only-members", 0), ("annotations", 0), ("unknown-members", 0)),
    (("opaque-values", 0), ("conflict-spelling", 1), ("one-kind-empty", 1)),
)
"""Curiosities, each a family and a variant, that one request may hold together: where it is accepted, each of them
is."""
AGAIN = 6
"""Requests that are kept to ask again what may have been refused for a passing reason: three creates, twice each."""

Label = Callable[[Stimulus], Sent]


# ---------------------------------------------------------------- a plan


@dataclass(frozen=True, slots=True)
class PlannedCreate:
    """One request to send, what the documents say of it, and the clauses it is sent for.

    `listed` says whether it names only what the user named.
    """

    stimulus: Stimulus
    expects: str
    serves: frozenset[str]
    sent_for: tuple[str, ...] = ()
    listed: bool = True

    @property
    def cost(self) -> int:
        return COST[self.expects]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bounded run sends, in order.

    `pair` are the two sessions that are read back, `granular` one that is read for its items, `extras` what else the
    scenarios look at, and `reads` the requests of the scenarios beside creates and deletes. `spare` did not fit beside
    everything else; it is sent if there is room in the end, because what may be accepted and was counted with a read
    and a delete was refused. `cells` are questions of the permission matrix: who asks for which operation. `bound` is
    the most that is sent so; `kept` requests more are for asking again what may have been refused for a passing reason.
    `shared` are the clauses that every create serves, by what the documents say of it.
    """

    pair: tuple[PlannedCreate, PlannedCreate] | None
    granular: PlannedCreate | None
    extras: tuple[str, ...]
    creates: tuple[PlannedCreate, ...]
    reads: int
    spare: tuple[PlannedCreate, ...]
    cells: tuple[Cell, ...]
    bound: int
    kept: int
    unreachable: Mapping[str, Gap]
    shared: Mapping[str, frozenset[str]]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios about the sessions that are looked at."""
        pair = (self.pair[0].stimulus, self.pair[1].stimulus) if self.pair is not None else None
        granular = self.granular.stimulus if self.granular is not None else None
        return tuple(live_scenarios(pair, granular, self.extras, self.cells))

    @property
    def every(self) -> tuple[PlannedCreate, ...]:
        return (*(self.pair or ()), *((self.granular,) if self.granular else ()), *self.creates)

    @property
    def requests(self) -> int:
        """Requests if everything goes as planned, clean-up included."""
        return sum(create.cost for create in self.every) + self.reads + len(self.cells)

    @property
    def sessions(self) -> int:
        """Sessions at most, if refusals are refused."""
        return sum(create.expects != REFUSED for create in self.every)

    @property
    def reserve(self) -> int:
        """A read and a delete for each refusal, should it be accepted."""
        return sum((COST[CREATED] - 1) * (create.expects == REFUSED) for create in self.every)


# ---------------------------------------------------------------- how it is made


def make_plan(
    register: Register, label: Label, pool: Pool, callers: Iterable[str], *, requests: int, all_pairs: bool = False
) -> Plan:
    """The creates that serve every clause that can be served, cheapest first, within a number of requests.

    Of these some are kept to ask again, a twelfth at most. With `all_pairs` what is left goes to all pairs.
    """
    callers, edition = frozenset(callers), pool.edition
    kept = min(AGAIN, requests // 12)
    bound = requests - kept
    clauses = [clause for clause in register.clauses if _of_create(clause)]
    offered = [create for create in _offered(clauses, label, pool, callers) if _fits(create, pool)]
    pair = _pair(register, offered)
    reads = 1 if pair else 0
    cover = _Cover(offered, {clause.address for clause in clauses}, bound - reads)
    for create in pair or ():
        cover.pay(create)
    musts = {clause.address for clause in clauses if clause.level is Level.MUST}
    newer = {clause.address for clause in clauses if edition.newer(clause.since) is not None}
    for wanted in (musts - newer, musts & newer):  # what does not bind takes the room that is left
        cover.choose(wanted)
    granular = next((s for family in ITEMS for s in (*cover.chosen, *offered) if _holds_items(s, family)), None)
    extras = _extras(cover, granular) if pair else ()
    if granular is not None and "granular" in extras:
        cover.left -= granular.serves
    else:
        granular = None
    cells = _cells(callers, cover.room) if pair else ()
    cover.room -= len(cells)
    for name in FURTHER if pair else ():
        if cover.room > 0 and NEEDS.get(name, "") in {"", *extras}:
            extras, cover.room = (*extras, name), cover.room - 1
    cover.choose(cover.left)
    spare = _Cover(offered, cover.left, bound)
    spare.choose(cover.left)
    if all_pairs:
        for create in (_planned(clauses, label, stimulus, edition) for stimulus in pairs(pool, callers)):
            if create.cost <= cover.room and _fits(create, pool):
                cover.chosen.append(replace(create, sent_for=("all pairs",)))
                cover.room -= create.cost
    looks = sum(cost for name, cost in EXTRAS if name in extras) + sum(name in extras for name in FURTHER)
    spared = {address for create in spare.chosen for address in create.serves}
    gaps = {a: gap_of(register[a], pool) or (FULL if a in spared else SAID) for a in sorted(cover.left)}
    return Plan(
        pair=pair,
        granular=granular,
        extras=extras,
        creates=tuple(
            sorted(
                (create for create in cover.chosen if create is not granular),
                key=lambda create: (create.expects == OPEN, bool(create.stimulus.singles)),
            )
        ),
        reads=reads + looks,
        spare=tuple(spare.chosen),
        cells=cells,
        bound=bound,
        kept=kept,
        unreachable=gaps | gaps_beyond(register, callers, frozenset(cells), extras, pool),
        shared=_shared(clauses),
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
    for stimulus in _candidates(pool, callers):
        yield _planned(clauses, label, stimulus, pool.edition)
    for families in MERGED:
        stimuli = [pool.make(family, variant) for family, variant in families if not pool.is_newer(family)]
        yield _merged(clauses, label, stimuli, pool.edition)


def _candidates(pool: Pool, callers: frozenset[str]) -> Iterator[Stimulus]:
    for family in FAMILIES:
        if family == "very-large":
            continue  # a mebibyte says no more than a hundred levels do, and costs the tenant more
        for variant in range(FAMILIES[family].variants):
            yield pool.make(family, variant)
    for caller in ("good", *sorted(callers & {"application", "delegated"})):
        for family, style in (("standard", TYPED), ("standard", PRETTY), ("no-payload", 0)):
            yield replace(pool.make(family, 0, style), caller=caller)
    for caller in sorted(callers & REFUSED_CALLERS):
        yield replace(pool.make("standard", 0), caller=caller, family=f"caller-{caller}")


def _merged(clauses: Sequence[Clause], label: Label, stimuli: list[Stimulus], edition: Chosen) -> PlannedCreate:
    """Several curiosities in one request."""
    singles = [_planned(clauses, label, stimulus, edition) for stimulus in stimuli]
    payload: dict[str, Any] = {}
    for stimulus in reversed(stimuli):
        payload |= json.loads(stimulus.body or b"{}")
    names = "+".join(stimulus.family for stimulus in stimuli)
    body = json.dumps(payload, separators=(",", ":")).encode()
    merged = replace(stimuli[0], family=names, body=body, singles=tuple(stimuli))
    planned = _planned(clauses, label, merged, edition)
    # Only what the single ones are sent for: an answer to all of them together says nothing about one elsewhere.
    wanted = frozenset().union(*(create.serves for create in singles))
    return replace(planned, serves=planned.serves & wanted)


def _fits(create: PlannedCreate, pool: Pool) -> bool:
    """Whether a create may be sent: what may be accepted names only what the user named."""
    if create.expects == REFUSED:
        return True
    kinds = [kind for kind, name in LISTS.items() if f'"{name}"'.encode() in (create.stimulus.body or b"")]
    return create.listed and all(pool.has(kind) for kind in kinds)


def _pair(register: Register, offered: list[PlannedCreate]) -> tuple[PlannedCreate, PlannedCreate] | None:
    """The two creates whose sessions are read back: a standard and another, preferably a granular one."""
    if all(_of_create(clause) for clause in register.clauses if clause.judge is not None):
        return None
    accepted = [c for c in offered if c.expects == CREATED and c.stimulus.caller == "good" and not c.stimulus.singles]
    first = next((c for c in accepted if c.stimulus.family == "standard"), None)
    other = next(
        (c for c in accepted if c.stimulus.family == "prefer" and b"granular" in (c.stimulus.body or b"")), None
    )
    empty = next((c for c in accepted if c.stimulus.family == "no-payload"), None)
    pair = [create for create in (first, other, empty) if create is not None]
    return (pair[0], pair[1]) if len(pair) > 1 else None


def _cells(callers: frozenset[str], room: int) -> tuple[Cell, ...]:
    """Who asks for which operation on a draft of ours, as far as there is room; who may not delete asks last."""
    described = [name for name, page in pinned().pages.items() if isinstance(page.get("permission"), list)]
    asked = sorted((name for name in described if name in LIVE_OPERATIONS - {"create"}), key="delete".__eq__)
    who = sorted(callers & {"read-only", "no-permission", "personal"})
    return tuple((caller, operation) for operation in asked for caller in who)[: max(room, 0)]


def _shared(clauses: Sequence[Clause]) -> dict[str, frozenset[str]]:
    """The clauses that every accepted and every refused create serves, so that a plan need not repeat them."""
    tags = {CREATED: {"create", "clean", "valid", "201", "2xx", "object"}, REFUSED: {"create", "400", "4xx", "object"}}
    return {
        expects: frozenset(clause.address for clause in clauses if clause.when.matches(frozenset(of)))
        for expects, of in tags.items()
    }
