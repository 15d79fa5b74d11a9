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
NS = "microsoft.graph"


@dataclass(frozen=True)
class Plant:
    """A changed copy and the one change in it; a class of None is not asserted."""

    name: str
    text: str
    kind: str
    path: str
    contract: str
    create: str | None = None


def _scoped(owner: str, grade: str, navigation: bool = False) -> str:
    """The create client's class; of restorePoint, only referred to, the navigations are out of scope."""
    return grade if owner in IN_SCOPE and not (navigation and owner == "restorePoint") else "informational"


def _written(owner: str, grade: str, otherwise: str) -> str:
    if owner not in IN_SCOPE:
        return "informational"
    return grade if owner in WRITTEN else otherwise


def csdl_plants(text: str) -> Iterator[Plant]:
    """One planted change per copy of the metadata slice."""
    lines = text.splitlines(keepends=True)
    owner, flagged, base_less = "", False, False
    for place, line in enumerate(lines):
        started = re.match(r'\s*<(EntityType|ComplexType|EnumType) Name="(\w+)"(.*?)(/?)>', line)
        if started:
            owner, flagged, base_less = started.group(2), "IsFlags" in line, "BaseType" not in line
            yield from _type_plants(lines, place, started.group(1), owner)
        member = re.match(r'(\s*)<(Property|NavigationProperty) Name="(\w+)" Type="([^"]+)"', line)
        if member and not (member.group(3) == "id" and base_less and owner == "entity"):
            yield from _member_plants(lines, place, owner, member)
        value = re.match(r'\s*<Member Name="(\w+)" Value="(\d+)" />', line)
        if value and not flagged:
            yield from _value_plants(lines, place, owner, value.group(1))
    yield from _operation_plants(text)
    yield from _annotation_plants(text)


def _with(lines: list[str], place: int, *replacement: str) -> str:
    return "".join([*lines[:place], *replacement, *lines[place + 1 :]])


def _type_plants(lines: list[str], place: int, kind: str, owner: str) -> Iterator[Plant]:
    path, line, named = f"{NS}.{owner}", lines[place], f'Name="{owner}"'

    def plant(name: str, changed: str, what: str, grade: str) -> Plant:
        return Plant(f"{owner} {name}", _with(lines, place, changed), what, path, grade, _scoped(owner, grade))

    if kind == "EnumType":
        if "IsFlags" not in line:
            flags = line.replace(named, f'{named} IsFlags="true"')
            yield plant("becomes flags", flags, "enum_flags_changed", "breaking")
    elif "OpenType" in line:
        yield plant("closes", line.replace(' OpenType="true"', ""), "type_attribute_changed", "breaking")
    elif "Abstract" not in line:
        yield plant("opens", line.replace(named, f'{named} OpenType="true"'), "type_attribute_changed", "additive")


def _member_plants(lines: list[str], place: int, owner: str, member: re.Match[str]) -> Iterator[Plant]:
    indent, tag, name, kind = member.groups()
    word, line = "property" if tag == "Property" else "navigation", lines[place]
    path = f"{NS}.{owner}/{name}"
    scoped = {grade: _scoped(owner, grade, word == "navigation") for grade in ("breaking", "additive")}
    written = _written(owner, "breaking", "informational")

    def plant(what: str, kind: str, grade: str, create: str, *replacement: str, at: str = path) -> Plant:
        return Plant(what, _with(lines, place, *replacement), kind, at, grade, create)

    yield plant(f"{path} gone", f"{word}_removed", "breaking", scoped["breaking"])
    if place % 3 == 0:
        new, added = f'{indent}<{tag} Name="planted" Type="{kind}" />\n', f"{NS}.{owner}/planted"
        yield plant(f"{path} and another", f"{word}_added", "additive", scoped["additive"], line, new, at=added)
    if place % 3 == 1:
        other = line.replace(f'Type="{kind}"', 'Type="Collection(graph.timePeriod)"')
        yield plant(f"{path} retyped", f"{word}_type_changed", "breaking", scoped["breaking"], other)
    if tag == "NavigationProperty":
        contained = ' ContainsTarget="true"'
        other = line.replace(contained, "") if contained in line else line.replace(" />", f"{contained} />")
        both = ("informational", "informational")
        yield plant(f"{path} contained otherwise", "navigation_containment_changed", *both, other)
    elif place % 2 and not kind.startswith("Collection"):
        if 'Nullable="false"' in line:
            loose = line.replace(' Nullable="false"', "")
            yield plant(f"{path} loose", "nullability_changed", "breaking", scoped["breaking"], loose)
        else:
            tight = line.replace(" />", ' Nullable="false" />')
            yield plant(f"{path} tight", "nullability_changed", "breaking", written, tight)
            new = f'{indent}<Property Name="needed" Type="Edm.String" Nullable="false" />\n'
            grades = "additive" if owner in RETURNED_ONLY else "breaking", _written(owner, "breaking", "additive")
            needed = f"{NS}.{owner}/needed"
            yield plant(f"{NS}.{owner} needs more", "property_added", *grades, line, new, at=needed)
        limited = line.replace(" />", ' MaxLength="10" />')
        yield plant(f"{path} limited", "facet_changed", "breaking", written, limited)


def _value_plants(lines: list[str], place: int, owner: str, name: str) -> Iterator[Plant]:
    enum, line = f"{NS}.{owner}", lines[place]

    def plant(what: str, text: str, kind: str, path: str, grade: str) -> Plant:
        create = grade if grade == "informational" else _scoped(owner, grade)
        return Plant(what, text, kind, path, grade, create)

    if name != "unknownFutureValue":
        path, other = f"{enum}/{name}", re.sub(r'Value="\d+"', 'Value="77"', line)
        yield plant(f"{path} gone", _with(lines, place), "enum_member_removed", path, "breaking")
        yield plant(f"{path} renumbered", _with(lines, place, other), "enum_value_changed", path, "informational")
        return
    new, path = line.replace("unknownFutureValue", "planted").replace('Value="', 'Value="9'), f"{enum}/planted"
    yield plant(f"{enum} before", _with(lines, place, new, line), "enum_member_added", path, "breaking")
    yield plant(f"{enum} after", _with(lines, place, line, new), "enum_member_added", path, "additive")
    if "<Member" in lines[place - 1]:
        swapped = "".join([*lines[: place - 1], line, lines[place - 1], *lines[place + 1 :]])
        yield plant(f"{enum} down", swapped, "enum_reordered", enum, "breaking")
    if "<Member" in lines[place - 2]:
        swapped = "".join([*lines[: place - 2], lines[place - 1], lines[place - 2], *lines[place:]])
        yield plant(f"{enum} order", swapped, "enum_reordered", enum, "informational")


def _operation_plants(text: str) -> Iterator[Plant]:
    for block in re.finditer(r'      <Action Name="(\w+)".*?</Action>\n', text, re.DOTALL):
        whole, name = block.group(), block.group(1)
        binding = re.search(r'bindingParameter" Type="([^"]+)"', whole)
        assert binding is not None
        path = f"Action {name}({binding.group(1).replace('graph.', NS + '.')})"
        required = '        <Parameter Name="planted" Type="Edm.String" Nullable="false" />\n        <ReturnType'
        optional = required.replace(' Nullable="false"', "")
        copied = whole + whole.replace(f'Name="{name}"', f'Name="planted{name}"')
        more, less = (whole.replace("        <ReturnType", changed) for changed in (required, optional))
        other = re.sub(r'<ReturnType Type="[^"]+"', '<ReturnType Type="Edm.String"', whole)
        for what, changed, kind, grade in (
            ("gone", "", "removed", "breaking"),
            ("needs more", more, "signature_changed", "breaking"),
            ("takes more", less, "signature_changed", "additive"),
            ("answers otherwise", other, "signature_changed", "breaking"),
            ("beside another", copied, "added", "additive"),
        ):
            at = path.replace(name, f"planted{name}", 1) if kind == "added" else path
            planted = text.replace(whole, changed, 1)
            yield Plant(f"{path} {what}", planted, f"action_{kind}", at, grade, "informational")


def _annotation_plants(text: str) -> Iterator[Plant]:
    def plant(what: str, old: str, new: str, kind: str, path: str) -> Plant:
        return Plant(what, text.replace(old, new, 1), kind, path, "informational")

    pattern = r'      <Annotations Target="([^"]+)">\n\s*<Annotation Term="([^"]+)".*?</Annotations>\n'
    end, note = "      </Annotations>", '        <Annotation Term="Core.Permissions" String="read" />\n'
    for block in re.finditer(pattern, text, re.DOTALL):
        whole, target = block.group(), block.group(1)
        path = f"{target}@{block.group(2)}"
        yield plant(f"{path} gone", whole, "", "annotation_removed", path)
        other = whole.replace('Bool="true"', 'Bool="false"')
        yield plant(f"{path} otherwise", whole, other, "annotation_changed", path)
        noted = f"{target}@Org.OData.Core.V1.Permissions"
        yield plant(f"{target} noted", whole, whole.replace(end, note + end), "annotation_added", noted)
    for line in re.finditer(r'\s*<NavigationPropertyBinding Path="([^"]+)" Target="([^"]+)" />', text):
        path, whole = f"solutions/{line.group(1)}", line.group()
        yield plant(f"{path} unbound", whole, "", "binding_removed", path)
        other = whole.replace(line.group(2), "solutions/elsewhere")
        yield plant(f"{path} rebound", whole, other, "binding_changed", path)


def openapi_plants(text: str) -> Iterator[Plant]:
    """One planted change per copy of the OpenAPI fixture."""
    owner = ""
    pattern = r"^    (microsoft\.graph\.\w+):\n|^ {8,12}(\w+):\n( +)type: string\n +nullable: true\n"
    for started in re.finditer(pattern, text, re.MULTILINE):
        if started.group(1):
            owner = started.group(1)
            continue
        name, whole, local = started.group(2), started.group(), owner.rpartition(".")[2]
        path, written = f"{owner}/{name}", _written(local, "breaking", "informational")
        tight = "\n".join(line for line in whole.split("\n") if "nullable" not in line)
        more, limited = whole + whole.replace(name, "planted", 1), f"{whole}{started.group(3)}maxLength: 5\n"
        for what, changed, kind, at, grade, create in (
            ("retyped", whole.replace("string", "boolean"), "property_type_changed", path, "breaking", None),
            ("tight", tight, "nullability_changed", path, "breaking", written),
            ("beside another", more, "property_added", f"{owner}/planted", "additive", None),
            ("limited", limited, "facet_changed", path, "breaking", written),
        ):
            planted = text[: started.start()] + changed + text[started.end() :]
            yield Plant(f"{path} {what}", planted, kind, at, grade, create or _scoped(local, grade))
    create = "/solutions/backupRestore/sharePointRestoreSessions"
    session, planted = f"{create}/{{sharePointRestoreSession-id}}", "/solutions/backupRestore/planted"
    answer = "responses:\n        2XX:\n          description: Planted\n"
    if_match = "        - name: If-Match\n          in: header\n"
    head, post, tail = text.partition("    post:")
    assert post
    assert post not in tail
    conflict = "        409:\n          description: Planted\n        2XX:\n"
    gone = tail.replace("        2XX:\n", "        4XX:\n", 1)
    whole = "        required: true\n      responses"

    def swap(old: str, new: str) -> str:
        return text.replace(old, new, 1)

    def plant(what: str, changed: str, kind: str, path: str, grade: str, create: str = "informational") -> Plant:
        return Plant(what, changed, kind, path, grade, create)

    path_more = swap("components:\n", f"  {planted}:\n    get:\n      {answer}components:\n")
    yield plant("a path more", path_more, "path_added", planted, "additive")
    method = swap("    delete:\n", f"    put:\n      {answer}    delete:\n")
    yield plant("a method more", method, "method_added", f"{session} put", "additive")
    method = swap("    delete:\n", "    x-delete:\n")
    yield plant("a method less", method, "method_removed", f"{session} delete", "breaking")
    header = swap(if_match, f"{if_match}          required: true\n")
    yield plant("a header required", header, "parameter_changed", f"{session} delete header If-Match", "breaking")
    body = swap(whole, whole.replace("true", "false"))
    yield plant("a body optional", body, "request_body_changed", f"{create} post", "additive", "additive")
    more = head + post + tail.replace("        2XX:\n", conflict, 1)
    yield plant("an answer more", more, "response_added", f"{create} post 409", "additive", "additive")
    less = head + post + gone
    yield plant("the success gone", less, "response_removed", f"{create} post 2XX", "breaking", "breaking")


def page_plants(text: str, markdown: bool) -> Iterator[Plant]:
    """One planted change per copy of a page; statements that change with a fact are the fact's."""
    kind = f"{NS}.sharePointRestoreSession"
    bar, tick = ("|", "`") if markdown else (" | ", "")
    post = "POST /solutions/backupRestore/sharePointRestoreSessions"

    def plant(what: str, old: str, new: str, changed: str, path: str, grade: str) -> Plant:
        assert old in text, old
        return Plant(what, text.replace(old, new, 1), changed, path, grade)

    put, space = post.replace("POST", "PUT", 1), "Namespace: microsoft."
    yield plant("the method", f"\n{post}", f"\n{put}", "page_method_changed", post, "breaking")
    yield plant("the path", f"\n{post}", f"\n{post}X", "page_path_changed", post, "breaking")
    created, ok = f"{tick}201 Created{tick}", f"{tick}200 OK{tick}"
    yield plant("the status", created, ok, "page_status_changed", post, "breaking")
    yield plant("the namespace", f"{space}graph", f"{space}restore", "page_namespace_changed", post, "breaking")
    typed, planted = bar.join(("Content-Type", "application/json. Required.")), bar.join(("X-Planted", "planted. {}"))
    row = _line_of(text, typed)
    for word, grade in (("Required.", "breaking"), ("Optional.", "additive")):
        new = row + row.replace(typed, planted.format(word))
        yield plant(f"a header {word}", row, new, "page_header_added", "headers/X-Planted", grade)
    old, new = (f"application/json. {word}." for word in ("Required", "Optional"))
    yield plant("a header optional", old, new, "page_header_changed", "headers/Content-Type", "additive")
    permission, other = "BackupRestore-Restore.ReadWrite.All", "Sites.FullControl.All"
    for caller, words in (("delegated-work", "Delegated (work or school account)"), ("application", "Application")):
        path, old = f"permissions/{caller}", bar.join((words, permission))
        changed, removed = bar.join((words, other)), bar.join((words, "Not supported."))
        yield plant(f"{caller} needs other", old, changed, "page_permission_changed", path, "breaking")
        yield plant(f"{caller} out", old, removed, "page_permission_removed", path, "breaking")
        higher, more = (bar.join((words, permission, last)) for last in ("Not available.", other))
        yield plant(f"{caller} more", higher, more, "page_permission_added", f"{path}/{other}", "additive")
    for prop in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts", "conflictBehavior"):
        row, path = _line_of(text, f"{prop}{bar}"), f"{kind}/{prop}"
        edits = [("gone", "", "removed", "breaking")]
        if "Required." in row:
            optional, single = row.replace("Required.", "Optional."), row.replace(" collection", "", 1)
            edits.append(("optional", optional, "required_changed", "additive"))
            edits.append(("single", single, "type_changed", "breaking"))
        else:
            more = row.replace("rename", "rename, skip").replace("`rename, skip`", "`rename`, `skip`")
            edits.append(("required", row.replace("Optional.", "Required."), "required_changed", "breaking"))
            edits.append(("typed", row.replace("String", "Boolean"), "type_changed", "breaking"))
            edits.append(("values", more, "values_changed", "additive"))
            edits.append(("value gone", re.sub(r", `?rename`?", "", row), "values_changed", "breaking"))
        for what, new, change, grade in edits:
            yield plant(f"{prop} {what}", row, new, f"page_property_{change}", path, grade)
        for word, grade in (("Required.", "breaking"), ("Optional.", "additive")):
            new = row.replace(prop, "planted", 1).replace("Required.", word).replace("Optional.", word)
            yield plant(f"{prop} and another {word}", row, row + new, "page_property_added", f"{kind}/planted", grade)
    for number, sort in ((2, "granular"), (1, "standard")):
        head, title, tail = text.partition(f"Example {number}: Create a {sort} restore session\n")
        assert title
        path = f"examples/create a {sort} restore session"
        status, count = '"status": "draft"', f"{path}/response/restoreSessionArtifactCount/failed"
        for what, old, new, change, at, grade in (
            ("status", status, '"status": "activating"', "changed", f"{path}/response/status", "undecidable"),
            ("count", '"failed": 0', '"failed": 1', "changed", count, "informational"),
            ("member", status, f'"planted": "x", {status}', "member_added", f"{kind}/planted", "additive"),
        ):
            changed = head + title + tail.replace(old, new, 1)
            yield Plant(f"{path} {what}", changed, f"page_example_{change}", at, grade)


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
    return json.dumps(
        {
            "log": {
                "version": "1.2",
                "entries": [
                    {
                        "request": {
                            "method": "POST",
                            "url": "https://graph.microsoft.com/beta/solutions/backupRestore/sharePointRestoreSessions",
                            "headers": [{"name": "Content-Type", "value": "application/json"}],
                            "postData": {"mimeType": "application/json", "text": "{}"},
                        },
                        "response": {
                            "status": status,
                            "headers": [{"name": name, "value": value} for name, value in headers],
                            "content": {"text": json.dumps(response)},
                        },
                    }
                ],
            }
        }
    )


def behaviour_plants(answer: dict[str, Any]) -> Iterator[Plant]:
    """One planted deviation per recording of the printed standard answer."""
    base, counts = f"{NS}.restoreSessionBase", "restoreSessionArtifactCount"

    def plant(what: str, kind: str, path: str, grade: str, inner: str = "", **members: Any) -> Plant:
        changed = copy.deepcopy(answer)
        (changed[inner] if inner else changed).update(members)
        return Plant(what, har(changed), f"behaviour_{kind}_undocumented", path, grade)

    for name, inner, owner in (("session", "", "sharePointRestoreSession"), ("counts", counts, counts)):
        for value in ("x", 1, None, {"a": 1}, [1]):
            path = f"{NS}.{owner}/planted"
            yield plant(f"{name} member {value}", "member", path, "additive", inner, planted=value)
    for member, enum in (("status", "restoreSessionStatus"), ("restoreJobType", "restoreJobType")):
        planted = {member: "planted"}
        yield plant(f"{member} value", "enum_member", f"{NS}.{enum}/planted", "breaking", **planted)
        for value in (1, True, {}, []):
            yield plant(f"{member} {value!r}", "type", f"{base}/{member}", "breaking", **{member: value})
    for member in ("createdDateTime", "lastModifiedDateTime", "createdBy", "lastModifiedBy", counts):
        for value in (1, True):
            yield plant(f"{member} {value}", "type", f"{base}/{member}", "breaking", **{member: value})
    for member in ("total", "completed", "inProgress", "failed"):
        for value in ("2", 1.5, True):
            path = f"{NS}.{counts}/{member}"
            yield plant(f"{member} {value!r}", "type", path, "breaking", counts, **{member: value})
    yield plant("no id", "type", f"{NS}.entity/id", "breaking", id=None)
    create = "POST /solutions/backupRestore/sharePointRestoreSessions"
    for status, grade in ((200, "breaking"), (202, "breaking"), (302, "breaking"), (418, "informational")):
        text = har(answer, status=status)
        yield Plant(f"status {status}", text, "behaviour_status_undocumented", f"{create} {status}", grade)
    for code in ("PlantedCode", "anotherPlantedCode"):
        text = har({"error": {"code": code, "message": "m"}}, status=400)
        yield Plant(f"code {code}", text, "behaviour_code_undocumented", f"errors/{code}", "additive")
    for header in ("x-planted", "X-Other"):
        text, path = har(answer, headers=((header, "1"),)), f"headers/{header.lower()}"
        yield Plant(f"header {header}", text, "behaviour_header_undocumented", path, "additive")
