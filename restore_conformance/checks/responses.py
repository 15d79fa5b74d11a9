"""Whether a request was accepted or refused as it should be, and whether a refusal has its documented shape.

Texts of messages are never judged: the vendor says not to branch on them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import NOTHING, Exchange
from restore_conformance.recogniser.answers import codes
from restore_conformance.recogniser.defects import says
from restore_conformance.recogniser.statuses import meaning
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched

ANY_TOKEN = "any-token-taken"  # noqa: S105 - the name of a fact
"""The fact that a target never refused a bearer token for what it is."""
NO_ROUTE = "no-route:"
"""With an operation: the fact that the target answers everything that asks for it with one and the same 400."""
ITEMS_REFUSED = "items-refused"
"""The fact that a target refuses every item that was made up, and other granular requests by rows of the table."""
UNLISTED = "unlisted-ids-checked:"
"""Begins the fact that a target refuses ids of a kind which the user did not name beside those that were named."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a request with one defect may be answered: statuses ("4xx" is any that is a refusal), and a code or None."""

    defect: str
    statuses: frozenset[int | str]
    code: str | None
    prefer: int | None = None

    def allows(self, status: int | None) -> bool:
        if status is None:
            return False
        # A 403 that comes of the token alone never gets here: it is trouble, blamed on nobody.
        any_refusal = meaning(status).refuses or status == 403
        return status in self.statuses or ("4xx" in self.statuses and any_refusal)

    def __str__(self) -> str:
        named = " or ".join(str(s) for s in sorted(self.statuses, key=str))
        return f"{named} {self.code}" if self.code else f"{named} with an error envelope"


@functools.lru_cache(maxsize=8)
def refusals(operation: str = "create") -> dict[str, Refusal]:
    """The refusals an operation's page documents, by defect (`schemas/<operation>/page.toml`)."""
    rows = {}
    for row in pinned().toml(f"{operation}/page.toml").get("error", []):
        rows[row["defect"]] = Refusal(row["defect"], frozenset(row["status"]), row.get("code"), row.get("prefer"))
    return rows


def shown(exchange: Exchange) -> str:
    """Status and codes of an answer, for messages."""
    if exchange.response is None:
        return exchange.trouble or "no answer"
    named = [code for _, code in codes(exchange.answer)]
    return f"{exchange.status}" + (f" {'/'.join(named)}" if named else "")


def may_pass(exchange: Exchange) -> bool:
    """Whether an answer is a client error that can be taken at its word.

    One that the documents do not allow may have a passing reason (load, a quota, maintenance), which no success has.
    """
    return not exchange.trouble and exchange.status is not None and 400 <= exchange.status < 500


def again(exchange: Exchange) -> str:
    """What the control found, for messages."""
    return f" ({exchange.note})" if exchange.note else ""


def otherwise(exchange: Exchange, wanted: str, expected: str, *, to: str = "", **more: Any) -> Deviation:
    """The deviation of an answer that is another one than was wanted, `to` some request; as its status alone shows."""
    comma = "" if wanted.endswith(";") else ","
    return Deviation(
        f"{to}expected {wanted}{comma} got {shown(exchange)}{again(exchange)}",
        expected=expected,
        observed=shown(exchange),
        **{"by_status": True, **more},
    )


def refused_otherwise(exchange: Exchange, wanted: str, expected: str, **more: Any) -> Deviation:
    """The same, where a fact about the target may excuse the answer, and a refusal may have a passing reason."""
    return otherwise(exchange, wanted, expected, unless=_excuse(exchange), refusal=may_pass(exchange), **more)


def is_refusal(exchange: Exchange) -> bool:
    """Whether the payload was refused: a client error that is not about the caller, the pace or the way."""
    return meaning(exchange.status).refuses


def created_for_its_members(exchange: Exchange) -> None:
    """As `created`; a refusal of a request that also names its own type is for the clause on control information."""
    about_points = exchange.sent.kind == "standard" and ids_excuse(exchange, "standard")
    if "odata-type" in exchange.sent.tags and is_refusal(exchange) and not about_points:
        raise Untouched("the request names its own @odata.type, which the target may have refused it for")
    created(exchange)


def created(exchange: Exchange) -> None:
    """The request was answered 201 Created.

    A refusal of well-formed ids that the user did not name is excused where the target refused all of them.
    """
    if exchange.status != 201:
        raise refused_otherwise(exchange, f"201 Created for a valid {exchange.sent.kind} request", "201 Created")


def _excuse(exchange: Exchange) -> str:
    """Which fact about the target would make this answer conforming.

    It checks ids, it takes no `@odata.type`, or it takes any bearer token.
    """
    if exchange.status == 201 and "token-altered" in exchange.sent.defects:
        return ANY_TOKEN
    typed = "odata-type" in exchange.sent.tags and is_refusal(exchange) and exchange.sent.defects
    about_type = "control-information-refused" if typed else ""
    kind = _kind(exchange)
    return ids_excuse(exchange, kind) or about_type or ids_excuse(exchange, kind, any_code=kind == "granular")


def _kind(exchange: Exchange) -> str:
    """The kind of artifacts that a refusal is about."""
    kind: str = exchange.sent.kind
    if kind == "mixed":
        named = _named(exchange)
        kind = "granular" if "browse" in named or "item" in named else "standard"
    return kind


def ids_excuse(exchange: Exchange, kind: str, *, any_code: bool = False) -> str:
    """The fact that would excuse a refusal of artifacts of a kind whose ids the target may check, or "".

    `any_code` takes a code that says nothing of ids as well, unless it says that there are no granular sessions at all.
    """
    if kind not in {"standard", "granular"}:
        return ""
    words = ["invalidrestorepoint", "notfound", "browse", "item"]
    if kind == "granular":
        words.append("invalidartifactrequest")  # no row says how an item that is not there is refused
    about_ids = any(word in _named(exchange) for word in words)
    any_code = any_code and "support" not in _named(exchange)
    about_ids = about_ids or exchange.status == 404
    if exchange.status not in {400, 404, 410, 422} or not (about_ids or any_code):
        return ""
    if "id-not-listed" in exchange.sent.tags:
        return f"{UNLISTED}{kind}"
    if not about_ids:
        return ITEMS_REFUSED
    return "restore-points-checked" if kind == "standard" else "items-checked"


def _named(exchange: Exchange) -> str:
    return " ".join(code.lower() for _, code in codes(exchange.answer))


def refused(exchange: Exchange, defect: str) -> str | None:
    """The request was refused as the documents say for this defect; returns where the code stood, or the status."""
    if exchange.sent.arguable:
        refused_for_any(exchange, {defect, *exchange.sent.arguable})
        return None
    return refused_as(exchange, refusals()[defect])


def refused_as(exchange: Exchange, want: Refusal) -> str | None:
    """The request was refused with one of the statuses and the code of a documented row."""
    if not want.allows(exchange.status):
        raise refused_otherwise(exchange, f"{want}, since {says(want.defect)};", str(want))
    if want.code is None:
        return str(exchange.status) if len(want.statuses) > 1 else _preferred(want, exchange.status)
    return _code_place(exchange, [want])


def _preferred(want: Refusal, status: int | None) -> str | None:
    if want.prefer is None:
        return None
    return str(status) if status == want.prefer else "other-4xx"


def _code_place(exchange: Exchange, wanted: Iterable[Refusal]) -> str | None:
    names = {want.code for want in wanted if want.code}
    folded = {name.lower() for name in names}
    found_codes = list(codes(exchange.answer))
    for place, code in found_codes:
        if code in names:
            return place
    for _, code in found_codes:
        if code.lower() in folded:
            return "other-case"
    expected = " or ".join(sorted(names))
    raise refused_otherwise(
        exchange, f"the code {expected} with {exchange.status}", f"{exchange.status} {expected}",
        pointer="/error/code", by_status=False,
    )  # fmt: skip


def refused_for_any(exchange: Exchange, defects: Iterable[str]) -> None:
    """The request was refused for one of several defects, whichever the target looks at first."""
    refused_as_any(exchange, [refusals()[defect] for defect in sorted({*defects, *exchange.sent.arguable})])


def refused_as_any(exchange: Exchange, wanted: list[Refusal]) -> str | None:
    """The request was refused with the status and code of one of several documented rows; where the code stood."""
    fitting = [want for want in wanted if want.allows(exchange.status)]
    expected = "; or ".join(str(want) for want in wanted)
    if not fitting:
        raise refused_otherwise(exchange, f"one of: {expected};", expected)
    return _code_place(exchange, fitting) if all(want.code for want in fitting) else None


def created_or_refused(exchange: Exchange, *defects: str) -> str:
    """Both readings are fair: accepted ("accept"), or refused as for one of these defects ("reject")."""
    if exchange.status == 201:
        return "accept"
    refused_for_any(exchange, defects)
    return "reject"


def either_way(exchange: Exchange) -> str:
    """The documents are silent: 201 ("accept") or any refusal of the payload ("reject"), but no other answer.

    A refusal of a request with several open questions answers none of them: "".
    """
    if exchange.status == 201:
        return "accept"
    if is_refusal(exchange):
        return "reject" if len(exchange.sent.open) == 1 else ""
    raise otherwise(exchange, "201, or a 4xx with an error envelope", "201, or 4xx with an error envelope")


def refused_somehow(exchange: Exchange) -> None:
    """The payload was refused, for whatever reason."""
    if not is_refusal(exchange):
        raise otherwise(exchange, "a 4xx with an error envelope", "4xx with an error envelope")


def envelope(exchange: Exchange) -> None:
    """The body is Graph's error envelope."""
    if exchange.answer is NOTHING:
        size = len(exchange.response.body) if exchange.response else 0
        observed = f"{size} bytes that are not JSON{again(exchange)}"
        raise Deviation(
            f"expected a JSON error envelope with {exchange.status}, got {observed}",
            expected='{"error": {"code": …, "message": …}}',
            observed=beginning(exchange),
        )
    breaches = pinned().breaches("create/error.json", exchange.answer)
    if breaches:
        worst = breaches[0]
        raise Deviation(
            f"{worst.pointer or '/'} of the error envelope: {worst.message}, got {_clip(worst.value)}",
            expected='{"error": {"code": …, "message": …}}',
            observed=worst.value,
            pointer=worst.pointer,
        )


def json_media_type(exchange: Exchange, *, required: bool) -> None:
    """The Content-Type of the answer is application/json; parameters and letter case are free."""
    value = exchange.response.header("Content-Type") if exchange.response else None
    if value is None and not required:
        return
    if value is None and "media type" in exchange.lost:
        raise Inconclusive("may have been removed: the recording shows no media type of the answer")
    essence = (value or "").split(";")[0].strip().lower()
    if essence != "application/json":
        raise Deviation(
            f"expected Content-Type application/json with {exchange.status}, got {value or 'none'}",
            expected="application/json",
            observed=value,
        )


def beginning(exchange: Exchange) -> str:
    """The first characters of an answer's body."""
    return exchange.response.body[:200].decode("utf-8", "replace") if exchange.response else ""


def _clip(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
