"""Whatever is given to an option that reads a file ends in one sentence, and a pipe is read like a file."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from restore_conformance import cli, files, places

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
@pytest.mark.parametrize("kind", ["device", "folder", "pipe", "long", "deep", "binary", "empty"])
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
