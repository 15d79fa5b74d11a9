"""What reading the granular artifacts of a session answers."""

from restore_conformance import checks
from restore_conformance.clauses import clause, story
from restore_conformance.verdicts import Deviation

GRANULAR = story("life", "change")


@clause(when=GRANULAR)
def test_collection(conversation):
    """The artifacts are a collection."""
    checks.collection(conversation, checks.artifact_step(conversation, "list-granular"))


@clause(when=GRANULAR)
def test_items(conversation):
    """Every item is a granular artifact."""
    name = checks.artifact_step(conversation, "list-granular")
    for page in conversation.steps(name):
        if page.status == 200:
            checks.declared(page, "list-granular/response.json", null=("status",))


@clause(when=GRANULAR)
def test_status_shown(conversation):
    """Every item has a status."""
    name = checks.artifact_step(conversation, "list-granular")
    for one in checks.items(conversation, name):
        if one.get("status") is None:
            raise Deviation("/value: status is not nullable, got none", expected="a status", pointer="/value/status")


@clause(when=GRANULAR)
def test_every_artifact(conversation):
    """What was sent is listed by its key, each once."""
    shown = checks.items(conversation, checks.artifact_step(conversation, "list-granular"))
    sent = checks.sent_elements(conversation, "create")
    checks.same_number(shown, sent, "artifacts")
    checks.same_names([one.get("id") for one in shown], [one["id"] for one in sent], "id")


@clause(when=GRANULAR)
def test_as_sent(conversation):
    """The browse session is the one that was sent."""
    name = checks.artifact_step(conversation, "list-granular")
    sent = {one["browseSessionId"] for one in checks.sent_elements(conversation, "create")}
    for one in checks.items(conversation, name):
        told = one.get("browseSessionId")
        if isinstance(told, str) and told and told not in sent:
            raise Deviation(
                "/value: expected the browseSessionId that was sent, got another",
                expected=sorted(sent)[0],
                observed=told,
                pointer="/value/browseSessionId",
            )


@clause(when=story("life"))
def test_of_full_sites(conversation):
    """A session of full-site artifacts has no granular ones."""
    found = checks.step(conversation, "items")
    checks.no_server_error(found)
    shown = checks.objects(found.answer, "value") if found.status == 200 else []
    checks.same_number(shown, [], "granular artifacts")
