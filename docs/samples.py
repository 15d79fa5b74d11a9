"""Makes the sample reports in docs/samples: `make samples`. Nothing in there is written by hand.

Three of them: a mock that keeps the contract, a mock with two faults, and a night on which the page had changed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from restore_conformance.cli import main
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving

SAMPLES = Path(__file__).parent / "samples"
FAULTS = ("default-job-typed-bulk", "field-mixed-many-items")
NEWER = Path(__file__).parent.parent / "tests/selftest/drift/fixtures/newer-edition/page.md"
KEPT = ("report.html", "report.md")


def judged(name: str, *target: str, expected: int) -> None:
    """A run, of which the two reports for people are kept."""
    with tempfile.TemporaryDirectory() as folder:
        code = main(["run", *target, "--report", folder, "--quiet"])
        if code != expected:
            sys.exit(f"the sample {name} ended with {code}, not {expected}")
        (SAMPLES / name).mkdir(parents=True, exist_ok=True)
        for file in KEPT:
            shutil.copy(Path(folder, file), SAMPLES / name / file)


def make() -> None:
    """Write all samples anew."""
    judged("conforming", "--target", "mock", expected=0)
    service = seeded(FAULTS[0])
    for fault in FAULTS[1:]:
        seeded(fault, service)
    with serving(service) as address:
        judged("faulty", "--target", address, "--token", service.token, expected=1)
    night = SAMPLES / "drift-night"
    night.mkdir(parents=True, exist_ok=True)
    newer = ["--from", "pinned", "--to", str(NEWER), "--fail-on", "none"]
    code = main(["drift", *newer, "--format", "markdown", "--output", str(night / "drift.md")])
    if code != 0:
        sys.exit(f"the sample of a drift night ended with {code}")
    print(f"Wrote {', '.join(str(path.relative_to(SAMPLES.parent)) for path in sorted(SAMPLES.rglob('*.*')))}.")


if __name__ == "__main__":
    make()
