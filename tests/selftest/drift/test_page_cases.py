"""Pages as they are written: other operations, lists of errors, types, comments in JSON, rules under a heading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drift.planting import PAGE_MD
from drift.test_command import contract, run  # noqa: F401 - a fixture

from restore_conformance.commands import pin
from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift import sentences
from restore_conformance.drift.comparison import Settings, compare
from restore_conformance.drift.differences.page import page_changes
from restore_conformance.drift.sources import page, pinned_page

SERVICE = "/solutions/backupRestore"
READ, WRITE = "BackupRestore-Restore.Read.All", "BackupRestore-Restore.ReadWrite.All"


def operation(
    title: str,
    call: str,
    status: str,
    *,
    least: str = WRITE,
    application: str = "",
    rows: str = "",
    example: str = "",
    more: str = "",
) -> str:
    """The page of one operation, in our own words."""
    table = f"|Property|Type|Description|\n|:---|:---|:---|\n{rows}\n" if rows else "No body is sent.\n"
    typed = "|Content-Type|application/json. Required.|\n" if rows else ""
    shown = f"## Examples\n\n### Request\n\n```http\n{example}\n```\n" if example else ""
    return f"""---
title: "{title}"
doc_type: apiPageType
---

# {title}

Namespace: microsoft.graph

Does what its name says.

{more}

## Permissions

|Permission type|Least privileged permissions|Higher privileged permissions|
|:---|:---|:---|
|Delegated (work or school account)|{least}|Not available.|
|Delegated (personal Microsoft account)|Not supported.|Not supported.|
|Application|{application or least}|Not available.|

## HTTP request

``` http
{call}
```

## Request headers

|Name|Description|
|:---|:---|
|Authorization|Bearer {{token}}. Required.|
{typed}
## Request body

{table}
## Response

All being well the answer is `{status}`.

{shown}"""


DELETE = operation("Delete restoreSessionBase", f"DELETE {SERVICE}/restoreSessions/{{restoreSessionBaseId}}", "204 No")
ACTIVATE = operation(
    "restoreSessionBase: activate",
    f"POST {SERVICE}/restoreSessions/{{restoreSessionBaseId}}/activate",
    "200 OK` with a restoreSessionBase object `",
)
BODY = """PATCH https://graph.microsoft.com/beta/solutions/backupRestore/sharePointRestoreSessions/1
Content-Type: application/json

{
  "siteRestoreArtifacts@delta": [
    {"id": "1", "site": "https://contoso.example//x"}, // taken out of the session
    /* and nothing more */
  ]
}
```

```http
HTTP/1.1 200 OK

{"id": "1"}"""
UPDATE = operation(
    "Update sharePointRestoreSession",
    f"PATCH {SERVICE}/sharePointRestoreSessions/{{id}}",
    "200 OK",
    rows="|siteRestoreArtifacts|siteRestoreArtifact collection|What to change.|",
    example=BODY,
)
ERRORS = """# Errors of the backup service

## Create restore session API errors

| HTTP status code | Error code | Error message | Description |
|:---|:---|:---|:---|
|400|InvalidPathType|No path type.|Say where to.|
|413|RestoreArtifactsLimitBreached|Too many.|Send fewer.|
|400|DuplicateArtifactInList|Twice.|Send it once.|
|400|InvalidArtifactRequest|Nothing named.|Name one.|
|400|InvalidRestorePoint|No such point.|Name another.|
|400|DifferentRestoreDestinationType|Two ways.|Choose one.|

## Delete restore session API errors

| HTTP status code | Error code | Error message | Description |
|:---|:---|:---|:---|
|400|InvalidRestoreSessionId|No id.|Name one.|
|403|RestoreSessionActionNotAllowed|Not a draft.|Only drafts go.|
|404|RestoreSessionNotFound|Not there.|It is gone.|
|500|IncompleteArtifactDeletion|Half done.|Try again.|

## Patch restore session API errors

| HTTP status code | Error code | Error message | Description |
|:---|:---|:---|:---|
|400|InvalidRestoreSessionId|No id.|Name one.|
|400|InvalidPatchRequest|Malformed.|Mend it.|
|400|InvalidRestorePoint|No such point.|Name another.|
|400|RestoreArtifactsLimitBreached|Too many.|Send fewer.|
|400|InvalidArtifactRequest|Nothing named.|Name one.|
|403|RestoreSessionActionNotAllowed|Not a draft.|Only drafts change.|
|404|RestoreSessionNotFound|Not there.|It is gone.|
|400|DuplicateArtifactInList|Twice.|Send it once.|
"""
POINT = """# restorePoint resource type

Namespace: microsoft.graph

A moment that can be gone back to.

## Properties

|Property|Type|Description|
|:---|:---|:---|
|id|String|Its id.|
|protectionDateTime|DateTimeOffset|When it was made.|
|tags|[restorePointTags](../resources/x.md)|Possible values are: `none`, `fastRestore`, `unknownFutureValue`.|

## Relationships

|Relationship|Type|Description|
|:---|:---|:---|
|protectionUnit|[protectionUnitBase](../resources/x.md)|What was protected.|
"""


@pytest.fixture
def graded(tmp_path: Path) -> Any:
    """The changes from an older page, or from what is pinned, to a newer one: kind, create class, contract class."""

    def compared(new: str, old: str | None = None) -> list[tuple[str, str, str]]:
        files = {"new": new} | ({"old": old} if old is not None else {})
        for name, text in files.items():
            (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
        older = "pinned" if old is None else str(tmp_path / "old.md")
        night = compare([older], [str(tmp_path / "new.md")], Settings(SCHEMAS))
        assert night.broken == ()
        assert len({change.id for change in night.changes}) == len(night.changes)
        assert all(sentences.what(change, sentences.Texts()) for change in night.changes)
        return [(change.kind, str(change.create), str(change.contract)) for change in night.changes]

    return compared


class TestErrorTables:
    """Every cell of every table is promised."""

    @pytest.mark.parametrize("older", [None, ERRORS], ids=["pinned", "page"])
    @pytest.mark.parametrize(
        ("cell", "now", "create"),
        [
            ("|403|RestoreSessionActionNotAllowed|Not a draft.|Only drafts go.|", "|409|", "informational"),
            ("|403|RestoreSessionActionNotAllowed|Not a draft.|Only drafts change.|", "|409|", "informational"),
            ("|413|RestoreArtifactsLimitBreached|", "|400|", "breaking"),
        ],
        ids=["delete", "update", "create"],
    )
    def test_another_status(self, cell: str, now: str, create: str, older: str | None, graded: Any) -> None:
        """Another status in the table of any operation breaks its callers, and the create client only in its own."""
        assert cell in ERRORS
        changed = ERRORS.replace(cell, now + cell.split("|", 2)[2])
        assert graded(ERRORS, older) == []
        assert graded(changed, older) == [("page_error_changed", create, "breaking")]

    def test_other_cells(self, graded: Any) -> None:
        """A message that reads otherwise is reported of its row, even where another table has the same words."""
        changed = ERRORS.replace("|404|RestoreSessionNotFound|Not there.|", "|404|RestoreSessionNotFound|Lost.|", 1)
        assert graded(changed, ERRORS) == [("page_error_reworded", "informational", "informational")]

    def test_rows_and_tables(self, graded: Any) -> None:
        """A row that goes or comes, and a table that goes, are reported once each."""
        row = "|500|IncompleteArtifactDeletion|Half done.|Try again.|\n"
        assert graded(ERRORS.replace(row, ""), ERRORS) == [("page_error_removed", "informational", "informational")]
        assert graded(ERRORS, ERRORS.replace(row, "")) == [("page_error_added", "informational", "additive")]
        head = ERRORS.partition("## Patch")[0]
        kinds = [kind for kind, *_ in graded(head, ERRORS) if not kind.startswith("page_statement")]
        assert kinds == ["page_error_table_removed"]

    def test_what_is_not_compared_is_said(self, tmp_path: Path) -> None:
        """Tables that stand on one side alone are named."""
        file = tmp_path / "errors.md"
        file.write_text(ERRORS.replace("Patch restore session", "Create protection policy"), encoding="utf-8")
        notes = [note for _, note in compare(["pinned"], [str(file)], Settings(SCHEMAS)).notes]
        assert [note for note in notes if "no table for the errors of" in note and "update" in note]
        assert [note for note in notes if "create protection policy" in note]


class TestOtherOperations:
    """The pages of the other operations are compared with what `schemas/` restates of them."""

    @pytest.mark.parametrize("text", [DELETE, ACTIVATE, UPDATE], ids=["delete", "activate", "update"])
    def test_as_pinned(self, text: str, graded: Any) -> None:
        """A page that says what is pinned is no drift, whatever it calls its placeholders."""
        assert graded(text) == []

    def test_against_pinned(self, graded: Any) -> None:
        """A lost permission breaks callers of that operation and not the create client."""
        assert graded(DELETE.replace(f"|Application|{WRITE}|", "|Application|Not supported.|")) == [
            ("page_permission_removed", "informational", "breaking")
        ]
        assert graded(UPDATE.replace("200 OK", "204 No")) == [("page_status_changed", "informational", "breaking")]

    def test_placeholder_renamed(self, graded: Any) -> None:
        """A placeholder that has another name is not on the wire; another address is."""
        renamed = DELETE.replace("{restoreSessionBaseId}", "{id}")
        assert graded(renamed, DELETE) == [("page_path_renamed", "informational", "informational")]
        moved = DELETE.replace("restoreSessions/{", "sessions/{")
        assert graded(moved, DELETE) == [("page_path_changed", "informational", "breaking")]

    def test_success_sentence(self, graded: Any) -> None:
        """Another status of success is one change, and not its sentence once more."""
        assert graded(UPDATE.replace("`200 OK`", "`204 No`"), UPDATE) == [
            ("page_status_changed", "informational", "breaking")
        ]

    def test_not_pinned(self, tmp_path: Path) -> None:
        """The page of an operation that nobody pinned is a broken source, and says which page was found."""
        file = tmp_path / "a.md"
        file.write_text(operation("List things", f"GET {SERVICE}/things", "200 OK"), encoding="utf-8")
        night = compare(["pinned"], [str(file)], Settings(SCHEMAS))
        assert [error.found for error in night.broken] == [f"the page of GET {SERVICE}/things"]

    def test_two_pages_alike(self, tmp_path: Path) -> None:
        """What changes alike on the pages of two calls is two changes with two ids."""
        for name, text in (("delete.md", DELETE), ("activate.md", ACTIVATE)):
            lost = text.replace(f"|Application|{WRITE}|", "|Application|Not supported.|")
            (tmp_path / name).write_text(lost, encoding="utf-8")
        night = compare(["pinned"], [str(tmp_path / name) for name in ("delete.md", "activate.md")], Settings(SCHEMAS))
        assert [change.kind for change in night.changes] == ["page_permission_removed"] * 2
        assert len({change.id for change in night.changes}) == 2

    def test_one_of_two_pages_is_broken(self, tmp_path: Path) -> None:
        """A night on which one page was broken withdraws nothing that it says, whatever other pages were read."""
        delete, update, place = tmp_path / "delete.md", tmp_path / "update.md", tmp_path / "h.sqlite"
        options = ("--history", place, "--format", "json", "--output", tmp_path / "o.json")
        delete.write_text(DELETE.replace(f"|Application|{WRITE}|", "|Application|Not supported.|"), encoding="utf-8")
        update.write_text(UPDATE, encoding="utf-8")
        assert run("--to", delete, update, *options, "--night", "2026-01-01") == 0
        sound = delete.read_text(encoding="utf-8")
        delete.write_text("", encoding="utf-8")
        assert run("--to", delete, update, *options, "--night", "2026-01-02") == 3
        delete.write_text(sound, encoding="utf-8")
        assert run("--to", delete, update, *options, "--night", "2026-01-03") == 1

    def test_pin(self, contract: Path, tmp_path: Path) -> None:  # noqa: F811
        """Pinned from the page of delete, the sentences of delete are pinned and those of create stay."""
        before = (contract / "create/page.toml").read_text(encoding="utf-8")
        for name, text in (("delete.md", DELETE), ("errors.md", ERRORS)):
            (tmp_path / name).write_text(text, encoding="utf-8")
            assert run(tmp_path / name, "--schemas", contract, command=pin) == 0
        assert (contract / "create/page.toml").read_text(encoding="utf-8") == before
        assert pinned_page.read(contract / "delete").statements["introduction"]


@pytest.mark.parametrize(
    "text", [DELETE, ACTIVATE, UPDATE, ERRORS, POINT], ids=["delete", "activate", "update", "errors", "type"]
)
def test_selfcheck(text: str, tmp_path: Path) -> None:
    """A drift planted in a copy of every sort of page is found."""
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    assert run("selfcheck", "--to", tmp_path / "page.md") == 0


class TestTypes:
    """Pages that describe a type."""

    def test_as_pinned(self, graded: Any) -> None:
        """A page that lists part of what is declared is no drift: pages leave members out."""
        assert graded(POINT) == []

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("|id|String|", "|shiny|String|New.|\n|id|String|", ("page_property_added", "additive", "additive")),
            ("|id|String|", "|id|Int64|", ("page_property_type_changed", "breaking", "breaking")),
            ("`none`,", "`none`, `shiny`,", ("page_property_values_changed", "additive", "additive")),
        ],
    )
    @pytest.mark.parametrize("older", [None, POINT], ids=["pinned", "page"])
    def test_changes(self, old: str, new: str, expected: tuple[str, str, str], older: str | None, graded: Any) -> None:
        """What a page lists beyond the declaration, or otherwise, is reported; so is every change between two pages."""
        assert graded(POINT.replace(old, new), older) == [expected]

    def test_unknown_type(self, tmp_path: Path) -> None:
        """The page of a type that is not pinned is a broken source, and named."""
        file = tmp_path / "a.md"
        file.write_text(POINT.replace("restorePoint resource", "serviceApp resource"), encoding="utf-8")
        night = compare(["pinned"], [str(file)], Settings(SCHEMAS))
        assert [error.found for error in night.broken] == ["the page of microsoft.graph.serviceApp"]


class TestTwoRequired:
    """Two collections that exclude each other cannot both be required."""

    SITE = "|siteRestoreArtifacts|siteRestoreArtifact collection|Sites. Required.|"
    GRANULAR = "|granularSiteRestoreArtifacts|granularSiteRestoreArtifact collection|Items. Required.|"
    RULE = "A call can't hold both siteRestoreArtifact and granularSiteRestoreArtifact objects."

    def create(self, *rows: str, rule: str = "") -> str:
        return operation(
            "Create sharePointRestoreSession",
            f"POST {SERVICE}/sharePointRestoreSessions",
            "201 Created` with a sharePointRestoreSession object `",
            rows="\n".join(rows),
            more=rule,
        )

    def test_second_collection(self, graded: Any) -> None:
        """A second required collection is additive where the page says that the two exclude each other."""
        both = self.create(self.SITE, self.GRANULAR, rule=self.RULE)
        found = graded(both, self.create(self.SITE, rule=self.RULE))
        assert ("page_property_added", "additive", "additive") in found

    def test_without_the_rule(self, graded: Any) -> None:
        """Without such a sentence, and for what is no collection, it breaks."""
        assert graded(self.create(self.SITE, self.GRANULAR), self.create(self.SITE)) == [
            ("page_property_added", "breaking", "breaking")
        ]
        plain = self.create(self.SITE, "|kind|String|Which. Required.|", rule=self.RULE)
        changes = graded(plain, self.create(self.SITE, rule=self.RULE))
        assert changes == [("page_property_added", "breaking", "breaking")]


class TestSentences:
    """What is a sentence, and what an error rests on."""

    def test_comments_in_examples(self, graded: Any) -> None:
        """A comment in a printed example hides no member; one that reads otherwise is a sentence reworded."""
        assert graded(UPDATE.replace('"id": "1",', '"id": "1", "shiny": 2,', 1), UPDATE) == [
            ("page_example_member_added", "informational", "additive")
        ]
        reworded = graded(UPDATE.replace("// taken out of the session", "// taken out of that session"), UPDATE)
        assert reworded == [("page_statement_reworded", "informational", "informational")]
        facts = page.read(UPDATE.encode(), "x")
        assert facts.examples[0].unparsed == ""
        assert facts.examples[0].request["siteRestoreArtifacts@delta"][0]["site"] == "https://contoso.example//x"

    def test_rules_across_a_page(self, graded: Any) -> None:
        """A line across the page, a zone and a tag are no sentences."""
        lines = "\n---\n\n***\n\n::: zone pivot\n\n<details>\n\nDoes what its name says.\n\n</details>\n"
        assert graded(DELETE.replace("\nDoes what its name says.\n", lines), DELETE) == []

    def test_include_wrappers(self, graded: Any) -> None:
        """A heading that holds an include alone is none of the page's."""
        wrapped = "## API availability\n\n[!INCLUDE [cloud](../../includes/global-only.md)]\n\n## Permissions"
        assert graded(DELETE.replace("## Permissions", wrapped), DELETE) == []

    def test_rule_under_an_example(self) -> None:
        """An error is named after what the rule is about, with the condition it states, and not after the heading."""
        text = PAGE_MD.read_text(encoding="utf-8")
        rule = "\n### Example 9: Several kinds\n\nThe `@microsoft.graph.mood` annotation is for drafts. If it is sent with another session, a `400 Bad Request` comes back.\n"  # noqa: E501
        found = page_changes(page.read(text.encode(), "old"), page.read((text + rule).encode(), "new"))
        errors = [change for change in found if change.kind == "page_error_added"]
        assert [change.path for change in errors] == ["errors/400 @microsoft.graph.mood"]
        assert errors[0].detail["condition"] == "If it is sent with another session"
