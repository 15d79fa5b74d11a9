"""Servers with one seeded defect each: the liars that prove the tests.

A fault is a function that changes one `Service`. It names the clause that must be blamed and, in its
docstring, the least interaction that shows it. Importing this package registers all of them.
"""

from restore_conformance.mock.faults import (
    beside,
    coercions,
    created,
    drafts,
    errors,
    field_artifacts,
    field_create,
    field_ends,
    field_input,
    field_kinds,
    field_life,
    field_lists,
    field_members,
    field_more_broken,
    field_more_changes,
    field_more_crashes,
    field_more_create,
    field_more_envelopes,
    field_more_gone,
    field_more_lists,
    field_more_rows,
    field_more_running,
    field_more_state,
    field_more_update,
    field_protocol,
    field_refusals,
    field_spelling,
    field_update,
    inputs,
    later,
    levels,
    protocol,
    state,
    wire,
)
from restore_conformance.mock.faults.aliases import ALIASES
from restore_conformance.mock.faults.seeding import FAULTS, Fault, seeded

ROOMS = (
    beside, coercions, created, drafts, errors, inputs, later, levels, protocol, state, wire, field_artifacts, field_create, field_ends, field_input,
    field_kinds, field_life, field_lists, field_members, field_protocol, field_refusals, field_spelling,
    field_update, field_more_changes, field_more_create, field_more_envelopes, field_more_rows, field_more_running,
    field_more_broken, field_more_crashes, field_more_gone, field_more_lists, field_more_state, field_more_update,
)  # fmt: skip
"""Where the faults are. Those called field_* were written from the documents alone, without a look at the suite;
they name the statement they break instead of a clause."""

__all__ = ["ALIASES", "FAULTS", "ROOMS", "Fault", "seeded"]
