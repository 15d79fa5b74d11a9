"""Places where a conforming service can be made odd, for the variants written from the documents alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restore_conformance.exchange import Headers, Response
from restore_conformance.mock import rules
from restore_conformance.mock.service import Service
from restore_conformance.mock.session import Session
from restore_conformance.mock.variants.shaping import Seed, variant
from restore_conformance.mock.wire import Asked, Refusal, Reply

Json = dict[str, Any]
INNER = ("innerError", "innererror")


def plain(name: str, dimension: str, allowed: str, seed: Seed) -> None:
    """Register a variant that needs no function of its own."""

    def sown(service: Service) -> None:
        seed(service)

    sown.__doc__ = allowed
    variant(dimension, name)(sown)


def on_answer(service: Service, change: Callable[[Reply, Asked], None]) -> None:
    """Change any answer before it is written."""
    answer = service.answer

    def odd(asked: Asked) -> Reply:
        reply = answer(asked)
        change(reply, asked)
        return reply

    service.answer = odd  # type: ignore[method-assign]


def on_body(service: Service, change: Callable[[Json], Json | None], *operations: str) -> None:
    """Change the JSON object of answers that succeed, of some operations or of all; None keeps the object."""

    def odd(reply: Reply, asked: Asked) -> None:
        if reply.status < 300 and isinstance(reply.body, dict) and (not operations or asked.operation in operations):
            made = change(reply.body)
            reply.body = reply.body if made is None else made

    on_answer(service, odd)


def on_render(service: Service, change: Callable[[Json, Session], None]) -> None:
    """Change how a session looks wherever it is shown."""
    render = service.render

    def odd(found: Session, **options: Any) -> Json:
        body = render(found, **options)
        change(body, found)
        return body

    service.render = odd


def on_error(service: Service, change: Callable[[Json, Reply], None]) -> None:
    """Change the error object of refusals."""

    def odd(reply: Reply, _: Asked) -> None:
        if reply.status >= 400 and isinstance(reply.body, dict):
            change(reply.body["error"], reply)

    on_answer(service, odd)


def on_response(service: Service, change: Callable[[Response, Headers], Response]) -> None:
    """Change what goes over the wire; `change` gets the headers of the request too."""
    handle = service.handle

    def odd(request: Any) -> Response:
        return change(handle(request), request.headers)

    service.handle = odd  # type: ignore[method-assign]


def translated(service: Service, wrong: Callable[[Refusal, Asked], Refusal | None], operation: str = "create") -> None:
    """Refuse with another refusal where `wrong` makes one."""
    act, write = service.operations[operation]

    def odd(asked: Asked) -> Reply:
        try:
            return act(asked)
        except Refusal as refused:
            raise wrong(refused, asked) or refused from None

    service.operations[operation] = (odd, write)


def stricter(service: Service, when: Callable[[Json], bool], code: str, status: int = 400) -> None:
    """Refuse some create payloads before any other rule but the one on shapes."""
    check = service.check

    def strict(payload: Json) -> None:
        rules.shape(payload)
        if when(payload):
            raise Refusal(status, code)
        check(payload)

    service.check = strict  # type: ignore[method-assign]


def inner_of(error: Json) -> Json:
    """The inner error under either name; a new one where there is none."""
    for name in INNER:
        if isinstance(error.get(name), dict):
            found: Json = error[name]
            return found
    fresh: Json = {}
    error["innerError"] = fresh
    return fresh


def walked(value: Any, change: Callable[[Json], Json]) -> Any:
    """A copy of a JSON value with every object changed, the innermost first."""
    if isinstance(value, dict):
        return change({name: walked(one, change) for name, one in value.items()})
    return [walked(one, change) for one in value] if isinstance(value, list) else value
