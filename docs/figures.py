"""The figures that the documentation shows: read from the committed benchmarks and from the register, never typed."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from tables import table

from restore_conformance.clauses import load
from restore_conformance.contract.editions import chosen

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"
OTHERS = {
    "Schemathesis (create, 30 examples)": "Schemathesis, all checks, `schemas/openapi.json`, create, 30 examples",
    "Schemathesis (create, 120 examples)": "the same, 120 examples",
    "hand-written script": "a hand-written script: two examples, six error cases",
}
"""The rows of benchmarks/side_by_side.json that are shown, and what each is."""


@functools.cache
def benchmark(name: str) -> Any:
    """A committed benchmark, by its name."""
    return json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))


def share(part: int, whole: int) -> str:
    """A part of a whole in percent, rounded down, so that 100% is all of it."""
    return f"{int(1000 * part / whole) / 10:.1f}%"


def figure(name: str) -> str:
    """One figure by its name, such as `standard.faults.detected`. Raises KeyError for an unknown one."""
    profile, _, rest = name.partition(".")
    if profile == "clauses":
        return str(_clauses(rest))
    if profile == "emulators":
        return str(len([path for path in (ROOT / "tests/emulators").glob("*.py") if not _is_harness(path)]))
    part, _, member = rest.partition(".")
    rows = benchmark({"standard": "trust", "quick": "trust-quick"}[profile])
    return f"{rows[{'faults': 'fault', 'variants': 'variant', 'environments': 'environment'}[part]][MEMBERS[member]]:,}"


MEMBERS = {
    "servers": "servers", "detected": "caught", "right": "right", "first": "first", "deep": "deep",
    "requests": "requests",
}  # fmt: skip


def _is_harness(path: Path) -> bool:
    return path.stem in {"serving", "conftest"} or path.stem.startswith("test_")


def _clauses(kind: str) -> int:
    edition = chosen()
    binding = [clause for clause in load().clauses if edition.binds(clause.since)]
    if kind == "binding":
        return len(binding)
    if kind == "untested":
        return sum(bool(clause.untested) for clause in load().clauses)
    return sum(clause.level.value == kind for clause in binding)


def accuracy() -> str:
    """What the suite detects and where it errs, by kind of server."""
    standard, quick = benchmark("trust"), benchmark("trust-quick")
    fault, variant, environment = standard["fault"], standard["variant"], standard["environment"]
    excluded, admitted = quick["generated fault"], quick["generated variant"]
    rows = [
        ("with one seeded defect", fault, _detected(fault)),
        ("unusual but conforming, alone, in random combinations and on the wire", variant, _false_positives(variant)),
        ("conforming, behind an environment in trouble", environment, _false_positives(environment)),
        ("with one seeded defect, `--profile quick`", quick["fault"], _detected(quick["fault"])),
        ("generated: what the documents exclude, `--profile quick`", excluded, _detected(excluded)),
        ("generated: what they admit, `--profile quick`", admitted, _false_positives(admitted)),
    ]
    head = ["servers", "how many", "result", "requests for each"]
    return table(head, ([says, str(row["servers"]), result, str(row["requests"])] for says, row, result in rows))


def _detected(row: dict[str, Any]) -> str:
    number, found, first = row["servers"], row["caught"], row["first"]
    deeper = f", {row['deep']} more with `--profile deep`" if row.get("deep") else ""
    detected = f"{found} detected ({share(found, number)}){deeper}"
    return f"{detected}; {first} with the right clause first ({share(first, number)})"


def _false_positives(row: dict[str, Any]) -> str:
    wrong = row["servers"] - row["right"]
    return f"{wrong} false positives" if wrong > 1 else "1 false positive" if wrong else "no false positive"


def side_by_side() -> str:
    """This suite beside other ways to test the same servers."""
    faults, variants = benchmark("trust")["fault"], benchmark("trust")["variant"]
    wrong = variants["servers"] - variants["right"]
    lines = [("this suite", faults["caught"], faults["servers"], wrong, variants["servers"], faults["requests"])]
    rows = benchmark("side_by_side")["rows"]
    for name, says in OTHERS.items():
        row = rows[name]
        lines.append((says, row["caught"], row["faults"], row["accused"], row["variants"], row["requests"]))
    return table(
        ["", "detected", "false positives", "requests for each server"],
        ([says, f"{found} of {of}", f"{bad} of {good}", str(sent)] for says, found, of, bad, good, sent in lines),
    )
