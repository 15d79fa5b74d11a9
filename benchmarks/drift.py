"""What drift costs: a metadata document of 8 MB, a large OpenAPI document, a year of nights.

Prints a table; run it with `python benchmarks/drift.py`. Each figure is taken in a process of its own, so that the
peak of memory belongs to it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLICE = ROOT / "tests/selftest/drift/fixtures/history/2025-05-05_2ca40fa6.csdl"
MEGABYTE = 1_000_000


def whole_document(slice_text: str, size: int = 8 * MEGABYTE) -> str:
    """A metadata document of the whole service: the slice, and filler types until it has that many bytes."""
    parts: list[str] = []
    length, number = len(slice_text), 0
    while length < size:
        kind = f"filler{number}"
        members = "".join(
            f'        <Property Name="member{i}" Type="{"Edm.String" if i % 3 else f"graph.filler{number // 2}"}" />\n'
            for i in range(20)
        )
        parts.append(
            f'      <EntityType Name="{kind}" BaseType="graph.entity">\n{members}'
            f'        <NavigationProperty Name="next" Type="Collection(graph.filler{number // 3})" />\n'
            f'      </EntityType>\n      <Action Name="poke" IsBound="true">\n'
            f'        <Parameter Name="bindingParameter" Type="graph.{kind}" />\n'
            f'      </Action>\n      <Annotations Target="microsoft.graph.{kind}/member1">\n'
            '        <Annotation Term="Org.OData.Core.V1.Description" String="Filler." />\n      </Annotations>\n'
        )
        length += len(parts[-1])
        number += 1
    return slice_text.replace("      <EntityContainer", "".join(parts) + "      <EntityContainer", 1)


def openapi_document(size: int) -> str:
    """An OpenAPI document in YAML of about that many bytes, with the restore area's paths in it."""
    head = "openapi: 3.0.4\ninfo:\n  title: whole\n  version: beta\npaths:\n"
    path = (
        "  {}:\n    get:\n      summary: Filler of the usual length, for a page has a sentence here\n      responses:\n"
        "        2XX:\n          description: Retrieved\n          content:\n            application/json:\n"
        "              schema:\n                $ref: '#/components/schemas/microsoft.graph.filler{}'\n"
    )
    schema = "    microsoft.graph.filler{}:\n      title: filler\n      type: object\n      properties:\n" + "".join(
        f"        member{i}:\n          type: string\n          nullable: true\n" for i in range(12)
    )
    parts = [head, path.format("/solutions/backupRestore/sharePointRestoreSessions", 0)]
    count = max(500, size // (len(path) + len(schema)))
    parts += [path.format(f"/filler{n}", n) for n in range(count)]
    parts.append("components:\n  schemas:\n")
    parts += [schema.format(n) for n in range(count)]
    return "".join(parts)


def metadata(folder: Path) -> str:
    """Both sides of a comparison, 8 MB each."""
    from restore_conformance.drift.comparison import Settings, compare

    text = whole_document(SLICE.read_text(encoding="utf-8"))
    (folder / "old.xml").write_text(text, encoding="utf-8")
    new = text.replace('Name="restoredSiteId"', 'Name="restoredSiteKey"')
    (folder / "new.xml").write_text(new, encoding="utf-8")
    del text, new
    began = time.perf_counter()
    night = compare([str(SLICE)], [str(folder / "new.xml")], Settings(ROOT / "schemas"))
    one = time.perf_counter() - began
    began = time.perf_counter()
    both = compare([str(folder / "old.xml")], [str(folder / "new.xml")], Settings(ROOT / "schemas"))
    two = time.perf_counter() - began
    assert len(both.changes) == 4, len(both.changes)
    return f"8 MB against a slice {one:.2f} s, against another 8 MB {two:.2f} s, {len(night.changes)} changes"


def openapi(folder: Path) -> str:
    """One large OpenAPI document read."""
    from restore_conformance.drift.sources.openapi_reader import read_openapi

    path = folder / "api.yaml"
    path.write_text(openapi_document(10 * MEGABYTE), encoding="utf-8")
    began = time.perf_counter()
    api = read_openapi(path, "api.yaml")
    seconds = time.perf_counter() - began
    return f"{path.stat().st_size / MEGABYTE:.0f} MB in {seconds:.1f} s, {len(api.calls)} paths of the area kept"


def nights(folder: Path) -> str:
    """A year of nights, each with other facts, and the first bad one."""
    from restore_conformance.drift.comparison import Settings, changes_of, read_older
    from restore_conformance.drift.sources.reading import read_source
    from restore_conformance.history import drift_snapshot as packing
    from restore_conformance.history.store import Snapshot, open_store

    text = SLICE.read_text(encoding="utf-8")
    settings = Settings(ROOT / "schemas", accept_loss=True)
    began = time.perf_counter()
    with open_store(str(folder / "nights.sqlite")) as store:
        for number in range(365):
            body = text.replace('Name="restoredSiteId"', f'Name="restoredSiteId{number}"') if number >= 200 else text
            body = body.replace('<Member Name="new" Value="0" />', f'<Member Name="new" Value="{-number}" />')
            (folder / "one.xml").write_text(body, encoding="utf-8")
            reading = read_source(str(folder / "one.xml"))
            digest, payload = packing.pack(reading) or ("", b"")
            night = date(2026, 1, 1) + timedelta(days=number)
            store.save_night(night, [(Snapshot(night, "csdl", "one.xml", "", digest), payload)], [])
        stored = time.perf_counter() - began
        before = read_older([str(SLICE)], settings)
        began = time.perf_counter()

        def bad(taken: Snapshot) -> bool:
            reading = packing.unpack(taken.source, taken.location, "", store.content(taken.digest or ""))
            return any(change.contract == "breaking" for change in changes_of(before, reading, settings))

        found = packing.first_bad(store.snapshots(), bad)
    seconds = time.perf_counter() - began
    assert found is not None
    assert found[0] == date(2026, 1, 1) + timedelta(days=200)
    size = (folder / "nights.sqlite").stat().st_size / MEGABYTE
    return f"365 different nights stored in {stored:.1f} s ({size:.1f} MB), bisected in {seconds:.2f} s"


PARTS: dict[str, Callable[[Path], str]] = {"metadata": metadata, "openapi": openapi, "nights": nights}


def main(names: list[str]) -> int:
    """One part in this process where it is named, else each in a process of its own."""
    if names:
        with tempfile.TemporaryDirectory() as folder:
            says = PARTS[names[0]](Path(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{names[0]:10}  {says}; peak {peak:.0f} MB")
        return 0
    # its own file with its own words
    return max(subprocess.run([sys.executable, __file__, name], check=False).returncode for name in PARTS)  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
