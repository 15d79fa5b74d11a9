"""The header table: who asks, in which media type, and which members they want to see."""

from restore_conformance.checks import members, responses
from restore_conformance.clauses import answered, clause, created, sent, sole, valid
from restore_conformance.verdicts import Deviation


@clause(when=sole("no-token"))
def test_authorization_required(exchange):
    """A request without a token is refused."""
    responses.refused(exchange, "no-token")


@clause(when=sole("token-malformed"))
def test_authorization_form(exchange):
    """Something that is not a bearer token is refused."""
    return responses.refused(exchange, "token-malformed") and None


@clause(when=sole("token-altered"))
def test_authorization_token(exchange):
    """A token that nobody issued is refused."""
    responses.refused(exchange, "token-altered")


@clause(when=sole("token-expired"))
def test_authorization_expired(exchange):
    """An expired token is refused."""
    responses.refused(exchange, "token-expired")


@clause(when=sole("token-altered", "token-expired"))
def test_authorization_status(exchange):
    """A token that is not valid is refused as one, not as a caller without a permission."""
    if exchange.status == 403:
        raise Deviation("expected 401 for a token that is not valid, got 403", expected="401", observed="403")


@clause(when=sole("no-media-type"))
def test_content_type_required(exchange):
    """A payload without a media type is refused."""
    return responses.refused(exchange, "no-media-type")


@clause(when=sole("other-media-type"))
def test_content_type_json(exchange):
    """A payload of another media type is refused."""
    return responses.refused(exchange, "other-media-type")


@clause(when=valid("standard", "granular", "no-payload") & sent("media-type-spelling"))
def test_content_type_spelling(exchange):
    """The media type is compared as media types are: without case, parameters apart."""
    responses.created(exchange)


@clause(when=created("granular") & sent("prefer:all-members"))
def test_prefer_shows_granular(exchange):
    """A caller that asks for all members sees granular."""
    members.member(exchange, "restoreJobType", "granular")


@clause(when=sent("create") & answered("201"))
def test_preference_applied(exchange):
    """Only what was asked for is said to be applied."""
    applied = exchange.response.header("Preference-Applied")
    if applied and "include-unknown-enum-members" in applied.lower() and not exchange.sent.asked_for_all_members:
        raise Deviation(
            f"Preference-Applied: expected none without Prefer, got {applied}",
            expected="no Preference-Applied header",
            observed=applied,
        )
