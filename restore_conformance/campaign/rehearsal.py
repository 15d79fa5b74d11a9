"""Finds out what has to be sent for some clauses: first the plan is carried out on the mock, and looked at.

Knows no single clause and no scenario.
"""

from __future__ import annotations

from dataclasses import replace

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.campaign.result import Result
from restore_conformance.campaign.selection import Choice, Rehearsal, needs_scenes, selected
from restore_conformance.campaign.sender import Sender
from restore_conformance.clauses import Register
from restore_conformance.mock import Service
from restore_conformance.recogniser import Recogniser
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded, Target
from restore_conformance.verdicts import Verdict


class _Distant(Embedded):
    """The mock, asked as a target beyond this machine is: nothing is activated."""

    loopback = False


def choice_of(settings: Settings, target: Target, register: Register) -> Choice | None:
    """What of the plan serves the clauses that the settings name; None for the whole plan.

    That is sent where the chosen part leaves a clause untested which the whole plan tests on the mock.
    """
    if not settings.only:
        return None
    addresses = selected(register, settings.only)
    clauses = tuple(clause for clause in register.clauses if clause.address in addresses)
    recogniser = Recogniser(callers=settings.callers(), known=settings.known_ids())
    sender = Sender(target, recogniser, settings.tokens())
    choice = Choice(
        clauses, lambda stimulus: recogniser(sender.request(stimulus)), settings.chosen(), scenes=frozenset()
    )
    if not needs_scenes(clauses):
        return choice
    whole = Rehearsal()
    tested = _rehearsed(settings, register, whole, replace(choice, scenes=None, everything=True), target)
    choice = replace(choice, scenes=whole.scenes_for(clauses))
    enough = tested <= _rehearsed(settings, register, Rehearsal(), replace(choice), target)
    return choice if enough else None


def _rehearsed(
    settings: Settings, register: Register, rehearsal: Rehearsal, choice: Choice, target: Target
) -> frozenset[str]:
    """The clauses in question that come to a verdict on the mock when a part of the plan is carried out."""
    service = Service()
    service.unknown_members = settings.chosen().newer_members
    tokens = {kind: token for token, kind in service.tokens.items()}
    asking = replace(
        settings, target="mock", token=tokens["good"], max_requests=0, max_failures=0, drawn=0,
        identities={kind: tokens[kind] for kind in settings.identities if kind in tokens},
    )  # fmt: skip
    mock = Embedded(service) if target.loopback else _Distant(service)
    result: Result = Campaign(asking, mock, register, choice=choice, rehearsal=rehearsal, keep=rehearsal.keep).run()
    return frozenset(verdict.clause.address for verdict in result.verdicts if verdict.verdict is not Verdict.NONE)
