"""Who gave a recorded answer: the service itself, or something that stands in for it. In doubt, it was a stand-in.

Looks at addresses, certificates and the service's own diagnostics, and knows no clause.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from restore_conformance import __version__
from restore_conformance.exchange import Response
from restore_conformance.targets.target import is_service

DIAGNOSTIC = "x-ms-ags-diagnostic"
"""What the service's gateway tells about itself in every answer: data centre, slice, ring, unit."""

TOLD = (("DataCenter", ""), ("Slice", "slice "), ("Ring", "ring "), ("ScaleUnit", "unit "))
OWN_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables by which a machine trusts other authorities than the public ones."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording is made: the base URL, "" for the mock in this process.

    `trust` says what else than the public authorities vouches for the server; "" for nothing else.
    """

    base: str = ""
    trust: str = ""


def place_of(base: str, ca_bundle: str, environment: Mapping[str, str] | None = None) -> Place:
    """The place at a base URL. With certificates of one's own anybody may answer in the service's name."""
    environment = os.environ if environment is None else environment
    return Place(base, (ca_bundle and "--ca-bundle") or next((name for name in OWN_TRUST if environment.get(name)), ""))


def origin_of(place: Place, answers: Sequence[Response]) -> str:
    """ "live" where all of it was answered by the service, and nobody else could have; else "mock"."""
    proven = is_service(place.base) and not place.trust and all(_gateway(one) for one in answers)
    return "live" if proven else "mock"


def service_of(place: Place, answers: Sequence[Response]) -> str:
    """The service and its version, as far as the answers tell."""
    if not place.base:
        return f"mock {__version__}"
    if origin_of(place, answers) == "live":
        found = _gateway(answers[0])
        version = place.base.rstrip("/").rpartition("/")[2]
        return ", ".join([version, *(name + found[key] for key, name in TOLD if found.get(key))])[:200]
    if is_service(place.base):
        why = f"its certificate was checked by {place.trust}" if place.trust else f"it told no {DIAGNOSTIC}"
        return f"a server in the name of the service, not proven to be it: {why}"
    said = next((said for one in answers if (said := one.header("Server"))), "")
    return f"a stand-in that calls itself {said[:100]}" if said else "a stand-in that tells no version"


def _gateway(answer: Response) -> dict[str, str]:
    """What the service's gateway says of itself, or nothing."""
    try:
        told = json.loads(answer.header(DIAGNOSTIC) or "")["ServerInfo"]
        return {key: str(told[key]) for key, _ in TOLD if told.get(key)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
