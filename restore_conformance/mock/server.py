"""The mock as a real HTTP server on loopback: Starlette and uvicorn, and the only module that knows them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import Response as Outgoing
from starlette.routing import Route

from restore_conformance.exchange import Request, Response
from restore_conformance.mock import protocol, sockets
from restore_conformance.mock.protocol import Refusal
from restore_conformance.mock.service import Service
from restore_conformance.mock.sockets import Handler, listen, transport_of

LONG = 64 * 1024
LARGEST = 32 * 1024 * 1024
PATIENCE = 30.0
"""Bytes of a body that is read before it is known who sends it, bytes of any body, and seconds that it may take."""

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
__all__ = ["METHODS", "application", "listen", "run", "server", "serving"]


def application(service: Handler) -> Starlette:
    """An ASGI application around a service."""

    async def answer(incoming: Incoming) -> Outgoing:
        raw = incoming.scope.get("raw_path") or incoming.url.path.encode()
        target = raw.decode("latin-1")
        if incoming.url.query:
            target += "?" + incoming.url.query
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in incoming.headers.raw)
        request = Request(incoming.method, target, headers)
        early = _early(service, request)
        if early is not None:
            return Outgoing(early.body, status_code=early.status, headers=dict(early.headers))
        try:
            async with asyncio.timeout(PATIENCE):
                body = await _body(incoming)
        except TimeoutError:
            return Outgoing(status_code=408, headers={"Connection": "close"})
        if body is None:
            return Outgoing(status_code=413, headers={"Connection": "close"})
        response = service.handle(replace(request, body=body or None))
        out = Outgoing(response.body, status_code=response.status)
        if response.status in {204, 304}:
            out.headers.raw.clear()
        for name, value in response.headers:
            if name.lower() == "content-type":
                out.raw_headers = [(n, v) for n, v in out.raw_headers if n != b"content-type"]
            out.raw_headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
        return out

    return Starlette(routes=[Route("/{path:path}", answer, methods=METHODS)])


def _early(service: Handler, request: Request) -> Response | None:
    """The refusal of a caller whom nobody knows, before a long body is read; None for everybody else."""
    length = request.header("Content-Length") or ""
    long = int(length) > LONG if length.isdigit() and len(length) < 20 else not length and request.method != "GET"
    if not long or not isinstance(service, Service) or _known(service, request):
        return None
    return service.handle(replace(request, headers=(*request.headers, ("Connection", "close"))))


def _known(service: Service, request: Request) -> bool:
    try:
        protocol.authenticate(request.headers, service.tokens)
    except Refusal:
        return False
    return True


async def _body(incoming: Incoming) -> bytes | None:
    """The body of a request, or None where it is longer than any that this service takes."""
    body = bytearray()
    async for piece in incoming.stream():
        body += piece
        if len(body) > LARGEST:
            return None
    return bytes(body)


def run(service: Handler, listening: socket.socket, certificate: tuple[Path, Path] | None = None) -> None:
    """Serve until interrupted; over plain sockets where the service sends its responses in an unusual way."""
    if transport_of(service) is not None:
        sockets.run(service, listening)
        return
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
    """Serve in a thread while the block runs; yields the base URL. `certificate` as in `server`."""
    if transport_of(service) is not None:
        with sockets.serving(service) as base:
            yield base
        return
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
