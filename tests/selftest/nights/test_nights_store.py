"""Runs in the store: kept once, read fast, removed whole, beside the drift nights, in SQLite and PostgreSQL."""

import hashlib
import sqlite3
import time
import zlib
from dataclasses import replace
from datetime import date

import pytest
from nights import simulated

from restore_conformance.history import runs
from restore_conformance.history.run_row import pack, read
from restore_conformance.history.runs import keep
from restore_conformance.history.store import Acknowledgement, Snapshot, open_store
from restore_conformance.history.timelines import chronicle
from restore_conformance.verdicts import UsageError

PACKED = zlib.compress(b"[]", 6)
DIGEST = hashlib.sha256(b"[]").hexdigest()
BEFORE = """
CREATE TABLE content (digest VARCHAR(64) NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (digest));
CREATE TABLE entry (id INTEGER NOT NULL, kind VARCHAR(32) NOT NULL, night DATE NOT NULL, taken DATETIME NOT NULL,
  source VARCHAR(32) NOT NULL, location TEXT NOT NULL, checksum VARCHAR(64) NOT NULL, digest VARCHAR(64),
  PRIMARY KEY (id), FOREIGN KEY(digest) REFERENCES content (digest));
CREATE INDEX ix_entry_night ON entry (night);
CREATE TABLE change (id VARCHAR(128) NOT NULL, source VARCHAR(32) NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE sighting (change_id VARCHAR(128) NOT NULL, night DATE NOT NULL, PRIMARY KEY (change_id, night),
  FOREIGN KEY(change_id) REFERENCES change (id));
CREATE TABLE acknowledgement (id INTEGER NOT NULL, change_id VARCHAR(128) NOT NULL, owner TEXT NOT NULL,
  reason TEXT NOT NULL, made DATE NOT NULL, expires DATE NOT NULL, PRIMARY KEY (id));
CREATE INDEX ix_acknowledgement_change_id ON acknowledgement (change_id);
INSERT INTO content VALUES ('{digest}', x'{packed}');
INSERT INTO entry VALUES (1, 'snapshot', '2025-01-01', '2025-01-01 02:00:00', 'csdl', 'metadata.xml', 'c1', '{digest}');
INSERT INTO change VALUES ('k:1', 'csdl', '{"kind": "k", "path": "p", "source": "csdl",
  "class_contract": "breaking", "class_create_client": "breaking"}');
INSERT INTO sighting VALUES ('k:1', '2025-01-01');
INSERT INTO acknowledgement VALUES (1, 'k:1', 'o', 'r', '2025-01-01', '2025-02-01');
"""
"""A store as the drift command made it before runs were kept."""


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "h.sqlite")


def exercise(store):
    """What runs ask of a database."""
    first = pack(simulated.record(simulated.at(0)), "service \u2603")
    second = pack(simulated.record(simulated.at(1), ("total-always-one",)), "service \u2603")
    assert [runs.add(store, one) for one in (second, first, first, second)] == [True, True, False, False]
    listed = runs.listing(store)
    assert listed == [first.row, second.row]
    shapes = runs.shapes(store)
    assert len(shapes) == 1
    whole = runs.whole(store, listed[1], shapes[listed[1].shape])
    bare = simulated.record(simulated.at(1), ("total-always-one",))
    for entry in bare["clauses"]:
        entry.pop("example", None)
    assert whole == bare
    with pytest.raises(UsageError, match="stored under the label"):
        runs.add(store, replace(first, row=replace(first.row, label="other")))
    assert runs.listing(store, "other") == []
    runs.remove(store, first.row.digest)
    assert runs.listing(store) == [second.row]
    assert runs.whole(store, second.row, runs.shapes(store)[second.row.shape])["seed"] == 1
    runs.remove(store, second.row.digest)
    assert runs.listing(store) == []
    assert runs.shapes(store) == {}


def test_runs_in_sqlite(place):
    """A run is kept once, under one label, whole but for its examples, and leaves nothing behind."""
    with open_store(place) as store:
        exercise(store)
    with sqlite3.connect(place) as database:
        assert database.execute("select count(*) from content").fetchone() == (0,)


def test_runs_in_postgresql(postgres):
    """The same in a real PostgreSQL."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    with open_store(postgres) as store:
        exercise(store)
        simulated.fill(store, 3, ("a", "b"))
        assert len(runs.listing(store)) == 6


def test_a_store_of_before_opens_and_takes_runs(place):
    """The drift nights of an older store are read as they were, and runs lie beside them."""
    with sqlite3.connect(place) as database:
        database.executescript(BEFORE.replace("{digest}", DIGEST).replace("{packed}", PACKED.hex()))
    first = date(2025, 1, 1)
    with open_store(place, make=False) as store:
        assert store.snapshots() == [Snapshot(first, "csdl", "metadata.xml", "c1", DIGEST)]
        assert store.content(DIGEST) == PACKED
        assert store.sightings() == {"k:1": [first]}
        assert store.acknowledgements() == {"k:1": Acknowledgement("k:1", "o", "r", first, date(2025, 2, 1))}
        kept = pack(simulated.record(simulated.at(0)))
        assert runs.add(store, kept)
        runs.remove(store, kept.row.digest)
        assert store.content(DIGEST) == PACKED


def test_what_a_history_adds_makes_no_other_run(place):
    """A record that was kept, with `history` filled in, is the same run when it is added again."""
    record = simulated.record(simulated.at(0), ("total-always-one",))
    keep(place, record, "x")
    assert any("history" in entry for entry in record["clauses"])
    with open_store(place) as store:
        assert not runs.add(store, pack(record, "x"))


def test_a_newer_store_is_left_alone(place):
    """A layout that this suite does not know is refused, and nothing is written into it."""
    with open_store(place):
        pass
    with sqlite3.connect(place) as database:
        database.execute("insert into layout values (3)")
    with pytest.raises(UsageError, match="written by a newer suite"), open_store(place):
        pass


def test_what_is_no_history_is_left_alone(tmp_path):
    """A database of something else is neither read nor written, and a missing one is not made by reading."""
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("create table songs (name text)")
    for make in (True, False):
        with pytest.raises(UsageError, match="is not a history of this suite"), open_store(str(other), make=make):
            pass
    with sqlite3.connect(other) as database:
        assert database.execute("select name from sqlite_master").fetchall() == [("songs",)]
    with pytest.raises(UsageError, match="There is no history at"), open_store(str(tmp_path / "none"), make=False):
        pass
    assert not (tmp_path / "none").exists()


def test_a_thousand_runs_are_read_fast(place):
    """1,000 runs of all clauses are read and sorted into lives in well under two seconds of processor time."""
    one = pack(simulated.record(simulated.at(0), ("total-always-one",)))
    with open_store(place) as store:
        runs.add(store, one)
        with sqlite3.connect(place) as database:
            columns = [row[1] for row in database.execute("pragma table_info(run)")]
            chosen = ", ".join("?" if name in {"digest", "started"} else name for name in columns)
            rows = [(f"{n:064d}", simulated.at(n).isoformat(timespec="microseconds")) for n in range(1, 1000)]
            database.executemany(f"insert into run select {chosen} from run where digest = '{one.row.digest}'", rows)
        began = time.process_time()
        story = chronicle(runs.listing(store), runs.shapes(store))
        took = time.process_time() - began
    assert len(story.runs) == 1000
    assert sum(len(life.row) for lives in story.timelines.values() for life in lives.values()) >= 176_000
    assert took < 4  # 0.5 where nothing else runs; caches and clocks of a shared machine are slower


@pytest.mark.parametrize("started", ["yesterday", "2025-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_start_that_is_no_moment_is_refused(started):
    """A record without a start cannot lie on a time line."""
    with pytest.raises(UsageError, match="not a date and time"):
        pack(simulated.record(simulated.at(0)) | {"started": started})


def test_starts_sort_whatever_their_zone():
    """Texts of starts sort as the moments do."""
    record = simulated.record(simulated.at(0))
    early = pack(record | {"started": "2025-01-01T02:00:00+05:00"}).row
    late = pack(record | {"started": "2025-01-01T00:30:00Z"}).row
    assert early.started < late.started
    assert early.day == "2024-12-31"


def test_damaged_contents_are_told():
    """Bytes that were never packed are a ValueError, which the store tells in one sentence."""
    with pytest.raises(ValueError, match="incorrect header"):
        read(b"damaged")
