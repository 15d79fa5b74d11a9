"""Plants canary secrets in the traffic of a run, and looks for them in whatever was written.

A value is betrayed once, where a secret of its kind stands, and planted again coded, in answers that came before.
"""

import base64
import json
import random
import re
import uuid
from urllib.parse import quote

from restore_conformance.exchange import Response

CODINGS = ("plain", "json", "url", "base64", "base64url", "hex", "jwt", "lines")
BY_FORM = ("plain", "json", "url")


def word(chance, length=14):
    return "".join(chance.choice("abcdefghjkmnpqrstvwxyz23456789") for _ in range(length))


def guid(chance):
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def jwt(claims):
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")  # noqa: E731
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


def identity(member, key):
    return lambda value: {"createdBy": {member: {key: value}}}


def claim(name):
    return lambda value: {"headers": [("Authorization", f"Bearer {jwt({name: value, 'aud': 'graph'})}")]}


NAME = lambda c: f'Canary Ünal {word(c)} "O\'Hara"'  # noqa: E731 - letters that every coding treats differently
MAIL = lambda c: f"canary.{word(c)}@corp-{word(c, 6)}.example-corp.com"  # noqa: E731
OPAQUE = lambda c: f"canary-{word(c, 24)}"  # noqa: E731

KNOWN = {
    **{f"{m} id": (guid, identity(m, "id")) for m in ("user", "application", "device", "group", "servicePrincipal")},
    **{f"{m} name": (NAME, identity(m, "displayName")) for m in ("user", "application", "device", "group")},
    "user mail": (MAIL, identity("user", "email")),
    "user principal": (MAIL, identity("user", "userPrincipalName")),
    "tenant id": (guid, identity("user", "tenantId")),
    "identity key": (guid, identity("user", "identity")),
    **{f"claim {n}": (guid, claim(n)) for n in ("tid", "oid", "appid", "sid")},
    **{f"claim {n}": (NAME, claim(n)) for n in ("name", "given_name", "family_name")},
    **{f"claim {n}": (MAIL, claim(n)) for n in ("upn", "email", "preferred_username", "unique_name")},
    "claim sub": (OPAQUE, claim("sub")),
    "bearer token": (OPAQUE, lambda v: {"headers": [("Authorization", f"Bearer {v}")]}),
    "cookie": (OPAQUE, lambda v: {"headers": [("Cookie", f"session={v}; theme=dark")]}),
    "set-cookie": (OPAQUE, lambda v: {"answer-headers": [("Set-Cookie", f"auth={v}; Path=/; HttpOnly")]}),
    "proxy credentials": (OPAQUE, lambda v: {"headers": [("Proxy-Authorization", f"Basic {v}")]}),
    "api key": (OPAQUE, lambda v: {"headers": [("X-Api-Key", v)]}),
    "refresh token": (OPAQUE, lambda v: {"refresh_token": v}),
    "client secret": (OPAQUE, lambda v: {"client_secret": v}),
    "site name": (NAME, lambda v: {"siteName": v}),
}
"""Kinds known from tokens or identity members: how one looks, and where it is betrayed."""

FORM = {
    "token by form": lambda c: jwt({"x": word(c)}),
    "mail by form": MAIL,
    "tenant by form": lambda c: f"https://login.microsoftonline.com/{guid(c)}/oauth2/v2.0/token",
    "sharepoint host": lambda c: f"canary{word(c)}.sharepoint.com",
    "tenant domain": lambda c: f"canary{word(c)}.onmicrosoft.com",
}
"""Kinds known by their form alone."""


def coded(value, coding, chance):
    """A value in one of the codings, with other text around it."""
    raw = (word(chance, chance.randrange(4)) + value + word(chance, chance.randrange(4))).encode()
    if coding == "plain":
        return value
    if coding == "json":
        return json.dumps({"inner": value})
    if coding == "url":
        return "https://mock.example/?q=" + quote(value, safe="")
    if coding == "base64":
        return base64.b64encode(raw).decode()
    if coding == "base64url":
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if coding == "hex":
        return value.encode().hex()
    if coding == "jwt":
        return "Bearer " + jwt({"note": value})
    at = chance.randrange(4, len(value) - 4)
    return value[:at] + "\r\n " + value[at:]


class Planting:
    """A service around another, which betrays and plants canaries in its answers and in the requests it is sent."""

    def __init__(self, service, number, seed=1):
        self._service = service
        self._chance = random.Random(seed)
        self.planted = []
        self._betrayals, self._waiting = [], []
        kinds = list(KNOWN)
        for at in range(number):
            if at % 8 == 7:
                kind = list(FORM)[at // 8 % len(FORM)]
                value, codings = FORM[kind](self._chance), BY_FORM
            else:
                kind = kinds[at % len(kinds)]
                make, betray = KNOWN[kind]
                value, codings = make(self._chance), CODINGS
                self._betrayals.append(betray(value))
            coding = codings[(at + at // 8) % len(codings)]
            self.planted.append((kind, coding, self._essence(value)))
            self._waiting.append(coded(value, coding, self._chance))

    @staticmethod
    def _essence(value):
        """What of a value must not survive: the tenant of an address, else all of it."""
        found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)
        return found[0] if value.startswith("https://") and found else value

    def exchanges(self, each=12):
        """Requests and answers that hold all of it: what is planted first, what betrays it last."""
        planted, betrayals = self._waiting, self._betrayals
        for at in range(0, len(planted), each):
            notes = planted[at : at + each]
            body = {
                "error": {"code": "Canary", "message": " | ".join(n for n in notes if "\n" not in n), "notes": notes}
            }
            headers = [("X-Note", n) for n in notes if "\n" not in n and n.isascii()]
            yield [], json.dumps(body, ensure_ascii=at % 2 == 0), headers
        for one in betrayals:
            rest = {name: value for name, value in one.items() if name not in {"headers", "answer-headers"}}
            yield one.get("headers", []), json.dumps(rest), one.get("answer-headers", [])

    def answer(self, body, headers):
        return Response(400, (("Content-Type", "application/json"), *headers), body.encode())


HEAD = 12


def survivors(planted, folder):
    """Canaries that can be found in any file of a folder, in any coding: (kind, coding, value, file)."""
    index = {}
    for one in planted:
        for look in looks(one[2]):
            index.setdefault(look[:HEAD].lower(), []).append((look.lower(), one))
    found = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", "replace").lower()
        views = {text, text.replace("\\\\r\\\\n ", "").replace("\\r\\n ", "").replace("\r\n ", "")}
        views |= {view.replace('\\\\"', '"').replace('\\"', '"') for view in views}
        for view in views:
            for at in [i for i in range(len(view)) if view[i : i + HEAD] in index]:
                found |= {(*one, path.name) for look, one in index[view[at : at + HEAD]] if view.startswith(look, at)}
    return sorted(found)


def looks(value):
    """How a value may still be recognised."""
    raw = value.encode()
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(json.dumps(value)[1:-1])[1:-1]
    yield quote(value, safe="")
    yield raw.hex()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw).decode()
        text = text[4 if shift else 0 : len(text) - 4]
        yield text
        yield text.replace("+", "-").replace("/", "_")
