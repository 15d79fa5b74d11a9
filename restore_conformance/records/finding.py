"""What a finding of a run record holds as evidence: exchanges, each with the part that it plays.

Knows the present format alone; older ones are read by `formats`.
"""

from __future__ import annotations

from typing import Any

BROKE = "broke"
"""The part of the exchange that broke the clause; it is the last one."""
BEFORE = "before"
"""The part of an earlier exchange that set the expectation."""


def exchanges(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """Every exchange of the evidence, in the order of sending."""
    return [one["exchange"] for one in finding["evidence"]]


def broke(finding: dict[str, Any]) -> dict[str, Any]:
    """The exchange that broke the clause."""
    found: dict[str, Any] = finding["evidence"][-1]["exchange"]
    return found


def earlier(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """The exchanges that set the expectation."""
    return exchanges(finding)[:-1]


def evidence(stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored exchanges as evidence: the last one broke the clause."""
    return [{"role": BEFORE, "exchange": one} for one in stored[:-1]] + [{"role": BROKE, "exchange": stored[-1]}]
