"""All routes but activation on `http.server` with keep-alive; answers are compressed where the caller accepts it.

Built from: the create page and its error rows; the get, list, update, delete and artifact pages with theirs.
Choices: a caller's rights are in the name of its token; an update is answered with the updated session alone, as the
page's Response sentence says; additions and removals are applied together or not at all, except that an unknown
removal is passed over with a 200; artifacts are listed in pages of twenty; a mixed create is 409; one list may be
empty or null beside the other; duplicates are compared without case; unset artifact times are the year 1; times have
seven digits; errors repeat the service's code at both levels; a gzip request body is 415.
"""

import gzip
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from serving import Served, threaded

SITES, ITEMS = "siteRestoreArtifacts", "granularSiteRestoreArtifacts"
RIGHTS = {"full": {"read", "write"}, "read": {"read"}, "none": set()}


class Refuse(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def identity(name: str, item: Any) -> str:
    if not isinstance(item, dict):
        raise Refuse(400, "InvalidArtifactRequest")
    if name == ITEMS:
        if not all(isinstance(item.get(k), str) and item[k] for k in ("id", "browseSessionId")):
            raise Refuse(400, "InvalidArtifactRequest")
        return str(item["id"]).lower()
    if item.get("destinationType") not in ("new", "inPlace"):
        raise Refuse(400, "InvalidPathType")
    try:
        return str(uuid.UUID(item["restorePoint"]["id"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refuse(400, "InvalidRestorePoint") from None


def build(name: str, items: Any, limit: int) -> dict[str, dict[str, Any]]:
    if not isinstance(items, list) or not items:
        raise Refuse(400, "InvalidArtifactRequest")
    if len(items) > 50:
        raise Refuse(limit, "RestoreArtifactsLimitBreached")
    keys = [identity(name, item) for item in items]
    if len(keys) > len(set(keys)):
        raise Refuse(400, "DuplicateArtifactInList")
    if name == SITES and len({item["destinationType"] for item in items}) > 1:
        raise Refuse(400, "DifferentRestoreDestinationType")
    unset = {"startDateTime": "0001-01-01T00:00:00Z", "completionDateTime": "0001-01-01T00:00:00Z"}
    built = {}
    for item in items:
        if name == SITES:
            shown = {"id": str(uuid.uuid4()), "destinationType": item["destinationType"]}
            shown["restorePoint"] = {"id": item["restorePoint"]["id"]}
        else:
            shown = {
                "id": item["id"],
                "browseSessionId": item["browseSessionId"],
                "restoredItemKey": "",
                "siteId": None,
                "webUrl": "",
            }
        built[shown["id"]] = {**shown, "status": "added", **unset}
    return built


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "restore-emulator"
    sys_version = ""
    wbufsize = 1 << 16
    sessions: dict[str, tuple[dict[str, Any], str, dict[str, dict[str, Any]]]]
    lock: threading.Lock

    def handle_any(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        try:
            with self.lock:
                status, body = self.route(path.removeprefix("/beta/solutions/backupRestore/").split("/"), query, raw)
        except Refuse as no:
            inner = {"code": no.code, "request-id": str(uuid.uuid4())}
            status, body = (
                no.status,
                {"error": {"code": no.code, "message": f"Not possible: {no.code}", "innererror": inner}},
            )
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if body is not None:
            self.send_header("Content-Type", "application/json; odata.metadata=minimal")
            if "gzip" in self.headers.get("Accept-Encoding", ""):
                data = gzip.compress(data)
                self.send_header("Content-Encoding", "gzip")
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any  # noqa: N815 - the names are http.server's

    def allow(self, right: str) -> None:
        word, _, token = self.headers.get("Authorization", "").partition(" ")
        if word.lower() != "bearer" or token not in RIGHTS:
            raise Refuse(401, "InvalidAuthenticationToken")
        if right not in RIGHTS[token]:
            raise Refuse(403, "Forbidden")

    def route(self, path: list[str], query: str, raw: bytes) -> tuple[int, Any]:
        match self.command, path:
            case "POST", ["sharePointRestoreSessions"]:
                self.allow("write")
                return 201, self.create(self.body(raw, "BadRequest"))
            case "GET", ["restoreSessions"]:
                self.allow("read")
                return 200, {"value": [self.show(key) for key in self.sessions]}
            case "GET", ["restoreSessions" | "sharePointRestoreSessions", key]:
                self.allow("read")
                return 200, self.show(self.find(key))
            case "DELETE", ["restoreSessions" | "sharePointRestoreSessions", key]:
                self.allow("write")
                del self.sessions[self.find(key)]
                return 204, None
            case "PATCH", ["sharePointRestoreSessions", key]:
                self.allow("write")
                return 200, self.update(self.find(key), raw)
            case "GET", [
                "sharePointRestoreSessions",
                key,
                ("siteRestoreArtifacts" | "granularSiteRestoreArtifacts") as name,
            ]:
                self.allow("read")
                _, kept, artifacts = self.sessions[self.find(key)]
                start = int(parse_qs(query).get("$skiptoken", ["0"])[0])
                listed = list(artifacts.values()) if kept == name else []
                answer: dict[str, Any] = {"value": listed[start : start + 20]}
                if len(listed) > start + 20:
                    answer["@odata.nextLink"] = (
                        f"http://{self.headers['Host']}{self.path.partition('?')[0]}?$skiptoken={start + 20}"
                    )
                return 200, answer
        raise Refuse(404, "UnknownRoute")

    def body(self, raw: bytes, bad: str) -> dict[str, Any]:
        if self.headers.get("Content-Encoding", "identity") != "identity":
            raise Refuse(415, "UnsupportedContentEncoding")
        if raw and self.headers.get_content_type() != "application/json":
            raise Refuse(415, "UnsupportedMediaType")
        try:
            body = json.loads(raw.decode()) if raw else {}
        except (ValueError, RecursionError):
            raise Refuse(400, bad) from None
        if not isinstance(body, dict):
            raise Refuse(400, bad)
        return body

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get(SITES) and body.get(ITEMS):
            raise Refuse(409, "Conflict")
        names = [name for name in (SITES, ITEMS) if name in body]
        if len(names) == 2:
            names = [name for name in names if body[name]]
            if not names:
                raise Refuse(400, "InvalidArtifactRequest")
        name = names[0] if names else SITES
        artifacts = build(name, body[name], 413) if names else {}
        key, when = str(uuid.uuid4()), now()
        session = {
            "@odata.id": f"/solutions/backupRestore/sharepointRestoreSessions({key})",
            "id": key,
            "status": "draft",
            "restoreJobType": "standard" if name == SITES else "granular",
            "createdDateTime": when,
            "lastModifiedDateTime": when,
            "lastModifiedBy": {"user": {"id": str(uuid.uuid4())}},
        }
        self.sessions[key] = (session, name, artifacts)
        return self.show(key)

    def find(self, key: str) -> str:
        try:
            key = str(uuid.UUID(key))
        except ValueError:
            raise Refuse(400, "InvalidRestoreSessionId") from None
        if key not in self.sessions:
            raise Refuse(404, "RestoreSessionNotFound")
        return key

    def show(self, key: str) -> dict[str, Any]:
        session, _, artifacts = self.sessions[key]
        return {
            **session,
            "restoreSessionArtifactCount": {"total": len(artifacts), "inProgress": 0, "completed": 0, "failed": 0},
        }

    def update(self, key: str, raw: bytes) -> dict[str, Any]:
        session, name, artifacts = self.sessions[key]
        body = self.body(raw, "InvalidPatchRequest")
        if len([sent for sent in body if sent.partition("@")[0] in (SITES, ITEMS)]) > 1:
            raise Refuse(400, "InvalidPatchRequest")
        changes = body.get(f"{name}@delta")
        if f"{name}@delta" not in body:
            raise Refuse(400, "InvalidPatchRequest")
        if not isinstance(changes, list) or not changes or not all(isinstance(item, dict) for item in changes):
            raise Refuse(400, "InvalidArtifactRequest")
        if len(changes) > 50:
            raise Refuse(400, "RestoreArtifactsLimitBreached")
        more = [item for item in changes if "@removed" not in item]
        out = {item.get("id") for item in changes if "@removed" in item}
        try:
            new = build(name, more, 400) if more else {}
        except Refuse as no:
            raise (
                Refuse(400, "InvalidPatchRequest")
                if no.code in ("InvalidPathType", "DifferentRestoreDestinationType")
                else no
            ) from None
        left = {each: item for each, item in artifacts.items() if each not in out}
        if {identity(name, item) for item in left.values()} & {identity(name, item) for item in new.values()}:
            raise Refuse(400, "DuplicateArtifactInList")
        session["lastModifiedDateTime"] = now()
        self.sessions[key] = (session, name, {**left, **new})
        return self.show(key)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server\'s
        pass


@contextmanager
def serve() -> Iterator[Served]:
    handler = type("Own", (Handler,), {"sessions": {}, "lock": threading.Lock()})
    with threaded(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield Served(
            f"http://127.0.0.1:{port}/beta", "full", {"read-only": "read", "no-permission": "none", "expired": "gone"}
        )
