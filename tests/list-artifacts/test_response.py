"""What reading the full-site artifacts of a session answers."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story
from restore_conformance.verdicts import Deviation

STANDARD = story("life", "change")


@clause(when=STANDARD)
def test_collection(conversation):
    """The artifacts are a collection."""
    checks.collection(conversation, checks.artifact_step(conversation, "list-artifacts"))


@clause(when=STANDARD)
def test_items(conversation):
    """Every item is an artifact."""
    name = checks.artifact_step(conversation, "list-artifacts")
    checks.step(conversation, name)
    for page in conversation.steps(name):
        if page.status == 200:
            checks.declared(page, "list-artifacts/response.json")


@clause(when=STANDARD)
def test_every_artifact(conversation):
    """What was sent is listed, each once."""
    name = checks.artifact_step(conversation, "list-artifacts")
    empty = checks.step(conversation, "create").sent.count == 0
    shown, sent = checks.items(conversation, name), [] if empty else checks.sent_elements(conversation, "create")
    checks.same_number(shown, sent, "artifacts")
    checks.all_different([one.get("id") for one in shown], "id")
    points = [one["restorePoint"].get("id") for one in shown if isinstance(one.get("restorePoint"), dict)]
    if len(points) == len(shown) and all(isinstance(one, str) and one for one in points):
        checks.same_names(points, [one["restorePoint"]["id"] for one in sent], "restorePoint/id")


@clause(when=STANDARD)
def test_as_sent(conversation):
    """The destination is the one that was sent."""
    _as_sent(conversation, "create", checks.artifact_step(conversation, "list-artifacts"))
    if conversation.step("artifacts-other") is not None:
        _as_sent(conversation, "create-other", "artifacts-other")


def _as_sent(conversation, created, listed):
    elements, shown = checks.sent_elements(conversation, created), checks.items(conversation, listed)
    sent = {one["destinationType"] for one in elements}
    for one in shown if listed == "artifacts" or len(shown) == len(elements) else ():
        if isinstance(one.get("destinationType"), str) and one["destinationType"] not in sent:
            raise Deviation(
                f"/value: expected destinationType {' or '.join(sent)} as sent, got {one['destinationType']}",
                expected=" or ".join(sent),
                observed=one["destinationType"],
                pointer="/value/destinationType",
            )


@clause(when=STANDARD)
def test_added(conversation):
    """The artifacts of a draft are added and nothing more, where drafts wait to be activated."""
    checks.starts_when_told(conversation)
    checks.all_added(checks.items(conversation, checks.artifact_step(conversation, "list-artifacts")))
