"""What the opening paragraphs of the page promise."""

from restore_conformance.checks import members, responses
from restore_conformance.clauses import clause, created, sent, sole, valid, without

UNUSUAL = (
    "media-type-spelling",
    "conflict-behavior",
    "granular-destination",
    "white-space",
    "example:granular",
    "caller:delegated",
    "caller:application",
)
"""Features with a clause of their own, so that a target that stumbles over one is blamed for that."""


@clause(when=valid("granular") & without(*UNUSUAL))
def test_granular_accepted(exchange):
    """A request that names only granular artifacts is accepted."""
    responses.created_for_its_members(exchange)


@clause(when=created("granular"))
def test_granular_job_type(exchange):
    """A granular session is typed granular, or unknownFutureValue for a caller that did not ask for all members."""
    seen = members.member(exchange, "restoreJobType", "granular", "unknownFutureValue")
    if exchange.sent.asked_for_all_members:
        return None
    return "shown" if seen == "granular" else "hidden"


@clause(when=sole("mixed"))
def test_exclusive_artifacts(exchange):
    """A request naming both kinds of artifact is refused."""
    return responses.refused(exchange, "mixed")


@clause(when=sent("create", "one-kind-empty"))
def test_one_kind_empty(exchange):
    """A list with artifacts beside an empty one is accepted or refused."""
    return responses.either_way(exchange)


@clause(when=valid("no-payload") & without("media-type-spelling"))
def test_no_payload_accepted(exchange):
    """A request without a payload makes a session."""
    responses.created(exchange)


@clause(when=created("no-payload"))
def test_no_payload_job_type(exchange):
    """A session made without a payload is a standard one."""
    members.member(exchange, "restoreJobType", "standard")


@clause(when=created("no-payload", "empty-object"))
def test_no_payload_empty(exchange):
    """A session made without a payload holds nothing."""
    members.count(exchange, "total", 0)
    members.count(exchange, "inProgress", 0)


@clause(when=sent("create", "clean", "empty-object") & without("media-type-spelling"))
def test_empty_object(exchange):
    """An object without artifacts makes an empty session, or lacks what the table calls Required."""
    return responses.created_or_refused(exchange, "empty-object")


@clause(when=created("empty-object"))
def test_empty_object_job_type(exchange):
    """An accepted object without artifacts makes a standard session."""
    members.member(exchange, "restoreJobType", "standard")


@clause(when=sent("create", "no-payload", "clean", "open:no-payload-media-type"))
def test_no_payload_without_media_type(exchange):
    """Neither payload nor media type: an empty session, or a refusal for the missing header."""
    return responses.created_or_refused(exchange, "no-media-type")


@clause(when=sent("create", "null", "clean"))
def test_null_payload(exchange):
    """The JSON text null is accepted or refused."""
    return responses.either_way(exchange)
