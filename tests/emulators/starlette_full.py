"""Every documented route of the sessions on Starlette, strict, with callers of different permissions.

Built from: the create page with its error rows, and the get, list, update, delete, activate and artifact pages with
theirs; the permission tables (reading needs one permission, writing another); the generic error envelope.
Choices: unknown members are refused; the media type is checked (415); GUIDs are; an empty body is an empty
session; `{}` too; two decimal digits; all annotations; counts put every artifact in progress, as Example 1; a rich
error envelope; an update is answered with the bare delta, as its page prints; an activated session is `activating`.
"""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from serving import Served, asgi
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ROOT = "/beta/solutions/backupRestore"
KINDS = {"siteRestoreArtifacts": "standard", "granularSiteRestoreArtifacts": "granular"}
CALLERS = {"writer": "rw", "reader": "r", "nobody": ""}
GUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)


class Fault(HTTPException):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(status)
        self.code = code


def permit(request: Request, need: str) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token not in CALLERS:
        raise Fault(401, "InvalidAuthenticationToken")
    if need not in CALLERS[token]:
        raise Fault(403, "accessDenied")


async def read(request: Request, bad: str) -> dict[str, Any]:
    raw = await request.body()
    if raw and request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Fault(415, "unsupportedMediaType")
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise Fault(400, bad) from None
    if not isinstance(body, dict):
        raise Fault(400, bad)
    return body


def check(kind: str, items: Any, limit: int) -> list[dict[str, Any]]:
    """A list of artifacts to add: the error rows that create and update share."""
    if not isinstance(items, list) or not items:
        raise Fault(400, "InvalidArtifactRequest")
    if len(items) > 50:
        raise Fault(limit, "RestoreArtifactsLimitBreached")
    members = {"restorePoint", "destinationType"} if kind == "standard" else {"browseSessionId", "id"}
    keys = []
    for item in items:
        if not isinstance(item, dict) or {k for k in item if "@" not in k} - members:
            raise Fault(400, "InvalidArtifactRequest")
        if kind == "standard":
            point = item.get("restorePoint")
            if not isinstance(point, dict) or not GUID.match(str(point.get("id"))):
                raise Fault(400, "InvalidRestorePoint")
            if item.get("destinationType") not in ("new", "inPlace"):
                raise Fault(400, "InvalidPathType")
            keys.append(point["id"].lower())
        else:
            if not all(isinstance(item.get(k), str) and item[k] for k in members):
                raise Fault(400, "InvalidArtifactRequest")
            keys.append(item["id"].lower())
    if len({item.get("destinationType") for item in items}) > 1:
        raise Fault(400, "DifferentRestoreDestinationType")
    if len(set(keys)) < len(keys):
        raise Fault(400, "DuplicateArtifactInList")
    return items


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:22] + "Z"


def artifact(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"status": "added", **({"id": str(uuid.uuid4())} if kind == "standard" else {}), **item}


class Sessions:
    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.artifacts: dict[str, dict[str, dict[str, Any]]] = {}

    def show(self, key: str) -> dict[str, Any]:
        total = len(self.artifacts[key])
        counts = {"total": total, "completed": 0, "inProgress": total, "failed": 0}
        return {**self.kept[key], "restoreSessionArtifactCount": counts}

    def find(self, request: Request) -> str:
        key = str(request.path_params["key"]).lower()
        if not GUID.match(key):
            raise Fault(400, "InvalidRestoreSessionId")
        if key not in self.kept:
            raise Fault(404, "RestoreSessionNotFound")
        return key

    def draft(self, request: Request) -> str:
        key = self.find(request)
        if self.kept[key]["status"] != "draft":
            raise Fault(403, "RestoreSessionActionNotAllowed")
        return key

    async def create(self, request: Request) -> Response:
        permit(request, "w")
        body = await read(request, "BadRequest")
        sent = {name for name in body if not name.startswith("@")}
        if sent - set(KINDS) or len(sent) == 2:
            raise Fault(400, "BadRequest")
        name = sent.pop() if sent else "siteRestoreArtifacts"
        items = check(KINDS[name], body[name], 413) if name in body else []
        key, when, who = str(uuid.uuid4()), now(), {"user": {"id": str(uuid.uuid4()), "displayName": "Admin"}}
        self.kept[key] = {
            "@odata.context": f"{request.url.scheme}://{request.url.netloc}/beta/$metadata#restoreSessions/$entity",
            "@odata.id": f"/solutions/backupRestore/sharePointRestoreSessions({key})",
            "@odata.type": "#microsoft.graph.sharePointRestoreSession",
            "id": key,
            "status": "draft",
            "restoreJobType": KINDS[name],
            **{f"{what}By": who for what in ("created", "lastModified")},
            **{f"{what}DateTime": when for what in ("created", "lastModified")},
        }
        added = [artifact(KINDS[name], item) for item in items]
        self.artifacts[key] = {item["id"]: item for item in added}
        return JSONResponse(self.show(key), 201)

    async def get(self, request: Request) -> Response:
        permit(request, "r")
        return JSONResponse(self.show(self.find(request)))

    async def listing(self, request: Request) -> Response:
        permit(request, "r")
        return JSONResponse(
            {"@odata.context": "$metadata#restoreSessions", "value": [self.show(key) for key in self.kept]}
        )

    async def update(self, request: Request) -> Response:
        permit(request, "w")
        key = self.draft(request)
        body = await read(request, "InvalidPatchRequest")
        kind = self.kept[key]["restoreJobType"]
        name = next(n for n, k in KINDS.items() if k == kind) + "@delta"
        if set(body) != {name}:
            raise Fault(400, "InvalidPatchRequest")
        if not isinstance(body[name], list) or not body[name] or not all(isinstance(i, dict) for i in body[name]):
            raise Fault(400, "InvalidArtifactRequest")
        gone = [item for item in body[name] if "@removed" in item]
        more = [item for item in body[name] if "@removed" not in item]
        if len(body[name]) > 50:
            raise Fault(400, "RestoreArtifactsLimitBreached")
        added = [artifact(kind, item) for item in (check(kind, more, 400) if more else [])]
        held = self.artifacts[key]
        if any(
            old.get("restorePoint", old["id"]) == new.get("restorePoint", new["id"])
            for old in held.values()
            for new in added
        ):
            raise Fault(400, "DuplicateArtifactInList")
        shown = []
        for item in gone:
            if held.pop(item.get("id", ""), None) is None:
                info = {"code": "ArtifactNotFound", "message": "The artifact is not part of the session."}
                reason = {"failedOperation": "remove", "responseCode": 409, "info": info}
                shown.append({"id": item.get("id", ""), "@Core.DataModificationException": reason})
            else:
                shown.append({"@removed": {"reason": "changed"}, "id": item["id"]})
        held.update({item["id"]: item for item in added})
        self.kept[key]["lastModifiedDateTime"] = now()
        return JSONResponse({name: shown + added})

    async def delete(self, request: Request) -> Response:
        permit(request, "w")
        key = self.draft(request)
        del self.kept[key], self.artifacts[key]
        return Response(status_code=204)

    async def activate(self, request: Request) -> Response:
        permit(request, "w")
        key = self.draft(request)
        self.kept[key]["status"] = "activating"
        return JSONResponse(self.show(key))

    async def list_artifacts(self, request: Request) -> Response:
        kind = KINDS[request.url.path.rsplit("/", 1)[1]]
        permit(request, "r" if kind == "standard" else "w")
        key = self.find(request)
        return JSONResponse(
            {"value": list(self.artifacts[key].values()) if self.kept[key]["restoreJobType"] == kind else []}
        )


async def refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = (
        error.code
        if isinstance(error, Fault)
        else {404: "itemNotFound", 405: "methodNotAllowed"}.get(error.status_code, "generalException")
    )
    own = str(uuid.uuid4())
    inner = {"date": now()[:19], "request-id": own, "client-request-id": request.headers.get("client-request-id", own)}
    body = {"error": {"code": code, "message": f"The request is refused ({code}).", "details": [], "innerError": inner}}
    return JSONResponse(body, error.status_code, headers={"request-id": own})


@contextmanager
def serve() -> Iterator[Served]:
    it = Sessions()
    typed, base = f"{ROOT}/sharePointRestoreSessions", f"{ROOT}/restoreSessions"
    routes = [
        Route(typed, it.create, methods=["POST"]),
        Route(f"{typed}/{{key}}", it.update, methods=["PATCH"]),
        *(Route(f"{typed}/{{key}}/{name}", it.list_artifacts) for name in KINDS),
        Route(base, it.listing),
        Route(f"{base}/{{key}}", it.get),
        Route(f"{base}/{{key}}", it.delete, methods=["DELETE"]),
        Route(f"{base}/{{key}}/activate", it.activate, methods=["POST"]),
    ]
    with asgi(Starlette(routes=routes, exception_handlers={HTTPException: refuse})) as port:
        yield Served(
            f"http://127.0.0.1:{port}/beta",
            "writer",
            {"read-only": "reader", "no-permission": "nobody", "expired": "old"},
        )
