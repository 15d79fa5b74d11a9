"""The difference between the sentences and cells of two editions, paired where they stand in the same place.

Knows fingerprints, and words where both sides have them; never what a statement means. Statements that reach a page
through includes are known by fingerprint: Markdown without them says nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from restore_conformance.drift.change import Change
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources.page_facts import PageFacts, Statement

MANY = 900
"""Above so many pairs in one place statements are paired in order and not by likeness: it would take too long."""
MOST_PAIRS = 20_000
"""The same for a whole page."""
LONGEST = 4000
"""Statements of a section, on both sides together, above which their places in it are not compared."""
WORDS = 50
"""Characters of a statement by which it is compared with another one."""
_DISCLAIMER = frozenset({"34a989eb3e220e6b", "225485dd82b727d1", "48b5b5c7b7d951b3", "06f32f6307b89f8c"})
"""Of the beta version, which reaches a page through an include."""
_CLOUDS = frozenset({
    "2ae68d9c29618484", "9aa41b31f06ab0e1", "7af867856957aaab", "ed8fa1f8bd213c35", "0d90218077df483a",
    "1d456424c3dcb95a", "2b2966a54e4ee3c5",
})  # fmt: skip
"""The table of national clouds, an include too."""
_FROM_THE_SITE = frozenset({
    "edb465624291e405", "d9a869856393986d", "2180981690cf6b9a", "f06b3142ae661f4e", "fccafb07b6975179",
})  # fmt: skip
"""What the documentation site puts around a page, no part of any edition: what a visitor who is not signed in sees, and
the heading around the table of national clouds."""


def statement_changes(
    old: PageFacts, new: PageFacts, explained: set[str], clauses: Mapping[str, list[str]], where: str
) -> list[Change]:
    """Every statement reworded, lost or new; those of the facts named in `explained` are reported with the fact."""
    had, has = ({s.fingerprint for part in side.statements.values() for s in part} for side in (old, new))
    mild = judged("sentence")
    changes = [
        Change("page_section_removed", heading, "page", mild.grade, mild.grade, mild.rule, where=where)
        for heading, part in old.statements.items()
        if heading not in new.statements and any(s.fingerprint in has for s in part)
    ]
    many = MANY if len(had - has) * len(has - had) <= MOST_PAIRS else 0
    for heading in dict.fromkeys((*old.statements, *new.statements)):
        before = [s for s in old.statements.get(heading, ()) if _counts(s, heading, has, new, explained, clauses)]
        after = [s for s in new.statements.get(heading, ()) if _counts(s, heading, had, old, explained, {})]
        pairs = _aligned(before, after, had & has, many)
        changes += [_statement(heading, was, now, clauses, where) for was, now in pairs]
    return changes


def _counts(
    statement: Statement,
    heading: str,
    there: Iterable[str],
    side: PageFacts,
    explained: set[str],
    clauses: Mapping[str, list[str]],
) -> bool:
    """Whether a statement takes part: those both sides have stay in as anchors, explained ones drop out."""
    if statement.fingerprint in there:
        return True
    if statement.owner in explained and not clauses.get(statement.fingerprint):
        return False
    return not excused(statement.fingerprint, heading, side)


def excused(fingerprint: str, heading: str, other: PageFacts) -> bool:
    """Whether a statement that the other side lacks is missing there only because an include was not at hand."""
    included = heading == "permissions" or fingerprint in _DISCLAIMER | _CLOUDS
    return fingerprint in _FROM_THE_SITE or (heading in other.unread and included)


def _aligned(
    before: list[Statement], after: list[Statement], shared: set[str], many: int
) -> Iterator[tuple[Statement | None, Statement | None]]:
    """Pairs of a lost and a new statement that stand in the same place, and the lost and new ones without a partner."""
    left, right = [s.fingerprint for s in before], [s.fingerprint for s in after]
    places = [("replace", 0, len(left), 0, len(right))]
    if len(left) + len(right) <= LONGEST:
        places = list(SequenceMatcher(None, left, right, autojunk=False).get_opcodes())
    for tag, i1, i2, j1, j2 in places:
        if tag == "equal":
            continue
        lost = [s for s in before[i1:i2] if s.fingerprint not in shared]
        come = [s for s in after[j1:j2] if s.fingerprint not in shared]
        ordered = 0
        while (len(lost) - ordered) * (len(come) - ordered) > many:
            ordered += 1
        yield from zip(lost[:ordered], come[:ordered], strict=True)
        del lost[:ordered], come[:ordered]
        while lost and come:
            was = lost.pop(0)
            likeness, best = max((_alike(was, now), -j) for j, now in enumerate(come))
            yield was, None if was.text and likeness < 0.5 else come.pop(-best)
        yield from ((statement, None) for statement in lost)
        yield from ((None, statement) for statement in come)


def _alike(was: Statement, now: Statement) -> float:
    if not was.text or not now.text:
        return 0.0
    return SequenceMatcher(None, _words(was), _words(now), autojunk=False).ratio()


def _words(statement: Statement) -> list[str]:
    return statement.text.casefold().split(maxsplit=WORDS)[:WORDS]


def _statement(
    heading: str, was: Statement | None, now: Statement | None, clauses: Mapping[str, list[str]], where: str
) -> Change:
    rests = tuple(clauses.get(was.fingerprint, ())) if was else ()
    row = judged("sentence-rests", clauses=", ".join(rests)) if rests else judged("sentence")
    detail: dict[str, Any] = {}
    if was:
        detail |= {"was": was.fingerprint} | ({"was_text": was.text} if was.text else {})
    if now:
        detail |= {"now": now.fingerprint, "now_text": now.text}
    kind = f"page_statement_{'reworded' if was and now else 'removed' if was else 'added'}"
    path = f"{heading}/{(was or now or Statement('')).fingerprint}"
    return Change(kind, path, "page", row.grade, row.grade, row.rule, detail, why=row.why, clauses=rests, where=where)
