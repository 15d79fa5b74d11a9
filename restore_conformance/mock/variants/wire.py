"""Odd but conforming ways to put an answer on the wire, as RFC 9110 and RFC 9112 allow them.

They show over HTTP only: a service with a manner of its own is served over plain sockets.
"""

from __future__ import annotations

import random
from typing import Any

from restore_conformance.mock.manner import Manner
from restore_conformance.mock.service import Service
from restore_conformance.mock.variants.field_places import plain

WIRE = "wire-"
"""How the dimensions that need a wire begin."""


def manner(service: Service, **habits: Any) -> None:
    """Give a service habits on the wire, beside those it has."""
    service.manner = service.manner or Manner()
    for name, value in habits.items():
        setattr(service.manner, name, value)


def habit(name: str, dimension: str, allowed: str, **habits: Any) -> None:
    """Register a variant that is a habit on the wire."""
    plain(WIRE + name, WIRE + dimension, allowed, lambda service: manner(service, **habits))


habit("gzip", "coding", "RFC 9110 section 8.4: a coding that the caller accepts.", coding="gzip")
habit("deflate", "coding", "RFC 9110 section 8.4.1.2: deflate is the zlib format.", coding="deflate")

habit("chunked", "framing", "RFC 9112 section 7.1: chunks of any size.", framing="chunked")
habit(
    "chunked-extended",
    "framing",
    "RFC 9112 sections 7.1.1 and 7.1.2: chunk extensions and trailers may be passed over.",
    framing="extended",
)
habit("until-close", "framing", "RFC 9112 section 6.3: a body may end with the connection.", framing="close")
habit(
    "http-1.0",
    "framing",
    "RFC 9112 section 2.3: an answer in the older version, which ends with the connection.",
    version="1.0",
    framing="close",
)

habit("closed", "connection", "RFC 9112 section 9.6: Connection: close after each answer.", closing="said")
habit("dropped", "connection", "RFC 9112 section 9.5: a server may close an idle connection.", closing="unsaid")

habit("split", "writes", "RFC 9293: TCP has no messages; a head may come byte by byte.", first=120, size=512)
habit("dribble", "writes", "No page promises a time.", size=160, pause=0.0004)

habit("continue", "interim", "RFC 9110 section 15.2.1: any number of 100s.", interim=(b"100 Continue",) * 2)
habit(
    "early-hints",
    "interim",
    "RFC 9110 section 15.2 and RFC 8297: an interim answer may be passed over.",
    interim=(b"103 Early Hints\r\nLink: </style.css>; rel=preload",),
)


def _mixed_case(name: str) -> str:
    dice = random.Random(name)  # noqa: S311 - which letters, not a secret
    return "".join(dice.choice((letter.lower(), letter.upper())) for letter in name)


habit("no-reason", "head", "RFC 9112 section 4: the reason phrase may be empty.", reason=False)
habit(
    "odd-spacing",
    "head",
    "RFC 9112 section 5.1: white space around a value is optional and no part of it.",
    spacing=("", " \t "),
)
habit("mixed-case", "head", "RFC 9110 section 5.1: field names are compared without case.", spell=_mixed_case)
