"""More odd but conforming services, written from the documents alone: where two pages or two readings meet."""

from __future__ import annotations

from collections.abc import Callable

from restore_conformance.exchange import header
from restore_conformance.mock import life, rules, session
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.field_more_life import BOTH, GETS, LISTS, living
from restore_conformance.mock.variants.field_places import Json, on_answer, on_body, plain
from restore_conformance.mock.wire import Asked, Refusal, Reply

DELTAS = tuple(life.DELTAS)
Right = Callable[[], Reply]

# ---------------------------------------------------------------- create


def _untyped(status: int, code: str) -> Callable[[Service, Asked, Right], Reply]:
    def act(service: Service, asked: Asked, right: Right) -> Reply:
        if not asked.request.body and header(asked.request.headers, "Content-Type") is None:
            raise Refusal(status, code)
        return right()

    return act


EMPTY = "C2, C20, 4.9 e: a POST with neither payload nor Content-Type may die in the gateway."
living("field2-untyped-empty-400", "untyped-empty", EMPTY, ("create",), _untyped(400, "BadRequest"))
living("field2-untyped-empty-411", "untyped-empty", EMPTY, ("create",), _untyped(411, "LengthRequired"))
living("field2-untyped-empty-415", "untyped-empty", EMPTY, ("create",), _untyped(415, "UnsupportedMediaType"))


def _shown(service: Service, asked: Asked, right: Right) -> Reply:
    wanted, asked.all_members = asked.all_members, True
    try:
        return right()
    finally:
        asked.all_members = wanted


living(
    "field2-granular-hidden-when-read",
    "evolvable",
    "C8: without Prefer either; GBP speaks of GET alone.",
    ("create",),
    _shown,
)


def _more_preferences(reply: Reply, asked: Asked) -> None:
    if asked.all_members and reply.status < 300:
        reply.headers["Preference-Applied"] = 'odata.maxpagesize=20, include-unknown-enum-members; source="gateway"'


plain(
    "field2-preferences-listed",
    "preference",
    "RFC 7240 section 3: Preference-Applied is a list.",
    lambda service: on_answer(service, _more_preferences),
)


def looked_up(name: str, status: int, code: str) -> None:
    """Every item is looked up in its browse session, and none that was made up is found."""

    def rule(payload: Json) -> None:
        if payload.get(rules.GRANULAR):
            raise Refusal(status, code, "There is no such browse session.")

    def seed(service: Service) -> None:
        service.create_rules["lookup"] = rule

    plain(
        name,
        "item-lookup",
        "N31 and section 8: which code an unknown item or an expired browse session has is unknown.",
        seed,
    )


looked_up("field2-items-looked-up-artifact", 400, "InvalidArtifactRequest")
looked_up("field2-items-looked-up-point", 400, "InvalidRestorePoint")
looked_up("field2-items-looked-up-browse", 400, "InvalidBrowseSessionId")
looked_up("field2-items-looked-up-404", 404, "BrowseSessionNotFound")
looked_up("field2-items-looked-up-410", 410, "BrowseSessionExpired")

# ---------------------------------------------------------------- get, list


def _exact(service: Service) -> None:
    find = service.find

    def exactly(asked: Asked) -> Session:
        found = find(asked)
        if found.id != asked.session:
            raise Refusal(404, "RestoreSessionNotFound")
        return found

    service.find = exactly  # type: ignore[method-assign]


plain("field2-ids-compared-exactly", "id-form", "4.8: ids are opaque text.", _exact)


def _role(service: Service, asked: Asked, right: Right) -> Reply:
    if asked.caller != "application":
        raise Refusal(403, "Forbidden", "The caller lacks the role of a SharePoint Backup Administrator.")
    return right()


living(
    "field2-items-need-a-role",
    "role",
    "1.9: delegated callers need a directory role to list items.",
    ("list-granular",),
    _role,
)


def _first_read_empty(service: Service) -> None:
    fresh: set[str] = set()
    keep = service.keep

    def keeping(born: Session) -> None:
        keep(born)
        fresh.add(born.id)

    service.keep = keeping  # type: ignore[assignment]
    for name in BOTH:
        act, write = service.operations[name]
        service.operations[name] = (_late(act, fresh), write)


def _late(act: Callable[[Asked], Reply], fresh: set[str]) -> Callable[[Asked], Reply]:
    def late(asked: Asked) -> Reply:
        reply = act(asked)
        if asked.session in fresh:
            fresh.discard(asked.session)
            reply.body["value"] = []
        return reply

    return late


plain(
    "field2-artifacts-appear-late",
    "artifact-lag",
    "No page says that what was created is listed at once.",
    _first_read_empty,
)


def _modified_first(service: Service, asked: Asked, right: Right) -> Reply:
    every = service.sessions
    service.sessions = dict(sorted(every.items(), key=lambda one: (one[1].kind, one[1].modified), reverse=True))
    try:
        return right()
    finally:
        service.sessions = every


living("field2-list-by-kind", "list-order", "1.5: no order of the collection is documented.", LISTS, _modified_first)

# ---------------------------------------------------------------- update


def _one_destination(service: Service, asked: Asked, right: Right) -> Reply:
    found = service.find(asked)
    kept, status = list(found.artifacts), found.status
    reply = right()
    if len({one["destinationType"] for one in found.artifacts}) > 1 and found.kind == "standard":
        found.artifacts, found.status = kept, status
        raise Refusal(400, "DifferentRestoreDestinationType", "A session restores to one kind of place.")
    return reply


living(
    "field2-update-one-destination",
    "update-destination",
    "RSB2: a new place and the same URL in one session are not supported.",
    ("update",),
    _one_destination,
)


def _deltas(change: Callable[[list[Json]], list[Json]]) -> Callable[[Json], Json]:
    return lambda body: body | {name: change(body[name]) for name in DELTAS if name in body}


def _short_exception(every: list[Json]) -> list[Json]:
    return [{name: value for name, value in one.items() if name != "@contentId"} for one in every]


def updated(name: str, dimension: str, allowed: str, change: Callable[[list[Json]], list[Json]]) -> None:
    plain(name, dimension, allowed, lambda service: on_body(service, _deltas(change), "update"))


updated(
    "field2-update-reversed", "update-order", "1.6: no order of the answer is documented.", lambda every: every[::-1]
)
updated(
    "field2-update-point-not-expanded",
    "update-point",
    "4.7: restorePoint is a navigation property, not returned unless expanded.",
    lambda every: [{name: value for name, value in one.items() if name != "restorePoint"} for one in every],
)
updated("field2-update-no-content-id", "update-exception", "4.7: control information may be absent.", _short_exception)
updated(
    "field2-update-null-members",
    "update-more",
    "2.3, 2.4: all but id and the status of an item are nullable.",
    lambda every: [
        one | {"restoredSiteId": None, "restoredSiteName": None} if "status" in one else one for one in every
    ],
)


def _retyped(service: Service, asked: Asked, right: Right) -> Reply:
    found = service.find(asked)
    reply = right()
    if not found.artifacts:
        found.kind = "standard"
    return reply


living(
    "field2-emptied-is-standard",
    "emptied",
    "SEED: an empty session is a standard one; nothing is said of one that lost its last item.",
    ("update",),
    _retyped,
)


def _touched(service: Service, asked: Asked, right: Right) -> Reply:
    reply = right()
    service.find(asked).modified = session.now()
    return reply


living(
    "field2-get-modified-by-reader",
    "modified-when",
    "No page says what counts as a modification.",
    GETS,
    _touched,
)
