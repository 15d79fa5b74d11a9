"""The one place that waits until a change is seen, with one budget for the whole run.

No page promises that a change is seen at once, and replicas may answer in any order: a reading that shows what was
before says nothing until enough time has passed since the change. Knows views by name alone, no clause and no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

BUDGET = 30.0
"""How many seconds a run waits in all, unless the user says otherwise."""
LONG = 5.0
"""Seconds after a change from which on every view has to show it, read once more than there are waits."""
MOST = 5000
"""Sessions whose changes are kept apart; a further one counts as changed when anything was."""
WAITS = (0.3, 0.7, 1.5, 3.0)
"""Seconds before each further reading; long after a change always the first."""

View = tuple[str, str]
"""An operation that reads, and what of its answer is waited for: one view that may show changes, or never does."""


class Waited(Protocol):
    """What is waited for, by its clock alone: a target."""

    def now(self) -> float: ...

    def pause(self, seconds: float) -> None: ...


@dataclass(slots=True)
class Patience:
    """What is left of the budget, when each session was last changed, and which views never came to show a change."""

    target: Waited
    left: float = BUDGET
    never: set[View] = field(default_factory=set)
    _came: set[View] = field(default_factory=set)
    _last: float = float("-inf")
    _changed: dict[str, float] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)
    _shared: set[str] = field(default_factory=set)

    def created(self, session: str) -> None:
        """A create was answered with this id. An id that is given twice names nothing that could be waited for."""
        name = session.lower()
        if name in self._given:
            self._shared.add(name)
        elif len(self._given) < MOST:
            self._given.add(name)
        self.changed(session)

    def changed(self, session: str) -> None:
        """A session was changed just now, or may have been."""
        self._last = self.target.now()
        if len(self._changed) < MOST or session.lower() in self._changed:
            self._changed[session.lower()] = self._last

    def age(self, sessions: Iterable[str]) -> float:
        """Seconds since the last change of any of these sessions; of any session, if none is named."""
        return self.target.now() - max(
            (self._changed.get(one.lower(), self._last) for one in sessions), default=self._last
        )

    def again(self, view: View, readings: int, sessions: Iterable[str] = ()) -> bool:
        """Wait after so many readings that show no change, and say whether to read again.

        A view that was read again until long after the change is remembered, and not waited for again; nor is the same
        aspect of other views, of which it proves nothing, unless they have shown it before: what a route that the
        target lacks never shows says nothing of one that works.
        """
        names = [one.lower() for one in sessions if one]
        if view in self.never or not self._shared.isdisjoint(names):
            return False
        late = self.age(names) >= LONG
        if late and readings > len(WAITS):
            self.never.add(view)
            return False
        if not late and view not in self._came and any(view[1] == aspect for _, aspect in self.never):
            return False
        wait = min(WAITS[0 if late else min(readings, len(WAITS)) - 1], self.left)
        if wait <= 0:
            return False
        self.left -= wait
        self.target.pause(wait)
        return True

    def rest(self, seconds: float) -> None:
        """Wait so long, within what is left of the budget, without reading anything."""
        wait = min(seconds, self.left)
        self.left -= wait
        self.target.pause(wait)

    def came(self, view: View) -> None:
        """The view has shown what was waited for: it may do so late, and is waited for from now on."""
        self.never.discard(view)
        self._came.add(view)

    def proves(self, view: View, sessions: Iterable[str] = ()) -> bool:
        """Whether a reading that still shows no change is evidence: the view never came, and the session is ours."""
        return view in self.never and self._shared.isdisjoint(one.lower() for one in sessions if one)
