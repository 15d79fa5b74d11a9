"""Measures judging a HAR file of 10,000 exchanges of this API among as many others: time and peak memory.

python benchmarks/judge_har.py [EXCHANGES]
"""

from __future__ import annotations

import copy
import json
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

SAMPLE = Path(__file__).parent.parent / "tests" / "selftest" / "recordings" / "data" / "chromium-good.har"


def write(path: Path, number: int) -> None:
    """The sample's conversations again and again, with session ids of their own, other traffic between them."""
    har = json.loads(SAMPLE.read_text(encoding="utf-8"))
    entries = har["log"]["entries"]
    entries = [
        one
        for one in entries
        if "RestoreSessions" in one["request"]["url"] or "/restoreSessions" in one["request"]["url"]
    ]
    other = {
        "request": {"method": "GET", "url": "https://site.example/app.js", "headers": []},
        "response": {"status": 200},
    }
    other["response"]["content"] = {"size": 2000, "mimeType": "text/javascript", "text": "x" * 2000}
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "benchmark", "version": "1"}, "entries": [\n')
        for at in range(number):
            text = json.dumps(copy.copy(entries[at % len(entries)]))
            file.write(("" if at == 0 else ",\n") + text + ",\n" + json.dumps(other))
        file.write("\n]}}\n")


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{uuid.uuid4()}.har"
        write(path, number)
        started = time.perf_counter()
        command = [sys.executable, "-m", "restore_conformance", "judge", str(path), "--quiet", "--report", folder]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        took = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = path.stat().st_size / 1e6
    print(done.stdout.strip())
    print(f"{number} exchanges among {2 * number} entries, {size:.0f} MB")
    print(f"{took:.1f} s ({used.ru_utime:.1f} s of CPU), peak {used.ru_maxrss / 1024:.0f} MB, exit {done.returncode}")


if __name__ == "__main__":
    main()
