"""The drift of the same store as events on a time line. Reads what the drift nights wrote and judges nothing."""

from __future__ import annotations

from dataclasses import dataclass

from restore_conformance.history.drift_standing import standing
from restore_conformance.history.store import Store


@dataclass(frozen=True, slots=True)
class Event:
    """One change: since when it is seen, until when, where it stands, and whom it breaks."""

    day: str
    last: str
    kind: str
    path: str
    source: str
    grade: str
    state: str
    identity: str
    clauses: tuple[str, ...]

    @property
    def line(self) -> str:
        """What happened, in one line."""
        return f"{self.kind} {self.path} ({self.grade}, {self.state})"


def events(store: Store) -> list[Event]:
    """Every change that the drift nights saw, oldest first."""
    nights, acknowledged, bodies = store.nights(), store.acknowledgements(), store.bodies()
    made = []
    for identity, seen in store.sightings().items():
        body = bodies[identity]
        read = nights.get(body["source"], [])
        known = standing(seen, read, max([*read, *seen]), acknowledged.get(identity))
        if known is not None:
            made.append(
                Event(
                    str(known.first_seen), str(known.last_seen), body["kind"], body["path"], body["source"],
                    body["class_contract"], str(known.state), identity, tuple(body.get("clauses", ())),
                )
            )  # fmt: skip
    return sorted(made, key=lambda event: (event.day, event.identity))
