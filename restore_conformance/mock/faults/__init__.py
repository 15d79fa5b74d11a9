"""Servers with one seeded defect each: the liars that prove the tests.

A fault is a function that changes one `Service`. It names the clause that must be blamed and, in its
docstring, the least interaction that shows it. Importing this package registers all of them.
"""

from restore_conformance.mock.faults import created, drafts, errors, inputs, later, protocol, state
from restore_conformance.mock.faults.seeding import FAULTS, Fault, seeded

__all__ = ["FAULTS", "Fault", "created", "drafts", "errors", "inputs", "later", "protocol", "seeded", "state"]
