"""The stimuli of a plan while they wait: in the order of sending, less those that a story has a use for.

A story needs sessions and refusals; taken from the plan they cost no request more. Knows nothing of what is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from restore_conformance.stimuli.stimulus import Stimulus


class Supply:
    """What is left of a plan. Iterating takes one stimulus after the other."""

    def __init__(self, planned: Iterable[Stimulus]) -> None:
        self._left = list(interleaved(planned))
        self._taken: list[Stimulus] = []

    def __iter__(self) -> Iterator[Stimulus]:
        while self._left:
            yield self._left.pop(0)

    def left(self) -> list[Stimulus]:
        """What is left, in order."""
        return list(self._left)

    def take(self, family: str, artifacts: int) -> Stimulus | None:
        """One of a family with so many artifacts; None where none is left."""
        found = next((s for s in self._left if (s.family, s.artifacts) == (family, artifacts)), None)
        return self._take(found) if found is not None else None

    def refusals(self) -> list[Stimulus]:
        """The smallest that must be refused of each defect and caller, by the edition that binds."""
        smallest: dict[tuple[str, str], Stimulus] = {}
        for stimulus in self._left:
            key = (stimulus.defect, stimulus.caller)
            known = smallest.get(key)
            if (
                stimulus.defect
                and not stimulus.newer
                and (known is None or len(stimulus.body or b"") < len(known.body or b""))
            ):
                smallest[key] = stimulus
        return [self._take(stimulus) for stimulus in smallest.values()]

    def give_back(self, sent: Iterable[Stimulus]) -> None:
        """Put back, at the front, what was taken and is not among those that were sent."""
        gone = {id(stimulus) for stimulus in sent}
        self._left[:0] = [stimulus for stimulus in self._taken if id(stimulus) not in gone]
        self._taken.clear()

    def _take(self, stimulus: Stimulus) -> Stimulus:
        # By identity: two stimuli of a plan may be alike.
        self._left = [one for one in self._left if one is not stimulus]
        self._taken.append(stimulus)
        return stimulus


def interleaved(stimuli: Iterable[Stimulus]) -> Iterator[Stimulus]:
    """The printed requests first, then one of each family in turn, so that no family hides what ails another."""
    waiting: dict[str, list[Stimulus]] = {}
    for stimulus in stimuli:
        if stimulus.family.startswith("example-"):
            yield stimulus
        else:
            waiting.setdefault(stimulus.family, []).append(stimulus)
    lines = [iter(line) for line in waiting.values()]
    while lines:
        left = []
        for line in lines:
            following = next(line, None)
            if following is not None:
                yield following
                left.append(line)
        lines = left
