"""Secrets known by their form or by the name they stand under, whoever they belong to.

Names of members, headers and parameters are data here; nothing is remembered.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from restore_conformance.scrub.placeholders import GUID, HOST, JWT, MAIL

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-ms-authorization-auxiliary", "x-api-key", "api-key"}
)
COOKIE_HEADERS = frozenset({"cookie", "set-cookie"})
REQUEST_ID_HEADERS = frozenset({"request-id", "client-request-id", "x-ms-request-id", "x-ms-correlation-request-id"})
PLAIN_HEADERS = SECRET_HEADERS | COOKIE_HEADERS | REQUEST_ID_HEADERS | frozenset(
    {
        "cache-control", "content-encoding", "content-length", "content-type", "strict-transport-security",
        "transfer-encoding", "preference-applied", "x-ms-ags-diagnostic", "www-authenticate",
    }
)  # fmt: skip
"""Names of headers that are nobody's secret."""
SCHEMES = frozenset({"bearer", "basic", "digest", "negotiate", "ntlm", "token", "apikey", "pop", "dpop", "hmac"})
CREDENTIALS = ("token", "secret")
"""How the labels of values begin that let somebody in."""
COOKIE_ATTRIBUTES = frozenset(
    {"path", "expires", "max-age", "secure", "httponly", "samesite", "domain", "partitioned", "priority"}
)

IDENTITY_SETS = ("createdBy", "lastModifiedBy")
IDENTITIES = ("application", "user", "device", "group", "servicePrincipal", "onPremises", "phone")
"""Members whose value is an identity: every text in it is somebody's."""

LABELS = {
    "displayname": "name", "givenname": "name", "surname": "name", "username": "name", "sitename": "name",
    "restoredsitename": "name", "owner": "name",
    "email": "mail", "mail": "mail", "userprincipalname": "mail", "upn": "mail", "preferred_username": "mail",
    "unique_name": "mail", "useremail": "mail", "login_hint": "mail",
    "tenantid": "tenant", "hometenantid": "tenant", "tid": "tenant", "tenant": "tenant", "tenant_id": "tenant",
    "userid": "user", "oid": "user", "objectid": "user", "appid": "application", "applicationid": "application",
    "clientid": "application", "client_id": "application", "ipaddress": "address", "ipaddr": "address",
    "browsesessionid": "browse",
    "access_token": "token", "refresh_token": "token", "id_token": "token", "accesstoken": "token",
    "refreshtoken": "token", "client_secret": "secret", "clientsecret": "secret", "client_assertion": "token",
    "password": "secret", "assertion": "token", "sig": "secret", "code_verifier": "secret", "x-api-key": "secret",
}  # fmt: skip
"""Names of members and parameters, in lower case, and what stands under them."""

PUBLIC_CLAIMS = frozenset(
    {"aud", "scp", "roles", "ver", "typ", "alg", "idtyp", "acr", "amr", "appidacr", "azpacr", "acrs", "wids"}
)
"""Claims that say what a token is good for, not whose it is."""
PUBLIC_HOSTS = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:microsoft\.com|microsoftonline\.com|microsoft\.us|windows\.net|json-schema\.org|w3\.org"
    r"|odata\.org|oasis-open\.org|openapis\.org|ietf\.org|rfc-editor\.org|github\.com|example|example\.com"
    r"|example\.org|example\.net|invalid|test|localhost)",
    re.IGNORECASE,
)
TENANT_HOST = re.compile(
    r"(?<![a-z0-9-])[a-z0-9][a-z0-9-]{0,62}(?:\.mail)?\.(?:onmicrosoft\.com|sharepoint\.com)\b", re.IGNORECASE
)
URL_HOST = re.compile(r"(?<=://)(?:([^/\s@\"'<>\\]+)@)?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)", re.IGNORECASE)
AUTHORITY_TENANT = re.compile(rf"(?<=[/=:\"' ])({GUID.pattern})(?=/(?:oauth2|v2\.0|saml2|federationmetadata)\b)", re.I)
STS_TENANT = re.compile(
    rf"(?<=sts\.windows\.net/)({GUID.pattern})|(?<=login\.microsoftonline\.com/)({GUID.pattern})", re.I
)
BEARER = re.compile(r"\b(bearer)((?:\s|%20|\+)+)([A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE)

_NAMED = "|".join(re.escape(name) for name in sorted(LABELS, key=len, reverse=True))
_REST = r'"((?:[^"\\]++|\\.)*+)("|\Z|\\\Z)'
MEMBER = re.compile(rf'("({_NAMED})"\s*:\s*){_REST}', re.IGNORECASE | re.DOTALL)
PARAMETER = re.compile(rf"(?<![A-Za-z0-9_])(({_NAMED})(?:=|%3d))([^&\s\"'<>;,\\]+)", re.IGNORECASE)
IDENTITY = re.compile(rf'("(?:{"|".join(IDENTITIES)})"\s*:\s*)(\{{[^{{}}]*+(?:\}}|\Z))')
TEXT_MEMBER = re.compile(rf'("([^"\\]+)"\s*:\s*){_REST}', re.DOTALL)

BY_FORM = (
    ("token", JWT, ("eyj",)),
    ("mail", MAIL, ("@",)),
    ("host", TENANT_HOST, ("harepo", "oft.com")),
    ("tenant", AUTHORITY_TENANT, ("oauth2", "v2.0", "aml2", "onmetadata")),
    ("tenant", STS_TENANT, ("ndow", "oftonl")),
)
"""What shows by its form alone: a label, the form, and texts of which one, in lower case, is wherever the form is.

Those texts are without i, k and s, for which a pattern that ignores case takes letters that `lower` leaves alone.
"""


def is_ip(host: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", host))


def is_private_host(host: str) -> bool:
    """Whether a host name says whose it is: not this machine, not the public service, not reserved for examples."""
    if host.startswith("127.") or host == "0.0.0.0":  # noqa: S104 - compared, not bound
        return False
    return (is_ip(host) or bool(HOST.fullmatch(host))) and not PUBLIC_HOSTS.fullmatch(host)


def claims(token: str) -> Iterator[tuple[str, str]]:
    """Who a JWT speaks of: claim and value, public claims left out. Nothing for what is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return
    for name, value in payload.items() if isinstance(payload, dict) else ():
        if name.lower() in PUBLIC_CLAIMS:
            continue
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str):
                continue
            if name == "iss":
                for found in GUID.findall(one):
                    yield "tid", found
            else:
                yield name, one


def named(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text of a JSON value that stands under a telling name: (label, text)."""
    if depth > 40:
        return
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict | list):
                yield from named(one, depth + 1)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                label = LABELS.get(name.lower())
                if label:
                    yield label, inner
            elif isinstance(inner, dict) and name in IDENTITIES:
                yield from identity(name, inner)
            elif isinstance(inner, dict | list):
                yield from named(inner, depth + 1)


def identity(kind: str, value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text of an identity, annotations apart."""
    for name, inner in value.items():
        if isinstance(inner, str) and "@" not in name:
            yield label_of(kind, name), inner


def label_of(kind: str, name: str) -> str:
    """What a text in an identity is called: the identity's kind for its id, else what its name says."""
    return LABELS.get(name.lower(), kind.lower() if name in {"id", "identity"} else "name")


def cookies(value: str) -> list[tuple[str, str]]:
    """The `name=value` parts of a cookie header that are not attributes: (whole, value)."""
    found = []
    for part in value.split(";"):
        name, mark, one = part.strip().partition("=")
        if mark and one and name.strip().lower() not in COOKIE_ATTRIBUTES:
            found.append((part.strip(), one))
    return found


def is_credential(label: str) -> bool:
    """Whether a value of that label lets somebody in."""
    return label.startswith(CREDENTIALS)
