"""Runs the suite against one server of the bench and says whether it judged it as it should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from restore_conformance.bench import generated
from restore_conformance.bench.environments import Troubled
from restore_conformance.campaign.campaign import Campaign, Watch
from restore_conformance.campaign.result import Result
from restore_conformance.clauses import Clause, Register
from restore_conformance.contract.editions import LATEST, chosen
from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, Fault
from restore_conformance.mock.sockets import serving
from restore_conformance.mock.variants import VARIANTS, reported
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded, Http, Target
from restore_conformance.verdicts import Exit, Level, Verdict


@dataclass(slots=True)
class Score:
    """How one server was judged. `right` says whether as it should; `findings` the clauses that failed, musts first.

    `deep` says of a fault that was missed that the deep profile detects it.
    """

    name: str
    kind: str
    right: bool
    detected: bool = False
    first: bool = False
    deep: bool = False
    findings: list[str] = field(default_factory=list)
    reason: str = ""
    requests: int = 0
    exchanges: int = 0
    seconds: float = 0.0


def judged(
    register: Register,
    service: Service,
    profile: str,
    *,
    target: Target | None = None,
    seed: int = 1,
    drawn: int = -1,
    edition: str = "",
    watch: Watch | None = None,
    script: Callable[[Campaign], None] | None = None,
) -> Result:
    """The result of a run against a service: in process, or over HTTP where it sends its responses in an unusual way.

    `script` sends something else than the plan of the profile.
    """
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    settings = Settings(
        token=tokens["good"], identities=others, profile=profile, seed=seed, drawn=drawn, edition=edition
    )
    if service.transport is None or target is not None:
        return Campaign(settings, target or Embedded(service), register, watch=watch, script=script).run()
    with serving(service) as base:
        reached = Http(base, clock=service.clock)  # nobody need wait, and the clock of the service goes on
        try:
            return Campaign(settings, reached, register, watch=watch, script=script).run()
        finally:
            reached.close()


def fits(fault: Fault, clause: Clause) -> bool:
    """Whether a clause is the one a fault breaks: by its address, or by the statement or row it rests on."""
    if fault.breaks.startswith("row:"):
        operation, _, code = fault.breaks[4:].partition("/")
        return (clause.operation == operation and clause.row == code) or fault.breaks in clause.statements
    if fault.breaks.startswith("page:"):
        return clause.operation == fault.breaks[5:] or fault.breaks in clause.statements
    return fault.breaks in {clause.address, *clause.statements}


def edition_of(register: Register, name: str) -> str:
    """The edition under which a fault shows: the newest where every clause that it breaks began after the pinned one.

    A fault may also say of itself that it shows only by a member of a newer edition.
    """
    fault, pinned = generated.fault(name), chosen()
    if fault is None:
        return pinned.edition.name
    wanted = [clause for clause in register.clauses if fits(fault, clause)]
    newer = bool(wanted) and not any(pinned.binds(clause.since) for clause in wanted)
    return chosen(LATEST).edition.name if newer or fault.newer else pinned.edition.name


def _scored(name: str, kind: str, result: Result) -> Score:
    failed = [verdict.clause for verdict in result.verdicts if verdict.verdict is Verdict.FAIL]
    failed.sort(key=lambda clause: clause.level is not Level.MUST)
    return Score(
        name, kind, False, findings=[clause.address for clause in failed], reason=result.reason,
        requests=result.requests - result.shrinking, exchanges=result.exchanges, seconds=result.seconds,
    )  # fmt: skip


def score_fault(register: Register, name: str, profile: str, drawn: int = -1) -> Score:
    """A fault is judged right if it is detected and its first finding names the clause it breaks.

    Detected: the run fails; or, for a clause that is not a *must*, it has a finding. What rests on a statement or
    a row may break either kind. `drawn` is how many stimuli are drawn, as the profile says if it is less than 0. A
    fault of a newer edition is judged by that edition.
    """
    fault = generated.fault(name)
    assert fault is not None
    result = judged(register, generated.with_fault(name), profile, drawn=drawn, edition=edition_of(register, name))
    score = _scored(name, "fault" if name in FAULTS else "generated fault", result)
    wanted = [clause for clause in register.clauses if fits(fault, clause)]
    binding = any(clause.level is Level.MUST for clause in wanted)
    advised = {clause.address for clause in wanted if clause.level is not Level.MUST}
    score.detected = result.exit is Exit.BROKEN or not advised.isdisjoint(score.findings)
    if not binding:
        score.detected = score.detected or bool(score.findings)
    score.first = bool(score.findings) and register[score.findings[0]] in wanted
    score.right = score.detected and score.first
    return score


def score_variant(register: Register, names: list[str], profile: str, seed: int = 1) -> Score:
    """A variant, or several, is judged right if the run is conformant and nothing is found but what they name.

    A generated one names nothing: what only a *should* asks for may be found.
    """
    result = judged(register, generated.with_variants(names), profile, seed=seed)
    own = [name for name in names if name in VARIANTS]
    score = _scored("+".join(names) or "plain", "variant" if own == names else "generated variant", result)
    score.right = result.exit is Exit.CONFORMANT and (own != names or reported(names).issuperset(score.findings))
    return score


def score_environment(register: Register, name: str, profile: str) -> Score:
    """An environment is judged right if it causes no finding."""
    service = Service()
    result = judged(register, service, profile, target=Troubled(Embedded(service), name))
    score = _scored(name, "environment", result)
    score.right = not score.findings and result.exit in {Exit.CONFORMANT, Exit.UNJUDGED}
    return score
