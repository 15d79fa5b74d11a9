"""Who may be sent to: leave is for a tenant, as the token names it, and for a host, as the user names it.

A token can be read, and still not be believed: it only ever narrows what the settings allow. What cannot be read, or
has no host in it, goes to nobody but the hosts that the user named. Sends nothing and signs nobody in.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from restore_conformance.live.settings import Live, Login, host_of
from restore_conformance.live.signin import method_of
from restore_conformance.live.tokens import Claims
from restore_conformance.targets.target import SERVICE, is_service

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
