"""The request body: what may be sent, what may not, and what the page leaves open."""

from restore_conformance.checks import agreement, responses
from restore_conformance.clauses import clause, sent, sent_any, sole, valid, without
from restore_conformance.verdicts import Deviation


@clause(when=sole("not-json"))
def test_json(exchange):
    """A payload that is no JSON is refused."""
    responses.refused(exchange, "not-json")


@clause(when=sole("not-an-object"))
def test_json_object(exchange):
    """A payload that is not an object is refused."""
    responses.refused(exchange, "not-an-object")


@clause(when=sole("trailing-text"))
def test_nothing_after(exchange):
    """Nothing follows the JSON value."""
    responses.refused(exchange, "trailing-text")


@clause(when=sole("not-utf8"))
def test_utf_8(exchange):
    """Bytes that are not UTF-8 cause no server error."""
    return responses.either_way(exchange)


@clause(
    when=sent("create", "clean")
    & sent_any("open:unusual-json", "open:other-charset")
    & without("open:unpredictable-json")
)
def test_unusual_json(exchange):
    """Unusual JSON does not upset the server."""
    return responses.either_way(exchange)


@clause(when=sent("create", "clean", "open:unpredictable-json"))
def test_unpredictable_json(exchange):
    """JSON of which nobody can say what a reader makes of it does not upset the server."""
    return responses.either_way(exchange)


@clause(when=valid("standard") & sent("white-space") & without("media-type-spelling", "odata-type"))
def test_white_space(exchange):
    """White space and the order of members carry no meaning."""
    responses.created(exchange)


@clause(when=sole("wrong-type"))
def test_member_types(exchange):
    """A member of another JSON type is refused."""
    responses.refused(exchange, "wrong-type")


@clause(when=sole("item-member-type"))
def test_converted_types(exchange):
    """An id of an item is a text."""
    responses.refused(exchange, "item-member-type")


@clause(when=sole("collection-form"))
def test_collection_form(exchange):
    """A list is sent as a list, and one object as one."""
    responses.refused(exchange, "collection-form")


@clause(when=valid("standard", "granular") & sent("odata-type") & without("media-type-spelling"))
def test_control_information(exchange):
    """The declared type may be named."""
    responses.created(exchange)


@clause(when=sent("create", "clean", "open:other-annotations"))
def test_other_annotations(exchange):
    """Annotations are passed over or refused."""
    responses.either_way(exchange)


@clause(when=sent("create", "clean", "open:read-only-members"))
def test_read_only_members(exchange):
    """What only the service sets is never taken from the caller."""
    reading = responses.either_way(exchange)
    payload, answer = exchange.sent.payload, exchange.answer
    if reading == "accept" and isinstance(payload, dict) and isinstance(answer, dict):
        for name in ("id", "createdDateTime", "lastModifiedDateTime"):
            if name in payload and payload[name] is not None and payload[name] == answer.get(name):
                raise Deviation.at(
                    f"/{name}",
                    "a value the service set",
                    answer[name],
                    got=f"the one that was sent, {answer[name]!r}",
                    expected="a value set by the service",
                )
    return reading


@clause(
    when=sent("create", "clean", "open:unknown-members")
    & without("open:unusual-json", "open:unpredictable-json", "big-number")
)
def test_unknown_members(exchange):
    """An undeclared member does not upset the server."""
    return responses.either_way(exchange)


@clause(when=sole("future-value"))
def test_unknown_future_value(exchange):
    """The sentinel is not a value to send."""
    responses.refused(exchange, "future-value")


@clause(when=sent("create", "clean", "open:enum-letter-case"))
def test_enum_letter_case(exchange):
    """Members of an enumeration in another letter case are accepted or refused."""
    return responses.either_way(exchange)


@clause(when=sent("create", "clean", "open:id-letter-case"))
def test_id_letter_case(exchange):
    """Ids that are the same but for letter case are accepted or refused."""
    return responses.either_way(exchange)


@clause(when=sole("browse-session-missing", "item-id-missing"))
def test_granular_members(exchange):
    """A granular artifact names its browse session and its item."""
    responses.refused(exchange, next(iter(exchange.sent.defects)))


@clause(
    when=valid("granular")
    & sent("granular-destination")
    & without("conflict-behavior", "media-type-spelling", "odata-type")
)
def test_granular_destination(exchange):
    """A granular artifact may say where to restore to."""
    responses.created(exchange)


@clause(
    when=valid("granular")
    & sent("conflict-behavior")
    & without("granular-destination", "media-type-spelling", "odata-type")
)
def test_conflict_behavior_accepted(exchange):
    """A granular session may say what happens to an item that is there."""
    responses.created(exchange)


@clause(when=sole("conflict-on-standard"))
def test_conflict_behavior_granular_only(exchange):
    """Only a granular session may."""
    responses.refused(exchange, "conflict-on-standard")


@clause(when=sole("conflict-value"))
def test_conflict_behavior_values(exchange):
    """Only three values exist."""
    responses.refused(exchange, "conflict-value")


@clause(when=sent("create", "clean", "open:conflict-behavior-spelling"))
def test_conflict_behavior_spelling(exchange):
    """The plain member is accepted or refused."""
    reading = responses.either_way(exchange)
    return "plain-accepted" if reading == "accept" else "annotation-only"


@clause(when=sent("create", "clean", "open:artifact-limit"))
def test_limit_of_fifty(exchange):
    """Which count the limit refuses shows at 50 and 51."""
    responses.either_way(exchange)
    count, accepted = exchange.sent.count, exchange.status == 201
    if count == 50:
        return "50-allowed" if accepted else "50-refused"
    return "higher" if accepted else "50-allowed"


@clause(when=sent("create") & sent_any("open:very-large", "open:very-deep"))
def test_very_large(exchange):
    """What happens to a payload beyond all measure is reported."""
    return "accepted" if exchange.status == 201 else f"answered {exchange.status}"


@clause(when=sent("create", "clean", "big-number"))
def test_big_number(exchange):
    """A number beyond 64 bits does not upset the server."""
    agreement.no_server_error(exchange)


@clause(when=sent("create", "clean", "nested"))
def test_nested(exchange):
    """Three hundred levels do not upset the server."""
    agreement.no_server_error(exchange)


@clause(
    when=sent("create", "clean")
    & sent_any("open:browse-form", "open:item-form", "open:several-browse-sessions", "open:granular-destination")
)
def test_opaque_values(exchange):
    """Opaque values of any form do not upset the server."""
    responses.either_way(exchange)
