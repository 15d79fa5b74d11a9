"""Messages name what was given and say what to do next: each is one sentence under the name of its command."""

import shutil

import pytest

from restore_conformance import cli
from restore_conformance.contract import places
from restore_conformance.history.store import _unusable
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """Gives what a command says on standard error, and its exit code, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))

    def act(*words):
        code = cli.main(list(words))
        found = capsys.readouterr()
        return code, found.err, found.out

    return act


def test_a_wrong_target_lists_all_four_kinds(said):
    code, err, _ = said("run", "--target", "localhost:8080")
    assert code == 2
    for kind in ("mock", "replay", "live", "http://127.0.0.1:8080/beta"):
        assert kind in err


def test_an_emulator_without_tls_is_told_which_option_to_give(said):
    code, err, _ = said("run", "--target", "http://10.1.2.3:8080/beta")
    assert code == 2
    assert "--emulator 10.1.2.3" in err
    assert "live.base" not in err  # which nobody set


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("serve", "--token", "é"), "--token holds a letter beyond ASCII"),
        (("serve", "--port", "99999"), "a port is a number from 0 to 65535; name another"),
        (("serve", "--fault", "x"), "There is no fault 'x'; serve --list names them."),
        (("serve", "--variant", "x"), "There is no variant 'x'; serve --list names them."),
        (("bench", "--resume"), "--resume takes --exchanges N"),
        (("bench", "--exchanges", "0"), "--exchanges 0 must be 1 or more"),
        (("bench", "--compositions", "-1"), "--compositions -1 must be 0 or more."),
        (("drift", "log"), "There is no history at drift-history.sqlite."),
        (("drift", "bisect", "--history", "none.db"), "There is no history at none.db."),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_done(said, tmp_path, words, says):
    code, err, out = said(*words)
    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert err.count("\n") == 1
    assert says in err


def test_one_request_is_counted_in_the_singular(said):
    _, err, out = said("run", "--target", "mock", "--max-requests", "1", "--plain")
    assert "1 request, " in out
    assert "1 request in " in err
    assert "1 requests" not in out + err


def test_tls_on_a_plain_port_suggests_http(said):
    with serving(Service()) as base:
        code, _, out = said("run", "--target", base.replace("http:", "https:"), "--profile", "quick", "--plain")
    assert code == 3
    assert "the port may not speak TLS: try http://" in out


def test_a_folder_of_recordings_is_read(said, tmp_path):
    """Whatever else lies in it; one without recordings says which files would be."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    shutil.copy(next((places.CASSETTES / "delete").glob("*.yaml")), tmp_path / "in" / "deep" / "a.yaml")
    (tmp_path / "in" / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "in" / "notes.txt").write_text("nothing\n")
    code, err, out = said("judge", "in", "--report", "out", "--plain")
    assert code in {0, 1}, err
    assert "delete/" in out or "passed" in out
    (tmp_path / "none").mkdir()
    code, err, _ = said("judge", "none")
    assert code == 2
    assert err.startswith("restore-conformance judge: The folder none holds no recordings: no HAR file (.har)")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ModuleNotFoundError("No module named 'psycopg'", name="psycopg"), "pip install 'psycopg[binary]'"),
        (ModuleNotFoundError("No module named 'MySQLdb'", name="MySQLdb"), "driver MySQLdb is not installed"),
        (ImportError("no pq wrapper available: libpq library not found"), "pip install 'psycopg[binary]'"),
    ],
)  # fmt: skip
def test_a_missing_driver_says_what_to_install(error, says):
    assert says in _unusable(error)


def test_an_unknown_kind_of_database_is_one_sentence(said):
    code, err, _ = said("run", "--history", "oracel://host/name")
    assert code == 2
    assert err.startswith("restore-conformance run: The history cannot be kept there: no database of that kind")


def test_a_default_is_not_named_like_an_option(said, tmp_path):
    """Nobody gave --report."""
    (tmp_path / "reports").write_text("a file in the way")
    code, err, _ = said("run", "--target", "mock")
    assert code == 2
    assert "the folder reports/latest cannot be written" in err
    assert "--report " not in err
