"""What is kept of one session: its versions, what happened to it, and what each view of it has shown.

Mutable, and private to the state; compares what a reading shows with the versions that it may show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.contract.paths import is_segment
from restore_conformance.contract.workload import KINDS
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import codes, id_key, objects
from restore_conformance.state.known import COUNT, ITEMS, OPEN, PRESENCE, STATUS, Aspect, Fit, Phase

EVENTS = 40
VERSIONS = 12
"""How many of each are kept of one session; the earliest go first, as no reading shows them so late."""
THERE = frozenset({Phase.DRAFT, Phase.STARTED})

DOCUMENTED = frozenset({
    "invalidrestoresessionid", "restoresessionnotfound", "restoresessionactionnotallowed", "invalidpatchrequest",
    "toomanyactiverestoresessions",
})  # fmt: skip
"""Codes that only the operations on a session have: an answer with one shows that the route is there."""

Items = tuple[Mapping[str, Any], ...]


@dataclass(slots=True)
class Version:
    """A session as an exchange left it. A number is None where nobody can say."""

    phase: Phase
    total: int | None = None
    items: dict[str, int | None] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """What one way to read a session has shown of it: when it last agreed, and how often it lacked what since a change.

    `values` are what it last agreed on, aspect by aspect; `total` the number it showed last, `alike` times in a row
    since a change. Of a list of sessions also the last `item` that agreed, and the first list since then that was
    `lacking` it.
    """

    agreed: int = 0
    reading: Exchange | None = None
    lacked: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    total: int | None = None
    alike: int = 0
    lacking: int = 0
    item: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Session:
    """One session. `at` is when it was last changed, None where the exchange has no time; `caller` who made it.

    `emptied` says that a change may have found or left it without artifacts, so that nothing says of which kind it is;
    `stamp` is the time of the last change that an answer showed last.
    """

    name: str
    created: Exchange
    caller: str
    versions: list[Version]
    at: float | None
    because: Exchange
    events: list[tuple[str, Exchange]] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    sent: dict[str, Items] = field(default_factory=dict)
    listed: dict[str, Items] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    readings: dict[str, Exchange] = field(default_factory=dict)
    order: int = 0
    shared: bool = False
    foreign: bool = False
    emptied: bool = False
    stamp: str = ""
    broken: set[str] = field(default_factory=set)

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @property
    def phase(self) -> Phase:
        return Phase.UNSURE if self.foreign or self.shared else self.now.phase

    def view(self, name: str) -> View:
        return self.views.setdefault(name, View())

    def happened(self, cause: str, exchange: Exchange) -> None:
        """Note what was done, whether it changed anything or not."""
        self.events = [*self.events[:1], *[*self.events[1:], (cause, exchange)][-EVENTS:]]
        self.because = exchange

    def changed(self, version: Version, at: float | None) -> None:
        """Take the session to another version."""
        self.versions = [*self.versions, version][-VERSIONS:]
        self.at = at
        for view in self.views.values():
            view.lacked.clear()
            view.alike = 0

    def is_over(self, view: str) -> bool:
        """Whether the session is gone, and a view has agreed since anything was done to it: it need not agree again."""
        seen = self.views.get(view)
        gone = self.now.phase is Phase.GONE and not self.foreign and not self.shared
        return gone and seen is not None and seen.agreed > self.because.number

    def since(self, view: View) -> Iterator[str]:
        """What was done since a view last agreed."""
        for cause, exchange in self.events:
            if exchange.number > view.agreed:
                yield cause

    # ------------------------------------------------------------------ comparing

    def present(self, shown: bool) -> Aspect:
        """Whether a session that is shown, or is not found, is there by now."""
        if self.phase is Phase.UNSURE:
            return OPEN
        expected = self.now.phase in THERE
        if expected is shown:
            return Aspect(Fit.AGREES, expected, shown)
        return Aspect(Fit.BEHIND, expected, shown)  # it was absent once, and was there

    def status(self, shown: Any) -> Aspect:
        """How a status compares: a draft waits until it is activated."""
        if self.phase not in THERE or not isinstance(shown, str):
            return OPEN
        draft = self.now.phase is Phase.DRAFT
        if draft is (shown == "draft"):
            return Aspect(Fit.AGREES, "draft" if draft else "not draft", shown)
        return Aspect(Fit.CONTRADICTS if draft else Fit.BEHIND, "draft" if draft else "not draft", shown)

    def count(self, shown: int | None) -> Aspect:
        """How a total compares: artifacts may be added or taken out one by one, so that any number may come."""
        expected = self.now.total
        if self.phase not in THERE or shown is None or expected is None:
            return OPEN
        if shown == expected:
            return Aspect(Fit.AGREES, expected, shown)
        known = [version.total for version in self.versions]
        most = max(total or 0 for total in known)
        may = 0 <= shown <= most or None in known[1:]
        return Aspect(Fit.BEHIND if may else Fit.CONTRADICTS, expected, shown)

    def items(self, kind: str, shown: list[Any]) -> Aspect:
        """How a whole list of artifacts compares: so many, each once, none that was removed, and those that stay."""
        expected = self.now.items.get(kind)
        if self.phase is Phase.GONE:
            return Aspect(Fit.BEHIND if shown else Fit.AGREES, 0, len(shown))
        if self.phase is Phase.UNSURE or expected is None:
            return OPEN
        names = ids_of(shown)
        fits = len(shown) == expected and len(set(names)) == len(names) and self.removed.isdisjoint(names)
        stay = set(ids_of(self.listed.get(kind, ()))) - self.removed
        if fits and stay.issubset(names):
            return Aspect(Fit.AGREES, expected, len(shown))
        return Aspect(Fit.BEHIND, expected, len(shown))

    def was_otherwise(self, name: str, kind: str = "") -> bool:
        """Whether an aspect of the session was another one before its last change, as far as anybody knows."""
        now = _value(self.now, name, kind)
        return any(_value(version, name, kind) not in {None, now} for version in self.versions[:-1])

    def learn_total(self, view: View, shown: int | None, *, long_ago: bool) -> None:
        """Believe a total that nobody could know once a view shows it twice, and it fits or the change is long ago."""
        view.alike = view.alike + 1 if view.total == shown else 1
        view.total = shown
        if shown is not None and self.now.total is None and view.alike > 1:
            # What is not what was sent may be of before the change, however often it was read.
            held = [self.now.items.get(kind) for kind in KINDS.values()]
            fits = None not in held and sum(number or 0 for number in held) == shown
            self.now.total = shown if fits or long_ago else None

    def adopt(self, aspects: Mapping[str, Aspect], kind: str = "") -> None:
        """Believe what was shown in spite of what should be there, so that one cause is found once."""
        version = self.now
        for name, aspect in aspects.items():
            if aspect.fit is Fit.AGREES or aspect.fit is Fit.OPEN:
                continue
            if name == PRESENCE:
                version.phase = Phase.UNSURE
            elif name == STATUS:
                version.phase = Phase.STARTED if version.phase is Phase.DRAFT else Phase.UNSURE
            elif name == COUNT:
                version.total = aspect.shown
            elif name == ITEMS:
                version.items[kind] = aspect.shown


def _value(version: Version, name: str, kind: str) -> Any:
    if name == PRESENCE:
        return version.phase in THERE
    if name == STATUS:
        return version.phase if version.phase in THERE else None
    return version.total if name == COUNT else version.items.get(kind)


def session_of(exchange: Exchange) -> str:
    """The id of the session a create made, or "" where it made none, or none that can be asked for."""
    if exchange.trouble or exchange.status != 201 or not isinstance(exchange.answer, dict):
        return ""
    name = exchange.answer.get("id")
    return name if isinstance(name, str) and is_segment(name) else ""


def shows_route(exchange: Exchange) -> bool:
    """Whether an answer proves that the target has the operation it was asked for."""
    if exchange.status is None or exchange.trouble:
        return False
    if 200 <= exchange.status < 300:
        return True
    return any(code.lower() in DOCUMENTED for _, code in codes(exchange.answer))


def ids_of(artifacts: Iterable[Any]) -> list[str]:
    """The ids of artifacts as they are compared, as far as they have one."""
    return [id_key(artifact["id"]) for artifact in artifacts if isinstance(artifact, dict) and artifact.get("id")]


def page_value(exchange: Exchange) -> Any:
    """The member `value` of one page of a list, or None."""
    return exchange.answer.get("value") if isinstance(exchange.answer, dict) else None


def values(exchange: Exchange) -> list[dict[str, Any]]:
    """The objects of one page of a list."""
    return objects(exchange.answer, "value")
