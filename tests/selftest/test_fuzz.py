"""Nothing that a server answers, and nothing that a file holds, is an error of the suite."""

import copy
import json
import random

import pytest
from damaging import places_of
from looking import some

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.exchange import Response
from restore_conformance.mock import Service
from restore_conformance.verdicts import Verdict

ODD = [
    None, True, False, 0, -1, 5, 2.5, 1e300, 10**400, "", " ", "x", "http://[", "//", "../..", ".", "\ud800",
    "\x00\x1b[2J", "é" * 300, "9" * 5000, "0001-01-01T00:00:00Z", "99999-01-01T00:00:00Z", "2026-13-45T99:99:99Z",
    [], [[]], [None], [{}], {}, {"": {}},
    {"id": {}}, {"@odata.type": {}}, {"value": 1}, {"error": []}, {"code": {}}, ["a"] * 50,
]  # fmt: skip
HEADERS = [
    "Content-Type",
    "Location",
    "Date",
    "Retry-After",
    "Preference-Applied",
    "request-id",
    "Set-Cookie",
    "Content-Encoding",
]
WORDS = [
    "",
    " ",
    "x",
    "http://[",
    'application/json; charset="',
    "=;=",
    "-1",
    "1e9",
    "Thu, 99 Foo 2026",
    "é",
    ",,,",
    "a" * 9000,
]


def mutated(value, chance):
    """A JSON value with one place replaced, removed, or called otherwise."""
    value = copy.deepcopy(value)
    path = chance.choice(list(places_of(value)))
    odd = copy.deepcopy(chance.choice(ODD))
    if not path:
        return odd
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    kind = chance.random()
    if kind < 0.7:
        inner[path[-1]] = odd
    elif kind < 0.85:
        del inner[path[-1]]
    elif isinstance(inner, dict):
        inner[str(odd)[:40]] = inner.pop(path[-1])
    return value


class Mutating(Service):
    """The mock, with something odd in some of its answers."""

    def __init__(self, seed, share):
        super().__init__()
        self.chance, self.share = random.Random(seed), share

    def handle(self, request):
        made = super().handle(request)
        if self.chance.random() > self.share:
            return made
        status, headers, body = made.status, list(made.headers), made.body
        kind = self.chance.random()
        if kind < 0.7 and body[:1] in b"{[":
            body = json.dumps(mutated(json.loads(body), self.chance)).encode("utf-8", "surrogatepass")
        elif kind < 0.8:
            body = body[: self.chance.randrange(len(body) + 1)] + bytes([self.chance.randrange(256)])
        elif kind < 0.9:
            name = self.chance.choice(HEADERS)
            headers = [pair for pair in headers if pair[0].lower() != name.lower()] + [
                (name, self.chance.choice(WORDS))
            ]
        else:
            status = self.chance.choice(
                [100, 199, 200, 202, 204, 206, 226, 299, 300, 304, 400, 404, 418, 499, 500, 599]
            )
        return Response(status, tuple(headers), body)


DAILY = (*range(2), 95, 125, 139, 163)
"""The later ones send arrays and objects where text is compared."""


@pytest.mark.parametrize("seed", some(range(400), *DAILY))
def test_no_answer_is_an_error_of_the_suite(seed, judged):
    result = judged(Mutating(seed, (0.05, 0.3, 1.0)[seed % 3]), "quick")
    assert [(v.clause.address, v.reason) for v in result.verdicts if v.verdict is Verdict.ERROR] == []


MEMBERS = (
    "destinationType", "browseSessionId", "restoreJobType", "status", "id", "restorePoint", "createdBy", "user",
    "application", "createdDateTime", "lastModifiedDateTime", "restoreSessionArtifactCount", "total", "inProgress",
    "value", "siteRestoreArtifacts", "granularSiteRestoreArtifacts", "siteRestoreArtifacts@delta", "@odata.nextLink",
    "@odata.type", "@odata.id", "@odata.context", "error", "code", "innerError", "details",
)  # fmt: skip
VALUES = (["x"], {"x": ["y"]}, [None], 5, 10**400, None)


def replaced(value, name, odd):
    """A JSON value in which every member of that name holds something odd."""
    if isinstance(value, dict):
        return {key: copy.deepcopy(odd) if key == name else replaced(one, name, odd) for key, one in value.items()}
    return [replaced(one, name, odd) for one in value] if isinstance(value, list) else value


class Replacing(Service):
    """The mock, with one member odd wherever it stands, in two of three answers: what is compared differs as well."""

    def __init__(self, name, odd):
        super().__init__()
        self.name, self.odd, self.number = name, odd, 0

    def handle(self, request):
        made = super().handle(request)
        self.number += 1
        if made.body[:1] not in (b"{", b"[") or self.number % 3 == 1:
            return made
        body = json.dumps(replaced(json.loads(made.body), self.name, self.odd)).encode()
        return Response(made.status, made.headers, body)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        pytest.param(name, number, marks=() if number == 0 and name in MEMBERS[:4] else pytest.mark.deep)
        for name in MEMBERS
        for number in range(len(VALUES))
    ],
)
def test_no_type_of_a_member_is_an_error_of_the_suite(name, number, judged):
    """A judgement that compares, sorts or looks up what an answer shows does so whatever JSON it is."""
    result = judged(Replacing(name, VALUES[number]), "quick")
    assert [(v.clause.address, v.reason) for v in result.verdicts if v.verdict is Verdict.ERROR] == []


def recording():
    return json.loads((places.CLAUSE_TESTS / "selftest" / "recordings" / "data" / "chromium-good.har").read_bytes())


@pytest.fixture(scope="module")
def files_of_a_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    assert cli.main(["run", "--profile", "quick", "--report", str(folder), "--quiet"]) == 0
    return {
        "judge": json.loads((folder / "run.har").read_bytes()),
        "compare": json.loads((folder / "run.json").read_bytes()),
        "recording": recording(),
    }  # fmt: skip


@pytest.mark.parametrize("seed", some(range(400), 0))
@pytest.mark.parametrize("what", ["judge", "compare", "recording"])
def test_no_file_is_an_error_of_the_suite(what, seed, files_of_a_run, tmp_path, capsys):
    chance = random.Random(seed)
    value = files_of_a_run[what]
    for _ in range(1 + seed % 4):
        value = mutated(value, chance)
    path = tmp_path / ("run.json" if what == "compare" else "some.har")
    path.write_text(json.dumps(value))
    command = (
        ["compare", str(path), str(path)]
        if what == "compare"
        else ["judge", str(path), "--report", str(tmp_path / "r")]
    )
    code = cli.main(command)
    said = capsys.readouterr()
    assert code in {0, 1, 2, 3}, said.err
    assert "Traceback" not in said.err
