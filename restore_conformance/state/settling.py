"""When what a reading lacks is evidence: how long and how often a view has to be read after a change.

Knows views and what they lack; follows no exchanges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from restore_conformance.exchange import Exchange
from restore_conformance.state.facts import answered_at
from restore_conformance.state.known import PRESENCE, Aspect, Fit
from restore_conformance.state.session import Session, View

LONG, READINGS = 5.0, 5
"""Seconds after a change from which on a view has to show it, and how often it is read until then at least."""
LATE, FEW = 60.0, 2
"""The same where much more time has passed."""
TROUBLE = "trouble"
"""What a reading lacks that did not come as an answer of the target."""


@dataclass(slots=True)
class Settling:
    """What views of a target have shown after a change, and what they never showed."""

    never: set[tuple[str, str]] = field(default_factory=set)
    _shown: set[tuple[str, str]] = field(default_factory=set)

    def settled(self, exchange: Exchange, session: Session, view: View, key: tuple[str, str]) -> bool:
        """Whether what a reading lacks is evidence by now; such a view is not waited for again.

        Readings that lacked something else do not count: a list that was not found said nothing of what it holds.
        """
        what = key[1]
        view.lacked[what] = view.lacked.get(what, 0) + 1
        if session.shared:
            return False
        if key not in self.never and long_enough(age_of(exchange, session), view.lacked[what]):
            self.never.add(key)
        return key in self.never

    def vain(self, key: tuple[str, str], age: float | None) -> bool:
        """Whether what a view lacks never came in another, and this one has never shown it, so soon after a change.

        It proves nothing: what a route that the target lacks never shows says nothing of one that works. Whether a
        session is there is waited for in any case where it itself is read: that no list shows it is another matter.
        """
        if key in {("get", PRESENCE), ("get-typed", PRESENCE)}:
            return False
        late = age is not None and age >= LONG
        return not late and key not in self._shown and any(key[1] == what for _, what in self.never)

    def note_shown(self, key: tuple[str, str]) -> None:
        """Take note that a view has shown something."""
        self.never.discard(key)
        self._shown.add(key)

    def shows(
        self, operation: str, session: Session, view: View, aspects: Mapping[str, Aspect], kind: str = ""
    ) -> None:
        """Take note of what a view shows by now that it did not show before, or that was otherwise before."""
        for name, aspect in aspects.items():
            if aspect.fit is not Fit.AGREES:
                continue
            known = name in view.values
            if view.values[name] != aspect.expected if known else session.was_otherwise(name, kind):
                self.note_shown((operation, what_of(name, aspects)))
            view.values[name] = aspect.expected


@dataclass(slots=True)
class Calm:
    """For how long nothing was asked for that moves rows of the list of sessions from one page to another."""

    _requests: int = 0
    _last: float | None = None
    _readings: dict[str, tuple[int, int]] = field(default_factory=dict)

    def disturb(self, exchange: Exchange) -> None:
        """Take note of a request that may have moved rows: any that was not refused."""
        if exchange.trouble or not 400 <= (exchange.status or 0) < 500:
            self._requests, self._last = self._requests + 1, answered_at(exchange)

    def read(self, key: str, exchange: Exchange) -> tuple[bool, float | None]:
        """Whether all pages of a list that was read show the same by now, and how many seconds it has been calm."""
        requests, readings = self._readings.get(key, (-1, 0))
        readings = readings + 1 if requests == self._requests else 1
        self._readings[key] = self._requests, readings
        age = self._age(exchange)
        return not self._requests or long_enough(age, readings), age

    def is_past(self, exchange: Exchange) -> bool:
        """Whether it has been calm for long, as far as a list says that was not read to its end."""
        return self._last is None or (self._age(exchange) or 0.0) >= LONG

    def _age(self, exchange: Exchange) -> float | None:
        answered = answered_at(exchange)
        return None if answered is None or self._last is None else answered - self._last


def lacking(aspects: Mapping[str, Aspect]) -> str:
    """The first aspect that is behind, or ""."""
    return next((name for name, aspect in aspects.items() if aspect.fit is Fit.BEHIND), "")


def what_of(name: str, aspects: Mapping[str, Aspect]) -> str:
    """What a view lacks or shows: that a session is there is one thing, that it is gone another."""
    return "gone" if name == PRESENCE and aspects[name].expected is False else name


def long_enough(age: float | None, readings: int) -> bool:
    """Whether what was read so often, so many seconds after a change, has to show it."""
    return age is not None and ((age >= LONG and readings >= READINGS) or (age >= LATE and readings >= FEW))


def just_made(exchange: Exchange, created: Exchange | None) -> bool:
    """Whether a session was created so short a time before an answer that some replica may not know it yet."""
    made = answered_at(created) if created is not None else None
    answered = answered_at(exchange)
    return made is not None and answered is not None and answered - made < LONG


def age_of(exchange: Exchange, session: Session) -> float | None:
    """Seconds from the last change of a session to an answer."""
    answered = answered_at(exchange)
    return None if answered is None or session.at is None else answered - session.at
