"""Which clauses a run is about, where the user names some, and what has to be sent for them.

A create is sent where its answer could touch one of them; a scenario where it touched one on the mock. Knows no
single clause and no target.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from restore_conformance.clauses import Clause, Register
from restore_conformance.contract.editions import Chosen
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser import Sent
from restore_conformance.spelling import suggestion
from restore_conformance.state import shows_route
from restore_conformance.stimuli import Stimulus
from restore_conformance.verdicts import UsageError

ANSWERED = re.compile(r"\d(xx|\d\d)|object|troubled:.*")
"""Tags of an answer: what was sent does not decide them."""
Scene = tuple[str, int]
"""A scenario by its name and its number among those of that name."""


def selected(register: Register, patterns: Sequence[str], where: str = "--only") -> frozenset[str]:
    """The addresses that patterns name: clauses, operations, headings of an operation, each with * for any text.

    Raises UsageError for one that names nothing.
    """
    addresses: set[str] = set()
    for pattern in patterns:
        named = {clause.address for clause in register.clauses if _is_named(clause, pattern.strip())}
        if not named:
            known = {name for clause in register.clauses for name in _names(clause)}
            near = suggestion(pattern, known)
            raise UsageError(
                f"{where} {pattern[:80]!r} names no clause, heading or operation, such as create/response.created, "
                f"create/response or create.{near}"
            )
        addresses |= named
    return frozenset(addresses)


def planned_for(register: Register, patterns: Sequence[str]) -> Register:
    """The clauses that a plan made of clauses is made of."""
    return register.only(selected(register, patterns)) if patterns else register


def _names(clause: Clause) -> tuple[str, str, str]:
    return clause.address, clause.address.partition(".")[0], clause.operation


def _is_named(clause: Clause, pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for name in _names(clause))


def may_touch(clause: Clause, sent: Sent, edition: Chosen) -> bool:
    """Whether some answer to a create could be evidence for a clause that looks at one exchange alone."""
    if (
        clause.judge is None
        or clause.stateful
        or clause.operation != "create"
        or not edition.judges(clause.since, sent.tags)
    ):
        return False
    when, tags = clause.when, sent.tags
    every = all(tag in tags or ANSWERED.fullmatch(tag) for tag in when.every)
    either = not when.either or any(tag in tags or ANSWERED.fullmatch(tag) for tag in when.either)
    none = not any(tag in tags for tag in when.none)
    return every and either and none and _is_answered_so(when.every, sent)


def _is_answered_so(every: frozenset[str], sent: Sent) -> bool:
    """Whether a server that keeps the contract could answer so: what must be refused creates no session."""
    if sent.defects:
        return not every & {"201", "2xx"}
    return "valid" not in sent.tags or not every & {"400", "4xx"}


@dataclass(slots=True)
class Choice:
    """What of a plan is sent. The printed and the plain requests always are: as controls, as sessions to read later,
    and to distinguish what a server makes of a feature from what it makes of everything.

    `label` is the recogniser's view of a stimulus; `scenes` are the scenarios that are wanted, None for all of them.
    With `everything` the whole plan is.
    """

    clauses: tuple[Clause, ...]
    label: Callable[[Stimulus], Sent]
    edition: Chosen
    scenes: frozenset[Scene] | None = None
    everything: bool = False
    _taken: Counter[str] = field(default_factory=Counter, init=False)

    def sends(self, stimulus: Stimulus, *, drawn: bool = False) -> bool:
        """Whether a stimulus of the plan is sent; one that was drawn is not needed beside those that are planned."""
        if self.everything:
            return True
        if not drawn and (stimulus.family.startswith("example-") or stimulus.family == stimulus.kind):
            return True
        sent = self.label(stimulus)
        return any(may_touch(clause, sent, self.edition) for clause in self.clauses)

    def takes(self, name: str) -> Scene | None:
        """The scenario of that name that comes next, if it is wanted."""
        scene = name, self._taken[name]
        self._taken[name] += 1
        return scene if self.scenes is None or scene in self.scenes else None

    @property
    def sweeps(self) -> bool:
        """Whether creates at random could touch any of the clauses."""
        return any(clause.operation == "create" and not clause.stateful for clause in self.clauses)


@dataclass(slots=True)
class Rehearsal:
    """What touched which clauses, asked for which operations, and showed which of them to a caller that may do
    everything, while a plan was carried out on the mock."""

    touched: dict[Scene, set[str]] = field(default_factory=dict)
    operations: dict[Scene, set[str]] = field(default_factory=dict)
    shown: dict[Scene, set[str]] = field(default_factory=dict)
    leaders: dict[Scene, Scene] = field(default_factory=dict)
    _scene: Scene | None = None
    _before: Mapping[str, int] = field(default_factory=dict)

    def begin(self, scene: Scene, judged: Mapping[str, int], leader: Scene | None) -> None:
        """A scenario begins, which there would not be without its leader."""
        if leader is not None:
            self.leaders[scene] = leader
        self._scene, self._before = scene, judged

    def end(self, judged: Mapping[str, int]) -> None:
        """It is over; what was judged more often than before was touched by it."""
        if self._scene is not None:
            touched = {address for address, count in judged.items() if count != self._before[address]}
            self.touched.setdefault(self._scene, set()).update(touched)
        self._scene = None

    def keep(self, exchange: Exchange) -> None:
        """Take in an exchange."""
        if self._scene is not None:
            self.operations.setdefault(self._scene, set()).add(exchange.sent.operation)
            if exchange.sent.caller == "good" and shows_route(exchange):
                self.shown.setdefault(self._scene, set()).add(exchange.sent.operation)

    def scenes_for(self, clauses: Iterable[Clause]) -> frozenset[Scene]:
        """The scenarios that touched one of the clauses; for one that nothing touched, those of its operation.

        Also one that shows what the operation is like where nothing is wrong about the request: without it a refusal
        looks like that of a target which lacks the route.
        """
        every = set().union(*self.touched.values())
        wanted: set[Scene] = set()
        for clause in clauses:
            if clause.address in every:
                wanted |= {scene for scene, addresses in self.touched.items() if clause.address in addresses}
            elif clause.stateful or clause.operation != "create":
                wanted |= {scene for scene, operations in self.operations.items() if clause.operation in operations}
            if clause.operation != "create":
                wanted.add(self._main(clause.operation))
        return frozenset(wanted | {self.leaders[scene] for scene in wanted if scene in self.leaders})

    def _main(self, operation: str) -> Scene:
        """The scenario that touches most clauses of an operation, the first of those that show the target has it."""
        showing = [scene for scene in self.touched if operation in self.shown.get(scene, ())] or list(self.touched)
        return max(
            showing, key=lambda scene: sum(address.startswith(f"{operation}/") for address in self.touched[scene])
        )


def needs_scenes(clauses: Iterable[Clause]) -> bool:
    """Whether any of the clauses needs more than one create."""
    return any(clause.judge is not None and (clause.stateful or clause.operation != "create") for clause in clauses)
