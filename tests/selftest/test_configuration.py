"""Whose configuration is read: a file of the working directory decides how much is judged, and nothing else."""

import json
import os
import threading
from pathlib import Path

import pytest
from servers import answering

from restore_conformance import cli
from restore_conformance.live import signin
from restore_conformance.live.settings import live_from, state_folder
from restore_conformance.settings.files import FILE, configuration, user_file
from restore_conformance.verdicts import Unready, UsageError

TENANT = "0f4c3a52-7d3c-4d55-9a5b-2f1f3f2d6a10"
HOSTILE = """
profile = "quick"
seed = 7
target = "https://evil.example/beta"
token = "T"
report = "/nowhere/else"
emulator = ["evil.example"]
headers = {{ X = "y" }}

[readings]
"guid-letter-case" = "open"

[live]
base = "{base}"
authority = "{authority}"
instance-discovery = false
tenant = "contoso.example"
client-id = "c"
sign-in = "client-secret"
client-secret-variable = "PRECIOUS"
allow = ["contoso.example"]
emulators = ["evil.example"]
ca-bundle = "ca.pem"
state = "state"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory and an empty configuration of the user's own."""
    here, own = tmp_path / "checkout", tmp_path / "own"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own))
    monkeypatch.setenv("APPDATA", str(own))
    monkeypatch.setenv("PRECIOUS", "a-secret-of-the-user")
    for name in ("RESTORE_CONFORMANCE_TOKEN", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return here


def own(text):
    """Writes the user's own file."""
    path = user_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor",), ("run", "--target", "live"), ("run", "--target", "live", "--yes"), ("cleanup", "--yes"),
        ("record", "--target", "live", "--yes", "--to", "c"),
    ],
)  # fmt: skip
def test_a_strangers_folder_gets_no_secret(folder, capsys, monkeypatch, arguments):
    """Its file names an authority and a variable; neither is used, and one line says so."""
    signed_in = []

    def nobody(login, live):
        raise Unready("nobody is signed in here")

    monkeypatch.setitem(signin._CREDENTIALS, "client-secret", lambda *_: signed_in.append(1))
    monkeypatch.setitem(signin._CREDENTIALS, "default", nobody)
    with answering() as (base, seen):
        (folder / FILE).write_text(HOSTILE.format(base=base, authority=base))
        cli.main(list(arguments))
    said = capsys.readouterr()
    assert seen == []
    assert signed_in == []
    (line,) = [line for line in said.err.splitlines() if "of the working directory" in line]
    assert "live" in line
    assert f"--config {FILE}" in line
    assert "evil.example" not in said.out
    assert not (folder / "state").exists()


def test_what_the_folder_may_say(folder, capsys):
    """How much is judged and how it is reported is taken from there, where the command line leaves it open."""
    (folder / FILE).write_text('profile = "quick"\nseed = 7\nhar = false\n[readings]\nid-letter-case = "open"\n')
    found = configuration(None)
    assert found.run == {"profile": "quick", "seed": 7, "har": False, "readings": {"id-letter-case": "open"}}
    assert (found.live, found.notice) == ({}, "")


def test_a_run_heeds_it(folder, capsys):
    """The profile of the folder is the profile of the run, and no HAR is written where it wants none."""
    (folder / FILE).write_text('profile = "quick"\nhar = false\n')
    assert cli.main(["run", "--target", "mock", "--report", "r", "--quiet"]) == 0
    assert json.loads((folder / "r" / "run.json").read_text())["settings"]["profile"] == "quick"
    assert not (folder / "r" / "run.har").exists()
    assert "working directory" not in capsys.readouterr().err


def test_a_file_that_is_named_is_the_users(folder):
    """--config FILE, also of the working directory, is trusted whole, and nothing else is read."""
    (folder / FILE).write_text(HOSTILE.format(base="https://a.example/beta", authority="https://b.example"))
    with pytest.raises(UsageError, match="target"):
        configuration(FILE)
    (folder / FILE).write_text('seed = 3\n[live]\nallow = ["A"]\n')
    found = configuration(FILE)
    assert (found.run, found.live, found.notice) == ({"seed": 3}, {"allow": ["A"]}, "")


def test_the_users_own_folder_is_read_and_the_other_adds_to_it(folder):
    """Leave and hosts are the user's; the profile may be the folder's."""
    own(f'profile = "deep"\nseed = 5\n[live]\nallow = ["{TENANT}"]\nbase = "https://a.example/beta"\n')
    (folder / FILE).write_text('profile = "quick"\n[live]\nbase = "https://evil.example/beta"\n')
    found = configuration(None)
    assert found.run == {"profile": "quick", "seed": 5}
    live = live_from(found, {})
    assert (live.base, live.allow, live.named) == ("https://a.example/beta", (TENANT,), frozenset({"a.example"}))
    assert "not for live" in found.notice


@pytest.mark.skipif(os.name == "nt", reason="other variables name the folders there")
@pytest.mark.parametrize("home", [".", "own", ""])
def test_the_users_own_folders_are_never_below_the_working_directory(folder, monkeypatch, home):
    """With a relative folder of configuration, or without any home, a stranger's checkout is not the user's own."""
    if not home:
        unknown = Path("~/.config")
        monkeypatch.setattr(Path, "expanduser", no_home)
    monkeypatch.setenv("XDG_CONFIG_HOME", home)
    monkeypatch.setenv("XDG_STATE_HOME", home)
    planted = folder / (home or unknown) / "restore-conformance" / FILE
    planted.parent.mkdir(parents=True)
    planted.write_text('[live]\nbase = "https://evil.example/beta"\nallow = ["contoso.example"]\n')
    assert configuration(None).live == {}
    if home:
        assert state_folder(live_from(configuration(None), {}), dict(os.environ)).is_absolute()
    else:
        with pytest.raises(UsageError, match=r"live\.state"):
            state_folder(live_from(configuration(None), {}), dict(os.environ))


def no_home(path):
    """What `expanduser` does where no home is known."""
    if str(path).startswith("~"):
        raise RuntimeError("Could not determine home directory.")
    return path


def test_files_that_a_configuration_names_lie_beside_it(folder):
    """A relative path is one of the user's folder, not of the checkout that a command is run in."""
    path = own('[live]\nrestore-points = "points.txt"\nstate = "/elsewhere"\ncertificate = "cert.pem"\n')
    live = live_from(configuration(None), {})
    assert live.restore_points == str(path.parent / "points.txt")
    assert live.login.certificate == str(path.parent / "cert.pem")
    assert live.state == "/elsewhere"


@pytest.mark.parametrize("text", ["[[[", "profile = 5", 'seed = "x"', "\udcff", "a" * 300_000, "x = " + "[" * 5000])
def test_a_strangers_file_is_no_error_of_the_user(folder, text):
    """Whatever lies there: a sentence, and the command goes on."""
    (folder / FILE).write_bytes(text.encode(errors="surrogateescape"))
    found = configuration(None)
    assert (found.run, found.live) == ({}, {})
    assert found.notice.count("\n") == 0
    assert FILE in found.notice


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_not_waited_for(folder):
    """A file that never ends is no file."""
    os.mkfifo(folder / FILE)
    found = []
    reading = threading.Thread(target=lambda: found.append(configuration(None)), daemon=True)
    reading.start()
    reading.join(5)
    assert found
    assert found[0].run == {}


def test_names_that_are_printed_are_plain(folder):
    """A key may be any text; a terminal is shown none of it raw."""
    (folder / FILE).write_text('"\\u001b[2J::error::x" = 1\n')
    notice = configuration(None).notice
    assert "\x1b" not in notice
    assert "\\x1b" in notice


def test_a_configuration_of_the_users_is_checked(folder):
    """What is wrong there is one sentence, exit 2."""
    for text, says in (
        ("[[[", "not TOML"),
        ("seed = true", "whole number"),
        ("live = 5", "table"),
        ("x = 1", "unknown"),
    ):
        own(text)
        with pytest.raises(UsageError, match=says):
            configuration(None)
    with pytest.raises(UsageError, match="cannot be read"):
        configuration("nowhere.toml")
