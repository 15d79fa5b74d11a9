"""`bench`: run the suite against every server whose right verdict is known, and print how often it was right."""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from restore_conformance.commands.arguments import refuse_unused
from restore_conformance.output import files
from restore_conformance.records.safe_text import line
from restore_conformance.verdicts import UsageError

DEEPER = 5000
"""How many stimuli are drawn to see whether a fault that the standard profile misses is detected at all."""
KINDS = ("fault", "variant", "environment", "generated fault", "generated variant")
MODES = {
    "bench": "--profile --share --compositions --seed --half --only --json --compare",
    "bench --exchanges": "--exchanges --resume --json --seed",
}
"""The options of each way to measure."""
MOVED = ("from", "to", "clause", "because")
LARGEST = 16 * 1024 * 1024
"""Bytes of a file of figures."""
DEARER, DEARER_SHARE = 1.05, 1.25
"""How much the mean number of requests may rise; a share of the bench has another mix than the whole."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "--profile",
        choices=["quick", "standard"],
        default="standard",
        help="how much each run sends (default: standard)",
    )
    add("--share", type=int, default=1, metavar="N", help="take every Nth server only (default: all)")
    add("--compositions", type=int, default=200, metavar="N", help="random compositions of variants (default: 200)")
    add("--seed", type=int, default=1, metavar="N", help="seed of the compositions (default: 1)")
    add(
        "--half",
        choices=["choosing", "reporting"],
        default="",
        help="one fixed half of the faults alone: requests are chosen by the first, figures reported from the second, "
        "of which no missed fault is printed by name",
    )
    add("--only", choices=["faults", "variants", "environments", "generated"], help="one part of the bench")
    add("--json", default="", metavar="FILE", help="write the figures to a file")
    add(
        "--exchanges",
        type=int,
        default=None,
        metavar="N",
        help="instead, the long run: conforming servers, most of them unusual, until N exchanges were judged",
    )
    add("--resume", action="store_true", help="with --exchanges: go on from the file that --json names")
    add("--compare", default="", metavar="FILE", help="exit 1 if a figure is worse than in an earlier file")


def main(arguments: argparse.Namespace) -> int:
    """Score, print the table and every server judged wrong, compare; a fault that no profile detects is exit 1."""
    from restore_conformance.clauses import load

    long = arguments.exchanges is not None or arguments.resume
    refuse_unused(arguments, MODES, "bench --exchanges" if long else "bench")
    if arguments.share < 1:
        raise UsageError(f"--share {arguments.share} must be 1 or more.")
    if arguments.compositions < 0:
        raise UsageError(f"--compositions {arguments.compositions} must be 0 or more.")
    if long:
        return _long_run(load(), arguments)
    started = time.monotonic()
    register = load()
    scores: dict[str, list[Any]] = {}
    nowhere = False
    known = _earlier(arguments.compare) if arguments.compare else {}
    for make in _scores(register, arguments):
        score = make()
        # A server on a real wire can be met at a bad moment; what was judged right before is tried again.
        for _ in range(2 if known else 0):
            if score.right or score.name in known.get(score.kind, {}).get("wrong", ()):
                break
            score = make()
        scores.setdefault(score.kind, []).append(score)
        hidden = arguments.half == "reporting" and score.kind == "fault"
        if not score.right and not hidden:
            print(f"wrong  {score.kind:17} {score.name}: {', '.join(score.findings) or score.reason}", flush=True)
        if score.kind.endswith("fault") and not score.detected and arguments.profile == "standard":
            score.deep = _detected_deeper(register, score.name, named=not hidden)
            # A fault that was missed before does not make the comparison worse.
            nowhere = nowhere or not (score.deep or score.name in known.get(score.kind, {}).get("wrong", ()))
    figures = _figures(scores)
    figures["profile"], figures["share"] = arguments.profile, arguments.share
    _table(figures, time.monotonic() - started)
    if arguments.json:
        _write(arguments.json, figures)
    fell = _compare(figures, known, _moved(arguments.compare)) if known else 0
    return 1 if nowhere else fell


def _detected_deeper(register: Any, name: str, *, named: bool) -> bool:
    """Whether the deep profile detects a fault that the standard one does not; printed either way if it is `named`."""
    from restore_conformance.bench import score_fault

    detected = bool(score_fault(register, name, "deep", drawn=DEEPER).detected)
    if named:
        print(f"{'deep' if detected else 'missed':6} {'fault':17} {name}", flush=True)
    return detected


def _long_run(register: Any, arguments: argparse.Namespace) -> int:
    """Judge conforming servers for long; exit 1 on a false positive. The file is written after every server."""
    from restore_conformance.bench.endurance import Endurance, go_on, summary

    if arguments.exchanges is None:
        raise UsageError("--resume takes --exchanges N, how many exchanges there shall be in all.")
    if arguments.exchanges < 1:
        raise UsageError(f"--exchanges {arguments.exchanges} must be 1 or more.")
    if arguments.resume and not arguments.json:
        raise UsageError("--resume takes --json FILE, the file to go on from.")
    state = Endurance(seed=arguments.seed)
    if arguments.resume and Path(arguments.json).exists():
        try:
            state = Endurance.read(json.loads(files.read(Path(arguments.json), LARGEST)))
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(
                f"--json {arguments.json} is not a long run that can be continued: {line(str(error), 99)}."
            ) from None

    def report(now: Any) -> None:
        if arguments.json:
            _write(arguments.json, now.shown())
        if now.accused and now.accused[-1]["server"] == now.servers - 1:
            print(f"false positive  {now.accused[-1]}", flush=True)

    print(summary(go_on(register, state, arguments.exchanges, report)))
    return 1 if state.accused else 0


def _write(path: str, figures: dict[str, Any]) -> None:
    files.asked_for(Path(path), (json.dumps(figures, indent=1) + "\n").encode(), f"--json {path}")


def _scores(register: Any, arguments: argparse.Namespace) -> Iterator[Callable[[], Any]]:
    from restore_conformance.bench import ENVIRONMENTS, generated, score_environment, score_fault, score_variant
    from restore_conformance.bench.servers import draw, only
    from restore_conformance.mock.faults import FAULTS
    from restore_conformance.mock.variants import VARIANTS

    profile, share = arguments.profile, arguments.share
    if arguments.only in {None, "faults"}:
        for name in only(FAULTS, arguments.half)[::share]:
            yield partial(score_fault, register, name, profile)
    if arguments.only in {None, "variants"}:
        for name in list(VARIANTS)[::share]:
            yield partial(score_variant, register, [name], profile)
        for names in draw(arguments.compositions // share, arguments.seed):
            yield partial(score_variant, register, names, profile)
    if arguments.only in {None, "generated"}:
        for name in list(generated.faults())[::share]:
            yield partial(score_fault, register, name, profile)
        for name in list(generated.variants())[::share]:
            yield partial(score_variant, register, [name], profile)
    if arguments.only in {None, "environments"}:
        for name in ENVIRONMENTS[::share]:
            yield partial(score_environment, register, name, profile)


def _figures(scores: dict[str, list[Any]]) -> dict[str, Any]:
    from restore_conformance.bench.servers import HALVES

    figures: dict[str, Any] = {}
    for kind, judged in scores.items():
        figures[kind] = {
            "servers": len(judged),
            "right": sum(score.right for score in judged),
            "requests": round(sum(score.requests for score in judged) / len(judged)),
            "exchanges": sum(score.exchanges for score in judged),
            "wrong": sorted(score.name for score in judged if not score.right),
        }
        if kind.endswith("fault"):
            figures[kind]["caught"] = sum(score.detected for score in judged)
            figures[kind]["deep"] = sum(score.deep for score in judged)
            figures[kind]["first"] = sum(score.first for score in judged)
        if kind == "fault":
            figures[kind]["halves"] = {half: _half(judged, half) for half in HALVES}
    return figures


def _half(scores: list[Any], half: str) -> dict[str, int]:
    """How many faults of a half there are, how many of them were detected, and how many had the right clause first."""
    from restore_conformance.bench.servers import half_of

    judged = [score for score in scores if half_of(score.name) == half]
    return {
        "servers": len(judged),
        "caught": sum(score.detected for score in judged),
        "first": sum(score.first for score in judged),
    }


def _table(figures: dict[str, Any], seconds: float) -> None:
    for kind, row in figures.items():
        if not isinstance(row, dict):
            continue
        said = f"{kind:17} {row['servers']:4} servers, {row['requests']} requests each, {row['exchanges']} exchanges: "
        if kind.endswith("fault"):
            detected, first = row["caught"] / row["servers"], row["first"] / row["servers"]
            said += (
                f"{row['caught']} detected ({detected:.1%}), {row['first']} with the right clause first ({first:.1%})"
            )
            said += f", {row['deep']} more detected by the deep profile" if row["deep"] else ""
        else:
            said += f"{row['servers'] - row['right']} false positives"
        print(said)
        for half, part in row.get("halves", {}).items():
            if part["servers"]:
                rate = part["caught"] / part["servers"]
                print(f"  {half} half: {part['servers']} faults, {part['caught']} detected ({rate:.1%})")
    print(f"in {seconds:.0f} s")


def _earlier(path: str) -> dict[str, Any]:
    try:
        figures: Any = json.loads(files.read(Path(path), LARGEST))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"--compare {path} cannot be read: {line(str(error), 120)}.") from None
    earlier: dict[str, Any] = figures if isinstance(figures, dict) else {}
    kinds = earlier.keys() & set(KINDS)
    if not kinds or not all(_is_row(earlier[kind]) for kind in kinds):
        raise UsageError(f"--compare {path} does not hold the figures of bench --json.")
    return earlier


def _is_row(row: Any) -> bool:
    """Whether figures can be compared with: the servers judged wrong, and the requests each took."""
    if not isinstance(row, dict):
        return False
    wrong, requests = row.get("wrong"), row.get("requests")
    names = isinstance(wrong, list) and all(isinstance(name, str) for name in wrong)
    return names and isinstance(requests, int | float) and not isinstance(requests, bool)


def _moved(path: str) -> dict[str, dict[str, str]]:
    """The faults whose clause does not bind any more, from moved.toml beside the earlier figures."""
    try:
        rows = tomllib.loads(files.read(Path(path).with_name("moved.toml"), LARGEST).decode())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"moved.toml beside --compare {path} cannot be read: {line(str(error), 120)}.") from None
    for name, row in rows.items():
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in MOVED):
            raise UsageError(f"moved.toml beside --compare {path}: [{line(name, 60)}] needs {', '.join(MOVED)}.")
    return rows


def _compare(figures: dict[str, Any], earlier: dict[str, Any], moved: dict[str, dict[str, str]] | None = None) -> int:
    whole = figures["share"] == earlier.get("share")
    fell = 0
    for kind, row in figures.items():
        known = earlier.get(kind)
        if not isinstance(row, dict) or not isinstance(known, dict):
            continue
        for name in sorted(set(row["wrong"]) - set(known["wrong"])):
            if kind == "fault" and (entry := (moved or {}).get(name)):
                levels = f"{entry['from']} to {entry['to']} ({entry['clause']})"
                print(f"fault {name} moved from {levels}: {entry['because']}", file=sys.stderr)
                continue
            print(f"{kind} {name} fell: it was judged right", file=sys.stderr)
            fell = 1
        if row["requests"] > known["requests"] * (DEARER if whole else DEARER_SHARE):
            print(f"{kind} requests rose: {row['requests']} each, earlier {known['requests']}", file=sys.stderr)
            fell = 1
    return fell
