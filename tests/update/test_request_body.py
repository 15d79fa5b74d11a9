"""What may be sent to change a draft."""

from restore_conformance.checks import access, transitions
from restore_conformance.clauses import clause, sent, trusted, without
from restore_conformance.verdicts import Untouched

DRAFT = sent("update", "session:draft") & trusted


@clause(when=DRAFT & sent("change:clean", "change:additions") & without("change:both"))
def test_additions(exchange, known):
    """Artifacts can be added to a draft."""
    transitions.taken(exchange, known)


@clause(when=DRAFT & sent("change:clean", "change:removals") & without("change:both"))
def test_removals(exchange, known):
    """Artifacts can be removed from a draft."""
    transitions.taken(exchange, known)


@clause(when=DRAFT & sent("change:clean", "change:both"))
def test_additions_beside_removals(exchange, known):
    """One change adds and removes."""
    transitions.taken(exchange, known)


@clause(when=DRAFT & sent("sole:mixed"))
def test_exclusive_artifacts(exchange, known):
    """Changes to both kinds in one request are refused."""
    transitions.turned_down(exchange, known)


@clause(when=DRAFT & sent("change:plain", "open:plain-lists"))
def test_plain_lists(exchange, known):
    """Plain lists are accepted or refused."""
    access.ready(exchange, known)
    change = exchange.sent.change
    if change.defects or change.open != {"plain-lists"}:
        raise Untouched("more than the plain list may be refused")
    return "accept" if exchange.status == 200 else "reject"


@clause(when=DRAFT & sent("sole:different-destination"))
def test_one_destination(exchange, known):
    """Additions go to one kind of place."""
    transitions.not_taken(exchange, known)
