"""The settings of a live run, read from a TOML file and the environment variables Azure users know.

Secrets are never in the file: it names the environment variable that holds one. Asks nobody over the network.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restore_conformance.settings.files import Configuration
from restore_conformance.settings.row import Setting, field_of
from restore_conformance.settings.table import LIVE, LIVE_ROWS, LOGIN, SIGN_IN_METHODS
from restore_conformance.settings.values import CALLERS
from restore_conformance.targets.target import url_of
from restore_conformance.verdicts import UsageError

GLOBAL: str = LIVE_ROWS["base"].default


_of = field_of(LIVE_ROWS)


@dataclass(slots=True)
class Login:
    """How one caller signs in; `where` is the table of the file that says so."""

    sign_in: str = _of("sign_in")
    tenant: str = _of("tenant")
    client_id: str = _of("client_id")
    client_secret_variable: str = _of("client_secret_variable")
    certificate: str = _of("certificate")
    certificate_password_variable: str = _of("certificate_password_variable")
    federated_token_file: str = _of("federated_token_file")
    token_variable: str = _of("token_variable")
    token: str = field(default="", repr=False)
    where: str = "live"


@dataclass(slots=True)
class Live:
    """The settings of a live run, in the form in which it uses them; meanings and defaults are those of the table.

    `named` are the hosts that the user's own configuration names.
    """

    base: str = _of("base")
    allow: tuple[str, ...] = _of("allow")
    authority: str = _of("authority")
    instance_discovery: bool = _of("instance_discovery")
    scope: str = _of("scope")
    ca_bundle: str = _of("ca_bundle")
    restore_points: str = _of("restore_points")
    granular_items: str = _of("granular_items")
    state: str = _of("state")
    max_requests: int = _of("max_requests")
    max_sessions: int = _of("max_sessions")
    max_seconds: float = _of("max_seconds")
    requests_per_second: float = _of("requests_per_second")
    workers: int = _of("workers")
    hosts: tuple[str, ...] = _of("hosts")
    emulators: tuple[str, ...] = _of("emulators")
    login: Login = field(default_factory=Login)
    identities: dict[str, Login] = field(default_factory=dict)
    named: frozenset[str] = frozenset()

    @property
    def host(self) -> str:
        """The host of the base URL."""
        return urlsplit(self.base).hostname or ""


def live_from(config: Configuration, environment: Mapping[str, str] | None = None) -> Live:
    """The settings of the user's configuration and of the environment. Raises UsageError."""
    environment = os.environ if environment is None else environment
    live = Live()
    given = dict(config.live)
    others = _table(given.pop("identity", {}), "live.identity")
    names = {row.name for row in LOGIN}
    _fill(live.login, LOGIN, {k: v for k, v in given.items() if _name(k) in names}, "live")
    _fill(live, LIVE, {k: v for k, v in given.items() if _name(k) not in names}, "live")
    _environment(live, environment, given)
    for kind, entry in others.items():
        known = CALLERS.get(kind)
        if known is None:
            kinds = ", ".join(sorted(set(CALLERS.values())))
            raise UsageError(f"[live.identity.{kind}] is not a kind of caller; known: {kinds}.")
        live.identities[known] = _identity(live.login, _table(entry, kind), f"live.identity.{kind}", environment)
        _anchor(live.identities[known], config.folder, entry)
    _anchor(live, config.folder, given)
    checked(live)
    live.named = frozenset((*live.hosts, *([host_of(live.base)] if "base" in given else [])))
    return live


def host_of(base: str) -> str:
    """The host of a base URL, with its port where that is not the usual one."""
    parts = urlsplit(base)
    host = (parts.hostname or "").rstrip(".").lower()
    return host if parts.port in {None, 443} else f"{host}:{parts.port}"


def _anchor(settings: Live | Login, folder: Path, given: Mapping[str, Any]) -> None:
    """Files that a configuration names are relative to it, not to the folder the command is run from."""
    for key, value in given.items():
        if value and hasattr(settings, _name(key)) and LIVE_ROWS[_name(key)].kind in {"file", "folder"}:
            setattr(settings, _name(key), str(folder / Path(value).expanduser()))
    if isinstance(settings, Live):
        _anchor(settings.login, folder, given)


def checked(live: Live, base: str = "live.base") -> Live:
    """The same settings, if they can be used; `base` is how the base URL was given.

    Raises UsageError naming the first that cannot.
    """
    live.base = _https(base, live.base).rstrip("/")
    parts = urlsplit(live.base)
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/(beta|v1\.0)", parts.path) or parts.query or parts.fragment:
        raise UsageError(f"{base} {live.base} must end in /beta or /v1.0, such as {GLOBAL}.")
    if "solutions" in parts.path:
        raise UsageError(f"{base} {live.base} names a resource; give the service root, such as {GLOBAL}.")
    live.authority = _https("live.authority", live.authority).rstrip("/")
    if live.ca_bundle:
        try:
            ssl.create_default_context(cafile=live.ca_bundle)
        except (OSError, ssl.SSLError) as error:
            why = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
            raise UsageError(f"live.ca-bundle {live.ca_bundle} cannot be read: {why}.") from None
    if not live.scope.startswith("https://"):
        raise UsageError(
            f"live.scope {live.scope!r} must begin with https://, as https://graph.microsoft.com/.default."
        )
    for login in (live.login, *live.identities.values()):
        if login.sign_in and login.sign_in not in SIGN_IN_METHODS:
            raise UsageError(f"{login.where}.sign-in {login.sign_in!r} is not one of: {', '.join(SIGN_IN_METHODS)}.")
        if login.tenant and not re.fullmatch(r"[A-Za-z0-9.-]{1,255}", login.tenant):
            raise UsageError(f"{login.where}.tenant {login.tenant!r} is neither the id nor a domain of a tenant.")
    return live


def state_folder(live: Live, environment: Mapping[str, str] | None = None) -> Path:
    """Where journals and locks are kept, below the user's own folder for state unless set."""
    environment = os.environ if environment is None else environment
    named = live.state or environment.get("RESTORE_CONFORMANCE_STATE", "")
    windows = sys.platform == "win32"
    own = Path(environment.get("LOCALAPPDATA" if windows else "XDG_STATE_HOME") or "")
    if not own.is_absolute():  # below the working directory anybody could have left a journal
        own = Path("~" if windows else "~/.local/state")
    try:
        return Path(named).expanduser() if named else own.expanduser() / "restore-conformance"
    except RuntimeError:
        raise UsageError(
            f"The folder {named or own} of journals cannot be found: no home is known. Name one with live.state or "
            "RESTORE_CONFORMANCE_STATE."
        ) from None


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"[{where}] is a table of settings; got {type(value).__name__}.")
    return dict(value)


def _name(key: str) -> str:
    return key.replace("-", "_")


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _fill(settings: Live | Login, rows: tuple[Setting, ...], values: Mapping[str, Any], where: str) -> None:
    known = {row.name: row for row in rows}
    for key, value in values.items():
        row = known.get(_name(key))
        if row is None:
            there = ", ".join(_dashed(name) for name in known)
            raise UsageError(f"{where}.{key} is not a setting; known: {there}.")
        typed = row.typed(value, f"{where}.{key}")
        setattr(settings, row.name, tuple(text.strip().lower() for text in typed) if row.kind == "texts" else typed)


def _environment(live: Live, environment: Mapping[str, str], given: Mapping[str, Any]) -> None:
    """What the file leaves open is taken from the variables azure-identity reads as well."""
    login = live.login
    login.tenant = login.tenant or environment.get("AZURE_TENANT_ID", "")
    login.client_id = login.client_id or environment.get("AZURE_CLIENT_ID", "")
    login.certificate = login.certificate or environment.get("AZURE_CLIENT_CERTIFICATE_PATH", "")
    login.federated_token_file = login.federated_token_file or environment.get("AZURE_FEDERATED_TOKEN_FILE", "")
    if "authority" not in given:
        live.authority = environment.get("AZURE_AUTHORITY_HOST") or live.authority


def _identity(main: Login, given: dict[str, Any], where: str, environment: Mapping[str, str]) -> Login:
    """Another caller; tenant and nothing else is taken over from the main one, so that none is used by mistake."""
    login = Login(client_secret_variable="", certificate_password_variable="", where=where)
    _fill(login, LOGIN, given, where)
    login.tenant = login.tenant or main.tenant
    if login.token_variable:
        login.token = environment.get(login.token_variable, "").strip()
        if not login.token:
            raise UsageError(f"{where}.token-variable names {login.token_variable}, which is not set.")
    return login


def _https(name: str, value: str) -> str:
    value = value.strip()
    if "://" not in value:
        value = "https://" + value
    parts = url_of(value)
    if parts is None or parts.scheme != "https" or not parts.hostname:
        raise UsageError(f"{name} {value!r} must be an https URL.")
    if "@" in parts.netloc:
        raise UsageError(f"{name} holds a user name or password; give the URL without.")
    return value
