"""Servers that are odd and keep the contract: what must never be accused.

A variant is one value of one dimension; values of different dimensions compose. Each names, in its docstring,
the sentence of the documents that allows it. Importing this package registers all of them.
"""

from restore_conformance.mock.variants import answers, members, readings
from restore_conformance.mock.variants.shaping import VARIANTS, Variant, composed, dimensions, shaped

__all__ = ["VARIANTS", "Variant", "answers", "composed", "dimensions", "members", "readings", "shaped"]
