"""Reports one breach once: under the clause about its one place, or under the clause that it follows from.

Looks at verdicts, their evidence and how clauses are related; judges no exchange that was not judged before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from restore_conformance.clauses import Clause
from restore_conformance.exchange import Exchange
from restore_conformance.judging.tags import tags_of
from restore_conformance.verdicts import (
    ClauseVerdict,
    Deviation,
    Finding,
    Inconclusive,
    Level,
    Untouched,
    Verdict,
    Why,
)


def localise(verdicts: list[ClauseVerdict], skipped: Mapping[str, set[str]]) -> None:
    """Report a general breach that shows in one place only under the clause about that place.

    A refusal without an envelope is reported under the envelope if it happens to all refusals, and under one row of the
    error table if that row alone is refused so.
    """
    by_address = {verdict.clause.address: verdict for verdict in verdicts}
    for verdict in verdicts:
        if verdict.verdict is not Verdict.FAIL or not verdict.clause.general:
            continue
        finding = verdict.findings[0]
        kept_out = [by_address[address] for address in skipped.get(verdict.clause.address, ()) if address in by_address]
        own = [
            other
            for other in kept_out
            if _is_one_place(other.clause) and other.clause.level.binds_like(verdict.clause.level)
        ]
        if finding.seen == finding.of or len(own) != 1 or own[0].verdict is Verdict.FAIL:
            continue
        place = own[0]
        place.verdict, place.findings, place.reason, place.why = Verdict.FAIL, [finding], "", None
        place.exchanges = max(place.exchanges, finding.seen)
        finding.consequences = [verdict.clause.address]
        verdict.verdict, verdict.findings = Verdict.INCONCLUSIVE, []
        verdict.reason, verdict.root = f"broken in one place only: {place.clause.address}", place.clause.address


def _is_one_place(clause: Clause) -> bool:
    """Whether a clause is about one defect, or about what was done before, rather than about every answer."""
    if clause.level is Level.OBSERVE or clause.follows:
        return False
    return clause.stateful or any(tag.startswith("sole:") for tag in clause.when.either)


def generalise(verdicts: list[ClauseVerdict]) -> None:
    """Report a breach under the clause that it follows from, where nothing else was sent that this clause is about.

    A client that names the type in every request sends no plain request, so an answer of 200 to all of them shows in
    the clause about naming the type alone; nothing says that the type is what the server stumbles over.
    """
    by_address = {verdict.clause.address: verdict for verdict in verdicts}
    for verdict in verdicts:
        if verdict.verdict is not Verdict.FAIL:
            continue
        finding = verdict.findings[0]
        roots = (by_address[address] for address in verdict.clause.follows if address in by_address)
        for root in roots:
            open_ = root.verdict is not Verdict.ERROR and root.why in {None, Why.UNTOUCHED} and not root.exchanges
            if not open_:
                continue
            try:
                broken = _breaks(root.clause, finding)
            except Exception as error:  # noqa: BLE001 - a judgement that breaks is a verdict of its own, as in the judge
                root.in_error(error)
                continue
            if not broken:
                continue
            if root.verdict is not Verdict.FAIL:
                root.verdict, root.findings, root.reason, root.why = Verdict.FAIL, [replace(finding)], "", None
            root.findings[0].consequences = [*root.findings[0].consequences, verdict.clause.address]
            verdict.verdict, verdict.findings = Verdict.INCONCLUSIVE, []
            verdict.reason = f"follows from {root.clause.address}: no request without this feature was seen"
            verdict.root = root.clause.address
            break
    for verdict in verdicts:
        if verdict.verdict is Verdict.FAIL and not verdict.exchanges:
            verdict.exchanges = verdict.findings[0].of


def _breaks(clause: Clause, finding: Finding) -> bool:
    """Whether the evidence breaks a clause as well, which leaves it to others for some feature of the request."""
    if len(finding.evidence) != 1 or clause.stateful:
        return False
    whatever = replace(clause, when=replace(clause.when, none=frozenset()))
    return breach_of(whatever, finding.evidence[0]) is not None


def breach_of(clause: Clause, exchange: Exchange) -> Deviation | None:
    """How an exchange breaks a clause; None where it does not, or where that cannot be judged.

    An error of the suite itself is raised, as everywhere.
    """
    if clause.judge is None or not clause.when.matches(tags_of(exchange)):
        return None
    try:
        clause.judge(exchange)
    except Deviation as deviation:
        return deviation
    except (Inconclusive, Untouched):
        return None
    return None


def explain(verdicts: list[ClauseVerdict], because: Mapping[str, str]) -> None:
    """List a finding under another where it shows the same answer and follows from that clause.

    A server that refuses every create breaks one clause, not every clause that needs a create. `because` has for each
    clause that was left out of an exchange one that it needs and that was broken there, or left out as well.
    """
    by_address = {verdict.clause.address: verdict for verdict in verdicts}
    listed: dict[str, ClauseVerdict] = {}
    for verdict in verdicts:
        if verdict.newer is not None and verdict.newer.finding is not None:
            _excuse(verdict, by_address)
        if verdict.verdict is not Verdict.FAIL:
            continue
        for address in (*verdict.clause.follows, *verdict.clause.after):
            root = listed.get(address) or by_address.get(address)  # one that is listed under another has that cause
            if (
                root is None
                or root.verdict is not Verdict.FAIL
                or not root.clause.level.binds_like(verdict.clause.level)
            ):
                continue  # what binds is never listed under what does not
            same = root.findings[0].observed == verdict.findings[0].observed and not _names_row(verdict)
            if root is not verdict and (address in verdict.clause.follows or same):
                root.findings[0].consequences.append(verdict.clause.address)
                verdict.verdict, verdict.reason = Verdict.INCONCLUSIVE, f"follows from {root.clause.address}"
                verdict.root = root.clause.address
                listed[verdict.clause.address] = root
                break
    _resolve(verdicts, by_address)
    for verdict in verdicts:
        if verdict.verdict is Verdict.NONE and verdict.why in {Why.UNTOUCHED, Why.STEP}:
            _left_out(verdict, by_address, because)


def _left_out(verdict: ClauseVerdict, by_address: Mapping[str, ClauseVerdict], because: Mapping[str, str]) -> None:
    """Say of a clause that was left out wherever it could be judged which finding it waits for."""
    at, seen = because.get(verdict.clause.address, ""), set[str]()
    while at and at not in seen and at in by_address and by_address[at].verdict is not Verdict.FAIL:
        seen.add(at)
        at = by_address[at].root or because.get(at, "")
    root = by_address.get(at)
    if root is not None and root.verdict is Verdict.FAIL:
        verdict.root, verdict.reason = at, f"follows from {at}"
        if verdict.clause.address not in root.findings[0].consequences:
            root.findings[0].consequences.append(verdict.clause.address)


def _resolve(verdicts: list[ClauseVerdict], by_address: Mapping[str, ClauseVerdict]) -> None:
    """List what follows from a finding that follows from another under that other one."""
    for verdict in verdicts:
        top = by_address[verdict.root] if verdict.root else verdict
        while top.root:
            top = by_address[top.root]
        if verdict.root and top.clause.address != verdict.root and top.verdict is Verdict.FAIL:
            verdict.root, verdict.reason = top.clause.address, f"follows from {top.clause.address}"
            if verdict.clause.address not in top.findings[0].consequences:
                top.findings[0].consequences.append(verdict.clause.address)


def _names_row(verdict: ClauseVerdict) -> bool:
    """Whether the answer names the row that the clause is about, so that no other clause explains it better."""
    return bool(verdict.clause.row) and verdict.clause.row.lower() in str(verdict.findings[0].observed).lower().split()


def _excuse(verdict: ClauseVerdict, by_address: Mapping[str, ClauseVerdict]) -> None:
    """Say nothing of a clause of a newer edition where what it builds on is broken, or not followed either."""
    newer = verdict.newer
    assert newer is not None
    for address in (*verdict.clause.follows, *verdict.clause.after):
        root = by_address.get(address)
        if root is not None and (root.verdict is Verdict.FAIL or (root.newer and root.newer.finding is not None)):
            newer.verdict, newer.finding = Verdict.INCONCLUSIVE, None
            verdict.reason = newer.reason
            return
