"""A strict emulator on Werkzeug that knows which restore points and items exist, and keeps sessions in SQLite.

Built from: the create page and its error rows ("restore point invalid"), the get, list and delete pages with theirs.
Choices: only ids that exist are accepted, letters of either case; GUIDs are checked; unknown members are refused; an
empty object is refused as an empty list, since both collections are "Required" and only *no payload* makes the empty
session; a list beside the other kind is refused even where it is empty; only the two media types `application/json`
with and without a charset pass, others get 415; an ETag and a Location come with the answer; one bearer token only;
errors are code, message and target; unknown routes get the framework's HTML.
"""

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from serving import Served, threaded
from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server

TOKEN = "eyJhbGciOiJub25lIn0.eyJhcHAiOiJ0ZXN0In0.c2lnbmF0dXJl"
POINTS = tuple(str(uuid.UUID(int=0x1F1FCCC3A6424F61BF49F37B9A880000 + n)) for n in range(60))
ITEMS = tuple(
    ("m_browse", ",".join(str(uuid.UUID(int=0xA535851E9FC64EB190AB2955FD900000 + 4 * n + k)) for k in range(4)))
    for n in range(60)
)
URLS = Map(
    [
        Rule("/beta/solutions/backupRestore/sharePointRestoreSessions", endpoint="create", methods=["POST"]),
        Rule("/beta/solutions/backupRestore/restoreSessions", endpoint="list", methods=["GET"]),
        Rule("/beta/solutions/backupRestore/restoreSessions/<key>", endpoint="get", methods=["GET"]),
        Rule("/beta/solutions/backupRestore/restoreSessions/<key>", endpoint="delete", methods=["DELETE"]),
    ]
)


class Stop(Exception):
    def __init__(self, status: int, code: str, target: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.target = status, code, target


class Emulator:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.execute("create table session (id text primary key, kind text, total integer, made text)")

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.lock:
            return self.db.execute(sql, values).fetchall()

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        try:
            endpoint, values = URLS.bind_to_environ(environ).match()
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if (scheme.lower(), token) != ("bearer", TOKEN):
                raise Stop(401, "InvalidAuthenticationToken")
            answer = getattr(self, "do_" + endpoint)(request, **values)
        except Stop as stop:
            error = {"code": stop.code, "message": f"{stop.code}.", "target": stop.target}
            answer = reply({"error": error}, stop.status)
        except HTTPException as error:
            answer = error.get_response(environ)
        return answer(environ, start)

    def do_create(self, request: Request) -> Response:
        total, kind = self.read(request)
        made = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        key = str(uuid.uuid4())
        self.query("insert into session values (?, ?, ?, ?)", key, kind, total, made)
        answer = reply(shown(key, kind, total, made), 201)
        answer.headers["Location"] = f"{request.host_url}beta/solutions/backupRestore/restoreSessions/{key}"
        answer.headers["ETag"] = f'W/"{key}"'
        return answer

    def read(self, request: Request) -> tuple[int, str]:
        if not request.get_data():
            return 0, "standard"
        if request.mimetype != "application/json":
            raise Stop(415, "UnsupportedMediaType")
        try:
            body = request.get_json()
        except (BadRequest, RecursionError):
            raise Stop(400, "BadRequest") from None
        if not isinstance(body, dict):
            raise Stop(400, "BadRequest")
        names = {"siteRestoreArtifacts": "standard", "granularSiteRestoreArtifacts": "granular"}
        if not body:
            raise Stop(400, "InvalidArtifactRequest")
        if len(body) > 1 or not set(body) <= set(names):
            raise Stop(400, "BadRequest", sorted(body)[-1])
        [(name, items)] = body.items()
        if not isinstance(items, list) or items == []:
            raise Stop(400, "InvalidArtifactRequest", name)
        if len(items) > 50:
            raise Stop(413, "RestoreArtifactsLimitBreached", name)
        keys = [self.key(names[name], item) for item in items]
        if len(set(keys)) < len(keys):
            raise Stop(400, "DuplicateArtifactInList", name)
        if len({item.get("destinationType") for item in items}) > 1:
            raise Stop(400, "DifferentRestoreDestinationType", name)
        return len(items), names[name]

    def key(self, kind: str, item: Any) -> str:
        members = {"restorePoint", "destinationType"} if kind == "standard" else {"browseSessionId", "id"}
        if not isinstance(item, dict) or not set(item) <= members:
            raise Stop(400, "InvalidArtifactRequest")
        if kind == "granular":
            pair = (item.get("browseSessionId"), item.get("id"))
            if not all(isinstance(each, str) for each in pair) or (pair[0], str(pair[1]).lower()) not in ITEMS:
                raise Stop(400, "InvalidArtifactRequest", "id")
            return str(pair[1]).lower()
        if item.get("destinationType") not in ("inPlace", "new"):
            raise Stop(400, "InvalidPathType", "destinationType")
        point = item.get("restorePoint")
        key = point.get("id") if isinstance(point, dict) and set(point) == {"id"} else None
        if not isinstance(key, str) or key.lower() not in POINTS:
            raise Stop(400, "InvalidRestorePoint", "restorePoint")
        return key.lower()

    def find(self, key: str) -> tuple[Any, ...]:
        try:
            rows = self.query("select * from session where id = ?", str(uuid.UUID(key)))
        except ValueError:
            raise Stop(400, "InvalidRestoreSessionId") from None
        if not rows:
            raise Stop(404, "RestoreSessionNotFound")
        return rows[0]

    def do_get(self, request: Request, key: str) -> Response:
        return reply(shown(*self.find(key)))

    def do_list(self, request: Request) -> Response:
        return reply({"value": [shown(*row) for row in self.query("select * from session order by made")]})

    def do_delete(self, request: Request, key: str) -> Response:
        self.query("delete from session where id = ?", self.find(key)[0])
        return Response(status=204)


def shown(key: str, kind: str, total: int, made: str) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.sharePointRestoreSession",
        "id": key,
        "status": "draft",
        "restoreJobType": kind,
        "restoreSessionArtifactCount": {"total": total, "inProgress": 0, "completed": 0, "failed": 0},
        "createdBy": {"application": {"displayName": "emulator"}},
        "createdDateTime": made,
        "lastModifiedDateTime": made,
        "completedDateTime": None,
    }


def reply(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name is Werkzeug's
        pass


@contextmanager
def serve() -> Iterator[Served]:
    emulator = Emulator()
    try:
        with threaded(make_server("127.0.0.1", 0, emulator, threaded=True, request_handler=Quiet)) as port:
            yield Served(f"http://127.0.0.1:{port}/beta", TOKEN, {}, POINTS, ITEMS)
    finally:
        emulator.db.close()
