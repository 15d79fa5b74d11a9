"""What reading the list of sessions answers."""

from restore_conformance import checks
from restore_conformance.clauses import answered, clause, sent, story
from restore_conformance.verdicts import Deviation


@clause(when=story("life"))
def test_collection(conversation):
    """The list is a collection."""
    checks.collection(conversation, "list")


@clause(when=story("life"))
def test_items(conversation):
    """Every item is a session."""
    for page in conversation.steps("list"):
        if page.status == 200:
            checks.declared(page, "list/response.json")
    ours = {name.lower() for name in checks.made_before(conversation, "list")}
    for one in checks.items(conversation, "list"):
        if str(one.get("id")).lower() in ours:  # sessions of other workloads have types of their own
            checks.type_named(one)


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


@clause(when=story("life"))
def test_no_repeats(conversation):
    """No session stands in it twice."""
    ids = [one.get("id") for one in checks.items(conversation, "list")]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise Deviation(f"/value: expected each session once, got {twice} twice", expected="once", observed=twice)


@clause(when=story("life"))
def test_complete(conversation):
    """What was created is listed."""
    checks.session(conversation, "create")
    if not checks.read_whole(conversation, "list"):
        return
    shown = {name.lower() for name in checks.listing(conversation, "list")}
    for made in checks.made_before(conversation, "list"):
        if made.lower() not in shown:
            raise Deviation(
                f"/value: expected the session {made}, which create answered, got a list without it",
                expected=made,
                observed=None,
            )


@clause(when=story("life"))
def test_agrees_with_get(conversation):
    """The list shows what get shows."""
    made = checks.session(conversation, "get")
    shown = checks.listing(conversation, "list").get(made["id"])
    if shown is None:
        return
    for name in ("status", "restoreJobType"):
        if shown.get(name) is not None and shown.get(name) != made.get(name):
            raise Deviation(
                f"/value: expected {name} {made.get(name)!r} as get answers, got {shown.get(name)!r}",
                expected=str(made.get(name)),
                observed=shown.get(name),
                pointer=f"/value/{name}",
            )
    checks.same_time(made.get("createdDateTime"), shown.get("createdDateTime"), "createdDateTime")
    before, after = checks.total(made), checks.total(shown)
    if before is not None and after is not None and before != after:
        raise Deviation(
            f"/value: expected total {before} as get answers, got {after}", expected=str(before), observed=after
        )


@clause(when=story("life"))
def test_deleted_gone(conversation):
    """What was deleted is not listed."""
    gone = checks.session(conversation, "create")["id"]
    if checks.step(conversation, "get-deleted").status == 404 and gone in checks.listing(conversation, "list-after"):
        raise Deviation(
            f"/value: expected no session {gone}, which was deleted, got it in the list", expected="none", observed=gone
        )
