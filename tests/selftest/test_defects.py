"""Every defect has words, and its places in a request are where it is."""

import json

import pytest

from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import Request
from restore_conformance.recogniser import Recogniser, defects

ONE = {"restorePoint": {"id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427"}, "destinationType": "inPlace"}
OTHER = {"restorePoint": {"id": "2b4e28ba-2fa1-41d2-883f-0016d3cca427"}, "destinationType": "inPlace"}
ITEM = {"browseSessionId": "abc", "id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427,2b4e28ba-2fa1-41d2-883f-0016d3cca427"}
JSON = (("Authorization", "Bearer good"), ("Content-Type", "application/json"))
SITES, ITEMS = "/siteRestoreArtifacts", "/granularSiteRestoreArtifacts"
PATH = "/solutions/backupRestore/sharePointRestoreSessions"


def sent(payload, headers=JSON, method="POST", path=PATH):
    body = payload if payload is None or isinstance(payload, bytes) else json.dumps(payload).encode()
    return Recogniser(pinned(), {"good": "good"})(Request(method, path, headers, body))


def test_every_defect_that_a_refusal_is_documented_for_has_words():
    for path in pinned().root.glob("*/page.toml"):
        for row in pinned().toml(f"{path.parent.name}/page.toml").get("error", ()):
            assert row["defect"] in defects.SAYS, row["defect"]


@pytest.mark.parametrize(
    ("payload", "defect", "places"),
    [
        (
            {"siteRestoreArtifacts": [ONE, OTHER, ONE]},
            "duplicate",
            [f"{SITES}/0/restorePoint/id", f"{SITES}/2/restorePoint/id"],
        ),
        ({"siteRestoreArtifacts": []}, "empty-list", [SITES]),
        ({"siteRestoreArtifacts": None}, "null-list", [SITES]),
        ({"siteRestoreArtifacts": [ONE], "granularSiteRestoreArtifacts": [ITEM]}, "mixed", [SITES, ITEMS]),
        (
            {"siteRestoreArtifacts": [ONE, {**OTHER, "destinationType": "elsewhere"}]},
            "path-type",
            [f"{SITES}/1/destinationType"],
        ),
        ({"siteRestoreArtifacts": [{"destinationType": "inPlace"}]}, "restore-point", [f"{SITES}/0/restorePoint"]),
        (
            {"siteRestoreArtifacts": [{**ONE, "restorePoint": {"id": "x"}}]},
            "restore-point",
            [f"{SITES}/0/restorePoint/id"],
        ),
        (
            {"siteRestoreArtifacts": [ONE, {**OTHER, "destinationType": "new"}]},
            "different-destination",
            [f"{SITES}/0/destinationType", f"{SITES}/1/destinationType"],
        ),
        ({"granularSiteRestoreArtifacts": [{"browseSessionId": "abc"}]}, "item-id-missing", [f"{ITEMS}/0/id"]),
        ({"siteRestoreArtifacts": "text"}, "wrong-type", [SITES]),
        (b"{", "not-json", []),
    ],
)
def test_the_place_of_a_defect_in_a_body(payload, defect, places):
    seen = sent(payload)
    assert defects.sole(seen) == defect
    assert defects.places(seen, defect) == places


def test_the_place_of_a_defect_in_headers_and_address():
    assert defects.places(sent({}, JSON[1:]), "no-token") == ["header:Authorization"]
    assert defects.places(sent({}, JSON[:1]), "no-media-type") == ["header:Content-Type"]
    seen = sent(None, JSON, "GET", "/solutions/backupRestore/restoreSessions/not-a-session")
    assert defects.sole(seen, "RestoreSessionNotFound") == "unknown-id"
    assert defects.places(seen, "unknown-id") == ["url:not-a-session"]
