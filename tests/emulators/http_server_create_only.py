"""The smallest emulator: the create call and nothing else, on `http.server` with HTTP/1.0.

Built from: the request line, the header table, the property table, "201 Created and a session", "if no payload
is provided an empty standard session is created", "can't include both kinds", and the error rows of create.
Choices: any bearer token; unknown members are ignored; the answer is shortened to id, status and job type (the
page says that answers may be); an error is code and message; a restore point's id is a GUID in any spelling, also in
braces; every other route
and method gets what `http.server` answers by itself, an HTML page; a body whose media type is not JSON gets 415.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from serving import Served, threaded

PATH = "/beta/solutions/backupRestore/sharePointRestoreSessions"


class Problem(Exception):
    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def job_type(body: Any) -> str:
    if not isinstance(body, dict):
        raise Problem("BadRequest")
    whole, parts = body.get("siteRestoreArtifacts"), body.get("granularSiteRestoreArtifacts")
    if whole and parts:
        raise Problem("InvalidRequest")
    for name in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts"):
        if name not in body:
            continue
        if not isinstance(body[name], list) or not all(isinstance(item, dict) for item in body[name]):
            raise Problem("InvalidArtifactRequest")
        if not body[name]:
            raise Problem("InvalidArtifactRequest")
        if len(body[name]) > 50:
            raise Problem("RestoreArtifactsLimitBreached", 413)
    seen: set[str] = set()
    for item in whole or []:
        try:
            point = uuid.UUID(item["restorePoint"]["id"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Problem("InvalidRestorePoint") from None
        if item.get("destinationType") not in ("new", "inPlace"):
            raise Problem("InvalidPathType")
        seen.add(str(point))
    if len({item["destinationType"] for item in whole or []}) > 1:
        raise Problem("DifferentRestoreDestinationType")
    for item in parts or []:
        if not isinstance(item.get("browseSessionId"), str) or not item["browseSessionId"]:
            raise Problem("InvalidArtifactRequest")
        if not isinstance(item.get("id"), str) or not item["id"]:
            raise Problem("InvalidArtifactRequest")
        seen.add(item["id"].lower())
    if len(seen) < len(whole or parts or []):
        raise Problem("DuplicateArtifactInList")
    return "granular" if parts else "standard"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.partition("?")[0] != PATH:
            self.send_error(404)
            return
        try:
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise Problem("InvalidAuthenticationToken", 401)
            if raw and self.headers.get_content_type() != "application/json":
                raise Problem("UnsupportedMediaType", 415)
            try:
                body = json.loads(raw) if raw.strip() else {}
            except (ValueError, RecursionError):
                raise Problem("BadRequest") from None
            answer = {"id": str(uuid.uuid4()), "status": "draft", "restoreJobType": job_type(body)}
            self.answer(201, answer)
        except Problem as problem:
            self.answer(problem.status, {"error": {"code": problem.code, "message": f"Refused: {problem.code}."}})

    def do_GET(self) -> None:
        self.send_error(404)

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server\'s
        pass


@contextmanager
def serve() -> Iterator[Served]:
    with threaded(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield Served(f"http://127.0.0.1:{port}/beta", "a-token")
