"""Reads an OpenAPI 3.0 or 3.1 document, YAML or JSON, into calls and declared types, with bounded memory.

One path and one component stand in memory at a time; of each only its facts are kept. Judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from restore_conformance.contract.workload import AREA
from restore_conformance.drift.sources.area import WHOLE_DOCUMENT, dangling, held, reachable, roots
from restore_conformance.drift.sources.broken import SourceBroken
from restore_conformance.drift.sources.metadata import (
    METHODS,
    Api,
    ApiCall,
    ApiParameter,
    Knows,
    Metadata,
    TypeFacts,
    bare,
)
from restore_conformance.drift.sources.openapi_schemas import declared, facets_of, shape, type_of, values_of
from restore_conformance.drift.sources.yaml_stream import MAX_DEPTH, Stream, open_mapping
from restore_conformance.spelling import counted

MOST_OTHERS = 5000
"""Paths of other areas that are kept, in case the document turns out to be a small one."""
MOST_MEMBERS = 300_000
"""Members and values of all types, or values of shared parts: the whole service has about 110,000."""
_KNOWS = frozenset(
    {
        Knows.BASES, Knows.NULLABILITY, Knows.NAVIGATION, Knows.FACETS, Knows.FLAGS, Knows.COMPUTED, Knows.REQUIRED,
    }
)  # fmt: skip
_UNCOMPARED = frozenset(
    {
        "callbacks", "security", "headers", "links", "discriminator", "not", "if", "then", "else", "patternProperties",
        "propertyNames", "dependentSchemas", "dependentRequired", "prefixItems", "contains", "webhooks", "encoding",
    }
)  # fmt: skip
"""What OpenAPI can say and this reader does not compare; a report says where it stands."""


def read_openapi(path: Path, where: str) -> Api:
    """The facts of an OpenAPI document.

    Of the whole service's document only the paths under /solutions/backupRestore and the types they reach are kept.
    Raises SourceBroken for text that is not an OpenAPI 3 document or has neither paths nor components.
    """
    version, crowded = "", False
    calls: dict[str, dict[str, Any]] = {}
    types: dict[str, TypeFacts] = {}
    notes: dict[tuple[str, str], Any] = {}
    parts: dict[str, dict[str, Any]] = {"responses": {}, "requestBodies": {}, "parameters": {}}
    in_components = Counter[str]()
    for key, stream in open_mapping(path, where):
        event = stream.next()
        if key in ("openapi", "swagger"):
            version = str(stream.value(event))
        elif key == "paths":
            crowded = _paths(stream, event, calls, where)
        elif key == "components":
            _components(stream, event, types, notes, parts, in_components, where)
        elif key in _UNCOMPARED:
            in_components[key] += bool(stream.value(event))
        else:
            stream.skip(event)
    if not version.startswith("3."):
        raise SourceBroken(where, f"the version {version}" if version else "no version", "OpenAPI 3.0 or 3.1")
    if not calls and not types:
        raise SourceBroken(where, "neither paths nor schemas", "an OpenAPI document with both")
    narrow = (crowded or len(types) >= WHOLE_DOCUMENT) and any(name.startswith(AREA) for name in calls)
    if narrow:
        calls = {name: item for name, item in calls.items() if name.startswith(AREA)}
    ready: dict[str, dict[str, ApiCall]] = {}
    inline: dict[str, TypeFacts] = {}
    for name, item in calls.items():
        with _understood(f"the path {name[:60]!r}", where):
            ready[name] = _item(name, item, parts, inline)
    sent, returned = (held({**types, **inline}, start) for start in _bodies(ready))
    if narrow:
        types = reachable([*roots(types), *_start(ready, inline)], types.get)
        notes = {key: value for key, value in notes.items() if key[0].partition("/")[0] in types}
    metadata = Metadata(types, annotations=notes, dangling=dangling(types), knows=_KNOWS, sent=sent, returned=returned)
    unread = Counter[str]()
    for item in calls.values():
        _count_unread(item, unread)
    notes_said = tuple(
        f"{word} ({counted(count, 'place')})" for word, count in sorted((unread + in_components).items())
    )
    return Api(ready, metadata, _ends_whole(path), notes_said, inline)


def _count_unread(value: Any, counts: Counter[str], depth: int = 0) -> None:
    """Counts what is written and not compared; a property with such a name does not count."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            _count_unread(item, counts, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _UNCOMPARED and item:
                counts[key] += 1
            elif key == "properties" and isinstance(item, dict):
                for inner in item.values():
                    _count_unread(inner, counts, depth + 1)
            elif key not in ("example", "examples", "default", "enum"):
                _count_unread(item, counts, depth + 1)


@contextmanager
def _understood(what: str, where: str) -> Iterator[None]:
    """Turns what a malformed piece does to its reader into a sentence about the piece."""
    try:
        yield
    except (TypeError, AttributeError, ValueError, KeyError, IndexError) as error:
        raise SourceBroken(
            where, f"{what} in a form that OpenAPI does not have ({error})", "a valid document"
        ) from None


def _ends_whole(path: Path) -> bool:
    """Whether the text ends with a line end or a closing bracket, as a whole document does."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        tail = file.read()
    return tail.endswith((b"\n", b"\r")) or tail.rstrip().endswith(b"}")


def _paths(stream: Stream, event: Any, calls: dict[str, dict[str, Any]], where: str) -> bool:
    """Take in the paths; says whether there were so many that those of other areas are left out."""
    others = 0
    for name in _mapping(stream, event, "paths", where):
        others += not name.startswith(AREA)
        if others > MOST_OTHERS and not name.startswith(AREA):
            if others == MOST_OTHERS + 1:
                for other in [path for path in calls if not path.startswith(AREA)]:
                    del calls[other]
            stream.skip(stream.next())
            continue
        value = stream.value(stream.next())
        if not name.startswith("/") or not isinstance(value, dict):
            if not name.startswith("x-"):
                raise SourceBroken(where, f"the path {name[:60]!r} without methods", "a path item")
            continue
        calls[name] = {key: _slim(item) for key, item in value.items() if key in (*METHODS, "parameters")}
        if len(calls) > 4 * MOST_OTHERS:
            raise SourceBroken(where, f"more than {4 * MOST_OTHERS} paths of one area", "fewer")
    return others > MOST_OTHERS


def _slim(value: Any) -> Any:
    """A method without its prose."""
    if isinstance(value, dict):
        names = {"parameters", "requestBody", "responses"} | _UNCOMPARED
        return {key: item for key, item in value.items() if key in names}
    return value


def _components(
    stream: Stream,
    event: Any,
    types: dict[str, TypeFacts],
    notes: dict[tuple[str, str], Any],
    parts: dict[str, dict[str, Any]],
    unread: Counter[str],
    where: str,
) -> None:
    room = MOST_MEMBERS
    for section in _mapping(stream, event, "components", where):
        inner = stream.next()
        if section == "schemas":
            for name in _mapping(stream, inner, "components/schemas", where):
                schema = stream.value(stream.next())
                if not isinstance(schema, dict):
                    raise SourceBroken(where, f"the schema {name[:60]!r} without content", "a schema")
                with _understood(f"the schema {name[:60]!r}", where):
                    facts, read_only = declared(name, schema)
                    _count_unread(schema, unread)
                types.update(facts)
                notes.update(read_only)
                room -= 1 + sum(len(type_facts.members) + len(type_facts.values) for type_facts in facts.values())
                if room < 0:
                    raise SourceBroken(where, f"more than {MOST_MEMBERS} members of types", "less")
        elif section in parts:
            for name in _mapping(stream, inner, f"components/{section}", where):
                before = stream.count
                parts[section][name] = stream.value(stream.next())
                room -= stream.count - before
                if room < 0:
                    raise SourceBroken(where, f"more than {MOST_MEMBERS} values in {section}", "less")
        else:
            stream.skip(inner)


def _mapping(stream: Stream, event: Any, name: str, where: str) -> Any:
    if type(event).__name__ != "MappingStartEvent":
        raise SourceBroken(where, f"{name} without entries", "a mapping", "see whether the document breaks off")
    return stream.keys()


def _resolve(value: Any, section: Mapping[str, Any]) -> Any:
    ref = value.get("$ref") if isinstance(value, dict) else None
    if isinstance(ref, str):
        return section.get(ref.rpartition("/")[2], {"content": {"": {"schema": value}}})
    return value


def _item(
    path: str, item: dict[str, Any], parts: dict[str, dict[str, Any]], inline: dict[str, TypeFacts]
) -> dict[str, ApiCall]:
    shared = item.get("parameters") or []
    return {
        method: _call(f"{path} {method}", call, shared, parts, inline)
        for method, call in item.items()
        if method in METHODS and isinstance(call, dict)
    }


def _call(
    place: str, call: dict[str, Any], shared: list[Any], parts: dict[str, dict[str, Any]], inline: dict[str, TypeFacts]
) -> ApiCall:
    parameters: dict[str, ApiParameter] = {}
    for raw in [*shared, *(call.get("parameters") or [])]:
        value = _resolve(raw, parts["parameters"])
        if isinstance(value, dict):
            name = str(value.get("name") or str(raw.get("$ref", "")).rpartition("/")[2])
            kind, schema = str(value.get("in", "query")), value.get("schema")
            limits = tuple(facet for facet in facets_of(schema) if facet[0] != "Enum")
            parameters[f"{kind} {name}"] = ApiParameter(
                name, kind, bool(value.get("required")), type_of(schema)[0], values_of(schema), limits
            )
    body = _resolve(call.get("requestBody"), parts["requestBodies"])
    answers = call.get("responses")
    return ApiCall(
        parameters,
        _content(f"{place} request", body, inline) if isinstance(body, dict) else None,
        bool(isinstance(body, dict) and body.get("required")),
        {
            str(status): _content(f"{place} {status}", _resolve(answer, parts["responses"]), inline)
            for status, answer in (answers.items() if isinstance(answers, dict) else ())
        },
    )


def _content(place: str, value: Any, inline: dict[str, TypeFacts]) -> dict[str, str]:
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(content, dict):
        return {}
    shapes = {}
    for name in sorted(map(str, content), key=lambda name: ";" not in name):  # a type without parameters wins
        entry, media = content.get(name), _media_type(name)
        shapes[media] = shape(entry.get("schema"), f"{place} {media}", inline) if isinstance(entry, dict) else ""
    return shapes


def _media_type(name: str) -> str:
    """A media type in small letters; JSON has no parameter that matters (RFC 9110, 8.3.1; RFC 8259, 11)."""
    essence = name.partition(";")[0].strip().lower()
    return essence if essence.endswith("json") else name.strip().lower()


def _start(calls: dict[str, dict[str, ApiCall]], inline: dict[str, TypeFacts]) -> list[str]:
    """The types that calls and the objects written out in them refer to."""
    written_out = [member.target for facts in inline.values() for member in facts.members.values()]
    return [*written_out, *(name for names in _bodies(calls) for name in names)]


def _bodies(calls: Mapping[str, Mapping[str, ApiCall]]) -> tuple[list[str], list[str]]:
    """The types that calls send, and those that they return."""
    every = [call for item in calls.values() for call in item.values()]
    sent = [kind for call in every for kind in (call.body or {}).values()]
    sent += [parameter.type for call in every for parameter in call.parameters.values()]
    returned = [kind for call in every for content in call.answers.values() for kind in content.values()]
    return [bare(kind) for kind in sent], [bare(kind) for kind in returned]
