"""`openapi`: print or write the composed OpenAPI document."""

from __future__ import annotations

import argparse
import json
import sys

from restore_conformance.commands.arguments import add_settings, refuse_unused
from restore_conformance.commands.options import edition_of
from restore_conformance.contract import places
from restore_conformance.output import files
from restore_conformance.verdicts import UsageError

MODES = {"openapi": "--edition --as-of", "openapi --write": "--write", "openapi --check": "--check"}
"""The options of printing, writing and comparing; schemas/openapi.json holds every edition."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add(
        "--write",
        action="store_true",
        help="write schemas/openapi.json (in a checkout), members of every edition in it",
    )
    add("--check", action="store_true", help="exit 1 if schemas/openapi.json is out of step")
    add_settings(parser, "openapi")


def main(arguments: argparse.Namespace) -> int:
    """Compose, then print, write or compare."""
    from restore_conformance.contract.documents import pinned
    from restore_conformance.contract.editions import as_of_edition
    from restore_conformance.contract.openapi import compose

    option = " --write" if arguments.write else " --check" if arguments.check else ""
    refuse_unused(arguments, MODES, f"openapi{option}")
    whole = compose(pinned())
    if not option:
        whole = as_of_edition(whole, edition_of(arguments).until)
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    path = places.SCHEMAS / "openapi.json"
    if arguments.check:
        same = path.exists() and path.read_text(encoding="utf-8") == text
        print(
            "schemas/openapi.json is in step." if same else "schemas/openapi.json is out of step; run openapi --write."
        )
        return 0 if same else 1
    if arguments.write:
        if not places.is_checkout():
            raise UsageError("--write needs a checkout; an installed package is not changed.")
        files.asked_for(path, text.encode(), str(path))
        print(f"Wrote {path.name} ({len(text)} bytes).")
        return 0
    sys.stdout.write(text)
    return 0
