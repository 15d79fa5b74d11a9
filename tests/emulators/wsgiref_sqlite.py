"""Create, get, list in pages, delete and activate as a WSGI application over SQLite.

Built from: the create page and its error rows; the get, list (with `@odata.nextLink`), delete and activate pages.
Choices: list pages of ten, with a link made from the request's host; `error: null` on every session as the list
page prints; every count is a number; each error row is looked at for the whole list before the next; unknown
members are ignored; activation puts all artifacts in progress and the session is `active` at once; errors carry
`details`; 401 carries WWW-Authenticate; three fraction digits.
"""

import json
import re
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from serving import Served, threaded

ROOT = "/beta/solutions/backupRestore/"
GUID = re.compile(r"(?i)[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z")
Reply = tuple[int, dict[str, Any] | None]


def problem(status: int, code: str) -> Reply:
    detail = {"code": code, "message": "See the documentation.", "target": "request"}
    return status, {"error": {"code": code, "message": HTTPStatus(status).phrase, "details": [detail]}}


class Store:
    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.db.execute(
            "create table s "
            "(n integer primary key, id text, kind text, total integer, status text, made text, changed text)"
        )
        self.lock = threading.Lock()

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self.lock:
            return self.db.execute(sql, values).fetchall()


def session(row: tuple[Any, ...]) -> dict[str, Any]:
    _, key, kind, total, status, made, changed = row
    running = 0 if status == "draft" else total
    return {
        "@odata.type": "#microsoft.graph.sharepointRestoreSession",
        "id": key,
        "status": status,
        "restoreJobType": kind,
        "error": None,
        "restoreSessionArtifactCount": {"total": total, "completed": 0, "inProgress": running, "failed": 0},
        "createdDateTime": made,
        "lastModifiedDateTime": changed,
        "createdBy": {"user": {"id": "845457dc-4bb2-4815-bef3-8628ebd1952e", "displayName": "User1"}},
    }


def create(store: Store, environ: dict[str, Any], raw: bytes) -> Reply:
    media = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if raw and media != "application/json":
        return problem(415, "UnsupportedMediaType")
    try:
        body = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        return problem(400, "InvalidJson")
    if not isinstance(body, dict):
        return problem(400, "InvalidJson")
    if body.get("siteRestoreArtifacts") and body.get("granularSiteRestoreArtifacts"):
        return problem(400, "InvalidRequest")
    given = [body[k] for k in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts") if k in body]
    if not all(isinstance(x, list) and x and all(isinstance(y, dict) for y in x) for x in given):
        return problem(400, "InvalidArtifactRequest")
    items = [item for group in given for item in group]
    if len(items) > 50:
        return problem(413, "RestoreArtifactsLimitBreached")
    granular = "granularSiteRestoreArtifacts" in body
    keys = []
    for item in items:
        point = item if granular else item.get("restorePoint")
        key = point.get("id") if isinstance(point, dict) else None
        if not isinstance(key, str) or not key.strip() or not (granular or GUID.match(key)):
            return problem(400, "InvalidArtifactRequest" if granular else "InvalidRestorePoint")
        if granular and (not isinstance(item.get("browseSessionId"), str) or not item["browseSessionId"].strip()):
            return problem(400, "InvalidArtifactRequest")
        keys.append(key.lower())
    places = [item.get("destinationType") for item in items]
    if not granular and any(place not in ("new", "inPlace") for place in places):
        return problem(400, "InvalidPathType")
    if not granular and "new" in places and "inPlace" in places:
        return problem(400, "DifferentRestoreDestinationType")
    if len(keys) > len(set(keys)):
        return problem(400, "DuplicateArtifactInList")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    values = (str(uuid.uuid4()), "granular" if granular else "standard", len(items), "draft", now, now)
    store.rows("insert into s (id, kind, total, status, made, changed) values (?, ?, ?, ?, ?, ?)", values)
    return 201, session((0, *values))


def act(store: Store, method: str, key: str, action: str) -> Reply:
    try:
        rows = store.rows("select * from s where id = ?", (str(uuid.UUID(key)),))
    except ValueError:
        return problem(400, "InvalidRestoreSessionId")
    if not rows:
        return problem(404, "RestoreSessionNotFound")
    if method == "GET":
        return 200, session(rows[0])
    if rows[0][4] != "draft":
        return problem(403, "RestoreSessionActionNotAllowed")
    if method == "DELETE":
        store.rows("delete from s where n = ?", (rows[0][0],))
        return 204, None
    store.rows(
        "update s set status = 'active', changed = ? where n = ?",
        (datetime.now(UTC).isoformat(timespec="milliseconds"), rows[0][0]),
    )
    return 200, session(store.rows("select * from s where n = ?", (rows[0][0],))[0])


def page(store: Store, environ: dict[str, Any]) -> Reply:
    after = int(parse_qs(environ["QUERY_STRING"]).get("$skiptoken", ["0"])[0])
    rows = store.rows("select * from s where n > ? order by n limit 11", (after,))
    answer: dict[str, Any] = {"@odata.context": "#restoreSessions", "value": [session(row) for row in rows[:10]]}
    if len(rows) > 10:
        answer["@odata.nextLink"] = f"http://{environ['HTTP_HOST']}{ROOT}restoreSessions?$skiptoken={rows[9][0]}"
    return 200, answer


def route(store: Store, environ: dict[str, Any]) -> Reply:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if not path.startswith(ROOT):
        return problem(404, "UnknownSegment")
    if not environ.get("HTTP_AUTHORIZATION", "").lower().startswith("bearer "):
        return problem(401, "InvalidAuthenticationToken")
    match method, path.removeprefix(ROOT).split("/"):
        case "POST", ["sharePointRestoreSessions"]:
            return create(store, environ, raw)
        case "GET", ["restoreSessions"]:
            return page(store, environ)
        case "GET" | "DELETE", ["restoreSessions", key]:
            return act(store, method, key, "")
        case "POST", ["restoreSessions", key, "activate"]:
            return act(store, method, key, "activate")
        case _, ["sharePointRestoreSessions"] | ["restoreSessions", *_]:
            return problem(405, "MethodNotAllowed")
    return problem(404, "UnknownSegment")


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server\'s
        pass


@contextmanager
def serve() -> Iterator[Served]:
    store = Store()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        status, body = route(store, environ)
        headers = [("Cache-Control", "no-store")]
        if body is not None:
            headers.append(("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true"))
        if status == 401:
            headers.append(("WWW-Authenticate", 'Bearer realm=""'))
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [json.dumps(body).encode()] if body is not None else []

    try:
        with threaded(make_server("127.0.0.1", 0, app, WSGIServer, Quiet)) as port:
            yield Served(f"http://127.0.0.1:{port}/beta", "s3cret-token-for-the-emulator")
    finally:
        store.db.close()
