"""Scenarios: what they are made of, and as data which requests about one or more sessions each profile sends, in order.

A step says what is asked of which session, and by whom. Nothing here sends or judges; no name decides a verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from restore_conformance.stimuli.changes import REFUSED
from restore_conformance.stimuli.entries import MANY_ITEMS
from restore_conformance.stimuli.stimulus import Stimulus

FIRST, OTHER = "first", "other"
UNKNOWN, MALFORMED = "unknown", "malformed"
"""Ids that stand for no session: one that names nothing, and one that is not an id."""
NOBODY = "none"
"""A caller without a token."""
ARTIFACTS = "artifacts"
"""The list of artifacts of the kind that the session holds."""
REFUSALS = "refusals"
"""Stands for the creates that must be refused, of which the plan says which."""
WALK = "walk"
"""The name of a scenario that was drawn."""
PAGES = 40
BOTH = ("standard", "granular")
BACK = 1
"""Which of the documented places full-site artifacts go to where they go back: the plan sends most to a new one."""


class Tier(enum.IntEnum):
    """The smallest profile that sends a step or a scenario."""

    QUICK = 1
    STANDARD = 2
    DEEP = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One request, or one reading of something, which is read again while it is behind.

    `session` is the session that it is about ("" for none), by its part in the scenario. `change` says what an update
    asks for, `size` how many artifacts it adds and `seed` where their ids begin (0: as the scenario says). `kinds` are
    the kinds of session of which it is asked, of the first one where it is about none; all of them if it names none.
    `after` is an operation that was carried out on the session, or on any where it is about none; without that it is
    not sent. At most `pages` of a list are read, `again` times more where it shows sessions of requests that were
    refused. `live` names what a live run takes it for ("" if it is part of every live run); None where a
    live target is not sent it.
    """

    operation: str
    session: str = ""
    change: str = ""
    size: int = 0
    seed: int = 0
    caller: str = "good"
    all_members: bool = False
    kinds: tuple[str, ...] = ()
    after: str = ""
    pages: int = PAGES
    again: int = 0
    tier: Tier = Tier.QUICK
    live: str | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """A session by the family of its stimulus and its number of artifacts.

    It is taken from the plan where that has it, and made with this style and choice of a place where not, or where
    it has to be the scenario's `own`.
    """

    family: str
    size: int = 0
    style: int = 0
    choice: int = 0
    own: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A series of steps. `cast` says of what each session is created; one that is as another is named by that one.

    It is part of the profiles from `tier` to `last`. With `activates` it makes sense only where sessions may be
    activated, with `undisturbed` only where nobody else creates any. The plan fills in `sessions`, the stimuli that
    the cast stands for, `refusals`, and `known`, the ids of sessions that are there already; the seeds of what is
    added begin at `seed`, in the data far enough behind those of its sessions.
    """

    name: str
    steps: tuple[Step, ...]
    cast: Mapping[str, Cast | str] = field(default_factory=dict)
    tier: Tier = Tier.STANDARD
    last: Tier = Tier.DEEP
    activates: bool = False
    undisturbed: bool = False
    sessions: Mapping[str, Stimulus] = field(default_factory=dict)
    refusals: tuple[Stimulus, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    seed: int = 20


# ---------------------------------------------------------------- the scenarios of every run

QUICK, S = Tier.QUICK, Tier.STANDARD

READ_BACK = (
    Step("create", FIRST, live=""),
    Step("get", FIRST, live=""),
    Step(ARTIFACTS, FIRST, kinds=BOTH, live="artifacts"),
    Step("list-granular", FIRST, kinds=("standard",), tier=S, live="items"),
    Step("get", FIRST, all_members=True, kinds=("granular",), tier=S, live="get-all-members"),
)
"""Create a session and read it in every way."""
LIFE = (
    *READ_BACK,
    Step("create", OTHER, live=""),
    Step("list", live="list"),
    Step("get", FIRST, live=""),
    Step("get", OTHER, kinds=BOTH, tier=S, live="get-other"),
    Step("delete", FIRST, live=""),
    Step("get", FIRST, after="delete", live="get-deleted"),
    Step("list-artifacts", FIRST, after="delete", kinds=("standard",), tier=S, live="artifacts-deleted"),
    Step("delete", FIRST, after="delete", kinds=("standard",), tier=S, live=""),
    Step("update", FIRST, change="remove-itself", after="delete", kinds=("standard",), tier=S),
    Step("get", OTHER, live="get-kept"),
    Step("list", after="delete", again=4, live="list-after"),
)
"""Create, read in every way, create another, read both, delete the first, look again."""
UNLISTED = tuple(step for step in LIFE if step.operation != "list")

COMMON = ("empty", "null", "twice", "both", "array", "restore-point", "text", "not-json", "too-many")
"""The refused changes that a short run tries: one for each rule and each form of a body."""
SHORT_CHANGE = (
    Step("create", FIRST),
    Step("create", OTHER),
    Step("get", OTHER),
    Step("get", FIRST),
    Step(ARTIFACTS, OTHER),
    Step("update", FIRST, change="add", size=3),
    Step(ARTIFACTS, FIRST),
    Step("update", FIRST, change="swap", size=1),
    Step("get", FIRST),
    Step(ARTIFACTS, FIRST),
    Step("update", FIRST, change="remove-nothing"),
    *(Step("update", FIRST, change=name) for name in COMMON),
    Step("activate", OTHER),
    Step("get", FIRST),
    Step("get", OTHER, after="activate"),
    Step(ARTIFACTS, OTHER, after="activate"),
    Step("activate", OTHER, after="activate"),
    Step("update", OTHER, change="add-to-running", after="activate"),
    Step("delete", FIRST),
    Step("get", FIRST, after="delete"),
    Step("delete", OTHER, after="activate"),
)
"""An empty session is filled, changed in every way and deleted, another is activated: each operation in each state."""

SHORT_LIFE = (
    Step("create", FIRST),
    Step("create", OTHER),
    Step("list"),
    Step(REFUSALS),
    Step(ARTIFACTS, OTHER),
    Step("update", OTHER, change="add"),
    Step(ARTIFACTS, OTHER),
    Step("update", OTHER, change="remove"),
    Step("delete", FIRST),
    Step("get", OTHER),
    Step("list", again=4),
)
"""Two sessions of the same items: one is deleted, the other changed, with requests that must be refused before."""

REFUSING = (Step("list"), Step(REFUSALS), Step("list", again=4))
"""List, send requests that must be refused, list again."""


def _refused(kind: str) -> tuple[Step, ...]:
    return tuple(
        Step("update", FIRST, change=name, kinds=(kind,), tier=S if name in LESS_COMMON else QUICK)
        for name in REFUSED[kind]
    )


LESS_COMMON = frozenset({"null", "text", "not-json", "restore-point-malformed", "restore-point-missing", "nothing"})
"""Changes that a short run leaves out."""

CHANGE = (
    Step("create", FIRST),
    Step("get", FIRST),
    Step("create", OTHER),
    Step(ARTIFACTS, FIRST),
    Step(ARTIFACTS, OTHER, tier=S),
    Step("update", FIRST, change="add"),
    Step("get", FIRST),
    Step(ARTIFACTS, FIRST),
    Step("get", OTHER, tier=S),
    Step("list", kinds=("standard",), tier=S),  # by now there are more sessions than some have on a page
    Step("update", FIRST, change="remove", kinds=("standard",)),
    Step("update", FIRST, change="exchange", kinds=("granular",)),
    Step("get", FIRST),
    Step(ARTIFACTS, FIRST),
    Step("update", FIRST, change="remove-nothing"),
    Step(ARTIFACTS, OTHER),
    *_refused("standard"),
    *_refused("granular"),
    Step("get", FIRST),
    # What may be carried out or not comes last.
    Step("update", FIRST, change="exchange", kinds=("standard",), tier=S),
    Step("update", FIRST, change="plain", kinds=("standard",), tier=S),
    Step("update", FIRST, change="two-destinations", kinds=("standard",), tier=S),
    Step("delete", FIRST, kinds=("standard",), tier=S),
    Step("activate", FIRST, kinds=("granular",), tier=S),
)
"""Create, add, remove, try every change that must be refused, and look whether it changed anything.

Another session is made after it, so that a change that goes elsewhere is seen."""

FILL = (
    Step("create", FIRST),
    Step("get", FIRST),
    Step(ARTIFACTS, FIRST, tier=S),
    Step("update", FIRST, change="add"),
    Step("get", FIRST),
    Step(ARTIFACTS, FIRST, tier=S),
)
"""Create a session without artifacts, and add some: what a session is made empty for."""

ACTIVATION = (
    Step("create", FIRST),
    Step("get", FIRST),
    Step("create", OTHER),
    Step("get", FIRST, kinds=("granular",), tier=S),  # once more: some services have come to its end by then
    Step(ARTIFACTS, FIRST, tier=S),
    Step("activate", FIRST),
    Step("get", FIRST, after="activate"),
    Step(ARTIFACTS, FIRST, after="activate", tier=S),
    Step("get", FIRST, after="activate", kinds=("granular",)),
    Step("list", after="activate", kinds=("standard",), tier=S),
    Step("activate", FIRST, after="activate"),
    Step("update", FIRST, change="add-to-running", after="activate"),
    Step("update", FIRST, change="remove-from-running", after="activate", tier=S),
    Step("delete", FIRST, after="activate"),
    Step("get", OTHER),
)
"""Create two drafts, activate one, try again what only drafts allow, and look at the other."""


def _on_nothing(session: str, *, artifacts: Tier) -> tuple[Step, ...]:
    listed = {MALFORMED: "", UNKNOWN: "artifacts-unknown"}[session]
    return (
        Step("get", session, live=""),
        Step("delete", session),
        Step("update", session, change="remove-malformed"),
        Step("activate", session),
        Step("list-artifacts", session, tier=artifacts, live=listed),
    )


ON_NOTHING = (*_on_nothing(MALFORMED, artifacts=QUICK), *_on_nothing(UNKNOWN, artifacts=S))
"""Ask every operation for an id that is not one, and for one that names nothing."""

LATE = (Step("get", "kept-1"), Step("get", "kept-2"), Step("get", "gone"))
"""Read again sessions that were created long before, and one that was deleted long before."""

CALLERS = ("read-only", "no-permission", NOBODY)


def _reads_as(caller: str, *, granular: Tier = QUICK) -> tuple[Step, ...]:
    return (
        Step("get", FIRST, caller=caller, after="get"),
        Step("list", caller=caller, after="get", pages=1),
        Step("list-artifacts", FIRST, caller=caller, after="get", pages=1),
        Step("list-granular", FIRST, caller=caller, after="get", pages=1, tier=granular),
    )


def _changes_as(caller: str) -> tuple[Step, ...]:
    return (
        Step("update", FIRST, change="remove-itself", caller=caller, after="get"),
        Step("activate", FIRST, caller=caller, after="get"),
        Step("delete", FIRST, caller=caller, after="get"),
    )


ASKED_AS = (
    Step("get", FIRST),
    *_reads_as("read-only", granular=S),
    *_reads_as("no-permission"),
    *_changes_as("read-only"),
    *_changes_as("no-permission"),
    *_reads_as(NOBODY),
    *_changes_as(NOBODY),
)
"""Ask every operation about a session that is there as somebody who may not, or may only read, and without a token.

All who ask read it before any of them tries to change it."""

CROWD = tuple(step for number in range(27) for step in (Step("create", f"s{number}"), Step("activate", f"s{number}")))
"""Activate more sessions than may be active at once."""

EARLY = (
    Scenario("refused", REFUSING, undisturbed=True),
    Scenario("change", SHORT_CHANGE, {FIRST: Cast("no-payload"), OTHER: Cast("standard", 50)}, QUICK, QUICK, seed=40),
    Scenario("life", SHORT_LIFE, {FIRST: Cast("prefer", MANY_ITEMS), OTHER: FIRST}, QUICK, QUICK),
    Scenario("life", LIFE, {FIRST: Cast("standard", 30), OTHER: FIRST}),
    Scenario("life", LIFE, {FIRST: Cast("granular", 10), OTHER: Cast("no-payload")}),
    Scenario("life", UNLISTED, {FIRST: Cast("no-payload"), OTHER: Cast("caller-application", 1)}),
    Scenario("life", UNLISTED, {FIRST: Cast("standard", 30), OTHER: FIRST}, Tier.DEEP),
    Scenario("life", UNLISTED, {FIRST: Cast("granular", 10), OTHER: Cast("no-payload")}, Tier.DEEP),
    Scenario("life", UNLISTED, {FIRST: Cast("no-payload"), OTHER: Cast("caller-application", 1)}, Tier.DEEP),
    Scenario("change", CHANGE, {FIRST: Cast("standard", 2), OTHER: Cast("standard", 2, choice=BACK, own=True)}),
    Scenario("change", CHANGE, {FIRST: Cast("granular", 3), OTHER: Cast("granular", 7)}),
    Scenario("change", FILL, {FIRST: Cast("no-payload")}, seed=40),
    Scenario("activation", ACTIVATION, {FIRST: Cast("standard", 24), OTHER: Cast("standard", 9)}, activates=True),
    Scenario("activation", ACTIVATION, {FIRST: Cast("granular", 2), OTHER: Cast("standard", 27)}, activates=True),
    Scenario("unknown-ids", ON_NOTHING, tier=QUICK),
)
"""Sent before the bulk of the plan, while lists are short."""

LAST = (
    Scenario("late", LATE),
    Scenario("callers", ASKED_AS, tier=QUICK),
    Scenario(
        "crowd",
        CROWD,
        {f"s{number}": Cast("standard", 1, own=True) if not number else "s0" for number in range(27)},
        Tier.DEEP,
        activates=True,
    ),
)
"""Sent at the end: whether early sessions are still there, deleted ones not, and how many may run at once."""
