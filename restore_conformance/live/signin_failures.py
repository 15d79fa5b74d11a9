"""One sentence for each way in which signing in fails, with the setting to look at.

Reads what the library raised as text; imports no library and signs nobody in.
"""

from __future__ import annotations

import re

from restore_conformance.live.settings import Live, Login
from restore_conformance.verdicts import Unready

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
