"""Create, get and delete as one plain ASGI function under uvicorn; ids that are not GUIDs.

Built from: the create page with its error rows, the get and delete pages, "ids are opaque", and the design guideline
that the top-level code is the generic one and the service's own code sits in the inner error.
Choices: service codes are found in `innererror` only, under `badRequest` and the like; times have a numeric
offset and no fraction; no annotations; identities and counts are left out of create and present in get; a session
id is refused as invalid when it has not the form this server gives out; an unknown path is a plain-text 404, a wrong
method a plain-text 405; unknown members are ignored, an empty granular list beside a full standard one too.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from serving import Served, asgi
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

ROOT = "/beta/solutions/backupRestore/"
GENERIC = {
    400: "badRequest",
    401: "unauthenticated",
    403: "forbidden",
    404: "notFound",
    413: "contentTooLarge",
    415: "unsupportedMediaType",
}


class No(Exception):
    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(status, code)
        self.status, self.code = status, code


def count(body: dict[str, Any]) -> tuple[str, int]:
    """The job type and the number of artifacts of a valid body."""
    sites, items = body.get("siteRestoreArtifacts"), body.get("granularSiteRestoreArtifacts")
    if sites and items:
        raise No(400, "InvalidArtifactRequest")
    for name in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts"):
        beside = items if name[0] == "s" else sites
        if name in body and not body[name] and not beside:
            raise No(400, "InvalidArtifactRequest")
    chosen = sites or items or []
    if not isinstance(chosen, list) or not all(isinstance(each, dict) for each in chosen):
        raise No(400, "InvalidArtifactRequest")
    if len(chosen) > 50:
        raise No(413, "RestoreArtifactsLimitBreached")
    keys = [site_key(each) for each in chosen] if sites else [item_key(each) for each in chosen]
    if len(set(keys)) != len(keys):
        raise No(400, "DuplicateArtifactInList")
    if sites and len({each["destinationType"] for each in sites}) != 1:
        raise No(400, "DifferentRestoreDestinationType")
    return "granular" if items else "standard", len(chosen)


def site_key(site: dict[str, Any]) -> str:
    if site.get("destinationType") not in ("new", "inPlace"):
        raise No(400, "InvalidPathType")
    match site.get("restorePoint"):
        case {"id": str(key)} if key.strip() and len(key) == 36 and key.count("-") == 4:
            return key.lower()
    raise No(400, "InvalidRestorePoint")


def item_key(item: dict[str, Any]) -> str:
    match item:
        case {"id": str(key), "browseSessionId": str(browse)} if key and browse:
            return key
    raise No(400, "InvalidArtifactRequest")


class App:
    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            message: Any = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            status, answer = self.route(scope["method"], scope["path"], headers, body)
        except No as no:
            error: dict[str, Any] = {"code": GENERIC[no.status], "message": "See innererror."}
            status, answer = no.status, {"error": error}
            if no.code:
                error["innererror"] = {"code": no.code}
        text = answer if isinstance(answer, str) else json.dumps(answer)
        media = (
            b"text/plain; charset=utf-8"
            if isinstance(answer, str)
            else b"application/json;odata.metadata=none;charset=utf-8"
        )
        given = [(b"content-type", media), (b"content-length", str(len(text.encode())).encode())] if text else []
        await send({"type": "http.response.start", "status": status, "headers": given, "trailers": False})
        await send({"type": "http.response.body", "body": text.encode(), "more_body": False})

    def route(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        match path.removeprefix(ROOT).split("/"):
            case ["sharePointRestoreSessions"]:
                if method != "POST":
                    return 405, "Method not allowed"
                self.authorise(headers)
                return 201, self.create(headers, body)
            case ["restoreSessions" | "sharePointRestoreSessions", key]:
                if method not in ("GET", "DELETE"):
                    return 405, "Method not allowed"
                self.authorise(headers)
                if not key.startswith("rs_"):
                    raise No(400, "InvalidRestoreSessionId")
                if key not in self.sessions:
                    raise No(404, "RestoreSessionNotFound")
                return (200, self.sessions[key]) if method == "GET" else (204, self.sessions.pop(key) and "")
        return 404, "Not found"

    def authorise(self, headers: dict[str, str]) -> None:
        if not headers.get("authorization", "")[:7].lower() == "bearer ":
            raise No(401)

    def create(self, headers: dict[str, str], raw: bytes) -> dict[str, Any]:
        if raw and not headers.get("content-type", "").lower().startswith("application/json"):
            raise No(415)
        try:
            body = json.loads(raw) if raw else {}
        except (ValueError, RecursionError):
            raise No(400) from None
        if not isinstance(body, dict):
            raise No(400)
        kind, total = count(body)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        brief = {"id": "rs_" + secrets.token_urlsafe(12), "status": "draft", "restoreJobType": kind}
        brief |= {"createdDateTime": when, "lastModifiedDateTime": when}
        counts = {"total": total, "inProgress": 0, "completed": 0, "failed": 0}
        who = {"application": {"id": "cli", "displayName": "CLI"}}
        self.sessions[brief["id"]] = {**brief, "createdBy": who, "restoreSessionArtifactCount": counts, "error": None}
        return brief


@contextmanager
def serve() -> Iterator[Served]:
    with asgi(App(), server_header=False) as port:
        yield Served(f"http://127.0.0.1:{port}/beta", "opaque.token")
