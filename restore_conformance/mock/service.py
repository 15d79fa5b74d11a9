"""The service: its routes, the sessions it keeps, and every operation on them.

A fault or a variant changes one instance: its rules, its operations, or one of the steps in which it answers. Each step
is an attribute, which the functions of `mock.hooks` replace.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from restore_conformance.clock import Skipping
from restore_conformance.exchange import Request, Response
from restore_conformance.mock import lifecycle, protocol, rules
from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal
from restore_conformance.mock.session import CONTEXT, Session, open_session, render
from restore_conformance.mock.transport import TransportOptions

ROOT = "/solutions/backupRestore"
PAGE = 20
MOST_SESSIONS = 100_000
"""A bound for a service that somebody leaves running."""
Operation = Callable[[ParsedRequest], JsonResponse]


def skipped(request: ParsedRequest) -> int:
    """How many elements a `$skiptoken` of this service passes over; none where it is not one of its own."""
    token = request.query.get("$skiptoken", "")
    return int(token) if token.isdecimal() and token.isascii() and len(token) < 10 else 0


class Service:
    """One service with its sessions and tokens. `handle` answers a request and is safe to call from threads.

    It knows every edition of the documents. `unknown_members` names the members of an edition that it shall not know,
    by the list in whose elements they stand ("" for the session): they are ignored like any other unknown member.
    """

    def __init__(self, tokens: Mapping[str, str] | None = None) -> None:
        self.tokens = dict(tokens or protocol.make_tokens())
        self.unknown_members: Mapping[str, frozenset[str]] = {}
        self.sessions: dict[str, Session] = {}
        self.create_rules: dict[str, rules.Rule] = dict(rules.CREATE)
        self.activation_limit = 25
        self.page = PAGE
        self.respond: Callable[[Request], Response] = self._respond
        self.route: Callable[[Request], ParsedRequest] = self._route
        self.answer: Callable[[ParsedRequest], JsonResponse] = self._answer
        self.payload: Callable[[ParsedRequest], dict[str, Any]] = self._payload
        self.parse: Callable[[bytes], dict[str, Any]] = self._parse
        self.check: Callable[[dict[str, Any]], None] = self._check
        self.store: Callable[[Session], None] = self._store
        self.find: Callable[[ParsedRequest], Session] = self._find
        self.draft: Callable[[ParsedRequest], Session] = self._draft
        self.render: Callable[..., dict[str, Any]] = render
        self.operations: dict[str, tuple[Operation, bool]] = {
            "create": (self.create, True),
            "get": (self.get, False),
            "get-typed": (self.get, False),
            "list": (self.list, False),
            "list-typed": (self.list, False),
            "update": (self.update, True),
            "delete": (self.delete, True),
            "delete-typed": (self.delete, True),
            "activate": (self.activate, True),
            "list-artifacts": (self.list_artifacts, False),
            "list-granular": (self.list_granular, True),
        }
        self.lock = threading.RLock()
        self.clock = Skipping()

    @property
    def token(self) -> str:
        """The token of a caller that may read and write."""
        return next(token for token, kind in self.tokens.items() if kind == "good")

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        return self.respond(request)

    def _respond(self, request: Request) -> Response:
        parsed = self.route(request)
        with self.lock:
            response = self.answer(parsed)
        return protocol.serialised(parsed, response)

    def _route(self, request: Request) -> ParsedRequest:
        """Which operation of which session a request line names ("" where there is none)."""
        target = protocol.versioned(request.target)[1]
        raw, _, query = target.partition("?")  # urlsplit would read the `//solutions` of the SDKs as a host
        path = re.sub("/+", "/", unquote(raw))
        parsed = ParsedRequest(replace(request, target=target), query=dict(parse_qsl(query)))
        parsed.base = protocol.base_of(request, self.address)
        parsed.all_members = protocol.wants_all_members(request.headers)
        below = path.removeprefix(ROOT).strip("/").split("/") if path.startswith(ROOT) else []
        match [request.method, *below]:
            case ["POST", "sharePointRestoreSessions"]:
                parsed.operation = "create"
            case ["GET", "restoreSessions"]:
                parsed.operation = "list"
            case ["GET", "sharePointRestoreSessions"]:
                parsed.operation = "list-typed"
            case [method, "restoreSessions" | "sharePointRestoreSessions" as collection, session, *rest]:
                parsed.session = session
                typed = collection == "sharePointRestoreSessions"
                parsed.operation = _one(method, typed, rest)
            case [_, "restoreSessions" | "sharePointRestoreSessions"]:
                parsed.operation = "method"
        return parsed

    def _answer(self, request: ParsedRequest) -> JsonResponse:
        """Authenticate, authorise, carry out; every refusal becomes Graph's envelope."""
        request_id, client_id = protocol.support_ids(request.http.headers)
        try:
            request.caller = protocol.authenticate(request.http.headers, self.tokens)
            if request.operation == "method":
                raise Refusal(405, "MethodNotAllowed", "The resource has no such method.")
            if not request.operation:
                raise Refusal(404, "ResourceNotFound", "There is no such resource.")
            act, write = self.operations[request.operation]
            protocol.authorise(request.caller, write=write)
            response = act(request)
        except Refusal as refusal:
            response = JsonResponse(refusal.status, protocol.error_body(refusal, request_id, client_id))
        response.headers.setdefault("request-id", request_id)
        response.headers.setdefault("client-request-id", client_id)
        if request.all_members and response.status < 300:
            response.headers.setdefault("Preference-Applied", "include-unknown-enum-members")
        return response

    # ------------------------------------------------------------------ create

    def create(self, request: ParsedRequest) -> JsonResponse:
        """201 with a fresh draft."""
        payload = self.payload(request)
        request.payload = payload
        self.check(payload)
        kind = "granular" if payload.get(rules.GRANULAR) else "standard"
        elements = payload.get(rules.GRANULAR) or payload.get(rules.SITE) or []
        created = open_session(kind, elements, request.caller, payload.get("@microsoft.graph.conflictBehavior"))
        self.store(created)
        return JsonResponse(201, self.render(created, all_members=request.all_members))

    def _store(self, created: Session) -> None:
        """Remember a session. Raises Refusal 429 where no more can be remembered."""
        if len(self.sessions) >= MOST_SESSIONS:
            raise Refusal(429, "TooManyRequests", "There is no room for more sessions; delete some.")
        self.sessions[created.id] = created

    def _payload(self, request: ParsedRequest) -> dict[str, Any]:
        """The JSON object of a create request, {} where there is none. Raises Refusal 400, 413 or 415."""
        body = protocol.decoded_body(request.http)
        if not body:
            return {}
        if not protocol.is_json(request.http.headers):
            raise Refusal(415, "UnsupportedMediaType", "The payload must be application/json.")
        return self.parse(body)

    def _parse(self, body: bytes) -> dict[str, Any]:
        """A JSON object. Raises Refusal 400."""
        try:
            value = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Refusal(400, "BadRequest", "The payload is no JSON.") from None
        if not isinstance(value, dict):
            raise Refusal(400, "BadRequest", "The payload is no JSON object.")
        return self._known(value)

    def _known(self, payload: dict[str, Any]) -> dict[str, Any]:
        """A payload without the members that are passed over."""
        if not self.unknown_members:
            return payload
        none: frozenset[str] = frozenset()
        known = {name: value for name, value in payload.items() if name not in self.unknown_members.get("", none)}
        for name, value in known.items():
            of = name.partition("@")[0]
            unknown = self.unknown_members.get(of, none) if of else none
            if unknown and isinstance(value, list):
                known[name] = [
                    {key: inner for key, inner in element.items() if key not in unknown}
                    if isinstance(element, dict)
                    else element
                    for element in value
                ]
        return known

    def _check(self, payload: dict[str, Any]) -> None:
        """Ask every rule in turn. Raises the first refusal."""
        for rule in self.create_rules.values():
            rule(payload)

    # ------------------------------------------------------------------ reading, changing, activating, deleting

    def _find(self, request: ParsedRequest) -> Session:
        """The session a request names. Raises Refusal 400 or 404."""
        if not rules.GUID.match(request.session):
            raise Refusal(400, "InvalidRestoreSessionId", "The session id is not valid.")
        session = self.sessions.get(request.session.lower())
        if session is None:
            raise Refusal(404, "RestoreSessionNotFound", "There is no such session.")
        return session

    def _draft(self, request: ParsedRequest) -> Session:
        """The session, which must be a draft. Raises Refusal 400, 403 or 404."""
        session = self.find(request)
        if session.status != "draft":
            raise Refusal(403, "RestoreSessionActionNotAllowed", "Only a draft allows this.")
        return session

    def get(self, request: ParsedRequest) -> JsonResponse:
        session = self.find(request)
        lifecycle.advance(session)
        return JsonResponse(200, self.render(session, all_members=request.all_members))

    def list(self, request: ParsedRequest) -> JsonResponse:
        """A page of sessions; more behind @odata.nextLink."""
        start = skipped(request)
        every = list(self.sessions.values())
        shown = every[start : start + self.page]
        collection = "sharePointRestoreSessions" if request.operation == "list-typed" else "restoreSessions"
        body: dict[str, Any] = {
            "@odata.context": CONTEXT + collection,
            "value": [
                self.render(session, all_members=request.all_members, context="") | {"error": None} for session in shown
            ],
        }
        if start + self.page < len(every):
            body["@odata.nextLink"] = f"{request.base}{ROOT}/{collection}?$skiptoken={start + self.page}"
        return JsonResponse(200, body)

    address = ""
    """Where the service listens; set when it is served."""

    transport: TransportOptions | None = None
    """How responses are sent, where that is unusual; shows only when the service is served."""

    def update(self, request: ParsedRequest) -> JsonResponse:
        session = self.draft(request)
        return JsonResponse(200, lifecycle.update(session, self.changes(request)))

    def changes(self, request: ParsedRequest) -> dict[str, Any]:
        """The JSON object of an update. Raises Refusal 400, with the code of the update table, or 415."""
        try:
            return self.payload(request)
        except Refusal as refusal:
            if refusal.status != 400:
                raise
            raise Refusal(400, "InvalidPatchRequest", refusal.message) from None

    def delete(self, request: ParsedRequest) -> JsonResponse:
        del self.sessions[self.draft(request).id]
        return JsonResponse(204)

    def activate(self, request: ParsedRequest) -> JsonResponse:
        session = self.draft(request)
        running = sum(other.status in {"activating", "active"} for other in self.sessions.values())
        if running >= self.activation_limit:
            raise Refusal(500, "TooManyActiveRestoreSessions", "Too many sessions are active.")
        lifecycle.activate(session)
        return JsonResponse(200, self.render(session, all_members=request.all_members))

    def list_artifacts(self, request: ParsedRequest) -> JsonResponse:
        return self._artifacts(request, "standard")

    def list_granular(self, request: ParsedRequest) -> JsonResponse:
        return self._artifacts(request, "granular")

    def _artifacts(self, request: ParsedRequest, kind: str) -> JsonResponse:
        session = self.find(request)
        shown = session.artifacts if session.kind == kind else []
        name = rules.GRANULAR if kind == "granular" else rules.SITE
        context = f"{CONTEXT}sharePointRestoreSessions('{session.id}')/{name}"
        return JsonResponse(200, {"@odata.context": context, "value": shown})


def _one(method: str, typed: bool, rest: list[str]) -> str:
    """The operation on one session, "method" where the route has no such method, "" where there is no route."""
    if not rest:
        names = {"GET": "get-typed" if typed else "get", "DELETE": "delete-typed" if typed else "delete"}
        if typed:
            names["PATCH"] = "update"
        return names.get(method, "method")
    if rest in (["activate"], ["microsoft.graph.activate"]):
        return "activate" if method == "POST" else "method"
    lists = {rules.SITE: "list-artifacts", rules.GRANULAR: "list-granular"}
    if typed and len(rest) == 1 and rest[0] in lists:
        return lists[rest[0]] if method == "GET" else "method"
    return ""


def _no_constant(name: str) -> Any:
    """NaN and Infinity are not JSON (RFC 8259, 6)."""
    raise ValueError(name)
