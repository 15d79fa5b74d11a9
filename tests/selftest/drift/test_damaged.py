"""A damaged source is named as broken, or its changes are reported: never silence, never a traceback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drift import damage
from drift.planting import ANSWER, OPENAPI, PAGE_MD, PAGE_TXT, SLICE, har
from looking import some

from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.comparison import Settings, compare

SETTINGS = Settings(SCHEMAS)
RECORDING = har(ANSWER)


def _sound() -> dict[str, bytes]:
    return {
        "metadata": SLICE.read_bytes(),
        "openapi": OPENAPI.read_bytes(),
        "page": PAGE_TXT.read_bytes(),
        "markdown": PAGE_MD.read_bytes(),
        "behaviour": RECORDING.encode(),
    }


OWN: dict[str, Callable[[str], Iterator[damage.Damaged]]] = {
    "metadata": damage.metadata,
    "openapi": damage.openapi,
    "page": damage.page,
    "markdown": damage.page,
    "behaviour": damage.behaviour,
}
"""What may happen to a document of a kind, beside what may happen to any."""


@pytest.mark.parametrize("name", some(OWN, "metadata", "page"))
def test_never_silence(name: str, tmp_path: Path) -> None:
    """Every damaged copy leads to an error that names the file, or to changes."""
    sound = _sound()
    data = sound[name]
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(data)
    alike = {"page": "markdown", "markdown": "page", "openapi": "metadata", "metadata": "openapi"}.get(name)
    others = {other: text for other, text in sound.items() if other not in (name, alike)}
    if name == "behaviour":
        others = {other: text for other, text in others.items() if other == "page"}
    kinds: Counter[str] = Counter()
    silent: list[str] = []
    for kind, what, damaged in (*damage.everywhere(data, others), *OWN[name](data.decode())):
        kinds[kind] += 1
        new.write_bytes(damaged)
        night = compare([str(old)], [str(new)], SETTINGS)
        if not night.broken and not night.changes:
            silent.append(f"{kind}: {what}")
        for error in night.broken:
            assert str(error).startswith(str(new))
            assert len(str(error)) < 600
    assert len(kinds) >= 12
    assert sum(kinds.values()) >= 100
    assert silent == []


def test_untouched_is_silent(tmp_path: Path) -> None:
    """A copy that is whole is neither broken nor drifted."""
    for name, data in _sound().items():
        old, new = tmp_path / f"{name}-old", tmp_path / f"{name}-new"
        old.write_bytes(data)
        new.write_bytes(data)
        night = compare([str(old)], [str(new)], SETTINGS)
        assert (night.broken, night.changes) == ((), ()), name


def test_missing_file() -> None:
    """A file that is not there is a broken source, and the sentence says what to do."""
    night = compare([str(SLICE)], ["no/such/file.csdl"], SETTINGS)
    assert [error.where for error in night.broken] == ["no/such/file.csdl"]
    assert "correct the name" in str(night.broken[0])


def test_missing_files_of_one_name() -> None:
    """Each is missing, in whatever folder it was looked for."""
    night = compare([str(SLICE)], ["no/such/file.csdl", "no/other/file.csdl"], SETTINGS)
    assert [error.found for error in night.broken] == ["no readable file (No such file or directory)"] * 2


def test_accepted_loss(tmp_path: Path) -> None:
    """What lost most of its members is believed when the user says so."""
    text = SLICE.read_text(encoding="utf-8")
    new = tmp_path / "new"
    new.write_text("".join(line for line in text.splitlines(True) if "<Property " not in line), encoding="utf-8")
    assert compare([str(SLICE)], [str(new)], SETTINGS).broken
    accepted = compare([str(SLICE)], [str(new)], Settings(SCHEMAS, accept_loss=True))
    assert not accepted.broken
    assert len(accepted.changes) > 100
