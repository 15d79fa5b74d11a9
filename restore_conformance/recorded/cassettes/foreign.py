"""Cassettes that other tools wrote, as vcrpy of any version reads them. Read with suspicion.

YAML or JSON; no object is ever made, and what cannot be used is left out by itself. Knows no provenance.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from restore_conformance.clock import moment_of
from restore_conformance.exchange import Headers, Request, Response, paired
from restore_conformance.output import files
from restore_conformance.recorded.cassettes.cassette import first_line, safe_depth
from restore_conformance.targets.coding import ALL, heft
from restore_conformance.verdicts import UsageError

LARGEST = 16 * 1024 * 1024
MOST = 20_000
"""Interactions in one cassette."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader with the few tags of Python 2 that stand for text and lists, and without merge keys."""

    def flatten_mapping(self, node: Any) -> None:
        """Refuse `<<`, which copies what it names, so that a few lines could grow without bound."""
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
            raise yaml.constructor.ConstructorError(None, None, "merge keys are not read", node.start_mark)


def _text_of(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)


def _list_of(loader: Any, node: Any) -> Any:
    return loader.construct_sequence(node, deep=True)


for _tag in ("python/unicode", "python/str"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _text_of)
_Loader.add_constructor("tag:yaml.org,2002:python/tuple", _list_of)
# A time is text here: nothing in a cassette is one, and a header may look like one.
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text_of)


@dataclass(frozen=True, slots=True)
class Foreign:
    """Recorded exchanges in order, each request with its whole address; `unusable` says why others are not there.

    `times` has the moment of each as `moment_of` gives it: most recorders say none.
    """

    name: str
    exchanges: tuple[tuple[Request, Response], ...]
    unusable: tuple[str, ...] = ()
    times: tuple[tuple[float | None, str], ...] = ()


class Unusable(ValueError):
    """An interaction that cannot be used; says why in a few words that name no value of the file."""


def foreign(path: Path, name: str) -> Foreign:
    """Read a cassette of another tool. Raises UsageError, in one sentence, where nothing in it is one."""
    made: list[tuple[Request, Response]] = []
    times: list[tuple[float | None, str]] = []
    unusable: list[str] = []
    for number, one in enumerate(_interactions(path, name)):
        if number >= MOST:
            raise UsageError(f"{name} has more than {MOST} interactions; split it and judge the parts.")
        if isinstance(one, Unusable):
            unusable.append(str(one))
            continue
        try:
            made.append(_pair(one))
            times.append(moment_of(_line(one.get("recorded_at"))))
        except Unusable as reason:
            unusable.append(str(reason))
    if not made:
        none = f"none of its {len(unusable)} interactions can be used ({unusable[0]})" if unusable else "it is empty"
        raise UsageError(f"{name} is not a cassette: {none}.")
    return Foreign(name, tuple(made), tuple(unusable), tuple(times))


def _interactions(path: Path, name: str) -> Iterator[Any]:
    """The interactions one by one, each as plain values or as the reason why there are none."""
    try:
        text = files.read(path, LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not text in UTF-8, so it is not a cassette.") from None
    if text.lstrip()[:1] in {"{", "["}:
        if heft(text.encode("utf-8", "surrogatepass")) > ALL:
            raise UsageError(f"{name} holds more values than are read at once; split it and judge the parts.")
        try:
            yield from _listed(json.loads(text), name)
        except (ValueError, RecursionError):
            pass
        else:
            return
    yield from _of_yaml(text, name)


def _listed(data: Any, name: str) -> list[Any]:
    """The interactions of a cassette, also of one from before there was a version."""
    found = data.get("interactions") if isinstance(data, dict) else data
    if not isinstance(found, list):
        raise UsageError(f"{name} is not a cassette: it has no list of interactions.")
    return found


def _of_yaml(text: str, name: str) -> Iterator[Any]:
    """The same from YAML. Anchors share what they name, so that aliases cannot multiply it."""
    try:
        for _ in safe_depth(text, name):
            pass
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            for node in _nodes(root, name):
                try:
                    yield loader.construct_document(node)
                except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
                    yield Unusable(_why(error))
                finally:
                    loader.constructed_objects.clear()
                    loader.recursive_objects.clear()
                    loader.state_generators = []
                    loader.deep_construct = False
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise UsageError(f"{name} is not YAML that can be read ({first_line(error)}), so not a cassette.") from None


def _nodes(root: Any, name: str) -> list[Any]:
    if isinstance(root, yaml.SequenceNode):
        return list(root.value)
    rows = root.value if isinstance(root, yaml.MappingNode) else []
    for key, value in rows:
        if key.value == "interactions" and isinstance(value, yaml.SequenceNode):
            return list(value.value)
    raise UsageError(f"{name} is not a cassette: it has no list of interactions.")


def _why(error: Exception) -> str:
    problem = str(getattr(error, "problem", "") or "")
    if "could not determine a constructor" in problem:
        return "it holds an object of a program, which is never made"
    return "it nests in itself" if "recursive" in problem else "its YAML cannot be read as plain values"


def _pair(one: Any) -> tuple[Request, Response]:
    """The request and the response of an interaction. Raises Unusable."""
    asked, came = (one.get(part) if isinstance(one, dict) else None for part in ("request", "response"))
    if not isinstance(asked, dict) or not isinstance(came, dict):
        raise Unusable("it has no request and response")
    method, address = _line(asked.get("method")), _line(asked.get("uri") or asked.get("url"))
    if not method or not address:
        raise Unusable("its request has no method or address")
    request = Request(method, address, _headers(asked.get("headers")), _body(asked.get("body")) or None)
    status = came.get("status")
    code = status.get("code") if isinstance(status, dict) else came.get("status_code", status)
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 3:
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool) or not 100 <= code <= 599:
        code = 0  # Blanked: what was asked may still be worth counting.
    body = came.get("content") if "content" in came and "body" not in came else came.get("body")
    return request, Response(code, _headers(came.get("headers")), _body(body) or b"")


def _line(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return paired(text.strip()[:8192]) if isinstance(text, str) else ""


def _headers(value: Any) -> Headers:
    """Headers from a mapping to a value or a list of values, or from a list of pairs; "" for anything but text."""
    rows: Any = value.items() if isinstance(value, dict) else value if isinstance(value, list) else ()
    made: list[tuple[str, str]] = []
    for row in rows:
        if isinstance(row, dict):
            row = (row.get("name"), row.get("value"))  # noqa: PLW2901
        if not isinstance(row, tuple | list) or len(row) != 2:
            continue
        name, values = row
        several = values if isinstance(values, list | tuple) and values else [values]
        made.extend((_line(name), _line(one)) for one in several if _line(name))
    return tuple(made)


def _body(value: Any) -> bytes | None:
    """The bytes of a body: text, bytes, or a mapping that holds either. Raises Unusable for anything else."""
    if isinstance(value, dict):
        coded = value.get("base64_string")
        if isinstance(coded, str | bytes):
            try:
                return base64.b64decode(coded)
            except (binascii.Error, ValueError):
                raise Unusable("its body is not the base64 that it should be") from None
        value = value.get("string")
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return paired(value).encode()
    raise Unusable("its body is neither text nor bytes")
