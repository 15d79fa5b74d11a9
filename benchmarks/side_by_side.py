"""This suite, Schemathesis and a hand-written script, side by side over the same servers of the bench.

Prints a Markdown table; run it with `python benchmarks/side_by_side.py`. A faulty server is detected or missed, an
unusual but conforming one is reported or not. What is cheap judges every server, the rest every Nth, evenly spread; the
table says how many. With --json every outcome is kept, and what the file holds already is not run again, so that a
comparison can be interrupted, or made row by row (--rows).

Servers that are unusual or broken on the wire only are left out: the others are run in process, where they do not show.

Schemathesis runs as its command line would: its own engine, every phase, every check, the bearer token as a header,
against the mock's ASGI application. It reads the project's own `schemas/openapi.json`. What it reports on the plain
conforming mock too (same operation, check and status) does not count. The document lists `default` among the answers
of every operation, so a wrong status alone is no failure to it; nor does OpenAPI carry an error code per defect.

The hand-written script is what a careful tester writes in an afternoon: the two printed examples and six error cases.
It knows the create operation only, as do two of the three rows of Schemathesis; hence a column for the faults that
break a clause of that operation.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import importlib.metadata
import json
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import referencing

from restore_conformance.bench import fits, score_fault, score_variant
from restore_conformance.clauses import Register, load
from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.faults import FAULTS, seeded
from restore_conformance.mock.server import application
from restore_conformance.mock.variants import VARIANTS, composed

CREATE = "/solutions/backupRestore/sharePointRestoreSessions"
BASE = "http://testserver/beta"
LIMIT = 60.0
PLAIN_SEEDS = (1, 2)
BUDGETS = {"create, 30": (30, False), "create, 120": (120, False), "all operations, 30": (30, True)}
"""The runs of Schemathesis: how many examples, and whether of all operations."""

Failures = set[str]


@dataclass(slots=True)
class Outcome:
    """What one contestant made of one server."""

    contestant: str
    server: str
    kind: str
    about_create: bool
    blamed: bool
    requests: int
    seconds: float
    in_time: bool = True
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant: how it judges a server, and that it takes every Nth faulty and every Nth unusual one."""

    name: str
    judge: Callable[[Server], Outcome]
    faults: int = 1
    variants: int = 1


@dataclass(frozen=True, slots=True)
class Server:
    """One server of the bench: how to make it afresh, and whether its fault breaks the create operation."""

    name: str
    kind: str
    about_create: bool
    make: Callable[[], Service]


class TimeUp(BaseException):
    """The time for one server is over; no handler of ordinary errors may swallow it."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the block once the process has worked for so long, however busy the machine is."""

    def stop(*_: object) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass(slots=True)
class Counted:
    """A service that counts what it is asked."""

    service: Service
    asked: int = 0

    def __post_init__(self) -> None:
        handle = self.service.handle

        def counting(request: Request) -> Any:
            self.asked += 1
            return handle(request)

        self.service.handle = counting  # type: ignore[method-assign]


# ---------------------------------------------------------------- Schemathesis


def described(whole: bool) -> dict[str, Any]:
    """The project's OpenAPI document, of the create operation alone or of all operations."""
    document: dict[str, Any] = copy.deepcopy(pinned().json("openapi.json"))
    document["servers"] = [{"url": BASE}]
    if not whole:
        document["paths"] = {CREATE: document["paths"][CREATE]}
    return document


def schemathesis_failures(service: Service, found: Failures, examples: int, whole: bool, seed: int) -> None:
    """Run the engine and add what it reports to `found`, as "operation check status"."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import from_schema

    settings = {
        "seed": seed,
        "base-url": BASE,
        "continue-on-failure": True,
        "headers": {"Authorization": f"Bearer {service.token}"},
        "generation": {"max-examples": examples, "database": "none"},
        "checks": {"enabled": True},
    }
    schema = schemathesis.openapi.from_dict(described(whole), config=SchemathesisConfig.from_dict(settings))
    schema.app = application(service)
    stream = from_schema(schema).execute()
    try:
        for event in stream:
            found |= reported(event)
    finally:
        stream.stop()


def reported(event: Any) -> Failures:
    """The failures in one event of the engine; an exception that the server let through is one as well."""
    from schemathesis.engine import Status, events

    if isinstance(event, events.NonFatalError):
        return {f"{event.label} error {type(event.value).__name__}"}
    if not isinstance(event, events.ScenarioFinished):
        return set()
    made: Failures = set()
    for case_id, checks in event.recorder.checks.items():
        case = event.recorder.cases[case_id].value
        interaction = event.recorder.interactions.get(case_id)
        status = interaction.response.status_code if interaction and interaction.response else None
        failed = [check.name for check in checks if check.status == Status.FAILURE]
        made |= {f"{case.operation.label} {name} {status}" for name in failed}
    return made


# ---------------------------------------------------------------- the hand-written script


def client_of(service: Service) -> httpx.Client:
    """An httpx client whose requests the service answers in process."""

    def answer(request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode().removeprefix("/beta")
        headers = tuple(request.headers.multi_items())
        made = service.handle(Request(request.method, target, headers, request.content or None))
        return httpx.Response(made.status, headers=list(made.headers), content=made.body)

    bearer = {"Authorization": f"Bearer {service.token}"}
    return httpx.Client(transport=httpx.MockTransport(answer), base_url=BASE, headers=bearer)


def post(client: httpx.Client, payload: dict[str, Any]) -> httpx.Response:
    """Create a session; where the service asks for patience, ask again, at most three times."""
    for _ in range(4):
        answer = client.post(CREATE, json=payload)
        if answer.status_code not in {429, 503} or "Retry-After" not in answer.headers:
            break
    return answer


def validator() -> jsonschema.Draft202012Validator:
    """A validator for the answer of the create operation."""
    documents = [pinned().json(name) for name in pinned().schema_names()]
    known = [(one["$id"], referencing.Resource.from_contents(one)) for one in documents if "$id" in one]
    registry: Any = referencing.Registry().with_resources(known)
    return jsonschema.Draft202012Validator(pinned().json("create/response.json"), registry=registry)


def check_example(client: httpx.Client, name: str) -> None:
    """A printed example is answered with a draft of its kind, with both artifacts counted."""
    answer = post(client, pinned().json(f"create/examples/{name}.request.json"))
    assert answer.status_code == 201
    body = answer.json()
    validator().validate(body)
    assert body["status"] == "draft"
    # Without a Prefer header a kind that came later than the first ones may be shown as unknownFutureValue.
    assert body["restoreJobType"] in ({"standard"} if name == "standard" else {"granular", "unknownFutureValue"})
    assert body["restoreSessionArtifactCount"]["total"] == 2


def site(point: str | None = "1f1fccc3-a642-4f61-bf49-f37b9a888279", to: str | None = "inPlace") -> dict[str, Any]:
    """A full-site artifact."""
    made: dict[str, Any] = {}
    if point is not None:
        made["restorePoint"] = {"id": point}
    if to is not None:
        made["destinationType"] = to
    return made


def error_cases() -> dict[str, tuple[dict[str, Any], str]]:
    """A payload for each error case, and the code of its refusal ("" where the documents name none)."""
    other = "1f1fccc3-a642-4f61-bf49-f37b9a888280"
    granular = pinned().json("create/examples/granular.request.json")
    return {
        "missing-destination": ({"siteRestoreArtifacts": [site(to=None)]}, "InvalidPathType"),
        "empty-list": ({"siteRestoreArtifacts": []}, "InvalidArtifactRequest"),
        "missing-restore-point": ({"siteRestoreArtifacts": [site(point=None)]}, "InvalidRestorePoint"),
        "different-destinations": (
            {"siteRestoreArtifacts": [site(), site(other, "new")]},
            "DifferentRestoreDestinationType",
        ),
        "duplicate": ({"siteRestoreArtifacts": [site(), site()]}, "DuplicateArtifactInList"),
        "mixed": ({"siteRestoreArtifacts": [site()], **granular}, ""),
    }


def check_error(client: httpx.Client, payload: dict[str, Any], code: str) -> None:
    """A payload with one defect is refused with the status and the code of the error table."""
    answer = post(client, payload)
    if not code:
        assert 400 <= answer.status_code < 500
        assert answer.json()["error"]["code"]
        return
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def handwritten_failures(service: Service, found: Failures) -> None:
    """Run the script and add the names of the tests that fail to `found`."""
    with client_of(service) as client:
        tests: dict[str, Callable[[], None]] = {
            name: lambda name=name: check_example(client, name)  # type: ignore[misc]
            for name in ("standard", "granular")
        }
        for name, (payload, code) in error_cases().items():
            tests[name] = lambda payload=payload, code=code: check_error(client, payload, code)  # type: ignore[misc]
        for name, test in tests.items():
            try:
                test()
            except Exception as error:  # noqa: BLE001 - whatever a test raises is its failure
                found.add(f"{name} {type(error).__name__}")


# ---------------------------------------------------------------- the comparison


def outcome(
    contestant: str, server: Server, run: Callable[[Service, Failures], None], known: Failures | None = None
) -> Outcome:
    """Let a contestant run against a server; what it says of the plain mock too does not count."""
    counted, found = Counted(server.make()), set[str]()
    started, in_time = time.process_time(), True
    try:
        with limited(LIMIT):
            run(counted.service, found)
    except TimeUp:
        in_time = False
    seconds = time.process_time() - started
    left = sorted(found - (known or set()))
    return Outcome(
        contestant, server.name, server.kind, server.about_create, bool(left), counted.asked, seconds, in_time, left
    )


def suite_outcome(register: Register, profile: str, contestant: str, server: Server) -> Outcome:
    """Let this suite run against a server. Every exchange counts, those of shrinking as well."""
    made = Outcome(contestant, server.name, server.kind, server.about_create, False, 0, 0.0)
    started = time.process_time()
    try:
        with limited(LIMIT):
            if server.kind == "fault":
                score = score_fault(register, server.name, profile)
                made.blamed = score.detected
            else:
                score = score_variant(register, [server.name], profile)
                made.blamed = not score.right
        made.requests, made.failures = score.exchanges, score.findings
    except TimeUp:
        made.in_time = False
    made.seconds = time.process_time() - started
    return made


def servers(register: Register) -> dict[str, list[Server]]:
    """Every server of the bench that shows in process, by kind."""
    made: dict[str, list[Server]] = {"fault": [], "variant": []}
    for name, fault in FAULTS.items():
        about_create = any(made.operation == "create" for made in register.clauses if fits(fault, made))
        made["fault"].append(Server(name, "fault", about_create, partial(seeded, name)))
    made["variant"] = [Server(name, "variant", False, partial(composed, [name])) for name in VARIANTS]
    return {kind: [one for one in found if one.make().transport is None] for kind, found in made.items()}


def plain_failures() -> Failures:
    """What Schemathesis reports on the plain mock, in any of the budgets, whatever the seed."""
    found: Failures = set()
    for examples, whole in BUDGETS.values():
        for seed in PLAIN_SEEDS:
            schemathesis_failures(Service(), found, examples, whole, seed)
    return found


def rows(register: Register) -> list[Row]:
    """The contestants, the cheapest first, and how much of the bench each can afford."""
    known: list[Failures] = []

    def schemathesis(name: str, examples: int, whole: bool, server: Server) -> Outcome:
        if not known:
            known.append(plain_failures())
        run = partial(schemathesis_failures, examples=examples, whole=whole, seed=PLAIN_SEEDS[0])
        return outcome(name, server, run, known[0])

    def scripted(server: Server) -> Outcome:
        return outcome("hand-written script", server, handwritten_failures)

    made = [Row("hand-written script", scripted)]
    for name, profile in {"this suite, quick": "quick", "this suite": "standard"}.items():
        made.append(Row(name, partial(suite_outcome, register, profile, name)))
    for (budget, (examples, whole)), every in zip(BUDGETS.items(), (1, 3, 10), strict=True):
        name = f"Schemathesis ({budget} examples)"
        made.append(Row(name, partial(schemathesis, name, examples, whole), every, every))
    return made


def compared(chosen: list[Row], every: dict[str, list[Server]], share: int, known: set[Key]) -> Iterator[Outcome]:
    """Every contestant against its servers, but for what is known already."""
    for row in chosen:
        for kind, step in (("fault", row.faults), ("variant", row.variants)):
            for server in every[kind][:: step * share]:
                if (row.name, kind, server.name) not in known:
                    yield row.judge(server)


Key = tuple[str, str, str]
"""An outcome by its contestant, the kind of server and its name."""


def key(one: Outcome) -> Key:
    """By what an outcome is known."""
    return (one.contestant, one.kind, one.server)


def figures(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """The row of every contestant."""
    rows: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(one.contestant for one in outcomes):
        own = [one for one in outcomes if one.contestant == name]
        faults = [one for one in own if one.kind == "fault"]
        create = [one for one in faults if one.about_create]
        odd = [one for one in own if one.kind == "variant"]
        rows[name] = {
            "faults": len(faults),
            "caught": sum(one.blamed for one in faults),
            "missed": sum(not one.blamed for one in faults),
            "create_faults": len(create),
            "create_caught": sum(one.blamed for one in create),
            "variants": len(odd),
            "accused": sum(one.blamed for one in odd),
            "requests": round(sum(one.requests for one in own) / len(own)),
            "seconds": round(sum(one.seconds for one in own) / len(own), 2),
            "out_of_time": sum(not one.in_time for one in own),
        }
    return rows


def table(rows: dict[str, dict[str, float]]) -> str:
    """The rows in Markdown."""
    lines = [
        "| | detected | of those of create | missed | false positives | requests per server | CPU seconds per server |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, row in rows.items():
        cells = [
            f"{row['caught']} of {row['faults']}",
            f"{row['create_caught']} of {row['create_faults']}",
            str(row["missed"]),
            f"{row['accused']} of {row['variants']}",
            str(row["requests"]),
            f"{row['seconds']:.2f}",
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def read(path: Path) -> list[Outcome]:
    """The outcomes that a file holds, none where there is no such file."""
    if not path.exists():
        return []
    return [Outcome(**one) for one in json.loads(path.read_text(encoding="utf-8"))["outcomes"]]


def write(path: Path, outcomes: list[Outcome], order: list[str]) -> None:
    """Keep the outcomes and the figures that follow from them, one outcome a line."""
    outcomes = sorted(outcomes, key=lambda one: order.index(one.contestant))
    head = {"schemathesis": importlib.metadata.version("schemathesis"), "rows": figures(outcomes)}
    lines = ",\n  ".join(json.dumps(asdict(one) | {"seconds": round(one.seconds, 3)}) for one in outcomes)
    text = json.dumps(head, indent=1).removesuffix("\n}") + f',\n "outcomes": [\n  {lines}\n ]\n}}\n'
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Compare and print; with --json, keep every outcome in a file and go on from what it holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--share", type=int, default=1, metavar="N", help="take one in N of each contestant's servers")
    parser.add_argument("--rows", default="", metavar="TEXT", help="only contestants with this in their name")
    parser.add_argument("--json", default="", metavar="FILE", help="keep the outcomes, and go on from those it holds")
    parser.add_argument("--again", action="store_true", help="forget what the file holds of the contestants chosen")
    arguments = parser.parse_args()
    register = load()
    every = rows(register)
    chosen = [row for row in every if arguments.rows in row.name]
    if arguments.share < 1 or not chosen:
        parser.error("--share must be 1 or more" if chosen else f"no contestant is called {arguments.rows}")
    names = {row.name for row in chosen} if arguments.again else set()
    outcomes = [one for one in (read(Path(arguments.json)) if arguments.json else []) if one.contestant not in names]
    for one in compared(chosen, servers(register), arguments.share, {key(one) for one in outcomes}):
        outcomes.append(one)
        if arguments.json:
            write(Path(arguments.json), outcomes, [row.name for row in every])
    print(table(figures(outcomes)))
    print(f"\nSchemathesis {importlib.metadata.version('schemathesis')}.")


if __name__ == "__main__":
    main()
