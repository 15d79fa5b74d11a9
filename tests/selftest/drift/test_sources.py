"""The readers: formats of recordings and of OpenAPI, kinds told from content, limits."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from drift.planting import ANSWER, OPENAPI, PAGE_MD, PAGE_TXT, SLICE, har

from restore_conformance.contract.places import ROOT, SCHEMAS
from restore_conformance.drift.comparison import Settings, compare
from restore_conformance.drift.sources.behaviour import read_behaviour
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.fetch import fetch
from restore_conformance.drift.sources.openapi import read_openapi
from restore_conformance.drift.sources.page_layout import _included
from restore_conformance.drift.sources.reading import SourceKind, sniff

PATH = "/solutions/backupRestore/sharePointRestoreSessions"


def _stored(body: Any) -> str:
    text = json.dumps(ANSWER)
    one = {
        "number": 1,
        "request": {"method": "POST", "url": f"http://127.0.0.1:1{PATH}", "headers": [["Accept", "*/*"]], "body": None},
        "response": {
            "status": 201,
            "headers": [["Content-Type", "application/json"]],
            "body": body or {"size": len(text), "text": text},
        },
    }
    return json.dumps(one) + "\n" + json.dumps(one) + "\n"


def _cassette() -> str:
    return yaml.safe_dump(
        {
            "version": 1,
            "interactions": [
                {
                    "request": {
                        "method": "POST",
                        "uri": f"https://graph.microsoft.com/beta{PATH}",
                        "headers": {"A": ["b"]},
                        "body": "{}",
                    },
                    "response": {
                        "status": {"code": 201, "message": "Created"},
                        "headers": {"Content-Type": ["application/json"]},
                        "body": {"string": json.dumps(ANSWER)},
                    },
                }
            ],
        }
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (har(ANSWER), 1),
        (_stored(None), 2),
        (_stored({"size": 1, "base64": base64.b64encode(json.dumps(ANSWER).encode()).decode()}), 2),
        (_cassette(), 1),
    ],
    ids=["har", "text", "base64", "cassette"],
)
def test_recordings(text: str, count: int, tmp_path: Path) -> None:
    """Every format of a recording gives the same exchanges."""
    assert sniff(text.encode(), "x") is SourceKind.BEHAVIOUR
    (tmp_path / "x").write_text(text, encoding="utf-8")
    found = read_behaviour(tmp_path / "x", "x")
    assert (len(found.exchanges), found.notes) == (count, ())
    for exchange in found.exchanges:
        assert (exchange.request.method, exchange.request.target, exchange.status) == ("POST", PATH, 201)
        assert exchange.answer == ANSWER


_PLAIN = {
    "request": {"method": "POST", "url": f"https://graph.microsoft.com/beta{PATH}", "headers": {"Accept": "*/*"}},
    "response": {"status": 201, "headers": {"Content-Type": "application/json"}, "body": json.dumps(ANSWER)},
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(_PLAIN, indent=2),
        json.dumps([_PLAIN, _PLAIN]),
        json.dumps({"exchanges": [_PLAIN]}, indent=1),
        f"{json.dumps(_PLAIN)}\n\n{json.dumps(_PLAIN)}\n",
        json.dumps([json.loads(line) for line in _stored(None).splitlines()]),
        json.dumps(_PLAIN).replace("https://graph.microsoft.com/beta", ""),
    ],
    ids=["one", "list", "under a name", "lines", "stored", "path alone"],
)
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_exchanges_that_somebody_wrote_down(text: str, coding: str, tmp_path: Path) -> None:
    """Whatever stands around them, whether headers are pairs or members, and as a shell redirects them."""
    (tmp_path / "x").write_text(text, encoding=coding)
    found = read_behaviour(tmp_path / "x", "x").exchanges
    assert found
    assert all((one.request.target, one.status, one.answer) == (PATH, 201, ANSWER) for one in found)
    assert compare(["pinned"], [str(tmp_path / "x")], Settings(SCHEMAS)).broken == ()


@pytest.mark.parametrize("of", ["request", "response"])
def test_one_of_them_that_lacks_a_half_is_a_broken_source(of: str, tmp_path: Path) -> None:
    lacking = {side: _PLAIN[side] for side in _PLAIN if side != of}
    (tmp_path / "x").write_text(json.dumps({"exchanges": [_PLAIN, lacking]}), encoding="utf-8")
    with pytest.raises(SourceBroken):
        read_behaviour(tmp_path / "x", "x")


def test_own_cassette() -> None:
    """A cassette of this suite is behaviour as well."""
    cassette = ROOT / "cassettes" / "create" / "response.timestamps.yaml"
    night = compare(["pinned"], [str(cassette)], Settings(SCHEMAS))
    assert night.broken == ()
    assert {change.kind.rpartition("_")[2] for change in night.changes} == {"unseen"}


def test_what_a_recording_holds_beside_the_beta_is_reported(tmp_path: Path) -> None:
    """A recording of v1.0 alone is not behaviour of the beta; beside one of the beta it is left out and noted."""
    two = json.loads(har(ANSWER | {"planted": 1}))
    two["log"]["entries"][0]["request"]["url"] = f"https://graph.microsoft.com/v1.0{PATH}"
    for more, said in ((0, "no answer of"), (1, "")):
        two["log"]["entries"] += json.loads(har(ANSWER))["log"]["entries"] * more
        (tmp_path / "a.har").write_text(json.dumps(two), encoding="utf-8")
        night = compare(["pinned"], [str(tmp_path / "a.har")], Settings(SCHEMAS))
        notes = f"{night.broken} {night.notes}"
        assert said in notes
        assert "1 exchange with another version than beta (v1.0) was left out" in notes
        assert not [change for change in night.changes if "planted" in change.path]


def test_a_value_that_an_exporter_took_out_is_no_drift(tmp_path: Path) -> None:
    """A mark in the place of a value shows neither a new value nor another type."""
    counts = ANSWER["restoreSessionArtifactCount"] | {"total": "[REDACTED]"}
    answer = ANSWER | {"status": "***", "createdDateTime": "<removed>", "restoreSessionArtifactCount": counts}
    (tmp_path / "a.har").write_text(har(answer), encoding="utf-8")
    night = compare(["pinned"], [str(tmp_path / "a.har")], Settings(SCHEMAS))
    assert {change.kind.rpartition("_")[2] for change in night.changes} == {"unseen"}


@pytest.mark.parametrize("write", [yaml.safe_dump, json.dumps])
def test_openapi_in_braces_with_sorted_members_is_openapi(write: Any) -> None:
    """YAML in flow style, and JSON whose version stands behind 64 KiB of components."""
    whole = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
    whole["components"]["schemas"] |= {f"filler{n}": {"type": "string"} for n in range(3000)}
    more = {"default_flow_style": True} if write is yaml.safe_dump else {"sort_keys": True}
    text = write(whole, **more)
    assert text.startswith("{")
    assert sniff(text.encode(), "x") is SourceKind.OPENAPI


def test_kinds_by_content() -> None:
    """The kind is told from the content, whatever the file is called."""
    kinds = {path: sniff(path.read_bytes(), path.name) for path in (SLICE, OPENAPI, PAGE_MD, PAGE_TXT)}
    assert list(kinds.values()) == [SourceKind.CSDL, SourceKind.OPENAPI, SourceKind.PAGE, SourceKind.PAGE]
    assert sniff(SLICE.read_text(encoding="utf-8").encode("utf-16"), "x") is SourceKind.CSDL


def test_openapi_in_json_and_3_1() -> None:
    """The suite's own OpenAPI 3.1 document, in JSON, declares what is pinned."""
    night = compare(["pinned"], [str(SCHEMAS / "openapi.json")], Settings(SCHEMAS))
    assert (night.broken, night.changes) == ((), ())


def test_openapi_yaml_and_json_are_one(tmp_path: Path) -> None:
    """The same document in YAML and in JSON reads the same."""
    file = tmp_path / "a.json"
    file.write_text(json.dumps(yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))), encoding="utf-8")
    one, other = read_openapi(OPENAPI, "x"), read_openapi(file, "x")
    assert (one.calls, one.metadata) == (other.calls, other.metadata)


def test_metadata_and_openapi_of_one_contract() -> None:
    """Metadata and OpenAPI of one contract do not drift from each other."""
    for old, new in ((SLICE, OPENAPI), (OPENAPI, SLICE)):
        night = compare([str(old)], [str(new)], Settings(SCHEMAS))
        assert (night.broken, night.changes) == ((), ())


def test_bombs_are_refused(tmp_path: Path) -> None:
    """Aliases of YAML and entities of XML are refused before they are expanded."""
    file = tmp_path / "a.yaml"
    file.write_text("openapi: 3.0.0\na: &a [1]\nb: *a\n", encoding="utf-8")
    with pytest.raises(SourceBroken, match="YAML aliases"):
        read_openapi(file, "x")


@contextlib.contextmanager
def redirecting(to: str) -> Iterator[str]:
    """A server that redirects everything to one address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_one_redirect_to_another_host_is_followed_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second one is not."""
    with redirecting("file:///etc/hostname") as nowhere, redirecting(nowhere) as second, redirecting(second) as first:
        with pytest.raises(SourceBroken, match="second redirect to another host"):
            fetch(f"{first}/page.md", cache=tmp_path)
        assert "is redirected to 127.0.0.1" in capsys.readouterr().err
        with pytest.raises(SourceBroken):
            fetch(f"{nowhere}/page.md", cache=tmp_path)


@pytest.mark.parametrize("address", ["http://me:password@127.0.0.1:9/x", "http://[", "https://"])
def test_an_address_with_a_password_is_refused_and_not_shown(address: str) -> None:
    """So is one that cannot be parsed."""
    with pytest.raises(SourceBroken) as refused:
        fetch(address)
    assert "password" not in str(refused.value).replace("user name or password", "")


def test_a_page_includes_files_of_its_own_folder_only(tmp_path: Path) -> None:
    """Another file of the machine is not read."""
    (tmp_path / "secret.md").write_text("| of | somebody |\n")
    (tmp_path / "pages").mkdir()
    assert _included("../secret.md", tmp_path / "pages") is None
    (tmp_path / "pages" / "own.md").write_text("own")
    assert _included("own.md", tmp_path / "pages") == "own"
