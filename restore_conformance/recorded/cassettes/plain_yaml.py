"""YAML of cassettes as plain values: bounded in depth and number, and no object is ever constructed.

Our own cassettes hold neither aliases nor tags; those of other tools are read interaction by interaction. Knows no
cassette.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from restore_conformance.verdicts import UsageError

MOST_VALUES = 400_000
"""Keys, texts, lists and mappings of one file, each of which takes some 300 bytes of memory."""
DEEPEST = 40
OWN_TAGS = frozenset({"!", "tag:yaml.org,2002:binary", "tag:yaml.org,2002:str"})
UNREADABLE = (yaml.YAMLError, ValueError, OverflowError, RecursionError)
"""What reading may raise for a text that is not YAML; `problem_of` says what is wrong."""

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _events(text: str, name: str) -> Iterator[Any]:
    """The events of a text, as long as it does not nest too deep. Raises UsageError."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_SafeLoader)):
        if count > MOST_VALUES:
            raise UsageError(f"{name} has more than {MOST_VALUES} values; split it and judge the parts.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise UsageError(f"{name} nests more than {DEEPEST} levels, which a cassette never does; it was not read.")
        yield event


def load(text: str, name: str) -> Any:
    """The value of a text without tags that make objects and aliases that multiply. Raises UsageError, UNREADABLE."""
    for event in _events(text, name):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UsageError(f"{name} has an anchor or alias (&, *), which a cassette never has; it was not read.")
        tag = getattr(event, "tag", None)
        if tag and tag not in OWN_TAGS:
            raise UsageError(f"{name} has the tag {tag[:60]}, which a cassette never has; it was not read.")
    return loaded(text)


def loaded(text: str) -> Any:
    """The value of a text that this suite wrote a moment ago."""
    return yaml.load(text, Loader=_SafeLoader)  # noqa: S506 - the safe loader, in C where there is one


def dumped(value: Any) -> str:
    """A value as YAML, its members in their order."""
    text: str = yaml.dump(value, Dumper=_SafeDumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return text


def problem_of(error: Exception) -> str:
    """What is wrong with a text, in one line."""
    mark = getattr(error, "problem_mark", None)
    where = f" in line {mark.line + 1}" if mark is not None else ""
    return (getattr(error, "problem", None) or str(error).split("\n")[0] or type(error).__name__)[:120] + where


class _ForeignLoader(_SafeLoader):  # type: ignore[misc]
    """The safe loader with the few tags of Python 2 that stand for text and lists, and without merge keys."""

    def flatten_mapping(self, node: Any) -> None:
        """Refuse `<<`, which copies what it names, so that a few lines could grow without bound."""
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
            raise yaml.constructor.ConstructorError(None, None, "merge keys are not read", node.start_mark)


# A time is text here: nothing in a cassette is one, and a header may look like one.
for _tag in ("python/unicode", "python/str", "timestamp"):
    _ForeignLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", lambda loader, node: loader.construct_scalar(node))
_ForeignLoader.add_constructor(
    "tag:yaml.org,2002:python/tuple", lambda loader, node: loader.construct_sequence(node, deep=True)
)


def elements(text: str, name: str, member: str) -> Iterator[Any]:
    """The elements of the list that a text is, or has as a member: each a plain value, or the exception in its place.

    Anchors share what they name, so that aliases cannot multiply it. Raises UsageError, UNREADABLE.
    """
    for _ in _events(text, name):
        pass
    loader = _ForeignLoader(text)
    try:
        for node in _nodes(loader.get_single_node(), name, member):
            try:
                yield loader.construct_document(node)
            except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
                yield error
            finally:
                loader.constructed_objects.clear()
                loader.recursive_objects.clear()
                loader.state_generators = []
                loader.deep_construct = False
    finally:
        loader.dispose()


def _nodes(root: Any, name: str, member: str) -> list[Any]:
    if isinstance(root, yaml.SequenceNode):
        return list(root.value)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == member and isinstance(value, yaml.SequenceNode):
            return list(value.value)
    raise UsageError(f"{name} is not a cassette: it has no list of {member}.")
