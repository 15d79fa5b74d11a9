"""One change as one sentence: the call or type it touches, what happened to it, whom that breaks, and what to do.

Turns the details of a change into words, and never shows a value as the program writes it; what needs no more than
that stands in the tables of kinds and rules. Judges nothing and reads nothing. Old words of a page are given by
the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from restore_conformance.contract.workload import AREA, SESSIONS
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.kinds import KINDS
from restore_conformance.drift.rules import RULES
from restore_conformance.drift.sources.metadata import METHODS
from restore_conformance.spelling import counted, listed

_AREA = re.compile(rf"{AREA}/?")
CREATE = f"POST {SESSIONS}"


def plain(value: Any) -> str:
    """A value in words: no quotes around lists, no names of namespaces, no `None`."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return listed([plain(item) for item in value])
    return short(str(value))


def short(text: str) -> str:
    """Names without their namespaces: `Collection(microsoft.graph.restorePoint)` is a collection of restorePoint."""
    text = re.sub(r"Collection\(([^()]*)\)", r"a collection of \1", text)
    return re.sub(r"\b(?:microsoft\.graph|Edm)\.(?=\w)", "", text)


def call(text: str) -> str:
    """A call without what all calls of the area have in common: `PATCH sharePointRestoreSessions/{id}`."""
    return _AREA.sub("", text).strip()


@dataclass(frozen=True, slots=True)
class Texts:
    """Stored texts: of sentences by fingerprint, and of clauses, in the suite's words, by id."""

    sentences: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)


def subject(change: Change) -> str:
    """The call or the type that a change touches."""
    if change.source == "page":
        return call(change.subject) or short(change.path.partition("/")[0])
    if change.source == "openapi" and change.path.startswith("/"):
        path, _, rest = change.path.partition(" ")
        method = rest.partition(" ")[0]
        return call(f"{method.upper()} {path}") if method in METHODS else f"path {call(path)}"
    if change.path.startswith(("headers/", "errors/")):
        return "The service"
    operation = re.match(r"(Action|Function) (\w+)\((.*)\)$", change.path)
    if operation:
        takes = change.detail.get("overload")
        of = f"({', '.join(short(name) for name in takes)})" if takes else ""
        return f"{operation[1].lower()} {operation[2]}{of} on {short(operation[3])}"
    owner, _, member = short(change.path.partition("@")[0]).partition("/")
    return call(f"{owner}.{member.replace('/', '.')}" if member and "." not in owner else short(change.path))


def what(change: Change, texts: Texts) -> str:
    """What happened, without its subject and its final stop."""
    if change.kind.startswith("page_statement_"):
        return _statement(change, texts)
    phrase = _PHRASES.get(change.kind)
    if phrase is not None:
        return phrase(change)
    says = KINDS[change.kind].says.format_map(_Words(change))
    return f"{says}: {_ends(change)}" if change.kind.endswith("_changed") else says


class _Words(dict[str, str]):
    """The details of a change in words, by name, and its `path` and `last` part; what is missing is empty."""

    def __init__(self, change: Change) -> None:
        details = {name: plain(value) for name, value in change.detail.items()}
        super().__init__(details, path=change.path, last=_last(change))

    def __missing__(self, name: str) -> str:
        return ""


def whom(change: Change) -> str:
    """Whom it breaks and why, in words."""
    rule = RULES[change.rule]
    why = f" ({change.why})" if change.why and change.grade is not Grade.UNDECIDABLE else ""
    if change.grade is Grade.BREAKING:
        in_create = change.create is Grade.BREAKING
        reach = f" {CREATE} reaches it." if in_create else f" Whoever only calls {CREATE} is not touched."
        reach = "" if subject(change) == CREATE else reach
        return f"Breaks {rule.breaks}{why}.{reach}"
    if change.grade is Grade.UNDECIDABLE:
        rests = counted(len(change.clauses), "clause rests", "clauses rest")
        rests += f" on it: {listed(list(change.clauses))}"
        may = "May break whoever relies on what it was; the source alone does not tell."
        return f"{may} {rests}." if change.clauses else f"{may} {rule.says}"  # fmt: skip
    return f"Breaks nobody: {rule.safe}{why}."


def todo(change: Change) -> str:
    """What to do about it."""
    if change.grade is Grade.BREAKING:
        return RULES[change.rule].todo
    if change.grade is Grade.UNDECIDABLE:
        if change.clauses:
            return "read the sentence; reword, keep or retire what rests on it; then pin the page"
        return change.why or "read the source"
    return "nothing; pin accepts it" if change.grade is Grade.ADDITIVE else "nothing"


def _statement(change: Change, texts: Texts) -> str:
    heading, detail = change.path.rpartition("/")[0], change.detail
    was = detail.get("was_text") or texts.sentences.get(detail.get("was", ""))
    now = detail.get("now_text")
    clauses = [texts.clauses[name] for name in change.clauses if name in texts.clauses]
    old = f'"{was}"' if was else "a sentence whose old words are not stored here"
    by_us = f" (our clause on it: {clauses[0]})" if clauses and not was else ""
    place = f"under {heading!r}".replace("'", '"')
    if change.kind.endswith("_added"):
        return f'{place} the page now says "{now}"'
    if change.kind.endswith("_removed"):
        return f"{place} {old} is gone{by_us.rstrip('.')}"
    return f'{place} {old} now reads "{now}"{by_us}'


def _ends(change: Change) -> str:
    return f"it was {plain(change.detail.get('from'))} and is {plain(change.detail.get('to'))}"


def _last(change: Change) -> str:
    path = change.path.partition("@")[0]
    return short(path.rpartition("/")[2] or path).rpartition(" ")[2]


def _inside(change: Change) -> str:
    """A difference inside a body, by where it stands in it."""
    inside = change.path.rpartition(" /")[2] if " /" in change.path else ""
    of = f"`{inside}`" if inside else ("the body" if change.kind == "request_body_changed" else "the answer")
    side = "request" if change.kind == "request_body_changed" else "answer"
    detail = change.detail
    if detail.get("from") == "absent":
        return f"the {side} may hold {of}, {short(plain(detail['to']))}"
    if detail.get("to") == "absent":
        return f"the {side} no longer holds {of}"
    limit = f" the {detail['facet']}" if "facet" in detail else ""
    return f"in the {side} {of} changed{limit}: {_ends(change)}"


def _renamed(change: Change) -> str:
    return f"its placeholders have other names: {call(change.detail['to'])}"


def _annotation(change: Change) -> str:
    target, _, term = change.path.partition("@")
    word = {"added": "was added", "removed": "was removed", "changed": "changed"}[change.kind.rpartition("_")[2]]
    return f"the annotation {term.rpartition('.')[2]} of {short(target).replace('/', '.')} {word}"


def _signature(change: Change) -> str:
    parts: list[str] = []
    for key, words in (("params_added", "takes"), ("params_removed", "no longer takes")):
        names = [f"{row[0]} ({short(row[1])})" for row in change.detail.get(key) or ()]
        parts += [f"{words} {listed(names)}"] if names else []
    parts += [
        f"{was[0]} was {short(was[1])} and is {short(now[1])}" if was[1] != now[1] else f"{was[0]} is held otherwise"
        for was, now in change.detail.get("params_changed") or ()
    ]
    returns = change.detail.get("returns")
    parts += [f"returns {plain(returns[1])} where it returned {plain(returns[0])}"] if returns else []
    return "it " + ("; it ".join(parts) if parts else "is declared otherwise")


def _error(change: Change) -> str:
    detail = change.detail
    named = detail.get("code") or plain(detail.get("about"))
    return f"an error {detail.get('status')} is documented for {named}" + (
        f" ({detail['condition'][0].lower()}{detail['condition'][1:]})" if detail.get("condition") else ""
    )


def _parameter(change: Change) -> str:
    place, name = change.path.split(" ")[-2:]
    where = f"the {place} parameter {name}"
    if change.kind == "parameter_added":
        return f"{where} is new{' and required' if change.detail.get('required') else ''}"
    if change.kind == "parameter_removed":
        return f"{where} is gone"
    if change.kind == "parameter_values_changed":
        was, now = change.detail["from"], change.detail["to"]
        lost, come = [v for v in was if v not in now], [v for v in now if v not in was]
        parts = [f"no longer allows {listed(lost)}"] * bool(lost)
        parts += [f"also allows {listed(come)}"] * bool(come)
        return f"{where} {' and '.join(parts)}"
    if "facet" in change.detail:
        return f"{where}: {change.detail['facet']} changed: {_ends(change)}"
    (was, needed), (now, needs) = change.detail["from"], change.detail["to"]
    parts = [f"was {short(was)} and is {short(now)}"] if was != now else []
    parts += [f"is {'now' if needs else 'no longer'} required"] if needed != needs else []
    return f"{where} {' and '.join(parts)}"


_PHRASES: dict[str, Callable[[Change], str]] = {
    **dict.fromkeys(("action_signature_changed", "function_signature_changed"), _signature),
    **dict.fromkeys(("annotation_added", "annotation_removed", "annotation_changed"), _annotation),
    **dict.fromkeys((f"parameter_{what}" for what in ("added", "removed", "changed", "values_changed")), _parameter),
    **dict.fromkeys(("request_body_changed", "response_type_changed"), _inside),
    **dict.fromkeys(("path_parameter_renamed", "page_path_renamed"), _renamed),
    "page_property_condition_changed": lambda c: f"the property {_last(c)} applies under other conditions",
    "type_added": lambda c: f"the type is new, with {plain(c.detail.get('members'))}",
    "base_type_changed": lambda c: f"it derives from {plain(c.detail['to'])} and no longer from "
    f"{plain(c.detail['from'])}",
    "nullability_changed": lambda c: f"it may {'now' if c.detail.get('to') else 'no longer'} be null",
    "navigation_containment_changed": lambda c: "the navigation "
    f"{'contains' if c.detail.get('to') else 'no longer contains'} its target",
    "enum_member_added": lambda c: "the value is new, "
    + {"before_sentinel": "before unknownFutureValue", "after_sentinel": "behind unknownFutureValue"}.get(
        str(c.detail.get("position")), "in an enumeration without unknownFutureValue"
    ),
    "enum_reordered": lambda c: "its values stand in another order"
    + (f", and {plain(c.detail['crossed'])} crossed unknownFutureValue" if c.detail.get("crossed") else ""),
    "enum_flags_changed": lambda c: f"it is {'now' if c.detail.get('to') else 'no longer'} a set of flags",
    "path_added": lambda c: f"the path is new, with {listed([m.upper() for m in c.detail.get('methods', ())])}",
    "response_range_changed": lambda c: f"the status {c.detail['from']} is written as {c.detail['to']}",
    "page_path_changed": lambda c: "the address changed: it was "
    f"{call(c.detail['from'])} and is {call(c.detail['to'])}",
    "page_status_changed": lambda c: ("an example shows another status: " if "/" in c.path and not c.path[0].isupper()
    else "the status of success changed: ") + _ends(c),
    "page_header_added": lambda c: f"the header {_last(c)} is new{' and required' if c.detail.get('required') else ''}",
    "page_property_added": lambda c: f"the property {_last(c)} ({plain(c.detail.get('type'))}) is listed"
    + (" as required" if c.detail.get("required") else ""),
    "page_property_required_changed": lambda c: f"the property {_last(c)} is "
    f"{'now' if c.detail.get('to') else 'no longer'} called required",
    "page_error_added": _error,
    "page_error_changed": lambda c: f"the error {c.detail.get('code') or _last(c)} has status {plain(c.detail['to'])}; "
    f"it was {plain(c.detail['from'])}",
    "page_error_reworded": lambda c: f'the error {_last(c)} reads "{c.detail["to"]}", '
    f'where it read "{c.detail["from"]}"',
}  # fmt: skip
