"""A target that dies is not called conformant, and is blamed only where it dies of the same request again."""

import contextlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from restore_conformance import cli
from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.targets import Http


class Mortal:
    """The mock behind a server that dies of some requests; `comes_back` after so many seconds, or never."""

    def __init__(self, deadly, comes_back=None):
        self.service, self.deadly, self.comes_back = Service(), deadly, comes_back
        self.dead_until = 0.0
        self.deaths = 0

    def alive(self):
        return time.monotonic() >= self.dead_until

    def die(self):
        self.deaths += 1
        self.dead_until = float("inf") if self.comes_back is None else time.monotonic() + self.comes_back


@contextlib.contextmanager
def serving(mortal):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
            target = self.path.removeprefix("/beta")
            if not mortal.alive() or mortal.deadly(self.command, target):
                if mortal.alive():
                    mortal.die()
                with contextlib.suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            made = mortal.service.handle(Request(self.command, target, tuple(self.headers.items()), body))
            self.send_response(made.status)
            for name, value in made.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - names the base class asks for

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/beta"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def run(mortal, folder, profile="quick"):
    with serving(mortal) as base:
        return cli.main(
            ["run", "--target", base, "--token", mortal.service.token, "--profile", profile, "--report", str(folder)]
        )


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """A pause is long enough for a target to come back, and no longer."""
    monkeypatch.setattr(Http, "pause", lambda self, seconds: time.sleep(min(seconds, 0.25)))


DEADLY = {
    "change": lambda method, target: method == "PATCH",
    "activation": lambda method, target: target.endswith("/activate"),
    "list": lambda method, target: method == "GET" and target.endswith("/restoreSessions"),
}


@pytest.mark.parametrize(
    "what",
    [
        pytest.param("change", marks=pytest.mark.deep),
        pytest.param("activation", marks=pytest.mark.deep),
        pytest.param("list", marks=pytest.mark.deep),
    ],
)
def test_a_target_that_dies_and_stays_dead_is_not_judged(what, tmp_path, capsys):
    """Exit 3, with the request of which it died."""
    assert run(Mortal(DEADLY[what]), tmp_path) == 3
    said = capsys.readouterr().out
    assert "the target" in said
    assert "INCONCLUSIVE" in said


@pytest.mark.deep
def test_a_target_that_comes_back_and_dies_of_the_same_again_is_blamed(tmp_path, capsys):
    mortal = Mortal(DEADLY["change"], comes_back=0.15)
    assert run(mortal, tmp_path) == 1
    assert "update/" in capsys.readouterr().out
    assert mortal.deaths > 2


def test_a_target_that_died_once_and_came_back_is_not_blamed(tmp_path):
    count = []

    def once(method, target):
        count.append(method == "PATCH")
        return method == "PATCH" and sum(count) == 1

    assert run(Mortal(once, comes_back=0.15), tmp_path) == 0
