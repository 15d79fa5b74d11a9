"""Where the history is kept: the one door to SQLAlchemy, with the tables and plain reads and writes.

SQLite in a file by default, or any database URL whose driver is installed. Entries have a kind, so that other
records than snapshots can lie beside them. Knows nothing of what makes a change provisional.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from restore_conformance.verdicts import UsageError

_META = sa.MetaData()
CONTENT = sa.Table(
    "content",
    _META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
ENTRY = sa.Table(
    "entry",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),  # "snapshot"; other kinds of record bring their own word
    sa.Column("night", sa.Date, nullable=False, index=True),
    sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), sa.ForeignKey("content.digest")),
)
CHANGE = sa.Table(
    "change",
    _META,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
SIGHTING = sa.Table(
    "sighting",
    _META,
    sa.Column("change_id", sa.String(128), sa.ForeignKey("change.id"), primary_key=True),
    sa.Column("night", sa.Date, primary_key=True),
)
ACKNOWLEDGEMENT = sa.Table(
    "acknowledgement",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("change_id", sa.String(128), nullable=False, index=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made", sa.Date, nullable=False),
    sa.Column("expires", sa.Date, nullable=False),
)


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
    """Somebody has seen a change and says until when it need not be raised."""

    change_id: str
    owner: str
    reason: str
    made: date
    expires: date


class Store:
    """An open history."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def save_night(
        self,
        night: date,
        snapshots: Iterable[tuple[Snapshot, bytes | None]],
        changes: Iterable[tuple[str, str, dict[str, Any]]],
    ) -> None:
        """Write one night whole; the same night written again for the same sources replaces what stood there.

        `changes` are (id, source, body).
        """
        snapshots, changes = list(snapshots), list(changes)
        sources = {snapshot.source for snapshot, _ in snapshots}
        with self._engine.begin() as connection:
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
        found: dict[str, list[date]] = {}
        for source, night in self._rows(query.order_by(ENTRY.c.night)):
            found.setdefault(source, []).append(night)
        return found

    def snapshots(self) -> list[Snapshot]:
        """Every snapshot, oldest first."""
        query = sa.select(ENTRY.c.night, ENTRY.c.source, ENTRY.c.location, ENTRY.c.checksum, ENTRY.c.digest)
        query = query.where(ENTRY.c.kind == "snapshot").order_by(ENTRY.c.night, ENTRY.c.id)
        return [Snapshot(*row) for row in self._rows(query)]

    def content(self, digest: str) -> bytes:
        """The packed facts of a digest. Raises KeyError where there are none."""
        for (payload,) in self._rows(sa.select(CONTENT.c.payload).where(CONTENT.c.digest == digest)):
            return bytes(payload)
        raise KeyError(digest)

    def sightings(self) -> dict[str, list[date]]:
        """Change id to the nights on which it was seen, oldest first."""
        found: dict[str, list[date]] = {}
        for identity, night in self._rows(sa.select(SIGHTING.c.change_id, SIGHTING.c.night).order_by(SIGHTING.c.night)):
            found.setdefault(identity, []).append(night)
        return found

    def bodies(self) -> dict[str, dict[str, Any]]:
        """Change id to its row of the report."""
        return {identity: json.loads(body) for identity, body in self._rows(sa.select(CHANGE.c.id, CHANGE.c.body))}

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep an acknowledgement; the latest of a change counts."""
        values = {name: getattr(acknowledgement, name) for name in ("change_id", "owner", "reason", "made", "expires")}
        with self._engine.begin() as connection:
            connection.execute(sa.insert(ACKNOWLEDGEMENT).values(**values))

    def acknowledgements(self) -> dict[str, Acknowledgement]:
        """Change id to its latest acknowledgement."""
        a = ACKNOWLEDGEMENT.c
        query = sa.select(a.change_id, a.owner, a.reason, a.made, a.expires).order_by(a.id)
        return {row[0]: Acknowledgement(*row) for row in self._rows(query)}

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(query))


def _has(connection: sa.Connection, column: Any, value: str) -> bool:
    return connection.execute(sa.select(column).where(column == value)).first() is not None


@contextmanager
def open_store(place: str) -> Iterator[Store]:
    """The history at a file or database URL, made where there is none yet.

    Raises UsageError, with the address but never a password, where it cannot be opened or used.
    """
    try:
        url = sa.make_url(place if "://" in place else f"sqlite:///{place}")
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise UsageError(
            f"The history cannot be kept there: {type(error).__name__}; name a file, or a database URL whose "
            "driver is installed, such as postgresql://host/name with psycopg."
        ) from None
    store = Store(engine)
    try:
        _META.create_all(engine)
        yield store
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", "") or error).strip().splitlines()[0]
        raise UsageError(f"The history {url.render_as_string(hide_password=True)} cannot be used: {reason}.") from None
    finally:
        store.close()
