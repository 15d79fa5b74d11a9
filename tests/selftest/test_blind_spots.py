"""Defects that no stimulus met before, each found under the clause it breaks and under no other."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from looking import failed

from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.verdicts import Exit, Level


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("restore-point-as-text", "quick"),
        ("one-artifact-for-a-list", "quick"),
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
    assert failed(result) == [FAULTS[name].breaks]
    must = register[FAULTS[name].breaks].level is Level.MUST
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


def test_a_clock_that_is_a_month_ahead_agrees_with_itself(judged):
    """No page says what time it is: neither the Date nor the sessions are compared with ours alone."""
    service, ahead = Service(), timedelta(days=30)
    answer, render = service.answer, service.render

    def dated(asked):
        reply = answer(asked)
        reply.headers["Date"] = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
        return reply

    def later(found, **how):
        shown = render(found, **how)
        for name in ("createdDateTime", "lastModifiedDateTime"):
            shown[name] = (datetime.fromisoformat(shown[name][:19]) + ahead).isoformat() + shown[name][19:]
        return shown

    service.answer, service.render = dated, later
    assert failed(judged(service, "quick")) == []
