"""Looks for secrets in files that are about to be shared. A secret is named by its kind, never shown.

Everything was scrubbed before it was stored; this is a second check, which refuses instead of replacing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.scrub import Scrub
from restore_conformance.scrub.placeholders import PLACEHOLDER

FORMS = {
    "a token": re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+){1,4}"),
    "a refresh token": re.compile(r"(?<![A-Za-z0-9_.-])[01]\.A[A-Za-z0-9_-]{2}[A-Za-z0-9_.-]{40,}"),
    "a client secret": re.compile(r"(?<![A-Za-z0-9_.~-])[A-Za-z0-9_.~-]{3}\dQ~[A-Za-z0-9_.~-]{31,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a signature of shared access": re.compile(r"[?&;]sig=(?!scrubbed-)[A-Za-z0-9%+/=_-]{16,}", re.IGNORECASE),
    "a bearer token": re.compile(
        r"\bbearer(?:\s|%20|\+)+(?!\$|\{|<|scrubbed[-.])[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE
    ),
}
"""Forms that are secrets wherever they stand, and their names."""

CALLED = {
    "token": "a token", "mail": "a mail address", "host": "a private host",
    "tenant": "the id of a tenant", "name": "a name", "user": "the id of a user",
    "application": "the id of an application", "secret": "a secret", "cookie": "a cookie",
    "address": "an address of a machine", "browse": "a browse session", "jwt": "a token", "claim": "a claim of a token",
}  # fmt: skip

_LABEL = re.compile(r"scrubbed[-.](?P<label>[a-z]+)", re.IGNORECASE)
_BEGUN = re.compile(r"(?<![A-Za-z0-9])(?:scrubbed[-.][A-Za-z0-9.@~=-]{0,90}|5c12bbed[-0-9a-fA-F]{0,28})")
_CUT = re.compile(
    r"(?<=\")(?:s|sc|scr|scru|scrub|scrubb|scrubbe|scrubbed|5|5c|5c1|5c12|5c12b|5c12bb|5c12bbe)(?=\\*\"|\s*…|\Z)"
)
_NOTE = re.compile(r"\s*… \([\d,]+ (?:bytes? in all|characters?)\)")
"""A placeholder, or less, at the place where a body was cut; and the note that says so."""

_WHOLE = "scrubbed-name-000000000000"


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret in a file that was about to be written: where, and of what kind."""

    file: str
    kind: str


def leaks(files: Mapping[str, bytes], exchanges: Iterable[dict[str, Any]], scrub: Scrub) -> list[Leak]:
    """Every kind of secret in the files, and in the headers of the exchanges they hold. Empty where there is none."""
    hits = [Leak(name, kind) for name, raw in files.items() for kind in kinds(raw.decode("utf-8", "replace"), scrub)]
    for exchange in exchanges:
        for side in ("request", "response"):
            headers = (exchange[side] or {}).get("headers", ())
            for name, value in headers:
                if scrub.header(name, value) != value:
                    hits.append(Leak(f"exchange {exchange['number']}", "a secret in a header"))
    return list(dict.fromkeys(hits))


def kinds(text: str, scrub: Scrub) -> Iterator[str]:
    """The kinds of secret in a text: of a form that is secret anywhere, or what the scrubber would replace."""
    for kind, form in FORMS.items():
        if form.search(text):
            yield kind
    # A placeholder that was cut off in the middle is not a secret: it is completed, so that it is recognised.
    plain = _NOTE.sub(_WHOLE, _CUT.sub(_WHOLE, _BEGUN.sub(_whole, text)))
    scrubbed = scrub.text(plain)
    if scrubbed != plain:
        more = Counter(PLACEHOLDER.findall(scrubbed)) - Counter(PLACEHOLDER.findall(plain))
        yield from sorted({_called(placeholder) for placeholder in more} or {"a coded secret"})


def _whole(match: re.Match[str]) -> str:
    return match[0] if PLACEHOLDER.fullmatch(match[0]) else _WHOLE


def _called(placeholder: str) -> str:
    label = _LABEL.match(placeholder)
    return CALLED.get(label["label"].lower(), "an identity") if label else "an id of a tenant or of a user"
