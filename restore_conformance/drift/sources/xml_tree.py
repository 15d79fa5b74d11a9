"""Reads XML into plain nodes, with expat and every kind of entity and document type refused.

The only module that imports expat. Knows nothing of CSDL; bounded in depth and in the number of elements.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from xml.parsers import expat

from restore_conformance.drift.sources.broken import SourceBroken, shown

MAX_ELEMENTS = 300_000
"""The whole service's metadata has about 110,000; each takes some 500 bytes of memory."""
MAX_DEPTH = 64


@dataclass(slots=True)
class Node:
    """One element: local name, attributes by local name, children, and its text where it has any."""

    tag: str
    space: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)

    def all(self, tag: str) -> list[Node]:
        """The children of that local name, in order."""
        return [child for child in self.children if child.tag == tag]


class _Refused(Exception):
    """Something in the document that no metadata needs."""


class _Builder:
    """Collects nodes while expat reads; state because expat calls back."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.count = 0
        self._names: dict[str, tuple[str, str]] = {}
        self._prefixed: dict[tuple[str, ...], bool] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        known = self._names.get(name)
        if known is None:
            space, _, tag = name.rpartition(" ")
            known = self._names[name] = (tag, space)
        keys = tuple(attributes)
        prefixed = self._prefixed.get(keys)
        if prefixed is None:
            prefixed = self._prefixed[keys] = any(" " in key for key in keys)
        if prefixed:
            attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(known[0], known[1], attributes, [])
        if self.stack:
            self.stack[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.stack) >= MAX_DEPTH:
            raise _Refused("more or deeper nested elements than any metadata document has")
        self.stack.append(node)

    def end(self, _name: str) -> None:
        node = self.stack.pop()
        if node.text and node.children:
            raise _Refused(f"stray text in a {node.tag} element ({shown(node.text)!r})")

    def data(self, text: str) -> None:
        if self.stack and not text.isspace():
            self.stack[-1].text += text

    def doctype(self, *_: object) -> None:
        raise _Refused("a document type declaration (the way in for entity bombs)")

    def entity(self, *_: object) -> None:
        raise _Refused("an entity declaration")

    def external(self, *_: object) -> bool:
        raise _Refused("a reference to an external entity")


def parse(data: bytes, where: str) -> Node:
    """The root element of an XML document.

    Raises SourceBroken for text that is not well-formed, is cut short, or declares a document type.
    """
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.EntityDeclHandler = builder.entity
    parser.ExternalEntityRefHandler = builder.external
    collecting = gc.isenabled()
    gc.disable()  # a hundred thousand nodes and no cycle among them: the collector would only look at them again
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SourceBroken(
            where,
            found=f"XML that breaks off or is malformed at line {error.lineno}, column {error.offset} "
            f"({expat.ErrorString(error.code)})",
            expected="a complete, well-formed document",
        ) from None
    except _Refused as refused:
        raise SourceBroken(where, found=str(refused), expected="plain elements and attributes") from None
    except (ValueError, LookupError) as error:
        raise SourceBroken(
            where, found=f"text in an encoding that cannot be read ({error})", expected="UTF-8"
        ) from None
    finally:
        if collecting:
            gc.enable()
    if builder.root is None:
        raise SourceBroken(where, found="no element", expected="an XML document")
    return builder.root
