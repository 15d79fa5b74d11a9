"""Tokens: in memory only, renewed before they end and once after a 401, without a wrong verdict."""

import json
import time
import uuid

import jwt
import pytest
from looking import some
from tenant import Registration

from restore_conformance.live.settings import Login
from restore_conformance.live.tokens import Identities, Token
from restore_conformance.verdicts import Unready


class Desk:
    """Issues numbered tokens of a length."""

    def __init__(self, lasts):
        self.lasts = lasts
        self.issued = 0

    def __call__(self, login):
        self.issued += 1
        return Token(f"token-{self.issued}", time.time() + self.lasts)


def test_a_token_is_renewed_before_it_ends(monkeypatch):
    """One that has five minutes left is not used any more; one of an hour is used again and again."""
    desk = Desk(3600)
    held = Identities({"good": Login()}, desk)
    assert [held["good"] for _ in range(5)] == ["token-1"] * 5
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3320)
    assert held["good"] == "token-2"
    assert held.renewals == 1


def test_a_refused_token_is_renewed_once_for_all():
    """Whoever comes second with the old token gets the new one; a stranger's token gets none."""
    held = Identities({"good": Login()}, Desk(3600))
    first = held["good"]
    assert held.instead_of(first) == "token-2"
    assert held.instead_of(first) == "token-2"
    assert held.instead_of("somebody else's") is None


def test_renewing_ends_where_it_bears_no_fruit():
    """A target that refuses every token is not asked for ever."""
    desk = Desk(3600)
    held = Identities({"good": Login()}, desk)
    token = held["good"]
    for _ in range(10):
        token = held.instead_of(token) or token
    assert desk.issued == 3
    held.served(token)
    assert held.instead_of(token) == "token-4"


def test_a_ready_made_token_is_not_renewed():
    """There is nobody to ask for another."""
    held = Identities({"good": Login()}, lambda _: Token("fixed", time.time() + 1, renewable=False))
    assert held["good"] == "fixed"
    assert held.instead_of("fixed") is None


def test_a_renewed_token_of_another_tenant_is_not_used():
    """Leave was given for the first one's tenant: whoever is signed in by then is somebody else."""
    tenants = iter(["a", "a", "b"])

    def ask(_):
        key = "a key that is nobody's business and long enough"
        return Token(jwt.encode({"tid": next(tenants), "jti": uuid.uuid4().hex}, key), time.time() + 3600)

    held = Identities({"good": Login()}, ask)
    second = held.instead_of(held["good"])
    assert second
    with pytest.raises(Unready, match="another tenant"):
        held.instead_of(second)
    assert held["good"] == second


@pytest.mark.parametrize("kept", some(["less than promised", "as promised"], "less than promised"))
def test_a_token_that_ends_in_mid_run_makes_no_wrong_verdict(tenant, command, tmp_path, kept):
    """Renewed before its end, or after a 401 where it ended early: the run ends as if nothing had been.

    No token, renewed ones included, and no secret is written anywhere: not in a report, the journal, or on the screen.
    """
    tenant.entra.lifetime, tenant.entra.truth = (3600, 0.3) if kept == "less than promised" else (2, 2)
    config = tenant.config(requests_per_second=45)
    code, out, err = command("run", "--target", "live", "--config", config, "--yes", "--report", tmp_path / "r")
    run = json.loads((tmp_path / "r" / "run.json").read_text())
    assert code == 0, out + err
    assert run["summary"]["fail"] == run["summary"]["inconclusive"] == run["summary"]["error"] == 0
    assert len(tenant.entra.issued) >= 3
    assert tenant.sessions == set()
    written = [path for folder in (tmp_path / "r", tenant.state) for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"run.json", "exchanges.ndjson", "support.ndjson", "journal.ndjson"}
    texts = [out, err, *(path.read_text() for path in written)]
    for secret in (*tenant.entra.issued, "right-secret"):
        assert not any(secret in text for text in texts)


def test_the_tokens_of_all_identities_judge_the_permission_table(tenant, command, tmp_path, monkeypatch):
    """Every configured caller signs in on its own, its clauses are judged, and the matrix is filled."""
    callers = {
        "read-only": ("read-only", ("BackupRestore-Restore.Read.All",)), "no-permission": ("no-permission", ()),
    }  # fmt: skip
    text = ""
    for number, (name, (kind, roles)) in enumerate(callers.items()):
        client = f"{number}0000000-2222-4333-8444-555555555555"
        tenant.entra.registrations[client] = Registration(secrets={f"secret of {name}"}, roles=roles, kind=kind)
        variable = f"SECRET_{number}"
        monkeypatch.setenv(variable, f"secret of {name}")
        text += f'[live.identity.{name}]\nclient-id = "{client}"\nclient-secret-variable = "{variable}"\n'
    for kind in ("personal", "delegated"):
        token = f"opaque-token-of-{kind}"
        tenant.service.tokens[token] = kind
        monkeypatch.setenv(f"TOKEN_{kind}", token)
        text += f'[live.identity.{kind}]\ntoken-variable = "TOKEN_{kind}"\n'
    config = tenant.config(text)
    code, out, err = command("run", "--target", "live", "--config", config, "--yes", "--report", tmp_path / "r")
    assert code == 0, out + err
    run = json.loads((tmp_path / "r" / "run.json").read_text())
    verdicts = {entry["id"]: entry["verdict"] for entry in run["clauses"]}
    for name in ("permission-required", "read-permission-insufficient", "personal-account", "delegated", "application"):
        assert verdicts[f"create/permissions.{name}"] == "pass"
    cells = {(c["operation"], c["caller"]): c for c in json.loads((tmp_path / "r" / "permissions.json").read_text())}
    for caller, expected in (("read-only", "refused"), ("no-permission", "refused"), ("personal", "refused"),
                             ("good", "allowed"), ("delegated", "allowed")):  # fmt: skip
        assert (cells["create", caller]["expected"], cells["create", caller]["verdict"]) == (expected, "pass")
    assert run["requests"] <= 72
    assert tenant.sessions == set()


def test_a_caller_that_lacks_the_permission_and_is_served_fails_the_run(tenant, command, tmp_path, monkeypatch):
    """The table is the page's: who may not and is served all the same is a broken clause."""
    client = "40000000-2222-4333-8444-555555555555"
    tenant.entra.registrations[client] = Registration(secrets={"other"}, roles=(), kind="good")
    monkeypatch.setenv("OTHER", "other")
    text = f'[live.identity.no-permission]\nclient-id = "{client}"\nclient-secret-variable = "OTHER"\n'
    config = tenant.config(text)
    code, out, _ = command("run", "--target", "live", "--config", config, "--yes", "--report", tmp_path / "r")
    assert code == 1
    assert "create/permissions.permission-required" in out
    assert tenant.sessions == set(), "the session that should have been refused is deleted"
