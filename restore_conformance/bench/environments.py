"""Troubles that are not the target's fault, planted between the suite and a conforming service.

Each is a kind (what goes wrong) and a schedule (when): by chance, in spells, or from a moment on, never by what
was asked, so that a control meets it as well. The same trouble tied to one payload would be a fault.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from restore_conformance.exchange import Request, Response
from restore_conformance.targets import Answer, Target

Spoil = Callable[[Request, Response], "Response | str"]
When = Callable[[int, random.Random], bool]

PAGE = (("Content-Type", "text/html; charset=utf-8"),)
JSON = (("Content-Type", "application/json"),)


def page(status: int, title: str, *more: tuple[str, str]) -> Spoil:
    """An HTML page of a gateway, a proxy or a sign-in site."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>".encode()
    return lambda request, response: Response(status, (*PAGE, *more), body)


def enveloped(status: int, code: str, *more: tuple[str, str]) -> Spoil:
    """An answer in Graph's own shape that says nothing about the payload."""
    body = f'{{"error":{{"code":"{code}","message":"planted"}}}}'.encode()
    return lambda request, response: Response(status, (*JSON, *more), body)


def dropped(why: str) -> Spoil:
    """No answer at all."""
    return lambda request, response: why


def cut(share: float) -> Spoil:
    """An answer of which only the beginning arrives, as if it were all; one without a body is cut to nothing."""
    return lambda request, response: Response(
        response.status, response.headers, response.body[: int(len(response.body) * share)]
    )


def garbled(request: Request, response: Response) -> Response:
    """An answer whose bytes are not text."""
    return Response(response.status, response.headers, b"\x1f\x8b" + bytes(255 - byte for byte in response.body[:200]))


def skewed(request: Request, response: Response) -> Response:
    """A clock that is years off, as the Date header shows it."""
    return Response(response.status, (*response.headers, ("Date", "Thu, 01 Jan 1998 00:00:00 GMT")), response.body)


KINDS: dict[str, Spoil] = {
    "name-not-known": dropped("unreachable: the host name is not known"),
    "refused": dropped("unreachable: connection refused"),
    "tls": dropped("unreachable: TLS failed (CERTIFICATE_VERIFY_FAILED)"),
    "reset": dropped("no answer: connection dropped (ReadError)"),
    "reset-mid-body": dropped("no answer: connection dropped (RemoteProtocolError)"),
    "time-out": dropped("time-out"),
    "bad-gateway-page": page(502, "502 Bad Gateway"),
    "gateway-time-out-page": page(504, "504 Gateway Time-out"),
    "maintenance-page": page(503, "We are back soon"),
    "sign-in-page": page(200, "Sign in to the network"),
    "sign-in-redirect": page(302, "Found", ("Location", "http://127.0.0.1:9/login")),
    "proxy-authentication": page(407, "Proxy Authentication Required"),
    "captive-portal": page(511, "Network Authentication Required"),
    "firewall-page": page(403, "Request blocked"),
    "not-found-page": page(404, "404 Not Found"),
    "throttled": enveloped(429, "TooManyRequests"),
    "service-busy": enveloped(503, "ServiceUnavailable"),
    "token-expired": enveloped(401, "InvalidAuthenticationToken"),
    "permission-taken-away": enveloped(403, "Forbidden"),
    "cut-short": cut(0.6),
    "emptied": cut(0.0),
    "garbled": garbled,
    "clock-skew": skewed,
}

SCHEDULES: dict[str, When] = {
    "always": lambda number, dice: True,
    "from-the-middle": lambda number, dice: number > 150,
    "in-spells": lambda number, dice: number // 12 % 4 == 2,
    "one-in-seven": lambda number, dice: number % 7 == 3,
    "by-chance": lambda number, dice: dice.random() < 0.12,
    "every-other": lambda number, dice: dice.random() < 0.5,
}

ENVIRONMENTS = [f"{kind} {schedule}" for kind in KINDS for schedule in SCHEDULES]
"""Every kind with every schedule, by name."""


@dataclass(slots=True)
class Troubled:
    """A target behind an environment that spoils some of its answers."""

    target: Target
    environment: str
    number: int = 0
    dice: random.Random | None = None

    @property
    def name(self) -> str:
        return f"{self.target.name} behind {self.environment}"

    @property
    def base(self) -> str:
        return self.target.base

    @property
    def loopback(self) -> bool:
        return self.target.loopback

    def send(self, request: Request, patience: float | None = None) -> Answer:
        kind, schedule = self.environment.split(" ")
        self.dice = self.dice or random.Random(self.environment)  # noqa: S311 - which answers to spoil
        self.number += 1
        answer = self.target.send(request, patience)
        if answer.response is None or not SCHEDULES[schedule](self.number, self.dice):
            return answer
        spoilt = KINDS[kind](request, answer.response)
        if isinstance(spoilt, str):
            return Answer(request, None, spoilt, answer.seconds, at=answer.at)
        return Answer(request, spoilt, None, answer.seconds, at=answer.at)

    def now(self) -> float:
        return self.target.now()

    def pause(self, seconds: float) -> None:
        self.target.pause(seconds)

    def close(self) -> None:
        self.target.close()
