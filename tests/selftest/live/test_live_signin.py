"""Signing in: every way that works, every way that does not and its one sentence, and renewing."""

import json
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tenant import CLIENT, PERMISSION, TENANT, Registration, certificate

from restore_conformance.live import signin
from restore_conformance.live.settings import live_from
from restore_conformance.live.signin import sign_in
from restore_conformance.settings.files import configuration
from restore_conformance.verdicts import Unready

READ = "BackupRestore-Restore.Read.All"
FEDERATED = {"sign_in": "workload"}


@pytest.fixture
def certified(tenant, tmp_path):
    """A certificate that the application has registered."""
    path, made = certificate(tmp_path, "registered")
    tenant.entra.registrations[CLIENT].certificates.append(made)
    return path


@pytest.fixture
def federated(tenant, tmp_path):
    """A file with a federated token."""
    path = tmp_path / "federated.jwt"
    path.write_text(tenant.entra.federated_token())
    return path


def token(tenant, **changes):
    live = live_from(configuration(str(tenant.config(**changes))))
    return sign_in(live.login, live)


# ---------------------------------------------------------------- what works


def test_client_secret(tenant):
    """A secret brings a token that the target takes."""
    assert tenant.service.tokens.get(token(tenant).text) == "good"


def test_certificate(tenant, certified):
    """So does a certificate: the assertion is signed with its key."""
    made = token(tenant, sign_in="certificate", certificate=str(certified))
    assert tenant.service.tokens.get(made.text) == "good"


def test_certificate_with_a_password(tenant, tmp_path, monkeypatch):
    """The key may be locked; the password is in a variable."""
    path, made = certificate(tmp_path, "locked", password=b"open sesame")
    tenant.entra.registrations[CLIENT].certificates.append(made)
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", "open sesame")
    assert token(tenant, sign_in="certificate", certificate=str(path)).text in tenant.entra.issued


def test_workload_identity(tenant, federated):
    """A federated token in a file needs no secret."""
    made = token(tenant, sign_in="workload", federated_token_file=str(federated))
    assert tenant.service.tokens.get(made.text) == "good"


def test_github_workflow(tenant, monkeypatch):
    """A GitHub workflow asks for its federated token itself, afresh for each sign-in."""
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{tenant.entra.address}/github?api=1")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "workflow")
    assert token(tenant, sign_in="github").text in tenant.entra.issued


def test_default_chain(tenant, monkeypatch):
    """The default chain of azure-identity finds the variables its users know."""
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
    assert token(tenant, sign_in="default").text in tenant.entra.issued


def test_azure_cli(tenant, tmp_path, monkeypatch):
    """Whoever is signed in with az is asked through it."""
    issued = tenant.entra.issue(CLIENT, Registration())
    said = {"accessToken": issued, "expiresOn": "2036-01-01 00:00:00.000000", "expires_on": int(time.time()) + 3600}
    (tmp_path / "bin").mkdir()
    az = tmp_path / "bin" / "az"
    az.write_text(f"#!/bin/sh\necho '{json.dumps(said)}'\n")
    az.chmod(0o755)
    monkeypatch.setenv("PATH", f"{az.parent}:/usr/bin:/bin")
    assert token(tenant, sign_in="azure-cli").text == issued


def test_managed_identity(tenant, monkeypatch):
    """A managed identity is asked for where the platform says; the library knows the forms."""
    asked = []

    class Credential:
        def __init__(self, client_id=None, **_):
            asked.append(client_id)

        def get_token(self, scope):
            return type("Token", (), {"token": "a token", "expires_on": time.time() + 60})

    monkeypatch.setattr("azure.identity.ManagedIdentityCredential", Credential)
    assert token(tenant, sign_in="managed").text == "a token"
    assert asked == [CLIENT]


def test_the_way_follows_from_the_settings(tenant, certified, monkeypatch):
    """Without sign-in, what is configured says how: here a certificate, since there is no secret."""
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    assert token(tenant, sign_in=None, certificate=str(certified)).text in tenant.entra.issued


def test_instance_discovery_asks_about_an_unknown_authority(tenant, monkeypatch):
    """Switched on, the vendor is asked whether the authority is its own; a no is one sentence with the setting."""
    monkeypatch.setattr("msal.authority.WORLD_WIDE", tenant.entra.address.removeprefix("https://"))
    with pytest.raises(Unready, match=r"live\.authority .* live\.instance-discovery = false"):
        token(tenant, instance_discovery=True)
    assert "instance" in tenant.entra.asked


# ---------------------------------------------------------------- what does not


def wrong(tenant, tmp_path, monkeypatch):
    """Every wrong configuration: a name, what makes it, the exit code, and what its sentence names."""
    entra, main = tenant.entra, tenant.entra.registrations[CLIENT]
    old, made_old = certificate(tmp_path, "old", days=-1, begun=30)
    young, made_young = certificate(tmp_path, "young", days=30, begun=-2)
    stranger, _ = certificate(tmp_path, "stranger")
    locked, _ = certificate(tmp_path, "closed", password=b"open sesame")
    curve, _ = certificate(tmp_path, "curve", key=ec.generate_private_key(ec.SECP256R1()))
    main.certificates += [made_old, made_young]
    main.expired_secrets.add("old-secret")
    reader = "11111111-2222-4333-8444-555555555555"
    entra.registrations[reader] = Registration(secrets={"right-secret"}, roles=(READ,), kind="read-only")
    files = {}
    for name, text in {
        "stale": entra.federated_token(lasts=-60),
        "stranger": entra.federated_token(subject="repo:somebody/else:ref:refs/heads/main"),
        "audience": entra.federated_token(audience="api://something"),
        "text": "no token at all",
        "rubbish": "rubbish",
    }.items():
        files[name] = tmp_path / f"{name}.txt"
        files[name].write_text(text)

    def environ(name, value):
        return lambda: monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)

    cert = {"sign_in": "certificate"}
    work = {"sign_in": "workload"}
    github = environ("ACTIONS_ID_TOKEN_REQUEST_URL", f"{entra.address}/github")
    return [
        ("wrong secret", {}, environ("AZURE_CLIENT_SECRET", "wrong"), 3, "client-secret-variable"),
        ("expired secret", {}, environ("AZURE_CLIENT_SECRET", "old-secret"), 3, "has expired"),
        ("no secret", {}, environ("AZURE_CLIENT_SECRET", ""), 2, "AZURE_CLIENT_SECRET"),
        ("unknown tenant", {"tenant": "22222222-2222-4333-8444-555555555555"}, None, 3, "live.tenant"),
        ("odd tenant", {"tenant": "a b"}, None, 2, "live.tenant"),
        ("no tenant", {"tenant": None}, None, 2, "live.tenant"),
        ("unknown application", {"client_id": "33333333-2222-4333-8444-555555555555"}, None, 3, "live.client-id"),
        ("no application", {"client_id": None}, None, 2, "live.client-id"),
        ("missing consent", {"client_id": reader}, None, 3, PERMISSION),
        ("wrong scope", {"scope": "https://graph.microsoft.com/User.Read"}, None, 3, "live.scope"),
        ("odd scope", {"scope": "User.Read"}, None, 2, "live.scope"),
        ("expired certificate", cert | {"certificate": str(old)}, None, 3, "expired on"),
        ("certificate not valid yet", cert | {"certificate": str(young)}, None, 3, "valid only from"),
        ("certificate not registered", cert | {"certificate": str(stranger)}, None, 3, "live.certificate"),
        ("certificate locked", cert | {"certificate": str(locked)}, None, 3, "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        ("certificate missing", cert | {"certificate": "/nowhere.pem"}, None, 2, "live.certificate"),
        ("certificate unset", cert, None, 2, "live.certificate"),
        ("certificate rubbish", cert | {"certificate": str(files["rubbish"])}, None, 2, "live.certificate"),
        ("certificate of a curve", cert | {"certificate": str(curve)}, None, 2, "RSA"),
        ("federated token stale", work | {"federated_token_file": str(files["stale"])}, None, 3, "expired at"),
        ("federated token of another", work | {"federated_token_file": str(files["stranger"])}, None, 3, "subject"),
        ("federated token for another", work | {"federated_token_file": str(files["audience"])}, None, 3, "audience"),
        ("federated token rubbish", work | {"federated_token_file": str(files["text"])}, None, 2, "JSON web token"),
        ("federated token missing", work | {"federated_token_file": "/nowhere"}, None, 2, "federated-token-file"),
        ("federated token unset", work, None, 2, "federated-token-file"),
        ("workflow without permission", {"sign_in": "github"}, None, 3, "id-token: write"),
        ("workflow refused", {"sign_in": "github"}, github, 3, "id-token: write"),
        ("authority unreachable", {"authority": "https://localhost:1"}, None, 3, "live.authority"),
        ("authority in the clear", {"authority": "http://localhost"}, None, 2, "live.authority"),
        ("authority not trusted", {"ca_bundle": None}, None, 3, "live.ca-bundle"),
        ("trust missing", {"ca_bundle": "/nowhere.pem"}, None, 2, "ca-bundle"),
        ("trust rubbish", {"ca_bundle": str(files["rubbish"])}, None, 2, "ca-bundle"),
        ("base in the clear", {"base": "http://localhost/beta"}, None, 2, "live.base"),
        ("base without version", {"base": "https://localhost"}, None, 2, "live.base"),
        ("base with a resource", {"base": "https://localhost/solutions/x/beta"}, None, 2, "live.base"),
        ("unknown way", {"sign_in": "password"}, None, 2, "live.sign-in"),
        ("unknown setting", {"tennant": "x"}, None, 2, "live.tennant"),
        ("wrong type", {"workers": "two"}, None, 2, "live.workers"),
        ("out of range", {"workers": 99}, None, 2, "live.workers"),
        ("az not there", {"sign_in": "azure-cli"}, environ("PATH", "/nowhere"), 3, "azure-cli"),
        ("state not writable", {"state": "/proc/nowhere"}, None, 2, "live.state"),
        ("restore points missing", {"restore_points": "/nowhere"}, None, 2, "restore-points"),
    ]  # fmt: skip


def test_every_wrong_configuration_has_its_sentence(tenant, command, tmp_path, monkeypatch):
    """Forty wrong configurations: one sentence that names the setting, the right exit code, and nothing sent."""
    before = tenant.sessions
    for name, changes, act, exit_code, says in wrong(tenant, tmp_path, monkeypatch):
        with monkeypatch.context() as context:
            if act:
                for setting in ("AZURE_CLIENT_SECRET", "PATH", "ACTIONS_ID_TOKEN_REQUEST_URL"):
                    context.setenv(setting, __import__("os").environ.get(setting, ""))
                context.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "not this workflow")
                act()
            config = tenant.config(**changes)
            code, out, err = command("run", "--target", "live", "--config", config, "--yes", "--report", tmp_path / "r")
        assert code == exit_code, f"{name}: {code} {out}{err}"
        assert says in err, f"{name}: {err}"
        assert err.count("\n") == 1, f"{name} takes more than a line: {err}"
        assert "right-secret" not in err, name
        monkeypatch.setenv("AZURE_CLIENT_SECRET", "right-secret")
        monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_URL", raising=False)
    assert tenant.sessions == before


def test_signing_in_has_a_total(tenant, monkeypatch):
    """A token service that deals its answer out for ever is left after a while, with a sentence."""
    over = threading.Event()

    class Slow:
        def get_token(self, _):
            over.wait(10)

        def close(self):
            over.set()

    monkeypatch.setitem(signin._CREDENTIALS, "client-secret", lambda *_: Slow())
    monkeypatch.setattr(signin, "SIGN_IN", 0.1)
    live = live_from(configuration(str(tenant.config())))
    with pytest.raises(Unready, match="no token came within"):
        signin.sign_in(live.login, live)
