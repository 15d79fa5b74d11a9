"""Where the contract is: in the checkout, or inside the installed package. Reads nothing itself."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = PACKAGE / "_data"
ROOT = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent

SCHEMAS = ROOT / "schemas"
CLAUSE_TESTS = ROOT / "tests"
CASSETTES = ROOT / "cassettes"


def is_checkout() -> bool:
    """Whether the package runs from its source tree."""
    return ROOT != _INSTALLED
