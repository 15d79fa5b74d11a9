"""The answer to a create request: status, media type, and every member of a fresh session."""

from restore_conformance.checks import agreement, members, responses
from restore_conformance.clauses import answered, clause, created, sent, valid, without
from restore_conformance.verdicts import Deviation

COUNTS = "restoreSessionArtifactCount"
UNUSUAL = (
    "media-type-spelling",
    "white-space",
    "example:standard",
    "caller:delegated",
    "caller:application",
)
"""Features with a clause of their own, so that a target that stumbles over one is blamed for that."""


@clause(when=valid("standard") & without(*UNUSUAL))
def test_created(exchange):
    """A valid request for full-site artifacts makes a session."""
    responses.created_for_its_members(exchange)


@clause(when=sent("create", "clean") & answered("201"))
def test_object(exchange):
    """The session is a JSON object."""
    if not isinstance(exchange.answer, dict):
        raise Deviation(
            "expected a JSON object with 201, got something else",
            expected="a JSON object",
            observed=_kind(exchange),
        )


def _kind(exchange):
    from restore_conformance.exchange import NOTHING

    return "no JSON" if exchange.answer is NOTHING else type(exchange.answer).__name__


@clause(when=sent("create", "clean") & answered("201"))
def test_media_type(exchange):
    """The session comes as application/json."""
    responses.json_media_type(exchange, required=True)


@clause(when=created())
def test_member_names(exchange):
    """No member that every printed answer shows is spelled almost right; others may well be other members."""
    session = exchange.answer
    places = [("", session, members.printed())]
    if isinstance(session.get(COUNTS), dict):
        places.append((f"/{COUNTS}", session[COUNTS], members.printed(COUNTS)))
    for where, value, declared in places:
        for spelled, name in members.near_misses(value, declared):
            raise Deviation.at(f"{where}/{spelled}", f"the name {name}", spelled, got=spelled, expected=name)


@clause(when=created())
def test_id(exchange):
    """A session has an id."""
    value = exchange.answer.get("id")
    if not isinstance(value, str) or not value.strip():
        raise Deviation.at("/id", "text that is not empty", value)


@clause(when=created())
def test_id_unique(exchange):
    """An id is given once."""
    if exchange.same_id_as is not None:
        raise Deviation.at(
            "/id",
            "an id of its own",
            exchange.answer.get("id"),
            got=f"the one exchange {exchange.same_id_as} was given",
            expected="an id no other session has",
        )


@clause(when=created())
def test_status_draft(exchange):
    """A fresh session is a draft."""
    members.member(exchange, "status", "draft")


@clause(when=created("standard"))
def test_job_type_standard(exchange):
    """Full-site artifacts make a standard session."""
    members.member(exchange, "restoreJobType", "standard")


@clause(when=created("standard", "granular") & without("open:id-letter-case"))
def test_counts_total(exchange):
    """The total, where it is shown, is what was sent."""
    members.count(exchange, "total", exchange.sent.count)


@clause(when=created())
def test_counts_integers(exchange):
    """Counts are whole numbers."""
    members.integers(exchange)


@clause(when=created())
def test_counts_written(exchange):
    """Counts are written in digits alone."""
    members.written_whole(exchange)


@clause(when=created())
def test_counts_settled(exchange):
    """Nothing is completed or failed yet."""
    members.count(exchange, "completed", 0)
    members.count(exchange, "failed", 0)


@clause(when=created())
def test_counts_in_progress(exchange):
    """No more is in progress than there is."""
    progress, total = members.counted(exchange, "inProgress"), members.counted(exchange, "total")
    if progress is None or total is None:
        return None
    if progress > total:
        raise Deviation.at(
            "/restoreSessionArtifactCount/inProgress",
            f"at most the total of {total}",
            progress,
            expected=f"0 to {total}",
        )
    if total == 0:
        return None
    return "none" if progress == 0 else "all" if progress == total else "some"


@clause(when=created())
def test_timestamps(exchange):
    """Times are DateTimeOffset values."""
    members.times(exchange)


@clause(when=created())
def test_timestamps_order(exchange):
    """Creation comes before modification, give or take what two clocks differ by."""
    agreement.in_order(exchange.answer, seconds=1)


@clause(when=created())
def test_identities(exchange):
    """Identities are objects."""
    members.identities(exchange)


@clause(when=created())
def test_not_completed(exchange):
    """A fresh session is not completed."""
    done = exchange.answer.get("completedDateTime")
    if not members.unset(done):
        raise Deviation.at("/completedDateTime", "none on a fresh session", done, expected="absent, null or unset")


@clause(when=created())
def test_no_error(exchange):
    """A fresh session has not failed."""
    error = exchange.answer.get("error")
    if error is not None and not (isinstance(error, dict) and members.holds_nothing(error)):
        raise Deviation.at("/error", "none on a fresh session", error, expected="absent or null")


@clause(when=created())
def test_artifacts(exchange):
    """Artifacts that come along are of their types, as far as they are shown."""
    members.artifacts(exchange)


@clause(when=created())
def test_artifact_members(exchange):
    """Artifacts that come along lack nothing that is never null."""
    members.artifacts_whole(exchange)


@clause(when=created())
def test_members_shown(exchange):
    """What every printed answer shows is shown."""
    for name in (
        COUNTS,
        "createdDateTime",
        "lastModifiedDateTime",
        "createdBy",
        "lastModifiedBy",
    ):
        if name not in exchange.answer:
            raise _not_shown(name)
    counts = exchange.answer[COUNTS]
    for name in members.printed(COUNTS) if isinstance(counts, dict) else ():
        if name not in counts:
            raise _not_shown(f"{COUNTS}/{name}")


def _not_shown(name):
    return Deviation(
        f"/{name}: every printed answer shows it, got no such member", expected=name, observed=None, pointer=f"/{name}"
    )


@clause(when=created())
def test_odata_type(exchange):
    """The type, where named, is that of a SharePoint restore session."""
    return members.type_named(exchange.answer)


@clause(when=created())
def test_odata_context(exchange):
    """The context, where sent, is one."""
    for name in ("@odata.context", "@context"):
        if name in exchange.answer:
            return members.context(exchange.answer[name], f"/{name}")
    return None


@clause(when=created())
def test_odata_id(exchange):
    """The address, where sent, is that of this session."""
    members.address(exchange)


@clause(when=created())
def test_unknown_members(exchange):
    """Members that are not declared are reported."""
    return ", ".join(members.undeclared(exchange)) or None


@clause(when=sent("create") & answered("201"))
def test_location(exchange):
    """A Location header is reported."""
    return "sent" if exchange.response.header("Location") else None


@clause(when=created())
def test_location_session(exchange):
    """A Location header names no other session."""
    members.location_of_session(exchange)


@clause(when=created())
def test_created_by_now(exchange):
    """A session is not created days after its answer."""
    members.created_by_now(exchange)


@clause(when=created())
def test_created_unset(exchange):
    """A creation time that is not set is reported."""
    value = exchange.answer.get("createdDateTime")
    if not isinstance(value, str):
        return None
    return "year 1" if value.startswith("0001-") else "set"
