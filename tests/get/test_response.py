"""What reading one session answers."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story
from restore_conformance.verdicts import Deviation


@clause(when=story("life", "change"))
def test_session(conversation):
    """A session is read as declared."""
    for name in ("get", "get-again", "get-other"):
        if conversation.step(name) is not None:
            found = checks.answered(conversation, name, 200)
            checks.declared(found, "get/response.json")


@clause(when=sent("get") & answered("200"))
def test_media_type(exchange):
    """A session comes as application/json."""
    checks.json_media_type(exchange, required=True)


@clause(when=sent("get") & answered("200", "object"))
def test_type_named(exchange):
    """The type, where named, is that of a SharePoint restore session."""
    return checks.type_named(exchange)


@clause(when=story("life", "change", "activation"))
def test_agrees_with_create(conversation):
    """What does not change is answered alike."""
    created, found = checks.session(conversation, "create"), checks.session(conversation, "get")
    checks.same_time(created.get("createdDateTime"), found.get("createdDateTime"), "createdDateTime")
    before, after = created.get("createdBy"), found.get("createdBy")
    if isinstance(before, dict) and isinstance(after, dict):
        for actor in ("application", "user"):
            one, other = before.get(actor) or {}, after.get(actor) or {}
            if one.get("id") and other.get("id") and str(one["id"]).lower() != str(other["id"]).lower():
                raise Deviation(
                    f"/createdBy/{actor}/id: expected {one['id']} as create answered, got {other['id']}",
                    expected=one["id"],
                    observed=other["id"],
                    pointer=f"/createdBy/{actor}/id",
                )


@clause(when=story("late"))
def test_late(conversation):
    """A session stays while others come."""
    for exchange in conversation.exchanges:
        checks.answered(conversation, exchange.step, 200)
