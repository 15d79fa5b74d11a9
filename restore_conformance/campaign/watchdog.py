"""The watch over a run: whether the target still says anything that can be judged, and why not.

Knows no clause and no plan. Gives up only where nothing but trouble has come for a while, and a request the target
has answered well before fails as well.
"""

from __future__ import annotations

from restore_conformance.campaign.controls import Control, again
from restore_conformance.campaign.sender import Sender
from restore_conformance.exchange import Exchange
from restore_conformance.judging.trouble import UNAUTHORISED, is_page, never_reached, tells_nothing
from restore_conformance.settings import STAND_IN
from restore_conformance.settings.table import ROWS

SOON, SAME, SILENCE, GIVE_UP = 3, 6, 12, 30
"""How many exchanges in trouble it takes, one after the other, with no answer before: where the target is not
reached; where every answer is the same kind of page; where one has answered; and whatever they are."""
GROUPS = 40
"""How many kinds of trouble are kept."""


class Watchdog:
    """Counts trouble in a row; `hopeless` says why to give up.

    `trouble` has the smallest exchange of each kind of trouble and of each kind of request.
    """

    def __init__(self, sender: Sender, control: Control) -> None:
        self._sender = sender
        self._control = control
        self._silent = 0
        self._unanswered: Exchange | None = None
        self.trouble: dict[tuple[str, frozenset[str]], Exchange] = {}

    def note_answer(self, exchange: Exchange) -> None:
        """Note whether there was any answer; for every exchange of a run, whatever it is judged by."""
        if exchange.response is not None:
            self._unanswered = None
        elif self._unanswered is None:
            self._unanswered = exchange

    def gone(self) -> str:
        """Since when the target is gone, "" where it answers. May send a control, three times."""
        first, known = self._unanswered, self._control.best("")
        if first is None or known is None:
            return ""
        for pause in (0.0, 1.0, 2.0):
            if pause:
                self._sender.target.pause(pause)
            if again(known, self._sender).response is not None:
                return ""
        asked = f"{first.request.method} {first.request.target[:80]}"
        return f"the target was gone at the end: nothing was answered since request {first.number} ({asked})"

    def observe(self, exchange: Exchange) -> None:
        """Count the trouble of a create."""
        if not exchange.trouble:
            self._silent = 0
            return
        self._silent += 1
        if exchange.blame:
            return
        key = (exchange.trouble, exchange.sent.tags)
        known = self.trouble.get(key)
        if (known is None and len(self.trouble) < GROUPS) or (known is not None and exchange.weight < known.weight):
            self.trouble[key] = exchange

    def hopeless(self) -> str:
        """Why there is no point in going on, "" where there is. May send a control, twice."""
        if self._silent < SOON:
            return ""
        last = self._last()
        if self._control.created is None and self._control.refused is None:
            gone = last is not None and never_reached(last)
            stuck = gone or self._silent >= GIVE_UP or (self._silent >= SAME and self._all_pages())
            return self._why(last) if stuck else ""
        if self._silent < SILENCE:
            return ""
        if self._answers():
            return ""
        self._sender.target.pause(2.0)
        return "" if self._answers() else self._why(last)

    def _answers(self) -> bool:
        known = self._control.best("")
        assert known is not None
        if again(known, self._sender).trouble is not None:
            return False
        self._silent = 0
        return True

    def _last(self) -> Exchange | None:
        return max(self.trouble.values(), key=lambda e: e.number, default=None)

    def _all_pages(self) -> bool:
        return all(tells_nothing(exchange) for exchange in self.trouble.values())

    def _why(self, last: Exchange | None) -> str:
        if last is None:
            return "the target stopped answering"
        if last.trouble == UNAUTHORISED and not is_page(last):
            if self._sender.tokens.get("good") == STAND_IN:
                variable = ROWS["token"].environment
                return f"the target asks for a token ({last.status}): give one with --token T or in {variable}"
            return f"not authorised: the target answers {last.status} to the token that was given"
        if is_page(last):
            seen = f"the target answers {last.status} with an HTML page instead of JSON"
            return f"{seen}: a proxy, a sign-in page or another service"
        if last.status == 404:
            return "the target answers 404 to every create request: does the base URL end in /beta?"
        return f"the target could not be asked: {last.trouble}"
