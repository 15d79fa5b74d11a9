"""Create and get on bare sockets: a thread and a connection for each request, header names in small letters.

Built from: the create page and its error rows, the get page, the generic table of status codes (411, 415).
Choices: `connection: close` always; times without fraction; `{}` is an empty session, and a body without a
content type is 400 as live gateways answer; both routes of get; ids in capital letters; the mixed request is
answered before any error row, with 422, even where one list is empty; an explicit null is an empty list; unknown
members are ignored; a path with a trailing slash is the same path; anything else is a JSON 404.
"""

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from serving import Served

SESSIONS = "/beta/solutions/backupRestore/sharePointRestoreSessions"
BASE = "/beta/solutions/backupRestore/restoreSessions"


def error(status: int, code: str) -> tuple[int, dict[str, Any]]:
    return status, {
        "error": {"code": code, "message": HTTPStatus(status).phrase, "innerError": {"request-id": str(uuid.uuid4())}}
    }


def create(kept: dict[str, Any], headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, Any]]:
    if raw and "application/json" not in headers.get("content-type", "").lower():
        return error(400, "BadRequest")
    try:
        body = json.loads(raw.decode("utf-8")) if raw else {}
    except (ValueError, RecursionError):
        return error(400, "BadRequest")
    if not isinstance(body, dict):
        return error(400, "BadRequest")
    kinds = [name for name in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts") if name in body]
    if len(kinds) > 1:
        return error(422, "UnprocessableContent")
    items = body[kinds[0]] if kinds else []
    if kinds and (not isinstance(items, list) or not items):
        return error(400, "InvalidArtifactRequest")
    seen: set[str] = set()
    targets: set[str] = set()
    for item in items:
        if not isinstance(item, dict):
            return error(400, "InvalidArtifactRequest")
        if kinds == ["siteRestoreArtifacts"]:
            point = item.get("restorePoint")
            key = point.get("id") if isinstance(point, dict) else None
            try:
                key = str(uuid.UUID(key))
            except (TypeError, ValueError, AttributeError):
                return error(400, "InvalidRestorePoint")
            if item.get("destinationType") not in ("new", "inPlace"):
                return error(400, "InvalidPathType")
            targets.add(item["destinationType"])
        else:
            key = item.get("id")
            if (
                not isinstance(key, str)
                or not isinstance(item.get("browseSessionId"), str)
                or not key * len(item["browseSessionId"])
            ):
                return error(400, "InvalidArtifactRequest")
        if key in seen:
            return error(400, "DuplicateArtifactInList")
        seen.add(key)
    if len(targets) > 1:
        return error(400, "DifferentRestoreDestinationType")
    if len(items) > 50:
        return error(413, "RestoreArtifactsLimitBreached")
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    session = {
        "id": str(uuid.uuid4()).upper(),
        "status": "draft",
        "restoreJobType": "granular" if kinds == ["granularSiteRestoreArtifacts"] else "standard",
        "createdDateTime": when,
        "restoreSessionArtifactCount": {"total": len(items), "inProgress": 0, "completed": 0, "failed": 0},
    }
    kept[str(session["id"]).lower()] = session
    return 201, session


def answer(
    kept: dict[str, Any], method: str, path: str, headers: dict[str, str], raw: bytes
) -> tuple[int, dict[str, Any]]:
    path = path.partition("?")[0].rstrip("/")
    word, _, token = headers.get("authorization", "").partition(" ")
    if word.lower() != "bearer" or not token.strip():
        return error(401, "InvalidAuthenticationToken")
    if path == SESSIONS and method == "POST":
        return create(kept, headers, raw)
    folder, _, key = path.rpartition("/")
    if folder in (SESSIONS, BASE) and method == "GET":
        try:
            found = kept.get(str(uuid.UUID(key)))
        except ValueError:
            return error(400, "InvalidRestoreSessionId")
        return (200, found) if found else error(404, "RestoreSessionNotFound")
    return error(405, "MethodNotAllowed") if path == SESSIONS else error(404, "NotFound")


def one(connection: socket.socket, kept: dict[str, Any]) -> None:
    with connection, connection.makefile("rb") as incoming:
        connection.settimeout(10)
        try:
            method, target, _ = incoming.readline().decode("latin-1").split(" ", 2)
            headers = {}
            while line := incoming.readline().decode("latin-1").strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            status, body = answer(kept, method, target, headers, incoming.read(int(headers.get("content-length", 0))))
            data = json.dumps(body, separators=(",", ":")).encode()
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-length: {len(data)}\r\n"
            head += "content-type: application/json\r\nserver: own/0.1\r\nconnection: close\r\n\r\n"
            connection.sendall(head.encode() + (data if method != "HEAD" else b""))
            connection.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            pass


@contextmanager
def serve() -> Iterator[Served]:
    kept: dict[str, Any] = {}
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection, kept), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}/beta", "t")
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)
