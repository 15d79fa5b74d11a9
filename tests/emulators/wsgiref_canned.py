"""The printed examples as canned answers on `wsgiref`, with the id and the total filled in.

Built from: the two printed answers of the create page, the prose about the empty and the mixed request, and the
error rows of create.
Choices: the answers are the page's own, with its times and identities, `draft`, and in the standard case all
artifacts in progress, as Example 1 prints; the annotations are printed too, with the leading blank of the context;
validation is the least that the error rows ask; a body that is not JSON is 400; a request without a body and without
a content type is refused with 400 as unreadable, as gateways do; errors are code and message; everything
else is a plain-text 404, and a wrong method a plain-text 405.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from serving import Served, threaded

CREATE = "/beta/solutions/backupRestore/sharePointRestoreSessions"
APPLICATION = {"id": "1fec8e78-bce4-4aaf-ab1b-5451cc387264", "displayName": "Microsoft Enhanced Restore"}
USER = "845457dc-4bb2-4815-bef3-8628ebd1952e"


def canned(kind: str, total: int) -> dict[str, Any]:
    new = str(uuid.uuid4())
    same = {
        "id": new,
        "status": "draft",
        "restoreJobType": kind,
        "createdBy": {"application": APPLICATION, "user": {"id": USER, "displayName": "User1"}},
        "lastModifiedBy": {"application": APPLICATION, "user": {"id": USER, "displayName": "User2"}},
    }
    if kind == "granular":
        return {
            "@odata.context": "/solutions/backupRestore/$metadata#sharePointRestoreSessions/$entity",
            **same,
            "createdDateTime": "2025-06-28T15:05:54.1352557Z",
            "lastModifiedDateTime": "2025-06-28T15:05:54.4852234Z",
            "restoreSessionArtifactCount": {"total": total, "inProgress": 0, "completed": 0, "failed": 0},
        }
    return {
        "@odata.context": " /solutions/backupRestore/$metadata#restoreSessions/$entity",
        "@odata.id": f"/solutions/backupRestore/sharepointRestoreSessions({new})",
        "@odata.type": "#microsoft.graph.sharepointRestoreSession",
        **same,
        "createdDateTime": "2015-06-19T12:01:03.45Z",
        "lastModifiedDateTime": "2015-06-19T12:01:03.45Z",
        "restoreSessionArtifactCount": {"total": total, "completed": 0, "inProgress": total, "failed": 0},
    }


def error_of(body: Any) -> tuple[int, str] | None:
    """The first error row that applies, in the order of the table."""
    if not isinstance(body, dict):
        return 400, "BadRequest"
    lists = [body[k] for k in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts") if k in body]
    if any(not isinstance(x, list) or not x for x in lists):
        return 400, "InvalidArtifactRequest"
    if len(lists) == 2:
        return 400, "InvalidArtifactRequest"
    for item in body.get("siteRestoreArtifacts", []):
        if not isinstance(item, dict) or item.get("destinationType") not in ("new", "inPlace"):
            return 400, "InvalidPathType"
    keys = []
    for item in body.get("siteRestoreArtifacts", []):
        point = item.get("restorePoint")
        try:
            keys.append(str(uuid.UUID(point["id"])))
        except (TypeError, KeyError, ValueError, AttributeError):
            return 400, "InvalidRestorePoint"
    for item in body.get("granularSiteRestoreArtifacts", []):
        keys.append(item.get("id") if isinstance(item, dict) else None)
        if not isinstance(keys[-1], str) or not keys[-1] or not isinstance(item.get("browseSessionId"), str):
            return 400, "InvalidArtifactRequest"
    if len({item["destinationType"] for item in body.get("siteRestoreArtifacts", [])}) > 1:
        return 400, "DifferentRestoreDestinationType"
    if len(keys) > 50:
        return 413, "RestoreArtifactsLimitBreached"
    return (400, "DuplicateArtifactInList") if len(set(keys)) < len(keys) else None


def respond(environ: dict[str, Any]) -> tuple[int, dict[str, Any] | str]:
    def refuse(status: int, code: str) -> tuple[int, dict[str, Any]]:
        return status, {"error": {"code": code, "message": code}}

    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] != CREATE:
        return 404, "not found\n"
    if environ["REQUEST_METHOD"] != "POST":
        return 405, "method not allowed\n"
    if not environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer "):
        return refuse(401, "InvalidAuthenticationToken")
    if "json" not in environ.get("HTTP_CONTENT_TYPE", environ.get("CONTENT_TYPE", "")).lower():
        return refuse(400, "BadRequest")
    try:
        body = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        return refuse(400, "BadRequest")
    if problem := error_of(body):
        return refuse(*problem)
    parts = body.get("granularSiteRestoreArtifacts", [])
    return 201, canned("granular" if parts else "standard", len(parts or body.get("siteRestoreArtifacts", [])))


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    status, body = respond(environ)
    data = (body if isinstance(body, str) else json.dumps(body, indent=2)).encode()
    media = "text/plain" if isinstance(body, str) else "application/json"
    start(f"{status} {HTTPStatus(status).phrase}", [("Content-Type", media), ("Content-Length", str(len(data)))])
    return [data]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server\'s
        pass


@contextmanager
def serve() -> Iterator[Served]:
    with threaded(make_server("127.0.0.1", 0, app, WSGIServer, Quiet)) as port:
        yield Served(f"http://127.0.0.1:{port}/beta", "x" * 40)
