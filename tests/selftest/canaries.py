"""Canaries by form: what a secret of each kind looks like, and what it is called when it is found."""

import base64
import json


def _part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


JWT = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part({'aud': 'graph', 'x': 'canary'})}.c2lnbmF0dXJlLWNhbmFyeQ"
TENANT = "7d1f3c52-90ab-4c3e-8f21-aaaabbbbcccc"

FORMS = {
    "token": (JWT, "a token"),
    "token without a signature": (f"{JWT.rpartition('.')[0]}.", "a token"),
    "encrypted token": (f"{_part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}{'.Y2FuYXJ5' * 4}", "a token"),
    "bearer": ("Bearer canary-0123456789-abcdef", "a bearer token"),
    "refresh token": ("0.AXYA" + "canary0123456789" * 5, "a refresh token"),
    "client secret": ("abc8Q~" + "canary_0123456789.abcdefghijklmnop", "a client secret"),
    "private key": ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
    "shared access": ("https://x.example/y?sv=1&sig=canary0123456789%2Fabcdefgh%3D", "a signature of shared access"),
    "mail": ("canary.person@corp-canary.com", "a mail address"),
    "sharepoint host": ("canarycorp.sharepoint.com", "a private host"),
    "tenant domain": ("canarycorp.onmicrosoft.com", "a private host"),
    "private host": ("https://canary.corp-internal.net/x", "a private host"),
    "tenant in an authority": (
        f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token", "an id of a tenant or of a user",
    ),
    "tenant as an issuer": (f"https://sts.windows.net/{TENANT}/", "an id of a tenant or of a user"),
    "mail in base64": (base64.b64encode(b"a mail canary.person@corp-canary.com here").decode(), "a coded secret"),
}  # fmt: skip
