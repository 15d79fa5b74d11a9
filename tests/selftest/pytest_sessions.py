"""Sessions of pytest in one process of their own, since starting one costs more than most of them."""

import json
import re
import subprocess
import sys

SESSIONS = """
import json, sys, pytest
for number, arguments in enumerate(json.loads(sys.argv[1])):
    print(f"=== {number}", flush=True)
    print(f"=== {number} ended {int(pytest.main(arguments))}", flush=True)
"""


def sessions(folder, always, several, environment=None):
    """Run sessions one after the other from a folder: exit code and output of each, by its name."""
    arguments = json.dumps([["-q", *map(str, (*always, *one))] for one in several.values()])
    made = subprocess.run(
        [sys.executable, "-c", SESSIONS, arguments],
        cwd=folder, capture_output=True, text=True, timeout=240, check=False, env=environment,
    )  # fmt: skip
    found = {}
    for number, name in enumerate(several):
        said = re.search(rf"=== {number}\n(.*)=== {number} ended (\d+)\n", made.stdout, re.DOTALL)
        assert said, made.stdout + made.stderr
        found[name] = int(said[2]), said[1]
    return found
