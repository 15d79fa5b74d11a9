"""Reads XML into elements with local names, bounded in depth and number; document types, and so entities, are refused.

The standard library's parser reports a document type to its target before anything in it is read. Knows no CSDL.
"""

from __future__ import annotations

import gc
import xml.etree.ElementTree as ET

from restore_conformance.drift.sources.broken import SourceBroken, shown

Element = ET.Element
MAX_ELEMENTS = 300_000
"""The whole service's metadata has about 110,000; each takes some 500 bytes of memory."""
MAX_DEPTH = 64
_PIECE = 1 << 16


class _Refused(Exception):
    """Something in the document that no metadata needs."""


class _Builder(ET.TreeBuilder):
    """Builds the tree within bounds; the root keeps the namespace in its name."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._elements += 1
        self._depth += 1
        if self._elements > MAX_ELEMENTS or self._depth > MAX_DEPTH:
            raise _Refused("more or deeper nested elements than any metadata document has")
        if "}" in "".join(attrs):
            attrs = {name.rpartition("}")[2]: value for name, value in attrs.items()}
        return super().start(tag.rpartition("}")[2] if self._elements > 1 else tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, *_: object) -> None:
        raise _Refused("a document type declaration (the way in for entity bombs)")


def parse(data: bytes, where: str) -> Element:
    """The root element of an XML document.

    Raises SourceBroken for text that is not well-formed, is cut short, or declares a document type.
    """
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - refuses document types, and counts
    collecting = gc.isenabled()
    gc.disable()  # a hundred thousand elements and no cycle among them: the collector would only look at them again
    try:
        for start in range(0, len(data), _PIECE):  # so that what follows a refusal is not parsed
            parser.feed(data[start : start + _PIECE])
        root: Element = parser.close()
    except ET.ParseError as error:
        raise SourceBroken(
            where, f"XML that breaks off or is malformed ({error})", "a complete, well-formed document"
        ) from None
    except _Refused as refused:
        raise SourceBroken(where, str(refused), "plain elements and attributes") from None
    except (ValueError, LookupError) as error:
        raise SourceBroken(where, f"text in an encoding that cannot be read ({error})", "UTF-8") from None
    finally:
        if collecting:
            gc.enable()
    for element in root.iter():
        stray = "".join([element.text or "", *(child.tail or "" for child in element)]) if len(element) else ""
        if stray and not stray.isspace():
            name = element.tag.rpartition("}")[2]
            raise SourceBroken(
                where, f"stray text in a {name} element ({shown(stray)!r})", "plain elements and attributes"
            )
    return root
