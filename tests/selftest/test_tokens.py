"""Tokens of every form: what is sent, what is refused in a sentence, and that the target is never blamed for them."""

from contextlib import closing

import pytest

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.campaign.sender import Sender
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Request
from restore_conformance.judging.trouble import never_sent
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.recogniser import Recogniser
from restore_conformance.settings import STAND_IN, Settings
from restore_conformance.settings.values import identities_from, token_from
from restore_conformance.stimuli import FAMILIES, Knobs, made_up
from restore_conformance.targets import Embedded, Http
from restore_conformance.verdicts import Exit, UsageError, Verdict

ODD = ["T", "1", "-", "ab", "11", "a.b", "a b", "x" * 5000, "self-made", "eyJ.e30.", "{token}", "aA", "tT1"]


def served_with(token):
    service = Service()
    service.tokens = {token: "good", **{t: kind for t, kind in service.tokens.items() if kind != "good"}}
    return service


@pytest.mark.parametrize("token", ODD, ids=lambda token: token[:9])
def test_an_altered_token_is_another_one_and_can_be_sent(token):
    """Whatever the token, each way to alter it gives a token that is not empty, not the same, and no other caller's."""
    settings = Settings(token=token, identities={"read-only": f"{token}x", "expired": token[:-1] or "y"})
    sender = Sender(Embedded(Service()), Recogniser(callers=settings.callers()), settings.tokens())
    for family in ("token-altered", "token-malformed"):
        for variant in range(FAMILIES[family].variants):
            request = sender.request(FAMILIES[family](made_up(), Knobs(1, 0, variant, 1)))
            value = request.header("Authorization")
            assert value == value.strip()
            assert value.isprintable()
            assert not sender.recogniser(request).tags & {"valid", "caller:read-only", "caller:expired"}, value
            assert family != "token-altered" or value.partition(" ")[2] not in {"", *settings.tokens().values()}


@pytest.mark.parametrize("token", ["T", "12", "a b"])
def test_a_conforming_server_conforms_whatever_its_token(register, token):
    """The command of the README, with toy tokens, finds nothing at a server that keeps the contract."""
    with serving(served_with(token)) as base, closing(Http(base)) as target:
        result = Campaign(Settings(target=base, token=token, profile="quick"), target, register).run()
    assert [v.clause.address for v in result.verdicts if v.verdict in {Verdict.FAIL, Verdict.ERROR}] == []
    assert result.exit is Exit.CONFORMANT


def test_no_token_on_a_target_that_asks_for_one_could_not_be_judged(register):
    """The run ends early, blames nobody, and says what to give."""
    result = Campaign(Settings(profile="quick"), Embedded(Service()), register).run()
    assert result.exit is Exit.UNJUDGED
    assert "--token" in result.reason
    assert "RESTORE_CONFORMANCE_TOKEN" in result.reason
    assert not any(v.verdict is Verdict.FAIL for v in result.verdicts)
    assert result.requests < 12


def without_authentication(*, any_bearer):
    """A server that looks at no token, or is content with any."""
    service = Service()

    def handle(request, known=service.handle):
        value = request.header("Authorization")
        if any_bearer and not (value or "").startswith("Bearer "):
            return known(request)
        kept = tuple(pair for pair in request.headers if pair[0].lower() != "authorization")
        return known(
            Request(request.method, request.target, (*kept, ("Authorization", f"Bearer {good}")), request.body)
        )

    good = service.token
    service.handle = handle
    return service


@pytest.mark.parametrize("token", ["", "T"])
def test_a_target_that_needs_no_token_is_judged_with_or_without_one(register, token):
    """All of it is judged; that it serves who shows no token is what the page says it must not."""
    service = without_authentication(any_bearer=False)
    result = Campaign(Settings(token=token, profile="quick"), Embedded(service), register).run()
    failed = [v.clause.address for v in result.verdicts if v.verdict is Verdict.FAIL]
    assert "create/request-headers.authorization-required" in failed
    assert all(".authorization-" in address for address in failed), failed
    assert sum(v.verdict is Verdict.PASS for v in result.verdicts) > 100


def test_a_target_that_takes_any_token_is_judged_without_one(register):
    """The stand-in is as good as any other there, and the rest of the contract gets its verdicts."""
    service = without_authentication(any_bearer=True)
    result = Campaign(Settings(profile="quick"), Embedded(service), register).run()
    failed = [v.clause.address for v in result.verdicts if v.verdict is Verdict.FAIL]
    assert set(failed) <= {"create/request-headers.authorization-token"}


@pytest.mark.parametrize(
    ("given", "token"),
    [
        ("T", "T"),
        (" T\n", "T"),
        ("Bearer T", "T"),
        ("bearer\tT", "T"),
        ("Bearer", ""),
        ("", ""),
        ("Bearers", "Bearers"),
    ],
)
def test_a_pasted_scheme_is_taken_off_and_said(given, token):
    """The scheme and white space are no part of a token; only what was taken off is worth a note."""
    notes = []
    assert token_from(given, notes.append) == token
    assert len(notes) == given.strip().lower().startswith(("bearer ", "bearer\t")) + (given == "Bearer")


@pytest.mark.parametrize("given", ["ä", "a\nb", "a\x00b", "a\tb", "😀"])
def test_a_token_that_no_header_can_carry_is_bad_usage(given):
    """One sentence, without the token in it."""
    for act in (lambda: token_from(given, print), lambda: identities_from([f"expired={given}"], "", print)):
        with pytest.raises(UsageError, match="no Authorization header can carry") as error:
            act()
        assert given not in str(error.value)


def test_a_caller_that_is_refused_has_a_token_of_its_own():
    """One token cannot stand for two callers of whom one is refused; a delegated one may be the good one."""
    assert identities_from(["delegated=T", "expired=E"], "T", print) == {"delegated": "T", "expired": "E"}
    for pairs in (["read-only=T"], ["read-only=R", "expired=R"], ["application=A", "personal=A"]):
        with pytest.raises(UsageError, match="needs its own"):
            identities_from(pairs, "T", print)


def test_the_stand_in_is_no_setting():
    """A report says that no token was given, whatever was sent for it."""
    assert Settings().shown()["token"] == "unset"
    assert Settings().tokens()["good"] == STAND_IN


@pytest.mark.parametrize("value", ["Bearer ", "Bearer ä", "Bearer a\nb"])
def test_what_our_own_client_refuses_is_an_error_of_ours(register, value):
    """It never leaves, is blamed on nobody, and is no verdict of the target."""
    with serving(Service()) as base, closing(Http(base)) as target:
        settings = Settings(token="T", target=base, profile="quick")
        campaign = Campaign(settings, target, register, script=lambda c: c.observe(c.sender.send(odd)))
        odd = Request("POST", CREATE, (("Authorization", value), ("Content-Type", "application/json")), b"{}")
        heard = campaign.sender.send(odd)
        result = campaign.run()
    assert never_sent(heard)
    assert heard.blame is None
    assert result.exit is Exit.INTERNAL
    assert not any(v.verdict is Verdict.FAIL for v in result.verdicts)
    assert "our own client" in result.reason
