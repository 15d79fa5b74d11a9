"""`serve`: the mock as a real HTTP server, conforming, odd, or with a seeded fault."""

from __future__ import annotations

import argparse

from restore_conformance.verdicts import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("--port", type=int, default=0, metavar="P", help="port on 127.0.0.1 (default: a free one)")
    add("--fault", default="", metavar="NAME", help="serve with this seeded defect")
    add("--variant", default="", metavar="NAME[+NAME…]", help="serve with these odd but conforming habits")
    add(
        "--token",
        default="",
        metavar="T",
        help="accept this as the token of a good caller (default: a fresh one)",
    )
    add("--list", action="store_true", help="list the faults and variants, and end")


def main(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; prints the base URL, the tokens, and a command to try."""
    from restore_conformance.mock import Service
    from restore_conformance.mock.faults import ALIASES, FAULTS, seeded
    from restore_conformance.mock.variants import VARIANTS, shaped

    if arguments.list:
        for fault in FAULTS.values():
            print(f"fault    {fault.name:42} {fault.blames}")
        for name, other in ALIASES.items():
            print(f"fault    {name:42} the same as {other}")
        for variant in VARIANTS.values():
            print(f"variant  {variant.name:42} {variant.dimension}")
        return 0
    if arguments.fault and arguments.variant:
        raise UsageError("--fault and --variant are not served together.")
    service = Service()
    if arguments.token:
        service.tokens = {arguments.token: "good", **{t: k for t, k in service.tokens.items() if k != "good"}}
    if arguments.fault:
        seeded(arguments.fault, service)
    if arguments.variant:
        shaped(arguments.variant, service)
    from restore_conformance.mock.server import listen, run

    listening = listen(arguments.port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/beta"
    print(f"Serving {arguments.fault or arguments.variant or 'a conforming service'} at {address}")
    for token, kind in service.tokens.items():
        print(f"  {kind:14} {token}")
    print(f"Try: restore-conformance run --target {address} --token {service.token}", flush=True)
    run(service, listening)
    return 0
