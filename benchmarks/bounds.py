"""Measures the worst case of every kind of input: the memory beyond what the mock takes, and the seconds.

python benchmarks/bounds.py [--only TEXT] [--json FILE]

Each case is as large as its reader accepts, or a little larger, in the shape that takes most: many small values, one
long text, much of what has to be compared. Ends with 1 where a case takes more than 200 MB beyond a `quick` run of the
mock, more than its seconds, or ends in another way than a verdict or a sentence.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from restore_conformance.exchange import Request, Response
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "selftest" / "drift" / "fixtures"
CSDL = FIXTURES / "history" / "2025-05-05_2ca40fa6.csdl"
PAGE = FIXTURES / "newer-edition" / "page.md"
OPENAPI = FIXTURES / "restore.openapi.yaml"
HAR = ROOT / "tests" / "selftest" / "recordings" / "data" / "chromium-good.har"
MB = 1 << 20
MEGABYTES, SECONDS = 200, 60
"""Beyond the mock, and of the processor, which a busy machine does not change."""
RUN = ["run", "--profile", "quick", "--quiet", "--plain"]


MEASURED = """
import atexit, re, sys
from restore_conformance.cli import main

def note(path=sys.argv.pop(1)):
    with open("/proc/self/status") as status, open(path, "w") as file:
        file.write(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1])

atexit.register(note)
sys.exit(main())
"""
"""The command, which notes its own largest memory: what the kernel tells its parent has the parent's in it."""


def taken(arguments: list[str], seconds: float = 10 * SECONDS) -> tuple[int, float, float, str]:
    """The exit code, the largest memory in MB, the seconds of the processor, and the last words of the command."""
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile("r") as noted:
        process = subprocess.Popen(  # noqa: S603 - the suite itself
            [sys.executable, "-c", MEASURED, noted.name, *arguments], stdout=said, stderr=said, start_new_session=True
        )
        ending = threading.Timer(seconds, lambda: os.kill(process.pid, signal.SIGKILL))
        ending.start()
        _, status, usage = os.wait4(process.pid, 0)
        ending.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        size = said.seek(0, os.SEEK_END)
        said.seek(max(size - 300, 0))
        text = said.read().decode("utf-8", "replace")
        most = int(noted.read() or usage.ru_maxrss)
    return process.returncode, most / 1024, usage.ru_utime + usage.ru_stime, text


# ------------------------------------------------------------------ files


def filled(path: Path, head: str, piece: str, end: str, size: int) -> Path:
    """A file of about that size: a head, one piece again and again (`{n}` is its number), an end."""
    with path.open("w", encoding="utf-8") as file:
        room, number = size - len(head.encode()) - len(end.encode()), 0
        file.write(head)
        while room > 0:
            text = piece.replace("{n}", str(number))
            room -= len(text.encode())
            if room > 0:
                file.write(text)
            number += 1
        file.write(end)
    return path


def entry() -> dict[str, Any]:
    found: dict[str, Any] = next(
        one
        for one in json.loads(HAR.read_text(encoding="utf-8"))["log"]["entries"]
        if one["request"]["method"] == "POST" and "RestoreSessions" in one["request"]["url"]
    )
    return found


def har(folder: Path, shape: str) -> list[str]:
    path, head = folder / "x.har", '{"log":{"version":"1.2","creator":{"name":"b","version":"1"},"entries":['
    one = entry()
    match shape:
        case "many entries":
            filled(path, head + json.dumps(one), "," + json.dumps(one), "]}}", 32 * MB)
        case "one long body" | "as long a body as a file may have":
            long = 31 if shape == "one long body" else 95
            one["response"]["content"]["text"] = json.dumps({"a": "x" * (long * MB)})
            path.write_text(head + json.dumps(one) + "]}}", encoding="utf-8")
        case "a body of many values":
            one["response"]["content"]["text"] = "[" + "{}," * (10 * MB) + "{}]"
            path.write_text(head + json.dumps(one) + "]}}", encoding="utf-8")
        case _:
            one["_x"] = "@@"
            left, right = json.dumps(one).split('"@@"')
            filled(path, head + left + "[{}", ',{"a":0}', "]" + right + "]}}", 96 * MB)
    return ["judge", str(path), "--report", str(folder / "r"), "--quiet"]


PAIR = (
    "- request:\n    method: POST\n    uri: https://graph.microsoft.com/beta/solutions/backupRestore/"
    "sharePointRestoreSessions\n    headers: {}\n    body: '{}'\n  response:\n"
    "    status: {code: 201, message: Created}\n"
    '    headers: {Content-Type: [application/json]}\n    body: {string: \'{"id":"{n}"}\'}\n'
)


def cassette(folder: Path, shape: str) -> list[str]:
    path, head = folder / "x.yaml", "version: 1\ninteractions:\n"
    match shape:
        case "many interactions":
            filled(path, head, PAIR, "", 3 * MB)
        case "one long body":
            path.write_text(head + PAIR.replace("{n}", "x" * (15 * MB)), encoding="utf-8")
        case "a body of many values":
            path.write_text(head + PAIR.replace('{"id":"{n}"}', "[" + "{}," * (4 * MB) + "{}]"), encoding="utf-8")
        case "many small values":
            filled(path, head + PAIR + "x: [", "a,", "a]\n", 15 * MB)
        case "almost too many values":
            filled(path, head + PAIR + "x: [", "a,", "a]\n", 750_000)
        case "JSON of many values":
            path = filled(folder / "x.json", '{"interactions":[{}', ",{}", "]}", 15 * MB)
        case "JSON of almost too many values":
            path = filled(folder / "x.json", '{"interactions":[{}', ",{}", "]}", 2 * MB)
        case _:
            text = (ROOT / "cassettes" / "create" / "response.id.yaml").read_text(encoding="utf-8")
            filled(path, text + "x: [", "a,", "a]\n", 4 * MB)
    return ["judge", str(path), "--report", str(folder / "r"), "--quiet"]


def record(folder: Path) -> dict[str, Any]:
    """A run in a folder, in which a clause is broken."""
    service = Service()
    service.create_rules.pop("duplicates")
    with serving(service) as base:
        words = [*RUN, "--target", base, "--token", service.token, "--report", str(folder / "run")]
        assert taken(words)[0] == 1
    found: dict[str, Any] = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    return found


def broken(run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in run["clauses"] if one["verdict"] == "fail")
    return found


def run_json(folder: Path, shape: str) -> list[str]:
    run, path = record(folder), folder / "run" / "run.json"
    (folder / "run" / "exchanges.ndjson").unlink()
    match shape:
        case "many findings":
            clause = broken(run)
            one, size = clause["findings"][0], len(json.dumps(clause["findings"][0]))
            clause["findings"] = [one] * (11 * MB // (size + 2))
            path.write_text(json.dumps(run), encoding="utf-8")
        case "one long text":
            broken(run)["findings"][0]["message"] = "x" * (11 * MB)
            path.write_text(json.dumps(run), encoding="utf-8")
        case "almost too many values":
            filled(path, json.dumps(run)[:-1] + ',"unjudged":[{}', ",{}", "]}", 2 * MB)
        case _:
            filled(path, json.dumps(run)[:-1] + ',"unjudged":[{}', ",{}", "]}", 15 * MB)
    if shape == "kept":
        return ["history", "add", str(path), "--history", str(folder / "h.sqlite")]
    return ["compare", str(path), str(path)]


def exchanges(folder: Path, shape: str) -> list[str]:
    run, path = record(folder), folder / "run" / "exchanges.ndjson"
    clause = broken(run)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    chosen = next(one for one in lines if clause["id"] in one.get("failed", ()))
    match shape:
        case "many lines":
            filled(path, "", json.dumps(chosen) + "\n", "", 128 * MB)
        case "long lines":
            chosen["response"]["body"] = {"text": "x" * (3 * MB), "size": 3 * MB}
            filled(path, "", json.dumps(chosen) + "\n", "", 256 * MB)
        case _:
            chosen["x"] = [{}] * MB
            filled(path, "", json.dumps(chosen, separators=(",", ":")) + "\n", "", 64 * MB)
    words = ["bundle", str(folder / "run"), clause["id"], "--to", str(folder / "b.zip")]
    return [*words, "--exchanges", "10000"] if shape == "long lines" else words


LINE = json.dumps(
    {
        "number": 1, "family": "standard", "seconds": 0.1, "started": "2026-01-01T00:00:00Z",
        "request": {"method": "POST", "url": "/solutions/backupRestore/sharePointRestoreSessions", "headers": [],
                    "body": {"text": "{}", "size": 2}},
        "response": {"status": 201, "headers": [], "body": {"text": "{\"id\":\"{n}\"}", "size": 2}},
    }
)  # fmt: skip


def drift(folder: Path, shape: str) -> list[str]:
    path = folder / "x"
    csdl, page, api = (one.read_text(encoding="utf-8") for one in (CSDL, PAGE, OPENAPI))
    size = LARGEST[shape.partition(",")[0]]
    if shape == "OpenAPI, as many schemas as are taken":
        size = 10 * MB
    if shape == "CSDL, as many types as are taken":
        size = 11 * MB
    head, mark, end = csdl.partition("</Schema>")
    before, schemas, after = api.partition("  schemas:\n")
    match shape:
        case "CSDL, many types" | "CSDL, as many types as are taken":
            kind = '<EntityType Name="t{n}"><Property Name="a" Type="Edm.String" /></EntityType>'
            filled(path, head, kind, mark + end, size)
        case "CSDL, a chain of bases":
            kind = '<EntityType Name="t{n}" BaseType="graph.t{m}"><Property Name="a" Type="Edm.String" /></EntityType>'
            made = "".join(kind.replace("{n}", str(n)).replace("{m}", str(n + 1)) for n in range(100_000))
            path.write_text(head + made + mark + end, encoding="utf-8")
        case "CSDL, many elements":
            filled(path, head, "<a/>", mark + end, size)
        case "CSDL, one long text":
            filled(path, head + "<!--", "x" * 1000, "-->" + mark + end, size)
        case "OpenAPI, many schemas" | "OpenAPI, as many schemas as are taken":
            filled(path, before + schemas, "    t{n}:\n      type: string\n", after, size)
        case "OpenAPI, one schema of many values":
            filled(path, before + schemas + "    x:\n      type: string\n      enum: [a", ",a{n}", "]\n" + after, size)
        case "OpenAPI, JSON":
            filled(path, '{"openapi":"3.0.0","paths":{', '"/solutions/backupRestore/x{n}":{},', '"/y":{}}}', size)
        case "page, many lines":
            filled(path, page, "|a{n}|b|c|\n", "", size)
        case "page, as many lines as are read":
            path.write_text(page + "".join(f"|a{n}|b{n}|c{n} {'x' * 60}|\n" for n in range(9500)), encoding="utf-8")
        case "page, many sections":
            filled(path, page, "\n## A{n}\n\nA sentence of {n} words.\n", "", 90_000)
        case "page, one long line":
            filled(path, page, "a|`b`[c](d)<!--", "\n", size)
        case "page, many code blocks":
            filled(path, page, '\n```json\n{"a":{n}}\n```\n', "", size)
        case "recording, many lines":
            filled(path, "", LINE + "\n", "", size)
        case "recording, many values":
            filled(path, LINE[:-1] + ',"x":[{}', ",{}", "]}\n" + LINE + "\n", size)
        case _:
            filled(path, LINE[:-1] + ',"x":"', "x" * 1000, '"}\n' + LINE + "\n", size)
    return ["drift", "--from", "pinned", "--to", str(path), "--output", str(folder / "report"), "--fail-on", "none"]


LARGEST = {"CSDL": 32 * MB, "OpenAPI": 96 * MB, "page": 990_000, "recording": 16 * MB - 1000}
"""Bytes of documents that `drift` and `pin` accept, and a little less."""


def text_file(folder: Path, shape: str) -> list[str]:
    path = folder / "x.toml"
    small = str(folder / "run")
    if shape == "ledger":
        record(folder)
        entry = (
            '[[deviation]]\nclause = "create/response.id"\ntarget = "https://h{n}.example/beta"\nreason = "r"\n'
            'case = "c"\nowner = "o"\nreview = "2030-01-31"\n'
        )
        filled(path, "", entry, "", MB - 1000)
        return ["compare", small, small, "--deviations", str(path)]
    if shape == "ledger of dotted keys":
        record(folder)
        filled(path, "", "a{n}.b.c.d.e.f.g = 1\n", "", MB - 1000)
        return ["compare", small, small, "--deviations", str(path)]
    if shape == "configuration":
        filled(path, "", "a{n}.b.c.d.e.f.g = 1\n", "", 255 * 1024)
        return ["run", "--config", str(path), "--target", "http://127.0.0.1:9/beta"]
    filled(path, "", "00000000-0000-4000-8000-{n}\n", "", 16 * MB)
    path.write_text("".join(f"00000000-0000-4000-8000-{n:012x}\n" for n in range(16 * MB // 38)), encoding="utf-8")
    return ["run", "--restore-points", str(path), "--target", "http://127.0.0.1:9/beta", "--report", small]


def history(folder: Path, shape: str) -> list[str]:
    record(folder)
    place = folder / "h.sqlite"
    assert taken(["history", "add", str(folder / "run"), "--history", str(place)])[0] == 0
    connection = sqlite3.connect(place)
    row = connection.execute("select * from run").fetchone()
    if shape == "a packed bomb":
        import zlib

        made = zlib.compressobj(9)
        packed = b"".join(made.compress(b" " * MB) for _ in range(250)) + made.flush()
        with connection:
            connection.execute("update run set notes = ?", (packed,))
            connection.execute("update content set payload = ?", (packed,))
    else:
        marks = ", ".join("?" * len(row))
        with connection:
            for number in range(3000):
                started = f"{2000 + number // 365:04}-01-01T{number % 24:02}:{number % 60:02}:00.{number:06}+00:00"
                connection.execute(f"insert into run values ({marks})", (f"{number:064x}", started, *row[2:]))  # noqa: S608
    connection.close()
    if shape == "the list of 3,000 runs":
        return ["history", "list", "--history", str(place)]
    return ["site", str(folder / "site"), "--history", str(place), "--quiet"]


# ------------------------------------------------------------------ answers

Act = Callable[[Any, int], Any]


def of_body(change: Callable[[dict[str, Any], int], object]) -> Act:
    def act(answer: Response, count: int) -> Response:
        if answer.body[:1] != b"{":
            return answer
        body = json.loads(answer.body)
        change(body, count)
        return Response(answer.status, answer.headers, json.dumps(body).encode())

    return act


def headers(number: int, size: int) -> Act:
    def act(answer: Response, count: int) -> Response:
        more = tuple((f"X-{count}-{n}", f"{count}" + "z" * size) for n in range(number))
        return Response(answer.status, (*answer.headers, *more), answer.body)

    return act


def people(body: dict[str, Any], count: int) -> None:
    body["people"] = [
        {"user": {"id": f"{count:08x}-1111-4111-8111-{n:012x}", "displayName": f"Person {count} {n} of there"}}
        for n in range(1000)
    ]


def listed(body: dict[str, Any], count: int) -> None:
    if isinstance(body.get("value"), list) and body["value"]:
        more = [{**body["value"][0], "id": f"{count:08x}-2222-4222-8222-{n:012x}"} for n in range(5000)]
        body["value"] = more + body["value"]
        body["@odata.nextLink"] = f"/solutions/backupRestore/restoreSessions?$skiptoken={count}"


def text_of(size: int) -> Act:
    return of_body(lambda body, count: body.update(filler=f"{count} " + "x" * size))


ANSWERS: dict[str, Act] = {
    "a text of 3.9 MB in each": text_of(3_900_000),
    "a text of 300 kB in each": text_of(300_000),
    "40,000 values in each": of_body(lambda body, count: body.update(x=[{}] * 40_000, y=count)),
    "1,300,000 values in each": of_body(lambda body, count: body.update(x=[{}] * 1_300_000, y=count)),
    "1,000 people in each": of_body(people),
    "lists of 5,000 without end": of_body(listed),
    "90 headers of 4 kB in each": headers(90, 4000),
    "deep nesting in each": lambda answer, _: (
        Response(answer.status, answer.headers, b'{"a":' * 90_000) if answer.body else answer
    ),
}


class Changed(Service):
    """The mock, with something more in every answer."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self._act, self._count = act, 0

    def handle(self, request: Request) -> Response:
        self._count += 1
        changed: Response = self._act(super().handle(request), self._count)
        return changed


@contextlib.contextmanager
def answers(folder: Path, shape: str) -> Iterator[list[str]]:
    service = Changed(ANSWERS[shape])
    with serving(service) as base:
        others = [f"--identity={kind}={token}" for token, kind in service.tokens.items() if kind != "good"]
        yield [*RUN, "--target", base, "--token", service.token, *others, "--report", str(folder / "r")]


KINDS: dict[str, tuple[Callable[[Path, str], Any], list[str]]] = {
    "answer": (answers, list(ANSWERS)),
    "HAR": (har, ["many entries", "one long body", "as long a body as a file may have", "a body of many values",
                  "an entry of many values"]),
    "cassette": (cassette, ["many interactions", "one long body", "a body of many values", "many small values",
                            "almost too many values", "JSON of many values", "JSON of almost too many values",
                            "of this suite"]),
    "run record": (run_json, ["many findings", "one long text", "many small values", "almost too many values", "kept"]),
    "exchanges": (exchanges, ["many lines", "long lines", "lines of many values"]),
    "drift": (drift, ["CSDL, many types", "CSDL, as many types as are taken", "CSDL, a chain of bases",
                      "CSDL, many elements", "CSDL, one long text", "OpenAPI, many schemas",
                      "OpenAPI, as many schemas as are taken", "OpenAPI, one schema of many values", "OpenAPI, JSON",
                      "page, many lines",
                      "page, as many lines as are read", "page, many sections", "page, one long line",
                      "page, many code blocks",
                      "recording, many lines", "recording, many values", "recording, one long text"]),
    "text": (text_file, ["ledger", "ledger of dotted keys", "configuration", "restore points"]),
    "history": (history, ["the list of 3,000 runs", "the site of 3,000 runs", "a packed bomb"]),
}  # fmt: skip
"""Kind of input: what makes one and the command that reads it, and its shapes."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cases that have this in their name")
    parser.add_argument("--json", default="", help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        code, usual, seconds, said = taken([*RUN, "--report", folder])
        assert code == 0, said
    print(f"{'the mock':50} exit 0 {usual:7.0f} MB {seconds:7.1f} s", flush=True)
    figures, bad = {}, 0
    for kind, (make, shapes) in KINDS.items():
        for shape in shapes:
            name = f"{kind}: {shape}"
            if arguments.only not in name:
                continue
            with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
                made = make(Path(folder), shape)
                words = stack.enter_context(made) if kind == "answer" else made
                files = [Path(word) for word in words if word.startswith(folder) and Path(word).is_file()]
                size = max((path.stat().st_size for path in files), default=0)
                code, most, seconds, said = taken(words)
            wrong = code not in {0, 1, 2, 3} or most - usual > MEGABYTES or seconds > SECONDS or "Traceback" in said
            bad += wrong
            figures[name] = {
                "bytes": size, "exit": code, "megabytes_beyond": round(most - usual), "seconds": round(seconds, 1),
            }  # fmt: skip
            print(f"{name:50} exit {code} {most - usual:+7.0f} MB {seconds:7.1f} s  {size / MB:6.1f} MiB"
                  f"{'  TOO MUCH' if wrong else ''}", flush=True)  # fmt: skip
            if wrong or code == 2:
                print("    " + " ".join(said.split())[-250:], flush=True)
    print(f"{len(figures)} cases, {bad} beyond the bounds of {MEGABYTES} MB and {SECONDS} s")
    if arguments.json:
        whole = {"mock_megabytes": round(usual), "cases": figures}
        Path(arguments.json).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
