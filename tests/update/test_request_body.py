"""What may be sent to change a draft."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story
from restore_conformance.verdicts import Deviation


@clause(when=story("change"))
def test_additions(conversation):
    """Artifacts can be added to a draft."""
    checks.answered(conversation, "update-add", 200)


@clause(when=story("change"))
def test_removals(conversation):
    """Artifacts can be removed from a draft."""
    checks.answered(conversation, "update-remove", 200)


@clause(when=story("change"))
def test_additions_beside_removals(conversation):
    """One change adds and removes."""
    checks.answered(conversation, "update-exchange", 200)


@clause(when=story("change"))
def test_exclusive_artifacts(conversation):
    """Changes to both kinds in one request are refused."""
    checks.not_done(conversation, "update-both")


@clause(when=story("change"))
def test_plain_lists(conversation):
    """Plain lists are accepted or refused."""
    status = checks.step(conversation, "update-plain").status
    return "accept" if status == 200 else "reject"


@clause(when=story("change"))
def test_one_destination(conversation):
    """Additions go to one kind of place."""
    found = checks.step(conversation, "update-two-destinations")
    if found.status is not None and 200 <= found.status < 300 and not checks.exceptions(found.answer):
        raise Deviation(
            f"expected a 4xx for additions with different destinations, got {found.status}",
            expected="4xx with an error envelope",
            observed=str(found.status),
        )
