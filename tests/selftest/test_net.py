"""Every seeded server answers what it answered when the data file was written; a run says the same of the plain one."""

import net
import pytest

SHARE = 120
"""One server in so many is asked every day; `make net` asks them all."""

EVERY = list(net.every_server())
ALIKE = (
    {"plain", "variant field-slow", "variant field2-failed-always-shown"},
    {"fault item-status-null", "variant fair-item-status-null"},
)
"""Servers that answer the same: one is slow, one shows a state that plain ones never reach; two share an answer."""


def test_the_data_file_names_every_server():
    """A server that was added or taken away is one on purpose: `make net-renew` writes the file anew."""
    assert list(net.known()["digests"]) == EVERY


@pytest.mark.parametrize("name", EVERY[::SHARE])
def test_a_server_answers_as_before(name):
    assert net.digests([name]) == {name: net.known()["digests"][name]}


@pytest.mark.deep
def test_every_server_answers_as_before():
    found = net.digests(EVERY, net.PROCESSES)
    assert {name for name in EVERY if found[name] != net.known()["digests"][name]} == set()


def test_no_two_servers_are_the_same():
    """Two faults, or a fault and the plain service, never answer alike: what does is an alias."""
    alike = {}
    for name, digest in net.known()["digests"].items():
        alike.setdefault(digest, set()).add(name)
    assert [names for names in alike.values() if len(names) > 1 and names not in ALIKE] == []


@pytest.mark.parametrize(
    "profile", ["quick", *(pytest.param(one, marks=pytest.mark.deep) for one in ("standard", "deep"))]
)
def test_a_run_against_the_plain_service_says_the_same(profile):
    """A clause that was added, or a verdict that changed, is one on purpose: `make net-renew PART=runs`."""
    assert net.verdicts(profile) == net.known()["runs"][profile]
