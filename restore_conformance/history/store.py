"""Where the history is kept: its tables, opening a place, and the plain reads and writes of the drift nights.

SQLite in a file by default, or any database URL whose driver is installed. Entries of the drift nights have a kind;
runs have a table of their own, see `runs`. Knows nothing of what makes a change provisional.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from restore_conformance.history.soundness import Damaged, parsed, rows, table, unpacked
from restore_conformance.records.safe_text import line
from restore_conformance.verdicts import UsageError

LAYOUT = 2
"""Grows when an older suite would misread a newer store. 1 is the store of the drift nights alone, unnumbered."""

META = sa.MetaData()
CONTENT = sa.Table(
    "content",
    META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
ENTRY = sa.Table(
    "entry",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),  # "snapshot"; other kinds of record have their own name
    sa.Column("night", sa.Date, nullable=False, index=True),
    sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), sa.ForeignKey("content.digest")),
)
CHANGE = sa.Table(
    "change",
    META,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
SIGHTING = sa.Table(
    "sighting",
    META,
    sa.Column("change_id", sa.String(128), sa.ForeignKey("change.id"), primary_key=True),
    sa.Column("night", sa.Date, primary_key=True),
)
ACKNOWLEDGEMENT = sa.Table(
    "acknowledgement",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("change_id", sa.String(128), nullable=False, index=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made", sa.Date, nullable=False),
    sa.Column("expires", sa.Date, nullable=False),
)
RUN = sa.Table(
    "run",
    META,
    sa.Column("digest", sa.String(64), primary_key=True),  # of the record, without what a history adds to it
    sa.Column("started", sa.String(32), nullable=False, index=True),  # UTC, ISO 8601 of one width
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("suite", sa.Text, nullable=False),
    sa.Column("contract", sa.String(64), nullable=False),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("marks", sa.Text, nullable=False),  # one letter for each clause, in the order of the shape
    sa.Column("notes", sa.LargeBinary, nullable=False),  # findings and readings, in short
    sa.Column("shape", sa.String(64), sa.ForeignKey("content.digest"), nullable=False),  # the clauses' own words
    sa.Column("body", sa.String(64), sa.ForeignKey("content.digest"), nullable=False),  # the rest of the record
)
LAYOUTS = sa.Table("layout", META, sa.Column("number", sa.Integer, primary_key=True, autoincrement=False))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One source of one night; `digest` names its facts, None for a recording."""

    night: date
    source: str
    location: str
    checksum: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A change that somebody has seen, and the day until which it is not reported."""

    change_id: str
    owner: str
    reason: str
    made: date
    expires: date


class Store:
    """An open history."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def save_night(
        self,
        night: date,
        snapshots: Iterable[tuple[Snapshot, bytes | None]],
        changes: Iterable[tuple[str, str, dict[str, Any]]],
    ) -> None:
        """Write one night whole; the same night written again for the same sources replaces the earlier rows.

        `changes` are (id, source, body).
        """
        snapshots, changes = list(snapshots), list(changes)
        sources = {snapshot.source for snapshot, _ in snapshots}
        with self.engine.begin() as connection:
            of_sources = sa.select(CHANGE.c.id).where(CHANGE.c.source.in_(sources))
            connection.execute(
                sa.delete(SIGHTING).where(SIGHTING.c.night == night, SIGHTING.c.change_id.in_(of_sources))
            )
            connection.execute(
                sa.delete(ENTRY).where(ENTRY.c.night == night, ENTRY.c.kind == "snapshot", ENTRY.c.source.in_(sources))
            )
            for snapshot, payload in snapshots:
                if snapshot.digest and payload is not None and not _has(connection, CONTENT.c.digest, snapshot.digest):
                    connection.execute(sa.insert(CONTENT).values(digest=snapshot.digest, payload=payload))
                connection.execute(
                    sa.insert(ENTRY).values(
                        kind="snapshot",
                        night=night,
                        taken=datetime.now(UTC),
                        source=snapshot.source,
                        location=snapshot.location,
                        checksum=snapshot.checksum,
                        digest=snapshot.digest,
                    )
                )
            for identity, source, body in {change[0]: change for change in changes}.values():
                text = json.dumps(body, default=str)
                if _has(connection, CHANGE.c.id, identity):
                    connection.execute(sa.update(CHANGE).where(CHANGE.c.id == identity).values(body=text))
                else:
                    connection.execute(sa.insert(CHANGE).values(id=identity, source=source, body=text))
                connection.execute(sa.insert(SIGHTING).values(change_id=identity, night=night))

    def nights(self) -> dict[str, list[date]]:
        """Source kind to the nights on which it was read, oldest first."""
        query = sa.select(ENTRY.c.source, ENTRY.c.night).where(ENTRY.c.kind == "snapshot").distinct()
        by_source: dict[str, list[date]] = {}
        for source, night in self._rows(query.order_by(ENTRY.c.night)):
            by_source.setdefault(source, []).append(night)
        return by_source

    def snapshots(self) -> list[Snapshot]:
        """Every snapshot, oldest first."""
        query = sa.select(ENTRY.c.night, ENTRY.c.source, ENTRY.c.location, ENTRY.c.checksum, ENTRY.c.digest)
        query = query.where(ENTRY.c.kind == "snapshot").order_by(ENTRY.c.night, ENTRY.c.id)
        return [Snapshot(*row) for row in self._rows(query)]

    def content(self, digest: str) -> bytes:
        """The packed facts of a digest. Raises KeyError where there are none, and Damaged."""
        for (payload,) in self._rows(sa.select(CONTENT.c.payload).where(CONTENT.c.digest == digest)):
            unpacked(digest, payload)
            return bytes(payload)
        raise KeyError(digest)

    def sightings(self) -> dict[str, list[date]]:
        """Change id to the nights on which it was seen, oldest first. Raises Damaged for one without its row."""
        known = self.bodies()
        by_identity: dict[str, list[date]] = {}
        for identity, night in self._rows(sa.select(SIGHTING.c.change_id, SIGHTING.c.night).order_by(SIGHTING.c.night)):
            if identity not in known:
                raise Damaged(f"the change {identity} was seen and has no row")
            by_identity.setdefault(identity, []).append(night)
        return by_identity

    def bodies(self) -> dict[str, dict[str, Any]]:
        """Change id to its row of the report. Raises Damaged."""
        by_identity = {}
        for identity, text in self._rows(sa.select(CHANGE.c.id, CHANGE.c.body)):
            of = f"the change {identity}"
            body = table(parsed(text, of), of, ("kind", "path", "source", "class_contract", "class_create_client"))
            table(body.get("detail", {}), f"the detail of {of}")
            clauses = body.get("clauses", [])
            if not isinstance(clauses, list) or not all(isinstance(clause, str) for clause in clauses):
                raise Damaged(f"the clauses of {of} are not a list of addresses")
            by_identity[identity] = {**body, "id": identity}
        return by_identity

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep an acknowledgement; the latest of a change counts."""
        values = {name: getattr(acknowledgement, name) for name in ("change_id", "owner", "reason", "made", "expires")}
        with self.engine.begin() as connection:
            connection.execute(sa.insert(ACKNOWLEDGEMENT).values(**values))

    def acknowledgements(self) -> dict[str, Acknowledgement]:
        """Change id to its latest acknowledgement."""
        a = ACKNOWLEDGEMENT.c
        query = sa.select(a.change_id, a.owner, a.reason, a.made, a.expires).order_by(a.id)
        return {row[0]: Acknowledgement(*row) for row in self._rows(query)}

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.engine.connect() as connection:
            return rows(connection, query)


def _has(connection: sa.Connection, column: Any, value: str) -> bool:
    return connection.execute(sa.select(column).where(column == value)).first() is not None


@contextmanager
def open_store(place: str, *, make: bool = True) -> Iterator[Store]:
    """The history at a file or database URL; where there is none yet, it is made, or refused with `make` off.

    A store of an older suite gets the tables it lacks. Raises UsageError, with the address but never a password,
    where it cannot be opened or used, is not a history, or was written by a newer suite.
    """
    try:
        url = sa.make_url(place if "://" in place else f"sqlite:///{place}")
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise UsageError(f"The history cannot be kept there: {_unusable(error)}.") from None
    shown = url.render_as_string(hide_password=True)
    if url.drivername.startswith("sqlite") and not make and not Path(url.database or "").is_file():
        raise UsageError(f"There is no history at {url.database or shown}.")
    store = Store(engine)
    try:
        _prepare(engine, shown, make=make)
        yield store
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", "") or error).strip().splitlines()[0]
        raise UsageError(f"The history {shown} cannot be used: {line(reason, 200)}.") from None
    except Damaged as error:
        raise UsageError(f"The history {shown} is damaged: {line(str(error), 200)}; restore it from a copy.") from None
    finally:
        store.close()


def _unusable(error: Exception) -> str:
    """Why a database URL cannot be used, and what to do: a module that is missing, or an invalid URL."""
    missing = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if missing == "psycopg" or (isinstance(error, ImportError) and "libpq" in str(error)):
        return "the driver psycopg is not installed; pip install 'psycopg[binary]', or name a SQLite file"
    if missing:
        return f"the driver {line(missing, 60)} is not installed; pip install it, or name a SQLite file"
    if isinstance(error, NoSuchModuleError):
        return "no database of that kind is known; name a SQLite file, or a URL such as postgresql://host/name"
    return "name a SQLite file, or a database URL such as postgresql://host/name"


def _prepare(engine: sa.Engine, shown: str, *, make: bool) -> None:
    """Makes the tables that are missing. Raises UsageError for what is not a history of this suite, or a newer one."""
    there = set(sa.inspect(engine).get_table_names())
    known = there & set(META.tables)
    if not {"content", "entry"} <= known and (not make or (there and engine.dialect.name == "sqlite")):
        raise UsageError(f"{shown} is not a history of this suite.")
    if "layout" in there:
        with engine.connect() as connection:
            layout = max((number for (number,) in rows(connection, sa.select(LAYOUTS.c.number))), default=LAYOUT)
        if layout > LAYOUT:
            raise UsageError(
                f"The history {shown} was written by a newer suite (layout {layout}; this one reads up to {LAYOUT})."
            )
    if known == set(META.tables):
        return
    META.create_all(engine)
    with suppress(IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(LAYOUTS).values(number=LAYOUT))
