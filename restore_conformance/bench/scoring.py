"""Runs the suite against one server of the bench and says whether it judged it as it should."""

from __future__ import annotations

from dataclasses import dataclass, field

from restore_conformance.bench.environments import Troubled
from restore_conformance.campaign import Campaign
from restore_conformance.clauses import Clause, Register
from restore_conformance.concluding import Result
from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.mock.faults.seeding import Fault
from restore_conformance.mock.variants import composed
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded, Target
from restore_conformance.verdicts import Exit, Level, Verdict


@dataclass(slots=True)
class Score:
    """How one server was judged. `right` says whether as it should; `blamed` the findings, musts first."""

    name: str
    kind: str
    right: bool
    caught: bool = False
    first: bool = False
    blamed: list[str] = field(default_factory=list)
    reason: str = ""
    requests: int = 0
    exchanges: int = 0
    seconds: float = 0.0


def _run(register: Register, service: Service, profile: str, target: Target | None = None, seed: int = 1) -> Result:
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    settings = Settings(token=tokens["good"], identities=others, profile=profile, seed=seed)
    return Campaign(settings, target or Embedded(service), register).run()


def fits(fault: Fault, made: Clause) -> bool:
    """Whether a clause is the one a fault breaks: by its address, or by the statement or row it rests on."""
    if fault.blames.startswith("row:"):
        operation, _, code = fault.blames[4:].partition("/")
        return (made.operation == operation and made.row == code) or fault.blames in made.statements
    if fault.blames.startswith("page:"):
        return made.operation == fault.blames[5:] or fault.blames in made.statements
    return fault.blames in {made.address, *made.statements}


def _scored(name: str, kind: str, result: Result) -> Score:
    found = [v for v in result.verdicts if v.verdict is Verdict.FAIL]
    found.sort(key=lambda v: v.clause.level is not Level.MUST)
    return Score(
        name, kind, False, blamed=[v.clause.address for v in found], reason=result.reason,
        requests=result.requests - result.shrinking, exchanges=result.exchanges, seconds=result.seconds,
    )  # fmt: skip


def score_fault(register: Register, name: str, profile: str) -> Score:
    """A fault is judged right if it is caught and its first finding names the clause it breaks.

    Caught: the run fails; or, for a clause that is no *must*, there is a finding for it.
    """
    fault = FAULTS[name]
    result = _run(register, seeded(name), profile)
    score = _scored(name, "fault", result)
    wanted = [made for made in register.clauses if fits(fault, made)]
    binding = any(made.level is Level.MUST for made in wanted)
    score.caught = result.exit is Exit.BROKEN if binding else bool(score.blamed)
    score.first = bool(score.blamed) and register[score.blamed[0]] in wanted
    score.right = score.caught and score.first
    return score


def score_variant(register: Register, names: list[str], profile: str, seed: int = 1) -> Score:
    """A variant, or several, is judged right if nothing is found and the run is conformant."""
    result = _run(register, composed(names), profile, seed=seed)
    score = _scored("+".join(names) or "plain", "variant", result)
    score.right = result.exit is Exit.CONFORMANT and not score.blamed
    return score


def score_environment(register: Register, name: str, profile: str) -> Score:
    """An environment is judged right if no finding comes of it."""
    service = Service()
    result = _run(register, service, profile, Troubled(Embedded(service), name))
    score = _scored(name, "environment", result)
    score.right = not score.blamed and result.exit in {Exit.CONFORMANT, Exit.UNJUDGED}
    return score
