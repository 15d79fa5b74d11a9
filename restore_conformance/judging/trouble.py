"""Why an answer is not evidence by itself, and what it takes to attribute that to the target.

A complete, well-formed answer is evidence by itself. Trouble is everything that a network, a gateway or an
expired token can cause as well: it is blamed on the target only after a control (see `campaign`).
Knows no clause.
"""

from __future__ import annotations

from restore_conformance.exchange import NOTHING, Exchange, Response
from restore_conformance.recogniser import READING
from restore_conformance.recogniser.statuses import CALLER, meaning
from restore_conformance.targets.target import NOT_SENT

GOOD_CALLERS = frozenset({"good", "delegated", "application", "unknown"})

NO_ANSWER = "no answer"
TIME_OUT = "time-out"
UNREACHABLE = "unreachable"
UNREAD = "not read"
UNAUTHORISED = "refused as not authorised"
THROTTLED = "throttled"
PAGE = "a page instead of JSON"
NO_JSON = "an answer that is not JSON"


def trouble(exchange: Exchange) -> str | None:
    """The kind of trouble of an exchange, or None where the answer is evidence.

    Kinds are short phrases for reports: "time-out", "status 503", "refused as not authorised", …
    An exchange that was never answered brings its kind from the target.
    """
    response = exchange.response
    if response is None:
        return exchange.trouble or NO_ANSWER
    status = response.status
    caller = exchange.sent.caller if exchange.sent is not None else "good"
    if _doubtful(status, caller, exchange) and not _about_state(exchange):
        return UNAUTHORISED
    if meaning(status).trouble:
        return THROTTLED if status == 429 else f"status {status}"
    operation = exchange.sent.operation if exchange.sent is not None else ""
    if operation == "create" and status in {404, 405}:
        return f"status {status}"
    if status in {204, 304}:
        return None
    if not response.body and status < 300 and operation in {"delete", "delete-typed"}:
        return None
    if exchange.answer is NOTHING and "body" not in exchange.lost:
        return PAGE if is_page(exchange) else NO_JSON
    return None


def _doubtful(status: int, caller: str, exchange: Exchange) -> bool:
    """Whether a 401 or 403 may come of the token's own state rather than of what was asked.

    A good caller is served; one without the permission gets 403, so that 401 says that its token is not accepted
    at all; one without a valid token gets 401, so that 403 says that somebody else refuses.
    """
    if status not in CALLER:
        return False
    if caller in GOOD_CALLERS:
        return True
    if caller in {"read-only", "no-permission"}:
        reads = exchange.sent is not None and exchange.sent.operation in READING
        return status == 401 or (caller == "read-only" and reads)
    return status == 403 and caller in {"none", "malformed", "altered", "expired"}


def _about_state(exchange: Exchange) -> bool:
    """Whether a 403 speaks of the session rather than of the caller: the documents give it a code of its own."""
    return exchange.status == 403 and b"RestoreSessionActionNotAllowed" in (exchange.response or _NONE).body


_NONE = Response(0)


def never_reached(exchange: Exchange) -> bool:
    """Whether the request may never have come to the target: no connection, or no answer in time."""
    return (exchange.trouble or "").startswith((UNREACHABLE, TIME_OUT))


def never_sent(exchange: Exchange) -> bool:
    """Whether our own client refused to send the request."""
    return (exchange.trouble or "").startswith(NOT_SENT)


def unread(exchange: Exchange) -> bool:
    """Whether an answer came and was not read, because of our own bounds: that proves nothing of the target."""
    return (exchange.trouble or "").startswith(UNREAD)


def tells_nothing(exchange: Exchange) -> bool:
    """Whether the answer is one that a wrong token, a wrong address or something in between gives to everything."""
    return exchange.trouble in {UNAUTHORISED, PAGE} or is_page(exchange) or exchange.status == 404


def is_page(exchange: Exchange) -> bool:
    """Whether the answer is an HTML page, as proxies, gateways and sign-in sites send."""
    response = exchange.response
    if response is None:
        return False
    media = (response.header("Content-Type") or "").lower()
    return "html" in media or response.body.lstrip()[:1] == b"<"
