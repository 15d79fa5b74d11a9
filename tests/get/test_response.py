"""What reading one session answers."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story


@clause(when=story("life", "change", "activation"))
def test_session(conversation):
    """A session is read as declared, whatever has become of it."""
    for found in conversation.exchanges:
        if found.step in {"get", "get-again"}:
            checks.answered(conversation, found.step, 200)
        if (
            found.step != "get-deleted"
            and found.sent.operation == "get"
            and found.status == 200
            and not checks.unsure(found)
        ):
            checks.declared(found, "get/response.json")


@clause(when=sent("get") & answered("200"))
def test_media_type(exchange):
    """A session comes as application/json."""
    checks.json_media_type(exchange, required=True)


@clause(when=sent("get") & answered("200", "object"))
def test_type_named(exchange):
    """The type, where named, is that of a SharePoint restore session."""
    return checks.type_named(exchange.answer)


@clause(when=story("life", "change", "activation"))
def test_agrees_with_create(conversation):
    """What does not change is answered alike, whatever is done to the session."""
    created, found = checks.session(conversation, "create"), checks.session(conversation, "get")
    checks.same_time(created.get("createdDateTime"), found.get("createdDateTime"), "createdDateTime")
    checks.same_actors(created.get("createdBy"), found.get("createdBy"), "createdBy")
    for again in checks.later_reads(conversation, *checks.RUNNING):
        checks.same_time(found.get("createdDateTime"), again.get("createdDateTime"), "createdDateTime", 0)
        checks.same_actors(found.get("createdBy"), again.get("createdBy"), "createdBy")


@clause(when=story("life", "change", "activation"))
def test_timestamps_order(conversation):
    """Creation comes before modification, however often that was."""
    found = checks.seen(checks.later_reads(conversation, "get", *checks.RUNNING))
    for shown in found:
        checks.in_order(shown, seconds=1)


@clause(when=story("late"))
def test_late(conversation):
    """A session stays while others come."""
    for exchange in conversation.exchanges:
        if exchange.step != "get-gone":
            checks.answered(conversation, exchange.step, 200)


@clause(when=story("callers", "life"))
def test_same_for_all(conversation):
    """Who made a session does not depend on who asks."""
    if conversation.story == "life":
        made, read = (checks.session(conversation, name) for name in ("create-other", "get-other"))
        checks.same_actors(made.get("createdBy"), read.get("createdBy"), "createdBy")
        return
    found = checks.session(conversation, "get")
    for shown in checks.seen(checks.sessions(conversation, "get-as-read-only", "get-as-no-permission")):
        checks.same_actors(found.get("createdBy"), shown.get("createdBy"), "createdBy")
