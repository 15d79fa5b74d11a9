"""`serve`: the mock as a real HTTP server, conforming, unusual but conforming, or with a seeded fault."""

from __future__ import annotations

import argparse

from restore_conformance.commands.arguments import add_settings, refuse_unused
from restore_conformance.commands.options import edition_of
from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.settings.values import token_from
from restore_conformance.verdicts import UsageError

MODES = {"serve": "--port --fault --variant --token --edition --as-of", "serve --list": "--list"}
"""The options of serving, and of listing what can be served."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("--port", type=int, default=0, metavar="P", help="port on 127.0.0.1 (default: a free one)")
    add("--fault", default="", metavar="NAME", help="serve with this seeded defect")
    add("--variant", default="", metavar="NAME[+NAME…]", help="serve with these unusual but conforming habits")
    add(
        "--token",
        default="",
        metavar="T",
        help="accept this as the token of a good caller (default: a fresh one)",
    )
    add_settings(parser, "serve")
    add("--list", action="store_true", help="list the faults and variants, and end")


def main(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; prints the base URL, the tokens, and a command to try."""
    from restore_conformance.bench import generated
    from restore_conformance.mock import Service
    from restore_conformance.mock.faults import ALIASES, FAULTS
    from restore_conformance.mock.variants import VARIANTS

    refuse_unused(arguments, MODES, "serve --list" if arguments.list else "serve")
    if arguments.list:
        for fault in (*FAULTS.values(), *generated.faults().values()):
            print(f"fault    {fault.name:42} {fault.breaks}")
        for name, other in (ALIASES | generated.SAME).items():
            print(f"fault    {name:42} the same as {other}")
        for variant in (*VARIANTS.values(), *generated.variants().values()):
            print(f"variant  {variant.name:42} {variant.dimension}")
        return 0
    if arguments.fault and arguments.variant:
        raise UsageError("--fault and --variant are not served together.")
    edition = _edition(arguments)
    service = Service()
    service.unknown_members = edition.newer_members
    if token := token_from(arguments.token, lambda text: print(f"Note: {text}")):
        service.tokens = {token: "good", **{t: k for t, k in service.tokens.items() if k != "good"}}
    if arguments.fault:
        generated.with_fault(arguments.fault, service)
    if arguments.variant:
        generated.with_variants(arguments.variant.split("+"), service)
    from restore_conformance.mock.server import listen, run

    listening = listen(arguments.port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/beta"
    print(f"Serving {arguments.fault or arguments.variant or 'a conforming service'} at {address}")
    for token, kind in service.tokens.items():
        print(f"  {kind:14} {token}")
    asked = f" --edition {edition.edition.name}" if edition != chosen() else ""
    print(f"Try: restore-conformance run --target {address} --token {service.token}{asked}", flush=True)
    run(service, listening)
    return 0


def _edition(arguments: argparse.Namespace) -> Chosen:
    """The edition that is served: the one that is named, or the one under which the seeded fault shows."""
    edition = edition_of(arguments)
    if arguments.fault and not arguments.edition and not arguments.as_of:
        from restore_conformance.bench import edition_of as shows_in
        from restore_conformance.clauses import load

        return chosen(shows_in(load(), arguments.fault))
    return edition
