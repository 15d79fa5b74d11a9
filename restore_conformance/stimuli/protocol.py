"""Protocol acts: who asks, in which media type, with bytes that are not JSON, or unusual JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from restore_conformance.contract.workload import GRANULAR, GRANULAR_TYPE, STANDARD, odata_type
from restore_conformance.stimuli.families import Family, Knobs, family, granular, standard
from restore_conformance.stimuli.materials import Materials
from restore_conformance.stimuli.open_questions import opaque_values, other_annotations
from restore_conformance.stimuli.stimulus import Stimulus

Ways = Callable[[bytes], Sequence[bytes]]


def headed(name: str, member: str, values: Sequence[str | None]) -> None:
    """Make a family of a standard request whose token or media type must be refused."""

    def maker(m: Materials, k: Knobs) -> Stimulus:
        changed: dict[str, Any] = {member: values[k.variant % len(values)]}
        return replace(standard(m, k), defect=name, **changed)

    family(name, len(values))(maker)


def written(name: str, variants: int, kind: str, **labels: Any) -> Callable[[Ways], Family]:
    """Make a family of ways to write the body of a standard request."""

    def add(ways: Ways) -> Family:
        def maker(m: Materials, k: Knobs) -> Stimulus:
            body = standard(m, k._replace(style=0)).body or b""
            return Stimulus(kind, ways(body)[k.variant % variants], **labels)

        return family(name, variants)(maker)

    return add


headed("token-malformed", "authorization", ("Basic {token}", "{token}", "Bearer", "Token {token}", "Bearer,{token}"))
headed(
    "token-altered",
    "authorization",
    (  # each but the second is another token than the one it was made of, by a character or two (see `campaign.sender`)
        "Bearer {token}x",
        "Bearer nobody-issued-this-token",
        "Bearer {shorter}",
        "Bearer {swapped}",
        "Bearer x{token}",
        "Bearer {token}{token}",
        "Bearer {token} {token}",
    ),
)
headed("no-media-type", "media", (None, None))
headed(
    "other-media-type",
    "media",
    ("text/plain", "application/xml", "application/x-www-form-urlencoded", "application/octet-stream", "text/html"),
)


@family("no-token", 3)
def no_token(m: Materials, k: Knobs) -> Stimulus:
    if k.variant % 3 == 1:
        return Stimulus("no-payload", None, defect="no-token", authorization=None)
    make = granular if k.variant % 3 == 2 else standard
    return replace(make(m, k), defect="no-token", authorization=None)


@written("not-json", 7, "no-json", defect="not-json")
def not_json(body: bytes) -> Sequence[bytes]:
    return (
        body[:-1],
        body[: len(body) // 2],
        body.replace(b'"', b"'"),
        f"{STANDARD}=1".encode(),
        body.replace(b":", b" ", 1),
        b"{,}",
        f"<{STANDARD}/>".encode(),
    )


@written("trailing-text", 3, "no-json", defect="trailing-text")
def trailing_text(body: bytes) -> Sequence[bytes]:
    return body + b" and more", body + b"{}", body + b"]"


@written("not-an-object", 5, "no-object", defect="not-an-object")
def not_an_object(body: bytes) -> Sequence[bytes]:
    return b"[]", b'"text"', b"5", b"true", b"[" + body + b"]"


@family("null-payload", 1)
def null_payload(m: Materials, k: Knobs) -> Stimulus:
    return Stimulus("null", b"null", open="null-payload")


@written("not-utf8", 3, "no-json", defect="not-utf8")
def not_utf8(body: bytes) -> Sequence[bytes]:
    return b'{"note":"\xff\xfe",' + body[1:], body[:-1] + b',"\xc3\x28":1}', b"\x80" + body


@family("unusual-json", 5)
def unusual_json(m: Materials, k: Knobs) -> Stimulus:
    plain = standard(m, k._replace(style=0))
    body = plain.body or b""
    spelled = (
        b"\xef\xbb\xbf" + body,
        body[:-1] + b',"' + STANDARD.encode() + b'":' + body[len(STANDARD) + 4 :],
        body.replace(b"inPlace", b"\\u0069nPlace").replace(b"new", b"\\u006eew"),
        json.dumps({"note": "😀 אבג \u202e𝔘 é \u0000"}, ensure_ascii=False)[:-1].encode() + b"," + body[1:],
        b'{"note":"\\ud83d\\ude00 \\ud83d",' + body[1:],
    )[k.variant % 5]
    named = "unpredictable-json" if k.variant % 5 in {1, 4} else "unusual-json"
    return Stimulus("standard", spelled, open=named, artifacts=plain.artifacts)


@family("unusual-letters", 1)
def unusual_letters(m: Materials, k: Knobs) -> Stimulus:
    """An opaque key with letters of every plane, an item with its type, another of a second browse session.

    Where that is refused each is sent apart.
    """
    elements = m.elements("granular", max(k.size, 3), k.seed)
    elements[k.place % len(elements)]["id"] = "an item of é 😀 𝔘"
    elements[0]["@odata.type"] = odata_type(GRANULAR_TYPE)
    elements[-1]["browseSessionId"] = elements[0]["browseSessionId"][::-1]
    body = json.dumps({GRANULAR: elements}, ensure_ascii=False, separators=(",", ":")).encode()
    makers = ((opaque_values, 0), (opaque_values, 2), (unusual_json, 3), (other_annotations, 4))
    apart = tuple(make(m, k._replace(size=2, variant=variant)) for make, variant in makers)
    return Stimulus("granular", body, open="unusual-json", artifacts=len(elements), singles=apart)


@written("very-large", 2, "standard", open="very-large")
def very_large(body: bytes) -> Sequence[bytes]:
    return b" " * (1 << 20) + body, b'{"note":"' + b"x" * (1 << 20) + b'",' + body[1:]


@family("very-deep", 2)
def very_deep(m: Materials, k: Knobs) -> Stimulus:
    levels = 299  # with the object around them three hundred
    opened, closed = (b"[" * levels, b"]" * levels) if k.variant % 2 else (b'{"a":' * levels + b"1", b"}" * levels)
    return Stimulus("no-json", f'{{"{STANDARD}":'.encode() + opened + closed + b"}", open="very-deep")


@family("big-number", 1)
def big_number(m: Materials, k: Knobs) -> Stimulus:
    """An undeclared member with a number that no 64 bits hold."""
    plain = standard(m, k._replace(style=0))
    body = b'{"note":123456789012345678901234567890,' + (plain.body or b"")[1:]
    return Stimulus("standard", body, open="unknown-members", artifacts=plain.artifacts)


@family("unusual-values", 1)
def unusual_values(m: Materials, k: Knobs) -> Stimulus:
    """The same beside half of a surrogate pair; where that is refused each is sent apart."""
    plain = standard(m, k._replace(style=0))
    body = b'{"note":123456789012345678901234567890,"text":"\\ud83d",' + (plain.body or b"")[1:]
    apart = (big_number(m, k), unusual_json(m, k._replace(variant=4)))
    return Stimulus("standard", body, open="unknown-members", artifacts=plain.artifacts, singles=apart)
