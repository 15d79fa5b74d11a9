"""The guard of a live target: what may pass, what is noted first, how often, how fast, and who is informed.

A target like any other to those above. Every request that leaves goes through `_once`: allowed by the table of
routes, counted by the budget, paced, and, where it creates, noted in the journal before and after.
"""

from __future__ import annotations

import contextlib
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from restore_conformance.exchange import Request, Response, parse_json
from restore_conformance.live.budget import Budget, Pace
from restore_conformance.live.journal import Intent, Journal
from restore_conformance.live.ownership import Finding, Owner, clock_of, fingerprint, named, owner_of, unique
from restore_conformance.live.routes import NeverLive, permitted
from restore_conformance.live.tokens import Identities
from restore_conformance.recogniser.answers import id_key
from restore_conformance.targets import Answer, Target
from restore_conformance.targets.http import PATIENCE, retry_after

TRIES = 4
LONGEST_BACKOFF = 60.0


@dataclass(frozen=True, slots=True)
class Support:
    """What vendor support asks for about one request."""

    at: str
    operation: str
    client_request_id: str
    status: int | None
    request_id: str = ""
    date: str = ""
    diagnostic: str = ""


class Guard:
    """A live target. `refusal` says of a request whether it is expected to be refused; `support` keeps ids.

    `hold` keeps signals away between a create and the note of its answer.
    """

    loopback = False

    def __init__(
        self,
        transport: Target,
        identities: Identities,
        journal: Journal,
        budget: Budget,
        pace: Pace,
        *,
        refusal: Callable[[Request], bool],
        support: Callable[[Support], None],
        application: str = "",
        pool: frozenset[str] = frozenset(),
        patience: float = PATIENCE,
        hold: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self.transport = transport
        self.identities = identities
        self.journal = journal
        self.budget = budget
        self.pace = pace
        self.application = application
        self.pool = pool
        self.patience = patience
        self._hold = hold
        self.run = uuid.uuid4().hex
        self.skew = 0.0
        self.name = transport.name
        self.base = transport.base
        self._findings: dict[str, Finding] = {}
        self._refusal = refusal
        self._support = support

    # ------------------------------------------------------------------ as a target

    def send(self, request: Request, patience: float | None = None) -> Answer:
        """Send a request, as often as Retry-After and an expired token ask for. Raises NeverLive, BudgetSpent."""
        return self._send(request, patience, cleaning=request.method == "DELETE")

    def tidy(self, method: str, path: str, patience: float | None = None) -> Answer:
        """A request of the clean-up, which has a reserve of its own."""
        headers = (("Authorization", f"Bearer {self.identities['good']}"),)
        return self._send(Request(method, path, headers), patience, cleaning=True)

    def now(self) -> float:
        return self.transport.now()

    def pause(self, seconds: float) -> None:
        """Give the target time."""
        time.sleep(min(seconds, max(0.0, self.budget.left(cleaning=True))))

    def close(self) -> None:
        self.transport.close()

    # ------------------------------------------------------------------ what passes

    def _send(self, request: Request, patience: float | None, *, cleaning: bool) -> Answer:
        route, session = permitted(request)
        ours = self.journal.owns(session) or self.journal.deleted(session)
        if route.operation == "delete" and not ours:
            raise NeverLive(f"The session {session} is not among those this application's journal owns.")
        if route.operation == "delete" and not self.journal.deleted(session) and not self._is_ours(session):
            raise NeverLive(f"The session {session} was not read back as a draft of ours.")
        renewed, throttled, attempts = False, 0, 0
        while True:
            attempts += 1
            answer = self._once(route.operation, session, request, patience, cleaning=cleaning)
            token = _token(request)
            if answer.response is not None and answer.response.status == 401:
                instead = None if renewed or not token else self.identities.instead_of(token)
                if instead is not None:
                    renewed = True
                    request = _with_token(request, instead)
                    continue
            elif answer.response is not None and token and answer.response.status not in {429, 503}:
                self.identities.served(token)
            wait = self._asked_to_wait(answer.response, throttled)
            if wait is None:
                return replace(answer, attempts=attempts)
            # The wait binds everybody, whether or not this request is tried again.
            self.pace.hold(wait)
            throttled += 1
            if throttled >= TRIES or wait > self.budget.left(cleaning=cleaning):
                return replace(answer, attempts=attempts)

    def _asked_to_wait(self, response: Response | None, throttled: int) -> float | None:
        """Seconds that the target asks for, or that its being throttled suggests; None where there is no need."""
        if response is None or response.status not in {429, 503}:
            return None
        if response.header("Retry-After"):
            return retry_after(response)
        if response.status == 503:
            return None
        return float(min(LONGEST_BACKOFF, 2.0**throttled + random.random()))  # noqa: S311 - spreads retries

    def _once(
        self, operation: str, session: str, request: Request, patience: float | None, *, cleaning: bool
    ) -> Answer:
        """One request on the wire, with a fresh id for support."""
        support = str(uuid.uuid4())
        others = tuple((n, v) for n, v in request.headers if n.lower() != "client-request-id")
        request = replace(request, headers=(*others, ("client-request-id", support)))
        self.pace.wait(self.budget.left(cleaning=cleaning))
        if operation == "create":
            with self._hold():
                answer = self._create(request, patience, support)
        elif operation == "delete":
            answer = self._delete(request, patience, session)
        else:
            owed = operation == "get" and self.journal.owns(session) and not self._is_ours(session)
            if cleaning or owed:
                self.budget.clean()
            else:
                self.budget.read()
            answer = self._transported(request, patience, cleaning=cleaning)
            if operation == "get":
                self._look(session, answer.response)
        self._keep(operation, support, answer)
        return answer

    def _transported(self, request: Request, patience: float | None, *, cleaning: bool) -> Answer:
        """Send it, within what is left of the run's time."""
        left = max(0.1, self.budget.left(cleaning=cleaning))
        return self.transport.send(request, min(patience or self.patience, left))

    # ------------------------------------------------------------------ whose it is

    def finding(self, session: str) -> Finding | None:
        """Whose a session is, as far as reading it has shown."""
        return self._findings.get(id_key(session))

    def _is_ours(self, session: str) -> bool:
        finding = self.finding(session)
        return finding is not None and finding.ours

    def _look(self, session: str, response: Response | None) -> None:
        """Note whose a session is, by reading one that a create was answered with; the latest reading counts."""
        if response is None or response.status != 200 or not self.journal.owns(session):
            return
        finding = owner_of(response, session, self.journal.makers(session))
        before = self._findings.get(id_key(session))
        if before is None and finding.owner is not Owner.UNDECIDED:
            self.budget.seen()
        if before is None or before.owner is not Owner.OTHER:
            self._findings[id_key(session)] = finding

    # ------------------------------------------------------------------ what is noted

    def _create(self, request: Request, patience: float | None, support: str) -> Answer:
        likely = not self._refusal(request)
        self.budget.create(likely=likely)
        maybe = True
        try:
            names = named(request.body)
            intent = Intent(
                uuid.uuid4().hex, self.run, time.time(), self.application, fingerprint(names),
                unique(names, self.pool), support, skew=round(self.skew, 3),
            )  # fmt: skip
            self.journal.intend(intent)
            # Not cut short by the end of the run: its answer says whether there is something to delete.
            answer = self._transported(request, patience, cleaning=True)
            outcome, session = outcome_of(answer.response)
            maybe = outcome != "refused"
            if outcome == "made" and not self._ours(session, intent):
                outcome = "lost"
            if outcome == "made":
                clock = clock_of(answer.response)
                begun = clock - answer.seconds if clock is not None else 0.0
                self.journal.note("made", key=intent.key, session=session, begun=round(begun, 3))
            else:
                self.journal.note(outcome, key=intent.key)
        finally:
            # Also where a signal came in between: what may have been made is owed a delete.
            self.budget.created(likely=likely, made=maybe)
        return answer

    def _ours(self, session: str, intent: Intent) -> bool:
        """Whether an id in an answer may be taken for a new session of ours: it must not have been given before."""
        known = {id_key(other.session) for other in self.journal.intents.values() if other.session}
        return id_key(session) not in known and intent.key in self.journal.intents

    def _delete(self, request: Request, patience: float | None, session: str) -> Answer:
        self.budget.clean()
        self.journal.note("deleting", session=session)
        answer = self._transported(request, patience, cleaning=True)
        if answer.response is not None and answer.response.status == 204:
            self.journal.note("deleted", session=session)
            self.budget.deleted()
        return answer

    def _keep(self, operation: str, support: str, answer: Answer) -> None:
        response = answer.response
        headers = response.headers if response else ()
        fields = {name.lower(): value for name, value in headers}
        clock = clock_of(response)
        if clock is not None:
            # How far the target's clock is ahead of ours, to the second: times in the journal are ours.
            self.skew = clock - time.time()
        self._support(
            Support(
                time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                operation,
                support,
                response.status if response else None,
                fields.get("request-id", ""),
                fields.get("date", ""),
                fields.get("x-ms-ags-diagnostic", ""),
            )
        )


def outcome_of(response: Response | None) -> tuple[str, str]:
    """The outcome of a create by its answer: made (and the id), refused, or lost where it is unknown."""
    if response is None:
        return "lost", ""
    if 200 <= response.status < 300:
        body = parse_json(response.body)
        session = body.get("id") if isinstance(body, dict) else None
        return ("made", session) if isinstance(session, str) and session else ("lost", "")
    return ("refused", "") if 400 <= response.status < 500 and response.status != 408 else ("lost", "")


def _token(request: Request) -> str:
    scheme, _, token = (request.header("Authorization") or "").partition(" ")
    return token if scheme == "Bearer" else ""


def _with_token(request: Request, token: str) -> Request:
    others = tuple((n, v) for n, v in request.headers if n.lower() != "authorization")
    return replace(request, headers=(("Authorization", f"Bearer {token}"), *others))
