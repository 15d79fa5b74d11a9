"""The mock has the whole life of a session, and answers as the documents say."""

import pytest
from client import BASE, GRANULAR, SITE, Client, artifact, code

from restore_conformance.contract.documents import pinned


@pytest.fixture
def client():
    return Client()


def test_a_created_session_keeps_its_schema(client):
    for kind in (SITE, GRANULAR):
        assert pinned().breaches("create/response.json", client.create(3, kind)) == []


def test_a_session_is_read_by_both_routes(client):
    created = client.create(2)
    for route in ("restoreSessions", "sharePointRestoreSessions"):
        status, read = client("GET", f"/{route}/{created['id']}")
        assert (status, read["id"], read["restoreSessionArtifactCount"]) == (
            200,
            created["id"],
            created["restoreSessionArtifactCount"],
        )
    assert code(client("GET", "/restoreSessions/x")) == (400, "InvalidRestoreSessionId")
    assert code(client("GET", "/restoreSessions/aaaaaaaa-0000-4000-8000-00000000ffff")) == (
        404,
        "RestoreSessionNotFound",
    )


def test_a_list_comes_in_pages(client):
    created = [client.create(1)["id"] for _ in range(45)]
    seen, path = [], "/restoreSessions"
    while path:
        status, page = client("GET", path)
        assert status == 200
        seen += [one["id"] for one in page["value"]]
        path = page.get("@odata.nextLink", "").partition(BASE)[2]
    assert seen == created


def test_a_draft_is_changed(client):
    created = client.create(2)
    path = f"/sharePointRestoreSessions/{created['id']}"
    _, before = client("GET", f"{path}/{SITE}")
    gone = before["value"][0]["id"]
    changes = [
        artifact(SITE, 9),
        {"@removed": {"reason": "changed"}, "id": gone},
        {"@removed": {"reason": "changed"}, "id": "none"},
    ]
    status, answer = client("PATCH", path, {f"{SITE}@delta": changes})
    assert status == 200
    shown = answer[f"{SITE}@delta"]
    assert next(one for one in shown if one.get("status") == "added")["restorePoint"]["id"].endswith("9")
    assert any("@Core.DataModificationException" in one for one in shown)
    _, after = client("GET", f"{path}/{SITE}")
    assert gone not in {one["id"] for one in after["value"]}
    assert len(after["value"]) == 2


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, (400, "InvalidPatchRequest")),
        ({f"{SITE}@delta": []}, (400, "InvalidArtifactRequest")),
        ({f"{SITE}@delta": None}, (400, "InvalidArtifactRequest")),
        ({f"{SITE}@delta": [artifact(SITE, 7, restorePoint={"id": ""})]}, (400, "InvalidRestorePoint")),
        ({f"{SITE}@delta": [artifact(SITE, 7), artifact(SITE, 7)]}, (400, "DuplicateArtifactInList")),
        ({f"{SITE}@delta": [artifact(SITE, n) for n in range(10, 61)]}, (400, "RestoreArtifactsLimitBreached")),
        (
            {f"{SITE}@delta": [artifact(SITE, 8)], f"{GRANULAR}@delta": [artifact(GRANULAR, 8)]},
            (400, "InvalidPatchRequest"),
        ),
    ],
)
def test_a_bad_change_is_refused(client, payload, expected):
    created = client.create(2)
    assert code(client("PATCH", f"/sharePointRestoreSessions/{created['id']}", payload)) == expected


def test_a_session_runs_to_its_end(client):
    for number, end in ((4, "completed"), (5, "completedWithError")):
        created = client.create(number)
        status, started = client("POST", f"/restoreSessions/{created['id']}/activate")
        assert (status, started["status"], started["restoreSessionArtifactCount"]["inProgress"]) == (
            200,
            "activating",
            number,
        )
        course = [client("GET", f"/restoreSessions/{created['id']}")[1]["status"] for _ in range(3)]
        assert course == ["active", end, end]
        for method, path in (("DELETE", ""), ("POST", "/activate")):
            assert code(client(method, f"/restoreSessions/{created['id']}{path}")) == (
                403,
                "RestoreSessionActionNotAllowed",
            )


def test_only_so_many_sessions_run_at_once(client):
    ids = [client.create(1)["id"] for _ in range(26)]
    answers = [client("POST", f"/restoreSessions/{one}/activate") for one in ids]
    assert [status for status, _ in answers] == [200] * 25 + [500]
    assert answers[-1][1]["error"]["code"] == "TooManyActiveRestoreSessions"


def test_a_draft_is_deleted(client):
    created = client.create(2)
    assert client("DELETE", f"/restoreSessions/{created['id']}") == (204, None)
    assert code(client("GET", f"/restoreSessions/{created['id']}")) == (404, "RestoreSessionNotFound")


@pytest.mark.parametrize(
    ("caller", "create", "read"),
    [("good", 201, 200), ("delegated", 201, 200), ("application", 201, 200), ("read-only", 403, 200),
     ("no-permission", 403, 403), ("personal", 403, 403), ("expired", 401, 401)],
)  # fmt: skip
def test_permissions(caller, create, read):
    client = Client(caller=caller)
    assert client("POST", "/sharePointRestoreSessions")[0] == create
    assert client("GET", "/restoreSessions")[0] == read


def test_members_after_the_sentinel_are_shown_when_asked_for(client):
    created = client.create(1, GRANULAR)
    assert created["restoreJobType"] == "unknownFutureValue"
    path = f"/restoreSessions/{created['id']}"
    assert client("GET", path, Prefer="include-unknown-enum-members")[1]["restoreJobType"] == "granular"


def test_an_unknown_route_or_method_is_refused(client):
    assert code(client("GET", "/nothing")) == (404, "ResourceNotFound")
    assert code(client("PUT", "/sharePointRestoreSessions")) == (405, "MethodNotAllowed")
