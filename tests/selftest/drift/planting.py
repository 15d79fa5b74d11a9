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
            yield Plant(
                f"{owner} becomes flags",
                _with(lines, place, changed),
                "enum_flags_changed",
                path,
                "breaking",
                _scoped(owner, "breaking"),
            )
        return
    if "OpenType" in line:
        changed = line.replace(' OpenType="true"', "")
        yield Plant(
            f"{owner} closes",
            _with(lines, place, changed),
            "type_attribute_changed",
            path,
            "breaking",
            _scoped(owner, "breaking"),
        )
    elif "Abstract" not in line:
        changed = line.replace(f'Name="{owner}"', f'Name="{owner}" OpenType="true"')
        yield Plant(
            f"{owner} opens",
            _with(lines, place, changed),
            "type_attribute_changed",
            path,
            "additive",
            _scoped(owner, "additive"),
        )


def _member_plants(lines: list[str], place: int, line: str, owner: str, member: re.Match[str]) -> Iterator[Plant]:
    indent, tag, name, kind = member.groups()
    path, word = f"{NS}.{owner}/{name}", "property" if tag == "Property" else "navigation"
    yield Plant(
        f"{path} gone",
        _with(lines, place),
        f"{word}_removed",
        path,
        "breaking",
        _scoped(owner, "breaking", word == "navigation"),
    )
    if place % 3 == 0:
        new = f'{indent}<{tag} Name="planted" Type="{kind}" />\n'
        yield Plant(
            f"{path} and another",
            _with(lines, place, line, new),
            f"{word}_added",
            f"{NS}.{owner}/planted",
            "additive",
            _scoped(owner, "additive", word == "navigation"),
        )
    if place % 3 == 1:
        yield Plant(
            f"{path} retyped",
            _with(lines, place, line.replace(f'Type="{kind}"', 'Type="Collection(graph.timePeriod)"')),
            f"{word}_type_changed",
            path,
            "breaking",
            _scoped(owner, "breaking", word == "navigation"),
        )
    if tag == "NavigationProperty":
        flipped = (
            line.replace(' ContainsTarget="true"', "")
            if "ContainsTarget" in line
            else line.replace(" />", ' ContainsTarget="true" />')
        )
        yield Plant(
            f"{path} contained otherwise",
            _with(lines, place, flipped),
            "navigation_containment_changed",
            path,
            "informational",
            "informational",
        )
    elif place % 2 and not kind.startswith("Collection"):
        if 'Nullable="false"' in line:
            loose = line.replace(' Nullable="false"', "")
            yield Plant(
                f"{path} loose",
                _with(lines, place, loose),
                "nullability_changed",
                path,
                "breaking",
                _scoped(owner, "breaking"),
            )
        else:
            tight = line.replace(" />", ' Nullable="false" />')
            yield Plant(
                f"{path} tight",
                _with(lines, place, tight),
                "nullability_changed",
                path,
                "breaking",
                _written(owner, "breaking", "informational"),
            )
            new = f'{indent}<Property Name="needed" Type="Edm.String" Nullable="false" />\n'
            yield Plant(
                f"{NS}.{owner} needs more",
                _with(lines, place, line, new),
                "property_added",
                f"{NS}.{owner}/needed",
                "additive" if owner in RETURNED_ONLY else "breaking",
                _written(owner, "breaking", "additive"),
            )
        limited = line.replace(" />", ' MaxLength="10" />')
        yield Plant(
            f"{path} limited",
            _with(lines, place, limited),
            "facet_changed",
            path,
            "breaking",
            _written(owner, "breaking", "informational"),
        )


def _value_plants(lines: list[str], place: int, owner: str, name: str) -> Iterator[Plant]:
    enum, line = f"{NS}.{owner}", lines[place]
    if name != "unknownFutureValue":
        yield Plant(
            f"{enum}/{name} gone",
            _with(lines, place),
            "enum_member_removed",
            f"{enum}/{name}",
            "breaking",
            _scoped(owner, "breaking"),
        )
        renumbered = re.sub(r'Value="\d+"', 'Value="77"', line)
        yield Plant(
            f"{enum}/{name} renumbered",
            _with(lines, place, renumbered),
            "enum_value_changed",
            f"{enum}/{name}",
            "informational",
            "informational",
        )
        return
    new = line.replace("unknownFutureValue", "planted").replace('Value="', 'Value="9')
    yield Plant(
        f"{enum} before",
        _with(lines, place, new, line),
        "enum_member_added",
        f"{enum}/planted",
        "breaking",
        _scoped(owner, "breaking"),
    )
    yield Plant(
        f"{enum} after",
        _with(lines, place, line, new),
        "enum_member_added",
        f"{enum}/planted",
        "additive",
        _scoped(owner, "additive"),
    )
    if "<Member" in lines[place - 1]:
        swapped = "".join([*lines[: place - 1], line, lines[place - 1], *lines[place + 1 :]])
        yield Plant(f"{enum} down", swapped, "enum_reordered", enum, "breaking", _scoped(owner, "breaking"))
    if "<Member" in lines[place - 2]:
        swapped = "".join([*lines[: place - 2], lines[place - 1], lines[place - 2], *lines[place:]])
        yield Plant(f"{enum} order", swapped, "enum_reordered", enum, "informational", "informational")


def _operation_plants(text: str) -> Iterator[Plant]:
    for block in re.finditer(r'      <Action Name="(\w+)".*?</Action>\n', text, re.DOTALL):
        whole, name = block.group(), block.group(1)
        binding = re.search(r'bindingParameter" Type="([^"]+)"', whole)
        assert binding is not None
        path = f"Action {name}({binding.group(1).replace('graph.', NS + '.')})"

        def with_(changed: str, whole: str = whole) -> str:
            return text.replace(whole, changed, 1)

        yield Plant(f"{path} gone", with_(""), "action_removed", path, "breaking", "informational")
        required = '        <Parameter Name="planted" Type="Edm.String" Nullable="false" />\n        <ReturnType'
        yield Plant(
            f"{path} needs more",
            with_(whole.replace("        <ReturnType", required)),
            "action_signature_changed",
            path,
            "breaking",
            "informational",
        )
        optional = required.replace(' Nullable="false"', "")
        yield Plant(
            f"{path} takes more",
            with_(whole.replace("        <ReturnType", optional)),
            "action_signature_changed",
            path,
            "additive",
            "informational",
        )
        other = re.sub(r'<ReturnType Type="[^"]+"', '<ReturnType Type="Edm.String"', whole)
        yield Plant(
            f"{path} answers otherwise", with_(other), "action_signature_changed", path, "breaking", "informational"
        )
        copied = whole.replace(f'Name="{name}"', f'Name="planted{name}"')
        yield Plant(
            f"{path} beside another",
            with_(whole + copied),
            "action_added",
            path.replace(name, f"planted{name}", 1),
            "additive",
            "informational",
        )


def _annotation_plants(text: str) -> Iterator[Plant]:
    for block in re.finditer(
        r'      <Annotations Target="([^"]+)">\n\s*<Annotation Term="([^"]+)".*?</Annotations>\n', text, re.DOTALL
    ):
        path = f"{block.group(1)}@{block.group(2)}"
        yield Plant(f"{path} gone", text.replace(block.group(), "", 1), "annotation_removed", path, "informational")
        other = block.group().replace('Bool="true"', 'Bool="false"')
        yield Plant(
            f"{path} otherwise", text.replace(block.group(), other, 1), "annotation_changed", path, "informational"
        )
        more = block.group().replace(
            "      </Annotations>", '        <Annotation Term="Core.Permissions" String="read" />\n      </Annotations>'
        )
        yield Plant(
            f"{block.group(1)} noted",
            text.replace(block.group(), more, 1),
            "annotation_added",
            f"{block.group(1)}@Org.OData.Core.V1.Permissions",
            "informational",
        )
    for line in re.finditer(r'\s*<NavigationPropertyBinding Path="([^"]+)" Target="([^"]+)" />', text):
        path = f"solutions/{line.group(1)}"
        yield Plant(f"{path} unbound", text.replace(line.group(), "", 1), "binding_removed", path, "informational")
        other = line.group().replace(line.group(2), "solutions/elsewhere")
        yield Plant(f"{path} rebound", text.replace(line.group(), other, 1), "binding_changed", path, "informational")


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

        yield Plant(
            f"{path} retyped",
            with_(whole.replace("string", "boolean")),
            "property_type_changed",
            path,
            "breaking",
            _scoped(local, "breaking"),
        )
        tight = "\n".join(line for line in whole.split("\n") if "nullable" not in line)
        yield Plant(
            f"{path} tight",
            with_(tight),
            "nullability_changed",
            path,
            "breaking",
            _written(local, "breaking", "informational"),
        )
        renamed = whole.replace(started.group(2), "planted", 1)
        yield Plant(
            f"{path} beside another",
            with_(whole + renamed),
            "property_added",
            f"{owner}/planted",
            "additive",
            _scoped(local, "additive"),
        )
        limited = whole + f"{started.group(3)}maxLength: 5\n"
        yield Plant(
            f"{path} limited",
            with_(limited),
            "facet_changed",
            path,
            "breaking",
            _written(local, "breaking", "informational"),
        )
    create = "/solutions/backupRestore/sharePointRestoreSessions"
    one = f"{create}/{{sharePointRestoreSession-id}}"
    planted = "get:\n      responses:\n        2XX:\n          description: Planted\n"
    new_path = f"  /solutions/backupRestore/planted:\n    {planted}"
    yield Plant(
        "a path more",
        text.replace("components:\n", new_path + "components:\n", 1),
        "path_added",
        "/solutions/backupRestore/planted",
        "additive",
        "informational",
    )
    yield Plant(
        "a method more",
        text.replace(
            "    delete:\n",
            "    put:\n      responses:\n        2XX:\n          description: Planted\n    delete:\n",
            1,
        ),
        "method_added",
        f"{one} put",
        "additive",
        "informational",
    )
    yield Plant(
        "a method less",
        text.replace("    delete:\n", "    x-delete:\n", 1),
        "method_removed",
        f"{one} delete",
        "breaking",
        "informational",
    )
    yield Plant(
        "a header required",
        text.replace(
            "        - name: If-Match\n          in: header\n",
            "        - name: If-Match\n          in: header\n          required: true\n",
            1,
        ),
        "parameter_changed",
        f"{one} delete header If-Match",
        "breaking",
        "informational",
    )
    yield Plant(
        "a body optional",
        text.replace("        required: true\n      responses", "        required: false\n      responses", 1),
        "request_body_changed",
        f"{create} post",
        "additive",
        "additive",
    )
    assert text.count("  post:") == 1
    post = text.index("    post:")
    answered = text[:post] + text[post:].replace(
        "        2XX:\n", "        409:\n          description: Planted\n        2XX:\n", 1
    )
    yield Plant("an answer more", answered, "response_added", f"{create} post 409", "additive", "additive")
    gone = text[:post] + text[post:].replace("        2XX:\n", "        x-2XX:\n", 1)
    yield Plant(
        "the success gone",
        gone.replace("x-2XX", "4XX", 1),
        "response_removed",
        f"{create} post 2XX",
        "breaking",
        "breaking",
    )


def page_plants(text: str, markdown: bool) -> Iterator[Plant]:
    """One planted change per copy of a page; statements that change with a fact are the fact's."""
    kind = f"{NS}.sharePointRestoreSession"
    bar = "|" if markdown else " | "
    post = "POST /solutions/backupRestore/sharePointRestoreSessions"
    name = post.replace("POST ", "", 1)

    def swap(old: str, new: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    yield Plant("the method", swap(f"\n{post}", f"\nPUT {name}"), "page_method_changed", post, "breaking")
    yield Plant("the path", swap(f"\n{post}", f"\n{post}X"), "page_path_changed", post, "breaking")
    tick = "`" if markdown else ""
    yield Plant(
        "the status", swap(f"{tick}201 Created{tick}", f"{tick}200 OK{tick}"), "page_status_changed", post, "breaking"
    )
    yield Plant(
        "the namespace",
        swap("Namespace: microsoft.graph", "Namespace: microsoft.restore"),
        "page_namespace_changed",
        post,
        "breaking",
    )
    cells = (bar.join(("Content-Type", "application/json. Required.")), bar.join(("X-Planted", "planted. {}")))
    for word, grade in (("Required.", "breaking"), ("Optional.", "additive")):
        row = _line_of(text, cells[0])
        yield Plant(
            f"a header {word}",
            swap(row, row + row.replace(cells[0], cells[1].format(word))),
            "page_header_added",
            "headers/X-Planted",
            grade,
        )
    yield Plant(
        "a header optional",
        swap("application/json. Required.", "application/json. Optional."),
        "page_header_changed",
        "headers/Content-Type",
        "additive",
    )
    permission = "BackupRestore-Restore.ReadWrite.All"
    for caller, words in (("delegated-work", "Delegated (work or school account)"), ("application", "Application")):
        old = bar.join((words, permission))
        yield Plant(
            f"{caller} needs other",
            swap(old, bar.join((words, "Sites.FullControl.All"))),
            "page_permission_changed",
            f"permissions/{caller}",
            "breaking",
        )
        yield Plant(
            f"{caller} out",
            swap(old, bar.join((words, "Not supported."))),
            "page_permission_removed",
            f"permissions/{caller}",
            "breaking",
        )
        higher = bar.join((words, permission, "Not available."))
        yield Plant(
            f"{caller} more",
            swap(higher, bar.join((words, permission, "Sites.FullControl.All"))),
            "page_permission_added",
            f"permissions/{caller}/Sites.FullControl.All",
            "additive",
        )
    rows = {
        prop: _line_of(text, f"{prop}{bar}")
        for prop in ("siteRestoreArtifacts", "granularSiteRestoreArtifacts", "conflictBehavior")
    }
    for prop, row in rows.items():
        path = f"{kind}/{prop}"
        yield Plant(f"{prop} gone", swap(row, ""), "page_property_removed", path, "breaking")
        if "Required." in row:
            yield Plant(
                f"{prop} optional",
                swap(row, row.replace("Required.", "Optional.")),
                "page_property_required_changed",
                path,
                "additive",
            )
            yield Plant(
                f"{prop} single",
                swap(row, row.replace(" collection", "", 1)),
                "page_property_type_changed",
                path,
                "breaking",
            )
        else:
            yield Plant(
                f"{prop} required",
                swap(row, row.replace("Optional.", "Required.")),
                "page_property_required_changed",
                path,
                "breaking",
            )
            yield Plant(
                f"{prop} typed",
                swap(row, row.replace("String", "Boolean")),
                "page_property_type_changed",
                path,
                "breaking",
            )
            yield Plant(
                f"{prop} values",
                swap(row, row.replace("rename", "rename, skip").replace("`rename, skip`", "`rename`, `skip`")),
                "page_property_values_changed",
                path,
                "additive",
            )
            yield Plant(
                f"{prop} value gone",
                swap(row, re.sub(r", `?rename`?", "", row)),
                "page_property_values_changed",
                path,
                "breaking",
            )
        new = row.replace(prop, "planted", 1)
        for word, grade in (("Required.", "breaking"), ("Optional.", "additive")):
            claimed = new.replace("Required.", word).replace("Optional.", word)
            yield Plant(
                f"{prop} and another {word}", swap(row, row + claimed), "page_property_added", f"{kind}/planted", grade
            )
    for title, path in (
        ("Example 2: Create a granular restore session\n", "examples/create a granular restore session"),
        ("Example 1: Create a standard restore session\n", "examples/create a standard restore session"),
    ):
        at = text.index(title)
        head, tail = text[:at], text[at:]
        planted = head + tail.replace('"status": "draft"', '"status": "activating"', 1)
        yield Plant(f"{path} status", planted, "page_example_changed", f"{path}/response/status", "undecidable")
        planted = head + tail.replace('"failed": 0', '"failed": 1', 1)
        yield Plant(
            f"{path} count",
            planted,
            "page_example_changed",
            f"{path}/response/restoreSessionArtifactCount/failed",
            "informational",
        )
        planted = head + tail.replace('"status": "draft"', '"planted": "x", "status": "draft"', 1)
        yield Plant(f"{path} member", planted, "page_example_member_added", f"{kind}/planted", "additive")


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
    """One planted oddity per recording of the printed standard answer."""
    base = f"{NS}.restoreSessionBase"
    places: dict[str, tuple[list[str], str]] = {
        "session": ([], f"{NS}.sharePointRestoreSession"),
        "counts": (["restoreSessionArtifactCount"], f"{NS}.restoreSessionArtifactCount"),
    }

    def changed(keys: list[str], **members: Any) -> dict[str, Any]:
        copied = copy.deepcopy(answer)
        inner = copied
        for key in keys:
            inner = inner[key]
        inner.update(members)
        return copied

    for name, (keys, owner) in places.items():
        for value in ("x", 1, None, {"a": 1}, [1]):
            yield Plant(
                f"{name} member {value}",
                har(changed(keys, planted=value)),
                "behaviour_member_undocumented",
                f"{owner}/planted",
                "additive",
            )
    for member, enum in (("status", "restoreSessionStatus"), ("restoreJobType", "restoreJobType")):
        yield Plant(
            f"{member} value",
            har(changed([], **{member: "planted"})),
            "behaviour_enum_member_undocumented",
            f"{NS}.{enum}/planted",
            "breaking",
        )
        for value in (1, True, {}, []):
            yield Plant(
                f"{member} {value!r}",
                har(changed([], **{member: value})),
                "behaviour_type_undocumented",
                f"{base}/{member}",
                "breaking",
            )
    for member in (
        "createdDateTime",
        "lastModifiedDateTime",
        "createdBy",
        "lastModifiedBy",
        "restoreSessionArtifactCount",
    ):
        for value in (1, True):
            yield Plant(
                f"{member} {value}",
                har(changed([], **{member: value})),
                "behaviour_type_undocumented",
                f"{base}/{member}",
                "breaking",
            )
    for member in ("total", "completed", "inProgress", "failed"):
        path = f"{NS}.restoreSessionArtifactCount/{member}"
        for value in ("2", 1.5, True):
            yield Plant(
                f"{member} {value!r}",
                har(changed(["restoreSessionArtifactCount"], **{member: value})),
                "behaviour_type_undocumented",
                path,
                "breaking",
            )
    yield Plant("no id", har(changed([], id=None)), "behaviour_type_undocumented", f"{NS}.entity/id", "breaking")
    create = "POST /solutions/backupRestore/sharePointRestoreSessions"
    for status, grade in ((200, "breaking"), (202, "breaking"), (302, "breaking"), (418, "informational")):
        yield Plant(
            f"status {status}", har(answer, status=status), "behaviour_status_undocumented", f"{create} {status}", grade
        )
    for code in ("PlantedCode", "anotherPlantedCode"):
        error = {"error": {"code": code, "message": "m"}}
        yield Plant(f"code {code}", har(error, status=400), "behaviour_code_undocumented", f"errors/{code}", "additive")
    for header in ("x-planted", "X-Other"):
        yield Plant(
            f"header {header}",
            har(answer, headers=((header, "1"),)),
            "behaviour_header_undocumented",
            f"headers/{header.lower()}",
            "additive",
        )
