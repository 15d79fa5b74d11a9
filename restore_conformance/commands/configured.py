"""What the configuration files say, for commands that read them: taken in once, with a word on what is not honoured.

Knows options by name; which files there are, and how far each is trusted, is decided in `configuration`.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from restore_conformance.configuration import FILE, Configuration, configuration
from restore_conformance.payloads import PROFILES
from restore_conformance.verdicts import UsageError


def configured(arguments: argparse.Namespace) -> Configuration:
    """The configuration of a command, read once; says what of it is not honoured. Raises UsageError."""
    found: Configuration | None = getattr(arguments, "configured", None)
    if found is None:
        found = arguments.configured = configuration(arguments.config)
        if found.notice:
            print(f"restore-conformance: {found.notice}", file=sys.stderr)
    return found


def fill_in(arguments: argparse.Namespace, run: dict[str, Any]) -> None:
    """Take from the configuration what the command line leaves open. Raises UsageError."""
    if arguments.profile is None and "profile" in run:
        if run["profile"] not in PROFILES:
            raise UsageError(f"profile {run['profile']!r} of {FILE} is none of: {', '.join(sorted(PROFILES))}.")
        arguments.profile = run["profile"]
    if arguments.seed is None:
        arguments.seed = run.get("seed")
    arguments.reading = [*(f"{key}={value}" for key, value in run.get("readings", {}).items()), *arguments.reading]
    arguments.no_har = arguments.no_har or not run.get("har", True)
    arguments.plain = arguments.plain or run.get("plain", False)
    if "edition" in run and hasattr(arguments, "edition") and not arguments.edition:
        arguments.edition = run["edition"]
