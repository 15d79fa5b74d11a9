"""What the suite's own tests share: a guard on the network, the register, and one way to run a campaign."""

import gc
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looking import settings_for

from restore_conformance import cli
from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.mock import Service
from restore_conformance.targets import Embedded
from restore_conformance.verdicts import Inconclusive


def pytest_collection_finish():
    """Collected tests stay to the end: the garbage collector need not walk through thousands again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Inconclusive is what pytest takes for a skip; in a test of the suite itself it is a failure."""
    try:
        return (yield)
    except Inconclusive as inconclusive:
        raise AssertionError(f"the test itself came to no verdict: {inconclusive}") from inconclusive


@pytest.fixture(autouse=True, scope="session")
def loopback_only():
    """A socket to anywhere but this machine fails the test that opens it."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host.split("%")[0]).is_loopback:
                raise AssertionError(f"a test opened a socket to {host}")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def children_compile_once(tmp_path_factory):
    """Where Python may not leave bytecode in the checkout, each process a test starts would compile everything anew."""
    patch = pytest.MonkeyPatch()
    if sys.dont_write_bytecode:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("bytecode")))
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def no_configuration(tmp_path_factory):
    """What the person who runs the tests has configured for runs of their own is not read."""
    patch = pytest.MonkeyPatch()
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        patch.setenv(name, str(tmp_path_factory.mktemp("configuration")))
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def no_summary(monkeypatch):
    """In a build the runs of these tests write nothing into its summary."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


@pytest.fixture(scope="session")
def register():
    return load()


@pytest.fixture(scope="session")
def judged(register):
    """Runs a campaign on a service in process and gives its result and its failed clauses."""

    def judge(service=None, profile="standard", **changes):
        service = service or Service()
        return Campaign(settings_for(service, profile=profile, **changes), Embedded(service), register).run()

    return judge


@pytest.fixture
def started():
    """Starts the interpreter with these arguments, as a process of its own.

    Whatever still runs when the test ends, passed or not, is ended, and its pipes are closed: left open, they would
    fail some later test.
    """
    processes = []

    def start(*arguments, **options):
        line = [sys.executable, *map(str, arguments)]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate(timeout=20)


@pytest.fixture
def command(capsys):
    """Runs the command in process: exit code, standard output, standard error."""

    def act(*arguments):
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = left.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return act


def _postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server on loopback, started for the test."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
    folder = tmp_path_factory.mktemp("pg")
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        for above in folder.parents:
            if above.name.startswith(("pytest-", "popen-")):
                above.chmod(above.stat().st_mode | 0o011)
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    data = folder / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-A", "trust", "-U", "drift", "--no-sync"],
        capture_output=True,
        check=False,
        cwd="/",
        **user,
    )
    if made.returncode:
        pytest.skip(f"PostgreSQL cannot be set up here: {made.stderr.decode()[-200:]}")
    options = [
        "-D",
        data,
        "-p",
        str(port),
        "-c",
        f"unix_socket_directories={folder}",
        "-c",
        "listen_addresses=127.0.0.1",
        "-F",
    ]
    server = subprocess.Popen(
        [programs / "postgres", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user
    )
    try:
        for _ in range(100):
            if (
                subprocess.run(
                    [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
                ).returncode
                == 0
            ):
                break
            time.sleep(0.1)
        else:
            pytest.skip("PostgreSQL did not start within ten seconds")
        yield f"postgresql://drift@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)
