"""Conformance suite for the Microsoft Graph beta operation *Create sharePointRestoreSession*.

For tests of your own: `judge`, `campaign`, `mock` and `strategies` (docs/how-to/python.md). Nothing is imported
before it is used. For pytest, which would warn of a plug-in that was imported before: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from restore_conformance import strategies as strategies
    from restore_conformance.testing import UNKNOWN as UNKNOWN
    from restore_conformance.testing import Finding as Finding
    from restore_conformance.testing import HttpExchange as HttpExchange
    from restore_conformance.testing import MockServer as MockServer
    from restore_conformance.testing import Run as Run
    from restore_conformance.testing import UsageError as UsageError
    from restore_conformance.testing import Verdicts as Verdicts
    from restore_conformance.testing import campaign as campaign
    from restore_conformance.testing import judge as judge
    from restore_conformance.testing import mock as mock

__all__ = [
    "UNKNOWN",
    "Finding",
    "HttpExchange",
    "MockServer",
    "Run",
    "UsageError",
    "Verdicts",
    "__version__",
    "campaign",
    "judge",
    "mock",
    "strategies",
]


def __getattr__(name: str) -> Any:
    if name == "strategies":
        return importlib.import_module("restore_conformance.strategies")
    if name in __all__:
        return getattr(importlib.import_module("restore_conformance.testing"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Callable(ModuleType):
    """A module with the name of a function of the interface; called, it is that function."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        interface = importlib.import_module("restore_conformance.testing")
        return getattr(interface, self.__name__.rpartition(".")[2])(*arguments, **options)


class _Package(ModuleType):
    """This package, where `campaign` and `mock` are modules as well as functions of the interface.

    Python makes a module an attribute of its package once it is imported, and so what is imported under that name.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in {"campaign", "mock"} and type(value) is ModuleType:
            value.__class__ = _Callable
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
