"""Hypothesis strategies of create requests, and of series of operations, for tests of clients and of emulators.

Each strategy gives `CreateRequest`s: what to send, what it breaks, and how the documents say that it is answered. They
shrink towards few artifacts and readable ids. What is sent comes from the contract's schemas, as in the suite's runs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from restore_conformance.campaign.sender import shorter, swapped
from restore_conformance.clauses import load
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.editions import chosen
from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import NOTHING, parse_json
from restore_conformance.spelling import suggestion
from restore_conformance.stimuli.drawing import HEAVY, Strategy, stimuli
from restore_conformance.stimuli.families import FAMILIES, Knobs
from restore_conformance.stimuli.materials import made_up
from restore_conformance.stimuli.stimulus import Stimulus
from restore_conformance.verdicts import UsageError

if TYPE_CHECKING:
    from restore_conformance.campaign.session_machine import Sessions

__all__ = ["CreateRequest", "any_request", "empty", "granular", "invalid", "mixed", "rows", "sessions", "standard"]


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A create request as it is sent, without its token.

    `kind` is what it asks for (standard, granular, empty-object, …); `row` what it breaks, "" where it breaks nothing,
    or several rules at once. `statuses` are those that the documents allow ("4xx" for any of them), none where they
    leave the answer open; `code` is the error code that belongs to the row, "" where none is documented.
    """

    kind: str
    row: str
    statuses: tuple[int | str, ...]
    code: str
    body: bytes | None
    headers: Mapping[str, str]
    authorization: str | None
    method: str = "POST"
    path: str = CREATE

    @property
    def payload(self) -> Any:
        """The JSON value of the body, None where there is none."""
        value = parse_json(self.body)
        return None if value is NOTHING else value

    @property
    def valid(self) -> bool:
        """Whether the documents say that it is answered 201."""
        return self.statuses == (201,)

    def headers_for(self, token: str) -> dict[str, str]:
        """The headers with the Authorization of a caller, as this request has it: some have none, or a broken one."""
        headers = dict(self.headers)
        if self.authorization is not None:
            values = {"token": token, "shorter": shorter(token), "swapped": swapped(token)}
            headers["Authorization"] = self.authorization.format(**values)
        return headers

    def is_answered(self, status: int) -> bool:
        """Whether the documents allow a status in answer to this request; any where they leave the answer open."""
        return not self.statuses or status in self.statuses or f"{status // 100}xx" in self.statuses


def standard(*, edition: str = "", most: int = 49) -> Strategy[CreateRequest]:
    """Valid requests that name restore points, up to `most` of them."""
    return _requests(edition, ["standard"], most)


def granular(*, edition: str = "", most: int = 49) -> Strategy[CreateRequest]:
    """Valid requests that name items of browse sessions, up to `most` of them."""
    return _requests(edition, ["granular"], most)


def empty(*, edition: str = "") -> Strategy[CreateRequest]:
    """Valid requests without artifacts: without a body, and with an empty object."""
    return _requests(edition, ["no-payload", "empty-object"], 1, lambda request: request.valid)


def mixed(*, edition: str = "", most: int = 49) -> Strategy[CreateRequest]:
    """Requests that name both kinds, which has to be refused."""
    return _requests(edition, ["mixed"], most)


def invalid(row: str = "", *, edition: str = "", most: int = 49) -> Strategy[CreateRequest]:
    """Requests that break one documented rule: that of `row`, or any of them.

    `row` is one of `rows()`, or an error code of the documents, such as DuplicateArtifactInList. Raises UsageError for
    any other.
    """
    errors = {name: error for name, error in _errors().items() if name in _families()}
    wanted = {row} if row in errors else {name for name, error in errors.items() if row in {"", error.get("code")}}
    if not wanted:
        there = [*errors, *dict.fromkeys(error["code"] for error in errors.values() if "code" in error)]
        near = suggestion(row, there)
        known = near or f" There are: {', '.join(there)}."
        raise UsageError(f"There is no row {row[:60]!r} to be broken.{known}")
    families = sorted({family for name in wanted for family in _families()[name]} - (set() if row else HEAVY))
    return _requests(edition, families, most, lambda request: request.row in wanted)


def any_request(*, edition: str = "", most: int = 49) -> Strategy[CreateRequest]:
    """Every kind of request: valid, broken in one place or in several, and such as the documents leave open."""
    return _requests(edition, None, most)


def sessions(target: Any = "mock", *, path: str = "/beta", token: str = "", timeout: float = 30.0) -> type[Sessions]:
    """A Hypothesis state machine of a target: `TestSessions = strategies.sessions(app, token="T").TestCase`.

    Sessions are created, read, listed, changed, activated and deleted in any order; every answer is judged, and a
    broken *must* fails the test, with the shortest series of operations that shows it. `target` is what `campaign`
    takes, and is reached anew for each series; `token` is that of a caller that may read and write.

    Raises UsageError for an option that makes no sense, and for a target that would be a live one.
    """
    from restore_conformance.campaign.session_machine import on
    from restore_conformance.mock import Service
    from restore_conformance.targets import Embedded
    from restore_conformance.testing.options import settings_of
    from restore_conformance.testing.target import kind_of, name_of, target_of

    kind = "application" if target == "mock" else kind_of(target)
    settings = settings_of({"target": name_of(target), "token": token, "timeout": timeout}, load(), kind)
    token = settings.tokens()["good"]
    if target == "mock":
        return on(lambda: Embedded(Service({token: "good"})), token)
    app = None if isinstance(target, str) else target
    target_of(settings, app, path).close()  # a target that makes no sense is not met in the midst of a test only
    return on(lambda: target_of(settings, app, path), token)


def rows() -> tuple[str, ...]:
    """The names of the documented rules that a request can break."""
    return tuple(name for name in _errors() if name in _families())


MOST = 49


def _requests(
    edition: str, families: Sequence[str] | None, most: int, keep: Callable[[CreateRequest], bool] | None = None
) -> Strategy[CreateRequest]:
    if not 1 <= most <= MOST:
        raise UsageError(f"most is from 1 to {MOST}; got {most}.")
    chosen(edition)
    requests = stimuli(made_up(edition), families, most).map(_request)
    return requests if keep is None else requests.filter(keep)


def _request(stimulus: Stimulus) -> CreateRequest:
    headers = dict(stimulus.headers)
    if stimulus.media is not None:
        headers["Content-Type"] = stimulus.media
    error = _errors().get(stimulus.defect, {})
    statuses = (201,) if not stimulus.defect and not stimulus.open else tuple(error.get("status", ()))
    return CreateRequest(
        stimulus.kind, stimulus.defect if error else "", statuses, error.get("code", ""), stimulus.body, headers,
        "Bearer {token}" if stimulus.authorization == "" else stimulus.authorization,
    )  # fmt: skip


@functools.cache
def _errors() -> dict[str, dict[str, Any]]:
    """The refusals that the create page documents, or that its rules imply, by what a request breaks."""
    return {row["defect"]: row for row in pinned().toml("create/page.toml")["error"]}


@functools.cache
def _families() -> dict[str, tuple[str, ...]]:
    """The families that break each rule."""
    families: dict[str, set[str]] = {}
    for name, family in FAMILIES.items():
        for variant in range(family.variants):
            families.setdefault(family(made_up(), Knobs(3, 0, variant, 1)).defect, set()).add(name)
    return {defect: tuple(sorted(names)) for defect, names in families.items() if defect}
