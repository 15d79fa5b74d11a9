"""Which cassette records which clause, by their addresses alone.

Opens no cassette and judges nothing.
"""

from __future__ import annotations

import re

from restore_conformance.clauses import Clause

PART = re.compile(r"(stories/(.+)-\d+)(?:\.\d+)?")


def stories_of(made: Clause) -> list[str]:
    """The stories a clause is about; none for a clause about single exchanges."""
    tags = sorted({*made.when.every, *made.when.either})
    return [tag.removeprefix("story:") for tag in tags if tag.startswith("story:")]


def is_recorded_in(made: Clause, address: str) -> bool:
    """Whether a cassette is the one of a clause: its own, or a conversation of one of its stories."""
    told = PART.fullmatch(address)
    return told[2] in stories_of(made) if told else address == made.address


def conversation_of(address: str) -> str:
    """The conversation that a cassette is a part of (`stories/change-1` for `stories/change-1.2`), or ""."""
    told = PART.fullmatch(address)
    return told[1] if told else ""


def again(made: Clause) -> str:
    """The command that records a clause."""
    return f"restore-conformance record {made.address}"
