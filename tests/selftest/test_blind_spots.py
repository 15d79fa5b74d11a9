"""Defects that no stimulus met before, each found under the clause it breaks and under no other."""

import pytest
from looking import failed

from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.verdicts import Exit, Level


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("restore-point-as-text", "quick"),
        ("one-object-taken-for-a-list", "quick"),
        ("list-taken-for-one-object", "standard"),
        ("artifact-destination-always-new", "quick"),
        ("artifact-destination-lost", "quick"),
        ("location-of-another-session", "quick"),
        ("created-days-ahead", "quick"),
        ("big-number-crashes", "standard"),
        ("deep-nesting-crashes", "standard"),
    ],
)
def test_a_blind_spot_is_seen(judged, register, name, profile):
    result = judged(seeded(name), profile)
    assert failed(result) == [FAULTS[name].blames]
    must = register[FAULTS[name].blames].level is Level.MUST
    assert result.exit is (Exit.BROKEN if must else Exit.CONFORMANT)


def test_a_creation_time_in_the_year_1_is_reported(judged):
    service = Service()
    render = service.render
    service.render = lambda found, **how: {**render(found, **how), "createdDateTime": "0001-01-01T00:00:00Z"}
    result = judged(service, "quick")
    assert failed(result) == []
    seen = next(v.seen for v in result.verdicts if v.clause.address == "create/response.created-unset")
    assert set(seen) == {"year 1"}


def test_a_clock_that_is_wrong_on_the_way_makes_no_session_days_ahead(judged):
    service = Service()
    answer = service.answer

    def skewed(asked):
        reply = answer(asked)
        reply.headers["Date"] = "Thu, 01 Jan 1998 00:00:00 GMT"
        return reply

    service.answer = skewed
    assert failed(judged(service, "quick")) == []
