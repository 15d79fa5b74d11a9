"""What makes two runs hard to compare, a sentence each. Knows no clause."""

from __future__ import annotations

from typing import Any

from restore_conformance.settings import EVERY

UNTOLD = frozenset(
    {
        "target", "profile", "seed", "report", "deviations", "max_requests", "max_failures", "wait", "token",
        "ca_bundle",
    }
)  # fmt: skip
"""Settings that are told elsewhere, or that say nothing about what is judged."""


def caveats(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Every difference between two runs that is not the target's doing."""
    found = []
    if old["target"] != new["target"]:
        found.append(f"The runs are of different targets: {old['target']}, then {new['target']}.")
    if old["suite"]["contract"] != new["suite"]["contract"]:
        found.append(
            f"The contract is another: {old['suite']['contract'][:12]}, then {new['suite']['contract'][:12]}. "
            "Clauses may judge otherwise than before."
        )
    if old["suite"]["version"] != new["suite"]["version"]:
        found.append(f"The suite is another: {old['suite']['version']}, then {new['suite']['version']}.")
    if old.get("profile") != new.get("profile"):
        found.append(
            f"The profiles differ: {old.get('profile', 'unknown')}, then {new.get('profile', 'unknown')}. "
            "What one did not send, it could not judge."
        )
    if old["seed"] != new["seed"]:
        found.append(f"The seeds differ: {old['seed']}, then {new['seed']}. Other requests were sent.")
    found += _settings(old.get("settings", {}), new.get("settings", {}))
    if ("recordings" in old) != ("recordings" in new):
        which = "older" if "recordings" in old else "newer"
        found.append(f"The {which} run judged recordings, the other sent its requests itself.")
    for name, run in (("older", old), ("newer", new)):
        if run.get("stopped"):
            found.append(f"The {name} run ended early: {run['stopped']}.")
        if run["verdict"] == "error":
            found.append(f"In the {name} run the suite itself failed.")
    if old["started"] > new["started"]:
        found.append("The run called older started after the newer one.")
    return found


LATER = {"only": EVERY, "headers": "unset"}
"""Settings that older suites did not have, and what they did."""


def _settings(old: dict[str, str], new: dict[str, str]) -> list[str]:
    found = []
    for name in sorted({*old, *new} - UNTOLD):
        before, after = (run.get(name, LATER.get(name, "not recorded")) for run in (old, new))
        if before != after:
            found.append(f"The setting {name} differs: {before}, then {after}.")
    return found
