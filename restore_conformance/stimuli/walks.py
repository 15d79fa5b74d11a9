"""Walks: drawn series of operations on several sessions, as scenarios like any other.

`walks(materials, length)` is a strategy of scenarios; `drawn_walks` gives so many of them, the same for the same seed.
A walk is drawn as a list of small integers and expanded by what each session has become so far, so that most of what
is asked makes sense and some of it has to be refused. Shrinks towards few steps, small bodies and plain readings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from restore_conformance.contract.workload import LISTS
from restore_conformance.stimuli.changes import REFUSED
from restore_conformance.stimuli.drawing import below, draw
from restore_conformance.stimuli.families import FAMILIES, Knobs, fitted
from restore_conformance.stimuli.materials import Materials
from restore_conformance.stimuli.scenarios import ARTIFACTS, MALFORMED, UNKNOWN, WALK, Scenario, Step
from restore_conformance.stimuli.stimulus import Stimulus

MADE = ("standard", "granular", "standard", "no-payload", "prefer", "granular", "media-type-spelling")
"""The families of sessions that a walk creates, by what is drawn."""
ACCEPTED = tuple(sorted(set(MADE)))
NOT_MADE = (
    "mixed", "path-type", "empty-list", "restore-point", "duplicate", "different-destination", "not-json", "null-list",
)  # fmt: skip
"""The families of creates that it has refused."""
SEVERAL = 2
"""Sessions that a walk begins with."""
LARGEST = 12
APART = 12
"""Steps between two readings of the list of sessions, at least."""
TOGETHER = 40
"""Moves that are drawn in one value: Hypothesis bounds how much one may take."""
SEEDS = 1 << 20

READINGS = ("get", ARTIFACTS, "get", "list")
ON_DRAFTS = (
    "add",
    "read",
    "remove",
    "read",
    "exchange",
    "read",
    "refused",
    "read",
    "delete",
    "read",
    "activate",
    "make",
)
ON_OTHERS = ("read", "again", "read", "update", "read", "delete", "make", "other-list")
ANYWHERE = ("session", "session", "session", "session", "session", "session", "refused", "nothing", "session", "list")
"""What a move is about: a session of the walk, a create that is refused, an id that names nothing, or the list."""

Move = tuple[int, int, int, int, int]
"""What a move is about, which session, what is done to it, how many artifacts, and which form."""


@dataclass(slots=True)
class _Walker:
    """Expands moves into steps; `phases` is what each session has become, if everything is answered as documented."""

    materials: Materials
    seed: int
    activate: bool
    steps: list[Step] = field(default_factory=list)
    sessions: dict[str, Stimulus] = field(default_factory=dict)
    phases: dict[str, str] = field(default_factory=dict)

    def move(self, move: Move) -> None:
        where, who, what, size, form = move
        about = ANYWHERE[where % len(ANYWHERE)]
        if len(self.phases) < SEVERAL:
            self.make(size, form, what)
        elif about == "refused":
            self.refused_create(size, form, what)
        elif about == "nothing":
            self.on_nothing(what, form)
        elif about == "list":
            if not self._list():
                self._read("s0", form)
        else:
            roles = list(self.phases)
            role = roles[who % len(roles)]
            if self.phases[role] == "draft":
                self.on_draft(role, ON_DRAFTS[what % len(ON_DRAFTS)], size, form)
            else:
                self.on_other(role, ON_OTHERS[what % len(ON_OTHERS)], size, form)

    # ------------------------------------------------------------------ moves

    def make(self, size: int, form: int, family: int) -> None:
        role = f"s{len(self.phases)}"
        name = MADE[family % len(MADE)]
        self.sessions[role] = self._stimulus(name, Knobs(1 + size, form, form, self._seed()))
        self.phases[role] = "draft"
        self.steps.append(Step("create", role))

    def refused_create(self, size: int, form: int, family: int) -> None:
        role = f"x{len(self.steps)}"
        self.sessions[role] = self._stimulus(
            NOT_MADE[family % len(NOT_MADE)], Knobs(1 + size, size, form, self._seed())
        )
        self.steps.append(Step("create", role))

    def on_nothing(self, what: int, form: int) -> None:
        operations = ("get", "list-artifacts", "list-granular", "delete", "update", "activate")
        operation = operations[what % len(operations)]
        if operation == "activate" and not self.activate:
            operation = "get"
        change = "remove-malformed" if operation == "update" else ""
        self.steps.append(Step(operation, (UNKNOWN, MALFORMED)[form % 2], change=change))

    def on_draft(self, role: str, what: str, size: int, form: int) -> None:
        if what == "make" or (what == "activate" and not self.activate):
            self.make(size, form, form)
            return
        if what == "read":
            self._read(role, form)
            return
        if what == "refused":
            kind = self.sessions[role].kind
            names = REFUSED[kind if kind in LISTS else "standard"]
            self._update(role, names[form % len(names)], 0)
        elif what in {"delete", "activate"}:
            self.steps.append(Step(what, role))
            self.phases[role] = "gone" if what == "delete" else "started"
        else:
            if what != "add":
                self.steps.append(Step(ARTIFACTS, role))  # what is removed is named by the id that a list shows
            self._update(role, what, 1 + size % 4)
        self._read(role, form)

    def on_other(self, role: str, what: str, size: int, form: int) -> None:
        """Ask a session that has started, or is gone, for what only drafts allow, or read it."""
        started = self.phases[role] == "started"
        if what == "make":
            self.make(size, form, form)
        elif what == "read":
            self._read(role, form)
        elif what == "other-list":
            self.steps.append(
                Step("list-granular" if self.sessions[role].kind == "standard" else "list-artifacts", role)
            )
        elif what == "update":
            self._update(role, ("add-to-running", "remove-from-running")[form % 2] if started else "remove-itself", 0)
        elif what == "again" and self.activate:
            self.steps.append(Step("activate", role))
        else:
            self.steps.append(Step("delete", role))

    # ------------------------------------------------------------------ parts of moves

    def _read(self, role: str, form: int) -> None:
        operation = READINGS[form % len(READINGS)]
        if operation != "list":
            self.steps.append(Step(operation, role))
        elif not self._list():
            self.steps.append(Step("get", role))

    def _list(self) -> bool:
        """Read the list of sessions, unless that was done lately: it may have many pages."""
        lists = sum(step.operation == "list" for step in self.steps)
        if lists * APART + APART // 3 > len(self.steps):
            return False
        self.steps.append(Step("list"))
        return True

    def _update(self, role: str, change: str, size: int) -> None:
        self.steps.append(Step("update", role, change=change, size=size, seed=self._seed()))

    def _stimulus(self, family: str, knobs: Knobs) -> Stimulus:
        return fitted(self.materials, family, knobs) or FAMILIES["no-payload"](self.materials, Knobs())

    def _seed(self) -> int:
        """Where the seeds of new ids begin: no two steps of a walk name the same artifact by chance."""
        return self.seed * 1000 + 7 * len(self.steps) + 1


PARTS = (len(ANYWHERE), 8, 24, LARGEST, 24)
"""How many values each part of a move has."""


def _move(drawn: int) -> Move:
    parts = []
    for end in reversed(PARTS):
        drawn, part = divmod(drawn, end)
        parts.append(part)
    form, size, what, who, where = parts
    return where, who, what, size, form


def moves() -> st.SearchStrategy[Move]:
    """One move of a walk: a single integer, which is several times faster to draw than five."""
    return below(math.prod(PARTS)).map(_move)


def expanded(materials: Materials, drawn: Sequence[Move], seed: int, length: int, *, activate: bool = True) -> Scenario:
    """The scenario that some moves amount to, with at most so many steps."""
    walker = _Walker(materials, seed, activate)
    for move in drawn:
        if len(walker.steps) >= length:
            break
        walker.move(move)
    steps = tuple(walker.steps[:length])
    created = {step.session for step in steps if step.operation == "create"}
    sessions = {role: stimulus for role, stimulus in walker.sessions.items() if role in created}
    return Scenario(WALK, steps, sessions=sessions, seed=seed * 1000)


def walks(materials: Materials, length: int = 12, *, activate: bool = True) -> st.SearchStrategy[Scenario]:
    """Walks of at most so many steps. Without `activate` none starts a session."""
    some = st.lists(moves(), min_size=1, max_size=min(length, TOGETHER))
    return st.tuples(some, below(SEEDS)).map(
        lambda drawn: expanded(materials, drawn[0], drawn[1] + 1, length, activate=activate)
    )


def drawn_walks(materials: Materials, count: int, length: int, seed: int, *, activate: bool = True) -> list[Scenario]:
    """That many walks of that many steps, the same for the same seed.

    Every move is drawn by itself: within one value Hypothesis repeats what it drew before, and walks would go in
    circles.
    """
    # The first value that Hypothesis draws is always the simplest.
    drawn = draw(moves(), count * length + 1, seed)[1:]
    return [
        expanded(materials, drawn[turn * length :][:length], seed * 100 + turn + 1, length, activate=activate)
        for turn in range(count)
    ]


def cleaned(walk: Scenario) -> Scenario:
    """The same walk, which deletes what it made in the end, for a target that keeps what it is given."""
    roles = [
        step.session for step in walk.steps if step.operation == "create" and not walk.sessions[step.session].defect
    ]
    return replace(walk, steps=(*walk.steps, *(Step("delete", role) for role in roles)))
