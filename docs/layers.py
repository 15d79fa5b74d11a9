"""Computes the layers of the package from its imports, for the picture in CONTRIBUTING.md.

A part is a folder or a module directly below `restore_conformance`. It stands one layer above the highest part that
it imports from, late imports included. Parts that import from each other stand together, joined by `+`.
"""

from __future__ import annotations

import ast
import graphlib
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path


def imports_of(path: Path) -> list[str]:
    """Everything that a module imports, by its full name."""
    return [name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for name in _imported(node)]


Reader = Callable[[Path], Iterable[str]]


def picture(package: Path, read: Reader = imports_of) -> str:
    """The layers as text, the highest first; each line names the parts of one layer."""
    rows = layers(imports_between_parts(package, read))
    lines = []
    for number in range(len(rows), 0, -1):
        groups = "   ".join(" + ".join(group) for group in rows[number - 1])
        first, *others = textwrap.wrap(groups, 104, break_on_hyphens=False)
        lines += [f"{number:>2} | {first}", *(f"   | {line}" for line in others)]
    return "\n".join(lines) + "\n"


def imports_between_parts(package: Path, read: Reader = imports_of) -> dict[str, set[str]]:
    """Every part of a package and the other parts that it imports from."""
    parts = {_part(path, package) for path in _modules(package)}
    needs: dict[str, set[str]] = {part: set() for part in parts}
    for path in _modules(package):
        here = _part(path, package)
        for name in read(path):
            words = name.split(".")
            if words[0] == package.name and len(words) > 1 and words[1] in parts and words[1] != here:
                needs[here].add(words[1])
    return needs


def layers(needs: dict[str, set[str]]) -> list[list[tuple[str, ...]]]:
    """The parts by layer, the lowest first. Parts that need each other form one group."""
    reach = {part: _reached(part, needs) for part in needs}
    group = {part: tuple(sorted({part} | {other for other in reach[part] if part in reach[other]})) for part in needs}
    below = {
        members: {group[other] for part in members for other in needs[part]} - {members} for members in group.values()
    }
    height: dict[tuple[str, ...], int] = {}
    for members in graphlib.TopologicalSorter(below).static_order():
        height[members] = max((height[other] + 1 for other in below[members]), default=0)
    rows: list[list[tuple[str, ...]]] = [[] for _ in range(max(height.values(), default=-1) + 1)]
    for members, number in height.items():
        rows[number].append(members)
    return [sorted(row) for row in rows]


def _reached(part: str, needs: dict[str, set[str]]) -> set[str]:
    """Every part that this one needs, directly or through others."""
    seen: set[str] = set()
    waiting = [part]
    while waiting:
        for other in needs[waiting.pop()] - seen:
            seen.add(other)
            waiting.append(other)
    return seen


def _modules(package: Path) -> list[Path]:
    paths = (path for path in package.rglob("*.py") if "_data" not in path.parts)
    return sorted(path for path in paths if path != package / "__init__.py")


def _part(path: Path, package: Path) -> str:
    return path.relative_to(package).parts[0].removesuffix(".py")


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []
