"""The only user of azure-identity: turns a way of signing in into an access token, or into one sentence why not.

Each call signs in afresh, so that a renewed token is a new one. Tokens are handed back and kept nowhere here:
the caches of the library live in memory and go with the credential.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from restore_conformance.live.settings import Live, Login
from restore_conformance.live.tokens import Token, claims_of
from restore_conformance.output import files, gate
from restore_conformance.settings.table import SIGN_IN_METHODS
from restore_conformance.verdicts import Unready, UsageError

EXCHANGE = "api://AzureADTokenExchange"
WAIT = 20
LARGEST_FILE = 1024 * 1024
SIGN_IN = 120.0
"""Seconds that signing in may take, all of its requests together."""


def method_of(login: Login) -> str:
    """The way of signing in that the settings say or allow."""
    if login.sign_in:
        return login.sign_in
    if login.token or login.token_variable:
        return "token"
    if _variable(login.client_secret_variable):
        return "client-secret"
    if login.certificate:
        return "certificate"
    if login.federated_token_file:
        return "workload"
    if login.where == "live" and login.client_id and os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
        return "github"
    if login.where == "live":
        return "default"
    raise UsageError(
        f"[{login.where}] does not say how to sign in; set sign-in to one of: {', '.join(SIGN_IN_METHODS)}."
    )


def sign_in(login: Login, live: Live) -> Token:
    """A fresh token. Raises UsageError for settings that cannot work, Unready where signing in fails."""
    method = method_of(login)
    if method == "token":
        text = login.token or _variable(login.token_variable)
        if not text:
            raise UsageError(f"{login.where}: give --token, or name the variable that holds it with token-variable.")
        return Token(text, claims_of(text).expires or time.time() + 86_400, renewable=False)
    _quiet()
    credential = _CREDENTIALS[method](login, live)
    try:
        token = _in_time(lambda: credential.get_token(live.scope), method, login, live)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises many kinds; each becomes one sentence
        raise Unready(sentence_of(error, method, login, live)) from None
    finally:
        close = getattr(credential, "close", None)
        if close is not None:
            close()
    gate.current().add(token.token)
    return Token(token.token, float(token.expires_on))


def _in_time(ask: Callable[[], Any], method: str, login: Login, live: Live) -> Any:
    """What a token service answers, if it does within SIGN_IN seconds: the library's own waits are for each piece."""
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(ask())
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            outcome.append(error)

    working = threading.Thread(target=work, daemon=True)
    working.start()
    working.join(SIGN_IN)
    if not outcome:
        raise Unready(
            f"{login.where}.sign-in {method}: no token came within {SIGN_IN:.0f} seconds; look at {live.authority}."
        )
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


# ---------------------------------------------------------------- credentials


def _common(live: Live) -> dict[str, Any]:
    return {
        "connection_verify": live.ca_bundle or True,
        "connection_timeout": WAIT,
        "read_timeout": WAIT,
        "retry_total": 2,
        "retry_backoff_factor": 0.3,
        "authority": live.authority,
        "disable_instance_discovery": not live.instance_discovery,
    }


def _secret(login: Login, live: Live) -> Any:
    from azure.identity import ClientSecretCredential

    _need(login, "tenant", "client_id")
    secret = _variable(login.client_secret_variable)
    if not secret:
        variable = login.client_secret_variable or "no variable"
        raise UsageError(f"{login.where}.client-secret-variable names {variable}, which holds no secret.")
    return ClientSecretCredential(login.tenant, login.client_id, secret, **_common(live))


def _certificate(login: Login, live: Live) -> Any:
    from azure.identity import CertificateCredential

    _need(login, "tenant", "client_id", "certificate")
    password = _variable(login.certificate_password_variable) or None
    _check_certificate(login, password)
    return CertificateCredential(login.tenant, login.client_id, login.certificate, password=password, **_common(live))


def _check_certificate(login: Login, password: str | None) -> None:
    """An end of life that can be read here needs no round trip."""
    from azure.identity import CertificateCredential
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import pkcs12

    where = f"{login.where}.certificate {login.certificate}"
    try:
        raw = files.read(Path(login.certificate), LARGEST_FILE)
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror or error}.") from None
    try:
        # The library's own reader goes first: it says no to what it could not use later.
        CertificateCredential("tenant", "client", certificate_data=raw, password=password).close()
        if b"-----BEGIN" in raw:
            certificate: x509.Certificate | None = x509.load_pem_x509_certificate(raw)
        else:
            certificate = pkcs12.load_key_and_certificates(raw, password.encode() if password else None)[1]
    except (ValueError, TypeError) as error:
        text = str(error)
        if "password" in text.lower() or "decrypt" in text.lower() or isinstance(error, TypeError):
            variable = login.certificate_password_variable or "certificate-password-variable"
            raise Unready(f"{where} cannot be opened with the password in {variable}.") from None
        raise UsageError(f"{where} is not a PEM or PKCS#12 file with an RSA key and its certificate.") from None
    assert certificate is not None
    now = datetime.now(UTC)
    if certificate.not_valid_after_utc <= now:
        raise Unready(f"{where} expired on {certificate.not_valid_after_utc:%Y-%m-%d}; register and name a new one.")
    if certificate.not_valid_before_utc > now:
        raise Unready(
            f"{where} is valid only from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC; check the clock."
        )


def _workload(login: Login, live: Live) -> Any:
    from azure.identity import WorkloadIdentityCredential

    _need(login, "tenant", "client_id", "federated_token_file")
    _check_federated(login)
    return WorkloadIdentityCredential(
        tenant_id=login.tenant,
        client_id=login.client_id,
        token_file_path=login.federated_token_file,
        **_common(live),
    )


def _check_federated(login: Login) -> None:
    where = f"{login.where}.federated-token-file {login.federated_token_file}"
    try:
        text = files.read(Path(login.federated_token_file), LARGEST_FILE).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{where} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    claims = claims_of(text)
    if not claims.readable:
        raise UsageError(f"{where} holds no JSON web token.")
    if claims.expires and claims.expires <= time.time():
        ended = datetime.fromtimestamp(claims.expires, UTC)
        raise Unready(f"{where} holds a token that expired at {ended:%Y-%m-%d %H:%M} UTC; it must be refreshed.")


def _github(login: Login, live: Live) -> Any:
    from azure.identity import ClientAssertionCredential

    _need(login, "tenant", "client_id")
    address, bearer = (os.environ.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "") for name in ("URL", "TOKEN"))
    if urlsplit(address).scheme != "https" or not bearer:
        raise Unready(
            f"{login.where}.sign-in is github, and the workflow may not ask for a token: "
            "give the job the permission id-token: write."
        )
    return ClientAssertionCredential(
        login.tenant, login.client_id, lambda: _github_token(address, bearer, live), **_common(live)
    )


def _github_token(address: str, bearer: str, live: Live) -> str:
    from azure.core import PipelineClient
    from azure.core.rest import HttpRequest

    url = f"{address}{'&' if '?' in address else '?'}audience={quote(EXCHANGE, safe='')}"
    trust: Any = {
        "connection_verify": live.ca_bundle or True,
        "connection_timeout": WAIT,
        "read_timeout": WAIT,
    }
    client: Any = PipelineClient(address, retry_total=2, **trust)
    with client:
        answer = client.send_request(HttpRequest("GET", url, headers={"Authorization": f"Bearer {bearer}"}))
        reply = answer.json() if answer.status_code == 200 else None
    value = reply.get("value") if isinstance(reply, dict) else None
    if not isinstance(value, str):
        raise Unready(f"The workflow's token service answered {answer.status_code} and no token; see id-token: write.")
    return value


def _managed(login: Login, live: Live) -> Any:  # noqa: ARG001 - all have one signature
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=login.client_id or None, connection_timeout=WAIT, read_timeout=WAIT)


def _cli(login: Login, live: Live) -> Any:  # noqa: ARG001 - all have one signature
    from azure.identity import AzureCliCredential

    return AzureCliCredential(tenant_id=login.tenant, process_timeout=WAIT)


def _default(login: Login, live: Live) -> Any:
    from azure.identity import DefaultAzureCredential

    named = {"workload_identity_tenant_id": login.tenant, "managed_identity_client_id": login.client_id}
    return DefaultAzureCredential(
        process_timeout=WAIT, **_common(live), **{name: value for name, value in named.items() if value}
    )


_CREDENTIALS: dict[str, Callable[[Login, Live], Any]] = {
    "client-secret": _secret,
    "certificate": _certificate,
    "workload": _workload,
    "github": _github,
    "managed": _managed,
    "azure-cli": _cli,
    "default": _default,
}


def _need(login: Login, *names: str) -> None:
    for name in names:
        if not getattr(login, name):
            raise UsageError(f"{login.where}.{name.replace('_', '-')} is needed to sign in with {method_of(login)}.")


def _variable(name: str) -> str:
    value = os.environ.get(name, "").strip() if name else ""
    gate.current().add(value)
    return value


def _quiet() -> None:
    """Silence the warnings that the libraries log on failure: the exception says it."""
    for name in ("azure", "msal"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


# ---------------------------------------------------------------- why signing in fails

_CODES = {
    "7000215": "{where}.client-secret-variable: the secret in {variable} is wrong (its value is needed, not its id)",
    "7000222": "{where}.client-secret-variable: the secret in {variable} has expired; make a new one",
    "700016": "{where}.client-id {client}: the tenant {tenant} knows no such application",
    "7000229": "{where}.client-id {client}: the application has no service principal in the tenant {tenant}",
    "90002": "{where}.tenant {tenant}: there is no such tenant",
    "900023": "{where}.tenant {tenant}: there is no such tenant",
    "700027": "{where}.certificate {certificate}: not registered for the application {client}, or expired there",
    "1000502": "{where}.certificate {certificate}: it has expired",
    "700024": "{where}.federated-token-file: the federated token has expired or is not valid yet; check the clock",
    "70021": "{where}.client-id {client}: no federated credential of it fits issuer, subject and audience of the token",
    "700211": "{where}.client-id {client}: no federated credential of it has the issuer of the token",
    "700212": "{where}.client-id {client}: no federated credential of it has the audience of the token",
    "700213": "{where}.client-id {client}: no federated credential of it has the subject of the token",
    "65001": "{where}.client-id {client}: nobody has consented to its permissions; an administrator must",
    "500011": "live.scope {scope}: the tenant {tenant} knows no such resource",
    "1002012": "live.scope {scope}: must end in /.default",
    "70011": "live.scope {scope}: must end in /.default",
    "53003": "{where}.client-id {client}: conditional access of the tenant {tenant} forbids this sign-in",
}
"""Codes of the token service (AADSTS…) and the setting to look at."""


def sentence_of(error: Exception, method: str, login: Login, live: Live) -> str:
    """Why signing in with a method failed; a text that is already such a sentence is repeated."""
    text = " ".join(str(error).split())
    context = {
        "where": login.where,
        "tenant": login.tenant or "of the caller",
        "client": login.client_id or "of the caller",
        "certificate": login.certificate,
        "variable": login.client_secret_variable,
        "scope": live.scope,
    }
    if isinstance(error, Unready):
        return text
    code = re.search(r"AADSTS(\d+)", text)
    if code:
        known = _CODES.get(code[1], "{where}.sign-in " + method + ": refused")
        return f"{known.format(**context)} (AADSTS{code[1]})."
    if "invalid_instance" in text or "not well-known" in text:
        return (
            f"live.authority {live.authority} is unknown to the vendor; set live.instance-discovery = false if it is."
        )
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate verify failed" in text:
        return f"live.authority {live.authority} shows a certificate nobody trusts; name its issuer in live.ca-bundle."
    if "authority configuration" in text:
        return f"{login.where}.tenant {context['tenant']}: {live.authority} knows no such tenant."
    if _unreachable(error):
        return f"live.authority {live.authority} cannot be reached: {_short(text)}."
    if method == "azure-cli":
        return f"{login.where}.sign-in is azure-cli, and that gave no token (az login?): {_short(text)}."
    if method == "managed":
        return f"{login.where}.sign-in is managed, and this machine has no managed identity to offer: {_short(text)}."
    if method == "default":
        return (
            f"{login.where}.sign-in: nothing in the default chain could sign in; set sign-in, tenant and client-id, "
            "or the AZURE_ variables."
        )
    return f"{login.where}.sign-in {method} failed: {_short(text)}."


def _unreachable(error: BaseException | None) -> bool:
    """Whether no answer came at all; the library wraps that in other exceptions."""
    for _ in range(6):
        if error is None:
            return False
        if type(error).__name__.startswith(("ServiceRequest", "ServiceResponse")):
            return True
        error = error.__cause__ or error.__context__
    return False


def _short(text: str) -> str:
    text = text.removeprefix("Authentication failed: ")
    sentence = re.split(r"(?<=[.!?])\s|\s\(Caused|To mitigate|Visit the", text)[0]
    return sentence[:200].rstrip(". ")
