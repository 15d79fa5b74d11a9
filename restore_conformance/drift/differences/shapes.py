"""The difference between what two bodies may hold, whatever they are called and wherever they are written out.

A body may be a named type or an object written out in its place; only what stands inside is on the wire. Named types
that both sides name alike are compared elsewhere, member by member, and end the search here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from restore_conformance.drift.change import Grade, Judged
from restore_conformance.drift.differences.members import facet_changes
from restore_conformance.drift.sources.api import Api
from restore_conformance.drift.sources.metadata import Member, TypeFacts, bare

Difference = tuple[str, dict[str, Any], Judged]
"""Where inside the body (`/value/name`), what it was and is, and the judgement."""
MAX_DEPTH = 24


@dataclass(frozen=True, slots=True)
class Body:
    """A type where it is used; `sent` for what a client writes, else what it reads."""

    api: Api
    type: str
    sent: bool

    @property
    def facts(self) -> TypeFacts | None:
        """The declaration of the type, or None for one that nothing declares."""
        name = bare(self.type)
        return self.api.inline.get(name) or self.api.metadata.types.get(name)

    @property
    def named(self) -> bool:
        """Whether the type has a name of its own."""
        return bare(self.type) in self.api.metadata.types

    def members(self) -> Mapping[str, Member]:
        """All members, inherited ones too."""
        facts, found = self.facts, dict[str, Member]()
        seen: set[str] = set()
        while facts is not None and facts.name not in seen:
            seen.add(facts.name)
            found = {**facts.members, **found}
            facts = self.api.metadata.types.get(facts.base or "")
        return found

    def inside(self, member: Member) -> Body:
        """What a member holds."""
        return Body(self.api, member.type, self.sent)


def equal(was: Body, now: Body) -> bool:
    """Whether two bodies hold the same."""
    return next(differences(was, now), None) is None


def differences(was: Body, now: Body, at: str = "", depth: int = 0) -> Iterator[Difference]:
    """Every difference inside two bodies."""
    if (was.type == now.type and was.named and now.named) or depth > MAX_DEPTH:
        return
    if was.type.startswith("Collection(") != now.type.startswith("Collection("):
        yield at, {"from": was.type, "to": now.type}, Judged(Grade.BREAKING, "G-TYPE")
        return
    one, other = was.facts, now.facts
    if one is None or other is None:
        if bare(was.type) != bare(now.type):
            yield at, {"from": _said(was), "to": _said(now)}, _retyped(was, now)
    elif one.is_enum != other.is_enum:
        yield at, {"from": _said(was), "to": _said(now)}, Judged(Grade.BREAKING, "R-KIND")
    elif one.is_enum:
        yield from _values(at, [v.name for v in one.values], [v.name for v in other.values], now.sent)
    else:
        yield from _members(was, now, at, depth)


def _said(body: Body) -> str:
    """The name of a type, or that it is written out."""
    return body.type if not body.api.inline.get(bare(body.type)) else "an object written out here"


def _retyped(was: Body, now: Body) -> Judged:
    if "Edm.Untyped" in (bare(was.type), bare(now.type)):
        why = "one side does not say what it holds; a recorded exchange would settle it"
        return Judged(Grade.UNDECIDABLE, "G-TYPE", why)
    return Judged(Grade.BREAKING, "G-TYPE")


def _values(at: str, was: list[str], now: list[str], sent: bool) -> Iterator[Difference]:
    lost, come = [v for v in was if v not in now], [v for v in now if v not in was]
    if lost or come:
        yield at, {"from": was, "to": now}, values_judged(lost, come, sent=sent)


def values_judged(lost: list[str], come: list[str], *, sent: bool) -> Judged:
    """How other values of an enumeration are judged: a value lost hurts whoever sends it, a new one whoever reads."""
    if sent:
        return Judged(Grade.BREAKING, "G-ENUM-REMOVED") if lost else Judged(Grade.ADDITIVE, "R-VALUES")
    if come:
        return Judged(Grade.BREAKING, "G-ADDENUM-BEFORE", "a client with a closed list of values meets a new one")
    return Judged(Grade.INFORMATIONAL, "R-VALUES", "a client merely no longer meets the value")


def _members(was: Body, now: Body, at: str, depth: int) -> Iterator[Difference]:
    one, other = was.members(), now.members()
    for name in sorted(one.keys() | other.keys()):
        had, has = one.get(name), other.get(name)
        path = f"{at}/{name}"
        if had is None and has is not None:
            yield path, {"from": "absent", "to": _said(now.inside(has))}, _added(name, has, now.sent)
        elif has is None and had is not None:
            yield path, {"from": _said(was.inside(had)), "to": "absent"}, _gone(name)
        elif had is not None and has is not None:
            one_in, other_in = was.inside(had), now.inside(has)
            inner = list(differences(one_in, other_in, path, depth + 1))
            if inner and one_in.named and other_in.named:
                yield path, {"from": had.type, "to": has.type}, summed(inner, path)
            else:
                yield from inner
            if had.nullable != has.nullable:
                yield path, {"from": _null(had), "to": _null(has)}, _nullable(had, has, now.sent)
            for _, _, detail, judged in facet_changes(path, dict(had.facets), dict(has.facets)):
                facet = {"facet": detail["facet"], "from": detail["from"], "to": detail["to"]}
                yield path, facet, _for_side(judged, now.sent)


def summed(found: list[Difference], at: str = "") -> Judged:
    """One judgement for what has another name and holds something else: the gravest, and what differs."""
    gravest = max((judged for *_, judged in found), key=lambda judged: judged.grade.weight)
    parts = [
        f"{inside.removeprefix(at).lstrip('/') or 'it'} was {d['from']} and is {d['to']}" for inside, d, _ in found
    ]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    return Judged(gravest.grade, gravest.rule, "; ".join(parts[:3]) + more)


def _added(name: str, member: Member, sent: bool) -> Judged:
    if sent and dict(member.facets).get("Required"):
        return Judged(Grade.BREAKING, "R-REQUIRED", "requests without it are refused", writer_only=True)
    return Judged(Grade.ADDITIVE, "R-OPTIONAL" if sent or name.startswith("@") else "G-ADDPROP")


def _gone(name: str) -> Judged:
    if name.startswith("@odata."):
        return Judged(Grade.INFORMATIONAL, "G-ANNOT", "control information may come whether it is listed or not")
    return Judged(Grade.BREAKING, "G-REMOVE")


def _null(member: Member) -> str:
    return "may be null" if member.nullable else ("never null" if member.stated else "not said whether null")


def _nullable(had: Member, has: Member, sent: bool) -> Judged:
    if not (had.stated and has.stated):
        return Judged(Grade.INFORMATIONAL, "R-NULL-REF")
    if has.nullable:
        return Judged(Grade.ADDITIVE if sent else Grade.BREAKING, "G-NULL-LOOSE")
    return Judged(Grade.BREAKING if sent else Grade.INFORMATIONAL, "G-NULL-TIGHT", writer_only=sent)


def _for_side(judged: Judged, sent: bool) -> Judged:
    """A limit that lets less through hurts only whoever sends the member."""
    if judged.writer_only and not sent:
        return Judged(Grade.INFORMATIONAL, judged.rule, "only what is returned is limited")
    return judged
