"""Protocol acts: who asks, in which media type, with bytes that are not JSON, or unusual JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from restore_conformance.contract.workload import GRANULAR, GRANULAR_TYPE, STANDARD, odata_type
from restore_conformance.stimuli.families import Knobs, family, granular, standard
from restore_conformance.stimuli.materials import Materials
from restore_conformance.stimuli.open_questions import opaque_values, other_annotations
from restore_conformance.stimuli.stimulus import Stimulus

MALFORMED = (
    "Basic {token}",
    "{token}",
    "Bearer",
    "Token {token}",
    "Bearer,{token}",
)
UNRELATED = "Bearer nobody-issued-this-token"
ALTERED = (
    "Bearer {token}x",
    UNRELATED,
    "Bearer {shorter}",
    "Bearer {swapped}",
    "Bearer x{token}",
    "Bearer {token}{token}",
    "Bearer {token} {token}",
)
"""Each but the second is another token than the one it was made of, by a character or two (see `campaign.sender`)."""


@family("no-token", 3)
def no_token(m: Materials, k: Knobs) -> Stimulus:
    if k.variant % 3 == 1:
        return Stimulus("no-payload", None, defect="no-token", authorization=None)
    make = granular if k.variant % 3 == 2 else standard
    return replace(make(m, k), defect="no-token", authorization=None)


@family("token-malformed", len(MALFORMED))
def token_malformed(m: Materials, k: Knobs) -> Stimulus:
    return replace(
        standard(m, k),
        defect="token-malformed",
        authorization=MALFORMED[k.variant % len(MALFORMED)],
    )


@family("token-altered", len(ALTERED))
def token_altered(m: Materials, k: Knobs) -> Stimulus:
    return replace(
        standard(m, k),
        defect="token-altered",
        authorization=ALTERED[k.variant % len(ALTERED)],
    )


@family("no-media-type", 2)
def no_media_type(m: Materials, k: Knobs) -> Stimulus:
    return replace(standard(m, k), defect="no-media-type", media=None)


@family("other-media-type", 5)
def other_media_type(m: Materials, k: Knobs) -> Stimulus:
    media = (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "text/html",
    )
    return replace(standard(m, k), defect="other-media-type", media=media[k.variant % 5])


@family("not-json", 7)
def not_json(m: Materials, k: Knobs) -> Stimulus:
    body = standard(m, k._replace(style=0)).body or b""
    broken = (
        body[:-1],
        body[: len(body) // 2],
        body.replace(b'"', b"'"),
        f"{STANDARD}=1".encode(),
        body.replace(b":", b" ", 1),
        b"{,}",
        f"<{STANDARD}/>".encode(),
    )[k.variant % 7]
    return Stimulus("no-json", broken, defect="not-json")


@family("trailing-text", 3)
def trailing_text(m: Materials, k: Knobs) -> Stimulus:
    body = standard(m, k._replace(style=0)).body or b""
    return Stimulus("no-json", body + (b" and more", b"{}", b"]")[k.variant % 3], defect="trailing-text")


@family("not-an-object", 5)
def not_an_object(m: Materials, k: Knobs) -> Stimulus:
    body = standard(m, k._replace(style=0)).body or b""
    return Stimulus(
        "no-object",
        (b"[]", b'"text"', b"5", b"true", b"[" + body + b"]")[k.variant % 5],
        defect="not-an-object",
    )


@family("null-payload", 1)
def null_payload(m: Materials, k: Knobs) -> Stimulus:
    return Stimulus("null", b"null", open="null-payload")


@family("not-utf8", 3)
def not_utf8(m: Materials, k: Knobs) -> Stimulus:
    body = standard(m, k._replace(style=0)).body or b""
    bodies = (b'{"note":"\xff\xfe",' + body[1:], body[:-1] + b',"\xc3\x28":1}', b"\x80" + body)
    return Stimulus("no-json", bodies[k.variant % 3], defect="not-utf8")


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


@family("very-large", 2)
def very_large(m: Materials, k: Knobs) -> Stimulus:
    body = standard(m, k._replace(style=0)).body or b""
    large = b'{"note":"' + b"x" * (1 << 20) + b'",' + body[1:] if k.variant % 2 else b" " * (1 << 20) + body
    return Stimulus("standard", large, open="very-large")


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
