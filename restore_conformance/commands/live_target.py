"""A live target at the command line: its settings, the plan that is shown, leave to send it, and what was left.

Sends nothing.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, TextIO

from restore_conformance.clauses import Register
from restore_conformance.commands.arguments import Source, source_of, where
from restore_conformance.commands.options import (
    NAMED,
    check_kind,
    check_version,
    kind_of,
    live_settings,
    noted,
    unless_emulator,
)
from restore_conformance.output import gate
from restore_conformance.settings import Settings, values
from restore_conformance.settings.table import ROWS
from restore_conformance.stimuli import PROFILES
from restore_conformance.targets.target import url_of
from restore_conformance.verdicts import WORDS, Unready, UsageError

if TYPE_CHECKING:
    from restore_conformance.live.cleanup import Leftover
    from restore_conformance.live.permissions import JudgedCell
    from restore_conformance.live.run import LiveRun
    from restore_conformance.live.settings import Live


def live_settings_of(arguments: argparse.Namespace) -> tuple[Live, Settings]:
    """The settings of a command that judges nothing. Raises UsageError."""
    from restore_conformance.live.settings import checked

    live = live_settings(arguments)
    if arguments.target in NAMED:
        check_kind(arguments.target, "doctor")
    else:
        live.base = arguments.target
    live.ca_bundle = arguments.ca_bundle or live.ca_bundle
    checked(live, _base(arguments))
    token = values.token_from(arguments.token, noted, where(arguments, ROWS["token"]))
    return live, Settings(target=live.base, token=token, ca_bundle=live.ca_bundle)


def _base(arguments: argparse.Namespace) -> str:
    """How the base URL of a live target was given."""
    return "live.base" if arguments.target == "live" else where(arguments, ROWS["target"])


def live_of(arguments: argparse.Namespace, settings: Settings, command: str) -> Live | None:
    """The settings of a live target, or None where the target is another one. Raises UsageError."""
    from restore_conformance.live.settings import checked

    if kind_of(arguments, command) != "live":
        return None
    live = live_settings(arguments)
    if settings.target != "live":
        check_version(settings.target)
        parts = url_of(settings.target)
        if parts is None or parts.scheme != "https":
            raise UsageError(
                f"{parts and parts.hostname} is not this machine, so it is a live target, and those are reached by "
                f"https only.{unless_emulator(settings.target)}"
            )
        live.base = settings.target
    live.ca_bundle = settings.ca_bundle or live.ca_bundle
    checked(live, _base(arguments))
    check_version(live.base)
    named = "" if source_of(arguments, "profile") is None else arguments.profile
    if named and not PROFILES[named].requests:
        raise UsageError(f"--profile {named} is not for live targets; give live or live-deep.")
    settings.profile = named or "live"
    settings.target = live.base
    settings.ca_bundle = live.ca_bundle
    if live.max_requests and source_of(arguments, "max_requests") in {None, Source.FILE}:
        settings.max_requests = live.max_requests
    if live.restore_points and not settings.restore_points:
        settings.restore_points = values.restore_points_from(live.restore_points, "live.restore-points")
    if live.granular_items and not settings.granular_items:
        settings.granular_items = values.granular_items_from(live.granular_items, "live.granular-items")
    return live


def run_of(arguments: argparse.Namespace, settings: Settings, register: Register) -> LiveRun | None:
    """The run of a live target, before anything is sent; None for another target. Raises UsageError."""
    live = live_of(arguments, settings, "run")
    if live is None:
        return None
    from restore_conformance.live.run import LiveRun

    return LiveRun(settings, live, register, yes=arguments.yes)


def only_shown(run: LiveRun, arguments: argparse.Namespace, what: str) -> bool:
    """Whether the plan is only shown, as --dry-run asks. Raises Unready where it is shown for want of leave."""
    if run.leave and not arguments.dry_run:
        return False
    print_plan(run, sys.stdout)
    if not arguments.dry_run:
        raise without_leave(run.live, what)
    return True


def without_leave(live: Live, what: str) -> Unready:
    """What to say where a live target was sent nothing, since nobody gave leave: exit 3, so that it is noticed."""
    return Unready(
        f"Nothing was sent to {live.host}: give --yes to {what} (or name the tenant in live.allow), or --dry-run if "
        f"the plan is all you want.{unless_emulator(live.base)}"
    )


def print_plan(run: LiveRun, out: TextIO) -> None:
    """Print a plan: each request, what the documents say of it, the clauses it is sent for, and what is deleted."""
    from restore_conformance.campaign.coverage import CREATED, REFUSED

    plan, live = run.planned(), run.live
    print(f"Plan for {live.base}, tenant {live.login.tenant or '(of the caller)'}:", file=out)
    rows = [(create, "read back") for create in plan.pair or ()] + [(create, "") for create in plan.creates]
    for number, (create, why) in enumerate(rows, 1):
        says = {CREATED: "makes a draft", REFUSED: "is refused"}.get(create.expects, "either way")
        caller = "" if create.stimulus.caller == "good" else f" as {create.stimulus.caller}"
        print(f"{number:4} POST create {create.stimulus.family + caller:46} {says:14} {why}", file=out)
        own = create.serves - plan.shared[CREATED] - plan.shared[REFUSED]
        for address in sorted(own or create.sent_for):
            print(f"       {address}", file=out)
    if plan.granular:
        print(f"     POST create {plan.granular.stimulus.family}, and read what it holds", file=out)
    if plan.pair:
        looked = f", with {', '.join(plan.extras)}" if plan.extras else ""
        print(f"     {plan.reads} more about these sessions: read, read again, deleted{looked}", file=out)
    print(f"     every create that is accepted also serves {len(plan.shared[CREATED])} clauses, refused", file=out)
    print(f"     {len(plan.shared[REFUSED])}: {', '.join(sorted(plan.shared[REFUSED]))}", file=out)
    print(
        f"Writes: {len(plan.every)} creates, of which at most {plan.sessions} make a draft; "
        "nothing is ever activated.\n"
        f"Clean-up: every draft is read back and deleted, {plan.sessions} deletes at most.\n"
        f"Requests: {plan.requests} of at most {plan.bound}, and {plan.reserve} in reserve for refusals that "
        "are accepted.\n"
        f"Kept: {plan.kept} more, {run.requests} in all, to ask again what is refused against the documents; drafts "
        "that are made so are read back and deleted as well.",
        file=out,
    )
    if plan.spare:
        names = ", ".join(create.stimulus.family for create in plan.spare)
        print(f"If there is room in the end: {names}.", file=out)
    if plan.cells:
        asked = ", ".join(f"{operation} as {caller}" for caller, operation in plan.cells)
        print(f"For the permission matrix, on a draft of ours: {asked}.", file=out)
    reasons: dict[str, list[str]] = {}
    for address, gap in plan.unreachable.items():
        reasons.setdefault(gap.says or "needs another caller: see [live.identity.…], or is not touched", []).append(
            address
        )
    for why, addresses in reasons.items():
        print(f"Not touched: {', '.join(addresses)}\n       {why}", file=out)
    if not run.settings.restore_points:
        print("No restore points are named, so no create is sent that could be accepted with artifacts.", file=out)


def print_permissions(cells: list[JudgedCell], out: TextIO) -> None:
    """Print the permission matrix: who was allowed what, by the tables and in fact."""
    if not cells:
        return
    print("Permissions: caller, operation, as the page's table says, as answered", file=out)
    for cell in cells:
        verdict = WORDS[cell.verdict]
        print(f"  {verdict:12} {cell.caller:14} {cell.operation:14} {cell.expected:8} {cell.seen}", file=out)


def print_left(left: list[Leftover], unanswered: int, out: TextIO) -> None:
    """List what could not be deleted."""
    for leftover in left:
        shown = gate.harmless(f"{leftover.session or '(id unknown)'}: {leftover.why}.").replace("\n", "\\n")
        print(f"Left behind: {shown}", file=out)
    if unanswered:
        print(
            f"{unanswered} creates had no answer and made nothing that can be seen yet; the next start, or "
            "restore-conformance cleanup, looks again.",
            file=out,
        )
