"""What many nights cost: 1,000 runs of three targets with drift beside them, built whole, then with one run more.

Prints a table; run it with `python benchmarks/site.py [NIGHTS]`. Building is timed in a process of its own, so that the
peak of memory belongs to it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LABELS = ("nightly-service", "emulator-a", "emulator-b")
MEGABYTE = 1_000_000


def build(place: str, folder: str) -> int:
    """One build, with its seconds and its peak."""
    from restore_conformance.history.site import build
    from restore_conformance.history.store import open_store

    began = time.perf_counter()
    with open_store(place, make=False) as store:
        built = build(store, Path(folder))
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    worked = f"{took:6.2f} s ({time.process_time():.2f} s of work, start included)"
    print(f"{worked}, {built.written} pages written, {built.unchanged} unchanged; peak {peak:.0f} MB", flush=True)
    return 0


def main(nights: int) -> int:
    """Fill a store, build, build again, add a run, build, remove it, build."""
    sys.path.insert(0, str(ROOT / "tests/selftest"))
    from nights import simulated

    from restore_conformance.history import runs
    from restore_conformance.history.run_row import pack
    from restore_conformance.history.store import open_store

    with tempfile.TemporaryDirectory() as name:
        place, folder = f"{name}/history.sqlite", Path(name) / "site"
        with open_store(place) as store:
            began = time.perf_counter()
            number = simulated.fill(store, nights, LABELS)
            simulated.drift(store, nights)
            print(f"{number} runs kept in {time.perf_counter() - began:.1f} s, {_megabytes(Path(place))}", flush=True)
            began = time.perf_counter()
            listed = runs.listing(store)
            seconds = time.perf_counter() - began
            print(f"{len(listed)} runs of {len(listed[-1].marks)} clauses read in {seconds:.3f} s")
        _step("the whole site", place, folder)
        _step("nothing new", place, folder)
        extra = pack(simulated.record(simulated.at(nights), ("total-always-one",)), LABELS[0])
        with open_store(place) as store:
            runs.add(store, extra)
        _step("one run more", place, folder)
        with open_store(place) as store:
            runs.remove(store, extra.row.digest)
        _step("and removed", place, folder)
        files = [path for path in folder.rglob("*") if path.is_file()]
        print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / MEGABYTE:.1f} MB")
        for page in ("index.html", "runs.html"):
            print(f"{page}: {_megabytes(folder / page)}")
        for room in ("clauses", "runs"):
            print(
                f"the largest of {room}/: {_megabytes(max((folder / room).iterdir(), key=lambda p: p.stat().st_size))}"
            )
    return 0


def _step(says: str, place: str, folder: Path) -> None:
    print(f"{says:15}", end=" ", flush=True)
    # its own file with its own words
    subprocess.run([sys.executable, __file__, "build", place, str(folder)], check=True)  # noqa: S603


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / MEGABYTE:.2f} MB"


if __name__ == "__main__":
    if sys.argv[1:2] == ["build"]:
        raise SystemExit(build(*sys.argv[2:4]))
    raise SystemExit(main(int(sys.argv[1]) if sys.argv[1:] else 334))
