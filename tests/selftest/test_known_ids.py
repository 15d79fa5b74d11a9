"""Ids that exist only ever add evidence, on a target that checks ids and on one that does not."""

import pytest
from looking import failed

from restore_conformance.mock import Refusal, Service, rules
from restore_conformance.verdicts import Exit, Level, Verdict

POINTS = tuple(f"aaaaaaaa-1111-4222-8333-{n:012x}" for n in range(8))
BROWSES = ("browse-one", "browse-two")
ITEMS = tuple(
    {"browseSessionId": BROWSES[n % 4 == 3], "id": f"bbbbbbbb-1111-4222-8333-{n:012x},{POINTS[0]}"} for n in range(8)
)
NAMED = [(POINTS, ITEMS), (POINTS, ()), ((), ITEMS), (POINTS[:1], ITEMS[:1])]


def checking(first=False):
    """A service that knows its ids, and looks at them before or after everything else.

    No row of the error table names the answer to an item that is not there: these two give it a code of their own.
    """
    service = Service()

    def known(payload):
        for element in payload.get(rules.SITE) or []:
            point = element.get("restorePoint") if isinstance(element, dict) else None
            name = point.get("id") if isinstance(point, dict) else None
            if isinstance(name, str) and name.lower() not in POINTS:
                raise Refusal(400, "InvalidRestorePoint")
        for element in payload.get(rules.GRANULAR) or []:
            key = element.get("id") if isinstance(element, dict) else None
            if isinstance(key, str) and key not in {item["id"] for item in ITEMS}:
                raise Refusal(400, "BadRequest") if first else Refusal(404, "ItemNotFound")

    rest = service.create_rules
    service.create_rules = {"known": known, **rest} if first else {**rest, "known": known}
    return service


def judged_clauses(result):
    return {v.clause.address for v in result.verdicts if v.verdict in {Verdict.PASS, Verdict.FAIL}}


@pytest.mark.parametrize("profile", ["quick", pytest.param("standard", marks=pytest.mark.deep)])
@pytest.mark.parametrize(
    "make",
    [pytest.param(Service, marks=pytest.mark.deep), checking, lambda: checking(first=True)],
    ids=["lenient", "late", "early"],
)
def test_known_ids_take_no_verdict_away(judged, make, profile):
    without = judged(make(), profile)
    assert failed(without) == []
    for points, items in NAMED if profile == "standard" else NAMED[::3]:
        result = judged(make(), profile, restore_points=points, granular_items=items)
        assert failed(result) == [], (len(points), len(items))
        # Of a single artifact none can be taken out, as a session may have to keep one.
        removing = {"update/request-body.removals", "update/request-body.additions-beside-removals"}
        lost = removing if len(points) == 1 else set()
        assert judged_clauses(without) - judged_clauses(result) <= lost, (len(points), len(items))
        if points:
            assert result.exit is Exit.CONFORMANT, result.reason
            assert result.requests <= without.requests + (120 if make is not Service else 10)


@pytest.mark.deep
@pytest.mark.parametrize("make", [Service, checking])
def test_a_server_without_a_limit_is_found_with_known_ids(judged, make):
    service = make()
    service.create_rules.pop("limit")
    service.create_rules.pop("known", None)
    result = judged(service, "quick", restore_points=POINTS, granular_items=ITEMS)
    assert "create/errors.artifacts-limit" in failed(result)


def checking_changes():
    """A service that looks its ids up in changes of a draft as well."""
    service = checking()
    update = service.operations["update"][0]

    def known(asked):
        service.draft(asked)
        payload = service.payload(asked)
        lists = {name.removesuffix("@delta"): value for name, value in payload.items() if isinstance(value, list)}
        service.create_rules["known"](lists)
        return update(asked)

    service.operations["update"] = (known, True)
    return service


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_ids_that_were_made_up_are_not_missed_in_additions(judged, profile):
    """A server that checks ids may refuse made-up ones wherever they come: in a create, and in a change of a draft."""
    result = judged(checking_changes(), profile)
    assert failed_musts(result) == []
    assert result.exit is Exit.UNJUDGED, result.reason
    assert "--restore-points" in result.reason
    named = judged(checking_changes(), profile, restore_points=POINTS, granular_items=ITEMS)
    assert failed_musts(named) == []
    assert named.exit is Exit.CONFORMANT, named.reason


def test_a_server_without_granular_sessions_is_found(judged):
    """One that never shows that it knows granular artifacts is not excused for ids that were made up."""
    service = Service()

    def unknown(payload):
        if rules.GRANULAR in payload:
            raise Refusal(400, "BadRequest")

    service.create_rules = {"unknown": unknown, **service.create_rules}
    assert "create/introduction.granular-accepted" in failed_musts(judged(service, "quick"))


def failed_musts(result):
    return [v.clause.address for v in result.verdicts if v.verdict is Verdict.FAIL and v.clause.level is Level.MUST]
