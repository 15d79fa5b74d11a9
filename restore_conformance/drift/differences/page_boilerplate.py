"""Statements that reach a page through includes, by fingerprint: markdown without them says nothing else.

Knows fingerprints only; the sentences are the vendor's.
"""

from __future__ import annotations

from restore_conformance.drift.sources.page_facts import PageFacts

_FROM_INCLUDES = frozenset(
    {
        # the disclaimer of the beta version
        "34a989eb3e220e6b", "225485dd82b727d1", "48b5b5c7b7d951b3", "06f32f6307b89f8c",
        # the table of national clouds
        "2ae68d9c29618484", "9aa41b31f06ab0e1", "7af867856957aaab", "ed8fa1f8bd213c35", "0d90218077df483a",
        "1d456424c3dcb95a", "2b2966a54e4ee3c5",
    }
)  # fmt: skip
_FROM_THE_SITE = frozenset(
    {
        # what a visitor who is not signed in sees
        "edb465624291e405", "d9a869856393986d", "2180981690cf6b9a", "f06b3142ae661f4e",
        # the heading around the table of national clouds
        "fccafb07b6975179",
    }
)  # fmt: skip
"""What the documentation site puts around a page; no part of any edition."""
_TABLES = frozenset({"permissions"})


def excused(fingerprint: str, heading: str, other: PageFacts) -> bool:
    """Whether a statement that the other side lacks is missing there only because an include was not at hand."""
    if fingerprint in _FROM_THE_SITE:
        return True
    if heading not in other.unread:
        return False
    return fingerprint in _FROM_INCLUDES or heading in _TABLES
