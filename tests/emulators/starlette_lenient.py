"""As much as possible is accepted, and more than asked is answered: Starlette under a prefix of its own.

Built from: the create page and its error rows, the get and update pages; "clients tolerate unknown members"; "a server
may expand navigation properties".
Choices: the artifacts are listed inline in every session, and members that nobody documents are there too; paths
with a trailing slash and in any case; null stands for an absent list only beside the other one; any media type that
mentions JSON (others get 415); any bearer token; a standard artifact may carry other members; update takes the delta
and the plain list, and is answered with the whole session and the delta; `inProgress` equals `total`; times have an
offset of two hours; unknown routes get HTML.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

from serving import Served, asgi
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

KINDS = ("siteRestoreArtifacts", "granularSiteRestoreArtifacts")
SESSIONS: dict[str, dict[str, Any]] = {}


def bad(code: str, status: int = 400) -> Response:
    return JSONResponse({"error": {"code": code, "message": f"Sorry: {code}"}}, status)


def look(items: list[Any], kind: str) -> str | None:
    """The code of the first error row that applies to a list that is not empty."""
    found, wanted = [], []
    for item in items:
        if not isinstance(item, dict):
            return "InvalidArtifactRequest"
        where = item.get("restorePoint") if kind == KINDS[0] else item
        key = where.get("id") if isinstance(where, dict) else None
        if not isinstance(key, str) or not key.strip(" 0-"):
            return "InvalidRestorePoint" if kind == KINDS[0] else "InvalidArtifactRequest"
        if kind == KINDS[0]:
            if item.get("destinationType") not in ("new", "inPlace"):
                return "InvalidPathType"
            wanted.append(item["destinationType"])
            if len(key) != 36:
                return "InvalidRestorePoint"
        elif not isinstance(item.get("browseSessionId"), str) or not item["browseSessionId"]:
            return "InvalidArtifactRequest"
        found.append(key.casefold())
    if len(set(wanted)) > 1:
        return "DifferentRestoreDestinationType"
    return "DuplicateArtifactInList" if len(set(found)) < len(found) else None


def finish(session: dict[str, Any]) -> dict[str, Any]:
    total = sum(len(session[kind]) for kind in KINDS if kind in session)
    counts = {"failed": 0, "completed": 0, "inProgress": total, "total": total, "queued": 0}
    return {**session, "restoreSessionArtifactCount": counts}


def added(item: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == KINDS[1]:
        return {
            "id": item["id"],
            "browseSessionId": item["browseSessionId"],
            "status": "added",
            "webUrl": "",
            "siteId": None,
        }
    point, place = {"id": item["restorePoint"]["id"]}, item["destinationType"]
    return {"id": str(uuid.uuid4()), "restorePoint": point, "destinationType": place, "status": "added"}


def stamp() -> str:
    return datetime.now(timezone(timedelta(hours=2))).isoformat(timespec="microseconds")


async def body_of(request: Request) -> Any:
    raw = await request.body()
    return json.loads(raw) if raw.strip() else {}


async def create(request: Request) -> Response:
    if await request.body() and "json" not in request.headers.get("content-type", "").lower():
        return bad("UnsupportedMediaType", 415)
    try:
        body = await body_of(request)
    except (ValueError, RecursionError):
        return bad("BadRequest")
    if not isinstance(body, dict):
        return bad("BadRequest")
    given = {kind: body[kind] for kind in KINDS if kind in body}
    if len(given) == 2:
        given = {kind: items for kind, items in given.items() if items is not None}
        if len(given) != 1:
            return bad("MixedArtifacts")
    for kind, items in given.items():
        if not isinstance(items, list) or not items:
            return bad("InvalidArtifactRequest")
        if len(items) > 50:
            return bad("RestoreArtifactsLimitBreached", 413)
        if code := look(items, kind):
            return bad(code)
    name, listed = next(iter(given.items()), (KINDS[0], []))
    key, when = str(uuid.uuid4()), stamp()
    session = {
        "id": key,
        "displayName": f"Restore {len(SESSIONS) + 1}",
        "status": "draft",
        "restoreJobType": "granular" if name == KINDS[1] else "standard",
        "createdDateTime": when,
        "lastModifiedDateTime": when,
        name: [added(item, name) for item in listed],
    }
    SESSIONS[key] = session
    return JSONResponse(finish(session), 201, headers={"Location": f"{request.url.path.rstrip('/')}/{key}"})


async def get(request: Request) -> Response:
    session = find(request)
    return session if isinstance(session, Response) else JSONResponse(finish(session))


def find(request: Request) -> dict[str, Any] | Response:
    try:
        key = str(uuid.UUID(request.path_params["key"]))
    except ValueError:
        return bad("InvalidRestoreSessionId")
    return SESSIONS.get(key) or bad("RestoreSessionNotFound", 404)


async def update(request: Request) -> Response:
    session = find(request)
    if isinstance(session, Response):
        return session
    kind = KINDS[session["restoreJobType"] == "granular"]
    try:
        body = await body_of(request)
        changes = body[f"{kind}@delta"] if f"{kind}@delta" in body else body[kind]
    except (ValueError, TypeError, KeyError, RecursionError):
        return bad("InvalidPatchRequest")
    if len([name for name in body if name.partition("@")[0] in KINDS]) > 1:
        return bad("MixedArtifacts")
    if not isinstance(changes, list) or not changes or not all(isinstance(item, dict) for item in changes):
        return bad("InvalidArtifactRequest")
    if len(changes) > 50:
        return bad("RestoreArtifactsLimitBreached")
    more = [item for item in changes if "@removed" not in item]
    if code := look(more, kind):
        return bad(code if code != "InvalidPathType" else "InvalidPatchRequest")
    if {str(key_of(item)) for item in more} & {str(key_of(item)) for item in session.get(kind, [])}:
        return bad("DuplicateArtifactInList")
    out = {item.get("id") for item in changes if "@removed" in item}
    delta: list[dict[str, Any]] = []
    for each in sorted(map(str, out)):
        if each in {item["id"] for item in session[kind]}:
            delta.append({"id": each, "@removed": {"reason": "changed"}})
        else:
            info = {"code": "ArtifactNotFound", "message": "It is not in the session."}
            failed = {"info": info, "failedOperation": "remove", "responseCode": 409}
            delta.append({"id": each, "@Core.DataModificationException": failed})
    new = [added(item, kind) for item in more]
    session[kind] = [item for item in session[kind] if item["id"] not in out] + new
    session["lastModifiedDateTime"] = stamp()
    return JSONResponse({**finish(session), f"{kind}@delta": delta + new})


def key_of(item: dict[str, Any]) -> Any:
    return item["restorePoint"]["id"].casefold() if "restorePoint" in item else item["id"].casefold()


class Front:
    """Case and trailing slashes do not matter, and a bearer token does."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"].lower().rstrip("/")
        scope = {**scope, "path": path, "raw_path": path.encode()}
        word, _, token = Request(scope).headers.get("authorization", "").partition(" ")
        known = path.startswith("/graph/emulator/beta/")
        allowed = word.lower() == "bearer" and token.strip() != ""
        app = self.app if allowed or not known else bad("InvalidAuthenticationToken", 401)
        await app(scope, receive, send)


async def nothing(request: Request, error: Exception) -> Response:
    return HTMLResponse("<html><body><h1>Nothing here</h1></body></html>", getattr(error, "status_code", 404))


@contextmanager
def serve() -> Iterator[Served]:
    root = "/graph/emulator/beta/solutions/backuprestore"
    routes = [
        Route(f"{root}/sharepointrestoresessions", create, methods=["POST"]),
        Route(f"{root}/sharepointrestoresessions/{{key}}", get),
        Route(f"{root}/sharepointrestoresessions/{{key}}", update, methods=["PATCH"]),
        Route(f"{root}/restoresessions/{{key}}", get),
    ]
    app = Front(Starlette(routes=routes, exception_handlers={404: nothing, 405: nothing}))
    SESSIONS.clear()
    with asgi(app, headers=[("X-Powered-By", "tests"), ("Strict-Transport-Security", "max-age=1")]) as port:
        yield Served(f"http://127.0.0.1:{port}/graph/emulator/beta", "anything goes".replace(" ", "-"))
