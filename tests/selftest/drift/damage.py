"""Damages sound sources in many ways. Each copy must be reported as a broken source or as drift, never as nothing."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator

HTML = "<!DOCTYPE html>\n<html><head><title>Sign in to your account</title></head><body><p>POST /x</p></body></html>"
BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>\n<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">&c;</edmx:Edmx>'
)
EXTERNAL = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n<x>&e;</x>'
ALIASES = "openapi: 3.0.4\nx: &a [1, 1, 1]\ny: &b [*a, *a, *a]\nz: [*b, *b, *b]\npaths: {}\n"
CUTS = 60

Damaged = tuple[str, str, bytes]
"""Kind of damage, its name, the bytes."""


def everywhere(data: bytes, others: dict[str, bytes]) -> Iterator[Damaged]:
    """Damages that any source can suffer; `others` are sound sources of other kinds."""
    yield "empty", "no byte", b""
    yield "blank", "white space", b" \n\t\n"
    yield "blank", "a byte order mark", b"\xef\xbb\xbf"
    for number in range(1, CUTS):
        at = len(data) * number // CUTS
        yield "cut short", f"cut at {number}/{CUTS}", data[:at]
    for number in range(1, 12):
        yield "head lost", f"starts at {number}/12", data[len(data) * number // 12 :]
    yield "web page", "HTML instead", HTML.encode()
    yield "web page", "HTML before it", HTML.encode() + data
    yield "packed", "gzip", gzip.compress(data)
    yield "packed", "zip", b"PK\x03\x04" + data
    for seed in range(5):
        noise = random.Random(seed)
        yield "noise", f"random bytes {seed}", noise.randbytes(2000)
        at = noise.randrange(10, len(data) - 10)
        yield "NUL bytes", f"NUL at {at}", data[:at] + b"\x00\x00" + data[at:]
        yield "no UTF-8", f"Latin-1 at {at}", data[:at] + b"\xff\xfe\xe9" + data[at:]
    yield "encoding", "UTF-16 without a mark", data.decode().encode("utf-16-le")
    yield "error answer", "an error in JSON", b'{"error": {"code": "TooManyRequests", "message": "m"}}'
    yield "error answer", "an error in text", b"upstream connect error or disconnect/reset before headers\n"
    for value in (b"null", b"[]", b"{}", b"0", b'"text"'):
        yield "other JSON", value.decode(), value
    for name, other in others.items():
        yield "another source", name, other
    yield "bomb", "entities", BOMB.encode()
    yield "bomb", "an external entity", EXTERNAL.encode()
    yield "bomb", "YAML aliases", ALIASES.encode()
    yield "too deep", "nested JSON", b"[" * 5000 + b"]" * 5000
    yield "too deep", "nested objects", b'{"a":' * 5000 + b"1" + b"}" * 5000
    yield "too deep", "nested XML", b"<edmx:Edmx>" * 5000


def metadata(text: str) -> Iterator[Damaged]:
    """Damages of a metadata document."""
    lines = text.splitlines(keepends=True)
    graph = re.compile(r'(<Schema Namespace="microsoft.graph"[^>]*>).*?(</Schema>)', re.DOTALL)
    kinds = re.findall(r"      <(?:Entity|Complex)Type.*?</(?:Entity|Complex)Type>\n", text, re.DOTALL)
    member = '<Member Name="new" Value="0" />'
    base = '<EntityType Name="entity" {}>'
    yield "wrong root", "a feed", b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"/>'
    for tag in ("Property", "Member"):
        yield "members lost", f"every {tag}", "".join(line for line in lines if f"<{tag} " not in line).encode()
    head, end = text.index("<EntityType"), text.index("</Schema>")
    yield "members lost", "all entity types", (text[:head] + text[end:]).encode()
    yield "members lost", "all types", graph.sub(r"\1\2", text, count=1).encode()
    for share in (2, 3):
        thinned = text
        for number, kind in enumerate(kinds):
            if number % share:
                thinned = thinned.replace(kind, "", 1)
        yield "members lost", f"all but every {share}nd type", thinned.encode()
    for sort, name, old, new in (
        ("wrong root", "an old version", "docs.oasis-open.org/odata/ns/edmx", "schemas.microsoft.com/ado/2007/06/edmx"),
        ("its own base", "entity", base.format('Abstract="true"'), base.format('BaseType="graph.restorePoint"')),
    ):
        yield sort, name, text.replace(old, new).encode()
    for sort, name, old, new in (
        ("declared twice", "a type", kinds[0], kinds[0] + kinds[0].replace("Edm.String", "Edm.Guid")),
        ("declared twice", "a member", member, member + member.replace("0", "5")),
        ("no value", "a type without a name", 'Name="restorePoint"', ""),
        ("no value", "a member without a type", ' Type="Edm.String"', ""),
        ("no value", "a number that is none", 'Value="0"', 'Value="zero"'),
        ("no value", "a schema without a namespace", 'Namespace="microsoft.graph"', ""),
    ):
        yield sort, name, text.replace(old, new, 1).encode()


def openapi(text: str) -> Iterator[Damaged]:
    """Damages of an OpenAPI document."""

    def without(pattern: str, kept: str) -> bytes:
        return re.sub(pattern, kept, text, flags=re.DOTALL).encode()

    lost, schemas = "members lost", r"  schemas:\n.*?  responses:"
    properties = re.sub(r"^( +)properties:\n(?:\1 .*\n)+", "", text, flags=re.MULTILINE)
    yield "wrong version", "2.0", text.replace("openapi: 3.0.4", "swagger: '2.0'").encode()
    yield "wrong version", "none", text.replace("openapi: 3.0.4\n", "").encode()
    yield lost, "no components", text[: text.index("components:")].encode()
    yield lost, "no paths", without(r"paths:\n.*?components:", "components:")
    yield lost, "no schemas", without(schemas, "  responses:")
    yield lost, "empty schemas", without(schemas, "  schemas:\n  responses:")
    yield lost, "no properties", properties.encode()
    yield "declared twice", "the document", (text + text).encode()
    yield "spoiled", "a tab", text.replace("    get:", "\tget:", 1).encode()
    yield "spoiled", "a quote", text.replace("$ref: '", "$ref: ", 3).encode()


def page(text: str) -> Iterator[Damaged]:
    """Damages of a documentation page."""
    tables = "\n".join(line for line in text.split("\n") if not line.startswith("|"))
    answer = re.sub(r"(\n(?:## )?Response\n).*?(\n(?:## )?Examples\n)", r"\2", text, flags=re.DOTALL)
    other = text.replace("sharePointRestoreSession", "exchangeRestoreSession")
    yield "sections lost", "no request line", text.replace("POST /solutions", "Post it to /solutions").encode()
    yield "sections lost", "no tables", tables.encode()
    yield "sections lost", "no answer", answer.encode()
    yield "another page", "of another operation", other.encode()
    yield "another page", "not found", b"# 404 - Page not found\n\nThe page you asked for is not here.\n"
    yield "half an example", "no answers", re.sub(r"HTTP/1.1 201 Created", "", text).encode()


def behaviour(text: str) -> Iterator[Damaged]:
    """Damages of a recording."""
    whole = json.loads(text)
    for name, value in (
        ("no log", {}),
        ("no entries", {"log": {}}),
        ("no list", {"log": {"entries": "x"}}),
        ("an empty list", {"log": {"entries": []}}),
        ("entries of text", {"log": {"entries": ["x"]}}),
        ("entries of null", {"log": {"entries": [None]}}),
        ("no request", {"log": {"entries": [{"response": {"status": 201}}]}}),
        ("no address", {"log": {"entries": [{"request": {"method": "POST"}}]}}),
    ):
        yield "not a recording", name, json.dumps(value).encode()
    for status in ("x", 20, 9000, None, [201]):
        whole["log"]["entries"][0]["response"]["status"] = status
        yield "no status", str(status), json.dumps(whole).encode()
    yield "other traffic", "another service", text.replace("backupRestore", "elsewhere").encode()
