"""What pytest loads here: the plug-in, the names that its options have in this repository, and strict warnings.

`pytest tests/create --target URL --token T` judges a target as the command does; without --target the embedded
mock is judged. Tests of the suite itself live in tests/selftest and are plain pytest.
"""

from __future__ import annotations

import contextlib
import os

import pytest

from restore_conformance import plugin

os.environ.setdefault("NO_COLOR", "1")

STRICT = pytest.mark.filterwarnings(
    "error",
    "ignore::DeprecationWarning:(msgraph_beta|kiota_abstractions)",  # the SDK warns of its own classes on import
)
ALIASES = {
    "--plan-seed": "--restore-seed",
    **{
        option.replace("--restore-", "--"): option
        for option in plugin.options()
        if option not in {"--restore-points", "--restore-seed", "--restore-report", "--restore-timeout"}
    },
}
"""The plug-in's options under shorter names."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Make sure that the plug-in is there, also where the distribution was installed before it had an entry point."""
    if not pluginmanager.is_registered(plugin):
        pluginmanager.register(plugin, plugin.NAME)
    options = plugin.options()
    for alias, option in ALIASES.items():
        form = {**options[option], "help": f"the same as {option}"}
        with contextlib.suppress(ValueError):  # a plug-in of somebody else has an option of that name
            parser.getgroup(plugin.NAME).addoption(alias, dest=option.removeprefix("--").replace("-", "_"), **form)


def pytest_configure(config: pytest.Config) -> None:
    """Clauses may be among the tests here, whatever is asked for."""
    plugin.register_markers(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A warning fails the test of the suite that raises it.

    Not in the configuration: there it would turn the warning of any plug-in of a user into an internal error, and a
    target would be judged by it.
    """
    for item in items:
        if not isinstance(item, plugin.ClauseItem):
            item.add_marker(STRICT, append=False)
