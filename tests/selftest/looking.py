"""What several tests look at: the two labels of a request side by side, and what a run found broken."""

from collections.abc import Iterable

import hypothesis
import pytest

from restore_conformance.contract.workload import CREATE
from restore_conformance.exchange import Request
from restore_conformance.settings import Settings


def some(values: Iterable[object], *daily: object):
    """Parameters of which those named are tried every day, and the others in the deep proofs."""
    return [one if one in daily else pytest.param(one, marks=pytest.mark.deep) for one in values]


TOKEN = "G00D.t0ken.with-Letters"


def request_of(stimulus):
    """The request a stimulus stands for, with a token of its own."""
    headers = []
    if stimulus.authorization is not None:
        value = stimulus.authorization.format(token=TOKEN, shorter=TOKEN[:-1], swapped=TOKEN.swapcase())
        headers.append(("Authorization", value))
    if stimulus.media is not None:
        headers.append(("Content-Type", stimulus.media))
    return Request("POST", CREATE, (*headers, *stimulus.headers), stimulus.body)


def disagreement(stimulus, sent):
    """How the two labels differ, or None."""
    meant = set(stimulus.defect.split("+")) - {""}
    if sent.kind != stimulus.kind:
        return f"kind {sent.kind}, meant {stimulus.kind}"
    if sent.defects != meant:
        return f"defects {sorted(sent.defects)}, meant {sorted(meant)}"
    curious = sent.open - {"artifact-limit"}
    if stimulus.open not in {*curious, ""} or (not stimulus.open and curious):
        return f"open {sorted(sent.open)}, meant {stimulus.open or 'nothing'}"
    return None


def settings_for(service, **changes):
    """The settings of a run that may use every caller whom a service in process knows."""
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    return Settings(**{"token": tokens["good"], "identities": others, **changes})


def failed(result):
    """The addresses of the clauses a run found broken."""
    return [found.clause.address for found in result.verdicts if found.verdict == "fail"]


def smallest(strategy, condition, tries=500):
    """The simplest value that meets a condition, as Hypothesis shrinks it."""
    settings = hypothesis.settings(
        max_examples=tries, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    return hypothesis.find(strategy, condition, settings=settings)
