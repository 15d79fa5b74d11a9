"""The only module that imports Schemathesis: stimuli that another tool generates, judged like our own.

In the deep profile, against loopback only. Its requests go through the same target, and the same judgements
look at them; its own checks are not asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from restore_conformance.campaign.sender import Sender
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import Chosen, as_of_edition
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Exchange, Request


def sweep(sender: Sender, number: int, seed: int, edition: Chosen) -> Iterator[Exchange]:
    """Send that many cases of the create operation, half of them meant to be valid, and yield the exchanges."""
    for body in bodies(number, seed, edition):
        token = sender.tokens.get("good", "")
        headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        yield sender.send(Request("POST", CREATE, headers, body), family="sweep")


def bodies(number: int, seed: int, edition: Chosen) -> list[bytes]:
    """Bodies that Schemathesis makes from `schemas/openapi.json`, without members of later editions."""
    import hypothesis
    import schemathesis
    from schemathesis import GenerationMode

    schema = schemathesis.openapi.from_dict(as_of_edition(pinned().json("openapi.json"), edition.until))
    operation: Any = schema[CREATE]["POST"]
    drawn: list[bytes] = []
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=max(number // 2, 1),
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(operation.as_strategy(generation_mode=mode))
        def collect(case: Any) -> None:
            drawn.append(_encoded(case.body))

        collect()
    return drawn[:number]


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    try:
        return json.dumps(body, separators=(",", ":")).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError):
        return b""
