"""Plants known changes into copies of sound sources: each says which single change the difference must report.

The expectations are written down here, by the rules, and not computed by the code under test.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restore_conformance.contract.places import SCHEMAS

FIXTURES = Path(__file__).resolve().parent / "fixtures"
SLICE = FIXTURES / "history" / "2025-05-05_2ca40fa6.csdl"
OPENAPI = FIXTURES / "restore.openapi.yaml"
PAGE_MD = FIXTURES / "newer-edition" / "page.md"
PAGE_TXT = FIXTURES / "newer-edition" / "page.txt"
ANSWER = json.loads((SCHEMAS / "create/examples/standard.response.json").read_text(encoding="utf-8"))
IN_SCOPE = frozenset(
    {
        "artifactRestoreStatus", "destinationType", "entity", "identity", "identitySet", "publicError",
        "publicErrorDetail", "publicInnerError", "restoreArtifactBase", "restoreArtifactsBulkRequestBase",
        "restoreArtifactsBulkRequestStatus", "restorePoint", "restorePointPreference", "restorePointTags",
        "restoreSessionBase", "restoreSessionStatus", "sharePointRestoreSession", "siteRestoreArtifact",
        "siteRestoreArtifactsBulkAdditionRequest", "timePeriod",
    }
)  # fmt: skip
WRITTEN = frozenset(
    {
        "entity", "restoreSessionBase", "sharePointRestoreSession", "restoreArtifactBase",
        "siteRestoreArtifact",
    }
)  # fmt: skip
RETURNED_ONLY = frozenset(
    {
        "restorePointSearchResponse", "restorePointSearchResult",
    }
)  # fmt: skip
SENT_ONLY = frozenset({"restorableArtifact"})
COMPUTED = frozenset(
    {
        "driveProtectionUnit/email", "driveRestoreArtifact/restoredSiteName", "mailboxProtectionUnit/displayName",
        "siteProtectionUnit/siteWebUrl", "siteRestoreArtifact/restoredSiteName",
    }
)  # fmt: skip
"""Members that the service fills in: nobody sends them."""
NS = "microsoft.graph"
B, A, I, U = "breaking", "additive", "informational", "undecidable"  # noqa: E741 - a table reads so


@dataclass(frozen=True)
class Plant:
    """A changed copy and the one change in it; a class of None is not asserted."""

    text: str
    kind: str
    path: str
    contract: str
    create: str | None = None


def _scoped(owner: str, grade: str, navigation: bool = False) -> str:
    """The create client's class; of restorePoint, only referred to, the navigations are out of scope."""
    return grade if owner in IN_SCOPE and not (navigation and owner == "restorePoint") else I


def _written(owner: str, grade: str, otherwise: str) -> str:
    if owner not in IN_SCOPE:
        return I
    return grade if owner in WRITTEN else otherwise


def csdl_plants(text: str) -> Iterator[Plant]:
    """One planted change per copy of the metadata slice."""
    lines = text.splitlines(keepends=True)
    owner, flagged, base_less = "", False, False
    for place, line in enumerate(lines):
        started = re.match(r'\s*<(EntityType|ComplexType|EnumType) Name="(\w+)"(.*?)(/?)>', line)
        if started:
            owner, flagged, base_less = started.group(2), "IsFlags" in line, "BaseType" not in line
            yield from _type_plants(lines, place, line, started.group(1), owner)
        member = re.match(r'(\s*)<(Property|NavigationProperty) Name="(\w+)" Type="([^"]+)"', line)
        if member and not (member.group(3) == "id" and base_less and owner == "entity"):
            yield from _member_plants(lines, place, line, owner, member)
        value = re.match(r'\s*<Member Name="(\w+)" Value="(\d+)" />', line)
        if value and not flagged:
            yield from _value_plants(lines, place, owner, value.group(1))
    yield from _operation_plants(text)
    yield from _annotation_plants(text)


def _with(lines: list[str], place: int, *replacement: str) -> str:
    return "".join([*lines[:place], *replacement, *lines[place + 1 :]])


def _type_plants(lines: list[str], place: int, line: str, kind: str, owner: str) -> Iterator[Plant]:
    path = f"{NS}.{owner}"
    if kind == "EnumType":
        if "IsFlags" not in line:
            changed = line.replace(f'Name="{owner}"', f'Name="{owner}" IsFlags="true"')
            yield Plant(_with(lines, place, changed), "enum_flags_changed", path, B, _scoped(owner, B))
        return
    if "OpenType" in line:
        changed = line.replace(' OpenType="true"', "")
        yield Plant(_with(lines, place, changed), "type_attribute_changed", path, B, _scoped(owner, B))
    elif "Abstract" not in line:
        changed = line.replace(f'Name="{owner}"', f'Name="{owner}" OpenType="true"')
        yield Plant(_with(lines, place, changed), "type_attribute_changed", path, A, _scoped(owner, A))


def _member_plants(lines: list[str], place: int, line: str, owner: str, member: re.Match[str]) -> Iterator[Plant]:
    indent, tag, name, kind = member.groups()
    path, word = f"{NS}.{owner}/{name}", "property" if tag == "Property" else "navigation"
    yield Plant(_with(lines, place), f"{word}_removed", path, B, _scoped(owner, B, word == "navigation"))
    if place % 3 == 0:
        new = f'{indent}<{tag} Name="planted" Type="{kind}" />\n'
        yield Plant(
            _with(lines, place, line, new),
            f"{word}_added",
            f"{NS}.{owner}/planted",
            A,
            _scoped(owner, A, word == "navigation"),
        )
    if place % 3 == 1:
        yield Plant(
            _with(lines, place, line.replace(f'Type="{kind}"', 'Type="Collection(graph.timePeriod)"')),
            f"{word}_type_changed",
            path,
            B,
            _scoped(owner, B, word == "navigation"),
        )
    if tag == "NavigationProperty":
        flipped = (
            line.replace(' ContainsTarget="true"', "")
            if "ContainsTarget" in line
            else line.replace(" />", ' ContainsTarget="true" />')
        )
        yield Plant(_with(lines, place, flipped), "navigation_containment_changed", path, I, I)
    elif place % 2 and not kind.startswith("Collection"):
        if 'Nullable="false"' in line:
            loose = line.replace(' Nullable="false"', "")
            yield Plant(_with(lines, place, loose), "nullability_changed", path, B, _scoped(owner, B))
        else:
            tight = line.replace(" />", ' Nullable="false" />')
            computed = f"{owner}/{name}" in COMPUTED
            create = I if computed else _written(owner, B, I)
            yield Plant(_with(lines, place, tight), "nullability_changed", path, I if computed else B, create)
            new = f'{indent}<Property Name="needed" Type="Edm.String" Nullable="false" />\n'
            yield Plant(
                _with(lines, place, line, new),
                "property_added",
                f"{NS}.{owner}/needed",
                A if owner in RETURNED_ONLY else B,
                _written(owner, B, A),
            )
        limited = line.replace(" />", ' MaxLength="10" />')
        computed = f"{owner}/{name}" in COMPUTED
        create = I if computed else _written(owner, B, I)
        yield Plant(_with(lines, place, limited), "facet_changed", path, I if computed else B, create)


def _value_plants(lines: list[str], place: int, owner: str, name: str) -> Iterator[Plant]:
    enum, line = f"{NS}.{owner}", lines[place]
    if name != "unknownFutureValue":
        yield Plant(_with(lines, place), "enum_member_removed", f"{enum}/{name}", B, _scoped(owner, B))
        renumbered = re.sub(r'Value="\d+"', 'Value="77"', line)
        yield Plant(_with(lines, place, renumbered), "enum_value_changed", f"{enum}/{name}", I, I)
        return
    new = line.replace("unknownFutureValue", "planted").replace('Value="', 'Value="9')
    added, moved = (A, I) if owner in SENT_ONLY else (B, B)
    yield Plant(_with(lines, place, new, line), "enum_member_added", f"{enum}/planted", added, _scoped(owner, added))
    yield Plant(_with(lines, place, line, new), "enum_member_added", f"{enum}/planted", A, _scoped(owner, A))
    if "<Member" in lines[place - 1]:
        swapped = "".join([*lines[: place - 1], line, lines[place - 1], *lines[place + 1 :]])
        yield Plant(swapped, "enum_reordered", enum, moved, _scoped(owner, moved))
    if "<Member" in lines[place - 2]:
        swapped = "".join([*lines[: place - 2], lines[place - 1], lines[place - 2], *lines[place:]])
        yield Plant(swapped, "enum_reordered", enum, I, I)


def _operation_plants(text: str) -> Iterator[Plant]:
    for block in re.finditer(r'      <Action Name="(\w+)".*?</Action>\n', text, re.DOTALL):
        whole, name = block.group(), block.group(1)
        binding = re.search(r'bindingParameter" Type="([^"]+)"', whole)
        assert binding is not None
        path = f"Action {name}({binding.group(1).replace('graph.', NS + '.')})"

        def with_(changed: str, whole: str = whole) -> str:
            return text.replace(whole, changed, 1)

        yield Plant(with_(""), "action_removed", path, B, I)
        required = '        <Parameter Name="planted" Type="Edm.String" Nullable="false" />\n        <ReturnType'
        yield Plant(with_(whole.replace("        <ReturnType", required)), "action_signature_changed", path, B, I)
        optional = required.replace(' Nullable="false"', "")
        yield Plant(with_(whole.replace("        <ReturnType", optional)), "action_signature_changed", path, A, I)
        other = re.sub(r'<ReturnType Type="[^"]+"', '<ReturnType Type="Edm.String"', whole)
        yield Plant(with_(other), "action_signature_changed", path, B, I)
        copied = whole.replace(f'Name="{name}"', f'Name="planted{name}"')
        yield Plant(with_(whole + copied), "action_added", path.replace(name, f"planted{name}", 1), A, I)


def _annotation_plants(text: str) -> Iterator[Plant]:
    for block in re.finditer(
        r'      <Annotations Target="([^"]+)">\n\s*<Annotation Term="([^"]+)".*?</Annotations>\n', text, re.DOTALL
    ):
        path = f"{block.group(1)}@{block.group(2)}"
        yield Plant(text.replace(block.group(), "", 1), "annotation_removed", path, I)
        other = block.group().replace('Bool="true"', 'Bool="false"')
        yield Plant(text.replace(block.group(), other, 1), "annotation_changed", path, I)
        more = block.group().replace(
            "      </Annotations>", '        <Annotation Term="Core.Permissions" String="read" />\n      </Annotations>'
        )
        yield Plant(
            text.replace(block.group(), more, 1),
            "annotation_added",
            f"{block.group(1)}@Org.OData.Core.V1.Permissions",
            I,
        )
    for line in re.finditer(r'\s*<NavigationPropertyBinding Path="([^"]+)" Target="([^"]+)" />', text):
        path = f"solutions/{line.group(1)}"
        yield Plant(text.replace(line.group(), "", 1), "binding_removed", path, I)
        other = line.group().replace(line.group(2), "solutions/elsewhere")
        yield Plant(text.replace(line.group(), other, 1), "binding_changed", path, I)


def openapi_plants(text: str) -> Iterator[Plant]:
    """One planted change per copy of the OpenAPI fixture."""
    owner = ""
    for started in re.finditer(
        r"^    (microsoft\.graph\.\w+):\n|^ {8,12}(\w+):\n( +)type: string\n +nullable: true\n", text, re.MULTILINE
    ):
        if started.group(1):
            owner = started.group(1)
            continue
        path, whole, local = f"{owner}/{started.group(2)}", started.group(), owner.rpartition(".")[2]
        at = started.start()

        def with_(changed: str, at: int = at, whole: str = whole) -> str:
            return text[:at] + changed + text[at + len(whole) :]

        yield Plant(with_(whole.replace("string", "boolean")), "property_type_changed", path, B, _scoped(local, B))
        tight = "\n".join(line for line in whole.split("\n") if "nullable" not in line)
        yield Plant(with_(tight), "nullability_changed", path, B, _written(local, B, I))
        renamed = whole.replace(started.group(2), "planted", 1)
        yield Plant(with_(whole + renamed), "property_added", f"{owner}/planted", A, _scoped(local, A))
        limited = whole + f"{started.group(3)}maxLength: 5\n"
        yield Plant(with_(limited), "facet_changed", path, B, _written(local, B, I))
    create = "/solutions/backupRestore/sharePointRestoreSessions"
    one = f"{create}/{{sharePointRestoreSession-id}}"
    planted = "responses:\n        2XX:\n          description: Planted\n"

    def swap(old: str, new: str, start: int = 0) -> str:
        assert old in text[start:], old
        return text[:start] + text[start:].replace(old, new, 1)

    new_path = f"  /solutions/backupRestore/planted:\n    get:\n      {planted}"
    more = swap("components:\n", new_path + "components:\n")
    yield Plant(more, "path_added", "/solutions/backupRestore/planted", A, I)
    yield Plant(swap("    delete:\n", f"    put:\n      {planted}    delete:\n"), "method_added", f"{one} put", A, I)
    yield Plant(swap("    delete:\n", "    x-delete:\n"), "method_removed", f"{one} delete", B, I)
    header = "        - name: If-Match\n          in: header\n"
    needed = swap(header, f"{header}          required: true\n")
    yield Plant(needed, "parameter_changed", f"{one} delete header If-Match", B, I)
    loose = swap("        required: true\n      responses", "        required: false\n      responses")
    yield Plant(loose, "request_body_changed", f"{create} post", A, A)
    assert text.count("  post:") == 1
    post, success = text.index("    post:"), "        2XX:\n"
    refusal = "        409:\n          description: Planted\n"
    yield Plant(swap(success, refusal + success, post), "response_added", f"{create} post 409", A, A)
    yield Plant(swap(success, "        4XX:\n", post), "response_removed", f"{create} post 2XX", B, B)


def page_plants(text: str, markdown: bool) -> Iterator[Plant]:
    """One planted change per copy of a page; statements that change with a fact are the fact's."""
    kind = f"{NS}.sharePointRestoreSession"
    bar = "|" if markdown else " | "
    post = "POST /solutions/backupRestore/sharePointRestoreSessions"
    name = post.replace("POST ", "", 1)

    def swap(old: str, new: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    yield Plant(swap(f"\n{post}", f"\nPUT {name}"), "page_method_changed", post, B)
    yield Plant(swap(f"\n{post}", f"\n{post}X"), "page_path_changed", post, B)
    tick = "`" if markdown else ""
    yield Plant(swap(f"{tick}201 Created{tick}", f"{tick}200 OK{tick}"), "page_status_changed", post, B)
    yield Plant(swap("Namespace: microsoft.graph", "Namespace: microsoft.restore"), "page_namespace_changed", post, B)
    cells = (bar.join(("Content-Type", "application/json. Required.")), bar.join(("X-Planted", "planted. {}")))
    for word, grade in (("Required.", B), ("Optional.", A)):
        row = _line_of(text, cells[0])
        yield Plant(
            swap(row, row + row.replace(cells[0], cells[1].format(word))),
            "page_header_added",
            "headers/X-Planted",
            grade,
        )
    yield Plant(
        swap("application/json. Required.", "application/json. Optional."),
        "page_header_changed",
        "headers/Content-Type",
        A,
    )
    permission = "BackupRestore-Restore.ReadWrite.All"
    for caller, words in (("delegated-work", "Delegated (work or school account)"), ("application", "Application")):
        old = bar.join((words, permission))
        yield Plant(
            swap(old, bar.join((words, "Sites.FullControl.All"))), "page_permission_changed", f"permissions/{caller}", B
        )
        yield Plant(
            swap(old, bar.join((words, "Not supported."))), "page_permission_removed", f"permissions/{caller}", B
        )
        higher = bar.join((words, permission, "Not available."))
        yield Plant(
            swap(higher, bar.join((words, permission, "Sites.FullControl.All"))),
            "page_permission_added",
            f"permissions/{caller}/Sites.FullControl.All",
            A,
        )
    rows = {
        prop: _line_of(text, f"{prop}{bar}")
        for prop in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts", "conflictBehavior")
    }
    for prop, row in rows.items():
        path = f"{kind}/{prop}"
        yield Plant(swap(row, ""), "page_property_removed", path, B)
        if "Required." in row:
            yield Plant(swap(row, row.replace("Required.", "Optional.")), "page_property_required_changed", path, A)
            yield Plant(swap(row, row.replace(" collection", "", 1)), "page_property_type_changed", path, B)
        else:
            yield Plant(swap(row, row.replace("Optional.", "Required.")), "page_property_required_changed", path, B)
            yield Plant(swap(row, row.replace("String", "Boolean")), "page_property_type_changed", path, B)
            yield Plant(
                swap(row, row.replace("rename", "rename, skip").replace("`rename, skip`", "`rename`, `skip`")),
                "page_property_values_changed",
                path,
                A,
            )
            yield Plant(swap(row, re.sub(r", `?rename`?", "", row)), "page_property_values_changed", path, B)
        new = row.replace(prop, "planted", 1)
        for word, grade in (("Required.", B), ("Optional.", A)):
            claimed = new.replace("Required.", word).replace("Optional.", word)
            yield Plant(swap(row, row + claimed), "page_property_added", f"{kind}/planted", grade)
    for title, path in (
        ("Example 2: Create a granular restore session\n", "examples/create a granular restore session"),
        ("Example 1: Create a standard restore session\n", "examples/create a standard restore session"),
    ):
        at = text.index(title)
        head, tail = text[:at], text[at:]
        planted = head + tail.replace('"status": "draft"', '"status": "activating"', 1)
        yield Plant(planted, "page_example_changed", f"{path}/response/status", U)
        planted = head + tail.replace('"failed": 0', '"failed": 1', 1)
        yield Plant(planted, "page_example_changed", f"{path}/response/restoreSessionArtifactCount/failed", I)
        planted = head + tail.replace('"status": "draft"', '"planted": "x", "status": "draft"', 1)
        yield Plant(planted, "page_example_member_added", f"{kind}/planted", A)


def reworded(text: str, markdown: bool) -> Iterator[tuple[str, str, str]]:
    """(what, changed text, kind) for every sentence of prose: reworded, lost, and a new one before it."""
    mark = "## Permissions" if markdown else "Permissions\n"
    sentences = (
        "Whole sites and granular artifacts never travel together",
        "A call without any payload",
        "These are the permissions",
        "The body is a JSON form",
        "When all goes well the answer is",
        "What can go wrong is listed",
        "A request for whole sites",
        "Here the caller says what to do",
    )
    assert mark in text
    for sentence in sentences:
        assert sentence in text, sentence
        yield f"{sentence} reworded", text.replace(sentence, f"{sentence} perhaps", 1), "page_statement_reworded"
        yield (
            f"before {sentence}",
            text.replace(sentence, f"Quite another thing. {sentence}", 1),
            "page_statement_added",
        )


def _line_of(text: str, part: str) -> str:
    return next(line for line in text.splitlines(keepends=True) if part in line)


def har(response: Any, *, status: int = 201, headers: tuple[tuple[str, str], ...] = ()) -> str:
    """A HAR file with one create call and its answer."""
    request = {
        "method": "POST",
        "url": "https://graph.microsoft.com/beta/solutions/backupRestore/sharePointRestoreSessions",
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "postData": {"mimeType": "application/json", "text": "{}"},
    }
    answer = {
        "status": status,
        "headers": [{"name": name, "value": value} for name, value in headers],
        "content": {"text": json.dumps(response)},
    }
    return json.dumps({"log": {"version": "1.2", "entries": [{"request": request, "response": answer}]}})


def behaviour_plants(answer: dict[str, Any]) -> Iterator[Plant]:
    """One planted oddity per recording of the printed standard answer."""
    base = f"{NS}.restoreSessionBase"
    places: list[tuple[list[str], str]] = [
        ([], f"{NS}.sharePointRestoreSession"),
        (["restoreSessionArtifactCount"], f"{NS}.restoreSessionArtifactCount"),
    ]

    def changed(keys: list[str], **members: Any) -> dict[str, Any]:
        copied = copy.deepcopy(answer)
        inner = copied
        for key in keys:
            inner = inner[key]
        inner.update(members)
        return copied

    for keys, owner in places:
        for value in ("x", 1, None, {"a": 1}, [1]):
            yield Plant(har(changed(keys, planted=value)), "behaviour_member_undocumented", f"{owner}/planted", A)
    enums = {"status": "restoreSessionStatus", "restoreJobType": "restoreJobType"}
    for member, enum in enums.items():
        planted = har(changed([], **{member: "planted"}))
        yield Plant(planted, "behaviour_enum_member_undocumented", f"{NS}.{enum}/planted", B)
    times = dict.fromkeys(
        ("createdDateTime", "lastModifiedDateTime", "createdBy", "lastModifiedBy", "restoreSessionArtifactCount"),
        (1, True),
    )
    counts = dict.fromkeys(("total", "completed", "inProgress", "failed"), ("2", 1.5, True))
    for keys, owner, wrong in (
        ([], base, dict.fromkeys(enums, (1, True, {}, [])) | times),
        (["restoreSessionArtifactCount"], f"{NS}.restoreSessionArtifactCount", counts),
        ([], f"{NS}.entity", {"id": (None,)}),
    ):
        for member, values in wrong.items():
            for wrong_value in values:
                text = har(changed(keys, **{member: wrong_value}))
                yield Plant(text, "behaviour_type_undocumented", f"{owner}/{member}", B)
    create = "POST /solutions/backupRestore/sharePointRestoreSessions"
    for status, grade in ((200, B), (202, B), (302, B), (418, I)):
        yield Plant(har(answer, status=status), "behaviour_status_undocumented", f"{create} {status}", grade)
    for code in ("PlantedCode", "anotherPlantedCode"):
        error = {"error": {"code": code, "message": "m"}}
        yield Plant(har(error, status=400), "behaviour_code_undocumented", f"errors/{code}", A)
    for header in ("x-planted", "X-Other"):
        yield Plant(
            har(answer, headers=((header, "1"),)), "behaviour_header_undocumented", f"headers/{header.lower()}", A
        )
