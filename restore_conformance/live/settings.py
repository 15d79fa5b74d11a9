"""The settings of a live run: one table, read from a TOML file and the environment variables Azure users know.

Secrets are never in the file: it names the environment variable that holds one. Asks nobody over the network.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restore_conformance.settings.files import Configuration
from restore_conformance.settings.row import Kind, Setting
from restore_conformance.settings.values import CALLERS
from restore_conformance.targets.target import url_of
from restore_conformance.verdicts import UsageError

GLOBAL = "https://graph.microsoft.com/beta"
METHODS = {
    "client-secret": "the secret of an application",
    "certificate": "the certificate of an application",
    "workload": "a federated token in a file, as Kubernetes and other platforms provide",
    "github": "the federated token that a GitHub workflow may ask for; no secret",
    "managed": "the managed identity of the machine",
    "azure-cli": "whoever is signed in with az login",
    "default": "the default chain of azure-identity",
    "token": "a ready-made bearer token; cannot be renewed",
}
"""Ways to sign in."""
PATHS = frozenset({"certificate", "federated_token_file", "ca_bundle", "restore_points", "granular_items", "state"})
"""Settings that name a file or a folder."""


def setting(default: Any, meaning: str) -> Any:
    """A field with its meaning."""
    make = default if callable(default) else (lambda: default)
    return field(default_factory=make, metadata={"meaning": meaning, "secret": False})


@dataclass(slots=True)
class Login:
    """How one caller signs in; `where` is the table of the file that says so."""

    sign_in: str = setting("", "one of: " + ", ".join(METHODS) + "; without it, what the other settings allow")
    tenant: str = setting("", "id or domain of the tenant; also AZURE_TENANT_ID")
    client_id: str = setting("", "id of the application; also AZURE_CLIENT_ID")
    client_secret_variable: str = setting("AZURE_CLIENT_SECRET", "the environment variable that holds the secret")
    certificate: str = setting("", "PEM or PKCS#12 file with key; also AZURE_CLIENT_CERTIFICATE_PATH")
    certificate_password_variable: str = setting(
        "AZURE_CLIENT_CERTIFICATE_PASSWORD", "the environment variable that holds the password of the certificate"
    )
    federated_token_file: str = setting("", "file with the federated token; also AZURE_FEDERATED_TOKEN_FILE")
    token_variable: str = setting("", "the environment variable that holds a ready-made token")
    token: str = field(default="", metadata={"meaning": "", "secret": True}, repr=False)
    where: str = field(default="live", metadata={"meaning": "", "secret": False})


@dataclass(slots=True)
class Live:
    """The settings of a live run."""

    base: str = setting(GLOBAL, "service root of the target; https only")
    allow: tuple[str, ...] = setting(tuple, "tenants that may be written to without --yes")
    authority: str = setting("https://login.microsoftonline.com", "who issues tokens; also AZURE_AUTHORITY_HOST")
    instance_discovery: bool = setting(lambda: True, "ask the vendor whether the authority is one of its own")
    scope: str = setting("https://graph.microsoft.com/.default", "what tokens are asked for")
    ca_bundle: str = setting("", "certificates to trust, as a PEM file, for tokens and target alike")
    restore_points: str = setting("", "file with ids of restore points, one on each line")
    granular_items: str = setting("", "file with items: browse session id, blank, item key on each line")
    state: str = setting("", "folder of journals and locks; also RESTORE_CONFORMANCE_STATE")
    max_requests: int = setting(
        0, "most requests of a run, clean-up included, unless --max-requests says how many; 0 as the profile says"
    )
    max_sessions: int = setting(0, "most sessions a run creates; 0 as the plan says")
    max_seconds: float = setting(1800.0, "after this time nothing more is sent but clean-up")
    requests_per_second: float = setting(2.0, "pace of all workers together; 0 for no pace of our own")
    workers: int = setting(1, "how many requests may be under way at once, 1 to 16")
    hosts: tuple[str, ...] = setting(tuple, "hosts beyond that of base that tokens may be sent to without --yes")
    emulators: tuple[str, ...] = setting(
        tuple, "hosts in private networks that are emulators, not tenants; elsewhere, name their addresses as well"
    )
    login: Login = field(default_factory=Login, metadata={"meaning": "", "secret": False})
    identities: dict[str, Login] = field(default_factory=dict, metadata={"meaning": "", "secret": False})
    named: frozenset[str] = field(default=frozenset(), metadata={"meaning": "", "secret": False})

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
    names = {member.name for member in fields(Login)} - {"token", "where"}
    _fill(live.login, {k: v for k, v in given.items() if _name(k) in names}, "live")
    _fill(live, {k: v for k, v in given.items() if _name(k) not in names}, "live")
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
        if _name(key) in PATHS and hasattr(settings, _name(key)) and value:
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
    for name, least, most in (("max_requests", 0, 10_000), ("max_sessions", 0, 1000), ("workers", 1, 16)):
        if not least <= getattr(live, name) <= most:
            raise UsageError(f"live.{_dashed(name)} {getattr(live, name)} must be from {least} to {most}.")
    if not 1 <= live.max_seconds <= 86_400 or not 0 <= live.requests_per_second <= 1000:
        raise UsageError("live.max-seconds goes from 1 to 86400, live.requests-per-second from 0 to 1000.")
    for login in (live.login, *live.identities.values()):
        if login.sign_in and login.sign_in not in METHODS:
            raise UsageError(f"{login.where}.sign-in {login.sign_in!r} is not one of: {', '.join(METHODS)}.")
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


def _fill(settings: Any, values: Mapping[str, Any], where: str) -> None:
    known = {member.name: member for member in fields(settings) if member.metadata.get("meaning")}
    for key, value in values.items():
        name = _name(key)
        if name not in known:
            there = ", ".join(_dashed(name) for name in known)
            raise UsageError(f"{where}.{key} is not a setting; known: {there}.")
        setattr(settings, name, _typed(f"{where}.{key}", value, getattr(settings, name)))


def _typed(where: str, value: Any, default: Any) -> Any:
    kind = _KINDS[type(default)]
    typed = Setting(name="", kind=kind, meaning="", commands=frozenset(), targets=frozenset()).typed(value, where)
    return tuple(text.strip().lower() for text in typed) if kind == "texts" else typed


_KINDS: dict[type, Kind] = {bool: "switch", float: "number", int: "whole", str: "text", tuple: "texts"}
"""The kind of a setting, by the type of its default."""


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
    _fill(login, given, where)
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
