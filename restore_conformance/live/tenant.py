"""Opens a live target: signs in, checks who may be sent to, takes the tenant's lock, cleans up before and after.

Whatever happens inside, at the end exactly our own drafts are deleted: at Ctrl-C and SIGTERM as well, and after a
kill at the next opening. A token only ever narrows what the settings allow: one that cannot be read, or names no host,
is sent to no host but those that the user named.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from restore_conformance.campaign.interrupts import CLEANING, Interrupts
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Request
from restore_conformance.live.budget import Budget, Pace
from restore_conformance.live.cleanup import Leftover, clean
from restore_conformance.live.guard import Guard, Support
from restore_conformance.live.journal import Journal
from restore_conformance.live.settings import Live, Login, host_of, state_folder
from restore_conformance.live.signin import method_of, sign_in
from restore_conformance.live.tokens import Claims, Identities, Token
from restore_conformance.recogniser import Recogniser
from restore_conformance.settings import Settings
from restore_conformance.targets import Http, Target
from restore_conformance.targets.target import SERVICE, is_service
from restore_conformance.verdicts import Unready, UsageError

RECOVERY = 1000
"""Requests that cleaning up after an earlier run may take."""


@dataclass(slots=True)
class LiveTarget:
    """An open live target: the guard, who asks, and what is known of it; `left` is filled when it closes."""

    guard: Guard
    identities: Identities
    recogniser: Recogniser
    tenant: str
    application: str
    recovered: list[Leftover]
    left: list[Leftover] = field(default_factory=list)
    unanswered: int = 0


@contextlib.contextmanager
def opened(
    settings: Settings,
    live: Live,
    *,
    yes: bool,
    requests: int = 0,
    adopt: tuple[str, ...] = (),
    pool: frozenset[str] = frozenset(),
    support: Callable[[Support], None] | None = None,
    on_token: Callable[[str, str], None] | None = None,
    transport: Target | None = None,
    ask: Callable[[Login], Token] | None = None,
) -> Iterator[LiveTarget]:
    """A live target for the length of a block. Raises UsageError and Unready before anything is sent to it.

    Without `yes` the tenant must be one that the settings allow. `adopt` names doubtful sessions of the journal that
    the user says are ours. Sessions may be created once the budget allows some (`guard.budget.allow`); until then
    there is only reading.
    """
    identities = Identities(logins(settings, live), ask or (lambda login: sign_in(login, live)))
    recogniser = Recogniser(known=settings.known_ids())
    identities.on_token += [recogniser.know, *([on_token] if on_token else [])]
    tenant, application = _who(identities, live)
    every_caller(identities)
    _require_leave(live, identities, yes=yes)
    folder = folder_of(live, tenant)
    with _lock(folder, tenant), Interrupts(CLEANING, let_in=True) as signals:
        journal = Journal(folder / "journal.ndjson")
        target = transport or Http(live.base, live.ca_bundle or settings.ca_bundle, settings.timeout, retries=0)
        pace = Pace(live.requests_per_second)
        keep = support or (lambda _: None)

        def guard(budget: Budget) -> Guard:
            return Guard(
                target, identities, journal, budget, pace, refusal=lambda r: refusal(recogniser, r),
                support=keep, application=application, pool=pool, patience=settings.patience, hold=signals.hold,
            )  # fmt: skip

        def leave(*budgets: Budget) -> None:
            for budget in budgets:
                budget.stop()
            pace.stop()
            target.close()

        try:
            first = Budget(0, 0, live.max_seconds, RECOVERY)
            signals.leave = lambda: leave(first)
            for session in adopt:
                journal.adopt(session)
            recovered = clean(guard(first), careful=True)
            live_target = LiveTarget(
                guard(Budget(requests, 0, live.max_seconds)),
                identities, recogniser, tenant, application, recovered,
            )  # fmt: skip
            signals.leave = lambda: leave(first, live_target.guard.budget)
            try:
                yield live_target
            finally:
                signals.calm()
                live_target.left = _clean_up(live_target.guard)
                live_target.unanswered = len(journal.unanswered())
        finally:
            target.close()
            journal.close()


def _clean_up(guard: Guard) -> list[Leftover]:
    """Clean up whatever the block did, and however it ended; never in place of what it raised."""
    guard.journal.read_again()
    try:
        return clean(guard, careful=False)
    except (Unready, UsageError) as error:
        return [Leftover(session, f"not deleted: {error}") for session in guard.journal.sessions()]


def refusal(recogniser: Recogniser, request: Request) -> bool:
    """Whether the documents say that a request is refused."""
    return bool(recogniser(request).defects)


def logins(settings: Settings, live: Live) -> dict[str, Login]:
    """How each configured caller signs in: the file's, and what the command line says on top."""
    main = live.login
    if settings.token:
        main = replace(main, sign_in="token", token=settings.token)
    result = {"good": main, **live.identities}
    for kind, token in settings.identities.items():
        result[kind] = Login(sign_in="token", token=token, where=f"--identity {kind}")
    return result


def folder_of(live: Live, tenant: str) -> Path:
    """The folder of a tenant's journal and lock."""
    name = re.sub(r"[^A-Za-z0-9.-]", "_", f"{_host_of(live.base)}_{tenant or 'unknown'}")
    return state_folder(live) / name.lower()


def _host_of(base: str) -> str:
    """Host and port of a base URL, as a folder's name."""
    parts = urlsplit(base)
    return f"{parts.hostname}-{parts.port}" if parts.port else str(parts.hostname)


def journals_of(live: Live) -> list[tuple[str, Journal]]:
    """What earlier runs noted of a target, by tenant; asks nobody."""
    journals = []
    for path in sorted(state_folder(live).glob(f"{_host_of(live.base)}_*/journal.ndjson")):
        journals.append((path.parent.name.partition("_")[2], Journal(path)))
        journals[-1][1].close()
    return journals


def open_of(live: Live) -> Iterator[str]:
    """What the journals of a target know of earlier runs, for every tenant, in words."""
    any_open = False
    for tenant, journal in journals_of(live):
        for session in journal.sessions():
            yield f"Open in the tenant {tenant}: the session {session}, created by an earlier run."
        for session, why in journal.doubtful.items():
            yield f"Open in the tenant {tenant}: the session {session} {why}."
        for intent in journal.unanswered():
            yield f"Open in the tenant {tenant}: a create whose answer was lost (client-request-id {intent.support})."
        any_open |= bool(journal.sessions() or journal.doubtful or journal.unanswered())
    if not any_open:
        yield "The journal knows of nothing that was left behind."


def needed_permission() -> str:
    """The permission that the page demands of a caller."""
    rows = pinned().toml("create/page.toml")["permission"]
    return str(next(row["least"][0] for row in rows if row.get("least")))


def _who(identities: Identities, live: Live) -> tuple[str, str]:
    """The tenant and application of the main caller. Raises Unready for a token that cannot create a session."""
    claims = identities.claims("good")
    where = live.login.where
    needed = needed_permission()
    if claims.readable and needed not in claims.permissions:
        granted = ", ".join(sorted(claims.permissions)) or "none"
        raise Unready(
            f"{where}.client-id {claims.application}: its token lacks {needed} (it has: {granted}); "
            "grant the permission to the application and let an administrator consent."
        )
    tenant = claims.tenant or live.login.tenant
    return tenant.lower(), claims.application or live.login.client_id


def _require_leave(live: Live, identities: Identities, *, yes: bool) -> None:
    """Every token must be for a tenant and a host with leave, before anything is sent there, clean-up included."""
    for kind in identities:
        claims, login = identities.claims(kind), identities.login(kind)
        refused = tenant_refused(live, login, claims, yes=yes, main=kind == "good") or host_refused(
            live, claims, yes=yes
        )
        if refused:
            raise Unready(refused)


def every_caller(identities: Identities) -> None:
    """Sign every other caller in, and let the main one stand for its own kind where nobody else does.

    The page has a row for applications and one for users; a second token of the main caller serves its row. Where
    there is no second one, the one there is stays what it is.
    """
    for kind in list(identities):
        identities[kind]
    claims = identities.claims("good")
    if claims.readable and claims.kind not in identities and identities.renewable("good"):
        identities.add(claims.kind, identities.login("good"))
        if identities[claims.kind] == identities["good"]:
            identities.drop(claims.kind)


@contextlib.contextmanager
def _lock(folder: Path, tenant: str) -> Iterator[None]:
    """One run at a time for a tenant, on this machine."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / "lock", timeout=0, mode=0o600, thread_local=False)
        lock.acquire()
    except Timeout:
        raise Unready(
            f"Another run is using the tenant {tenant or '(unknown)'} on this machine; wait until it ends ({folder})."
        ) from None
    except OSError as error:
        raise UsageError(f"live.state {folder} cannot be used: {error.strerror or error}.") from None
    try:
        yield
    finally:
        lock.release()


# ---------------------------------------------------------------- who may be sent to

GRAPH = "00000003-0000-0000-c000-000000000000"
"""The id that the service's own application has in every tenant, as an audience."""
OF_THE_TENANT = frozenset({"client-secret", "certificate", "workload", "github", "azure-cli"})
"""Ways of signing in that give a token of the tenant that the settings name, and of no other."""
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def has_leave(live: Live, *, yes: bool) -> bool:
    """Whether a live target may be sent anything, as far as that is known before signing in."""
    tenant = live.login.tenant.lower()
    host = named(live) or is_service(live.base)
    return yes or (host and bool(live.allow) and (not tenant or tenant in live.allow))


def named(live: Live) -> bool:
    """Whether the user's own configuration names the host of the target."""
    return host_of(live.base) in live.named


def host_refused(live: Live, claims: Claims, *, yes: bool) -> str:
    """Why a token may not be sent to the target's host; "" where it may."""
    if yes or named(live) or _is_for(claims.audience, live.base):
        return ""
    return (
        f"{live.host} is a host that neither the token nor your configuration names, so the token was not sent to it. "
        "Give --yes if you mean it, or name it with live.base or live.hosts in your own configuration."
    )


def tenant_refused(live: Live, login: Login, claims: Claims, *, yes: bool, main: bool = True) -> str:
    """Why nothing may be sent in the tenant that a token is for; "" where it may."""
    tenant, configured = claims.tenant.lower(), login.tenant.lower()
    if main and tenant and _GUID.fullmatch(configured) and tenant != configured:
        return (
            f"The token is for the tenant {tenant}, and {login.where}.tenant names {configured}; nothing was sent. "
            "Sign in to that tenant, or correct the setting."
        )
    if yes or (tenant and tenant in live.allow):
        return ""
    if (
        configured in live.allow
        and method_of(login) in OF_THE_TENANT
        and (not tenant or not _GUID.fullmatch(configured))
    ):
        return ""  # the token was issued for that tenant a moment ago; its name is not in it, only its id
    whose = f"for the tenant {tenant}" if tenant else "for a tenant that it does not name"
    return (
        f"The token of {login.where} is {whose}, which live.allow does not name by its id; nothing was sent. "
        "Add the id of the tenant there, or give --yes."
    )


def _is_for(audience: str, base: str) -> bool:
    """Whether a token is meant for the host of a base URL, by what it says of itself."""
    if not is_service(base):
        return False
    host = (urlsplit(base).hostname or "").rstrip(".").lower()
    if audience.lower() == GRAPH:
        return host in SERVICE
    try:
        parts = urlsplit(audience)
    except ValueError:
        return False
    return parts.scheme == "https" and (parts.hostname or "").rstrip(".").lower() == host
