"""Run records of the mock with its faults, made once and shared."""

import copy
import functools
import json

import pytest

from restore_conformance.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.record import Store, learn, run_of
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.targets import Embedded


def _made(fault, register=None, folder=None, **settings):
    """The run record of the mock with that fault, as the text it is stored as."""
    service = seeded(fault) if fault else Service()
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    chosen = Settings(**{"token": tokens["good"], "identities": others, "profile": "quick", **settings})
    scrub = Scrub({"token": service.token, **others})
    target = Embedded(service)
    store = Store(folder / "exchanges.ndjson", scrub, target.base) if folder else None
    result = Campaign(chosen, target, register or load(), keep=store).run()
    learn(result, scrub)
    if store:
        store.close()
    text = json.dumps(run_of(result, scrub))
    if folder:
        (folder / "run.json").write_text(text)
    return text


@pytest.fixture(scope="session")
def record():
    """Gives the run record of a fault (none: the mock as it is); every caller gets a copy of its own."""
    known = functools.lru_cache(maxsize=64)(_made)

    def make(fault="", register=None, **settings):
        return json.loads(_made(fault, register, **settings) if register else known(fault, **settings))

    return make


@pytest.fixture
def folder(tmp_path):
    """Gives the folder of a run with a fault: its run.json and its exchanges."""

    def make(fault="", name="run", change=None, **settings):
        place = tmp_path / name
        place.mkdir()
        _made(fault, folder=place, **settings)
        if change is not None:
            run = json.loads((place / "run.json").read_text())
            change(run)
            (place / "run.json").write_text(json.dumps(run))
        return place

    return make


@pytest.fixture
def command(capsys):
    """Runs the command in process: exit code, standard output, standard error."""
    from restore_conformance import cli

    def act(*arguments):
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = left.code
        out = capsys.readouterr()
        return code, out.out, out.err

    return act


@pytest.fixture
def entry():
    """Gives the entry of a clause in a record."""
    return lambda run, address: next(one for one in run["clauses"] if one["id"] == address)


@pytest.fixture
def altered():
    """Gives a copy of a record with some members of one clause replaced."""

    def alter(run, address, **members):
        made = copy.deepcopy(run)
        next(one for one in made["clauses"] if one["id"] == address).update(members)
        return made

    return alter
