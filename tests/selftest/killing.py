"""Kills runs at random moments, and looks at what each leaves. A process of its own, so that each run is one fork.

python tests/selftest/killing.py NUMBER SEED: prints a JSON object of figures; what was found wrong is in `wrong`.
"""

import contextlib
import io
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from restore_conformance import cli

SMALL = ["--profile", "quick", "--draws", "0", "--max-requests", "6", "--quiet", "--plain"]
"""Few requests, so that much of the time goes into writing."""
SET = {"run.json", "report.html", "report.md", "junit.xml", "report.sarif", "exchanges.ndjson", "run.har"}


def command(*words):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as err:
        code = cli.main([str(word) for word in words])
    return code, err.getvalue()


def run(folder, seed):
    folder.mkdir(exist_ok=True)
    words = ["run", *SMALL, "--seed", seed, "--report", folder / "report", "--history", folder / "h.sqlite"]
    return command(*words)


def whole(name, raw):
    """Whether a file of a report is one to its end."""
    try:
        match Path(name).suffix:
            case ".json" | ".har" | ".sarif":
                return isinstance(json.loads(raw), dict)
            case ".ndjson":
                return raw.endswith(b"\n") and all(isinstance(json.loads(line), dict) for line in raw.splitlines())
            case ".xml":
                return ElementTree.fromstring(raw) is not None
            case ".html":
                return raw.rstrip().endswith(b"</html>")
            case _:
                return raw.endswith(b"\n") and b"started 2" in raw.splitlines()[-1]
    except (ValueError, ElementTree.ParseError):
        return False


def killed(folder, seed, moment):
    """Start a run, wait for the moment and kill it: whether it was still there."""
    child = os.fork()
    if child == 0:
        try:
            run(folder, seed)
        finally:
            os._exit(0)
    moment(folder / "report")
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def after(seconds):
    """The moment so many seconds later."""
    return lambda _: time.sleep(seconds)


def once_written(count, seconds):
    """The moment when so many files lie ready, or got their names, and a little later."""

    def moment(folder):
        until = time.monotonic() + 20
        old = {path.name: path.stat().st_ino for path in folder.iterdir()}
        while time.monotonic() < until:
            # A file that got its name is a new one under an old name; one that lies ready has a name of its own.
            with contextlib.suppress(FileNotFoundError):
                new = sum(old.get(one.name) != one.inode() for one in os.scandir(folder))
                if new >= count:
                    break
            time.sleep(0.0005)
        time.sleep(seconds)

    return moment


def numbers(folder):
    """The number of each file of a report: a file that gets an old name has another one."""
    return {path.name: path.stat().st_ino for path in (folder / "report").iterdir()}


def wrong_of(folder, before, figures):
    """What is wrong with what a killed run left."""
    there = {path.name: path.read_bytes() for path in (folder / "report").iterdir()}
    # By the file and not by its bytes: two runs of one second have the same report.sarif.
    new = {name for name, number in numbers(folder).items() if before.get(name) != number}
    parts = {name for name in there if name.endswith(".part")}
    figures["with leftovers"] += bool(parts)
    there = {name: raw for name, raw in there.items() if name not in parts}
    new -= parts
    yield from (f"{name} is half a file" for name in new if not whole(name, there[name]))
    yield from (f"{name} is not of a report" for name in there if name not in SET)
    yield from (f"{name} is gone" for name in SET - set(there) if name != "run.json")
    code, err = command("compare", folder / "report", folder / "report")
    if "run.json" not in there:
        figures["without run.json"] += 1
        if code != 2 or "holds no run.json" not in err:
            yield f"compare took a report without run.json: {code} {err}"
    elif code != 0:
        yield f"compare refused a whole report: {err}"
    elif "run.json" in new and new != SET:
        yield f"the new run.json stands beside old files: {sorted(SET - new)}"
    elif "run.json" not in new and new:
        yield f"the old run.json stands beside new files: {sorted(new)}"
    else:
        figures["all new" if new else "all old"] += 1
    code, err = command("history", "list", "--history", folder / "h.sqlite")
    if code != 0:
        yield f"the history cannot be read: {err}"
    with contextlib.closing(sqlite3.connect(folder / "h.sqlite")) as history:
        if history.execute("pragma integrity_check").fetchone() != ("ok",):
            yield "the history is damaged"
        if history.execute("select count(*) from run").fetchone()[0] not in (1, 2):
            yield "the history lost its run"


def main(number, seed):
    """Kill runs until that many were killed before they had ended; the figures."""
    chance = random.Random(seed)
    keys = ("kills", "after the end", "all old", "all new", "without run.json", "with leftovers")
    figures = dict.fromkeys(keys, 0)
    wrong = []
    with tempfile.TemporaryDirectory() as place:
        sound = Path(place) / "sound"
        run(sound, "1")
        run(Path(place) / "warm", "2")
        began = time.monotonic()
        run(Path(place) / "usual", "2")
        usual = time.monotonic() - began
        assert set(numbers(sound)) == SET
        for at in itertools.count():
            if figures["kills"] >= number or at >= 4 * number:
                break
            folder = Path(place) / str(at)
            shutil.copytree(sound, folder)
            before = numbers(folder)
            # Half of them near the end, where the files get their names.
            late = once_written(chance.randint(1, 6), chance.choice([0, 0, chance.uniform(0, 0.03)]))
            if killed(folder, "2", late if at % 2 else after(usual * chance.uniform(0, 1.1))):
                figures["kills"] += 1
            else:
                figures["after the end"] += 1
            wrong += [f"{at}: {one}" for one in wrong_of(folder, before, figures)]
            shutil.rmtree(folder)
    return {**figures, "seconds of a run": round(usual, 2), "wrong": wrong}


if __name__ == "__main__":
    made = main(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(made))
    sys.exit(bool(made["wrong"]))
