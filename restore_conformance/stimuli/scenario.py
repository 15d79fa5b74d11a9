"""The parts of scenarios: a step, who takes part, and a series of steps with the profiles that send it.

Nothing here sends or judges; no name decides a verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

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
