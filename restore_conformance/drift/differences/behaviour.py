"""The difference between what the documents declare and what the service was seen to do, both ways.

Undocumented is graded by what it does to a client; never seen is informational, for a few exchanges prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.drift.change import Change, Grade, Judged
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.scope import SESSION, create_scope
from restore_conformance.drift.sources.metadata import SENTINEL, Member, Metadata
from restore_conformance.drift.sources.page_facts import PageFacts
from restore_conformance.exchange import NOTHING, Exchange, Response

MAX_NODES = 100_000
_GENERIC = frozenset(
    {400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 415, 422, 423, 429, 500, 501, 503, 504, 507, 509}
)
"""Statuses that Graph's general error page documents for every operation."""
_GENERIC_CODES = frozenset(
    {
        "badrequest", "unauthorized", "forbidden", "notfound", "methodnotallowed", "notacceptable", "conflict",
        "lengthrequired", "preconditionfailed", "requestentitytoolarge", "payloadtoolarge", "unsupportedmediatype",
        "unprocessableentity", "locked", "toomanyrequests", "internalservererror", "notimplemented",
        "serviceunavailable", "gatewaytimeout", "insufficientstorage", "invalidauthenticationtoken",
        "accessdenied", "invalidrequest", "generalexception", "unknownerror", "requestbodyread", "activitylimitreached",
        "itemnotfound", "unauthenticated",
    }
)  # fmt: skip
_KNOWN_HEADERS = frozenset(
    {
        "cache-control", "connection", "content-encoding", "content-length", "content-location", "content-type", "date",
        "etag", "keep-alive", "location", "odata-version", "pragma", "preference-applied", "request-id",
        "client-request-id", "retry-after", "server", "strict-transport-security", "transfer-encoding", "vary", "via",
        "x-ms-ags-diagnostic", "www-authenticate", "expires", "deprecation", "sunset", "link", "age", "allow",
        "last-modified", "set-cookie", "timestamp", "x-content-type-options", "x-powered-by", "x-ms-request-id",
    }
)  # fmt: skip
_JSON = {
    "Edm.String": (str,), "Edm.Guid": (str,), "Edm.DateTimeOffset": (str,), "Edm.Date": (str,), "Edm.Duration": (str,),
    "Edm.TimeOfDay": (str,), "Edm.Binary": (str,), "Edm.Boolean": (bool,), "Edm.Int16": (int,), "Edm.Int32": (int,),
    "Edm.Int64": (int, str), "Edm.Byte": (int,), "Edm.Double": (int, float, str), "Edm.Single": (int, float, str),
    "Edm.Decimal": (int, float, str),
}  # fmt: skip
_SAID = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


@dataclass(slots=True)
class _Seen:
    """What was seen; state because exchanges are folded over."""

    members: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, tuple[dict[str, Member], dict[str, str], bool]] = field(default_factory=dict)
    strange: dict[tuple[str, str], tuple[dict[str, Any], Judged]] = field(default_factory=dict)

    def note(self, kind: str, path: str, detail: dict[str, Any], judged: Judged) -> None:
        """Keep the first sight of something undocumented and count the others."""
        first = self.strange.setdefault((kind, path), ({**detail, "seen": 0}, judged))
        first[0]["seen"] += 1


def behaviour_changes(
    metadata: Metadata, page: PageFacts | None, exchanges: Iterable[Exchange], where: str = ""
) -> list[Change]:
    """Everything undocumented in the exchanges, then everything documented that they do not show."""
    seen = _Seen(names={name.casefold(): name for name in metadata.types})
    for exchange in exchanges:
        if exchange.response is not None:
            _observe(exchange, exchange.response, metadata, page, seen)
    found = [(kind, path, *rest) for (kind, path), rest in sorted(seen.strange.items())]
    found += _unseen(metadata, page, seen)
    scope = create_scope(metadata)
    return [
        Change(
            kind,
            path,
            "behaviour",
            judged.grade if not path.startswith("microsoft.") or scope.covers(path) else Grade.INFORMATIONAL,
            judged.grade,
            judged.rule,
            detail,
            KINDS[kind].direction,
            judged.why,
            where=where,
        )
        for kind, path, detail, judged in found
    ]


def _observe(exchange: Exchange, response: Response, metadata: Metadata, page: PageFacts | None, seen: _Seen) -> None:
    create = _is_create(exchange, page)
    documented = _statuses(page)
    if create:
        seen.statuses.add(response.status)
        if response.status not in documented | _GENERIC and documented:
            grade = Grade.BREAKING if response.status < 400 else Grade.INFORMATIONAL
            detail = {"status": response.status, "documented": sorted(documented)}
            path = f"{exchange.request.method} {exchange.request.target.split('?')[0]} {response.status}"
            seen.note("behaviour_status_undocumented", path, detail, Judged(grade, "R-STATUS"))
    for name, _ in response.headers:
        if name.lower() not in _KNOWN_HEADERS:
            judged = Judged(Grade.ADDITIVE, "R-SEEN", "clients ignore headers they do not know")
            seen.note("behaviour_header_undocumented", f"headers/{name.lower()}", {}, judged)
    body = exchange.answer
    if body is NOTHING:
        return
    if response.status >= 400:
        if create:
            _codes(body, page, seen)
    elif isinstance(body, dict):
        for item in body["value"] if isinstance(body.get("value"), list) else [body]:
            kind = _type_of(item, exchange, seen.names)
            if kind:
                _walk(item, kind, metadata, seen)


def _is_create(exchange: Exchange, page: PageFacts | None) -> bool:
    paths = page.paths if page else (f"/solutions/backupRestore/{SESSION}s",)
    target = exchange.request.target.split("?")[0].rstrip("/").casefold()
    return exchange.request.method == "POST" and any(target.endswith(path.casefold()) for path in paths)


def _statuses(page: PageFacts | None) -> set[int]:
    return {page.status, *(error.status for error in page.errors.values())} if page else set()


def _codes(body: Any, page: PageFacts | None, seen: _Seen) -> None:
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, str):
        return
    seen.codes.add(code.casefold())
    documented = {e.code.casefold() for e in page.errors.values() if e.code} if page else set()
    if code.casefold() not in documented | _GENERIC_CODES:
        judged = Judged(Grade.ADDITIVE, "R-ERRORCODE", "the design guideline calls a new top-level code breaking")
        seen.note("behaviour_code_undocumented", f"errors/{code[:80]}", {"code": code[:80]}, judged)


def _type_of(item: Any, exchange: Exchange, by_name: dict[str, str]) -> str | None:
    if not isinstance(item, dict):
        return None
    said = item.get("@odata.type")
    if isinstance(said, str) and said.lstrip("#").casefold() in by_name:
        return by_name[said.lstrip("#").casefold()]
    segments = exchange.request.target.split("?")[0].rstrip("/").split("/")
    place = next((i for i, part in enumerate(segments) if part.casefold() == "backuprestore"), -1)
    rest = segments[place + 1 :]
    if len(rest) <= 2 and rest and rest[0].casefold() == f"{SESSION}s".casefold():
        return by_name.get(f"microsoft.graph.{SESSION}".casefold())
    if len(rest) <= 2 and rest and rest[0].casefold() == "restoresessions":
        return by_name.get("microsoft.graph.restoresessionbase")
    return None


def _walk(value: Any, kind: str, metadata: Metadata, seen: _Seen) -> None:
    waiting: list[tuple[Any, str]] = [(value, kind)]
    steps = 0
    while waiting and steps < MAX_NODES:
        steps += 1
        item, name = waiting.pop()
        seen.types.add(name)
        effective, owners, is_open = seen.shapes.get(name) or seen.shapes.setdefault(name, _shape(name, metadata))
        for key, inner in item.items():
            if "@" in key:
                continue
            member = effective.get(key)
            path = f"{owners.get(key, name)}/{key}"
            if member is None:
                if not is_open:
                    seen.note(
                        "behaviour_member_undocumented", path, {"json": _said(inner)}, Judged(Grade.ADDITIVE, "R-SEEN")
                    )
                continue
            seen.members.add(path)
            waiting += _inner(inner, member.type, member.nullable, path, metadata, seen)


def _shape(name: str, metadata: Metadata) -> tuple[dict[str, Member], dict[str, str], bool]:
    """A type's members, the type that declares each, and whether undeclared ones are allowed."""
    chain = list(metadata.chain(name))
    owners = {member: facts.name for facts in reversed(chain) for member in facts.members}
    return metadata.effective(name), owners, any(facts.open for facts in chain)


def _said(value: Any) -> str:
    return "null" if value is None else _SAID.get(type(value), type(value).__name__)


def _inner(
    value: Any, kind: str, nullable: bool, path: str, metadata: Metadata, seen: _Seen
) -> Iterator[tuple[Any, str]]:
    """Judges one value by its declared type; what is an object of a known type is looked into further."""

    def strange(expected: str) -> None:
        judged = Judged(Grade.BREAKING, "G-TYPE", "a reader of the declared type meets another one")
        seen.note("behaviour_type_undocumented", path, {"declared": expected, "json": _said(value)}, judged)

    if value is None:
        if not nullable and not kind.startswith("Collection("):
            strange(f"{kind}, never null")
        return
    if kind.startswith("Collection("):
        if not isinstance(value, list):
            strange(kind)
            return
        for item in value:
            if item is not None:
                yield from _inner(item, kind[11:-1], True, path, metadata, seen)
        return
    facts = metadata.types.get(kind)
    if facts is not None and facts.is_enum:
        names = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
        if not names:
            strange(kind)
        declared = {member.name for member in facts.values}
        for name in names:
            if name in declared:
                seen.values.add(f"{kind}/{name}")
            else:
                judged = Judged(
                    Grade.BREAKING, "G-ADDENUM-BEFORE", "returned to a client that knows the declared values only"
                )
                seen.note("behaviour_enum_member_undocumented", f"{kind}/{name[:80]}", {"at": path}, judged)
        seen.types.add(kind)
    elif facts is not None:
        if isinstance(value, dict):
            yield value, kind
        else:
            strange(kind)
    elif kind in _JSON and (
        not isinstance(value, _JSON[kind]) or (isinstance(value, bool) and bool not in _JSON[kind])
    ):
        strange(kind)


def _unseen(metadata: Metadata, page: PageFacts | None, seen: _Seen) -> list[tuple[str, str, dict[str, Any], Judged]]:
    judged = Judged(Grade.INFORMATIONAL, "R-UNSEEN")
    paths: list[tuple[str, str]] = []
    for name in sorted({facts.name for kind in seen.types for facts in metadata.chain(kind)}):
        facts = metadata.types[name]
        members = [member.name for member in facts.members.values() if not member.navigation]
        values = [value.name for value in facts.values if value.name != SENTINEL]
        paths += [
            ("behaviour_member_unseen", f"{name}/{one}") for one in members if f"{name}/{one}" not in seen.members
        ]
        paths += [
            ("behaviour_enum_member_unseen", f"{name}/{one}") for one in values if f"{name}/{one}" not in seen.values
        ]
    if page:
        codes = sorted({error.code for error in page.errors.values() if error.code})
        paths += [("behaviour_code_unseen", f"errors/{code}") for code in codes if code.casefold() not in seen.codes]
        if seen.statuses and page.status not in seen.statuses:
            paths.append(("behaviour_status_unseen", f"{page.method} {page.paths[0]} {page.status}"))
    return [(kind, path, {}, judged) for kind, path in paths]
