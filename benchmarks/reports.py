"""How memory and time grow from a thousand exchanges to a hundred thousand: running, storing, and every report.

    python benchmarks/reports.py [--counts 1000 10000 100000] [--fault NAME]

Each size runs in a process of its own against the embedded mock and prints one line: exchanges, seconds of CPU to run,
to write the exchanges, and to make the record and the reports; the largest memory; and the size of each file.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from restore_conformance.bench.endurance import forgetful
from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.commands.options import scrub_of
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.output.files import Pending
from restore_conformance.recorded.har import Writer
from restore_conformance.records.exchange_store import Store
from restore_conformance.records.run_record import learn, run_of, write_json
from restore_conformance.reports import put_reports
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded


def main() -> None:
    """Measure each size in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000, 100_000], metavar="N")
    parser.add_argument("--fault", default="", metavar="NAME", help="seed this defect into the mock")
    parser.add_argument("--one", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        measure(arguments.one, arguments.fault)
        return
    for count in arguments.counts:
        command = [sys.executable, __file__, "--one", str(count), "--fault", arguments.fault]
        subprocess.run(command, check=True)  # noqa: S603 - this file, with numbers


def measure(count: int, fault: str) -> None:
    """Run with that many stimuli, write everything, and print what it took."""
    service = forgetful(seeded(fault) if fault else Service())  # so that what grows is ours
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    settings = Settings(token=tokens["good"], identities=others, drawn=max(count - 400, 0))
    scrub, target = scrub_of(settings), Embedded(service)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        har = Writer(folder / "run.har", scrub, target.base, {token: kind for kind, token in tokens.items()})
        store = Store(folder / "exchanges.ndjson", scrub, target.base, har=har)
        clock = time.process_time()
        result = Campaign(settings, target, load(), keep=store).run()
        ran = time.process_time() - clock
        learn(result, scrub)
        store.close()
        stored = time.process_time() - clock - ran
        run = run_of(result, scrub, store.shown())
        write_json(folder / "run.json", run)
        pending = Pending()
        put_reports(pending, folder, run)
        pending.commit()
        told = time.process_time() - clock - ran - stored
        sizes = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.2f}" for path in sorted(folder.iterdir()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{result.exchanges:7} exchanges: run {ran:6.1f} s, stored in {stored:5.1f} s, reports in {told:4.1f} s, "
        f"{peak:4.0f} MB at most; {run['stored']}; MB: {sizes}",
        flush=True,
    )


if __name__ == "__main__":
    main()
