"""No secret of a run leaves the process, whatever form a server gives it and wherever it is written."""

import base64
import html
import io
import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from restore_conformance import cli
from restore_conformance.exchange import Exchange, Request, Response
from restore_conformance.history import runs
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.output import files, gate
from restore_conformance.scrub import Scrub
from restore_conformance.verdicts import UsageError

TOKEN = "aB3-_x.Q/9+z=&'<tok en>q7Yk0Wv"  # every character that some encoding changes
SHORT = ["run", "--target", "mock", "--profile", "quick", "--max-requests", "3", "--quiet"]  # cannot judge: exit 3
HEADER_TOKEN = "eyJhbGciOiJub25lIn0.Y2FuYXJ5LWNhbmFyeQ.c2lnbmF0dXJlLW9mLXRoZS1ydW4"


def every_form(secret):
    """What a server may answer instead of a secret, so that a reader of the report has it again."""
    raw = secret.encode()
    yield from (secret, secret[:-1], secret.swapcase(), json.dumps(secret)[1:-1], quote(secret, safe=""))
    yield from (quote(secret), html.escape(secret), raw.hex(), raw.hex().upper())
    yield from ("".join(f"&#{ord(c)};" for c in secret), "".join(f"&#x{ord(c):x};" for c in secret))
    yield from ("".join(f"\\u{ord(c):04x}" for c in secret), "".join(f"%{ord(c):02X}" for c in secret))
    for before in ("", "a", "ab"):
        coded = base64.b64encode((before + secret + "tail").encode())
        yield coded.decode()
        yield base64.urlsafe_b64encode((before + secret + "tail").encode()).decode().rstrip("=")


def found(raw, secret):
    """Whether bytes hold a secret, by a reader who tries everything and shares no code with the gate."""
    text = raw.decode("utf-8", "replace")
    readings = [text, html.unescape(text), text.replace("\0", ""), raw.decode("utf-16-le", "replace")]
    readings += [raw.decode("utf-16-be", "replace")]
    for run in set("".join(c if c.isalnum() or c in "+/-_" else " " for c in text).split()):
        if len(run) >= 16:
            for at in range(4):
                coded = run[at:].replace("-", "+").replace("_", "/")
                readings.append(base64.b64decode(coded[: len(coded) // 4 * 4]).decode("latin-1"))
        if len(run) >= 24 and all(c in "0123456789abcdefABCDEF" for c in run):
            readings.append(bytes.fromhex(run[: len(run) // 2 * 2]).decode("latin-1"))
    core = secret[:-1].lower()
    return any(core in one.lower() for one in readings)


# ------------------------------------------------------------------ the gate itself


@pytest.mark.parametrize("secret", [TOKEN, HEADER_TOKEN, "p\u00e4ssw\u00f6rd-\u4e2d\u6587-long", "a" * 12])
def test_nothing_passes_in_any_form(secret):
    guard = gate.Gate([secret])
    for form in every_form(secret):
        raw = f"before {form} behind".encode()
        made = guard.content(raw)
        assert not found(made, secret) or guard.holds(made), form
    for wide in ("utf-16", "utf-16-be", "utf-32"):
        assert secret.encode(wide)[4:] not in guard.content(f"x{secret}y".encode(wide))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40), st.integers(0, 4000))
@example("000000000000", 3)
def test_a_secret_is_found_wherever_it_stands(secret, at):
    guard = gate.Gate([secret])
    text = "x" * at + secret + "y" * 7
    assert secret not in guard.text(text)
    assert guard.text("x" * at) == "x" * at


WAYS = [
    lambda c: c, lambda c: "".join(f"%{byte:02X}" for byte in c.encode()), lambda c: f"&#{ord(c)};",
    lambda c: f"&#x{ord(c):x};", lambda c: f"\\u{ord(c):04x}", lambda c: f"&#000{ord(c)};", html.escape,
]  # fmt: skip


@pytest.mark.parametrize("way", [*range(len(WAYS)), None])
def test_a_secret_is_taken_out_however_each_of_its_characters_is_coded(way, tmp_path):
    """What is withheld is safe, and a server that could have every report withheld would have its way."""
    for secret in (TOKEN, HEADER_TOKEN):
        form = "".join(WAYS[at % len(WAYS) if way is None else way](c) for at, c in enumerate(secret))
        with gate.guarding([secret]) as guard:
            files.write(tmp_path / "a.txt", f"before {form} behind".encode())
            made = (tmp_path / "a.txt").read_bytes()
            assert not found(made, secret)
            assert made.startswith(b"before ")
            assert made.endswith(b" behind")
            assert not found(guard.text(f"x {form}").encode(), secret)


def test_a_short_secret_is_counted_and_not_looked_for():
    guard = gate.Gate(["T", "draft", ""])
    assert guard.short == 2
    assert guard.text('{"status": "draft", "T": 1}') == '{"status": "draft", "T": 1}'


def test_replacing_keeps_what_stands_around_it():
    guard = gate.Gate([HEADER_TOKEN])
    coded = base64.b64encode(f"a {HEADER_TOKEN} b".encode())
    assert base64.b64decode(guard.content(coded)).startswith(b"a ")
    assert json.loads(guard.text(json.dumps({"a": HEADER_TOKEN, "b": 1})))["b"] == 1


def test_streams_are_guarded_and_show_a_log_nothing_else():
    out = io.StringIO()
    stream = gate.Guarded(out, gate.Gate([HEADER_TOKEN]))
    print(f"a {HEADER_TOKEN}\n::error::b\x1b]0;title\x07 \x1b[31mred\x1b[0m\n  ##[group]c", file=stream)
    assert HEADER_TOKEN not in out.getvalue()
    assert not any(line.lstrip().startswith(("::", "##[")) for line in out.getvalue().splitlines())
    assert "\x1b]" not in out.getvalue()
    assert "\x1b[31mred\x1b[0m" in out.getvalue()


# ------------------------------------------------------------------ files


def test_a_file_that_still_holds_a_secret_is_not_written(tmp_path, monkeypatch):
    with gate.guarding([HEADER_TOKEN]) as guard:
        for way in ("content", "unmixed"):
            monkeypatch.setattr(guard, way, lambda raw: raw)  # as if a form had been forgotten
        with pytest.raises(files.Withheld, match=r"report\.html"):
            files.write(tmp_path / "report.html", HEADER_TOKEN.encode())
        pending = files.Pending()
        with pytest.raises(files.Withheld), pending.opened(tmp_path / "run.har") as file:
            file.write(HEADER_TOKEN)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_across_two_pieces_of_a_long_file_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PIECE", 1000)
    monkeypatch.setattr(files, "OVERLAP", 200)
    with gate.guarding([HEADER_TOKEN]):
        for at in range(930, 1001, 7):
            pending = files.Pending()
            with pending.opened(tmp_path / "long.txt") as file:
                file.write("x" * at + HEADER_TOKEN + "y" * 1500)
            pending.commit()
            assert HEADER_TOKEN not in (tmp_path / "long.txt").read_text()


def test_no_link_is_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("of the user")
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in ("run.json", "report.html", ".run.json.part", "run.json.part", "exchanges.ndjson.part", ".writable"):
        (folder / name).symlink_to(precious)
    assert cli.main([*SHORT, "--report", str(folder)]) == 3
    assert precious.read_text() == "of the user"
    assert not (folder / "run.json").is_symlink()


def test_devices_and_pipes_are_written_to_as_they_are(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    files.write(tmp_path / "pipe", b"through the pipe")
    assert os.read(reader, 100) == b"through the pipe"
    os.close(reader)
    before = os.lstat("/dev/null")
    files.write(Path("/dev/null"), b"nothing")
    assert os.lstat("/dev/null") == before


def test_the_default_folder_may_not_be_a_link(tmp_path, monkeypatch, capsys):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports").symlink_to(tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "--profile", "quick"]) == 2
    assert "reports is a symbolic link" in capsys.readouterr().err
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_record_beside_the_exchanges_of_another_run_is_refused(tmp_path, capsys):
    for name in ("one", "two"):
        assert cli.main([*SHORT, "--report", str(tmp_path / name)]) == 3
    assert cli.main(["compare", str(tmp_path / "one"), str(tmp_path / "two")]) == 0
    (tmp_path / "one" / "exchanges.ndjson").replace(tmp_path / "two" / "exchanges.ndjson")
    for command in (
        ["compare", str(tmp_path / "one"), str(tmp_path / "two")],
        ["bundle", str(tmp_path / "two"), "create/response.created"],
    ):
        assert cli.main(command) == 2
        assert "of two runs" in capsys.readouterr().err


def _write(folder, mark, times):
    for _ in range(times):
        pending = files.Pending()
        for name in ("a.json", "b.json"):
            pending.put(folder / name, json.dumps([mark] * 5000).encode())
        pending.commit(last=folder / "a.json")


def test_two_writers_of_one_folder_leave_whole_files(tmp_path):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(tmp_path, mark, 10)) for mark in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    for name in ("a.json", "b.json"):
        assert len(set(json.loads((tmp_path / name).read_text()))) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json"]


@pytest.mark.parametrize(
    "name",
    [lambda i: f"aaaaaaaaaaaa{i:06d}", pytest.param(lambda i: "a" * (8 + i % 400) + str(i), marks=pytest.mark.deep)],
)
def test_scrubbing_takes_time_in_proportion_to_what_a_server_names(name):
    took = []
    for number in (500, 2000):
        scrub = Scrub(key=b"k")
        people = [{"createdBy": {"user": {"displayName": name(i)}}} for i in range(number)]
        body = json.dumps({"value": people}).encode()
        before = time.process_time()
        scrub.learn(Exchange(1, Request("GET", "/x"), Response(200, (), body)))
        scrub.bytes(body)
        took.append(time.process_time() - before)
    assert took[1] < 10 * took[0] + 0.1, took  # four times as many; it was sixteen times the time


# ------------------------------------------------------------------ a whole run


class Echoing(Service):
    """A service that answers as it should and puts the token into every place an answer has."""

    def handle(self, request):
        made = super().handle(request)
        sent = request.header("Authorization") or ""
        token = sent.partition(" ")[2] or HEADER_TOKEN
        forms = list(every_form(token)) if len(token) > 12 else [token]
        number = sum(map(len, self.sessions)) % len(forms)
        form = "".join(c for c in forms[number] if 32 < ord(c) < 127 and c not in ";, ")
        word = "".join(c for c in token if c.isalnum() or c in "-_.")
        headers = [
            *made.headers, ("X-Echo", form), (f"X-{word}", "1"), ("request-id", form),
            ("Set-Cookie", f"{word}=1; Path=/{word}; Domain={word}"),
            ("Set-Cookie", f"sid=scrubbed-token-0123456789ab{token}"),
            ("X-Api-Key", f"scrubbed-token-0123456789ab{token}"),
            ("Link", f'<http://user:{word}@h.example/?t={form}>; rel="next"'),
        ]  # fmt: skip
        body = made.body
        if body[:1] == b"{":
            value = json.loads(body)
            value["echo"] = forms
            value[f"n-{token}"] = token
            if isinstance(value.get("error"), dict):
                value["error"]["message"] = f"{forms[number]} was refused"
            body = json.dumps(value).encode()
        return Response(made.status, tuple((n, v) for n, v in headers if n.isascii() and v.isascii()), body)


@pytest.mark.parametrize("broken", [pytest.param(False, marks=pytest.mark.deep), True], ids=["conforming", "faulty"])
def test_no_file_and_no_line_of_a_run_holds_the_token(broken, tmp_path, capfd):
    service = Echoing({HEADER_TOKEN: "good", "read-only-token-of-the-run-x": "read-only"})
    if broken:
        for rule in ("kinds", "duplicates"):
            service.create_rules.pop(rule, None)
    with serving(service) as base:
        code = cli.main(
            ["run", "--target", base, "--token", HEADER_TOKEN, "--profile", "quick", "--report", str(tmp_path / "run"),
             "--identity", "read-only=read-only-token-of-the-run-x"]
        )  # fmt: skip
        assert code == int(broken)
        if broken:
            record = json.loads((tmp_path / "run" / "run.json").read_text())
            clause = next(entry["id"] for entry in record["clauses"] if entry["verdict"] == "fail")
            cli.main(["bundle", str(tmp_path / "run"), clause, "--to", str(tmp_path / "b.zip")])
        else:
            words = ["record", "create/response.created", "--target", base, "--token", HEADER_TOKEN]
            cli.main([*words, "--to", str(tmp_path / "c")])
    captured = capfd.readouterr()
    for text in (captured.out, captured.err):
        assert not found(text.encode(), HEADER_TOKEN)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 6
    for path in written:
        for secret in (HEADER_TOKEN, "read-only-token-of-the-run-x"):
            assert not found(path.read_bytes(), secret), path.name


def test_an_exception_shows_no_token(monkeypatch, capsys):
    def broken(*_):
        raise RuntimeError(f"request with {HEADER_TOKEN} and {HEADER_TOKEN.encode().hex()} failed\n::error::x")

    monkeypatch.setattr("restore_conformance.commands.run.load", broken)
    assert cli.main(["run", "--token", HEADER_TOKEN]) == 4
    assert not found(capsys.readouterr().err.encode(), HEADER_TOKEN)


def test_usage_errors_show_no_token(capsys):
    assert cli.main(["run", "--token", HEADER_TOKEN, f"--nonsense={HEADER_TOKEN}"]) == 2
    assert not found(capsys.readouterr().err.encode(), HEADER_TOKEN)


# ------------------------------------------------------------------ what cannot be written


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_a_full_disk_leaves_the_verdict(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(files, "_exclusive", lambda _: open("/dev/full", "wb"))  # noqa: SIM115 - closed by the context
    assert cli.main(["run", "--profile", "quick", "--report", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert "CONFORMANT" in captured.out
    assert captured.err.count("No space left on device") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="a folder that nobody can write to")
def test_a_folder_that_cannot_be_written_leaves_the_verdict(capsys):
    assert cli.main(["run", "--profile", "quick", "--report", "/proc/self/nothing"]) == 0
    captured = capsys.readouterr()
    assert "CONFORMANT" in captured.out
    assert "cannot be written" in captured.err


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252"])
def test_no_text_is_more_than_a_terminal_can_hold(encoding):
    """A server's half of a surrogate pair, or a letter that the terminal lacks, is escaped and not an error."""
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding=encoding, newline="\n") as stream:
        assert gate.Guarded(stream, gate.Gate()).write("a \ud800 é 漢 …\n") == 10
        stream.flush()
        assert raw.getvalue().decode(encoding).startswith("a \\ud800 ")
        assert raw.getvalue().endswith(b"\n")


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_recording_with_half_a_character_is_reported_in_every_form(form, tmp_path, capsys):
    body = {"text": json.dumps({"status": "\ud800"}), "size": 20}
    request = {"method": "GET", "url": "/solutions/backupRestore/restoreSessions/1", "headers": [], "body": None}
    answer = {"status": 200, "headers": [["Content-Type", "application/json"]], "body": body}
    path, report = tmp_path / "b.ndjson", tmp_path / "report"
    path.write_text(json.dumps({"number": 1, "request": request, "response": answer}) + "\n")
    for more in ([], ["--output", str(report)]):
        assert cli.main(["drift", "--to", str(path), "--format", form, *more]) in {0, 1}, capsys.readouterr().err
    assert report.stat().st_size


class Full(io.StringIO):
    """A stream on a disk that is full, or whose reader is gone."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, _text):
        raise self.error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), BrokenPipeError(32, "Broken pipe")])
@pytest.mark.parametrize(
    ("command", "code"),
    [("run --target mock --profile quick --max-requests 3 --quiet", 3), ("drift --to pinned", 0), ("clauses", 2)],
)
def test_output_that_cannot_be_written_changes_no_verdict(error, command, code, tmp_path, monkeypatch, capsys):
    """The exit code is the verdict's, with a sentence on standard error; what only prints says that it failed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", Full(error))
    gone = isinstance(error, BrokenPipeError)
    assert cli.main(command.split()) == (0 if gone and code == 2 else code)
    said = capsys.readouterr().err
    assert ("standard output could not be written: No space left" in said) == (not gone)
    assert "Traceback" not in said


def test_a_stream_that_was_closed_is_written_to_by_nobody(tmp_path):
    """No file of the run gets the number of standard output or standard error."""
    words = [sys.executable, "-m", "restore_conformance", "drift", "--to", "pinned", "--output", "report"]
    closed = "import os,sys; os.close(1); os.close(2); os.execv(sys.argv[1], sys.argv[1:])"
    made = subprocess.run([sys.executable, "-c", closed, *words], cwd=tmp_path, timeout=60, check=False)
    assert made.returncode == 0
    assert (tmp_path / "report").read_text().startswith("No drift")


def test_a_history_that_cannot_be_written_at_the_end_changes_no_verdict(tmp_path, monkeypatch, capsys):
    """A disk may be full by then: the reports are written, the verdict is printed, and one sentence says the rest."""

    def keep(*_):
        raise UsageError("The history h.db cannot be used: disk is full.")

    monkeypatch.setattr(runs, "keep", keep)
    code = cli.main([*SHORT, "--report", str(tmp_path / "r"), "--history", str(tmp_path / "h.db")])
    out, err = capsys.readouterr()
    assert code == 3
    assert "INCONCLUSIVE" in out
    assert "Warning: the run was not stored in the history: The history h.db cannot be used: disk is full." in err
    assert {path.name for path in (tmp_path / "r").iterdir()} >= {"run.json", "report.html", "exchanges.ndjson"}
