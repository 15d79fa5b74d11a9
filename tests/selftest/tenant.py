"""A tenant on loopback: a token service that speaks Entra's client credentials over TLS, and the mock behind it.

Tokens are JWTs with the claims Graph's tokens have; the mock takes exactly those that were issued and not yet
expired. Shared by the tests of the live mode.
"""

import base64
import contextlib
import datetime
import gc
import json
import threading
import time
import uuid
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import jwt
import trustme
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.server import listen, serving
from restore_conformance.mock.session import APPLICATION

TENANT = "0f4c3a52-7d3c-4d55-9a5b-2f1f3f2d6a10"
CLIENT = APPLICATION["id"]
PERMISSION = "BackupRestore-Restore.ReadWrite.All"
ISSUER = "https://token.actions.example"
SUBJECT = "repo:someone/something:ref:refs/heads/main"
SCOPE = "https://graph.microsoft.com/.default"


class Tokens(dict):
    """Tokens to kinds of caller; one past its end is an expired one."""

    ends: dict

    def __init__(self, *args):
        super().__init__(*args)
        self.ends = {}

    def get(self, token, default=None):
        kind = super().get(token, default)
        return "expired" if kind and self.ends.get(token, time.time() + 1) <= time.time() else kind


@dataclass
class Registration:
    """An application: its secrets, certificates and federated credentials, and what its tokens allow."""

    secrets: set = field(default_factory=set)
    expired_secrets: set = field(default_factory=set)
    certificates: list = field(default_factory=list)
    federated: bool = False
    roles: tuple = (PERMISSION,)
    kind: str = "good"


class Entra:
    """The token service. `lifetime` is what tokens promise, `truth` what they keep."""

    def __init__(self):
        self.address = ""
        self.issuer_key = rsa.generate_private_key(65537, 2048)
        self.begin(Tokens())

    def begin(self, tokens):
        """Forget everything."""
        self.tokens = tokens
        self.registrations = {CLIENT: Registration(secrets={"right-secret"}, federated=True)}
        self.lifetime = 3600.0
        self.truth = 3600.0
        self.issued = []
        self.asked = []

    # ------------------------------------------------------------------ routes

    def application(self):
        return Starlette(
            routes=[
                Route("/{tenant}/v2.0/.well-known/openid-configuration", self.discovery),
                Route("/common/discovery/instance", self.instance),
                Route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"]),
                Route("/github", self.github),
            ]
        )

    async def discovery(self, request):
        tenant = request.path_params["tenant"]
        self.asked.append("discovery")
        if tenant != TENANT:
            return self.refusal(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        base = f"{self.address}/{tenant}"
        return JSONResponse(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            }
        )

    async def instance(self, request):
        self.asked.append("instance")
        return JSONResponse({"error": "invalid_instance", "error_description": "AADSTS50049: Unknown instance."}, 400)

    async def github(self, request):
        if request.headers.get("authorization") != "Bearer workflow":
            return JSONResponse({}, 401)
        return JSONResponse({"value": self.federated_token(audience=request.query_params["audience"])})

    async def token(self, request):
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append("token")
        if request.path_params["tenant"] != TENANT:
            return self.refusal(400, "invalid_request", 90002, "Tenant not found.")
        found = self.registrations.get(form.get("client_id"))
        if found is None:
            return self.refusal(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        if form.get("grant_type") != "client_credentials":
            return self.refusal(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        scope = form.get("scope", "").split()
        if SCOPE not in scope:
            return self.refusal(400, "invalid_scope", 1002012, "The provided value for scope is not valid.")
        refused = self.checked(found, form)
        if refused is not None:
            return refused
        issued = self.issue(form["client_id"], found)
        return JSONResponse(
            {"token_type": "Bearer", "expires_in": int(self.lifetime), "ext_expires_in": int(self.lifetime),
             "access_token": issued}
        )  # fmt: skip

    # ------------------------------------------------------------------ what is checked

    def checked(self, found, form):
        if "client_secret" in form:
            if form["client_secret"] in found.expired_secrets:
                return self.refusal(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
            if form["client_secret"] not in found.secrets:
                return self.refusal(401, "invalid_client", 7000215, "Invalid client secret provided.")
            return None
        assertion = form.get("client_assertion", "")
        header = jwt.get_unverified_header(assertion)
        if "x5t" in header or "x5t#S256" in header:
            return self.by_certificate(found, assertion, header)
        return self.by_federation(found, assertion)

    def by_certificate(self, found, assertion, header):
        for certificate in found.certificates:
            marks = {mark(certificate, hashes.SHA1()), mark(certificate, hashes.SHA256())}
            if {header.get(name, "").rstrip("=") for name in ("x5t", "x5t#S256")} & marks:
                key = certificate.public_key()
                jwt.decode(assertion, key, algorithms=["RS256", "PS256"], options={"verify_aud": False})
                return None
        return self.refusal(401, "invalid_client", 700027, "The certificate is not registered on the application.")

    def by_federation(self, found, assertion):
        try:
            said = jwt.decode(
                assertion, self.issuer_key.public_key(), algorithms=["RS256"], audience="api://AzureADTokenExchange"
            )
        except jwt.ExpiredSignatureError:
            return self.refusal(401, "invalid_client", 700024, "Client assertion is not within its valid time range.")
        except jwt.InvalidAudienceError:
            return self.refusal(401, "invalid_client", 700212, "No matching federated identity record: audience.")
        if not found.federated or said["sub"] != SUBJECT:
            return self.refusal(401, "invalid_client", 700213, "No matching federated identity record: subject.")
        return None

    def refusal(self, status, error, code, text):
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        trace = str(uuid.uuid4())
        said = f"AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {trace} Timestamp: {stamp}"
        return JSONResponse(
            {"error": error, "error_description": said, "error_codes": [code], "timestamp": stamp,
             "trace_id": trace, "correlation_id": trace}, status
        )  # fmt: skip

    # ------------------------------------------------------------------ what is issued

    def issue(self, client, found):
        now = int(time.time())
        made = jwt.encode(
            {"aud": "https://graph.microsoft.com", "tid": TENANT, "appid": client, "idtyp": "app", "iat": now,
             "nbf": now, "exp": now + int(self.lifetime), "roles": list(found.roles), "uti": uuid.uuid4().hex},
            "a key that only this token service knows, and nobody checks", algorithm="HS256",
        )  # fmt: skip
        self.tokens[made] = found.kind
        self.tokens.ends[made] = time.time() + self.truth
        self.issued.append(made)
        return made

    def federated_token(self, audience="api://AzureADTokenExchange", subject=SUBJECT, lasts=300):
        now = int(time.time())
        said = {"iss": ISSUER, "sub": subject, "aud": audience, "iat": now, "exp": now + lasts}
        return jwt.encode(said, self.issuer_key, algorithm="RS256")


def mark(certificate, digest):
    return base64.urlsafe_b64encode(certificate.fingerprint(digest)).rstrip(b"=").decode()


def certificate(folder, name, *, days=30, begun=1, key=None, password=None):
    """A self-signed certificate with its key in one PEM file, as users of Entra keep them."""
    key = key or rsa.generate_private_key(65537, 2048)
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=begun))
        .not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    raw = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    path = Path(folder) / f"{name}.pem"
    path.write_bytes(raw + made.public_bytes(serialization.Encoding.PEM))
    return path, made


class Tenant:
    """The whole of it: a service with its sessions, the token service before it, and the files a user would have."""

    def __init__(self, folder, entra, front, base, trust):
        self.folder = folder
        self.entra = entra
        self.front = front
        self.base = base
        self.trust = trust
        self.points = folder / "restore-points.txt"
        self.points.write_text("\n".join(str(uuid.uuid4()) for _ in range(40)))
        self.items = folder / "items.txt"
        keys = [",".join(str(uuid.uuid4()) for _ in range(4)) for _ in range(40)]
        self.items.write_text("\n".join(f"eJxBrowse0 {key}" for key in keys))
        self.state = folder / "state"

    @property
    def service(self):
        return self.front.service

    def config(self, text="", **changes):
        """A configuration file; `changes` set or (with None) drop settings of [live]."""
        values = {
            "base": self.base, "authority": self.entra.address, "instance-discovery": False,
            "ca-bundle": str(self.trust), "tenant": TENANT, "client-id": CLIENT, "sign-in": "client-secret",
            "restore-points": str(self.points), "granular-items": str(self.items), "state": str(self.state),
            "requests-per-second": 0,
        } | {name.replace("_", "-"): value for name, value in changes.items()}  # fmt: skip
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None]
        path = self.folder / f"config-{uuid.uuid4().hex[:6]}.toml"
        path.write_text("[live]\n" + "\n".join(lines) + "\n" + text)
        return path

    def bystander(self, count=1, payload=None):
        """Somebody else who uses the same application at the same time; gives the ids of their drafts."""
        token = next(iter(t for t, k in self.service.tokens.items() if k == "good"), None) or self.entra.issue(
            CLIENT, Registration()
        )
        made = []
        for number in range(count):
            points = [{"restorePoint": {"id": str(uuid.uuid4())}, "destinationType": "new"}]
            said = ({"siteRestoreArtifacts": points}, {})[number % 2] if payload is None else payload
            headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
            target = "/solutions/backupRestore/sharePointRestoreSessions"
            answer = self.service.handle(Request("POST", target, headers, json.dumps(said).encode()))
            assert answer.status == 201, answer
            made.append(json.loads(answer.body)["id"])
        return made

    @property
    def sessions(self):
        return set(self.service.sessions)


@contextlib.contextmanager
def served(application, certificate):
    """An ASGI application over TLS in a thread; yields its address."""
    listening = listen()
    running = uvicorn.Server(
        uvicorn.Config(
            application, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1,
            ssl_certfile=certificate[0], ssl_keyfile=certificate[1],
        )
    )  # fmt: skip
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(timeout=10)
        listening.close()


@contextlib.contextmanager
def tls(folder):
    """A certificate for loopback and the bundle to trust it: (certificate, key), bundle."""
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    trust = folder / "trust.pem"
    authority.cert_pem.write_to_path(str(trust))
    chain, key = folder / "server.pem", folder / "server.key"
    chain.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    made.private_key_pem.write_to_path(str(key))
    yield (chain, key), trust


class Front:
    """Stands before a service, so that one server may serve a fresh one for each test."""

    def __init__(self):
        self.service = Service()
        self.address = ""

    def handle(self, request):
        self.service.address = self.address
        return self.service.handle(request)


@contextlib.contextmanager
def servers(folder):
    """Token service and mock over TLS while the block runs; `tenant` makes them new for each test."""
    front, entra = Front(), Entra()
    with tls(folder) as (pair, trust), served(entra.application(), pair) as address, serving(front, pair) as base:
        entra.address = address
        yield front, entra, base.replace("127.0.0.1", "localhost"), trust
    # TLS connections whose client went away without a word are left to the collector by the servers' loops.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def tenant(running, folder):
    """A fresh tenant on running servers."""
    front, entra, base, trust = running
    front.service = Service()
    front.service.tokens = Tokens()
    front.address = base
    entra.begin(front.service.tokens)
    return Tenant(folder, entra, front, base, trust)
