"""Plays every cassette of a folder and concludes from its verdicts.

Knows no single clause, and nothing of how an exchange is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from restore_conformance.campaign.result import Result, conclude
from restore_conformance.clauses import Clause, Register
from restore_conformance.contract import places
from restore_conformance.recorded.cassettes import Cassette, every, load
from restore_conformance.recorded.conversations import command_for
from restore_conformance.recorded.review import Keep, Review
from restore_conformance.settings import Settings
from restore_conformance.verdicts import UsageError


def replay(register: Register, settings: Settings, keep: Keep | None = None, folder: Path | None = None) -> Result:
    """Play every cassette and judge its exchanges. Raises UsageError where there is no cassette, or one is broken."""
    folder = folder or places.CASSETTES
    review = Review(register, settings, keep)
    blocks = []
    try:
        for name, path in every(folder):
            cassette = load(path, f"cassettes/{name}.yaml")
            blocks.append(cassette.provenance)
            review.cassette(cassette, replay=True)
    finally:
        review.close()
    if not blocks:
        raise UsageError("There are no cassettes to replay; record some with restore-conformance record.")

    def missing(clause: Clause) -> str:
        if any(block.records(clause) for block in blocks):
            return f"its recording does not touch it any more; record it again with {command_for(clause)}"
        return f"no recording; make one with {command_for(clause)}"

    return review.result("replay", missing, conclude, ", on recordings: ")


def unlike(register: Register, result: Result, cassettes: Iterable[Cassette]) -> Iterator[tuple[str, str, str]]:
    """The clauses whose verdict on the cassettes of a run differs from the run's: address, verdict then, verdict now.

    A clause that none of them records is passed over.
    """
    review = Review(register, result.settings)
    blocks = []
    for cassette in cassettes:
        review.cassette(cassette, replay=False)
        blocks.append(cassette.provenance)
    now = review.result("recordings", lambda _: "")
    by_address = {verdict.clause.address: verdict.verdict for verdict in now.verdicts}
    for then in result.verdicts:
        verdict = by_address.get(then.clause.address)
        recorded = any(block.records(then.clause) for block in blocks)
        if recorded and verdict is not None and verdict is not then.verdict:
            yield then.clause.address, then.verdict.value, verdict.value
