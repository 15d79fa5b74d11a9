"""Create and get on asyncio streams, HTTP written by hand: keep-alive, answers in chunks.

Built from: the whole create page (the answer is what Example 2 prints: every member, both times, four counts), the
create error rows, the get page (base route only), the generic error envelope.
Choices: counts keep `inProgress` at 0 as Example 2 does; seven fraction digits; only the context annotation;
errors carry `innerError` with date and request ids; a GUID is required as restore point; `{}` and no body at all
make the same empty session, with or without a content type; wrong media type 415; both collections in one request
are refused even where one is empty; unknown members are ignored; other routes get a JSON 404.
"""

import asyncio
import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from serving import Served

ROOT = "/beta/solutions/backupRestore"
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
WHO = {
    "application": {"id": str(uuid.uuid4()), "displayName": "Restore tool"},
    "user": {"id": str(uuid.uuid4()), "displayName": "Someone"},
}


class Refused(Exception):
    def __init__(self, status: int, code: str, text: str = "The request is not valid.") -> None:
        super().__init__(text)
        self.status, self.code = status, code


def check_sites(sites: list[Any]) -> None:
    for item in sites:
        if not isinstance(item, dict):
            raise Refused(400, "InvalidArtifactRequest")
        point = item.get("restorePoint")
        if not (isinstance(point, dict) and isinstance(point.get("id"), str) and GUID.match(point["id"])):
            raise Refused(400, "InvalidRestorePoint")
        if item.get("destinationType") not in ("inPlace", "new"):
            raise Refused(400, "InvalidPathType")
    if len({item["destinationType"] for item in sites}) == 2:
        raise Refused(400, "DifferentRestoreDestinationType")
    if len({item["restorePoint"]["id"].lower() for item in sites}) != len(sites):
        raise Refused(400, "DuplicateArtifactInList")


def check_items(items: list[Any]) -> None:
    for item in items:
        if not (
            isinstance(item, dict) and all(isinstance(item.get(k), str) and item[k] for k in ("id", "browseSessionId"))
        ):
            raise Refused(400, "InvalidArtifactRequest")
    if len({item["id"] for item in items}) != len(items):
        raise Refused(400, "DuplicateArtifactInList")


class Emulator:
    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        if not headers.get("authorization", "").lower().startswith("bearer "):
            raise Refused(401, "InvalidAuthenticationToken", "Access token is empty.")
        if path == f"{ROOT}/sharePointRestoreSessions":
            if method != "POST":
                raise Refused(405, "MethodNotAllowed")
            return 201, self.create(headers, body)
        if path.startswith(f"{ROOT}/restoreSessions/") and method == "GET":
            key = path.removeprefix(f"{ROOT}/restoreSessions/")
            if not GUID.match(key):
                raise Refused(400, "InvalidRestoreSessionId")
            if key.lower() not in self.sessions:
                raise Refused(404, "RestoreSessionNotFound")
            return 200, self.sessions[key.lower()]
        raise Refused(404, "ResourceNotFound", "There is nothing here.")

    def create(self, headers: dict[str, str], raw: bytes) -> dict[str, Any]:
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if raw and media != "application/json":
            raise Refused(415, "UnsupportedMediaType")
        try:
            body = json.loads(raw.decode()) if raw else {}
        except (ValueError, RecursionError):
            raise Refused(400, "BadRequest", "Unable to read JSON.") from None
        if not isinstance(body, dict):
            raise Refused(400, "BadRequest")
        present = [k for k in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts") if k in body]
        if len(present) == 2:
            raise Refused(400, "InvalidRequest", "Both kinds of artifacts.")
        artifacts = body[present[0]] if present else []
        if present and (not isinstance(artifacts, list) or not artifacts):
            raise Refused(400, "InvalidArtifactRequest")
        if len(artifacts) > 50:
            raise Refused(413, "RestoreArtifactsLimitBreached")
        granular = present == ["granularSiteRestoreArtifacts"]
        (check_items if granular else check_sites)(artifacts)
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"
        session = {
            "@odata.context": "/solutions/backupRestore/$metadata#sharePointRestoreSessions/$entity",
            "id": str(uuid.uuid4()),
            "status": "draft",
            "restoreJobType": "granular" if granular else "standard",
            "createdDateTime": now,
            "lastModifiedDateTime": now,
            "createdBy": WHO,
            "lastModifiedBy": WHO,
            "restoreSessionArtifactCount": {"total": len(artifacts), "inProgress": 0, "completed": 0, "failed": 0},
        }
        self.sessions[session["id"]] = session  # type: ignore[index]
        return session

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                method, target, _ = line.decode("latin-1").split(" ", 2)
                headers: dict[str, str] = {}
                while (line := await reader.readline()).strip():
                    name, _, value = line.decode("latin-1").partition(":")
                    headers[name.strip().lower()] = value.strip()
                body = await read_body(reader, headers)
                own = str(uuid.uuid4())
                try:
                    status, answer = self.answer(method, target.partition("?")[0], headers, body)
                except Refused as refused:
                    ids = {"request-id": own, "client-request-id": headers.get("client-request-id", own)}
                    inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", **ids}
                    status = refused.status
                    answer = {"error": {"code": refused.code, "message": str(refused), "innerError": inner}}
                head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nrequest-id: {own}\r\n"
                head += "Content-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
                data = b"" if method == "HEAD" else json.dumps(answer).encode()
                parts = [data[at : at + 100] for at in range(0, len(data), 100)]
                chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
                writer.write(head.encode() + (b"" if method == "HEAD" else chunks + b"0\r\n\r\n"))
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


@contextmanager
def serve() -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(Emulator().talk, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/beta", "dev")
    finally:
        asyncio.run_coroutine_threadsafe(stop(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def stop(listening: asyncio.Server) -> None:
    listening.close()
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
