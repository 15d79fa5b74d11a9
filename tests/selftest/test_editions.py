"""Editions: which there are, which binds, and what a server of the seed page may do with a newer member."""

import json

import pytest
from looking import failed, request_of

from restore_conformance.campaign.sweep import bodies
from restore_conformance.clauses import Clause
from restore_conformance.cli import main
from restore_conformance.contract import places
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import LATEST, as_of_edition, chosen, editions, names_in
from restore_conformance.exchange import Exchange, Response
from restore_conformance.judging import Judge
from restore_conformance.mock import Refusal, Service
from restore_conformance.recogniser import Recogniser
from restore_conformance.stimuli import PROFILES, Materials, drawn, made_up, plan
from restore_conformance.stimuli.stimulus import Stimulus
from restore_conformance.verdicts import Exit, UsageError, Verdict

SEED = chosen()
JSON = (("Content-Type", "application/json"),)
NEWER = SEED.newer_members
ONLY_GRANULAR = "create/request-body.conflict-behavior-granular-only"
ACCEPTED = "create/request-body.conflict-behavior-accepted"
DESTINATION = "create/request-body.granular-destination"
SEVERAL = "create/errors.several-defects"
DEEP = pytest.param("deep", marks=pytest.mark.deep)
OURS = frozenset({"siteRestoreArtifacts", "granularSiteRestoreArtifacts", "siteRestoreArtifactsBulkAdditionRequests"})
ELEMENTS = frozenset({"restorePoint", "destinationType", "id", "browseSessionId"})


def passes_over():
    """A server of the seed page to which a newer member is one more unknown member."""
    service = Service()
    service.unknown_members = NEWER
    return service


def _refusing(unknown):
    service = passes_over()
    known = service._known

    def parse(payload):
        if unknown(payload):
            raise Refusal(400, "BadRequest", "The payload holds a member that is not known.")
        return known(payload)

    service._known = parse
    return service


def refuses_newer():
    """A server of the seed page that answers 400 to members that came later."""
    return _refusing(lambda payload: names_in(payload, NEWER))


def refuses_unknown():
    """A server of the seed page that answers 400 to every member that the page does not name, annotations included."""

    def unknown(payload):
        if any(name.partition("@")[0] not in OURS and name != "@odata.type" for name in payload):
            return True
        items = payload.get("granularSiteRestoreArtifacts")
        items = items if isinstance(items, list) else []
        if any(isinstance(one, dict) and not set(one) <= {"browseSessionId", "id", "@odata.type"} for one in items):
            return True
        sites = payload.get("siteRestoreArtifacts")
        sites = sites if isinstance(sites, list) else []
        return any(isinstance(one, dict) and not set(one) <= {"restorePoint", "destinationType"} for one in sites)

    return _refusing(unknown)


@pytest.mark.parametrize("profile", ["quick", pytest.param("standard", marks=pytest.mark.deep), DEEP])
@pytest.mark.parametrize("server", [passes_over, refuses_newer, refuses_unknown])
def test_a_server_of_the_seed_page_is_conformant(judged, server, profile):
    """By default, whatever it does with a member that it does not know; and what it does not follow is shown."""
    draws = {"drawn": 1000} if profile == "deep" else {}
    for changes in ({}, {"as_of": "2026-02-28"}) if profile == "standard" else ({},):
        result = judged(server(), profile, **draws, **changes)
        assert failed(result) == []
        assert result.exit is Exit.CONFORMANT, result.reason
        not_followed = {f.clause.address for f in result.verdicts if f.newer and f.newer.verdict is Verdict.FAIL}
        musts = {one for one in not_followed if one in {ONLY_GRANULAR, ACCEPTED, DESTINATION}}
        assert musts == ({ONLY_GRANULAR} if server is passes_over else {ACCEPTED, DESTINATION})


def test_the_latest_edition_binds(judged):
    """The server that passes over newer members breaks the clause that forbids one, and the advice beside it."""
    result = judged(passes_over(), "standard", edition=LATEST)
    assert failed(result) == [ONLY_GRANULAR, "create/request-body.conflict-behavior-values"]
    assert result.exit is Exit.BROKEN
    assert not any(found.newer for found in result.verdicts)
    assert failed(judged(refuses_newer(), "standard", edition=LATEST)) == [DESTINATION, ACCEPTED]


def test_a_feature_is_not_blamed_for_another(judged):
    """A server that refuses conflict behaviour alone breaks the clause about it, not that about destinations."""
    conflict = {"": NEWER[""]}
    service = _refusing(lambda payload: names_in(payload, conflict))
    service.unknown_members = conflict
    assert failed(judged(service, "standard", edition=LATEST)) == [ACCEPTED]
    places_of_items = {"granularSiteRestoreArtifacts": NEWER["granularSiteRestoreArtifacts"]}
    service = _refusing(lambda payload: names_in(payload, places_of_items))
    service.unknown_members = {}
    assert failed(judged(service, "standard", edition=LATEST)) == [DESTINATION]


def test_a_refusal_of_both_features_blames_neither(register):
    """The constructed example holds both, so a refusal of it alone says nothing of either."""
    judge, recogniser = Judge(register, edition=chosen(LATEST)), Recogniser()
    example = pinned().json("create/examples/granular-conflict-behavior.constructed.request.json")
    assert names_in(example, {"": NEWER[""]})
    tags = recogniser(_create(example)).tags | {"400", "4xx", "object"}
    assert {ACCEPTED, DESTINATION}.isdisjoint(made.address for made in judge.applicable(tags))


def _create(payload):
    return request_of(Stimulus("", json.dumps(payload).encode()))


@pytest.mark.parametrize("profile", ["quick", pytest.param("standard", marks=pytest.mark.deep), DEEP])
def test_no_binding_clause_rests_on_a_newer_member(register, profile):
    """Over the whole plan and its draws, whatever the answer: newer clauses alone judge such a request."""
    judge, recogniser, materials = Judge(register), Recogniser(), made_up()
    sent = plan(materials, PROFILES[profile])
    if PROFILES[profile].drawn:
        sent += drawn(materials, 1500, 3) + drawn(made_up(LATEST), 1500, 3)
    answers = ({"201", "2xx", "object"}, {"400", "4xx", "object"}, {"500", "5xx"}, set())
    held = 0
    for stimulus in sent:
        request = request_of(stimulus)
        try:
            payload = json.loads(request.body or b"")
        except ValueError:
            continue
        if not isinstance(payload, dict) or not names_in(payload, NEWER):
            continue
        held += 1
        tags = recogniser(request).tags
        for answer in answers:
            binding = [c.address for c in judge.applicable(tags | answer) if SEED.binds(c.since)]
            assert binding == [], stimulus.family
    assert held >= 3


def test_draws_hold_no_newer_member():
    """By default only the few planned stimuli about them do; the latest edition draws them again."""
    for stimulus in drawn(made_up(), 150, 5):
        assert not _holds(stimulus.body)
    assert any(_holds(stimulus.body) for stimulus in drawn(made_up(LATEST), 100, 5))


@pytest.mark.deep
def test_every_draw_and_the_sweep_hold_no_newer_member():
    """The whole of what the deep profile draws."""
    assert not any(_holds(stimulus.body) for stimulus in drawn(made_up(), 5000, 5))
    assert not any(_holds(body) for body in bodies(400, 1, SEED))


def test_an_unknown_annotation_may_be_refused_in_its_own_way(register):
    """An object without artifacts that holds one is no plain empty object: another code than its own is fair."""
    judge, recogniser = Judge(register), Recogniser()
    request = _create({"@example.note": 1})
    exchange = Exchange(1, request, Response(400, JSON, b'{"error":{"code":"BadRequest","message":"Unknown."}}'))
    exchange.observation.sent = recogniser(request)
    judge.exchange(exchange)
    assert "empty-object" in exchange.sent.tags
    assert exchange.failed == frozenset()


def _holds(body):
    try:
        payload = json.loads(body or b"")
    except ValueError:
        return False
    return isinstance(payload, dict) and names_in(payload, NEWER)


def test_a_change_with_a_newer_member_is_no_ground_for_a_verdict(register, judged):
    """A request that holds such a member is judged by no binding clause."""
    recogniser = Recogniser()
    body = b'{"granularSiteRestoreArtifacts@delta":[{"browseSessionId":"b","id":"i","destinationType":"new"}]}'
    request = request_of(drawn(made_up(), 1, 1)[0])
    path = f"{request.target}/61633878-8321-4950-bfaf-ed285bdd1461"
    sent = recogniser(type(request)("PATCH", path, request.headers, body))
    assert sent.operation == "update"
    assert SEED.is_newer(sent.tags)
    plain = recogniser(type(request)("PATCH", path, request.headers, body.replace(b',"destinationType":"new"', b"")))
    assert not SEED.is_newer(plain.tags)

    judge, known = Judge(register), {"session:draft", "asked:update", "200", "2xx"}
    assert judge.applicable(frozenset({*plain.tags, *known}))
    assert judge.applicable(frozenset({*sent.tags, *known})) == []


def test_the_table_and_the_schemas_agree(register):
    """Every clause belongs to an edition, and every member that a schema dates later than the first is in the table."""
    every = editions()
    assert [one.since for one in every] == sorted(one.since for one in every)
    assert all(one.adds and one.source for one in every)
    for made in register.clauses:
        assert made.since <= every[-1].since, made.address
    request = pinned().json("create/request.json")
    assert as_of_edition(request, every[-1].since) == request
    seed = as_of_edition(request, SEED.until)
    items = seed["properties"]["granularSiteRestoreArtifacts"]["items"]["properties"]
    assert set(items) == {"browseSessionId", "id"}
    assert [name for name in seed["patternProperties"] if "conflict" in name] == []
    assert Materials().members("granular").keys() - items.keys() == NEWER["granularSiteRestoreArtifacts"]


@pytest.mark.parametrize(
    ("name", "as_of", "found", "until", "later"),
    [
        ("", "", "2026-02", "2026-02", ["2026-06"]),
        ("2026-06", "", "2026-06", "2026-06", []),
        (LATEST, "", "2026-06", "2026-06", []),
        ("", "2026-05-31", "2026-02", "2026-02", ["2026-06"]),
        ("", "2026-06-01", "2026-06", "2026-06", []),
        ("", "2030-01", "2026-06", "2026-06", []),
        ("", "2025-01-01", "2026-02", "2025-01", ["2026-06"]),
    ],
)
def test_an_edition_is_chosen_by_name_or_by_day(name, as_of, found, until, later):
    made = chosen(name, as_of)
    assert (made.edition.name, made.until, [one.name for one in made.later]) == (found, until, later)


def test_before_the_first_edition_what_began_later_is_left_out():
    """Neither bound nor shown, as the clauses of a newer edition would be."""
    early = chosen(as_of="2025-01-01")
    assert early.binds("2024-12")
    assert not early.binds("2026-02")
    assert early.newer("2026-02") is None
    assert early.newer("2026-06") is None
    assert SEED.newer("2026-06").name == "2026-06"


def test_an_unknown_edition_is_named_with_the_known_ones(capsys):
    with pytest.raises(UsageError, match="There is no edition '2027'; there are: 2026-02, 2026-06, latest"):
        chosen("2027")
    for command in (["run"], ["serve"], ["clauses"], ["openapi"], ["judge", "x.har"]):
        assert main([*command, "--edition", "2027"]) == 2
        assert "There is no edition '2027'" in capsys.readouterr().err
    assert main(["run", "--edition", LATEST, "--as-of", "2026-02-28"]) == 2
    assert "--edition and --as-of both say which edition binds" in capsys.readouterr().err


def test_every_report_says_which_edition_bound(tmp_path, capsys):
    """The seed page's mock does not follow one clause of three; no report calls that a failure."""
    assert main(["run", "--profile", "quick", "--report", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "CONFORMANT (edition 2026-02): " in said
    line = (
        "Edition 2026-06, which does not bind in this run: of 3 must clauses new in it, 1 is not followed "
        f"({ONLY_GRANULAR}); with --edition latest it binds."
    )
    assert line in said
    record = json.loads((tmp_path / "run.json").read_text())
    assert pinned().breaches("run.schema.json", record) == []
    assert record["settings"]["edition"] == "2026-02"
    assert record["edition"] == {
        "name": "2026-02",
        "since": "2026-02",
        "chosen": "default",
        "newer": [{"name": "2026-06", "judged": 3, "not_followed": [ONLY_GRANULAR]}],
    }
    entry = next(one for one in record["clauses"] if one["id"] == ONLY_GRANULAR)
    assert (entry["verdict"], entry["findings"]) == ("none", [])
    assert entry["newer"]["verdict"] == "fail"
    assert "got 201" in entry["newer"]["findings"][0]["message"]
    assert record["summary"]["fail"] == 0
    assert "of 3 must clauses new in it, 1 is not followed" in (tmp_path / "report.md").read_text()
    assert "of 3 must clauses new in it, 1 is not followed" in (tmp_path / "report.html").read_text()
    junit = (tmp_path / "junit.xml").read_text()
    assert 'failures="0"' in junit
    assert "new in edition 2026-06, which does not bind in this run: not followed" in junit


def test_the_latest_edition_says_so_and_binds_all(tmp_path, capsys):
    assert main(["run", "--profile", "quick", "--edition", LATEST, "--report", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "CONFORMANT (edition 2026-06): " in said
    assert "not followed" not in said
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["edition"] == {"name": "2026-06", "since": "2026-06", "chosen": "edition", "newer": []}
    assert {one["verdict"] for one in record["clauses"] if one["id"] in {ONLY_GRANULAR, ACCEPTED, DESTINATION}} == {
        "pass"
    }


def test_openapi_and_clauses_follow_the_edition(capsys):
    for options, there in (([], False), (["--edition", LATEST], True)):
        assert main(["openapi", *options]) == 0
        assert ("conflictBehavior" in capsys.readouterr().out) is there
        assert main(["clauses", "create/request-body.conflict", *options]) == 0
        assert ("[edition 2026-06, not binding]" in capsys.readouterr().out) is not there


def test_clauses_of_the_register_know_their_edition(register):
    """The clauses that newer editions add are few, and none is essential."""
    newer = [made for made in register.clauses if SEED.newer(made.since)]
    assert {made.address for made in newer} >= {ONLY_GRANULAR, ACCEPTED, DESTINATION}
    assert all(isinstance(made, Clause) and made.heading == "request body" for made in newer)
    assert places.SCHEMAS.joinpath("editions.toml").exists()
