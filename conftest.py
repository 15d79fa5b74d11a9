"""pytest's only door: options, the header, and one item for each clause.

`pytest tests/create --target URL --token T` judges a target as the command does; without --target the embedded
mock is judged. Tests of the suite itself live in tests/selftest and are plain pytest.
"""

from __future__ import annotations

import os

from restore_conformance.plugin import (  # noqa: F401 - hooks, by their names
    pytest_addoption,
    pytest_configure,
    pytest_pycollect_makemodule,
    pytest_report_header,
    pytest_terminal_summary,
)

os.environ.setdefault("NO_COLOR", "1")
