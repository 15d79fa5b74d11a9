"""The settings of a run, in the form in which it uses them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from restore_conformance.contract.editions import Chosen, chosen
from restore_conformance.settings.row import field_of
from restore_conformance.settings.table import ROWS

STAND_IN = "restore-conformance-was-given-no-token"
"""Sent where no token was given. A target that asks for none passes over it; any other refuses it with 401."""


_of = field_of(ROWS)


@dataclass(slots=True)
class Settings:
    """The settings of a run, in the form in which it is used; meanings and defaults are those of the table."""

    target: str = _of("target")
    token: str = _of("token")
    identities: dict[str, str] = field(default_factory=dict)
    restore_points: tuple[str, ...] = ()
    granular_items: tuple[dict[str, str], ...] = ()
    profile: str = _of("profile")
    seed: int = _of("seed")
    readings: dict[str, frozenset[str]] = field(default_factory=dict)
    edition: str = _of("edition")
    as_of: str = _of("as_of")
    report: str = _of("report")
    deviations: str = _of("deviations")
    ca_bundle: str = _of("ca_bundle")
    emulators: tuple[str, ...] = _of("emulators")
    max_requests: int = _of("max_requests")
    timeout: float = _of("timeout")
    patience: float = _of("patience")
    drawn: int = _of("draws")
    only: tuple[str, ...] = _of("only")
    max_failures: int = _of("max_failures")
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = _of("wait")

    def known_ids(self) -> list[str] | None:
        """The ids of restore points and items that exist on the target, or None where none were named."""
        ids = [*self.restore_points, *(item["id"] for item in self.granular_items)]
        return ids or None

    def chosen(self) -> Chosen:
        """The edition that binds. Raises UsageError for an unknown one."""
        return chosen(self.edition, self.as_of)

    def tokens(self) -> dict[str, str]:
        """The token of each kind of caller that can be asked as; that of a good one stands in where none was given."""
        return {"good": self.token or STAND_IN, **self.identities}

    def callers(self) -> dict[str, str]:
        """Each token that is sent, and the kind of caller it stands for."""
        return {token: kind for kind, token in self.tokens().items() if token}

    def shown(self) -> dict[str, str]:
        """Every setting as text, secrets as set or unset."""
        texts = {}
        for setting in fields(self):
            value = getattr(self, setting.name)
            if ROWS[_ROW.get(setting.name, setting.name)].secret:
                names = [pair[0] for pair in value] if isinstance(value, tuple) else value
                texts[setting.name] = (
                    ("set" if isinstance(value, str) else "set: " + ", ".join(names)) if value else "unset"
                )
            elif setting.name == "only":
                texts[setting.name] = ", ".join(value) or EVERY
            elif isinstance(value, tuple):
                texts[setting.name] = f"{len(value)} named" if value else "none"
            elif isinstance(value, dict):
                texts[setting.name] = ", ".join(f"{k}={'|'.join(sorted(v))}" for k, v in value.items()) or "none"
            else:
                texts[setting.name] = str(value)
        return texts


EVERY = "every clause"
"""What a run is about that names no clauses, in its record."""
_ROW = {"drawn": "draws"}
"""Fields that are not named like their row."""
