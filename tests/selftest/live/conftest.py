"""One tenant for each test of the live mode, and a clean environment."""

import os

import pytest
import tenant as tenants

from restore_conformance import cli
from restore_conformance.live import cleanup


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """No variable of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(("AZURE_", "ACTIONS_", "RESTORE_CONFORMANCE_", "MSI_", "IDENTITY_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "right-secret")


@pytest.fixture(autouse=True)
def prompt_service(monkeypatch):
    """The mock shows a session at once: no need to wait for one to be seen."""
    monkeypatch.setattr(cleanup, "SEEN", 0.0)


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    with tenants.servers(tmp_path_factory.mktemp("servers")) as found:
        yield found


@pytest.fixture
def tenant(running, tmp_path):
    return tenants.tenant(running, tmp_path)


@pytest.fixture
def command(capsys):
    """Runs the command in process: exit code, standard output, standard error."""

    def run(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
