"""The Python interface: for tests of clients, of emulators, and of applications that call the service.

The same names can be imported from `restore_conformance`. They, and `restore_conformance.strategies`, are what stays
compatible; everything else in this distribution is an implementation that may change with any version.
"""

from restore_conformance.testing.findings import Finding, Verdicts
from restore_conformance.testing.judgement import judge
from restore_conformance.testing.responses import UNKNOWN, HttpExchange
from restore_conformance.testing.server import MockServer, mock
from restore_conformance.testing.target import Run, campaign
from restore_conformance.verdicts import UsageError

__all__ = [
    "UNKNOWN",
    "Finding",
    "HttpExchange",
    "MockServer",
    "Run",
    "UsageError",
    "Verdicts",
    "campaign",
    "judge",
    "mock",
]
