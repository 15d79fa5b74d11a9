"""The phrases of the report: for each kind of change what happened, and for each rule whom it breaks.

Turns the details of a change into words, and never shows a value as the program writes it. Judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from restore_conformance.drift.change import Change

_SERVICE = re.compile(r"/solutions/backupRestore/?")


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


def listed(names: list[str], most: int = 8) -> str:
    """Names in a row; of many the first ones and how many more there are."""
    if not names:
        return "nothing"
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def call(text: str) -> str:
    """A call without what all calls of the area have in common: `PATCH sharePointRestoreSessions/{id}`."""
    return _SERVICE.sub("", text).strip()


def _ends(change: Change) -> str:
    return f"it was {plain(change.detail.get('from'))} and is {plain(change.detail.get('to'))}"


def _with(words: str) -> Callable[[Change], str]:
    return lambda change: words.format(last=_last(change), ends=_ends(change), d=_Plain(change.detail))


def _last(change: Change) -> str:
    path = change.path.partition("@")[0]
    return short(path.rpartition("/")[2] or path).rpartition(" ")[2]


class _Plain:
    """The details of a change in words, for templates; what is missing is empty."""

    def __init__(self, detail: Mapping[str, Any]) -> None:
        self._detail = detail

    def __getattr__(self, name: str) -> str:
        return plain(self._detail[name]) if name in self._detail else ""


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


def _facet(change: Change) -> str:
    return f"{change.detail.get('facet')} changed: {_ends(change)}"


def _null(change: Change) -> str:
    return "it may now be null" if change.detail.get("to") else "it may no longer be null"


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
        f"{one[0]} was {short(one[1])} and is {short(other[1])}"
        if one[1] != other[1]
        else f"{one[0]} is held otherwise"
        for one, other in change.detail.get("params_changed") or ()
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
        parts = [f"no longer allows {listed(lost)}"] * bool(lost) + [f"also allows {listed(come)}"] * bool(come)
        return f"{where} {' and '.join(parts)}"
    if "facet" in change.detail:
        return f"{where}: {_facet(change)}"
    (was, needed), (now, needs) = change.detail["from"], change.detail["to"]
    parts = [f"was {short(was)} and is {short(now)}"] if was != now else []
    parts += [f"is {'now' if needs else 'no longer'} required"] if needed != needs else []
    return f"{where} {' and '.join(parts)}"


WHAT: dict[str, Callable[[Change], str]] = {
    "type_added": lambda c: f"the type is new, with {plain(c.detail.get('members'))}",
    "type_removed": _with("the type is gone"),
    "type_kind_changed": _with("the type is of another kind: {ends}"),
    "type_attribute_changed": _with("{d.attribute} changed: {ends}"),
    "base_type_changed": lambda c: f"it derives from {plain(c.detail['to'])} and no longer from "
    f"{plain(c.detail['from'])}",
    "property_added": _with("the property is new, {d.type}"),
    "property_removed": _with("the property is gone"),
    "property_type_changed": _with("the property has another type: {ends}"),
    "nullability_changed": _null,
    "facet_changed": _facet,
    "member_kind_changed": _with("{ends}"),
    "navigation_added": _with("the navigation is new, {d.type}"),
    "navigation_removed": _with("the navigation is gone"),
    "navigation_type_changed": _with("the navigation leads elsewhere: {ends}"),
    "navigation_containment_changed": lambda c: "the navigation "
    f"{'contains' if c.detail.get('to') else 'no longer contains'} its target",
    "enum_member_added": lambda c: "the value is new, "
    + {"before_sentinel": "before unknownFutureValue", "after_sentinel": "behind unknownFutureValue"}.get(
        str(c.detail.get("position")), "in an enumeration without unknownFutureValue"
    ),
    "enum_member_removed": _with("the value is gone"),
    "enum_value_changed": _with("the value has another number: {ends}"),
    "enum_reordered": lambda c: "its values stand in another order"
    + (f", and {plain(c.detail['crossed'])} crossed unknownFutureValue" if c.detail.get("crossed") else ""),
    "enum_flags_changed": lambda c: f"it is {'now' if c.detail.get('to') else 'no longer'} a set of flags",
    "action_added": _with("the action is new"),
    "action_removed": _with("the action is gone"),
    "action_signature_changed": _signature,
    "function_added": _with("the function is new"),
    "function_removed": _with("the function is gone"),
    "function_signature_changed": _signature,
    "annotation_added": _annotation,
    "annotation_removed": _annotation,
    "annotation_changed": _annotation,
    "path_added": lambda c: f"the path is new, with {listed([m.upper() for m in c.detail.get('methods', ())])}",
    "path_removed": _with("the path is gone"),
    "method_added": _with("the method is new"),
    "method_removed": _with("the method is gone"),
    "path_parameter_renamed": lambda c: f"its placeholders have other names: {call(c.detail['to'])}",
    "parameter_added": _parameter,
    "parameter_removed": _parameter,
    "parameter_changed": _parameter,
    "parameter_values_changed": _parameter,
    "request_body_changed": _inside,
    "response_type_changed": _inside,
    "response_added": _with("the status {last} is documented"),
    "response_removed": _with("the status {last} is no longer documented"),
    "response_range_changed": lambda c: f"the status {c.detail['from']} is written as {c.detail['to']}",
    "media_type_added": _with("the media type {last} is new"),
    "media_type_removed": _with("the media type {last} is gone"),
    "page_method_changed": _with("the method changed: {ends}"),
    "page_path_changed": lambda c: "the address changed: it was "
    f"{call(c.detail['from'])} and is {call(c.detail['to'])}",
    "page_path_renamed": lambda c: f"its placeholders have other names: {call(c.detail['to'])}",
    "page_path_added": _with("one more address is documented"),
    "page_path_removed": _with("an address is no longer documented"),
    "page_namespace_changed": _with("the namespace changed: {ends}"),
    "page_status_changed": lambda c: ("an example shows another status: " if "/" in c.path and not c.path[0].isupper()
    else "the status of success changed: ") + _ends(c),
    "page_result_changed": _with("the answer is of another type: {ends}"),
    "page_header_added": lambda c: f"the header {_last(c)} is new{' and required' if c.detail.get('required') else ''}",
    "page_header_removed": _with("the header {last} is no longer listed"),
    "page_header_changed": lambda c: f"the header {_last(c)} changed: {_ends(c)}",
    "page_permission_added": _with("the permission {last} is listed"),
    "page_permission_removed": _with("the permission for {last} is no longer listed"),
    "page_permission_changed": lambda c: f"the least privileged permission for {_last(c)} callers changed: {_ends(c)}",
    "page_cloud_added": _with("it reached the cloud {last}"),
    "page_cloud_removed": _with("it left the cloud {last}"),
    "page_property_added": lambda c: f"the property {_last(c)} ({plain(c.detail.get('type'))}) is listed"
    + (" as required" if c.detail.get("required") else ""),
    "page_property_removed": _with("the property {last} is no longer listed"),
    "page_property_type_changed": _with("the property {last} has another type: {ends}"),
    "page_property_required_changed": lambda c: f"the property {_last(c)} is "
    f"{'now' if c.detail.get('to') else 'no longer'} called required",
    "page_property_values_changed": _with("the property {last} lists other values: {ends}"),
    "page_property_default_changed": _with("the property {last} has another default: {ends}"),
    "page_property_condition_changed": _with("the property {last} applies under other conditions"),
    "page_error_added": _error,
    "page_error_removed": _with("the error {last} is no longer listed"),
    "page_error_changed": lambda c: f"the error {c.detail.get('code') or _last(c)} has status {plain(c.detail['to'])}; "
    f"it was {plain(c.detail['from'])}",
    "page_error_reworded": lambda c: f'the error {_last(c)} reads "{c.detail["to"]}", '
    f'where it read "{c.detail["from"]}"',
    "page_error_table_added": _with("its errors are listed now"),
    "page_error_table_removed": _with("its errors are no longer listed"),
    "page_example_added": _with("an example is new: {last}"),
    "page_example_removed": _with("an example is gone: {last}"),
    "page_example_changed": _with("an example shows another value at {last}: {ends}"),
    "page_example_member_added": lambda c: f"an example shows {_last(c)} in its {c.detail.get('in')}",
    "page_example_member_removed": lambda c: f"no example shows {_last(c)} in its {c.detail.get('in')} any more",
    "page_section_removed": lambda c: f'the heading "{c.path}" is gone, and its sentences stand elsewhere',
    "behaviour_member_undocumented": _with("the service returned it, and no document declares it"),
    "behaviour_enum_member_undocumented": _with("the service returned the value, and no document declares it"),
    "behaviour_type_undocumented": lambda c: f"the service returned {c.detail.get('json')} where "
    f"{short(str(c.detail.get('declared')))} is declared",
    "behaviour_code_undocumented": _with("used the error code {last}, which no document names"),
    "behaviour_status_undocumented": _with("the service answered {d.status}, which no document names"),
    "behaviour_header_undocumented": _with("sent the header {last}, which it was not known to send"),
    "behaviour_member_unseen": _with("declared, and not returned in these exchanges"),
    "behaviour_enum_member_unseen": _with("declared, and not returned in these exchanges"),
    "behaviour_code_unseen": _with("did not use the documented code {last} in these exchanges"),
    "behaviour_status_unseen": _with("the documented status was not returned in these exchanges"),
}  # fmt: skip

BROKEN: dict[str, str] = {
    "G-REMOVE": "clients that send, read or call it",
    "G-TYPE": "clients that send or read it as it was",
    "G-ADDNN": "clients that send the type without it",
    "G-ADDENUM-BEFORE": "clients with a closed list of values: they meet one they do not know",
    "G-ENUM-REMOVED": "clients that send the value or compare with it",
    "G-ENUM-CROSS-DOWN": "clients that wait for the value: they are now given unknownFutureValue",
    "G-ENUM-CROSS-UP": "clients with a closed list of values: they meet one they do not know",
    "G-SIG": "callers of the operation as it was",
    "G-NULL-TIGHT": "clients that leave it out or send null",
    "G-NULL-LOOSE": "clients that rely on a value in the answer",
    "G-BASE": "clients that use the members it lost, or send it without those it gained",
    "G-ABSTRACT": "clients that send the type without naming a concrete one",
    "R-KIND": "clients that send or read it in its old form",
    "R-OPEN": "clients that send or read undeclared members of it",
    "R-FACET": "clients that send what the old limit allowed",
    "R-FLAGS": "clients that send or read it as one name, or as several",
    "R-STATUS": "clients that compare with the old status or code",
    "R-ADDRESS": "every caller of the old address",
    "R-HEADER": "callers that do not send the header so",
    "R-PERMISSION": "callers that hold only what was enough before",
    "R-CLOUD": "callers in that cloud",
    "R-REQUIRED": "callers that leave it out",
    "R-VALUES": "clients that send the old value, or rely on the old default",
}

TO_DO: dict[str, str] = {
    "G-REMOVE": "see whether your client sends, reads or calls it, and take it out",
    "G-TYPE": "send it in the new type, and read both",
    "G-ADDNN": "send it, or see in a live run whether the service fills it in",
    "G-ADDENUM-BEFORE": "treat a value that you do not know like unknownFutureValue",
    "G-ENUM-REMOVED": "stop sending the value, and do not wait for it",
    "G-ENUM-CROSS-DOWN": "send Prefer: include-unknown-enum-members, or treat unknownFutureValue like it",
    "G-ENUM-CROSS-UP": "treat a value that you do not know like unknownFutureValue",
    "G-SIG": "call it as it is declared now",
    "G-NULL-TIGHT": "always send a value",
    "G-NULL-LOOSE": "read null as well",
    "G-BASE": "see whether your client uses what the type lost, and send what it gained",
    "G-ABSTRACT": "name a concrete type with @odata.type",
    "R-KIND": "send and read it in its new form",
    "R-OPEN": "send and read declared members only",
    "R-FACET": "keep to the new limit",
    "R-FLAGS": "write and read names joined by commas",
    "R-STATUS": "accept the new status beside the old one",
    "R-ADDRESS": "call the new address",
    "R-HEADER": "send the header as it is asked for now",
    "R-PERMISSION": "ask the administrator for the permission that is listed now",
    "R-CLOUD": "do not call it in that cloud",
    "R-REQUIRED": "send it",
    "R-VALUES": "send a value that is still listed, and say what was the default",
}

SAFE: dict[str, str] = {
    "R-STATEMENT": "no clause rests on the sentence",
    "R-EXAMPLE": "an example only illustrates",
    "R-SEEN": "clients ignore members and headers that they do not know",
    "R-UNSEEN": "a few exchanges prove nothing",
    "R-ERRORCODE": "by the policy a changed error code is compatible, though the design guideline disagrees",
    "G-NULL-TIGHT": "only what is returned gains a guarantee",
    "G-NULL-LOOSE": "clients may now send null",
    "R-VALUES": "nobody has to send the new value",
    "R-PERMISSION": "what was enough before still is",
    "R-REQUIRED": "nobody has to send it any more",
    "R-REQUIRED-EITHER": "it is asked of those alone who do not send the other collection",
    "R-FACET": "what was accepted before still is",
}
"""Why a change that is additive or informational breaks nobody, where the rule's own sentence does not say it."""
