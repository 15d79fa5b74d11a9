"""The create table of the error page, and the shape of every refusal."""

from restore_conformance.checks import members, responses
from restore_conformance.clauses import answered, clause, sent, sent_any, sole, without
from restore_conformance.recogniser.answers import codes

SOFT = {
    "trailing-text", "not-utf8", "conflict-value", "browse-session-missing", "item-id-missing", "item-member-type",
    "collection-form", "future-value", "empty-list", "null-list",
}  # fmt: skip
"""Defects whose refusal is inferred, or that may make an empty session: beside another curiosity they prove nothing."""


@clause(when=sent("create") & answered("4xx") & without("open:very-large", "open:very-deep"))
def test_envelope(exchange):
    """A refusal has Graph's shape."""
    responses.envelope(exchange)


@clause(when=sent("create") & answered("4xx") & without("open:very-large", "open:very-deep"))
def test_media_type(exchange):
    """A refusal comes as application/json."""
    responses.json_media_type(exchange, required=False)


@clause(when=sent("create") & answered("4xx"))
def test_code_place(exchange):
    """Where codes stand is reported."""
    places = {place for place, _ in codes(exchange.answer)}
    return " and ".join(sorted(places)) or None


@clause(when=sole("path-type"))
def test_invalid_path_type(exchange):
    """An artifact says where to restore to."""
    return responses.refused(exchange, "path-type")


@clause(when=sole("empty-list"))
def test_empty_list(exchange):
    """An empty list is refused by its row, or makes an empty session as no payload does."""
    return _empty_or_refused(exchange, "empty-list")


@clause(when=sole("null-list"))
def test_null_list(exchange):
    """A null list is refused by its row, or makes an empty session as no payload does."""
    return _empty_or_refused(exchange, "null-list")


def _empty_or_refused(exchange, defect):
    reading = responses.created_or_refused(exchange, defect)
    if reading == "accept" and isinstance(exchange.answer, dict):
        members.count(exchange, "total", 0)
    return reading


@clause(when=sole("empty-list", "null-list"))
def test_empty_list_refused(exchange):
    """The table refuses a list without artifacts."""
    if exchange.status == 201:
        responses.refused(exchange, next(iter(exchange.sent.defects)))


@clause(when=sole("restore-point"))
def test_invalid_restore_point(exchange):
    """An artifact names a restore point."""
    return responses.refused(exchange, "restore-point")


@clause(when=sole("different-destination"))
def test_different_destination(exchange):
    """One request restores to one kind of place."""
    return responses.refused(exchange, "different-destination")


@clause(when=sole("too-many"))
def test_artifacts_limit(exchange):
    """A request has a limit."""
    return responses.refused(exchange, "too-many")


@clause(when=sole("duplicate"))
def test_duplicate_artifact(exchange):
    """An artifact is in a list once."""
    return responses.refused(exchange, "duplicate")


@clause(when=sent("create", "several") & without("open:very-large", "open:very-deep"))
def test_several_defects(exchange):
    """One of several defects is enough to refuse a request."""
    firm = exchange.sent.defects - SOFT
    if not firm:
        responses.either_way(exchange)
    elif exchange.sent.open:
        responses.refused_somehow(exchange)
    else:
        responses.refused_for_any(exchange, exchange.sent.defects)


@clause(
    when=sent("create", "clean")
    & sent_any(
        "open:artifact-limit", "open:one-kind-empty", "open:null-payload", "open:enum-letter-case",
        "open:id-letter-case", "open:conflict-behavior-spelling",
    )
    & without("open:very-large")
)  # fmt: skip
def test_open_questions(exchange):
    """An open question is answered one way or the other."""
    responses.either_way(exchange)


@clause(when=sent("create"))
def test_request_ids(exchange):
    """Ids for support are reported."""
    if exchange.response is None:
        return None
    asked = exchange.request.header("client-request-id")
    got = exchange.response.header("request-id")
    echoed = asked is not None and exchange.response.header("client-request-id") == asked
    return ("request-id" if got else "none") + (" and client-request-id" if echoed else "")
