"""The mock satisfies a client that nobody here wrote: the official msgraph-beta-sdk for Python.

Run by `make sdk` in an environment of its own. Nothing here reads the mock's state: what the SDK shows is the proof.
"""

import uuid

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph_beta.generated.models.artifact_restore_status import ArtifactRestoreStatus
from msgraph_beta.generated.models.destination_type import DestinationType
from msgraph_beta.generated.models.granular_site_restore_artifact import GranularSiteRestoreArtifact
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_beta.generated.models.restore_job_type import RestoreJobType
from msgraph_beta.generated.models.restore_point import RestorePoint
from msgraph_beta.generated.models.restore_session_status import RestoreSessionStatus
from msgraph_beta.generated.models.share_point_restore_session import SharePointRestoreSession
from msgraph_beta.generated.models.site_restore_artifact import SiteRestoreArtifact
from msgraph_core.tasks.page_iterator import PageIterator

DELTA = "siteRestoreArtifacts@delta"
GRANULAR_DELTA = "granularSiteRestoreArtifacts@delta"
ENDS = {RestoreSessionStatus.Completed, RestoreSessionStatus.CompletedWithError}


def guid():
    return str(uuid.uuid4())


def site(destination=DestinationType.InPlace):
    return SiteRestoreArtifact(restore_point=RestorePoint(id=guid()), destination_type=destination)


def sites(count):
    return SharePointRestoreSession(site_restore_artifacts=[site() for _ in range(count)])


def item():
    return GranularSiteRestoreArtifact(browse_session_id="browse-1", id=",".join(guid() for _ in range(4)))


def items(count):
    return SharePointRestoreSession(granular_site_restore_artifacts=[item() for _ in range(count)])


def change(name, *changes):
    return SharePointRestoreSession(additional_data={name: list(changes)})


def addition():
    return {"restorePoint": {"id": guid()}, "destinationType": "inPlace"}


def removal(name):
    return {"@removed": {"reason": "changed"}, "id": name}


def all_members():
    made = RequestConfiguration()
    made.headers.add("Prefer", "include-unknown-enum-members")
    return made


def typed(backup, made):
    return backup.share_point_restore_sessions.by_share_point_restore_session_id(made.id)


def based(backup, made):
    return backup.restore_sessions.by_restore_session_base_id(made.id)


def polled(ask, backup, made):
    """The session at its end; six reads are more than the mock takes."""
    for _ in range(6):
        found = ask(based(backup, made).get())
        if found.status in ENDS:
            return found
    raise AssertionError(f"still {found.status}")


def refused(ask, call):
    """Status and code of the refusal, which must reach the caller as the SDK's own error with its support ids."""
    with pytest.raises(ODataError) as caught:
        ask(call)
    error = caught.value.error
    assert error.message
    assert error.inner_error.request_id == caught.value.response_headers["request-id"]
    assert error.inner_error.client_request_id
    assert error.inner_error.date
    return caught.value.response_status_code, error.code


# ---------------------------------------------------------------------- create and read


@pytest.mark.parametrize("slash", ["/", ""], ids=["default-base", "bare-base"])
def test_standard(connect, ask, slash):
    """A standard create makes a draft, with the SDK's own `/beta//solutions/...` and with a plain path."""
    made = ask(connect(slash=slash).solutions.backup_restore.share_point_restore_sessions.post(sites(2)))
    assert uuid.UUID(made.id)
    assert (made.status, made.restore_job_type) == (RestoreSessionStatus.Draft, RestoreJobType.Standard)
    counts = made.restore_session_artifact_count
    assert (counts.total, counts.completed, counts.failed) == (2, 0, 0)
    assert made.created_by.application.id
    assert made.created_date_time.tzinfo
    assert made.created_date_time <= made.last_modified_date_time


def test_granular(ask, backup):
    """A granular create hides its job type behind the sentinel unless the caller asks for every member."""
    plain = ask(backup.share_point_restore_sessions.post(items(1)))
    full = ask(backup.share_point_restore_sessions.post(items(3), all_members()))
    assert plain.restore_job_type is RestoreJobType.UnknownFutureValue
    assert full.restore_job_type is RestoreJobType.Granular
    assert full.restore_session_artifact_count.total == 3


def test_granular_with_conflict_behavior(ask, backup):
    """The annotation, which the SDK has no member for, is accepted beside granular artifacts."""
    payload = items(1)
    payload.additional_data["@microsoft.graph.conflictBehavior"] = "rename"
    assert ask(backup.share_point_restore_sessions.post(payload)).status is RestoreSessionStatus.Draft


def test_empty(ask, backup):
    """An empty create, in which the SDK still sends `@odata.type`, makes an empty standard session."""
    made = ask(backup.share_point_restore_sessions.post(SharePointRestoreSession()))
    assert made.restore_job_type is RestoreJobType.Standard
    assert made.restore_session_artifact_count.total == 0


@pytest.mark.parametrize("route", [typed, based])
def test_read(ask, backup, route):
    """Both routes give the session that was created, as its own type."""
    made = ask(backup.share_point_restore_sessions.post(sites(2)))
    found = ask(route(backup, made).get())
    assert type(found) is SharePointRestoreSession
    assert (found.id, found.status, found.restore_job_type) == (made.id, made.status, made.restore_job_type)
    assert found.created_date_time == made.created_date_time
    assert found.restore_session_artifact_count.total == 2


# ---------------------------------------------------------------------- list


@pytest.mark.parametrize("collection", ["restore_sessions", "share_point_restore_sessions"])
def test_paging(ask, backup, collection):
    """Following nextLink by hand reaches every session once, as its own type."""
    made = {ask(backup.share_point_restore_sessions.post(sites(1))).id for _ in range(45)}
    builder = getattr(backup, collection)
    pages = [ask(builder.get())]
    while (link := pages[-1].odata_next_link) and len(pages) < 4:
        assert f"/beta/solutions/backupRestore/{builder.url_template.rpartition('/')[2].partition('{')[0]}?" in link
        pages.append(ask(builder.with_url(link).get()))
    assert [len(page.value) for page in pages] == [20, 20, 5]
    assert {found.id for page in pages for found in page.value} == made
    assert {type(found) for page in pages for found in page.value} == {SharePointRestoreSession}


def test_page_iterator(ask, backup):
    """The SDK's own iterator reaches every session once."""
    made = [ask(backup.share_point_restore_sessions.post(SharePointRestoreSession())).id for _ in range(41)]
    seen = []
    pages = PageIterator(ask(backup.restore_sessions.get()), backup.request_adapter)
    ask(pages.iterate(lambda found: seen.append(found.id) is None and len(seen) < 50))
    assert sorted(seen) == sorted(made)


def test_empty_list(ask, backup):
    """Without sessions the list is an empty page."""
    page = ask(backup.restore_sessions.get())
    assert (page.value, page.odata_next_link) == ([], None)


# ---------------------------------------------------------------------- artifacts


def test_site_artifacts(ask, backup):
    """Full-site artifacts are listed as sent, each with an id of its own."""
    payload = SharePointRestoreSession(site_restore_artifacts=[site(DestinationType.New) for _ in range(3)])
    made = ask(backup.share_point_restore_sessions.post(payload))
    found = ask(typed(backup, made).site_restore_artifacts.get()).value
    assert [one.restore_point.id for one in found] == [one.restore_point.id for one in payload.site_restore_artifacts]
    assert {one.destination_type for one in found} == {DestinationType.New}
    assert {one.status for one in found} == {ArtifactRestoreStatus.Added}
    assert len({one.id for one in found}) == 3
    assert ask(typed(backup, made).granular_site_restore_artifacts.get()).value == []


def test_granular_artifacts(ask, backup):
    """Granular artifacts keep the ids they came with."""
    payload = items(2)
    made = ask(backup.share_point_restore_sessions.post(payload))
    found = ask(typed(backup, made).granular_site_restore_artifacts.get()).value
    assert [one.id for one in found] == [one.id for one in payload.granular_site_restore_artifacts]
    assert {one.browse_session_id for one in found} == {"browse-1"}
    assert {one.status for one in found} == {ArtifactRestoreStatus.Added}
    assert ask(typed(backup, made).site_restore_artifacts.get()).value == []


# ---------------------------------------------------------------------- update


def test_patch_adds_and_removes(ask, backup):
    """A delta adds; the id that comes back, which the SDK turns into a UUID, removes again."""
    made = ask(backup.share_point_restore_sessions.post(sites(1)))
    one = typed(backup, made)
    added = ask(one.patch(change(DELTA, addition(), addition())))
    assert added.id == made.id
    first, second = added.additional_data[DELTA]
    assert {first["status"], second["status"]} == {"added"}
    assert ask(one.get()).restore_session_artifact_count.total == 3

    removed = ask(one.patch(change(DELTA, removal(first["id"]), addition()))).additional_data[DELTA]
    assert removed[0] == removal(first["id"])
    left = {found.id for found in ask(one.site_restore_artifacts.get()).value}
    assert len(left) == 3
    assert str(first["id"]) not in left
    assert str(second["id"]) in left


def test_patch_with_models(ask, backup):
    """A delta may hold the SDK's own objects, which carry their defaults along."""
    made = ask(backup.share_point_restore_sessions.post(SharePointRestoreSession()))
    ask(typed(backup, made).patch(change(DELTA, site(), site())))
    assert ask(typed(backup, made).get()).restore_session_artifact_count.total == 2


def test_patch_granular(ask, backup):
    """A granular session takes granular changes."""
    made = ask(backup.share_point_restore_sessions.post(items(1)))
    ask(typed(backup, made).patch(change(GRANULAR_DELTA, item())))
    assert len(ask(typed(backup, made).granular_site_restore_artifacts.get()).value) == 2


def test_patch_what_was_fetched(ask, backup):
    """A fetched object with a delta added goes back with its read-only members, which change nothing."""
    made = ask(backup.share_point_restore_sessions.post(sites(1)))
    fetched = ask(typed(backup, made).get())
    fetched.status = RestoreSessionStatus.Completed
    fetched.additional_data[DELTA] = [addition()]
    answer = ask(typed(backup, made).patch(fetched))
    assert len(answer.additional_data[DELTA]) == 1
    found = ask(typed(backup, made).get())
    assert found.status is RestoreSessionStatus.Draft
    assert found.created_date_time == made.created_date_time
    assert found.restore_session_artifact_count.total == 2


def test_patch_of_nothing(ask, backup):
    """A fetched object that goes back unchanged names no change."""
    made = ask(backup.share_point_restore_sessions.post(sites(1)))
    fetched = ask(typed(backup, made).get())
    assert refused(ask, typed(backup, made).patch(fetched)) == (400, "InvalidPatchRequest")


def test_patch_removing_what_is_not_there(ask, backup):
    """A removal that fails is reported inside the 200."""
    made = ask(backup.share_point_restore_sessions.post(sites(1)))
    answer = ask(typed(backup, made).patch(change(DELTA, removal(guid()))))
    (failed,) = answer.additional_data[DELTA]
    assert failed["@Core.DataModificationException"]["responseCode"] == 409


# ---------------------------------------------------------------------- activate and delete


@pytest.mark.parametrize(
    ("count", "end", "failed"),
    [(2, RestoreSessionStatus.Completed, 0), (5, RestoreSessionStatus.CompletedWithError, 1)],
    ids=["completed", "with-error"],
)
def test_life(ask, backup, count, end, failed):
    """An activated session runs to its end, and its artifacts with it."""
    made = ask(backup.share_point_restore_sessions.post(sites(count)))
    started = ask(based(backup, made).activate.post())
    assert (started.id, started.status) == (made.id, RestoreSessionStatus.Activating)
    assert type(started) is SharePointRestoreSession
    assert ask(based(backup, made).get()).status is RestoreSessionStatus.Active

    ended = polled(ask, backup, made)
    assert ended.status is end
    assert ended.completed_date_time >= ended.created_date_time
    counts = ended.restore_session_artifact_count
    assert (counts.total, counts.in_progress, counts.completed, counts.failed) == (count, 0, count - failed, failed)
    states = [one.status for one in ask(typed(backup, made).site_restore_artifacts.get()).value]
    assert states.count(ArtifactRestoreStatus.Succeeded) == count - failed
    assert states.count(ArtifactRestoreStatus.Failed) == failed


def test_granular_life(ask, backup):
    """A granular session runs to its end too."""
    made = ask(backup.share_point_restore_sessions.post(items(2)))
    ask(based(backup, made).activate.post())
    assert polled(ask, backup, made).status is RestoreSessionStatus.Completed


@pytest.mark.parametrize("route", [typed, based])
def test_delete_draft(ask, backup, route):
    """A draft is deleted and gone."""
    made = ask(backup.share_point_restore_sessions.post(sites(1)))
    assert ask(route(backup, made).delete()) is None
    assert refused(ask, based(backup, made).get()) == (404, "RestoreSessionNotFound")


# ---------------------------------------------------------------------- refusals

CREATES = {
    "mixed": (
        400,
        "InvalidRequest",
        SharePointRestoreSession(site_restore_artifacts=[site()], granular_site_restore_artifacts=[item()]),
    ),
    "empty-list": (400, "InvalidArtifactRequest", SharePointRestoreSession(site_restore_artifacts=[])),
    "empty-granular-list": (
        400,
        "InvalidArtifactRequest",
        SharePointRestoreSession(granular_site_restore_artifacts=[]),
    ),
    "no-destination": (400, "InvalidPathType", SharePointRestoreSession(site_restore_artifacts=[site(None)])),
    "no-restore-point": (
        400,
        "InvalidRestorePoint",
        SharePointRestoreSession(
            site_restore_artifacts=[SiteRestoreArtifact(destination_type=DestinationType.InPlace)],
        ),
    ),
    "two-destinations": (
        400,
        "DifferentRestoreDestinationType",
        SharePointRestoreSession(site_restore_artifacts=[site(), site(DestinationType.New)]),
    ),
    "twice": (400, "DuplicateArtifactInList", SharePointRestoreSession(site_restore_artifacts=[site()] * 2)),
    "too-many": (413, "RestoreArtifactsLimitBreached", sites(1000)),
}


@pytest.mark.parametrize("name", CREATES)
def test_create_refused(ask, backup, name):
    """Every refusal of a create reaches the caller with its documented status and code, and makes nothing."""
    status, code, payload = CREATES[name]
    assert refused(ask, backup.share_point_restore_sessions.post(payload)) == (status, code)
    assert ask(backup.restore_sessions.get()).value == []


OPERATIONS = {
    "get": lambda backup, made: based(backup, made).get(),
    "delete": lambda backup, made: based(backup, made).delete(),
    "activate": lambda backup, made: based(backup, made).activate.post(),
    "patch": lambda backup, made: typed(backup, made).patch(change(DELTA, addition())),
    "artifacts": lambda backup, made: typed(backup, made).site_restore_artifacts.get(),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_unknown_session(ask, backup, operation):
    """Every operation on a session that is not there says so."""
    unknown = SharePointRestoreSession(id=guid())
    assert refused(ask, OPERATIONS[operation](backup, unknown)) == (404, "RestoreSessionNotFound")


def test_malformed_id(ask, backup):
    """An invalid id is distinguished from an unknown one."""
    call = based(backup, SharePointRestoreSession(id="not-an-id")).get()
    assert refused(ask, call) == (400, "InvalidRestoreSessionId")


@pytest.mark.parametrize("operation", ["delete", "activate", "patch"])
def test_active_session(ask, backup, operation):
    """Only a draft is deleted, activated or changed."""
    made = ask(backup.share_point_restore_sessions.post(sites(2)))
    ask(based(backup, made).activate.post())
    assert refused(ask, OPERATIONS[operation](backup, made)) == (403, "RestoreSessionActionNotAllowed")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (change(DELTA), "InvalidArtifactRequest"),
        (change(DELTA, *(addition() for _ in range(51))), "RestoreArtifactsLimitBreached"),
        (change(GRANULAR_DELTA, {"browseSessionId": "b", "id": "i"}), "InvalidPatchRequest"),
    ],
    ids=["no-changes", "too-many", "other-kind"],
)
def test_patch_refused(ask, backup, payload, code):
    """The refusals of an update, with 400 for the limit where create has 413."""
    made = ask(backup.share_point_restore_sessions.post(sites(1)))
    assert refused(ask, typed(backup, made).patch(payload)) == (400, code)


def test_too_many_active(ask, backup):
    """The twenty-sixth session to start is refused with the 500 that the error page has for it."""
    made = [ask(backup.share_point_restore_sessions.post(sites(1))) for _ in range(26)]
    for one in made[:25]:
        ask(based(backup, one).activate.post())
    assert refused(ask, based(backup, made[25]).activate.post()) == (500, "TooManyActiveRestoreSessions")


@pytest.mark.parametrize(
    ("caller", "answer"),
    [
        ("expired", (401, "InvalidAuthenticationToken")),
        ("personal", (403, "Forbidden")),
        ("no-permission", (403, "Forbidden")),
        ("read-only", (403, "Forbidden")),
    ],
)
def test_callers(ask, connect, caller, answer):
    """A token without the permission creates nothing; one that may only read may list."""
    other = connect(caller).solutions.backup_restore
    assert refused(ask, other.share_point_restore_sessions.post(SharePointRestoreSession())) == answer
    if caller == "read-only":
        assert ask(other.restore_sessions.get()).value == []
