"""Which paths are within others, without comparing all with all: a page may come with a hundred thousand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Tops:
    """The paths of a set that are within no other one of it.

    Among these, what holds a path and what is within it are its neighbours in order, so that not all are compared.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._tops: list[str] = []
        for path in sorted(f"{name}/" for name in paths):
            if not self._tops or not path.startswith(self._tops[-1]):
                self._tops.append(path)

    def hold(self, path: str) -> bool:
        """Whether the set has the path, or one that holds it."""
        at = bisect_right(self._tops, f"{path}/")
        return at > 0 and f"{path}/".startswith(self._tops[at - 1])

    def meet(self, path: str) -> bool:
        """Whether the set has the path, one that holds it, or one within it."""
        at = bisect_left(self._tops, f"{path}/")
        return self.hold(path) or (at < len(self._tops) and self._tops[at].startswith(f"{path}/"))


class Parts:
    """Paths by their parts: how long a beginning another path shares with one of them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = sorted(path.split("/") for path in paths)

    def beyond(self, path: str) -> str:
        """The shortest beginning of a path with which none of the others begins, or "" where one has all of it."""
        parts = path.split("/")
        at = bisect_left(self._paths, parts)
        shared = max((_shared(parts, other) for other in self._paths[max(at - 1, 0) : at + 1]), default=0)
        return "/".join(parts[: shared + 1]) if shared < len(parts) else ""


def _shared(left: list[str], right: list[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
