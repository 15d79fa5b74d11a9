"""What every emulator offers to the tests: an address, a token, and what exists there.

The emulators share nothing else. Each validates requests in its own way, as another engineer would.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from uvicorn._types import ASGIApplication


@dataclass(frozen=True, slots=True)
class Served:
    """A running emulator: where it is, who may call it, and the ids it knows (where it checks them)."""

    base: str
    token: str
    identities: Mapping[str, str] = field(default_factory=dict)
    restore_points: tuple[str, ...] = ()
    granular_items: tuple[tuple[str, str], ...] = ()


@contextmanager
def threaded(server: socketserver.BaseServer) -> Iterator[int]:
    """Serve in a thread until the block ends; gives the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[misc]
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def asgi(
    app: ASGIApplication, *, headers: list[tuple[str, str]] | None = None, server_header: bool = True
) -> Iterator[int]:
    """Serve an ASGI application with uvicorn on a free port until the block ends."""
    # Told its protocol, asyncio sends small answers at once; otherwise each waits 40 ms for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(
            app,
            log_level="critical",
            lifespan="off",
            ws="none",
            headers=headers or [],
            server_header=server_header,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
