"""The difference between the sentences and cells of two editions, paired where they stand in the same place.

Knows fingerprints, and words where both sides have them; never what a statement means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.differences.page_boilerplate import excused
from restore_conformance.drift.sources.page_facts import PageFacts, Statement

MANY = 900
"""Above so many pairs in one place statements are paired in order and not by likeness: it would take too long."""
MOST_PAIRS = 20_000
"""The same for a whole page."""
LONGEST = 4000
"""Statements of a section, on both sides together, above which their places in it are not compared."""
WORDS = 50
"""Of a statement, by which it is compared with another one."""


def statement_changes(
    old: PageFacts, new: PageFacts, explained: set[str], clauses: Mapping[str, list[str]], where: str
) -> list[Change]:
    """Every statement reworded, lost or new; those of the facts named in `explained` are reported with the fact."""
    had = {s.fingerprint for part in old.statements.values() for s in part}
    has = {s.fingerprint for part in new.statements.values() for s in part}
    mild = Grade.INFORMATIONAL
    changes = [
        Change("page_section_removed", heading, "page", mild, mild, "R-STATEMENT", where=where)
        for heading, part in old.statements.items()
        if heading not in new.statements and any(s.fingerprint in has for s in part)
    ]
    shared = had & has
    many = MANY if len(had - has) * len(has - had) <= MOST_PAIRS else 0
    for heading in [*old.statements, *(h for h in new.statements if h not in old.statements)]:
        one = [s for s in old.statements.get(heading, ()) if _counts(s, heading, has, new, explained, clauses)]
        other = [s for s in new.statements.get(heading, ()) if _counts(s, heading, had, old, explained, {})]
        for was, now in _aligned(one, other, shared, many):
            changes.append(_statement(heading, was, now, clauses, where))
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


def _aligned(
    one: list[Statement], other: list[Statement], shared: set[str], many: int
) -> Iterator[tuple[Statement | None, Statement | None]]:
    """Pairs of a lost and a new statement that stand in the same place, and the lost and new ones that stay alone."""
    left, right = [s.fingerprint for s in one], [s.fingerprint for s in other]
    places = [("replace", 0, len(left), 0, len(right))]
    if len(left) + len(right) <= LONGEST:
        places = list(SequenceMatcher(None, left, right, autojunk=False).get_opcodes())
    for tag, i1, i2, j1, j2 in places:
        if tag == "equal":
            continue
        lost = [s for s in one[i1:i2] if s.fingerprint not in shared]
        come = [s for s in other[j1:j2] if s.fingerprint not in shared]
        ordered = 0
        while (len(lost) - ordered) * (len(come) - ordered) > many:
            ordered += 1
        yield from zip(lost[:ordered], come[:ordered], strict=True)
        lost, come = lost[ordered:], come[ordered:]
        while lost and come:
            best = max(range(len(come)), key=lambda j: (_alike(lost[0], come[j]), -j))
            if lost[0].text and _alike(lost[0], come[best]) < 0.5:
                yield lost.pop(0), None
            else:
                yield (lost.pop(0), come.pop(best if len(lost) < len(come) or (lost[:1] and lost[0].text) else 0))
        yield from ((statement, None) for statement in lost)
        yield from ((None, statement) for statement in come)


def _alike(one: Statement, other: Statement) -> float:
    if not one.text or not other.text:
        return 0.0
    return SequenceMatcher(None, _words(one), _words(other), autojunk=False).ratio()


def _words(statement: Statement) -> list[str]:
    return statement.text.casefold().split(maxsplit=WORDS)[:WORDS]


def _statement(
    heading: str, was: Statement | None, now: Statement | None, clauses: Mapping[str, list[str]], where: str
) -> Change:
    rests = tuple(clauses.get(was.fingerprint, ())) if was else ()
    grade = Grade.UNDECIDABLE if rests else Grade.INFORMATIONAL
    why = f"reading it would settle whether {', '.join(rests)} still stands" if rests else ""
    mark = (was or now or Statement("")).fingerprint
    detail: dict[str, Any] = {}
    if was:
        detail |= {"was": was.fingerprint} | ({"was_text": was.text} if was.text else {})
    if now:
        detail |= {"now": now.fingerprint, "now_text": now.text}
    word = "reworded" if was and now else ("removed" if was else "added")
    return Change(
        f"page_statement_{word}",
        f"{heading}/{mark}",
        "page",
        grade,
        grade,
        "R-STATEMENT",
        detail,
        why=why,
        clauses=rests,
        where=where,
    )
