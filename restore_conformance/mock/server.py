"""The mock as a real HTTP server on loopback: Starlette and uvicorn, and the only module that knows them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import Response as Outgoing
from starlette.routing import Route

from restore_conformance.exchange import Request, Response
from restore_conformance.verdicts import UsageError

BASES = ("/beta", "/v1.0")
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


class Handler(Protocol):
    """Anything that answers a request: the service, or a service with a fault."""

    address: str

    def handle(self, request: Request) -> Response: ...


def application(service: Handler) -> Starlette:
    """An ASGI application around a service, below /beta and /v1.0."""

    async def answer(incoming: Incoming) -> Outgoing:
        raw = incoming.scope.get("raw_path") or incoming.url.path.encode()
        target = raw.decode("latin-1")
        for base in BASES:
            if target.startswith(base + "/"):
                target = target.removeprefix(base)
                break
        if incoming.url.query:
            target += "?" + incoming.url.query
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in incoming.headers.raw)
        body = await incoming.body()
        made = service.handle(Request(incoming.method, target, headers, body or None))
        out = Outgoing(made.body, status_code=made.status)
        if made.status in {204, 304}:
            out.headers.raw.clear()
        for name, value in made.headers:
            if name.lower() == "content-type":
                out.raw_headers = [(n, v) for n, v in out.raw_headers if n != b"content-type"]
            out.raw_headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
        return out

    return Starlette(routes=[Route("/{path:path}", answer, methods=METHODS)])


def listen(port: int = 0) -> socket.socket:
    """A listening socket on loopback; port 0 picks a free one. Raises UsageError where the port is taken."""
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it each answer takes 40 ms.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        raise UsageError(f"Port {port} cannot be used: {error}; name another with --port.") from None
    return made


def run(service: Handler, listening: socket.socket, certificate: tuple[Path, Path] | None = None) -> None:
    """Serve until interrupted."""
    server(service, listening, certificate).run(sockets=[listening])


def server(service: Handler, listening: socket.socket, certificate: tuple[Path, Path] | None = None) -> uvicorn.Server:
    """A configured server for a listening socket; `certificate` is (certificate, key) for TLS."""
    scheme = "https" if certificate else "http"
    service.address = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/beta"
    config = uvicorn.Config(
        application(service),
        log_level="error",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        ssl_certfile=certificate[0] if certificate else None,
        ssl_keyfile=certificate[1] if certificate else None,
    )
    return uvicorn.Server(config)


@contextlib.contextmanager
def serving(service: Handler, certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    """Serve in a thread while the block runs; yields the base URL."""
    listening = listen()
    running = server(service, listening, certificate)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield service.address
    finally:
        running.should_exit = True
        thread.join(timeout=10)
        listening.close()
