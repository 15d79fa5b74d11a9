"""What lists and counts of artifacts show once something was done: the checks about artifacts over state.

Knows which cause explains a difference; what a reading should show by now is for the state.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from restore_conformance.checks.agreement import as_sent, comparable, no_server_error, one_declared
from restore_conformance.checks.readings import compared, has_route, no_array, once_answered, place
from restore_conformance.contract.workload import GRANULAR, GRANULAR_TYPE, KINDS, STANDARD, STANDARD_TYPE, type_file
from restore_conformance.exchange import Exchange
from restore_conformance.recogniser.answers import id_key
from restore_conformance.recogniser.statuses import NOT_THERE, meaning
from restore_conformance.state import Aspect, Known
from restore_conformance.state.facts import CHANGES, LISTS, TRUSTED
from restore_conformance.state.known import COUNT, ITEMS, PRESENCE, Fit, Phase
from restore_conformance.state.session import THERE, ids_of, page_value, values
from restore_conformance.verdicts import Deviation, Inconclusive, Untouched, Why

DELTAS = {f"{STANDARD}@delta": type_file(STANDARD_TYPE), f"{GRANULAR}@delta": type_file(GRANULAR_TYPE)}
"""The members of an answer that list changes, and the type of what is added."""
UNCHANGED = {"@removed", "@Core.DataModificationException"}
"""Annotations of an element that was not added."""
OTHERS = "somebody else may have changed the session meanwhile"
POINTERS = {COUNT: "/restoreSessionArtifactCount/total", ITEMS: "/value"}


def blamed(known: Known, aspect: Aspect) -> str:
    """Which cause a reading that disagrees is about: "removed", "added", "refused", "other" or "created".

    "" where activating or deleting the session came between. Where nothing was right yet, a refused change or a change
    of another session explains only what it could have done; so does the latter beside another session that is new.
    """
    since = known.since
    for cause in ("removed", "added"):
        if cause in since:
            return cause
    if not since.isdisjoint({"activated", "deleted"}):
        return ""
    never = "created" in since  # this view has not agreed before
    more = (aspect.shown or 0) - (aspect.expected or 0)
    if "refused" in since and (not never or more > 0):
        return "refused"
    if "other:changed" in since and (more in _moved(known) or since.isdisjoint({"created", "other:created"})):
        return "other"
    return "created"


def _moved(known: Known) -> set[int]:
    """By how much a change of another session would change the number of artifacts if it went astray."""
    moved = set()
    for cause, sign in (("other:added", 1), ("other:removed", -1)):
        change = known.causes[cause].sent.change if cause in known.since else None
        if change is not None:
            moved.add(sign * len(change.additions if sign > 0 else change.removals))
    return moved


def effect(exchange: Exchange, known: Known, cause: str) -> Aspect:
    """How the artifacts that a reading counts or lists compare, where `cause` is what it is about.

    Raises Untouched where the reading is not evidence for that, Inconclusive where it may lag.
    """
    name = ITEMS if exchange.sent.operation in LISTS else COUNT
    if name == ITEMS and not known.whole:
        raise Untouched("a list was not read to its end")
    aspect = known.aspect(name)
    if aspect.fit in {Fit.BEHIND, Fit.CONTRADICTS} and blamed(known, aspect) != cause:
        raise Untouched("the artifacts differ for another reason")
    has_route(exchange, known)
    return compared(exchange, known, name)


def no_change_of_another(known: Known) -> None:
    """Raises Untouched where a change of another session explains the number: that is for another clause."""
    aspect = known.aspect(COUNT)
    never = known.before is None and "other:changed" in known.since  # nobody knows whether it ever was right
    if aspect.fit in {Fit.BEHIND, Fit.CONTRADICTS} and (never or blamed(known, aspect) == "other"):
        raise Untouched("the artifacts differ for another reason")


def same_artifacts(exchange: Exchange, known: Known, cause: str, done: str) -> None:
    """The reading counts or lists the artifacts that the session has after `cause`: `done` is the exchange of it."""
    aspect = effect(exchange, known, cause)
    if aspect.fit is Fit.AGREES:
        return
    lists = exchange.sent.operation in LISTS
    pointer = POINTERS[ITEMS if lists else COUNT]
    expected, got = str(aspect.expected), aspect.shown
    what = f"{expected} artifacts"
    if lists and expected == str(got):
        expected, got = _which(known, LISTS[exchange.sent.operation])
        what = expected
    if lists and not known.alone:  # a count comes with the time of the last change, which a list does not show
        raise Inconclusive(f"{OTHERS}: expected {what} in a list, got {got}")
    raise Deviation(
        f"GET {place(exchange)}{once_answered(known.causes.get(done), done)}: {pointer}: expected {what}, got {got}",
        expected=expected,
        observed=got,
        pointer=pointer,
        because=because(known, done),
    )


def _which(known: Known, kind: str) -> tuple[str, Any]:
    """What is wrong in a list of the right length: an artifact stands twice, was removed, or is missing."""
    shown = ids_of(listed(known))
    twice = next((name for name in shown if shown.count(name) > 1), None)
    if twice is not None:
        return "each artifact once", twice
    missing = [name for name in ids_of(known.listed.get(kind, ())) if name not in shown]
    gone = _removed(known).intersection(shown)
    if gone:
        return "no artifact that was removed", min(gone)
    return f"the artifact {missing[0]}" if missing else "the artifacts that stay", None


def _removed(known: Known) -> set[str]:
    """The ids that the last removal named."""
    cause = known.causes.get("removed")
    change = cause.sent.change if cause is not None else None
    return set(map(id_key, change.removals)) if change is not None else set()


@contextmanager
def nobody_else(known: Known) -> Iterator[None]:
    """Turns a Deviation into Inconclusive where somebody else may have changed the session."""
    try:
        yield
    except Deviation as broken:
        if not known.alone:
            raise Inconclusive(f"{OTHERS}: {broken.message}") from None
        raise


def because(known: Known, done: str) -> tuple[Exchange, ...]:
    """The exchanges that set what a reading must show: the last that did something, and the reading before it."""
    chosen = (known.before or known.created, known.causes.get(done))
    return tuple(earlier for earlier in chosen if earlier is not None)


def update_refused(known: Known) -> None:
    """What was refused last is an update. Raises Untouched where it is another operation."""
    cause = known.causes.get("refused")
    if cause is None or cause.sent.operation != "update":
        raise Untouched("no update was refused")


# ---------------------------------------------------------------------- lists


def listed(known: Known) -> list[dict[str, Any]]:
    """The artifacts of a list so far, page after page."""
    return [artifact for page in known.pages for artifact in values(page)]


def served(exchange: Exchange) -> None:
    """The answer is to somebody who may ask. Raises Untouched for callers who may not, and for refusals of a caller."""
    if exchange.sent.caller not in TRUSTED or not meaning(exchange.status).of_session:
        raise Untouched("nobody who may ask for it was answered")


def of_kind(known: Known, kind: str) -> None:
    """The session holds artifacts of this kind, as far as it is known; an empty one is as good as one of full sites.

    Raises Untouched where it is of the other kind, which no page says how to answer.
    """
    held = {name for name, elements in known.sent.items() if elements} or {"standard"}
    if known.created is not None and kind not in held:
        raise Untouched(f"no session with {kind} artifacts was asked for them")


def collection(exchange: Exchange, known: Known) -> None:
    """The answer is 200 with an array as value. Raises Untouched where nobody knows that there is such a session."""
    served(exchange)
    of_kind(known, LISTS[exchange.sent.operation])
    if exchange.status == 200 and isinstance(page_value(exchange), list):
        return
    if exchange.status != 200:
        if known.phase not in THERE:
            raise Untouched("no list of artifacts of a session that is known to be there")
        has_route(exchange, known)
        if exchange.status in NOT_THERE:
            compared(exchange, known, PRESENCE)
    raise no_array(exchange, known, by_status=exchange.status != 200)


def every_artifact(exchange: Exchange, known: Known) -> None:
    """A whole list shows as many artifacts as were sent, each once."""
    of_kind(known, LISTS[exchange.sent.operation])
    same_artifacts(exchange, known, "created", "created")


def agreeing(exchange: Exchange, known: Known) -> list[dict[str, Any]]:
    """The artifacts of a whole list that agrees with what is known. Raises Untouched for any other."""
    has_route(exchange, known)
    if not known.whole or known.aspect(ITEMS).fit is not Fit.AGREES:
        raise Untouched("no whole list of artifacts that shows as many as it should")
    return listed(known)


def unchanged(known: Known) -> bool:
    """Whether a session holds what it was created with: no change was carried out, for sure or perhaps."""
    return {"added", "removed", "changed"}.isdisjoint(known.causes)


def none_missing(exchange: Exchange, known: Known) -> None:
    """A list after additions shows every artifact of the one before. Raises Untouched where there is none before."""
    before = ids_of(known.listed.get(LISTS[exchange.sent.operation], ()))
    if not before:
        raise Untouched("no list of the artifacts before it")
    effect(exchange, known, "added")
    shown = set(ids_of(listed(known)))
    missing = [name for name in before if name not in shown]
    if missing:
        raise Deviation(
            f"GET {place(exchange)}{once_answered(known.causes.get('added'))}: "
            f"expected the artifact {missing[0]} to stay, got none",
            expected=missing[0],
            observed=None,
            pointer="/value",
            because=because(known, "added"),
        )


def wait_to_be_activated(known: Known) -> None:
    """The target has an operation that only drafts allow. Raises Untouched where it has none.

    That a session waits to be activated is said of those operations alone; the page of create does not speak of it.
    """
    if known.routes.isdisjoint(CHANGES):
        raise Untouched("the target offers nothing that only drafts allow", Why.ROUTE)


def all_added(shown: list[dict[str, Any]]) -> None:
    """Every artifact has the status of one that waits, as far as it shows one."""
    for artifact in shown:
        if comparable(artifact.get("status")) and artifact.get("status") not in {None, "added", "unknown"}:
            raise Deviation(
                f"/value: expected the status added in a draft, got {artifact['status']!r}",
                expected="added",
                observed=artifact["status"],
                pointer="/value/status",
            )


def fresh(exchange: Exchange, known: Known) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a list shows that the last one did not, and what was sent of it. Raises Untouched where nobody can say."""
    kind = LISTS[exchange.sent.operation]
    sent, before = [dict(artifact) for artifact in known.sent.get(kind, ())], set(ids_of(known.listed.get(kind, ())))
    shown = [artifact for artifact in agreeing(exchange, known) if id_key(artifact.get("id")) not in before]
    return shown, sent[len(sent) - len(shown) :] if len(sent) >= len(shown) else sent


# ---------------------------------------------------------------------- what an update answers


def answered_additions(exchange: Exchange, name: str) -> list[dict[str, Any]]:
    """The artifacts that the answer to an update names as added, under one member."""
    value = exchange.answer.get(name) if isinstance(exchange.answer, dict) else None
    elements = value if isinstance(value, list) else []
    return [element for element in elements if isinstance(element, dict) and not UNCHANGED & element.keys()]


def names_what_changed(exchange: Exchange, known: Known) -> None:
    """The answer to an update names its session, lists changes, or both; an added artifact has the members it must."""
    answer = exchange.answer
    if not {"id", *DELTAS, *KINDS} & answer.keys():
        raise Deviation(
            f"expected an id or a list of changes in the answer, got {', '.join(answer) or 'an empty object'}"[:300],
            expected="a session, or a list of changes",
            observed=sorted(answer)[:9],
        )
    if "id" in answer and str(answer["id"]).lower() != known.session.lower():
        raise Deviation.at("/id", f"{known.session}, the id asked for", answer["id"], expected=known.session)
    for name, schema in DELTAS.items():
        for element in answered_additions(exchange, name):
            one_declared(element, schema, f"/{name}")


def listed_by_answered_id(exchange: Exchange, known: Known) -> None:
    """The ids by which the last update named what it added are those of a list of that kind."""
    shown = set(ids_of(agreeing(exchange, known)))
    for name in DELTAS:
        if KINDS[name.removesuffix("@delta")] != LISTS[exchange.sent.operation]:
            continue
        for element in answered_additions(known.causes["added"], name):
            named = element.get("id")
            if named and isinstance(named, str) and id_key(named) not in shown:
                raise Deviation(
                    f"{name} of the answer to PATCH: expected the id by which the artifact is listed, got {named}",
                    expected="an id of the list of artifacts",
                    observed=named,
                    pointer="/value",
                    because=because(known, "added"),
                )


def answered_as_sent(exchange: Exchange, known: Known) -> None:
    """The answer to additions names artifacts as they were sent. Raises Untouched for any other update."""
    change = exchange.sent.change
    if exchange.status != 200 or not {"change:clean", "change:additions"} <= exchange.sent.tags or change is None:
        raise Untouched("no additions were answered 200")
    for name in DELTAS:
        shown = answered_additions(exchange, name)
        as_sent(shown, list(change.additions), f"/{name}")
        if known.phase is Phase.DRAFT:
            all_added(shown)


def none_of_the_other_kind(exchange: Exchange, known: Known) -> None:
    """Asked for granular artifacts, a session of full sites shows none and the target does not break down."""
    served(exchange)
    if known.created is None or known.created.sent.kind != "standard" or known.sent.get("granular"):
        raise Untouched("nobody asked for the granular artifacts of a session of full sites")
    has_route(exchange, known)
    no_server_error(exchange)
    if not known.whole or exchange.status != 200:
        return
    aspect = compared(exchange, known, ITEMS)
    if aspect.fit is not Fit.AGREES:
        raise Deviation(
            f"GET {place(exchange)}: expected no granular artifacts of full sites, got {aspect.shown}",
            expected="0",
            observed=aspect.shown,
            pointer="/value",
        )


def nothing_there(exchange: Exchange, known: Known) -> None:
    """None of the artifacts that an update removes is there. Raises Untouched where one is, or nobody knows."""
    change = exchange.sent.change
    there = {
        name for kind in KINDS.values() for name in ids_of((*known.listed.get(kind, ()), *known.sent.get(kind, ())))
    }
    cause = known.causes.get("added")
    if cause is not None:
        there.update(name for member in DELTAS for name in ids_of(answered_additions(cause, member)))
    if change is None or not known.listed or not there.isdisjoint(map(id_key, change.removals)):
        raise Untouched("no removal of an artifact that is known not to be there")
