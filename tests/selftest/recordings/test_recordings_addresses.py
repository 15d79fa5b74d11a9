"""Which version and which spelling of an address is judge_har, and what is said of the others."""

import pytest
from traffic import BASE, CREATE, changed, only, reshown, shown

from restore_conformance.cli import main
from restore_conformance.recorded.addresses import Intake
from restore_conformance.targets.target import other_version

OTHER = [
    "/v1.0", "/v1.0/", "/V1.0", "/v1%2E0", "/v1%252E0", "/v1.0/5a2f6f0e-1f37-4d9c-9d0f-4d1f5d0e7c11",
    "/v1.0/myorganization", "/graph/v1.0", "/graph/v1.0/contoso.example", "/proxy/https://graph.example/v1.0",
    "/graph-v1.0", "/v1_0", "/1.0", "/v1.0;x=1", "/v1.0/beta", "/beta/v1.0", "/v2", "/api/v1",
]  # fmt: skip


@pytest.mark.parametrize("prefix", OTHER)
def test_another_version_is_left_out_in_every_spelling(prefix, broken, judge_har):
    """v1.0 is not judge_har as beta: left out, counted, and named."""

    def elsewhere(one):
        one["request"]["url"] = one["request"]["url"].replace("/beta/", f"{prefix}/")

    found, _, source, result = judge_har(changed(broken, elsewhere))
    assert found == []
    assert result.exit == 3
    assert f"{len(broken)} exchanges with another version than beta" in source.note


def test_a_version_that_only_the_answers_name_is_left_out(broken, judge_har):
    """Below a proxy's own prefix the address names no version, and the context of the answer does."""

    def elsewhere(one):
        one["request"]["url"] = one["request"]["url"].replace("/beta/", "/")
        answer = shown(one)
        if answer and "@odata.context" in answer:
            reshown(one, answer | {"@odata.context": "https://graph.example/v1.0/$metadata#x/$entity"})

    found, _, source, _ = judge_har(changed(broken, elsewhere))
    assert found == []
    assert "another version than beta (v1.0)" in source.note


SPELLINGS = {
    "pascal": lambda url: url.replace("sharePoint", "SharePoint").replace("/restoreS", "/RestoreS"),
    "lower": str.lower,
    "capital version": lambda url: url.replace("/beta/", "/BETA/"),
    "trailing slash": lambda url: url + "/",
    "double slash": lambda url: url.replace("/beta/", "/beta//").replace("Restore/", "Restore//"),
    "encoded": lambda url: url.replace("/beta/solutions", "/beta/%73olutions"),
    "prefix": lambda url: url.replace("/beta/", "/api/v2/graph/beta/"),
    "tenant": lambda url: url.replace("/beta/", "/beta/myorganization/"),
    "parentheses": lambda url: (
        url.replace("restoreSessions/", "restoreSessions('") + ("')" if "/restoreS" in url else "")
    ),
}


@pytest.mark.parametrize("how", SPELLINGS)
def test_other_spellings_of_the_address_are_matched(how, good, broken, judge_har):
    def spell(one):
        one["request"]["url"] = SPELLINGS[how](one["request"]["url"])

    only(judge_har, good, broken, spell)
    assert judge_har(changed(good, spell))[2].exchanges == len(good)


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_refusal_of_another_spelling_is_not_held_against_a_server(status, good, judge_har):
    """A server may know the documented spelling alone (RFC 3986, 6.2.2.1)."""

    def refuse(one):
        one["request"]["url"] = one["request"]["url"].lower()
        one["response"]["status"] = status
        reshown(one, {"error": {"code": "BadRequest", "message": "Resource not found for the segment."}})

    found, _, source, _ = judge_har(changed(good, refuse))
    assert found == []
    assert "not spelled as documented" in source.note


def test_what_is_left_out_is_counted_by_reason():
    intake = Intake()
    for method, url in (
        ("OPTIONS", f"{BASE}{CREATE}"), ("GET", "https://a.example/app.js"), ("POST", f"https://a.example/v1.0{CREATE}"),
        ("GET", f"{BASE}/solutions/backupRestore/restorePoints"), ("POST", f"{BASE}{CREATE}"),
    ):  # fmt: skip
        intake.address(method, url)
    assert list(intake.lines()) == [
        "1 exchange with a method that this API does not have, as a browser's preflight was left out",
        "2 exchanges to other addresses were left out",
        "1 exchange with another version than beta (v1.0) was left out",
    ]


def test_versions_of_beta_are_none():
    for path in ("/beta", "/BETA/", "", "/graph/beta/contoso-v2.example", "/api/v3/beta", "/vendor/beta"):
        assert other_version(path) == ""


@pytest.mark.parametrize("base", ["/v1.0", "/V1.0/", "/v1.0//", "/graph/v1%2E0", "/v1.0/myorganization"])
def test_a_run_of_v1_is_refused_in_one_sentence(base, tmp_path, capsys):
    """v1.0 is no edition of ours, so nothing is sent there."""
    for host in ("http://127.0.0.1:9", "https://graph.microsoft.com", "http://emulator.example"):
        assert main(["run", "--target", host + base, "--token", "some", "--report", str(tmp_path)]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "v1.0" in error
