"""Every precondition of a live run, one check after the other: what was found, and what to fix.

Reads only: a token, the clock, the list of sessions and the state of the service. Makes nothing, and needs leave only
for a host that nobody named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from restore_conformance.contract.documents import pinned
from restore_conformance.contract.routes import line_of
from restore_conformance.contract.workload import AREA
from restore_conformance.exchange import Request, Response
from restore_conformance.live.cleanup import object_of, summary_of
from restore_conformance.live.journal import Journal
from restore_conformance.live.ownership import clock_of
from restore_conformance.live.routes import permitted
from restore_conformance.live.settings import GLOBAL, Live, Login
from restore_conformance.live.signin import method_of, sign_in
from restore_conformance.live.tenant import folder_of, host_refused, logins, needed_permission
from restore_conformance.live.tokens import Claims, Identities, Token
from restore_conformance.settings import Settings
from restore_conformance.settings.values import granular_items_from, restore_points_from
from restore_conformance.targets import Http, Target
from restore_conformance.targets.target import is_vendor
from restore_conformance.verdicts import Unready, UsageError

OK, FIX, UNKNOWN = "ok", "fix", "?"
CLOUDS = {
    "graph.microsoft.us": "us_government_l4",
    "dod-graph.microsoft.us": "us_government_l5",
    "microsoftgraph.chinacloudapi.cn": "china",
    "graph.microsoft.com": "global",
}
"""Hosts of the vendor's clouds, by the names the page's table has for them."""
CLOCK = 120.0
"""Seconds a clock may be off before tokens and times are no longer to be relied on."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ok, fix, or ? where it could not be read."""

    name: str
    verdict: str
    says: str


def examine(
    settings: Settings,
    live: Live,
    *,
    yes: bool = False,
    transport: Target | None = None,
    ask: Callable[[Login], Token] | None = None,
) -> Iterator[Check]:
    """All checks in order; those that need a token are left out where there is none.

    A token is sent only to a host that it, or the user, names; `yes` says that the target is named.
    """
    yield _cloud(live)
    yield _leave(live)
    yield from _ids(live)
    identities = Identities(logins(settings, live), ask or (lambda login: sign_in(login, live)))
    signed_in = {}
    for kind, login in logins(settings, live).items():
        check, claims = _signed_in(kind, login, identities)
        yield check
        if claims is not None:
            signed_in[kind] = claims
    for kind, claims in signed_in.items():
        yield _permission(kind, claims)
    main = signed_in.get("good")
    if main is None:
        return
    yield _state(live, main.tenant or live.login.tenant)
    refused = host_refused(live, main, yes=yes)
    if refused:
        yield Check("host", FIX, refused)
        return
    target = transport or Http(live.base, live.ca_bundle, settings.timeout, retries=0)
    try:
        yield from _service(target, identities["good"], main)
    finally:
        target.close()


def _cloud(live: Live) -> Check:
    clouds = pinned().toml("create/page.toml")["clouds"]
    cloud = CLOUDS.get(live.host.lower())
    if cloud is None:
        foreign = (
            "a host of the vendor that is not known as Graph's" if is_vendor(live.host) else "no host of the vendor"
        )
        return Check("cloud", UNKNOWN, f"{live.host} is {foreign}; the operation is documented for {GLOBAL}")
    if not clouds.get(cloud):
        return Check(
            "cloud", FIX, f"{live.host} is the cloud {cloud}, which lacks the operation: set live.base to {GLOBAL}"
        )
    return Check("cloud", OK, f"{live.host} is the global service")


def _leave(live: Live) -> Check:
    if not live.allow:
        return Check("leave", OK, "live.allow names no tenant, so a run needs --yes")
    return Check("leave", OK, f"live.allow names {len(live.allow)}; a run there needs no --yes")


def _ids(live: Live) -> Iterator[Check]:
    for name, path, read in (
        ("restore-points", live.restore_points, restore_points_from),
        ("granular-items", live.granular_items, granular_items_from),
    ):
        if not path:
            yield Check(
                name, UNKNOWN, f"none named: set live.{name}, or the clauses that need an accepted create say none"
            )
            continue
        try:
            count = len(read(path))
        except UsageError as error:
            yield Check(name, FIX, f"live.{name}: {error}")
            continue
        hint = (
            "" if count >= 24 else "; name 24 or more, so that a session whose answer is lost can be recognised as ours"
        )
        yield Check(name, OK, f"{count} named{hint}")


def _signed_in(kind: str, login: Login, identities: Identities) -> tuple[Check, Claims | None]:
    name = "sign-in" if kind == "good" else f"sign-in {kind}"
    try:
        method = method_of(login)
        claims = identities.claims(kind)
    except (Unready, UsageError) as error:
        return Check(name, FIX, str(error)), None
    if not claims.readable:
        return Check(name, OK, f"{method}: the token is not a JWT, so its claims are unknown"), claims
    left = max(0, claims.expires - int(time.time())) // 60
    who = f"{claims.kind} {claims.application} of the tenant {claims.tenant}"
    return Check(name, OK, f"{method}: {who}, for another {left} minutes"), claims


def _permission(kind: str, claims: Claims) -> Check:
    name = "permission" if kind == "good" else f"permission {kind}"
    needed = needed_permission()
    if not claims.readable:
        return Check(name, UNKNOWN, f"cannot be read from the token; {needed} is needed")
    held = needed in claims.permissions
    if kind in {"no-permission", "read-only"}:
        if held:
            return Check(name, FIX, f"the caller {kind} holds {needed}: name one that does not")
        return Check(name, OK, f"lacks {needed}, as it is meant to")
    if held:
        return Check(
            name, OK, f"{needed} is in the {'roles' if claims.kind == 'application' else 'scopes'} of the token"
        )
    granted = ", ".join(sorted(claims.permissions)) or "none"
    return Check(name, FIX, f"{needed} is missing (granted: {granted}): grant it and let an administrator consent")


def _state(live: Live, tenant: str) -> Check:
    folder = folder_of(live, tenant.lower())
    try:
        journal = Journal(folder / "journal.ndjson")
    except UsageError as error:
        return Check("journal", FIX, str(error))
    left = len(journal.sessions()) + len(journal.doubtful) + len(journal.unanswered())
    journal.close()
    if left:
        return Check(
            "journal", FIX, f"{left} creates of an earlier run are open: restore-conformance cleanup ({folder})"
        )
    return Check("journal", OK, f"nothing is open in {folder}")


def _service(target: Target, token: str, claims: Claims) -> Iterator[Check]:
    """The clock, whether sessions can be listed, and whether the service is switched on, as far as can be read."""
    headers = (("Authorization", f"Bearer {token}"),)

    def ask(method: str, path: str) -> tuple[Response | None, str]:
        request = Request(method, path, headers)
        permitted(request)
        answer = target.send(request)
        return answer.response, answer.trouble or ""

    listed, trouble = ask(*line_of("list"))
    yield _clock(listed, claims)
    if listed is None:
        yield Check("service", FIX, f"the target cannot be asked: {trouble}")
        return
    if object_of(listed) is not None:
        yield Check("reading", OK, "sessions can be listed")
    elif listed.status in {401, 403}:
        yield Check("reading", FIX, f"listing sessions is answered {summary_of(listed)}: see the permission")
    else:
        yield Check("reading", FIX, f"listing sessions is answered {summary_of(listed)}: is live.base right?")
    root, trouble = ask("GET", AREA)
    yield _enabled(root, trouble)


def _clock(response: Response | None, claims: Claims) -> Check:
    shown = clock_of(response)
    if shown is None:
        if not claims.issued:
            return Check("clock", UNKNOWN, "no answer carries a date to compare with")
        off = time.time() - claims.issued
        return Check("clock", OK if off > -CLOCK else FIX, f"{off:+.0f} s after the token was issued")
    off = time.time() - shown
    if abs(off) > CLOCK:
        return Check("clock", FIX, f"this machine is {off:+.0f} s off the target's clock: set it")
    return Check("clock", OK, f"{off:+.0f} s off the target's")


def _enabled(response: Response | None, trouble: str) -> Check:
    if response is None:
        return Check("service", UNKNOWN, f"its state cannot be read: {trouble}")
    status = (object_of(response) or {}).get("serviceStatus")
    state = status.get("status") if isinstance(status, dict) else None
    if isinstance(state, str):
        if state == "enabled":
            return Check("service", OK, "Backup Storage is enabled")
        return Check("service", FIX, f"Backup Storage is {state!r}: enable it in the tenant")
    return Check("service", UNKNOWN, f"its state cannot be read with this caller ({summary_of(response)})")
