"""5,000 canaries in every place of an answer, and everything that is made of the run: none is found anywhere.

A canary is a secret of the run in one form in one place. The places are those where a server can put one that no
request of the suite has: names, links, cookies, ids, parts of a body, other encodings.
"""

import contextlib
import html
import itertools
import json
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from urllib.parse import quote

import pytest
from test_gate import every_form, found

from restore_conformance import cli
from restore_conformance.exchange import Response
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving

SECRETS = {
    "good": "eyJhbGciOiJub25lIn0.Y2FuYXJ5LWdvb2QtMDEyMw.c2lnbmF0dXJlLWdvb2Q",
    "read-only": "canary-read.only_0123456789~x",
    "no-permission": "CANARY0none0permission0AbCdEfGh",
    "personal": "EwCanary+personal/0123456789abcdef==",
}


def header_text(text):
    """A text as a header can hold it."""
    return "".join(c for c in text if 32 < ord(c) < 127 and c not in ",;\\\"")  # fmt: skip


def token_text(text):
    """A text as the name of a header or a cookie."""
    return "".join(c for c in text if c.isalnum() or c in "-_.~")


HEADERS = [
    ("X-Echo", "{h}"), ("request-id", "{h}"), ("X-{n}", "1"), ("{n}", "x"), ("Location", "https://h.example/a/{q}"),
    ("Content-Location", "/beta/{q}?x={q}"), ("Link", '<https://u:{q}@h.example/?t={q}>; rel="next"'),
    ("Set-Cookie", "{n}=1"), ("Set-Cookie", "sid={h}"), ("Set-Cookie", "a=1; Path=/{q}"),
    ("Set-Cookie", "a=1; Domain={n}.example"), ("WWW-Authenticate", 'Bearer realm="{h}", error="{h}"'),
    ("Authorization", "Bearer {h}"), ("X-Api-Key", "scrubbed-token-0123456789ab{h}"), ("Server", "{h}"),
    ("ETag", 'W/"{h}"'), ("Warning", '199 - "{h}"'), ("Preference-Applied", "{h}"), ("Date", "{h}"),
    ("client-request-id", "{h}"), ("X-Forwarded-For", "{h}"), ("Referer", "https://h.example/?access_token={q}"),
]  # fmt: skip
BODIES = [
    {"id": "{t}"}, {"{t}": 1}, {"@odata.context": "https://h.example/{q}"}, {"@odata.nextLink": "https://h.example/{q}"},
    {"createdBy": {"user": {"id": "{t}", "displayName": "of {t}"}}}, {"nested": [{"deep": ["{t}"]}]},
    {"html": "<a href='{e}'>"}, {"form": "grant=x&token={q}&y=1"}, {"url": "https://u:{q}@h.example/{q}#{q}"},
    {"multipart": "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n{t}\r\n--b--"},
    {"curl": "curl -H 'Authorization: Bearer {t}'"}, {"json": "{{\"token\": \"{t}\"}}"}, {"@odata.{t}": "x"},
]  # fmt: skip
WHOLE = ["utf-16", "utf-16-be", "text", "multipart", "html"]
"""Bodies that are nothing but a canary."""


class Everywhere(Service):
    """A service that puts a canary into each of several places of every answer, and counts them."""

    def __init__(self):
        super().__init__({secret: kind for kind, secret in SECRETS.items()})
        self.create_rules.pop("duplicates")  # so that there is a finding to be bundled
        forms = [(secret, form) for secret in SECRETS.values() for form in every_form(secret)]
        self.planted = 0
        self._next = itertools.cycle(forms).__next__
        self._count = itertools.count()

    def _fill(self, template):
        _, form = self._next()
        self.planted += 1
        parts = {"t": form, "h": header_text(form), "n": token_text(form) or "x", "q": quote(form, safe="")}
        parts["e"] = html.escape(form)
        for name, text in parts.items():
            template = template.replace("{" + name + "}", text)
        return template

    def _filled(self, value):
        if isinstance(value, dict):
            return {self._fill(name) if "{" in name else name: self._filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(inner) for inner in value]
        return self._fill(value) if isinstance(value, str) and "{" in value else value

    def handle(self, request):
        made = super().handle(request)
        number = next(self._count)
        headers = [(self._fill(name) if "{" in name else name, self._fill(value)) for name, value in HEADERS]
        body = made.body
        if body[:1] == b"{":
            value = json.loads(body)
            for extra in BODIES:
                # The id of a session and its like stay what they are, so that the run goes on.
                value |= {name: inner for name, inner in self._filled(extra).items() if name not in value}
            if isinstance(value.get("error"), dict):
                value["error"]["message"] = self._fill("{t} was refused")
            body = json.dumps(value).encode()
        if number % 9 == 8:
            body = self._whole(WHOLE[number // 9 % len(WHOLE)])
        return Response(made.status, tuple(headers) + made.headers, body)

    def _whole(self, kind):
        text = self._fill("{t} and {e}")
        if kind.startswith("utf"):
            return text.encode(kind)
        if kind == "multipart":
            return f'--b\r\nContent-Disposition: form-data; name="{text}"\r\n\r\n{text}\r\n--b--'.encode()
        return f"<html><!--{text}--><p title='{text}'>{text}".encode() if kind == "html" else text.encode()


def contents(folder):
    """Every file below a folder, also those in archives, and what a history packs: name and bytes."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        yield path.name, path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path.name}: {name}", archive.read(name)
        if path.suffix == ".sqlite":
            with contextlib.closing(sqlite3.connect(path)) as store:
                for table, column in (("content", "payload"), ("run", "notes")):
                    for (packed,) in store.execute(f"select {column} from {table}"):
                        yield f"{path.name}: {table}", zlib.decompress(packed)


@pytest.mark.deep
def test_no_canary_of_five_thousand_is_found_anywhere(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    service = Everywhere()
    identities = [f"--identity={kind}={secret}" for kind, secret in SECRETS.items() if kind != "good"]
    place, report = str(tmp_path / "h.sqlite"), tmp_path / "run"
    with serving(service) as base:
        words = ["--target", base, "--token", SECRETS["good"], *identities]
        for seed in ("1", "2"):
            code = cli.main(
                ["run", *words, "--profile", "quick", "--seed", seed, "--report", str(report), "--history", place]
            )
            assert code in {0, 1, 3}
        cli.main(["record", "create/response.created", *words[:4], "--to", str(tmp_path / "cassettes")])
        assert cli.main(["doctor", "--target", base, "--token", SECRETS["good"]]) in {0, 2, 3}
    assert service.planted >= 5000
    record = json.loads((report / "run.json").read_text())
    broken = [entry["id"] for entry in record["clauses"] if entry["verdict"] == "fail"]
    assert broken
    # What is made of a run is made by processes that do not know its secrets.
    later = [["bundle", str(report), name, "--to", str(tmp_path / f"{at}.zip")] for at, name in enumerate(broken)]
    later += [
        ["site", str(tmp_path / "site"), "--history", place], ["history", "list", "--history", place],
        ["history", "notice", "--history", place, "--format", "markdown"],
        ["compare", str(report), str(report), "--output", str(tmp_path / "compared.html")],
        ["judge", str(report / "run.har"), "--report", str(tmp_path / "judged")],
        ["drift", "--to", str(report / "exchanges.ndjson"), "--output", str(tmp_path / "drift.md")],
    ]  # fmt: skip
    said = capfd.readouterr()
    texts = [("standard output", said.out.encode()), ("standard error", said.err.encode())]
    for command in later:
        done = subprocess.run(
            [sys.executable, "-m", "restore_conformance", *command], capture_output=True, timeout=120, check=False
        )
        assert done.returncode in {0, 1, 2, 3}, done.stderr
        texts.append((f"what {command[0]} says", done.stdout + done.stderr))
    everything = [*texts, *contents(tmp_path)]
    alive = [(name, kind) for name, raw in everything for kind, secret in SECRETS.items() if found(raw, secret)]
    print(f"{service.planted} canaries of {len(SECRETS)} secrets, {len(everything)} texts: {len(alive)} found")
    assert len([name for name, _ in everything if name.endswith(".html")]) > 20
    assert any(name.endswith("curl.sh") for name, _ in everything)
    assert alive == []
