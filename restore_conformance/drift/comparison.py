"""One comparison: the readings of both sides, compared kind by kind, and what could not be read.

Assembles; the packages below it judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from restore_conformance.drift.change import Change, Direction
from restore_conformance.drift.differences.calls import call_changes, written_out
from restore_conformance.drift.differences.lineage import Lineage, create_scope
from restore_conformance.drift.differences.metadata import metadata_changes
from restore_conformance.drift.differences.page import page_changes, uncompared
from restore_conformance.drift.differences.paths import Tops
from restore_conformance.drift.plausibility import check_api, check_area, check_metadata, check_page
from restore_conformance.drift.rules import judged
from restore_conformance.drift.sources import pinned_page
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.metadata import Api, Knows, Metadata
from restore_conformance.drift.sources.page_facts import PageFacts
from restore_conformance.drift.sources.reading import Reading, SourceKind, label, read_pinned, read_source, with_edition

_UNEQUAL = frozenset({Knows.FACETS, Knows.NULLABILITY, Knows.COMPUTED, Knows.NAVIGATION})
"""Facts that OpenAPI and CSDL state in ways that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The edition a source is nearest to, and how many differences from the pinned one it explains."""

    where: str
    edition: str
    known: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes between two sides. `broken` are the sources that are implausible or unreadable.

    `notes` say, by source, what it holds and was not compared; `editions` to which known edition a page is nearest.
    """

    changes: tuple[Change, ...] = ()
    broken: tuple[SourceBroken, ...] = ()
    readings: tuple[Reading, ...] = ()
    before: tuple[Reading, ...] = field(default=())
    notes: tuple[tuple[str, str], ...] = ()
    editions: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How sources are read and compared."""

    schemas: Path
    area: str = "auto"
    cache: Path | None = None
    accept_loss: bool = False
    editions: bool = True
    """Whether differences that a known edition explains are left out of a comparison with the pinned contract."""


def compare(old: Iterable[str], new: Iterable[str], settings: Settings) -> Comparison:
    """Reads both sides and compares every newer source with the older side.

    A source that is implausible or unreadable is listed in `broken`; the others are still compared.
    """
    broken: list[SourceBroken] = []
    before = _read_all(old, settings, broken)
    after = _read_all(new, settings, broken)
    changes: list[Change] = []
    notes: list[tuple[str, str]] = []
    nearby: list[Nearest] = []
    if before:
        for reading in after:
            try:
                unexplained, nearest = beyond_editions(before, reading, settings)
                changes += unexplained
                nearby += [nearest] if nearest else []
                notes += [(reading.where, note) for note in not_compared(before, reading)]
            except SourceBroken as error:
                broken.append(error)
    return Comparison(tuple(changes), tuple(broken), tuple(after), tuple(before), tuple(notes), tuple(nearby))


def _read_all(sources: Iterable[str], settings: Settings, broken: list[SourceBroken]) -> list[Reading]:
    readings: list[Reading] = []
    for source in sources:
        try:
            readings.append(_read(source, settings))
        except SourceBroken as error:
            broken.append(error)
    return readings


def _read(source: str, settings: Settings) -> Reading:
    if source.casefold() == "pinned" and not Path(source).exists():
        return read_pinned(settings.schemas)
    if "\x00" not in source and Path(source, "types").is_dir():
        return read_pinned(Path(source))
    for edition in pinned_page.editions(settings.schemas) if not Path(source).exists() else ():
        if source == edition.name:
            return with_edition(read_pinned(settings.schemas), edition)
    return read_source(source, area=settings.area, cache=settings.cache)


def read_older(sources: Iterable[str], settings: Settings) -> list[Reading]:
    """The older side. Raises SourceBroken for the first source that is implausible or unreadable."""
    return [_read(source, settings) for source in sources]


def changes_of(before: list[Reading], reading: Reading, settings: Settings) -> list[Change]:
    """Every change between the older side and one newer source that no known edition explains.

    Raises SourceBroken where it is implausible.
    """
    return beyond_editions(before, reading, settings)[0]


def beyond_editions(before: list[Reading], reading: Reading, settings: Settings) -> tuple[list[Change], Nearest | None]:
    """The changes that no known edition explains, and for a page compared with the pinned one the nearest edition."""
    plain = _all_changes(before, reading, settings)
    partner = _partner(before, reading)
    known = pinned_page.editions(settings.schemas) if settings.editions else ()
    if reading.page is None or partner is None or partner.where != pinned_page.PINNED or not known:
        return plain, None
    by_edition = {pinned_page.name_of_pinned(settings.schemas): plain}
    for edition in known:
        by_edition[edition.name] = _all_changes([with_edition(partner, edition)], reading, settings)
    return _unknown(by_edition, reading.where)


def _unknown(by_edition: Mapping[str, list[Change]], where: str) -> tuple[list[Change], Nearest | None]:
    """The changes that no edition explains, and the edition with the fewest differences.

    These are the changes from that edition at whose places every other one differs as well. The editions come oldest
    first, the first is the pinned one; no edition is nearest where all have equally many differences.
    """
    nearest = min(reversed(list(by_edition)), key=lambda name: len(by_edition[name]))
    others = [Tops(map(_place, changes)) for name, changes in by_edition.items() if name != nearest]
    unexplained = [change for change in by_edition[nearest] if all(tops.meet(_place(change)) for tops in others)]
    numbers = [len(changes) for changes in by_edition.values()]
    known = max(0, numbers[0] - len(unexplained))
    return unexplained, Nearest(where, nearest, known) if len(set(numbers)) > 1 else None


def _place(change: Change) -> str:
    """Where a change stands, in a form that additions and alterations of one thing share."""
    path = change.path.replace("example:", "examples/", 1)
    if not change.kind.startswith("page_statement_"):
        return path
    return f"{path.rpartition('/')[0]}/{change.detail.get('now') or change.detail.get('was')}"


def _all_changes(before: list[Reading], reading: Reading, settings: Settings) -> list[Change]:
    partner = _partner(before, reading)
    if partner is None:
        had = " and ".join(sorted({label(older.kind) for older in before}))
        raise SourceBroken(
            reading.where, found=label(reading.kind), expected=f"what can be compared with {had}",
            advice="name an older source of the same kind with --from, or compare with pinned",
        )  # fmt: skip
    if reading.behaviour is not None:
        return _behaviour(before, partner, reading, settings)
    changes: list[Change] = []
    if reading.metadata is not None and partner.metadata is not None:
        if not settings.accept_loss:
            check_area(partner, reading)
        changes += _metadata(partner, reading, settings)
    if reading.api is not None and partner.api is not None:
        changes = [_without_name(change, partner.api, reading.api) for change in changes]
        changes += call_changes(partner.api, reading.api, reading.where)
    if reading.page is not None and partner.page is not None:
        operation, page = same_page(partner, reading.page, reading.where)
        if not settings.accept_loss:
            check_page(page, reading.page, reading.where, pinned=partner.kind is SourceKind.PINNED)
        clauses = pinned_page.clauses(settings.schemas / operation)
        direction = _direction(before, reading.page, settings)
        changes += page_changes(page, reading.page, reading.where, clauses, direction)
    return changes


def _direction(before: list[Reading], page: PageFacts, settings: Settings) -> Direction:
    """Whether clients send the type that a page describes, or are given it; NEITHER where no source shows the type."""
    if not page.resource:
        return Direction.REQUEST
    declared = _declared(before, settings).metadata
    uses = Lineage(declared).uses(page.resource) if declared is not None else frozenset()
    return Direction.BOTH if len(uses) > 1 else next(iter(uses), Direction.NEITHER)


def _declared(before: list[Reading], settings: Settings) -> Reading:
    """What on the older side declares types, or else the pinned contract."""
    return next((older for older in before if older.metadata is not None), None) or read_pinned(settings.schemas)


def not_compared(before: list[Reading], reading: Reading) -> list[str]:
    """What a newer source holds that the comparison leaves out, in words."""
    partner = _partner(before, reading)
    notes = [f"{note} of an OpenAPI document" for note in reading.api.notes] if reading.api is not None else []
    notes += reading.behaviour.notes if reading.behaviour is not None else ()
    if reading.api is not None and (partner is None or partner.api is None):
        notes.append("paths, parameters, nullability and limits, which the older side does not state alike")
    if reading.page is not None and partner is not None and partner.page is not None:
        page = reading.page
        _, old = same_page(partner, page, reading.where)
        notes += uncompared(old, page)
        if old.restated and not old.statements and not page.is_error_list:
            notes.append("sentences and examples, which schemas/ does not restate of this page")
        if page.unread:
            notes.append(f"includes that were not at hand, under {', '.join(sorted(page.unread))}")
    return notes


def same_page(partner: Reading, page: PageFacts, where: str) -> tuple[str, PageFacts]:
    """The page to compare with, and its operation: of the pinned ones that of the same call, or of the same type."""
    assert partner.page is not None
    for operation, pinned in partner.pages:
        if pinned.calls() & page.calls():
            return operation, pinned
    if partner.pages and page.resource and partner.metadata is not None:
        if page.resource not in partner.metadata.types:
            raise SourceBroken(
                where, found=f"the page of {page.resource}", expected="the page of a type that schemas/types pins",
                advice="compare it with an older copy of the same page",
            )  # fmt: skip
        return "types", pinned_page.of_type(partner.metadata, page.resource)
    return "create", partner.page


def _without_name(change: Change, old: Api, new: Api) -> Change:
    """A schema that is gone while every place that used it holds the same: only its name went, which no client sees."""
    if change.kind != "type_removed" or not written_out(old, new, change.path):
        return change
    row = judged("schema-name")
    return replace(change, create=row.grade, contract=row.grade, rule=row.rule, why=row.why)


def _partner(before: list[Reading], newer: Reading) -> Reading | None:
    """The older source to compare with: one of the same kind, then the pinned contract, then other metadata.

    Of several pages it is the one of the same call.
    """
    kind, page = newer.kind, newer.page
    typed = (SourceKind.CSDL, SourceKind.OPENAPI, SourceKind.PINNED)
    wanted = [kind, SourceKind.PINNED]
    if kind is SourceKind.BEHAVIOUR or kind in typed:
        wanted += typed
    for choice in wanted:
        alike = [reading for reading in before if reading.kind is choice]
        same = [reading for reading in alike if page and reading.page and reading.page.calls() & page.calls()]
        if alike:
            return (same or alike)[0]
    return None


def _metadata(partner: Reading, reading: Reading, settings: Settings) -> list[Change]:
    old, new = partner.metadata, reading.metadata
    assert old is not None
    assert new is not None
    if partner.kind is SourceKind.PINNED:
        new = _as_pinned(old, new)
    unequal = SourceKind.OPENAPI in (partner.kind, reading.kind) and partner.kind is not reading.kind
    if unequal:
        old, new = _named(old), _named(new)
        if partner.kind is not SourceKind.PINNED:
            old, new = _shared(old, new)
    if not settings.accept_loss:
        check_metadata(old, new, reading.where)
        if partner.api is not None and reading.api is not None:
            check_api(partner.api, reading.api, reading.where)
    if unequal:
        new = replace(new, knows=new.knows - _UNEQUAL)
    return metadata_changes(old, new, str(reading.kind), reading.where)


def _named(metadata: Metadata) -> Metadata:
    """The named types, without objects that an OpenAPI document writes out in a member."""
    types = {name: facts for name, facts in metadata.types.items() if name.rpartition(".")[0] not in metadata.types}
    return replace(metadata, types=types)


def _shared(old: Metadata, new: Metadata) -> tuple[Metadata, Metadata]:
    """Of sources in two formats, what both are sure to be about: what create can reach, or the types both have."""
    shared = create_scope(old).types | create_scope(new).types or old.types.keys() & new.types.keys()
    was, now = ({name: m.types[name] for name in m.types if name in shared} for m in (old, new))
    return replace(old, types=was), replace(new, types=now)


def _as_pinned(old: Metadata, new: Metadata) -> Metadata:
    """Of a newer source, what the pinned contract is about: its own types and whatever create can reach."""
    names = old.types.keys() | create_scope(new).types
    types = {name: facts for name, facts in new.types.items() if name in names}
    notes = {key: value for key, value in new.annotations.items() if key[0].partition("/")[0] in types}
    return replace(new, types=types, annotations=notes)


def _behaviour(before: list[Reading], partner: Reading, reading: Reading, settings: Settings) -> list[Change]:
    from restore_conformance.drift.differences.behaviour import behaviour_changes

    assert reading.behaviour is not None
    declared = _declared(before, settings)
    assert declared.metadata is not None
    page = next((older.page for older in before if older.page is not None), None) or declared.page
    changes = behaviour_changes(declared.metadata, page, reading.behaviour.exchanges, reading.where)
    earlier = partner.behaviour.exchanges if partner.behaviour is not None else None
    had = behaviour_changes(declared.metadata, page, earlier) if earlier is not None else []
    known = {(change.kind, change.path) for change in had}
    return [change for change in changes if (change.kind, change.path) not in known]
