"""Build hook: puts schemas, cassettes and the clause tests inside the package, in wheels only."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelData(BuildHookInterface):  # type: ignore[type-arg]
    """Maps the data rooms below restore_conformance/_data; every operation with clauses brings its tests."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        mapped = {name: f"restore_conformance/_data/{name}" for name in ("schemas", "cassettes")}
        for clauses in root.glob("schemas/*/clauses.toml"):
            operation = clauses.parent.name
            mapped[f"tests/{operation}"] = f"restore_conformance/_data/tests/{operation}"
        build_data["force_include"].update({str(root / source): to for source, to in mapped.items()})
