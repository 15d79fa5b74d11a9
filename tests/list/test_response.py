"""What reading the list of sessions answers."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story
from restore_conformance.verdicts import Deviation, Untouched

WHERE = {"life": "list", "many": "list-many", "change": "list-added", "activation": "list-activated"}
"""The step of each story that lists sessions."""


@clause(when=story("life", "many"))
def test_collection(conversation):
    """The list is a collection, on every page."""
    checks.collection(conversation, WHERE[conversation.story])


@clause(when=story("life"))
def test_items(conversation):
    """Every item is a session."""
    for page in conversation.steps("list"):
        if page.status == 200:
            checks.declared(page, "list/response.json")
    ours = {name.lower() for name in checks.made_before(conversation, "list")}
    for one in checks.items(conversation, "list"):
        if str(one.get("id")).lower() in ours:  # sessions of other workloads have types of their own
            checks.type_named(one, base=True)


@clause(when=sent("list") & answered("200"))
def test_media_type(exchange):
    """The list comes as application/json."""
    checks.json_media_type(exchange, required=True)


@clause(when=sent("list") & answered("200", "object"))
def test_next_link(exchange):
    """A link to the next page is text."""
    link = exchange.answer.get("@odata.nextLink")
    if link is not None and not isinstance(link, str):
        raise Deviation(
            f"/@odata.nextLink: expected text, got {link!r}"[:300],
            expected="text",
            observed=link,
            pointer="/@odata.nextLink",
        )


@clause(when=story("life", "many"))
def test_no_repeats(conversation):
    """No session stands in it twice: on one page, or on two where nobody else makes sessions meanwhile."""
    name = WHERE[conversation.story]
    checks.step(conversation, name)
    pages = [[one.get("id") for one in checks.objects(page.answer, "value")] for page in conversation.steps(name)]
    if checks.all_ours(conversation, name):
        pages = [[one for page in pages for one in page]]
    for ids in pages:
        twice = next((one for one in ids if ids.count(one) > 1), None)
        if twice is not None:
            raise Deviation(f"/value: expected each session once, got {twice} twice", expected="once", observed=twice)


@clause(when=story("life", "many", "activation"))
def test_complete(conversation):
    """What was created is listed, on whichever page, and when it was activated too."""
    name = WHERE[conversation.story]
    if not checks.read_whole(conversation, name):
        raise Untouched("the list could not be read to its end")
    if conversation.story == "many" and not checks.all_ours(conversation, name):
        raise Untouched("others make sessions as well, so that pages may shift while they are read")
    shown = {one.lower() for one in checks.listing(conversation, name)}
    there = conversation.there if conversation.story == "many" else checks.made_before(conversation, name)
    for made in sorted(there):
        if made.lower() not in shown:
            raise Deviation(
                f"/value: expected the session {made}, which create answered, got a list without it",
                expected=made,
                observed=None,
            )


@clause(when=story("life", "change", "activation"))
def test_agrees_with_get(conversation):
    """The list shows what get shows."""
    name = WHERE[conversation.story]
    read = name.replace("list", "get")
    checks.waited_for(conversation, read)
    made = checks.session(conversation, read)
    shown = checks.listing(conversation, name).get(checks.id_of(made))
    if shown is None:
        raise Untouched("the list does not show the session")
    running = conversation.story == "activation"
    if shown.get("restoreJobType") is not None and "restoreJobType" in made:
        checks.same_job_type(made, shown)
    drafts = not running and not conversation.routes.isdisjoint(checks.ON_DRAFTS)  # others may start by themselves
    statuses = made.get("status"), shown.get("status")
    if drafts and "status" in made and all(map(checks.comparable, statuses)) and statuses[1] not in {None, statuses[0]}:
        raise _other_than_get("status", *statuses)
    if running and shown.get("status") == "draft" != made.get("status"):
        raise _other_than_get("status", made.get("status"), "draft")
    checks.same_time(made.get("createdDateTime"), shown.get("createdDateTime"), "createdDateTime")
    before, after = checks.total(made), checks.total(shown)
    if before is not None and after is not None and before != after:
        raise _other_than_get("total", before, after)
    if conversation.step("list-after") is not None:
        _same_creation(checks.listing(conversation, name), checks.listing(conversation, "list-after"))


def _other_than_get(member, wanted, got):
    return Deviation(
        f"/value: expected {member} {wanted!r} as get answers, got {got!r}",
        expected=str(wanted),
        observed=got,
        pointer=f"/value/{member}",
    )


def _same_creation(earlier, later):
    """Two lists, one read after the other, say alike when a session was created."""
    for name in earlier.keys() & later.keys():
        before, after = earlier[name].get("createdDateTime"), later[name].get("createdDateTime")
        checks.same_time(before, after, "value/createdDateTime", 0)


@clause(when=story("life"))
def test_deleted_gone(conversation):
    """What was deleted is not listed."""
    gone = checks.id_of(checks.session(conversation, "create"))
    if checks.step(conversation, "get-deleted").status != 404:
        raise Untouched("the session is still there")
    if gone in checks.listing(conversation, "list-after"):
        raise Deviation(
            f"/value: expected no session {gone}, which was deleted, got it in the list", expected="none", observed=gone
        )
