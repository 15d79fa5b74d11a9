"""The difference between what the documents declare and what the service was seen to do, both ways.

Undocumented is graded by what it does to a client; never seen is informational, for a few exchanges prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from restore_conformance.contract.workload import BASE_SESSION_TYPE, BASE_SESSIONS, CREATE, SESSION_TYPE, SESSIONS
from restore_conformance.drift.change import Change, Difference, Grade, Row
from restore_conformance.drift.differences.lineage import create_scope
from restore_conformance.drift.grading import change
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources.metadata import SENTINEL, Member, Metadata
from restore_conformance.drift.sources.page_facts import PageFacts
from restore_conformance.exchange import NOTHING, Exchange, Response
from restore_conformance.recorded.blanks import is_blackened

MAX_NODES = 100_000
_GENERIC = frozenset({
    400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 415, 422, 423, 429, 500, 501, 503, 504, 507, 509,
})  # fmt: skip
"""Statuses that Graph's general error page documents for every operation."""
_GENERIC_CODES = frozenset({
    "badrequest", "unauthorized", "forbidden", "notfound", "methodnotallowed", "notacceptable", "conflict",
    "lengthrequired", "preconditionfailed", "requestentitytoolarge", "payloadtoolarge", "unsupportedmediatype",
    "unprocessableentity", "locked", "toomanyrequests", "internalservererror", "notimplemented", "serviceunavailable",
    "gatewaytimeout", "insufficientstorage", "invalidauthenticationtoken", "accessdenied", "invalidrequest",
    "generalexception", "unknownerror", "requestbodyread", "activitylimitreached", "itemnotfound", "unauthenticated",
})  # fmt: skip
_KNOWN_HEADERS = frozenset({
    "cache-control", "connection", "content-encoding", "content-length", "content-location", "content-type", "date",
    "etag", "keep-alive", "location", "odata-version", "pragma", "preference-applied", "request-id",
    "client-request-id", "retry-after", "server", "strict-transport-security", "transfer-encoding", "vary", "via",
    "x-ms-ags-diagnostic", "www-authenticate", "expires", "deprecation", "sunset", "link", "age", "allow",
    "last-modified", "set-cookie", "timestamp", "x-content-type-options", "x-powered-by", "x-ms-request-id",
})  # fmt: skip
_JSON: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("String", "Guid", "DateTimeOffset", "Date", "Duration", "TimeOfDay", "Binary"), (str,)),
    **dict.fromkeys(("Int16", "Int32", "Byte"), (int,)),
    **dict.fromkeys(("Double", "Single", "Decimal"), (int, float, str)),
    "Boolean": (bool,),
    "Int64": (int, str),
}
_JSON_NAMES = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


def behaviour_changes(
    metadata: Metadata, page: PageFacts | None, exchanges: Iterable[Exchange], where: str = ""
) -> list[Change]:
    """Everything undocumented in the exchanges, then everything documented that they do not show."""
    observed = _Observed(metadata, page)
    for exchange in exchanges:
        if exchange.response is not None:
            observed.add(exchange, exchange.response)
    scope = create_scope(metadata)
    changes: list[Change] = []
    for difference in [*(observed.undocumented[key] for key in sorted(observed.undocumented)), *observed.unseen()]:
        outside = difference.path.startswith("microsoft.") and not scope.covers(difference.path)
        create = Grade.INFORMATIONAL if outside else difference.row.grade
        changes.append(change(difference, "behaviour", where, create=create))
    return changes


class _Observed:
    """Compares exchanges with what is declared; exchanges are added one by one."""

    def __init__(self, metadata: Metadata, page: PageFacts | None) -> None:
        self.metadata, self.page = metadata, page
        self.undocumented: dict[tuple[str, str], Difference] = {}
        self._errors = list(page.errors.values()) if page else []
        self._names = {name.casefold(): name for name in metadata.types}
        self._members: set[str] = set()
        self._values: set[str] = set()
        self._codes: set[str] = set()
        self._statuses: set[int] = set()
        self._types: set[str] = set()
        self._shapes: dict[str, tuple[dict[str, Member], dict[str, str], bool]] = {}

    def _note(self, kind: str, path: str, detail: dict[str, Any], row: Row) -> None:
        """Stores the first sight of something undocumented and counts the others."""
        kind = f"behaviour_{kind}_undocumented"
        first = self.undocumented.setdefault((kind, path), Difference(kind, path, {**detail, "seen": 0}, row))
        first.detail["seen"] += 1

    def add(self, exchange: Exchange, response: Response) -> None:
        """Compares one exchange with what is declared."""
        target = exchange.request.target.split("?")[0]
        paths = self.page.paths if self.page else (CREATE,)
        create = exchange.request.method == "POST" and target.rstrip("/").casefold().endswith(
            tuple(path.casefold() for path in paths)
        )
        if create:
            self._status(f"{exchange.request.method} {target} {response.status}", response.status)
        for name, _ in response.headers:
            if name.lower() not in _KNOWN_HEADERS:
                self._note("header", f"headers/{name.lower()}", {}, judged("returned-header"))
        body = exchange.answer
        if body is NOTHING or not isinstance(body, dict):
            return
        if response.status >= 400:
            if create:
                self._code(body.get("error"))
            return
        for item in body["value"] if isinstance(body.get("value"), list) else [body]:
            kind = self._type_of(item, target)
            if kind:
                self._walk(item, kind)

    def _status(self, path: str, status: int) -> None:
        self._statuses.add(status)
        if self.page is None:
            return
        documented = {self.page.status, *(error.status for error in self._errors)}
        if status not in documented | _GENERIC:
            row = judged("returned-success" if status < 400 else "returned-refusal")
            self._note("status", path, {"status": status, "documented": sorted(documented)}, row)

    def _code(self, error: Any) -> None:
        code = error.get("code") if isinstance(error, dict) else None
        if not isinstance(code, str):
            return
        self._codes.add(code.casefold())
        if code.casefold() not in _GENERIC_CODES | {error.code.casefold() for error in self._errors if error.code}:
            self._note("code", f"errors/{code[:80]}", {"code": code[:80]}, judged("returned-code"))

    def _type_of(self, item: Any, target: str) -> str | None:
        """The type of an item, by its @odata.type or by the address it was read from."""
        if not isinstance(item, dict):
            return None
        stated = item.get("@odata.type")
        if isinstance(stated, str) and stated.lstrip("#").casefold() in self._names:
            return self._names[stated.lstrip("#").casefold()]
        segments = target.rstrip("/").casefold().split("/")
        rest = segments[segments.index("backuprestore") + 1 :] if "backuprestore" in segments else segments
        by_set = {SESSIONS.casefold(): SESSION_TYPE, BASE_SESSIONS.casefold(): BASE_SESSION_TYPE}
        name = by_set.get(rest[0]) if len(rest) in (1, 2) else None
        return self._names.get(f"microsoft.graph.{name}".casefold()) if name else None

    def _walk(self, value: Any, kind: str) -> None:
        waiting: list[tuple[Any, str]] = [(value, kind)]
        steps = 0
        while waiting and steps < MAX_NODES:
            steps += 1
            item, name = waiting.pop()
            self._types.add(name)
            members, owners, is_open = self._shape(name)
            for key, inner in item.items():
                path, member = f"{owners.get(key, name)}/{key}", members.get(key)
                if member is not None and "@" not in key:
                    self._members.add(path)
                    waiting += self._inner(inner, member.type, member.nullable, path)
                elif not is_open and "@" not in key:
                    self._note("member", path, {"json": _json_type(inner)}, judged("returned-member"))

    def _shape(self, name: str) -> tuple[dict[str, Member], dict[str, str], bool]:
        """A type's members, the type that declares each, and whether undeclared ones are allowed."""
        if name not in self._shapes:
            chain = list(self.metadata.chain(name))
            owners = {member: facts.name for facts in reversed(chain) for member in facts.members}
            self._shapes[name] = self.metadata.effective(name), owners, any(facts.open for facts in chain)
        return self._shapes[name]

    def _inner(self, value: Any, kind: str, nullable: bool, path: str) -> Iterator[tuple[Any, str]]:
        """Judges one value by its declared type; objects of a known type are compared by their members.

        A mark that stands in the place of a value, as exporters write it, shows nothing of the value.
        """
        if isinstance(value, str) and is_blackened(value):
            return
        facts = self.metadata.types.get(kind)
        fits = True
        if value is None:
            fits = nullable or kind.startswith("Collection(")
            kind = f"{kind}, never null"
        elif kind.startswith("Collection("):
            fits = isinstance(value, list)
            for item in value if fits else ():
                if item is not None:
                    yield from self._inner(item, kind[11:-1], True, path)
        elif facts is not None and facts.is_enum:
            self._types.add(kind)
            fits = isinstance(value, str)
            for name in value.split(",") if isinstance(value, str) else ():
                self._value(kind, name.strip(), {member.name for member in facts.values}, path)
        elif facts is not None:
            fits = isinstance(value, dict)
            if fits:
                yield value, kind
        elif kind.removeprefix("Edm.") in _JSON:
            types = _JSON[kind.removeprefix("Edm.")]
            fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
        if not fits:
            self._note("type", path, {"declared": kind, "json": _json_type(value)}, judged("returned-type"))

    def _value(self, kind: str, name: str, declared: set[str], path: str) -> None:
        if name in declared:
            self._values.add(f"{kind}/{name}")
        else:
            self._note("enum_member", f"{kind}/{name[:80]}", {"at": path}, judged("returned-value"))

    def unseen(self) -> Iterator[Difference]:
        """What is declared of the types that were seen, and of the create call, and was not seen."""
        unseen: list[tuple[str, str]] = []
        for name in sorted({facts.name for kind in self._types for facts in self.metadata.chain(kind)}):
            facts = self.metadata.types[name]
            members = [f"{name}/{member.name}" for member in facts.members.values() if not member.navigation]
            values = [f"{name}/{value.name}" for value in facts.values if value.name != SENTINEL]
            unseen += [("member", path) for path in members if path not in self._members]
            unseen += [("enum_member", path) for path in values if path not in self._values]
        codes = sorted({error.code for error in self._errors if error.code})
        unseen += [("code", f"errors/{code}") for code in codes if code.casefold() not in self._codes]
        if self.page and self._statuses and self.page.status not in self._statuses:
            unseen.append(("status", f"{self.page.method} {self.page.paths[0]} {self.page.status}"))
        for kind, path in unseen:
            yield Difference(f"behaviour_{kind}_unseen", path, {}, judged("unseen"))


def _json_type(value: Any) -> str:
    return "null" if value is None else _JSON_NAMES.get(type(value), type(value).__name__)
