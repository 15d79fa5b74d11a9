"""Whatever a server sends is inert in every file and in the terminal, and makes none of them large."""

import json
import re

import forms
import pytest
from markdown_it import MarkdownIt
from rendering import Page
from servers import socket_server

from restore_conformance import cli
from restore_conformance.mock import Service
from restore_conformance.reports.html import inline

TEXT = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'& \x1b[31;1mred\x1b]0;title\x07 \r\n::error::no\n"
    '##[add-mask]x ##vso[task.complete] =HYPERLINK("http://evil.example") \u202egnp.exe\u2066 \u200f\u2028\u2029\x00'
    "| a | b |\n\n# heading\n```\n````\n`code` ~~~ @everyone #123 [link](http://evil.example) "
    "<!-- --> ]]> &lt; $x$ \x85"
)
HUGE = "1" + "0" * 5000
LONG = "<b>" + "x" * 1_000_000


def everywhere(text):
    """A service that puts a text into every answer: members, names, error codes and messages, headers."""
    service = Service()
    answer = service.answer

    def hostile(asked):
        reply = answer(asked)
        if isinstance(reply.body, dict):
            if "error" in reply.body:
                reply.body["error"].update(code=text, message=text)
            else:
                reply.body.update({"status": text, "id": text, text: text, "restoreJobType": [text]})
        reply.headers |= {"x-ms-ags-diagnostic": text[:3000], "Content-Type": f"application/json;{text[:200]}"}
        return reply

    service.answer = hostile
    return service


def raw(body):
    """A service that answers every accepted create with these bytes."""
    service = Service()
    answer = service.answer

    def hostile(asked):
        reply = answer(asked)
        if asked.operation == "create":
            reply.raw = body
        return reply

    service.answer = hostile
    return service


SERVERS = {
    "text": lambda: everywhere(TEXT),
    "formula": lambda: everywhere("=1+1"),
    "line of a megabyte": lambda: everywhere(LONG),
    "not utf-8": lambda: raw(b'{"id":"\xff\xfe\x80<script>","status":"\xc3("}'),
    "not json": lambda: raw(TEXT.encode()),
    "huge numbers": lambda: raw(
        f'{{"id":{HUGE},"restoreSessionArtifactCount":{{"total":1e999,"inProgress":-{HUGE},"completed":NaN}}}}'.encode()
    ),
    "half a surrogate": lambda: raw(
        b'{"id":"\\ud800","\\udfff":1,"status":"\\ud83d","restoreJobType":"\\udc00","restoreSessionArtifactCount":"\\ud800"}'
    ),
    "deep": lambda: raw(b'{"restoreSessionArtifactCount":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "wide": lambda: raw(json.dumps({f"member-{n}-{'y' * 90}": n for n in range(20_000)}).encode()),
}


LINKS = re.compile(r"#.*|https://(learn\.microsoft\.com|www\.rfc-editor\.org)/.*|data:,")


def dangerous(tags):
    """Whatever could run or load: handlers, sources, styles, and links to anywhere else."""
    for tag, attrs in tags:
        for name, value in attrs.items():
            if (
                name.startswith("on")
                or name in {"src", "style", "srcdoc"}
                or (name == "href" and not LINKS.fullmatch(value))
            ):
                yield tag, name, value


OUR_TAGS = {
    "html", "head", "meta", "link", "title", "style", "body", "a", "header", "p", "h1", "h2", "h3", "h4", "span",
    "strong", "div", "ol", "ul", "li", "b", "dl", "dt", "dd", "code", "time", "nav", "main", "form", "label", "input",
    "select", "option", "button", "kbd", "output", "section", "article", "details", "summary", "figure", "figcaption",
    "pre", "mark", "table", "thead", "tbody", "tr", "th", "td", "small", "footer", "script", "br",
}  # fmt: skip

LATER = {"wide", "huge numbers", "formula", "line of a megabyte", "half a surrogate"}
"""Servers tried in the deep proofs alone."""


@pytest.mark.parametrize(
    "kind", [name if name not in LATER else pytest.param(name, marks=pytest.mark.deep) for name in SERVERS]
)
def test_what_a_server_sends_is_inert_everywhere(run, kind):
    some = ["--max-requests", "25"] if kind in {"line of a megabyte", "wide"} else []
    code, out, err, folder = run(*some, service=SERVERS[kind]())
    assert code in {1, 3}, out + err
    inert(folder, out, err)


def test_what_a_server_says_in_its_status_line_is_inert(tmp_path, capsys):
    def act(connection):
        with connection:
            connection.recv(65536)
            connection.sendall(
                b"HTTP/1.1 400 <script>\x1b[31m\xe2\x80\xae\r\nContent-Type: application/json\r\n"
                b"X: \x1b]0;x\x07\xff\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
            )

    with socket_server(act) as base:
        arguments = ["--token", "t0ken", "--profile", "quick", "--report", str(tmp_path), "--max-requests", "40"]
        code = cli.main(["run", "--target", f"{base}/beta", *arguments])
    said = capsys.readouterr()
    assert code in {1, 3}
    inert(tmp_path, said.out, said.err)


def inert(folder, out, err):
    """Hold every file of a report and what was printed to what may stand there."""
    for path in folder.iterdir():
        text = path.read_bytes().decode("utf-8")
        assert not forms.RAW.search(text), (path.name, forms.RAW.search(text))
    for said in (out, err):
        assert not forms.RAW.search(said)
        for one in said.splitlines():
            assert not one.lstrip().startswith(("::", "#")), one
            assert "##[" not in one
            assert "##vso[" not in one
            assert len(one) < 1000
    forms.record(folder / "run.json")
    forms.exchanges(folder / "exchanges.ndjson")
    forms.archive(folder / "run.har")
    cases = forms.junit(folder / "junit.xml").iter("testcase")
    assert all(not (case.get("name") + (case.findtext("failure") or "")).startswith("=") for case in cases)
    for name in ("run.json", "exchanges.ndjson", "run.har"):
        assert (folder / name).read_bytes().isascii()
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert len(text.encode()) < 1_000_000
    found = Page(text)
    assert found.names <= OUR_TAGS, found.names - OUR_TAGS
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert list(dangerous(found.tags)) == []
    assert f"<script>{inline('report.js')}</script>" in text
    inert_markdown((folder / "report.md").read_bytes())


OUR_HTML = re.compile(
    r"<details><summary>((\d+\. )?\S+ (must|should|observe)( \(accepted\))?: "
    r"([^<>]+ <code>[a-z/.-]+</code>|\d+ clauses of [a-z, -]+)"
    r"|Clauses by heading|\S+ \d+ clauses? (inconclusive|not tested)"
    r"|Not followed in a newer edition \(not binding\)|Seen once and not again \(not binding\))"
    r"</summary>\s*|</details>\s*"
)


def inert_markdown(raw_text):
    """Nothing but our own headings, links and tags; no cell, link or heading of a server's."""
    assert len(raw_text) < 65_536
    tokens = MarkdownIt("commonmark").enable("table").parse(raw_text.decode())
    inline = [child for token in tokens for child in token.children or []]
    for token in [*tokens, *inline]:
        if token.type in {"html_block", "html_inline"}:
            assert OUR_HTML.fullmatch(token.content), token.content
        elif token.type == "link_open":
            assert re.match(r"https://(learn\.microsoft\.com|www\.rfc-editor\.org)/", token.attrs["href"])
        elif token.type == "text":
            assert "evil" not in token.content
            assert "everyone" not in token.content
        assert token.type != "image"
    headings = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[0].endswith("Microsoft Graph Backup Storage")
    assert all(re.fullmatch(r"\d+ findings?(, by cause)?", heading) for heading in headings[1:])
    rows = "".join(token.type for token in tokens).split("tr_open")[1:]
    assert {row.count("td_open") + row.count("th_open") for row in rows} == {7}
