"""The tables of the history, and the number of their layout.

Entries of the drift nights have a kind; runs have a table of their own. Knows columns and no reads or writes.
"""

from __future__ import annotations

import sqlalchemy as sa

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
