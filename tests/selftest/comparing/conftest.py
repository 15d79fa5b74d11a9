"""Run records of the mock with its faults, made once and shared."""

import copy
import functools
import json

import pytest
from looking import settings_for

from restore_conformance.campaign.campaign import Campaign
from restore_conformance.clauses import load
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.records.exchange_store import Store
from restore_conformance.records.run_record import learn, run_of
from restore_conformance.scrub import Scrub
from restore_conformance.targets import Embedded


def _made(folder, fault, register=None, **settings):
    """A run of the mock with that fault: its record and its exchanges, as the texts they are stored as."""
    service = seeded(fault) if fault else Service()
    chosen = settings_for(service, **{"profile": "quick", **settings})
    scrub = Scrub({"token": service.token, **chosen.identities})
    target = Embedded(service)
    path = folder / "exchanges.ndjson"
    store = Store(path, scrub, target.base)
    result = Campaign(chosen, target, register or load(), keep=store).run()
    learn(result, scrub)
    store.close()
    return json.dumps(run_of(result, scrub)), path.read_text()


@pytest.fixture(scope="session")
def stored(tmp_path_factory):
    """Gives record and exchanges of a fault (none: the mock as it is) as texts; each run is made once."""
    known = functools.lru_cache(maxsize=64)(functools.partial(_made, tmp_path_factory.mktemp("runs")))

    def make(fault="", register=None, **settings):
        if register is not None:
            return _made(tmp_path_factory.mktemp("run"), fault, register, **settings)
        return known(fault, **settings)

    return make


@pytest.fixture(scope="session")
def record(stored):
    """Gives the run record of a fault; every caller gets a copy of its own."""
    return lambda fault="", **settings: json.loads(stored(fault, **settings)[0])


@pytest.fixture
def folder(tmp_path, stored):
    """Gives the folder of a run with a fault: its run.json and its exchanges."""

    def make(fault="", name="run", change=lambda run: None, **settings):
        place = tmp_path / name
        place.mkdir()
        text, exchanges = stored(fault, **settings)
        run = json.loads(text)
        change(run)
        (place / "run.json").write_text(json.dumps(run))
        (place / "exchanges.ndjson").write_text(exchanges)
        return place

    return make


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
