"""What reading the list of sessions answers."""

from restore_conformance.checks import agreement, members, responses, session_lists
from restore_conformance.clauses import answered, clause, sent, sent_any, trusted
from restore_conformance.recogniser import answers
from restore_conformance.verdicts import Deviation

PAGE = sent("list") & answered("200", "object") & trusted
"""A page of the list, as somebody reads it who may."""


@clause(when=sent_any("list", "page:list") & trusted)
def test_collection(exchange, known):
    """The list is a collection, on every page."""
    session_lists.collection(exchange, known)


@clause(when=PAGE)
def test_items(exchange, known):
    """Every item is a session."""
    agreement.declared(exchange, "list/response.json")
    for session in answers.objects(exchange.answer, "value"):
        if str(session.get("id")).lower() in known.given:  # sessions of other workloads have types of their own
            members.type_named(session, base=True)


@clause(when=sent("list") & answered("200"))
def test_media_type(exchange):
    """The list comes as application/json."""
    responses.json_media_type(exchange, required=True)


@clause(when=sent("list") & answered("200", "object"))
def test_next_link(exchange):
    """A link to the next page is text."""
    link = exchange.answer.get("@odata.nextLink")
    if link is not None and not isinstance(link, str):
        raise Deviation.at("/@odata.nextLink", "text", link)


@clause(when=PAGE)
def test_no_repeats(exchange, known):
    """No session is listed twice: on one page, or on two where nobody else creates sessions meanwhile."""
    session_lists.no_repeats(exchange, known)


@clause(when=PAGE)
def test_complete(exchange, known):
    """What was created is listed, on whichever page, and when it was activated too."""
    session_lists.complete(exchange, known)


@clause(when=PAGE)
def test_agrees_with_get(exchange, known):
    """The list shows what get shows."""
    session_lists.agree_with_get(exchange, known)


@clause(when=PAGE)
def test_deleted_gone(exchange, known):
    """What was deleted is not listed."""
    session_lists.deleted_gone(exchange, known)
