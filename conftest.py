"""pytest's only door: options, the header, and one item for each clause.

`pytest tests/create --target URL --token T` judges a target as the command does; without --target the embedded
mock is judged. Tests of the suite itself live in tests/selftest and are plain pytest.
"""

from __future__ import annotations

import os

import pytest

from restore_conformance.plugin import (  # noqa: F401 - hooks, by their names
    ClauseItem,
    pytest_addoption,
    pytest_configure,
    pytest_pycollect_makemodule,
    pytest_report_header,
    pytest_sessionfinish,
    pytest_terminal_summary,
)

os.environ.setdefault("NO_COLOR", "1")

STRICT = pytest.mark.filterwarnings(
    "error",
    "ignore::DeprecationWarning:(msgraph_beta|kiota_abstractions)",  # the SDK warns of its own classes on import
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A warning fails the test of the suite that raises it.

    Not in the configuration: there it would turn the warning of any plug-in of a user into an internal error, and a
    target would be judged by it.
    """
    for item in items:
        if not isinstance(item, ClauseItem):
            item.add_marker(STRICT, append=False)
