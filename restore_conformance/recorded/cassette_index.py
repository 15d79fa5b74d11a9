"""Which cassette records which clause, and which are parts of one conversation, by their addresses alone.

Opens no cassette and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from restore_conformance.clauses import Clause
from restore_conformance.recorded.cassettes import Provenance

PART = re.compile(r"(stories/(.+)-\d+)(?:\.\d+)?")


def is_recorded_in(made: Clause, block: Provenance) -> bool:
    """Whether a cassette is the one of a clause: its own, or a conversation that it was judged on."""
    return made.address in block.clauses if block.story else made.address == block.address


def conversation_of(address: str) -> str:
    """The conversation that a cassette is a part of (`stories/change-1` for `stories/change-1.2`), or ""."""
    told = PART.fullmatch(address)
    return told[1] if told else ""


def outdated(folder: Path, written: Iterable[str]) -> list[Path]:
    """Cassettes that are parts of a conversation as it was before these addresses were written."""
    new = set(written)
    found = []
    for whole in sorted({conversation_of(one) for one in new} - {""}):
        for path in sorted((folder / whole).parent.glob(f"{Path(whole).name}*.yaml")):
            address = path.relative_to(folder).with_suffix("").as_posix()
            if conversation_of(address) == whole and address not in new:
                found.append(path)
    return found


def again(made: Clause) -> str:
    """The command that records a clause."""
    return f"restore-conformance record {made.address}"
