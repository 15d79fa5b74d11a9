"""An ASGI or WSGI application as a target: requests are handed over in this process, without a socket.

Everything above the connection is that of `http`. Knows no contract; the application never counts as live.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import threading
from collections.abc import Coroutine, MutableMapping
from typing import Any, TypeVar

import httpx

from restore_conformance.targets.http import Http
from restore_conformance.targets.wire import Clock, TooLarge
from restore_conformance.verdicts import UsageError

STARTING = 30.0
"""Seconds that the startup of an application, and its shutdown, may take."""
LOG = logging.getLogger("restore_conformance")

Scope = MutableMapping[str, Any]
_T = TypeVar("_T")


def application(app: Any, path: str = "/beta", patience: float = 30.0) -> Http:
    """The application as a target; `path` is where its service root is. Raises UsageError for anything else."""
    if not path.startswith("/") or set("?#") & set(path):
        raise UsageError(f"path {path!r} is not the path of a service root, such as /beta or /.")
    wire = Asynchronous(app) if is_asgi(app) else Synchronous(app)
    return Http(f"http://localhost{path}".rstrip("/"), patience=patience, wire=wire)


def is_asgi(app: Any) -> bool:
    """Whether an application speaks ASGI rather than WSGI, by what it is called with. Raises UsageError for neither."""
    call = app if inspect.isroutine(app) else type(app).__call__
    if inspect.iscoroutinefunction(inspect.unwrap(call)) or inspect.iscoroutinefunction(app):
        return True
    try:
        required = [p for p in inspect.signature(app).parameters.values() if p.default is p.empty]
    except (TypeError, ValueError):
        required = []
    if len(required) not in {2, 3}:
        raise UsageError(
            f"{type(app).__name__} is neither an ASGI nor a WSGI application: one is called with (scope, receive, "
            "send), the other with (environ, start_response). Serve it on this machine and give its URL instead."
        )
    return len(required) == 3


class Synchronous:
    """A WSGI application. Each request is answered in a thread, so that one which never ends is a time-out."""

    def __init__(self, app: Any) -> None:
        self.clock = Clock()
        self._transport = httpx.WSGITransport(app, raise_app_exceptions=False)

    def send(self, request: httpx.Request) -> httpx.Response:
        """The whole answer. Raises httpx.ReadTimeout where none comes in time, and TooLarge."""
        ended: list[httpx.Response | TooLarge] = []
        most = self.clock.bytes

        def answer() -> None:
            try:
                with contextlib.closing(self._transport.handle_request(request)) as response:
                    body = bytearray()
                    for piece in response.iter_raw():
                        body += piece
                        if len(body) > most:
                            raise TooLarge
                ended.append(_whole(response, bytes(body)))
            except TooLarge as error:
                ended.append(error)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises, a server answers 500
                ended.append(_crashed(error))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        thread.join(self.clock.left())
        if not ended:
            raise httpx.ReadTimeout("the application did not answer in time", request=request)
        if isinstance(ended[0], TooLarge):
            raise ended[0]
        return ended[0]

    def distrust(self) -> None:
        """There is no connection."""

    def close(self) -> None:
        """Nothing was opened."""


class Asynchronous:
    """An ASGI application in an event loop of its own, which runs in a thread. Its lifespan is that of the target."""

    def __init__(self, app: Any) -> None:
        self.clock = Clock()
        self._state: dict[str, Any] = {}
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._lifespan = Lifespan(app, self._state)
        try:
            self._in_loop(self._lifespan.start(), STARTING)
        except TimeoutError:
            self.close()
            raise UsageError(f"The startup of the application did not end within {STARTING:.0f} seconds.") from None
        except BaseException:
            self.close()
            raise

    def send(self, request: httpx.Request) -> httpx.Response:
        """The whole answer. Raises httpx.ReadTimeout where none comes in time, and TooLarge."""
        try:
            return self._in_loop(self._answer(request, self.clock.bytes), self.clock.left())
        except TimeoutError:
            raise httpx.ReadTimeout("the application did not answer in time", request=request) from None

    async def _answer(self, request: httpx.Request, most: int) -> httpx.Response:
        """The answer; an application that raises before it has begun one is answered for with 500, as servers do."""
        size = 0

        async def call(scope: Scope, receive: Any, send: Any) -> None:
            async def sent(message: Scope) -> None:
                nonlocal size
                size += len(message.get("body", b""))
                await send(message if size <= most else {**message, "body": b""})

            if self._state:
                scope["state"] = self._state.copy()
            try:
                await self._app(scope, receive, sent)
            except (Exception, SystemExit) as error:
                _log(error)
                raise RuntimeError("the application raised") from error

        transport = httpx.ASGITransport(call, raise_app_exceptions=False)
        try:
            response = await transport.handle_async_request(request)
        except Exception as error:
            raise httpx.RemoteProtocolError(f"no whole answer of the application ({type(error).__name__})") from error
        if size > most:
            raise TooLarge
        return _whole(response, b"".join([piece async for piece in response.aiter_raw()]))

    def _in_loop(self, work: Coroutine[Any, Any, _T], seconds: float) -> _T:
        going = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return going.result(seconds)
        finally:
            going.cancel()

    def distrust(self) -> None:
        """There is no connection."""

    def close(self) -> None:
        """Shut the application down, and end the loop with whatever still runs in it."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(Exception):
            self._in_loop(self._lifespan.stop(), STARTING)
        with contextlib.suppress(Exception):
            self._in_loop(_cancelled(), STARTING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STARTING)
        if not self._thread.is_alive():
            self._loop.close()


class Lifespan:
    """The startup and shutdown of an ASGI application, where it has any (ASGI, lifespan 2.0)."""

    def __init__(self, app: Any, state: dict[str, Any]) -> None:
        self._app = app
        self._state = state
        self._task: asyncio.Task[None] | None = None
        self._asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._answers: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def start(self) -> None:
        """Begin. Raises UsageError where the application says that its startup failed."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        self._task = asyncio.create_task(self._run(scope))
        answer = await self._ask("lifespan.startup")
        if answer.get("type") == "lifespan.startup.failed":
            raise UsageError(
                f"The startup of the application failed: {answer.get('message') or 'it does not say why'}."
            )

    async def stop(self) -> None:
        """End."""
        if self._task is not None and not self._task.done():
            await self._ask("lifespan.shutdown")

    async def _run(self, scope: dict[str, Any]) -> None:
        # An application that knows no lifespan raises, or returns at once: both are allowed.
        with contextlib.suppress(Exception, SystemExit):
            await self._app(scope, self._asked.get, self._answers.put)
        await self._answers.put({})

    async def _ask(self, what: str) -> dict[str, str]:
        await self._asked.put({"type": what})
        return await self._answers.get()


async def _cancelled() -> None:
    """End every other task of the loop."""
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _whole(response: httpx.Response, body: bytes) -> httpx.Response:
    """The same answer with its body as it went over the interface: what codes it has is not undone here."""
    return httpx.Response(response.status_code, headers=response.headers.raw, stream=httpx.ByteStream(body))


def _crashed(error: BaseException) -> httpx.Response:
    _log(error)
    return httpx.Response(500, headers=[("Content-Length", "0")], stream=httpx.ByteStream(b""))


def _log(error: BaseException) -> None:
    LOG.error("The application raised %s.", type(error).__name__, exc_info=error)
