"""Notices as an Atom feed (RFC 4287) of the site. Knows notices and no templates."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable

from restore_conformance.history.notices import Notice
from restore_conformance.history.run_row import RunRow
from restore_conformance.records.safe_text import visible

MOST = 100
"""Entries of the feed, the latest; notices.json has them all."""
_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("6f0a1f0e-6b0b-5b1e-9a77-0c5a0b0d5c11")
"""The namespace of the ids: the same notice has the same id in every build."""


def atom(notices: list[Notice], last: RunRow, slug: Callable[[str], str]) -> bytes:
    """feed.xml: an entry for each notice, newest first; links are relative to the feed."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _text(root, "id", f"urn:uuid:{uuid.uuid5(_NAMESPACE, 'feed')}")
    _text(root, "title", "Verdicts that really changed")
    _text(root, "updated", (notices[-1].run if notices else last).when)
    _link(root, "index.html", "alternate")
    _link(root, "feed.xml", "self")
    author = ET.SubElement(root, f"{{{_ATOM}}}author")
    _text(author, "name", "graph-restore-conformance")
    for notice in notices[: -MOST - 1 : -1]:
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
        identity = (
            "\0".join((notice.kind, notice.label, notice.clause, notice.run.digest)).encode("utf-8", "replace").decode()
        )
        _text(entry, "id", f"urn:uuid:{uuid.uuid5(_NAMESPACE, identity)}")
        _text(entry, "title", notice.sentence)
        _text(entry, "updated", notice.run.when)
        _link(entry, f"clauses/{slug(notice.clause)}.html", "alternate")
        _link(entry, f"runs/{notice.run.name}.html", "related")
        _text(entry, "summary", f"{notice.says} {notice.message}".strip())
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _text(parent: ET.Element, name: str, content: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = visible(content).replace("\ufffe", "\ufffd")


def _link(parent: ET.Element, href: str, rel: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", href=href, rel=rel)
