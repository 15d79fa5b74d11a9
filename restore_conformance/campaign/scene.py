"""Carries out one scenario: sends its steps, waits until a change is seen, reads lists page by page.

Knows no clause and no scenario by name; what becomes of an exchange is for the runner.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from restore_conformance.campaign.patience import Patience
from restore_conformance.campaign.sender import Sender
from restore_conformance.contract.paths import within
from restore_conformance.contract.routes import line_of
from restore_conformance.exchange import Exchange, Request
from restore_conformance.recogniser.answers import id_key
from restore_conformance.recogniser.statuses import NOT_THERE
from restore_conformance.state import session_of
from restore_conformance.state.session import values
from restore_conformance.state.settling import just_made
from restore_conformance.stimuli import Materials, Stimulus
from restore_conformance.stimuli.changes import CHANGES, NOT_AN_ID, Asked, Part
from restore_conformance.stimuli.scenarios import ARTIFACTS, FIRST, MALFORMED, REFUSALS, UNKNOWN, Scenario, Step

ALL_MEMBERS = (("Prefer", "include-unknown-enum-members"),)
READ = frozenset({"get", "list", "list-artifacts", "list-granular", ARTIFACTS})


@dataclass(slots=True)
class Scene:
    """One scenario under way. `check` is given every exchange in trouble, before the next is sent.

    `patience` is shared with others. `sent` are the stimuli of its creates; `places` the step that
    each of the `exchanges` is of, by number; `gone` are the sessions that were deleted and then not found.
    """

    scenario: Scenario
    sender: Sender
    materials: Materials
    number: int
    check: Callable[[Exchange], None]
    patience: Patience
    exchanges: list[Exchange] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    sent: list[Stimulus] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _listed: int | None = None
    _place: int = 0

    def __post_init__(self) -> None:
        unknown = uuid.UUID(int=0x5EED_0000_0000_4000_8000_0000_0000_0000 + self.number, version=4)
        known = {UNKNOWN: str(unknown), MALFORMED: NOT_AN_ID, **self.scenario.known}
        self.parts = {role: Part(name) for role, name in known.items()}

    def run(self) -> Exchange | None:
        """Take every step that applies; nothing more where the first session is not made, or not seen by anybody.

        Returns the exchange that ended it so, if there is one.
        """
        for place, step in enumerate(self.scenario.steps):
            self._place = place
            if self._applies(step) and not self.take(step):
                return self.exchanges[-1]
        return None

    def _applies(self, step: Step) -> bool:
        if step.operation in {"create", REFUSALS}:
            return True
        part = self.parts.get(step.session)
        if step.session and part is None:
            return False
        done = part.done if part is not None else self._done
        about = part or self.parts.get(FIRST)
        kind = about.stimulus.kind if about is not None and about.stimulus is not None else ""
        return (not step.after or step.after in done) and (not step.kinds or kind in step.kinds)

    def take(self, step: Step) -> bool:
        """Take one step; False where nothing that follows would prove anything."""
        if step.operation == "create":
            return self._create(step) or self._place > 0
        if step.operation == REFUSALS:
            self._refuse()
        elif step.operation in READ:
            return self._read(step)
        else:
            self._change(step)
        return True

    # ------------------------------------------------------------------ creates

    def _create(self, step: Step) -> bool:
        stimulus = self.scenario.sessions[step.session]
        self.sent.append(stimulus)
        exchange = self._send(step.operation, self.sender.request(stimulus))
        if exchange.trouble and not stimulus.defect:
            self.check(exchange)
        session = session_of(exchange)
        if session:
            self.parts[step.session] = Part(session, stimulus, (stimulus.body or b"").decode("utf-8", "replace"))
        return bool(session)

    def _refuse(self) -> None:
        """Send creates that must be refused. Nothing that follows relies on one, so trouble is left for later."""
        for stimulus in self.scenario.refusals:
            self.sent.append(stimulus)
            self._send("create", self.sender.request(stimulus))

    # ------------------------------------------------------------------ readings and changes

    def _read(self, step: Step) -> bool:
        """Read something until nothing is behind or patience ends."""
        readings, part = 0, self.parts.get(step.session)
        before = self._listed
        while True:
            whole = self._pages(step) if step.operation != "get" else self._ask(step)
            exchange = self.exchanges[-1]
            readings += 1
            if not self.patience.again(exchange.known, readings):
                break
        if part is None:
            listed = self._listed = self._place if whole else None
            if step.again and self.scenario.refusals and before is not None and listed is not None:
                self._again_if_made(step, before)
            return True
        if step.operation != "get":
            part.shown.append([item["id"] for item in values(exchange) if isinstance(item.get("id"), str)])
            return True
        if exchange.status == 404 and "delete" in part.done:
            self.gone.append(part.name)
        first = "get" not in part.done and step.session == self.scenario.steps[0].session
        if exchange.status == 200:
            part.done.add("get")
            self._done.add("get")
        # Where nobody can say that the session is there, nothing that follows would prove anything.
        return not (first and exchange.trouble and exchange.blame != "target" and part.stimulus is not None)

    def _change(self, step: Step) -> None:
        part, body = self.parts[step.session], None
        if step.operation == "update":
            others = tuple(other for other in self.parts.values() if other is not part)
            asked = Asked(part, others, self.materials, step.seed or self.scenario.seed, step.size)
            payload = CHANGES[step.change](asked)
            if payload is None:
                return
            raw = isinstance(payload, bytes)
            body = payload if raw else json.dumps(payload, separators=(",", ":")).encode()
            part.sent += body.decode("utf-8", "replace")
        tries, exchange = 1, self._ask_for(step, *self._line(step), body)
        while self._may_be_unknown(part, exchange) and self.patience.wait(tries):
            tries, exchange = tries + 1, self._ask_for(step, *self._line(step), body)
        if exchange.status is not None and 200 <= exchange.status < 300:
            part.done.add(step.operation)
            self._done.add(step.operation)

    def _may_be_unknown(self, part: Part, exchange: Exchange) -> bool:
        """Whether a change was not carried out as some replica may not know a session yet that another one showed."""
        known = exchange.known
        shown = "delete" not in part.done and any(reading.status == 200 for reading in known.readings.values())
        return exchange.status in NOT_THERE and shown and just_made(exchange, known.created)

    def _line(self, step: Step) -> tuple[str, str]:
        """The method and the path of a step."""
        if not step.session:
            return line_of("list")
        part, operation = self.parts[step.session], step.operation
        if operation == ARTIFACTS:
            operation = "list-granular" if part.kind == "granular" else "list-artifacts"
        return line_of(operation, part.name)

    def _ask(self, step: Step) -> bool:
        self._ask_for(step, *self._line(step))
        return True

    def _ask_for(self, step: Step, method: str, target: str, body: bytes | None = None) -> Exchange:
        request = self.sender.plain(method, target, step.caller, body)
        if step.all_members:
            request = replace(request, headers=(*request.headers, *ALL_MEMBERS))
        exchange = self._send(step.operation, request)
        if exchange.trouble:
            self.check(exchange)
        return exchange

    def _pages(self, step: Step) -> bool:
        """Read a list page by page; False where it is not a list, or too long to be read whole."""
        (method, target), seen = self._line(step), set[str]()
        for _ in range(step.pages):
            exchange = self._ask_for(step, method, target)
            if target in seen:
                return False  # round in a circle; what stands in it twice is for a clause
            seen.add(target)
            link = exchange.answer.get("@odata.nextLink") if isinstance(exchange.answer, dict) else None
            if exchange.trouble or exchange.status != 200:
                return False
            if not isinstance(link, str):
                return True
            target = within(link, self.sender.target.base, target)
            if not target:
                return False
        return False

    def _again_if_made(self, step: Step, before: int) -> None:
        """Where there are sessions that nobody asked for, the refusals again and again, with two lists each time.

        Nothing comes between one list and the next but the requests, or nothing at all for as long as they took: so
        that sessions somebody else makes meanwhile are distinguished from those of the refused requests.
        """
        created = [exchange for exchange in self.exchanges if exchange.sent.operation == "create"]
        given = {id_key(session_of(exchange)) for exchange in created}
        if not self._names(self._place) - self._names(before) - given:
            return
        seconds = sum(
            exchange.seconds
            for exchange in created
            if self.scenario.steps[self.places[exchange.number]].operation == REFUSALS
        )
        for _ in range(step.again):
            self.patience.rest(seconds)
            self._pages(step)
            self._refuse()
            self._pages(step)

    def _names(self, place: int) -> set[str]:
        """The ids that the readings of a step showed, page after page."""
        pages = [exchange for exchange in self.exchanges if self.places[exchange.number] == place]
        return {id_key(item.get("id")) for page in pages for item in values(page)}

    def _send(self, operation: str, request: Request) -> Exchange:
        exchange = self.sender.send(request, family=self.scenario.name, step=operation, conversation=self.number)
        self.exchanges.append(exchange)
        self.places[exchange.number] = self._place
        return exchange
