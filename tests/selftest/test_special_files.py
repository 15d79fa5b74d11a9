"""Whatever is given to an option that reads a file ends in one sentence, and a pipe is read like a file."""

import json
import os
import subprocess
import sys
import threading
import time
import zlib

import pytest
from looking import some

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.history import soundness
from restore_conformance.output import files
from restore_conformance.recorded.har import stream

GOOD_HAR = places.CLAUSE_TESTS / "selftest" / "recordings" / "data" / "chromium-good.har"

COMMANDS = {
    "--restore-points": ["run", "--target", "http://127.0.0.1:9/beta", "--restore-points", "{}"],
    "--granular-items": ["run", "--target", "http://127.0.0.1:9/beta", "--granular-items", "{}"],
    "--ca-bundle": ["run", "--target", "https://127.0.0.1:9/beta", "--ca-bundle", "{}"],
    "--deviations": ["run", "--deviations", "{}"],
    "--config": ["run", "--config", "{}"],
    "judge": ["judge", "{}"],
    "compare": ["compare", "{}", "{}"],
    "bundle": ["bundle", "{}", "create/response.created"],
    "history add": ["history", "add", "{}", "--history", "h.db"],
    "--history": ["run", "--history", "{}"],
    "drift --to": ["drift", "--to", "{}"],
    "drift --severity": ["drift", "--to", "x.csdl", "--severity", "{}"],
    "pin": ["pin", "{}"],
}


def special(kind, folder):
    path = folder / "special"
    if kind == "device":
        return "/dev/zero"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "long":
        with path.open("wb") as file:
            file.truncate(2 << 30)
    elif kind == "deep":
        path.write_text("[" * 200_000)
    elif kind == "binary":
        path.write_bytes(bytes(range(256)) * 40)
    elif kind == "empty":
        path.write_bytes(b"")
    return str(path)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "WAIT", 0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="devices and pipes by their names here")
@pytest.mark.parametrize(
    "kind", some(["device", "folder", "pipe", "long", "deep", "binary", "empty"], "device", "pipe", "deep", "empty")
)
@pytest.mark.parametrize("option", COMMANDS)
def test_a_special_file_ends_in_one_sentence(option, kind, tmp_path, capsys):
    if kind == "empty" and option in {"--deviations", "--config", "--history"}:
        return  # they may say nothing
    given = special(kind, tmp_path)
    started = time.monotonic()
    try:
        code = cli.main([part.format(given) for part in COMMANDS[option]])
    except SystemExit as ended:
        code = ended.code
    error = capsys.readouterr().err
    assert code in {2, 3}, error
    assert "Traceback" not in error
    assert error.strip()
    assert time.monotonic() - started < 20


@pytest.mark.skipif(sys.platform != "linux", reason="devices and pipes by their names here")
def test_a_recording_is_read_from_a_pipe(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(GOOD_HAR.read_bytes()), daemon=True)
    writer.start()
    code = cli.main(["judge", str(tmp_path / "pipe"), "--report", str(tmp_path / "r")])
    writer.join(5)
    assert code in {0, 3}, capsys.readouterr().err
    assert json.loads((tmp_path / "r" / "run.json").read_text())["exchanges"] > 0


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="devices and pipes by their names here")
def test_a_recording_is_read_from_standard_input(tmp_path):
    command = [sys.executable, "-m", "restore_conformance", "judge", "/dev/stdin", "--report", str(tmp_path / "r")]
    ended = subprocess.run(command, input=GOOD_HAR.read_bytes(), capture_output=True, timeout=60, check=False)
    assert ended.returncode in {0, 3}, ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_text_longer_than_memory_can_hold_is_refused_before_it_is_read(tmp_path, monkeypatch, capsys):
    """A HAR file may have 2 GiB; its parser holds a text several times."""
    monkeypatch.setattr(stream, "LONGEST_TEXT", 2 << 20)
    good = json.loads(GOOD_HAR.read_text())
    path = tmp_path / "x.har"
    for text in ("x" * (3 << 20), '\\"' * (2 << 20), "\\" * (2 << 20)):
        for place in (good["log"]["creator"], good["log"]["entries"][0]["response"]["content"]):
            place["text"] = text
            path.write_text(json.dumps(good))
            assert cli.main(["judge", str(path)]) == 2
            assert "stand between two of its quotation marks" in capsys.readouterr().err
            del place["text"]


@pytest.mark.parametrize("size", [(2 << 20) - 1, 2 << 20, (2 << 20) + 1, (3 << 20) - 1])
def test_quotation_marks_at_the_end_of_a_piece_are_seen(size, tmp_path):
    """A file is looked through by the mebibyte; an escape may stand across."""
    path = tmp_path / "x.har"
    for end in (b'"', b'\\"', b"\\\\", b'\\\\"'):
        whole = b'{"a":"' + b"x" * (size - 6 - len(end) // 2) + end
        path.write_bytes(whole + b'"}')
        _, longest = stream._looked_through(path)
        closed = end.endswith(b'"') and end != b'\\"'
        assert longest == len(whole) - 6 - closed


def test_packed_content_of_a_history_has_a_bound():
    """A few kilobytes of a database become gigabytes, or millions of values."""
    bomb = zlib.compressobj(9)
    packed = b"".join(bomb.compress(b" " * (1 << 20)) for _ in range((soundness.MAX_BYTES >> 20) + 1)) + bomb.flush()
    with pytest.raises(soundness.Damaged, match="has more than 48 MiB"):
        soundness.inflated(packed)
    with pytest.raises(soundness.Damaged, match="does not end"):
        soundness.inflated(zlib.compress(b"{}")[:-2])
    with pytest.raises(soundness.Damaged, match="more values"):
        soundness.parsed(b"[" + b"{}," * 2_000_000 + b"{}]", "a text")
    assert soundness.inflated(zlib.compress(b"{}")) == b"{}"
