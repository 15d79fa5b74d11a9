"""Defects that only the wire shows: answers that cannot be read, for one kind of request or one operation.

The same trouble for everybody would be the network's; tied to what was asked it is the server's.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

from restore_conformance.exchange import Headers, Request, Response, header
from restore_conformance.mock.faults.seeding import fault
from restore_conformance.mock.manner import Manner, Spoilt
from restore_conformance.mock.rules import GRANULAR, SITE
from restore_conformance.mock.service import Service

Which = Callable[[Request, Response], bool]


def spoilt(service: Service, which: Which, how: Callable[[Response], Spoilt]) -> None:
    """Put some answers on the wire as they must not be."""
    service.manner = Manner(spoil=lambda request, response: how(response) if which(request, response) else None)


def named(request: Request) -> tuple[int, int]:
    """How many full-site and granular artifacts a create request names."""
    if request.method != "POST" or not request.target.endswith("RestoreSessions"):
        return (0, 0)
    try:
        payload = json.loads(request.body or b"{}")
    except ValueError:
        return (0, 0)
    if not isinstance(payload, dict):
        return (0, 0)
    lists = [payload.get(name) for name in (SITE, GRANULAR)]
    return (len(lists[0]) if isinstance(lists[0], list) else 0, len(lists[1]) if isinstance(lists[1], list) else 0)


def with_length(response: Response, length: int, body: bytes) -> Spoilt:
    """A body behind a Content-Length that is not its own."""
    return Spoilt((*response.headers, ("Content-Length", str(length))), body)


def cut(response: Response) -> Spoilt:
    """Half of the body, and the line is cut."""
    return with_length(response, len(response.body), response.body[: len(response.body) // 2])


def other_type(headers: Headers, value: str) -> Headers:
    return (*(one for one in headers if one[0].lower() != "content-type"), ("Content-Type", value))


@fault("create/introduction.granular-accepted")
def wire_granular_body_short(service: Service) -> None:
    """Create with granular artifacts: the body is shorter than its Content-Length."""
    spoilt(service, lambda asked, came: came.status == 201 and named(asked)[1] > 0, cut)


@fault("create/response.created")
def wire_many_sites_body_short(service: Service) -> None:
    """Create with more than twenty sites: the body is shorter than its Content-Length."""
    spoilt(service, lambda asked, came: came.status == 201 and named(asked)[0] > 20, cut)


@fault("create/introduction.no-payload-accepted")
def wire_empty_gzip_invalid(service: Service) -> None:
    """Create without a payload: the answer says gzip and is none."""
    spoilt(
        service,
        lambda asked, came: came.status == 201 and asked.body is None,
        lambda came: with_length(
            Response(came.status, (*came.headers, ("Content-Encoding", "gzip"))), len(came.body), came.body
        ),
    )


@fault("create/response.object")
def wire_granular_gzip_cut(service: Service) -> None:
    """Create with granular artifacts: the gzip data lacks its end."""

    def how(came: Response) -> Spoilt:
        packed = gzip.compress(came.body)
        broken = packed[: len(packed) // 2]
        headers = (*came.headers, ("Content-Encoding", "gzip"))
        return with_length(Response(came.status, headers), len(broken), broken)

    spoilt(service, lambda asked, came: came.status == 201 and named(asked)[1] > 0, how)


@fault("create/response.object")
def wire_created_in_utf_16(service: Service) -> None:
    """Any create that succeeds: the JSON is in UTF-16."""

    def how(came: Response) -> Spoilt:
        body = came.body.decode().encode("utf-16")
        headers = other_type(came.headers, "application/json; charset=utf-16")
        return with_length(Response(came.status, headers), len(body), body)

    spoilt(service, lambda asked, came: came.status == 201 and named(asked)[0] > 0, how)


@fault("create/errors.invalid-path-type")
def wire_path_type_in_latin_1(service: Service) -> None:
    """Create without a destinationType: the refusal is in ISO 8859-1, and its text holds letters that show it."""

    def how(came: Response) -> Spoilt:
        body = came.body.decode().replace('message":"', 'message":"Zurückgewiesen: ').encode("latin-1")
        headers = other_type(came.headers, "application/json; charset=iso-8859-1")
        return with_length(Response(came.status, headers), len(body), body)

    spoilt(
        service,
        lambda asked, came: b"InvalidPathType" in came.body and b"unknownFuture" not in (asked.body or b""),
        how,
    )


@fault("create/introduction.exclusive-artifacts")
def wire_mixed_length_too_small(service: Service) -> None:
    """Create with both kinds: Content-Length is smaller than the body, so that the JSON breaks off."""
    spoilt(
        service,
        lambda asked, came: came.status == 400 and min(named(asked)) > 0,
        lambda came: with_length(came, len(came.body) - 9, came.body),
    )


@fault("list/response.collection")
def wire_list_never_ends(service: Service) -> None:
    """List: the chunks end without the last one."""

    def how(came: Response) -> Spoilt:
        body = f"{len(came.body):x}\r\n".encode() + came.body + b"\r\n"
        return Spoilt((*came.headers, ("Transfer-Encoding", "chunked")), body)

    spoilt(
        service,
        lambda asked, came: (
            came.status == 200
            and "/restoreSessions" in asked.target[-40:]
            and asked.target.partition("?")[0].endswith("/restoreSessions")
        ),
        how,
    )


@fault("get/response.session")
def wire_get_without_body(service: Service) -> None:
    """Get a session: 200 with no body at all."""
    spoilt(
        service,
        lambda asked, came: asked.method == "GET" and came.status == 200 and _is_one(asked),
        lambda came: with_length(came, 0, b""),
    )


@fault("update/request-body.additions")
def wire_update_without_answer(service: Service) -> None:
    """Add to a draft: the line is cut before the answer."""
    spoilt(
        service,
        lambda asked, came: asked.method == "PATCH" and came.status == 200,
        lambda came: Spoilt((("Content-Length", "2"),), b""),
    )


def _is_one(request: Request) -> bool:
    return request.target.partition("?")[0].rpartition("/")[0].endswith("estoreSessions")


def declared(request: Request) -> str:
    """The media type a request names, "" where it names none."""
    return header(request.headers, "Content-Type") or ""


@fault("create/request-headers.content-type-spelling")
def wire_spelled_type_unanswered(service: Service) -> None:
    """Create with charset=utf-8 behind the media type: the chunks of the answer are no chunks."""
    spoilt(
        service,
        lambda asked, came: came.status == 201 and ";" in declared(asked),
        lambda came: Spoilt((*came.headers, ("Transfer-Encoding", "chunked")), came.body),
    )
