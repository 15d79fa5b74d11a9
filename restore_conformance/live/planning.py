"""The plan of a live run: the fewest requests that touch every clause, worked out from the clauses themselves.

Each candidate request is labelled by the recogniser, as a judgement will see it; which clauses it serves follows
from their own conditions. A clause, a family or a caller that is added is planned for without a change here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from restore_conformance.clauses import Clause, Register
from restore_conformance.concluding import needs_caller
from restore_conformance.documents import pinned
from restore_conformance.live.artifacts import enough
from restore_conformance.live.permissions import askable
from restore_conformance.live.routes import ALLOWED
from restore_conformance.payloads import FAMILIES, Knobs, Materials, Stimulus
from restore_conformance.payloads.families import VARIANTS
from restore_conformance.payloads.materials import PRETTY, TYPED
from restore_conformance.recogniser import Sent
from restore_conformance.verdicts import Gap, Level, Why

CREATED, REFUSED, OPEN = "201", "refused", "open"
COST = {CREATED: 2, REFUSED: 1, OPEN: 2}
"""Requests that a step costs: a create that is, or may be, accepted is owed a delete."""
ODD_CALLERS = frozenset({"no-permission", "read-only", "personal", "expired"})
EXTRAS = (
    ("get-deleted", 2),
    ("artifacts", 1),
    ("list", 1),
    ("granular", 2),
    ("get-kept", 1),
    ("strangers", 3),
    ("list-after", 1),
)
"""What the stories look at beyond create, as far as there is room, and the requests each takes."""
TOLD = frozenset({"life", "callers", "strangers"})
"""The stories a live target is told: none of them changes or activates a draft."""
FULL = Gap(Why.ROOM, "no room for it: --profile live-deep has more")
SAID = Gap(Why.UNTOUCHED, "")
"""Stands where the run itself says best why."""
MERGED = (
    ("read-only-members", "annotations", "unknown-members"),
    ("opaque-values", "conflict-spelling", "one-kind-empty"),
)
"""Curiosities that one request may hold together: where it is accepted, each of them is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request to send, what the documents say of it, and the clauses it is sent for.

    `singles` are sent instead where several curiosities in one request were refused and nobody knows which. `listed`
    says whether it names only what the user named.
    """

    stimulus: Stimulus
    expects: str
    serves: frozenset[str]
    sent_for: tuple[str, ...] = ()
    singles: tuple[Step, ...] = ()
    listed: bool = True

    @property
    def cost(self) -> int:
        return COST[self.expects]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a live run will send, in order. `reads` counts the requests of the stories beside creates and deletes.

    `spare` did not fit beside everything else; it is sent if there is room in the end, because what may be
    accepted and was counted with a delete was refused. `cells` are questions of the permission matrix: who asks for
    which operation.
    """

    conversation: tuple[Step, Step] | None
    granular: Step | None
    extras: tuple[str, ...]
    steps: tuple[Step, ...]
    reads: int
    spare: tuple[Step, ...]
    cells: tuple[tuple[str, str], ...]
    bound: int
    unreachable: Mapping[str, Gap]
    shared: Mapping[str, frozenset[str]]

    @property
    def every(self) -> tuple[Step, ...]:
        return (*(self.conversation or ()), *((self.granular,) if self.granular else ()), *self.steps)

    @property
    def requests(self) -> int:
        """Requests if everything goes as planned, clean-up included."""
        return sum(step.cost for step in self.every) + self.reads + len(self.cells)

    @property
    def creates(self) -> int:
        return len(self.every)

    @property
    def sessions(self) -> int:
        """Sessions at most, if refusals are refused."""
        return sum(step.expects != REFUSED for step in self.every)

    @property
    def reserve(self) -> int:
        """One delete for each refusal, should it be accepted."""
        return sum(step.expects == REFUSED for step in self.every)


Label = Callable[[Stimulus], Sent]


class Pool:
    """What creates may name: the user's restore points and items, shuffled anew for each request.

    Without any, ids are made up; a live target is then sent only what must be refused.
    """

    def __init__(
        self,
        points: Sequence[str],
        items: Sequence[Mapping[str, str]],
        chance: random.Random,
        *,
        made_up: bool,
    ) -> None:
        self.points = tuple(points)
        self.items = tuple(items)
        self.made_up = made_up
        self._chance = chance

    def has(self, kind: str) -> bool:
        """Whether a create of a kind may be accepted without naming what does not exist."""
        return self.made_up or bool({"standard": self.points, "granular": self.items}.get(kind, True))

    def most(self, kind: str) -> int:
        """How many artifacts of a kind may be named at once."""
        named = self.points if kind == "standard" else self.items
        return len(named) if named else 49

    def size(self, family: str) -> int:
        """The same for the kind a family names."""
        return self.most("granular" if _is_granular(family) else "standard")

    def make(self, family: str, variant: int, style: int = 0, size: int = 0) -> Stimulus:
        """A stimulus of a family that names things nobody else names together."""
        if family == "too-many":
            # More than anybody can name, so these are made up. A seed of this form makes the item keys short, and
            # keeps the body below the size from which on a drop would only be observed.
            return FAMILIES[family](Materials(), Knobs(0, 0, variant, 3 * self._seed() + 2))
        points, items = list(self.points), list(self.items)
        self._chance.shuffle(points)
        self._chance.shuffle(items)
        pool = items if _is_granular(family) else points
        count = size or (enough(len(pool)) if pool else 3)
        place = self._chance.randrange(max(count, 2))
        if family == "prefer":
            place -= place % 2  # an even place makes the granular form, the only one its clause is about
        materials = Materials(restore_points=points, items=items)
        return FAMILIES[family](materials, Knobs(count, place, variant, self._seed(), style))

    def _seed(self) -> int:
        return self._chance.randrange(1, 2**31)


def _is_granular(family: str) -> bool:
    return "granular" in family or family in _GRANULAR


_GRANULAR = frozenset({"conflict-behavior", "conflict-value", "conflict-spelling", "opaque-values", "prefer"})


def make_plan(
    register: Register, label: Label, pool: Pool, callers: Iterable[str], *, requests: int, deep: bool = False
) -> Plan:
    """The steps that serve every clause that can be served, cheapest first, within a number of requests."""
    callers = frozenset(callers)
    clauses = [c for c in register.clauses if _of_create(c)]
    offered = [step for step in _offered(clauses, label, pool, callers) if _fits(step, pool)]
    conversation, reads = _conversation(register, offered)
    left = {c.address for c in clauses}
    for step in conversation or ():
        left -= step.serves
    room = requests - reads - sum(step.cost for step in conversation or ())
    levels = {c.address: c.level for c in clauses}
    chosen = _cover(offered, {a for a in left if levels[a] is Level.MUST}, left, room)
    room -= sum(step.cost for step in chosen)
    for step in chosen:
        left -= step.serves
    granular = next((s for s in chosen if s.stimulus.family == "granular-destination"), None)
    extras: tuple[str, ...] = ()
    for name, cost in EXTRAS if conversation else ():
        if cost <= room and (name != "granular" or granular is not None):
            extras, room = (*extras, name), room - cost
    if "granular" not in extras:
        granular = None
    cells = _cells(callers, room) if conversation else ()
    room -= len(cells)
    more = _cover(offered, left, left, room)
    room -= sum(step.cost for step in more)
    chosen += more
    for step in more:
        left -= step.serves
    spare = _cover(offered, left, left, requests)
    if deep:
        from restore_conformance.live.pairs import pairs

        extra = [_step(clauses, label, stimulus) for stimulus in pairs(pool, callers)]
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
        reads + sum(cost for name, cost in EXTRAS if name in extras),
        tuple(spare),
        cells,
        requests,
        {a: _why(register[a], pool) or (FULL if any(a in s.serves for s in spare) else SAID) for a in sorted(left)}
        | _beyond(register, callers, frozenset(cells), extras),
        _shared(register),
    )


def _of_create(clause: Clause) -> bool:
    """Whether a clause is judged by one create; the others need a conversation."""
    return clause.judge is not None and clause.scope == "exchange" and clause.operation == "create"


def _step(clauses: Sequence[Clause], label: Label, stimulus: Stimulus) -> Step:
    sent = label(stimulus)
    if sent.defects:
        expects, tags = REFUSED, sent.tags | {"400", "4xx", "object"}
    elif "valid" in sent.tags:
        expects, tags = CREATED, sent.tags | {"201", "2xx", "object"}
    else:
        expects, tags = OPEN, sent.tags
    serves = frozenset(c.address for c in clauses if c.when.matches(tags))
    return Step(stimulus, expects, serves, listed="open:id-not-listed" not in sent.tags)


def _offered(clauses: Sequence[Clause], label: Label, pool: Pool, callers: frozenset[str]) -> Iterator[Step]:
    """Every family and variant, as every caller for whom that makes a difference."""
    for family in FAMILIES:
        if family == "very-large":
            continue  # a mebibyte says no more than a hundred levels do, and costs the tenant more
        for variant in range(VARIANTS[family]):
            yield _step(clauses, label, pool.make(family, variant))
    for caller in ("good", *sorted(callers & {"application", "delegated"})):
        for family, style in (("standard", TYPED), ("standard", PRETTY), ("no-payload", 0)):
            made = replace(pool.make(family, 0, style), caller=caller)
            yield _step(clauses, label, made)
    for caller in sorted(callers & ODD_CALLERS):
        yield _step(clauses, label, replace(pool.make("standard", 0), caller=caller, family=f"caller-{caller}"))
    for families in MERGED:
        singles = tuple(_step(clauses, label, pool.make(f, _PLAIN.get(f, 0))) for f in families)
        yield _merged(clauses, label, singles)


_PLAIN = {"opaque-values": 0, "one-kind-empty": 1, "conflict-spelling": 1}


def _merged(clauses: Sequence[Clause], label: Label, singles: tuple[Step, ...]) -> Step:
    payload: dict[str, Any] = {}
    for step in reversed(singles):
        payload |= json.loads(step.stimulus.body or b"{}")
    names = "+".join(step.stimulus.family for step in singles)
    body = json.dumps(payload, separators=(",", ":")).encode()
    made = _step(clauses, label, replace(singles[0].stimulus, family=names, body=body))
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
    if not any(c.scope == "conversation" or c.operation != "create" for c in register.clauses):
        return None, 0
    accepted = [s for s in offered if s.expects == CREATED and s.stimulus.caller == "good" and not s.singles]
    first = next((s for s in accepted if s.stimulus.family == "standard"), None)
    other = next(
        (s for s in accepted if s.stimulus.family == "prefer" and b"granular" in (s.stimulus.body or b"")), None
    )
    empty = next((s for s in accepted if s.stimulus.family == "no-payload"), None)
    pair = [step for step in (first, other, empty) if step is not None][:2]
    return ((pair[0], pair[1]), 2) if len(pair) == 2 else (None, 0)


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


def _beyond(
    register: Register, callers: frozenset[str], cells: frozenset[tuple[str, str]], extras: tuple[str, ...]
) -> dict[str, Gap]:
    """Why clauses of the other operations are not touched: those a live target is never sent, callers, room."""
    sendable = {route.operation for route in ALLOWED}
    made: dict[str, Gap] = {}
    for found in register.clauses:
        operation, _, name = found.address.partition("/")
        if operation == "create" or found.judge is None:
            continue
        told = {tag.removeprefix("story:") for tag in found.when.every | found.when.either if tag.startswith("story:")}
        if told and not told & TOLD:
            made[found.address] = Gap(Why.LEFT_OUT, f"left out: a live target is not told the story {min(told)}")
        elif found.address == "delete/errors.invalid-session-id":
            made[found.address] = Gap(
                Why.LEFT_OUT, "left out: a live target is sent no delete of an id that is not ours"
            )
        elif "list-after" not in extras and found.address == "list/response.deleted-gone":
            made[found.address] = FULL
        elif operation not in sendable:
            made[found.address] = Gap(
                Why.LEFT_OUT, "left out: drafts are neither changed nor activated on a live target"
            )
        elif name.startswith("permissions."):
            kind = "read-only" if "read-permission" in name else "no-permission"
            if kind not in callers:
                made[found.address] = needs_caller(kind)
            elif (kind, operation) not in cells:
                made[found.address] = FULL
        elif "strangers" not in extras and name in {"errors.invalid-session-id", "errors.session-not-found"}:
            made[found.address] = FULL
    return made


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


def _why(clause: Clause, pool: Pool) -> Gap | None:
    """Why no request of the plan serves a clause; None where the run itself says it best."""
    wanted = clause.when.every | clause.when.either
    if any(tag.startswith("example:") for tag in wanted):
        return Gap(Why.IDS, "the printed requests name ids that do not exist here")
    if not pool.has("standard") and wanted & {"standard", "white-space", "odata-type"}:
        return Gap(Why.IDS, "needs restore points: name existing ones with --restore-points or live.restore-points")
    if not pool.has("granular") and wanted & {"granular", "prefer:all-members", "conflict-behavior"}:
        return Gap(Why.IDS, "needs items: name existing ones with --granular-items or live.granular-items")
    if "open:artifact-limit" in wanted:
        return Gap(Why.IDS, "needs 50 restore points: name them with --restore-points or live.restore-points")
    return None
