"""Says what a request is from its bytes alone: operation, caller, form of the body, and every rule it breaks.

Judgements use this and nothing else. It never asks a generator what it meant to build, and shares no
predicate with one; a selftest lets the two disagree as often as they can.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from restore_conformance.documents import Documents, pinned
from restore_conformance.exchange import Request, whole

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
NIL = "00000000-0000-0000-0000-000000000000"
ITEM = re.compile(rf"{GUID.pattern}(?:,{GUID.pattern}){{1,3}}", re.IGNORECASE)
BROWSE = re.compile(r"[A-Za-z0-9_-]+=*")
ROUTE = re.compile(r"^/?solutions/backupRestore/(?P<rest>.*)$")
CONFLICT = "@microsoft.graph.conflictBehavior"
CONFLICT_VALUES = frozenset({"fail", "replace", "rename"})
TYPE_NAMES = frozenset({"#microsoft.graph.sharePointRestoreSession", "microsoft.graph.sharePointRestoreSession"})

READING = frozenset({"get", "get-typed", "list", "list-typed", "list-artifacts"})
"""Operations that a caller with the read permission may ask for."""

FAR_BEYOND = 1001
BOUND_STATED_ELSEWHERE = 50
LARGE = 512 * 1024
DEEP = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request says.

    `tags` is everything a clause may ask for: the operation, the kind of payload, `valid`, `clean`,
    `sole:<defect>`, `several`, and the curious but legal features. `count` is the number of artifacts named.
    `arguable` are defects that a fair server may name instead of the one in `defects`.
    """

    operation: str
    session: str
    kind: str
    defects: frozenset[str]
    open: frozenset[str]
    tags: frozenset[str]
    count: int = 0
    caller: str = "good"
    payload: Any = None
    asked_for_all_members: bool = False
    arguable: frozenset[str] = frozenset()


class Recogniser:
    """Knows the contract's declared names and which token belongs to which kind of caller.

    `callers` maps a token to its kind: good, delegated, application, read-only, no-permission, personal, expired.
    A token not listed is *altered* if `strict`. Traffic that others recorded is read with `strict` off: exporters take
    out what is secret, so a token that is missing or not listed is *unknown*, and a missing body or media type is
    open (`removed-body`, `removed-media-type`): never evidence that none was sent.
    """

    def __init__(
        self,
        documents: Documents | None = None,
        callers: Mapping[str, str] | None = None,
        *,
        strict: bool = True,
        known: Iterable[str] | None = None,
    ) -> None:
        documents = documents or pinned()
        self._callers = {_digest(token): kind for token, kind in (callers or {}).items()}
        self._strict = strict
        self._known = frozenset(known) if known is not None else None
        self._destinations = frozenset(documents.json("types/destinationType.json")["enum"])
        self._sentinel = documents.json("types/destinationType.json")["x-enum-sentinel"]
        self._folded = frozenset(value.lower() for value in self._destinations)
        self._session = frozenset(documents.members("types/sharePointRestoreSession.json"))
        self._site = frozenset(documents.members("types/siteRestoreArtifact.json"))
        self._granular = frozenset(documents.members("types/granularSiteRestoreArtifact.json"))
        self._point = frozenset(documents.members("types/restorePoint.json"))
        request = documents.json("create/request.json")["properties"]
        self._examples = {
            row["name"]: documents.json("create/" + row["request"])
            for row in documents.toml("create/page.toml")["example"]
        }
        self._may_send = frozenset(request)
        self._site_may = frozenset(request["siteRestoreArtifacts"]["items"]["properties"])
        self._granular_may = frozenset(request["granularSiteRestoreArtifacts"]["items"]["properties"])

    def know(self, token: str, kind: str) -> None:
        """Learn a token that was issued meanwhile."""
        self._callers[_digest(token)] = kind

    def __call__(self, request: Request) -> Sent:
        """Label one request. Never raises: what is not understood is labelled `other`."""
        operation, session = route(request)
        if operation != "create":
            return self._elsewhere(request, operation, session)
        seen = _Seen()
        caller = self._caller(request, seen)
        payload = self._body(request, seen)
        defects, curious = frozenset(seen.defects), frozenset(seen.open)
        asked = prefers_all_members(request)
        tags = {
            "create",
            seen.kind,
            f"caller:{caller}",
            *seen.features,
            *(f"open:{name}" for name in curious),
        }
        if asked:
            tags.add("prefer:all-members")
        if seen.count == 2:
            tags.update(f"example:{name}" for name, body in self._examples.items() if payload == body)
        if len(defects) == 1 and not curious:
            tags.add(f"sole:{next(iter(defects))}")
        elif defects:
            tags.add("several")
        if not defects:
            tags.add("clean")
            if not curious:
                tags.add("valid")
                if not seen.features:
                    tags.add("plain")
        return Sent(
            "create", "", seen.kind, defects, curious, frozenset(tags), seen.count, caller, payload,
            asked or self._may_have_asked(request),
            frozenset(seen.arguable),
        )  # fmt: skip

    def _elsewhere(self, request: Request, operation: str, session: str) -> Sent:
        seen = _Seen()
        caller = self._caller(request, seen)
        if operation in READING:
            seen.defects.discard("read-only-permission")
        tags = {operation, f"caller:{caller}", *(f"sole:{defect}" for defect in seen.defects)}
        if session:
            tags.add("id:well-formed" if GUID.fullmatch(session) else "id:malformed")
        return Sent(
            operation, session, "", frozenset(seen.defects), frozenset(), frozenset(tags), 0, caller,
            None, prefers_all_members(request),
        )  # fmt: skip

    def _may_have_asked(self, request: Request) -> bool:
        """Whether a Prefer header may have been taken out of a recording."""
        return not self._strict and request.header("Prefer") is None

    # ------------------------------------------------------------------ who asks

    def _caller(self, request: Request, seen: _Seen) -> str:
        values = [value for name, value in request.headers if name.lower() == "authorization"]
        value = values[0] if values else None
        if not self._strict and len(values) != 1:
            return "unknown"
        if len(values) > 1:
            seen.defects.add("token-malformed")
            return "malformed"
        if value is None:
            seen.defects.add("no-token")
            return "none"
        scheme, _, token = value.strip().partition(" ")
        token = token.strip()
        kind = self._callers.get(_digest(token))
        if kind is None and not self._strict:
            return "unknown"
        if scheme.lower() != "bearer" or not token or " " in token:
            seen.defects.add("token-malformed")
            return "malformed"
        if kind is None:
            if self._strict and self._callers:
                seen.defects.add("token-altered")
                return "altered"
            return "unknown"
        if kind in _REFUSED_CALLERS:
            seen.defects.add(_REFUSED_CALLERS[kind])
        return kind

    # ------------------------------------------------------------------ what is said

    def _body(self, request: Request, seen: _Seen) -> Any:
        body = request.body
        media = _media(request, seen)
        if not body and not self._strict:
            seen.kind = "removed-body"
            seen.open.add("removed-body")
            return None
        if not body:
            seen.kind = "no-payload"
            if media == "none":
                seen.open.add("no-payload-media-type")
            elif media == "other":
                seen.defects.add("other-media-type")
            return None
        if media == "none":
            if self._strict:
                seen.defects.add("no-media-type")
            else:
                seen.open.add("removed-media-type")
        elif media == "other":
            seen.defects.add("other-media-type")
        if len(body) > LARGE:
            seen.open.add("very-large")
        payload, odd = _parsed(body, seen)
        if odd:
            seen.kind = "no-json"
            return None
        if payload is None:
            seen.kind = "null"
            seen.open.add("null-payload")
            return None
        if not isinstance(payload, dict):
            seen.kind = "no-object"
            seen.defects.add("not-an-object")
            return payload
        self._members(payload, seen)
        return payload

    def _members(self, payload: dict[str, Any], seen: _Seen) -> None:
        site = payload.get("siteRestoreArtifacts", _ABSENT)
        granular = payload.get("granularSiteRestoreArtifacts", _ABSENT)
        for name, value in payload.items():
            if "@" in name:
                _annotation(name, value, seen)
            elif name == "conflictBehavior":
                seen.open.add("conflict-behavior-spelling")
            elif name not in self._may_send:
                seen.open.add("read-only-members" if name in self._session else "unknown-members")
        lists = [
            (value, judge) for value, judge in ((site, self._sites), (granular, self._items)) if value is not _ABSENT
        ]
        full = [value for value, _ in lists if value not in (None, [])]
        if not lists:
            seen.kind = "empty-object"
        elif len(lists) == 2 and len(full) == 2:
            seen.kind = "mixed"
            seen.defects.add("mixed")
        elif len(lists) == 2 and len(full) == 1:
            seen.kind = "one-kind-empty"
            seen.open.add("one-kind-empty")
        else:
            seen.kind = "standard" if site is not _ABSENT else "granular"
            if not full:
                seen.kind = "empty-list"
                for value, _ in lists:
                    seen.defects.add("null-list" if value is None else "empty-list")
        for value, judge in lists:
            if value in (None, []):
                continue
            if isinstance(value, list):
                seen.count += len(value)
                judge(value, seen)
            else:
                seen.defects.add("wrong-type")
        self._conflict(payload, granular, seen)
        if seen.count >= FAR_BEYOND:
            seen.defects.add("too-many")
        elif seen.count >= BOUND_STATED_ELSEWHERE:
            seen.open.add("artifact-limit")

    def _conflict(self, payload: dict[str, Any], granular: Any, seen: _Seen) -> None:
        if CONFLICT not in payload:
            return
        seen.features.add("conflict-behavior")
        value = payload[CONFLICT]
        if value is None:
            # Null says as much as leaving it out, so nobody can be blamed for either answer.
            seen.open.add("other-annotations")
            return
        if granular in (_ABSENT, None, []):
            seen.defects.add("conflict-on-standard")
        if not isinstance(value, str) or value not in CONFLICT_VALUES:
            seen.defects.add("conflict-value")

    def _sites(self, elements: list[Any], seen: _Seen) -> None:
        points: list[str] = []
        destinations: set[str] = set()
        for element in elements:
            if not isinstance(element, dict):
                seen.defects.add("wrong-type")
                continue
            self._names(element, self._site_may, self._site, seen)
            destination = self._destination(element, seen, needed=True)
            if destination:
                destinations.add(destination)
            point = self._restore_point(element, seen)
            if point:
                points.append(point)
        if len(destinations) > 1:
            seen.defects.add("different-destination")
        elif len({str(e.get("destinationType")) for e in elements if isinstance(e, dict)}) > 1:
            seen.arguable.add("different-destination")
        named = [name for name in map(_named_point, elements) if name]
        if len(set(named)) < len(named):
            seen.defects.add("duplicate")
        if len({name.lower() for name in named}) < len(set(named)):
            seen.open.add("id-letter-case")
        if self._known is not None and not self._known.issuperset(points):
            seen.open.add("id-not-listed")

    def _items(self, elements: list[Any], seen: _Seen) -> None:
        keys: list[tuple[str, str]] = []
        browses: set[str] = set()
        destinations: set[str] = set()
        for element in elements:
            if not isinstance(element, dict):
                seen.defects.add("wrong-type")
                continue
            self._names(element, self._granular_may, self._granular, seen)
            if "destinationType" in element:
                destination = self._destination(element, seen, needed=False)
                if destination:
                    seen.features.add("granular-destination")
                    destinations.add(destination)
            browse = _text(element, "browseSessionId", "browse-session-missing", seen)
            item = _text(element, "id", "item-id-missing", seen)
            if browse is not None:
                browses.add(browse)
                if not BROWSE.fullmatch(browse):
                    seen.open.add("browse-form")
            if item is not None and not ITEM.fullmatch(item):
                seen.open.add("item-form")
            if browse is not None and item is not None:
                keys.append((browse, item))
        if len(destinations) > 1:
            seen.open.add("granular-destination")
        if len(set(keys)) < len(keys):
            seen.defects.add("duplicate")
        if len({item.lower() for _, item in keys}) < len(set(keys)):
            seen.open.add("id-letter-case")
        if len(browses) > 1:
            seen.open.add("several-browse-sessions")

    def _names(self, element: dict[str, Any], may: frozenset[str], declared: frozenset[str], seen: _Seen) -> None:
        for name in element:
            if "@" in name:
                seen.open.add("other-annotations")
            elif name not in may:
                if name in declared:
                    # A standard artifact's own id is assigned by the service, so sending it is sending a
                    # read-only member like any other.
                    seen.open.add("read-only-members")
                else:
                    seen.open.add("unknown-members")

    def _destination(self, element: dict[str, Any], seen: _Seen, *, needed: bool) -> str | None:
        value = element.get("destinationType")
        if value is None:
            if needed:
                seen.defects.add("path-type")
            else:
                seen.open.add("granular-destination")
            return None
        if not isinstance(value, str):
            if isinstance(value, int) and not isinstance(value, bool) and value in (0, 1, 2):
                seen.open.add("enum-letter-case")
            elif needed:
                seen.defects.add("wrong-type")
            else:
                seen.open.add("granular-destination")
            return None
        if value == self._sentinel:
            seen.defects.add("future-value")
            return None
        if value in self._destinations:
            return value
        if value.strip().lower() in self._folded or value in {"0", "1", "2"}:
            seen.open.add("enum-letter-case")
        elif needed:
            seen.defects.add("path-type")
        else:
            seen.open.add("granular-destination")
        return None

    def _restore_point(self, element: dict[str, Any], seen: _Seen) -> str | None:
        point = element.get("restorePoint")
        if point is None:
            bound = [name for name in element if name.startswith("restorePoint@")]
            if bound:
                seen.open.add("other-annotations")
            else:
                seen.defects.add("restore-point")
            return None
        if not isinstance(point, dict):
            seen.defects.add("wrong-type")
            return None
        for name in point:
            if "@" in name:
                seen.open.add("other-annotations")
            elif name != "id":
                seen.open.add("read-only-members" if name in self._point else "unknown-members")
        if "id" not in point and "@odata.id" in point:
            return None
        value = point.get("id")
        if value is not None and not isinstance(value, str):
            seen.defects.add("wrong-type")
            return None
        if value is None or not GUID.fullmatch(value):
            if value and GUID.fullmatch(value.strip().strip("{}()").strip()):
                seen.open.add("id-letter-case")
            else:
                seen.defects.add("restore-point")
            return None
        if value == NIL:
            seen.open.add("id-letter-case")
        return value


def _named_point(element: Any) -> str | None:
    """The restore point id of an element, well formed or not."""
    point = element.get("restorePoint") if isinstance(element, dict) else None
    name = point.get("id") if isinstance(point, dict) else None
    return name if isinstance(name, str) and name.strip() else None


class _Seen:
    """What has been noticed so far about one request."""

    __slots__ = ("arguable", "count", "defects", "features", "kind", "open")

    def __init__(self) -> None:
        self.kind = ""
        self.count = 0
        self.defects: set[str] = set()
        self.open: set[str] = set()
        self.features: set[str] = set()
        self.arguable: set[str] = set()


_ABSENT: Any = object()
_REFUSED_CALLERS = {
    "read-only": "read-only-permission",
    "no-permission": "no-permission",
    "personal": "personal-account",
    "expired": "token-expired",
}


def route(request: Request) -> tuple[str, str]:
    """The operation a request line names, and the session id in it: ("get", "1f1f…"). Unknown: ("other", "")."""
    path = re.sub(r"/{2,}", "/", unquote(request.target.partition("?")[0]))
    found = ROUTE.match(path)
    if not found:
        return "other", ""
    parts = found["rest"].split("/")
    method = request.method
    match parts:
        case ["sharePointRestoreSessions"]:
            return ({"POST": "create", "GET": "list-typed"}.get(method, "other"), "")
        case ["restoreSessions"]:
            return ({"GET": "list"}.get(method, "other"), "")
        case ["sharePointRestoreSessions", one]:
            named = {"GET": "get-typed", "PATCH": "update", "DELETE": "delete-typed"}
            return (named.get(method, "other"), one)
        case ["restoreSessions", one]:
            return ({"GET": "get", "DELETE": "delete"}.get(method, "other"), one)
        case [("sharePointRestoreSessions" | "restoreSessions") as collection, one, last]:
            below = {("POST", "activate"): "activate"}
            if collection == "sharePointRestoreSessions":
                below["GET", "siteRestoreArtifacts"] = "list-artifacts"
                below["GET", "granularSiteRestoreArtifacts"] = "list-granular"
            return (below.get((method, last.removeprefix("microsoft.graph.")), "other"), one)
    return "other", ""


def prefers_all_members(request: Request) -> bool:
    """Whether a request asks for enumeration members after the sentinel (RFC 7240: names without case)."""
    for name, value in request.headers:
        if name.lower() == "prefer" and any(
            part.strip().split(";")[0].strip().lower() == "include-unknown-enum-members" for part in value.split(",")
        ):
            return True
    return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _media(request: Request, seen: _Seen) -> str:
    value = request.header("Content-Type")
    if value is None or not value.strip():
        return "none"
    essence, _, parameters = value.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() != "utf-8":
        seen.open.add("other-charset")
    if essence.strip().lower() != "application/json":
        return "other"
    if essence.strip() != "application/json" or parameters.strip():
        seen.features.add("media-type-spelling")
    return "json"


def _parsed(body: bytes, seen: _Seen) -> tuple[Any, bool]:
    """The JSON value, and whether there is none worth looking into."""
    if body.startswith(b"\xef\xbb\xbf"):
        seen.open.add("unusual-json")
        body = body[3:]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        seen.defects.add("not-utf8")
        return None, True
    depth = _depth(text)
    if depth > DEEP:
        seen.open.add("very-deep")
        return None, True
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) < len(items):
            repeated.append("")
        return made

    try:
        decoder = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=_constant, parse_int=whole)
        stripped = text.lstrip(" \t\r\n")
        value, end = decoder.raw_decode(stripped)
        rest = stripped[end:].strip(" \t\r\n")
    except (ValueError, RecursionError):
        seen.defects.add("not-json")
        return None, True
    if rest:
        seen.defects.add("trailing-text")
        return value, True
    if repeated:
        seen.open.add("unusual-json")
    if not text.isascii() or ("\\u" in text and _ESCAPED.search(text)):
        seen.open.add("unusual-json")
    if text[:1] in " \t\r\n" or "\n" in text or "\t" in text or ": " in text or " :" in text:
        seen.features.add("white-space")
    return value, False


_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u")


def _constant(name: str) -> Any:
    raise ValueError(name)


def _depth(text: str) -> int:
    """How deep brackets nest, counted outside of strings; a bound, so that no parser need be trusted with it."""
    if text.count("[") + text.count("{") <= DEEP:
        return 0
    deepest = depth = 0
    for mark in _BRACKET.findall(_STRING.sub("", text)):
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_BRACKET = re.compile(r"[\[\]{}]")


def _annotation(name: str, value: Any, seen: _Seen) -> None:
    if name == CONFLICT:
        return
    if name == "@odata.type" and value in TYPE_NAMES:
        seen.features.add("odata-type")
    else:
        seen.open.add("other-annotations")


def _text(element: dict[str, Any], name: str, missing: str, seen: _Seen) -> str | None:
    value = element.get(name)
    if value is None or value == "":
        seen.defects.add(missing)
        return None
    if not isinstance(value, str):
        seen.defects.add("wrong-type")
        return None
    return value
