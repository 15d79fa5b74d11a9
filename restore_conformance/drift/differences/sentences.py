"""One change as one sentence: the call or type it touches, what happened to it, and whom that breaks.

Knows changes and words; judges nothing and reads nothing. Old words of a page come from whoever kept them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.phrases import BROKEN, SAFE, TO_DO, WHAT, call, listed, plain, short
from restore_conformance.drift.rules import RULES

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
CREATE = "POST sharePointRestoreSessions"


@dataclass(frozen=True, slots=True)
class Kept:
    """Words that were kept: of sentences by fingerprint, and of clauses, in our own words, by id."""

    sentences: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)


def subject(change: Change) -> str:
    """The call or the type that a change touches."""
    if change.source == "page":
        return call(change.subject) or short(change.path.partition("/")[0])
    if change.source == "openapi" and change.path.startswith("/"):
        path, _, rest = change.path.partition(" ")
        method = rest.partition(" ")[0]
        return call(f"{method.upper()} {path}") if method in _METHODS else f"path {call(path)}"
    if change.path.startswith(("headers/", "errors/")):
        return "The service"
    operation = re.match(r"(Action|Function) (\w+)\((.*)\)$", change.path)
    if operation:
        takes = change.detail.get("overload")
        of = f"({', '.join(short(one) for one in takes)})" if takes else ""
        return f"{operation[1].lower()} {operation[2]}{of} on {short(operation[3])}"
    owner, _, member = short(change.path.partition("@")[0]).partition("/")
    return call(f"{owner}.{member.replace('/', '.')}" if member and "." not in owner else short(change.path))


def what(change: Change, kept: Kept) -> str:
    """What happened, without its subject and its final stop."""
    if change.kind.startswith("page_statement_"):
        return _statement(change, kept)
    told = WHAT.get(change.kind)
    if told is not None:
        return told(change)
    detail, says = change.detail, KINDS[change.kind].says
    if detail.get("from") is not None and detail.get("to") is not None:
        return f"{says}: it was {plain(detail['from'])} and is {plain(detail['to'])}"
    return says


def whom(change: Change) -> str:
    """Whom it breaks and why, in words."""
    rule = RULES[change.rule]
    why = f" ({change.why})" if change.why and change.grade is not Grade.UNDECIDABLE else ""
    if change.grade is Grade.BREAKING:
        ours = change.create is Grade.BREAKING
        reach = f" {CREATE} reaches it." if ours else f" Whoever only calls {CREATE} is not touched."
        reach = "" if subject(change) == CREATE else reach
        return f"Breaks {BROKEN.get(change.rule, 'clients that rely on it')}{why}.{reach}"
    if change.grade is Grade.UNDECIDABLE:
        rests = (
            f"{len(change.clauses)} clause{'s' * (len(change.clauses) > 1)} rest on it: {listed(list(change.clauses))}"
        )
        may = "May break whoever relies on what it was; the source alone does not tell."
        return f"{may} {rests}." if change.clauses else f"{may} {rule.says}"  # fmt: skip
    safe = SAFE.get(change.rule) or f"{rule.says[0].lower()}{rule.says[1:].rstrip('.')}"
    return f"Breaks nobody: {safe}{why}."


def todo(change: Change) -> str:
    """What to do about it."""
    if change.grade is Grade.BREAKING:
        return TO_DO.get(change.rule, "see whether your client relies on it")
    if change.grade is Grade.UNDECIDABLE:
        if change.clauses:
            return "read the sentence; reword, keep or retire what rests on it; then pin the page"
        return change.why or "read the source"
    return "nothing; pin accepts it" if change.grade is Grade.ADDITIVE else "nothing"


def _statement(change: Change, kept: Kept) -> str:
    heading, detail = change.path.rpartition("/")[0], change.detail
    was = detail.get("was_text") or kept.sentences.get(detail.get("was", ""))
    now = detail.get("now_text")
    ours = [kept.clauses[name] for name in change.clauses if name in kept.clauses]
    old = f'"{was}"' if was else "a sentence whose old words are not kept here"
    by_us = f" (our clause on it: {ours[0]})" if ours and not was else ""
    place = f"under {heading!r}".replace("'", '"')
    if change.kind.endswith("_added"):
        return f'{place} the page now says "{now}"'
    if change.kind.endswith("_removed"):
        return f"{place} {old} is gone{by_us.rstrip('.')}"
    return f'{place} {old} now reads "{now}"{by_us}'
