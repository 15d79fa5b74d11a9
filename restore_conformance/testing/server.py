"""The mock as a real HTTP server on loopback while a test needs it: conforming, with a seeded fault, or unusual.

Knows names of faults and variants, and not what they change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from restore_conformance.contract.editions import chosen
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.verdicts import UsageError


@dataclass(frozen=True, slots=True)
class MockServer:
    """A server that runs: its base URL, the token of a caller that may read and write, and those of other callers.

    `identities` maps the kind of each other caller (read-only, no-permission, …) to its token.
    """

    url: str
    token: str = field(repr=False)
    identities: Mapping[str, str] = field(repr=False)


@contextlib.contextmanager
def mock(*, fault: str = "", variant: str = "", edition: str = "", token: str = "") -> Iterator[MockServer]:
    """Serve the mock on a free port of 127.0.0.1 until the block ends.

    `fault` and `variant` are names that `restore-conformance serve --list` prints; several variants are joined by +.
    Without an `edition` a fault is served in the one in which it shows. `token` is the one that the server shall take
    for that of a good caller; else it has a new one.

    Raises UsageError for a name that is unknown, and for a fault together with a variant.
    """
    if fault and variant:
        raise UsageError("fault and variant are not served together; give one of them.")
    service = Service()
    if fault and not edition:
        from restore_conformance.bench import edition_of
        from restore_conformance.clauses import load

        edition = edition_of(load(), fault)
    service.unknown_members = chosen(edition).newer_members
    if token:
        service.tokens = {token: "good", **{t: kind for t, kind in service.tokens.items() if kind != "good"}}
    if fault or variant:
        from restore_conformance.bench.generated import with_fault, with_variants

        if fault:
            with_fault(fault, service)
        else:
            with_variants(variant.split("+"), service)
    others = {kind: other for other, kind in service.tokens.items() if kind != "good"}
    with serving(service) as url:
        yield MockServer(url, service.token, others)
