"""What sanitisers write over, and what a request did not ask for, is never held against a server.

Each kind is shown twice: the conforming talk breaks nothing, and a breach that the recording still shows is detected.
"""

from urllib.parse import quote

import pytest
import traffic
from traffic import BASE, BROKEN, changed, only, recorded, resent, reshown, sent_of, shown, written_over

from restore_conformance.recorded.blanks import is_blackened, pruned

MARKS = [
    "***",
    "REDACTED",
    "[name redacted]",
    "<redacted>",
    "",
    None,
    5,
    ["x"],
    [],
    {},
    True,
    "{{value}}",
    "__redacted__",
]

FEW = {"'***'", "None"}


def often(firsts, seconds, always):
    """Every pair; every day those with one of `always`, or with the few marks that others behave like."""
    return [
        pytest.param(
            one, two, marks=() if one == always[0] or repr(two) in FEW else pytest.mark.deep, id=f"{one}-{two!r}"
        )
        for one in firsts
        for two in seconds
    ]


# ------------------------------------------------------------------ values that were written over


@pytest.mark.parametrize(("beside", "mark"), often((True, False), MARKS, (False, None)))
def test_a_blanked_media_type_is_unknown(beside, mark, good, broken, judge_har):
    """A mark in the place of a Content-Type, in requests and in answers, is not another media type."""

    def blank(one):
        for part in (one["request"], one["response"]):
            for row in part["headers"]:
                if row["name"].lower() == "content-type":
                    row["value"] = mark
        if not beside:
            one["response"]["content"]["mimeType"] = mark
            one["request"].get("postData", {})["mimeType"] = mark

    only(judge_har, good, broken, blank)


@pytest.mark.parametrize("beside", [True, False])
def test_headers_that_a_filter_took_out_are_unknown(beside, good, broken, judge_har):
    """Without any Content-Type a mixed request that was accepted is still detected."""

    def strip(one):
        for part in (one["request"], one["response"]):
            part["headers"] = [row for row in part["headers"] if row["name"].lower() == "authorization"]
        if not beside:
            one["response"]["content"].pop("mimeType")
            one["request"].get("postData", {}).pop("mimeType", None)

    only(judge_har, good, broken, strip)


def test_a_wrong_media_type_is_detected(judge_har):
    """A media type that nothing contradicts is evidence; one that the recorder contradicts elsewhere is not."""
    entries = recorded("created-as-text")
    assert judge_har(entries)[0] == ["create/response.media-type"]

    def contradict(one):
        one["response"]["content"]["mimeType"] = "application/json"

    assert judge_har(changed(entries, contradict))[0] == []


def blanked(value, names, mark):
    """A JSON value with a mark in the place of every member of these names."""
    if isinstance(value, dict):
        return {name: mark if name in names else blanked(inner, names, mark) for name, inner in value.items()}
    return [blanked(one, names, mark) for one in value] if isinstance(value, list) else value


NAMES = [
    ("id",), ("status",), ("restoreJobType",), ("code",), ("message",), ("error",), ("restoreSessionArtifactCount",),
    ("createdDateTime", "lastModifiedDateTime"), ("@odata.type", "@odata.context"),
    ("id", "status", "restoreJobType", "code", "message", "displayName"),
]  # fmt: skip


@pytest.mark.parametrize(("names", "mark"), often(NAMES, MARKS, (NAMES[-1], None)))
def test_blanked_members_of_answers_are_unknown(names, mark, good, broken, judge_har):
    """What stands in the place of an id, a status or a code is not a wrong one; the status line still counts."""

    def blank(one):
        if shown(one) is not None:
            written_over(one, blanked(shown(one), names, mark))

    only(judge_har, good, broken, blank)


def test_a_blanked_member_leaves_the_others_as_evidence(judge_har):
    """A wrong status beside names that were taken out is detected."""

    def blank(one):
        if shown(one) is not None:
            written_over(one, blanked(shown(one), {"displayName", "id"}, "[name redacted]"))

    assert judge_har(changed(recorded("status-activating"), blank))[0] == ["create/response.status-draft"]


@pytest.mark.parametrize("text", ["[application/json redacted]", "***", "{}", "null", '"REDACTED"', ""])
def test_a_body_that_was_written_over_is_unknown(text, good, broken, judge_har):
    def blank(one):
        one["response"]["content"]["text"] = text

    only(judge_har, good, broken, blank)


def test_a_refusal_whose_code_is_lost_is_not_held_against_a_valid_request(good, judge_har):
    """The code may be the one that excuses the refusal: ids that do not exist."""

    def refuse(one):
        if one["request"]["method"] == "POST":
            one["response"]["status"] = 400
            reshown(one, {"error": {"code": "***", "message": "REDACTED"}})

    assert judge_har(changed(good, refuse))[0] == []


@pytest.mark.parametrize(
    ("names", "mark"),
    often([("id",), ("destinationType",), ("restorePoint",), ("browseSessionId",)], MARKS, (("id",), None)),
)
def test_blanked_members_of_requests_that_were_accepted_are_unknown(names, mark, good, judge_har):
    """A server accepts the value that was sent, and the recording shows the mark."""

    def blank(one):
        if sent_of(one) is not None and one["response"]["status"] == 201:
            resent(one, blanked(sent_of(one), names, mark))

    assert judge_har(changed(good, blank))[0] == []


def test_a_blanked_request_that_was_refused_proves_nothing_of_the_refusal(good, judge_har):
    """The server saw another value, and refused it for a reason of its own."""

    def refuse(one):
        if sent_of(one) is not None:
            resent(one, blanked(sent_of(one), {"id", "destinationType"}, ""))
            one["response"]["status"] = 409
            reshown(one, {"error": {"code": "RestorePointInUse", "message": "Another session restores it."}})

    assert judge_har(changed(good[:2], refuse))[0] == []


def test_what_no_tool_leaves_behind_is_detected_in_requests(judge_har):
    """A request without a member is another matter than one with a mark."""
    assert judge_har(recorded("missing-destination-accepted"))[0] == ["create/errors.invalid-path-type"]


def test_a_blanked_empty_list_is_unknown(good, judge_har):
    """The session that was made holds artifacts, so the list was not empty when it was sent."""

    def blank(one):
        if sent_of(one) is not None and one["response"]["status"] == 201:
            resent(one, {"siteRestoreArtifacts": []})

    assert judge_har(changed(good, blank))[0] == []


def test_an_id_that_was_taken_out_of_addresses_is_unknown(good, judge_har):
    for mark in ("REDACTED", "[id redacted]", quote("[id redacted]"), "***"):

        def blank(one, mark=mark):
            if one["request"]["method"] != "POST":
                one["request"]["url"] = f"{BASE}{traffic.READ}/{mark}"

        broken, _, source, _ = judge_har(changed(good, blank))
        assert broken == []
        assert "taken an id out of the address" in source.note


@pytest.mark.parametrize(
    ("text", "is_mark"),
    [
        ("2da2****-7c38", True), ("Bearer [REDACTED]", True), ("5f0b1c…", True), ("%REDACTED%", True), ("N/A", True),
        ("draft", False), ("standard", False), ("The session was removed.", False),
        ("Nothing (yet) was changed.", False),
        ("2da2ca28-7c38-4fad-a94b-f03f91838501", False), ("#microsoft.graph.sharePointRestoreSession", False),
        ("https://graph.microsoft.com/beta/$metadata#solutions/backupRestore/x/$entity", False),
        ("InvalidRestorePoint", False), ("2026-11-28T11:44:39.8960360Z", False), ("inPlace", False),
    ],
)  # fmt: skip
def test_marks_are_told_from_values(text, is_mark):
    assert is_blackened(text) is is_mark


def test_what_was_blanked_is_named_by_its_place():
    answer = {"id": None, "a": {"b": "***", "c": 1}, "value": [{"id": "x1"}, {"id": 7}], "error": {"code": ""}}
    made, lost = pruned(answer)
    assert made == {"a": {"c": 1}, "value": [{"id": "x1"}, {}], "error": {}}
    assert lost == {"/id", "/a/b", "/value", "/error"}


def test_null_is_a_value_where_nothing_is_lost_by_it():
    """A list of artifacts that have not started shows null often: the list is evidence all the same."""
    item = {"id": "x1", "error": None, "startDateTime": None, "restoredSiteId": None, "webUrl": ""}
    session = {"id": "x2", "createdBy": {"user": None, "application": {"id": "a", "displayName": None}}}
    answer = {"value": [item, session]}
    assert pruned(answer) == (answer, frozenset())
    for name, mark in (("id", None), ("status", None), ("error", ""), ("startDateTime", "***")):
        assert pruned({"value": [{"id": "x1", name: mark}]})[1] == {"/value"}
    assert pruned({"error": None})[1] == {"/error"}


# ------------------------------------------------------------------ requests for another form of answer


SHAPES = {
    "select": ("?$select=id", ()),
    "expand": ("?$expand=siteRestoreArtifacts", ()),
    "format": ("?$format=application/json;odata.metadata=none", ()),
    "top": ("?$top=1", ()),
    "unknown": ("?api-version=2024-01-01&_=1", ()),
    "minimal": ("", (("Prefer", "return=minimal"),)),
    "xml": ("", (("Accept", "application/xml"),)),
    "condition": ("", (("If-None-Match", "*"),)),
}


@pytest.mark.parametrize("how", SHAPES)
def test_absent_members_prove_nothing_where_another_answer_was_asked_for(how, judge_har):
    """What was not selected is not missing; a mixed request that is accepted is, whatever was selected."""
    query, headers = SHAPES[how]

    def select(one):
        one["request"]["headers"] += [{"name": n, "value": v} for n, v in headers]
        answer = shown(one)
        if answer is not None and one["response"]["status"] < 300:
            reshown(one, {name: answer[name] for name in ("@odata.context", "id")})

    assert judge_har(changed(recorded(query=query), select))[0] == []
    assert judge_har(changed(recorded("mixed-accepted", query=query), select))[0] == BROKEN

    def refuse(one):
        select(one)
        if one["request"]["method"] == "POST":
            one["response"]["status"] = 400
            reshown(one, {"error": {"code": "BadRequest", "message": "Query options are not supported here."}})

    assert judge_har(changed(recorded(query=query), refuse))[0] == []


def test_a_member_that_is_shown_is_evidence_whatever_was_selected(judge_har):
    """An answer with a wrong member breaks its clause, since nobody asked for another value."""
    assert judge_har(recorded("status-activating", query="?$select=id,status"))[0] == ["create/response.status-draft"]


MEMBERS = ("id", "status", "restoreJobType", "createdDateTime", "createdBy", "restoreSessionArtifactCount", "value")


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("mark", ["***", None])
def test_a_judgement_does_without_any_member(name, mark, good, judge_har):
    """A member that is blanked in every answer breaks no judgement: no clause has the verdict error."""

    def blank(one):
        answer = shown(one)
        if not isinstance(answer, dict):
            return
        if one["response"]["status"] == 201:
            where = f"{BASE}/solutions/backupRestore/restoreSessions/{answer['id']}"
            one["response"]["headers"].append({"name": "Location", "value": where})
            answer["@odata.id"] = where
        for part in (answer, *(answer.get("value") or [])):
            if name in part:
                part[name] = mark
        written_over(one, answer)

    broken, found, _, _ = judge_har(changed(good, blank))
    assert broken == []
    assert [address for address, one in found.items() if one.verdict == "error"] == []
