"""Servers that are odd and keep the contract: what must never be accused.

A variant is one value of one dimension; values of different dimensions compose. Each names, in its docstring,
the sentence of the documents that allows it. Those called fair-* were built against a clause, and say which clauses
report them without binding. Those called field-* were written without a look at the suite.
Importing this package registers all of them, in the order in which they compose: meaning first, bytes last.
"""

from restore_conformance.mock.variants import (
    bounds,
    fair_readings,
    fair_routes,
    field,
    field_forms,
    field_more,
    field_more_changes,
    field_more_edges,
    field_more_life,
    field_more_refusals,
    field_refusals,
    field_routes,
    field_spelling,
    field_wire,
    lagging,
    replicas,
    wire,
)
from restore_conformance.mock.variants.shaping import VARIANTS, Variant, composed, dimensions, reported, shaped

ROOMS = (
    bounds, fair_readings, fair_routes, field, field_forms, field_more, field_more_changes, field_more_edges, field_more_life, field_more_refusals, field_refusals, field_routes, field_spelling, field_wire, lagging, replicas, wire,
)  # fmt: skip

__all__ = ["ROOMS", "VARIANTS", "Variant", "composed", "dimensions", "reported", "shaped"]
