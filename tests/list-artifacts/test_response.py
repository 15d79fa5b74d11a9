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
    points = [(one.get("restorePoint") or {}).get("id") for one in shown]
    if all(points):
        checks.same_names(points, [one["restorePoint"]["id"] for one in sent], "restorePoint/id")


@clause(when=STANDARD)
def test_as_sent(conversation):
    """The destination is the one that was sent."""
    name = checks.artifact_step(conversation, "list-artifacts")
    sent = {one["destinationType"] for one in checks.sent_elements(conversation, "create")}
    for one in checks.items(conversation, name):
        if one.get("destinationType") is not None and one["destinationType"] not in sent:
            raise Deviation(
                f"/value: expected destinationType {' or '.join(sent)} as sent, got {one['destinationType']}",
                expected=" or ".join(sent),
                observed=one["destinationType"],
                pointer="/value/destinationType",
            )


@clause(when=STANDARD)
def test_added(conversation):
    """The artifacts of a draft are added and nothing more."""
    checks.all_added(checks.items(conversation, checks.artifact_step(conversation, "list-artifacts")))
