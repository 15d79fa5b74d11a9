"""A document is fetched within one time for all of it, and kept in files that nobody else decides."""

import contextlib
import json
import threading
import time

import pytest
from looking import some
from servers import answering, socket_server

from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.fetch import fetch
from restore_conformance.output import gate
from restore_conformance.targets.download import Refused, _crosses

HEAD = b"HTTP/1.1 200 OK\r\n"
STRETCHED = {
    "headers, a byte at a time": (b"", b"X"),
    "header lines without end": (HEAD, b"X-A: b\r\n"),
    "interim answers without end": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body, a byte at a time": (HEAD + b"Content-Length: 1000000\r\n\r\n", b"x"),
    "a body without a length": (HEAD + b"\r\n", b"x"),
    "chunks of one byte": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "an extension of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "trailers without end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-A: b\r\n"),
    "nothing at all": (b"", b""),
}
"""How a server begins, and what it then sends again and again."""


@pytest.mark.parametrize("name", some(STRETCHED, *list(STRETCHED)[::4]))
def test_the_time_is_for_all_of_it(name, tmp_path):
    """However an answer is stretched; a trickled one kept `drift` waiting for ever."""
    begin, again = STRETCHED[name]
    over = threading.Event()

    def act(connection):
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(begin)
            while not over.wait(0.02):
                connection.sendall(again)

    with socket_server(act) as base:
        before = time.monotonic()
        with pytest.raises(SourceBroken, match=r"was not over after|no answer|header"):
            fetch(f"{base}/m", cache=tmp_path, seconds=0.3)
        took = time.monotonic() - before
        over.set()
    assert took < 3
    assert list(tmp_path.iterdir()) == []


def test_no_link_is_followed_and_nothing_is_left_over(tmp_path):
    cache, precious = tmp_path / "cache", tmp_path / "precious"
    precious.write_text("of the user")
    with answering(body=b"{}", headers=[("ETag", '"one"')]) as (base, _):
        fetch(f"{base}/m", cache=cache)
        names = [path.name for path in cache.iterdir()]
        for name in [*names, *(name.rpartition(".")[0] + ".part" for name in names)]:
            (cache / name).unlink(missing_ok=True)
            (cache / name).symlink_to(precious)
        assert fetch(f"{base}/m", cache=cache).read() == b"{}"
    assert precious.read_text() == "of the user"
    assert not any((cache / name).is_symlink() for name in names)
    assert sorted(path.name for path in cache.iterdir() if not path.is_symlink()) == sorted(names)


@pytest.mark.parametrize("damage", ["body", "about", "checksum", "validator"])
def test_a_damaged_copy_is_fetched_anew(damage, tmp_path):
    """A server that says 304 speaks of the document that it once sent, not of what lies there now."""
    with answering(body=b'{"whole": 1}', headers=[("ETag", '"one"')], first=None) as (base, seen):
        fetch(f"{base}/m", cache=tmp_path)
        body, about = (next(tmp_path.glob(f"*.{end}")) for end in ("body", "json"))
        match damage:
            case "body":
                body.write_bytes(b'{"whole"')
            case "about":
                about.write_bytes(b"[" * 5000)
            case "checksum":
                about.write_text(json.dumps({"etag": '"one"', "checksum": 5}))
            case _:
                about.write_text(json.dumps(json.loads(about.read_text()) | {"etag": '"one"\r\nX: y'}))
        again = fetch(f"{base}/m", cache=tmp_path)
        assert again.fresh
        assert again.read() == b'{"whole": 1}'
        assert len(seen) == 2


def test_a_copy_passes_the_gate(tmp_path):
    secret = "secret-of-the-run-0123456789"
    with gate.guarding([secret]), answering(body=f"<a>{secret}</a>".encode()) as (base, _):
        assert secret.encode() not in fetch(f"{base}/m", cache=tmp_path).read()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("https://192.0.2.1/x", "http://192.0.2.1/x", "without TLS"),
        ("https://8.8.8.8/x", "https://127.0.0.1/x", "private address"),
        ("http://127.0.0.1/x", "file:///etc/hostname", "not an http"),
        ("http://127.0.0.1/x", "http://me:secret@127.0.0.2/x", "not an http"),
    ],
)
def test_redirects_that_are_not_followed(old, new, why):
    with pytest.raises(Refused, match=why):
        _crosses(old, new, False)
