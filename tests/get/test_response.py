"""What reading one session answers."""

from restore_conformance.checks import agreement, members, readings, responses
from restore_conformance.clauses import answered, clause, sent, session, since, trusted, without
from restore_conformance.verdicts import Deviation, Untouched

READ = sent("get") & answered("200", "object")


@clause(when=sent("get") & without("session:gone") & trusted)
def test_session(exchange, known):
    """A session is read as declared, whatever has become of it."""
    if known.phase == "unknown" and known.alone:
        raise Untouched("no answer has named the session: see get/errors")
    if exchange.status == 200:
        agreement.declared(exchange, "get/response.json")
    elif known.phase in {"draft", "started"} and known.since <= {"created", "other:created"}:
        readings.found(exchange, known)
    else:
        raise Untouched("the session was not read")


@clause(when=sent("get") & answered("200", "object"))
def test_members_shown(exchange):
    """A session is read with its status and its job type."""
    for name in ("status", "restoreJobType"):
        if name not in exchange.answer:
            raise Deviation(
                f"/{name}: the printed answer shows it, got no such member", expected=name, pointer=f"/{name}"
            )


@clause(when=sent("get") & answered("200"))
def test_media_type(exchange):
    """A session comes as application/json."""
    responses.json_media_type(exchange, required=True)


@clause(when=sent("get") & answered("200", "object"))
def test_type_named(exchange):
    """The type, where named, is that of a SharePoint restore session."""
    return members.type_named(exchange.answer, base=True)


@clause(when=READ & session("draft", "started"))
def test_agrees_with_create(exchange, known):
    """What does not change is answered alike, whatever is done to the session."""
    created, shown = known.created.answer, exchange.answer
    agreement.same_time(created.get("createdDateTime"), shown.get("createdDateTime"), "createdDateTime")
    if known.created.sent.caller != exchange.sent.caller:
        return
    agreement.same_actors(created.get("createdBy"), shown.get("createdBy"), "createdBy")
    if known.before is not None:
        before = known.before.answer
        agreement.same_time(before.get("createdDateTime"), shown.get("createdDateTime"), "createdDateTime", 0)
        agreement.same_actors(before.get("createdBy"), shown.get("createdBy"), "createdBy")


@clause(when=READ & without("session:gone"))
def test_timestamps_order(exchange, known):
    """Creation comes before modification, however often that was."""
    agreement.in_order(exchange.answer, seconds=1)


@clause(when=sent("get") & session("draft", "started") & since("other:created") & trusted)
def test_late(exchange, known):
    """A session stays while others come."""
    if not readings.long_ago(known):
        raise Untouched("no session was read long after it was made")
    readings.found(exchange, known, "other:created")


@clause(when=READ & sent("session:foreign") & session("draft", "started"))
def test_same_for_all(exchange, known):
    """Who made a session does not depend on who asks."""
    maker = known.created.sent.caller
    read = known.readings.get("get")
    before = read if read is not None and read.sent.caller == maker and read.status == 200 else known.created
    agreement.same_actors(before.answer.get("createdBy"), exchange.answer.get("createdBy"), "createdBy")
