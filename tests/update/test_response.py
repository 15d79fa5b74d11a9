"""What a change answers, and what it does."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story
from restore_conformance.verdicts import Deviation, Untouched

DELTAS = {
    "siteRestoreArtifacts@delta": "siteRestoreArtifact",
    "granularSiteRestoreArtifacts@delta": "granularSiteRestoreArtifact",
}
LISTS = {name.removesuffix("@delta") for name in DELTAS}
MAY_CHANGE = frozenset({
    "update-add", "update-remove", "update-remove-nothing", "update-nothing", "update-nothing-named", "update-plain",
    "update-exchange", "update-two-destinations",
})  # fmt: skip
UNCHANGED = {"@removed", "@Core.DataModificationException"}
"""What stands beside an element that was not added."""


@clause(when=story("change"))
def test_object(conversation):
    """The answer is a session or lists what became of the changes, and lists objects."""
    found = checks.done(conversation, "update-add")
    checks.declared(found, "update/response.json")
    if not {"id", *DELTAS, *LISTS} & found.answer.keys():
        raise Deviation(
            f"expected an id or a list of changes in the answer, got {', '.join(found.answer) or 'an empty object'}"[
                :300
            ],
            expected="a session, or a list of changes",
            observed=sorted(found.answer)[:9],
        )
    if "id" in found.answer:
        checks.same_id(checks.session(conversation, "create"), found.answer)
    for name, kind in DELTAS.items():
        for element in found.answer.get(name) or []:
            if not UNCHANGED & element.keys():
                checks.one_declared(element, f"types/{kind}.json", f"/{name}")


@clause(when=sent("update") & answered("200"))
def test_media_type(exchange):
    """The answer comes as application/json."""
    checks.json_media_type(exchange, required=False)


def _before(conversation):
    """The artifacts that were there before any was added; none where nobody looked."""
    return checks.items(conversation, "artifacts") if conversation.step("artifacts") is not None else []


@clause(when=story("change"))
def test_added(conversation):
    """Added artifacts are counted and listed."""
    checks.done(conversation, "update-add")
    if conversation.step("artifacts-added") is not None:
        before = _before(conversation)
        after = checks.items(conversation, "artifacts-added")
        if len(after) < len(before) + 1:
            raise Deviation(
                f"expected more than {len(before)} artifacts after adding some, got {len(after)}",
                expected=f"more than {len(before)}",
                observed=len(after),
            )
    checks.same_total(conversation, "get", "get-added", len(checks.added(conversation, "update-add")))


@clause(when=story("change"))
def test_added_ids(conversation):
    """An added artifact is listed by the id that the change answered."""
    answer = checks.done(conversation, "update-add").answer
    shown = {str(one.get("id")).lower() for one in checks.items(conversation, "artifacts-added")}
    for name in DELTAS:
        for element in checks.objects(answer, name):
            told = element.get("id")
            if told and isinstance(told, str) and not UNCHANGED & element.keys() and told.lower() not in shown:
                raise Deviation(
                    f"/{name}: expected the id by which the artifact is listed, got {told}",
                    expected="an id of the list of artifacts",
                    observed=told,
                    pointer=f"/{name}/id",
                )


@clause(when=story("change"))
def test_as_sent(conversation):
    """An added artifact is answered and listed as it was sent."""
    found = checks.done(conversation, "update-add")
    sent = checks.added(conversation, "update-add")
    for name in DELTAS:
        told = [one for one in checks.objects(found.answer, name) if not UNCHANGED & one.keys()]
        checks.as_sent(told, sent, f"/{name}")
        checks.all_added(told)
    if conversation.step("artifacts-added") is None:
        return
    before = _before(conversation)
    old = [one.get("id") for one in before]
    fresh = [one for one in checks.items(conversation, "artifacts-added") if one.get("id") not in old]
    checks.as_sent(fresh, sent, "/value")


@clause(when=story("change"))
def test_only_that(conversation):
    """Another session keeps its artifacts."""
    checks.seen(e for e in conversation.exchanges if e.sent.operation == "update" and e.status == 200)
    checks.seen(conversation.steps("get-other") + conversation.steps("artifacts-other"))
    if conversation.step("get-other") is not None:
        checks.same_total(conversation, "create-other", "get-other")
    if conversation.step("artifacts-other") is not None:
        if conversation.step("artifacts-other-before") is not None:
            checks.kept(conversation, "artifacts-other-before", "artifacts-other")
        shown, sent = checks.items(conversation, "artifacts-other"), checks.sent_elements(conversation, "create-other")
        checks.same_number(shown, sent, "artifacts of the other session")


@clause(when=story("change"))
def test_others_kept(conversation):
    """Those that were there stay."""
    checks.kept(conversation, "artifacts", "artifacts-added")


@clause(when=story("change"))
def test_removed(conversation):
    """A removed artifact is gone, and no other."""
    checks.done(conversation, "update-remove")
    gone = checks.removed(conversation, "update-remove")
    if any(one.get("id") == gone for one in checks.items(conversation, "artifacts-removed")):
        raise Deviation(
            f"expected no artifact {gone}, which was removed, got it in the list", expected="none", observed=gone
        )
    if conversation.step("get-added") is not None:
        checks.kept(conversation, "artifacts-added", "artifacts-removed", gone)
        more = len(checks.added(conversation, "update-remove"))
        checks.same_total(conversation, "get-added", "get-removed", more - 1)
        sent, shown = checks.items(conversation, "artifacts-added"), checks.items(conversation, "artifacts-removed")
        if len(shown) != len(sent) + more - 1:
            raise Deviation(
                f"expected {len(sent) + more - 1} artifacts after {more} more and one less, got {len(shown)}",
                expected=str(len(sent) + more - 1),
                observed=len(shown),
            )


@clause(when=story("change"))
def test_removal_of_nothing(conversation):
    """Removing what is not there is told, not stumbled over."""
    found = checks.step(conversation, "update-remove-nothing")
    checks.no_server_error(found)


@clause(when=story("change"))
def test_refused_unchanged(conversation):
    """A refused change changes nothing."""
    steps = [e for e in conversation.exchanges if e.sent.operation == "update"]
    after = [e for e in steps if e.step not in MAY_CHANGE]
    for exchange in steps:
        checks.sound(exchange)  # one whose answer was lost may have been carried out
    if any(e.status is None or not 400 <= e.status < 500 for e in checks.seen(after)):
        raise Untouched("a change that must be refused was not")
    checks.same_total(conversation, "get-removed", "get-refused")
