"""Leave is for a tenant, as the token names it, and for a host, as the user or the token names it."""

import json
import time

import jwt
import pytest
from tenant import CLIENT, PERMISSION, TENANT

from restore_conformance.live.settings import GLOBAL, Live, Login
from restore_conformance.live.tenant import GRAPH, every_caller, has_leave, host_refused, tenant_refused
from restore_conformance.live.tokens import Claims, Identities, Token

OTHER = "5d1b9d2f-1111-4222-8333-944455556666"


def token_of(tenant, tid=TENANT, audience="https://graph.microsoft.com"):
    """A ready-made token that the service takes."""
    now = int(time.time())
    claims = {"aud": audience, "tid": tid, "appid": CLIENT, "iat": now, "exp": now + 3600, "roles": [PERMISSION]}
    made = jwt.encode(claims, "a key that is nobody's business and long enough", algorithm="HS256")
    tenant.service.tokens[made] = "good"
    return made


@pytest.fixture
def watched(tenant):
    """The tenant, with every request that reaches it."""
    plain, tenant.seen = tenant.front.service.handle, []

    def handle(request):
        tenant.seen.append(request)
        return plain(request)

    tenant.front.service.handle = handle
    return tenant


# ---------------------------------------------------------------- the tenant


@pytest.mark.parametrize("name", ["run", "cleanup", "record"])
def test_leave_for_one_tenant_is_none_for_another(watched, command, tmp_path, name):
    """The file names and allows one tenant; a token of another is not used there, with or without --yes."""
    more = {"run": ("--report", tmp_path / "r"), "record": ("--to", tmp_path / "c"), "cleanup": ()}[name]
    config = watched.config(allow=[TENANT])
    for yes in ((), ("--yes",)):
        code, out, err = command(
            name, *more, "--target", "live", "--config", config, "--token", token_of(watched, OTHER), *yes
        )
        assert code == 3, out + err
        assert "The token is for the tenant" in err
    assert watched.seen == []


def test_a_domain_gives_no_leave_to_a_ready_made_token(watched, command, tmp_path):
    """A token names its tenant by id only: which domain that is, nobody can read in it."""
    config = watched.config(tenant="contoso.example", allow=["contoso.example"])
    token = token_of(watched, OTHER)
    code, _, err = command("run", "--target", "live", "--config", config, "--token", token, "--report", tmp_path / "r")
    assert code == 3
    assert "by its id" in err
    assert watched.seen == []


def test_every_caller_needs_a_tenant_with_leave(watched, command, tmp_path, monkeypatch):
    """Another caller's token makes its requests in its own tenant."""
    monkeypatch.setenv("STRANGER", token_of(watched, OTHER))
    text = '[live.identity.no-permission]\ntoken-variable = "STRANGER"\n'
    config = watched.config(text, allow=[TENANT])
    code, _, err = command("run", "--target", "live", "--config", config, "--report", tmp_path / "r")
    assert code == 3
    assert "no-permission" in err
    assert watched.seen == []


def refusals(login, claims, allow, *, yes=False):
    return tenant_refused(Live(allow=tuple(allow), login=login), login, claims, yes=yes)


def test_what_leave_there_is():
    """By the id in the token; by the settings where signing in bound the token to them."""
    here, opaque = Claims(tenant=TENANT, readable=True), Claims()
    signed, ready = Login(sign_in="client-secret", tenant="contoso.example"), Login(sign_in="token", token="T")
    assert refusals(ready, here, [TENANT]) == ""
    assert refusals(signed, here, ["contoso.example"]) == ""
    assert refusals(Login(sign_in="certificate", tenant=TENANT), opaque, [TENANT]) == ""
    assert refusals(ready, opaque, [], yes=True) == ""
    assert refusals(ready, here, [], yes=True) == ""
    for login in (ready, Login(sign_in="managed", tenant="contoso.example"), Login(sign_in="token", tenant=TENANT)):
        assert refusals(login, opaque, ["contoso.example", TENANT])
    assert refusals(signed, here, [OTHER])
    assert refusals(Login(sign_in="client-secret", tenant=OTHER), here, [OTHER, TENANT], yes=True)


# ---------------------------------------------------------------- the host


@pytest.mark.parametrize("name", ["run", "record", "cleanup"])
def test_leave_for_a_tenant_is_none_for_every_host(watched, command, tmp_path, name):
    """A host that only --target names gets no token without --yes."""
    more = {"run": ("--report", tmp_path / "r"), "record": ("--to", tmp_path / "c"), "cleanup": ()}[name]
    config = watched.config(allow=[TENANT], base="https://graph.microsoft.com/beta")
    # Loopback is a live target for cleanup only.
    target = watched.base if name == "cleanup" else "https://elsewhere.example/beta"
    _, out, err = command(name, *more, "--target", target, "--config", config)
    assert "Nothing was sent" in out + err
    assert watched.seen == []
    assert watched.entra.asked == []


def test_the_doctor_sends_a_token_to_named_hosts_only(watched, command):
    """The doctor reads, and shows its token all the same: so it asks for the host to be named."""
    config = watched.config(base="https://graph.microsoft.com/beta")
    for token in (token_of(watched), token_of(watched, audience=GRAPH), "an-opaque-token-of-somebody"):
        code, out, _ = command("doctor", "--config", config, "--target", watched.base, "--token", token)
        assert code == 3
        assert "fix   host" in out
    assert watched.seen == []
    code, out, _ = command(
        "doctor", "--config", config, "--target", watched.base, "--token", token_of(watched), "--yes"
    )
    assert code == 0, out
    assert watched.seen != []


def test_a_host_of_the_configuration_needs_no_more_words(watched, command):
    """As the base, or as one of the hosts."""
    host = watched.base.removeprefix("https://").removesuffix("/beta")
    for config in (watched.config(), watched.config(base="https://graph.microsoft.com/beta", hosts=[host])):
        code, out, err = command("doctor", "--config", config, "--target", watched.base)
        assert code == 0, out + err


@pytest.mark.parametrize(
    ("base", "audience", "refused"),
    [
        (GLOBAL, "https://graph.microsoft.com", False),
        (GLOBAL, "https://graph.microsoft.com/", False),
        (GLOBAL, GRAPH, False),
        (GLOBAL, "", True),
        (GLOBAL, "https://vault.azure.net", True),
        (GLOBAL, "api://something", True),
        ("https://graph.microsoft.us/beta", "https://graph.microsoft.com", True),
        ("https://evil.example/beta", "https://graph.microsoft.com", True),
        ("https://evil.example/beta", "https://evil.example", True),
        ("https://evil.example/beta", GRAPH, True),
        ("https://graph.microsoft.com.evil.example/beta", GRAPH, True),
        ("https://graph.microsoft.com:8443/beta", GRAPH, True),
        ("https://evil.example/beta", "http://[", True),
    ],
)
def test_which_hosts_a_token_is_for(base, audience, refused):
    """What it says of itself counts for the service's own hosts only; an opaque one is for none."""
    claims = Claims(tenant=TENANT, audience=audience, readable=True)
    live = Live(base=base, allow=(TENANT,))
    assert bool(host_refused(live, claims, yes=False)) is refused
    assert host_refused(live, claims, yes=True) == ""
    live.named = frozenset({"evil.example"})
    assert bool(host_refused(live, claims, yes=False)) is (refused and base != "https://evil.example/beta")


def test_leave_before_signing_in():
    """Nobody is signed in for a run that could not be sent anyway."""
    allowed = Live(allow=(TENANT,))
    assert has_leave(allowed, yes=False)
    allowed.base = "https://evil.example/beta"
    assert not has_leave(allowed, yes=False)
    assert has_leave(allowed, yes=True)


# ---------------------------------------------------------------- a token and nothing else


@pytest.mark.parametrize("kind", ["application", "opaque"])
def test_a_token_alone_can_end_conformant(watched, command, tmp_path, kind):
    """As a nightly job signs in: one ready-made token, which stays the caller it is."""
    token = token_of(watched)
    if kind == "opaque":
        token = "opaque-token-0123456789abcdef"
        watched.service.tokens[token] = "good"
    config = watched.config(tenant=None, client_id=None, sign_in=None)
    arguments = ("run", "--target", "live", "--config", config, "--token", token, "--yes", "--report", tmp_path)
    code, out, err = command(*arguments)
    assert code == 0, out + err
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["verdict"] == "conformant"
    assert record["summary"]["pass"] >= 70
    assert watched.sessions == set()


def test_a_cache_that_gives_one_token_twice_does_not_relabel_it():
    """Managed identities and others hand out the same token until it ends: it stays what it was first."""
    claims = {"roles": [PERMISSION], "exp": int(time.time()) + 3600}
    token = jwt.encode(claims, "a key that is nobody's business and long enough", algorithm="HS256")
    held = Identities({"good": Login()}, lambda _: Token(token, time.time() + 3600))
    seen = []
    held.on_token.append(lambda text, kind: seen.append((text, kind)))
    every_caller(held)
    assert list(held) == ["good"]
    assert seen == [(token, "good")]
