"""Makes the sample reports in docs/samples: `make samples`. Nothing in there is written by hand.

A mock that keeps the contract, a mock with two faults, and three nights of drift: a quiet one, one on which something
was added, and one on which something broke. The documents of those nights are in our own words.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from restore_conformance.cli import main
from restore_conformance.drift.sources.page_facts import fingerprint
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving

SAMPLES = Path(__file__).parent / "samples"
FAULTS = ("default-job-typed-bulk", "field-mixed-many-items")
SCHEMAS = Path(__file__).parent.parent / "schemas"
FIXTURES = Path(__file__).parent.parent / "tests/selftest/drift/fixtures"
ROW = "|notifyOnCompletion|Boolean|Whether somebody is told when the restore is done. Optional.|\n"
PROPERTY = '        <Property Name="notifyOnCompletion" Type="Edm.Boolean" />\n'
NO_PAYLOAD = "9578e9c8104a23f8"  # the vendor's sentence; the page of these nights says it in our words
SENTENCE = "A call without any payload makes an empty session of the standard kind."
ERRORS = """# Errors of the backup service

## Create restore session API errors

| HTTP status code | Error code | Error message |
|:---|:---|:---|
|400|InvalidPathType|No way to restore is named.|
|400|InvalidArtifactRequest|Nothing to restore is named.|
|400|InvalidRestorePoint|There is no such point.|
|400|DifferentRestoreDestinationType|Two ways to restore are mixed.|
|413|RestoreArtifactsLimitBreached|These are too many.|
|400|DuplicateArtifactInList|One is named twice.|
"""
KEPT = ("report.html", "report.md")
SIDES = ("request", "response")


def judged(name: str, *target: str, expected: int) -> None:
    """A run, of which the two reports for people are kept."""
    with tempfile.TemporaryDirectory() as folder:
        code = main(["run", *target, "--report", folder, "--quiet"])
        if code != expected:
            sys.exit(f"the sample {name} ended with {code}, not {expected}")
        (SAMPLES / name).mkdir(parents=True, exist_ok=True)
        for file in KEPT:
            shutil.copy(Path(folder, file), SAMPLES / name / file)


def edition(*, row: bool = False, member: bool = False, broken: bool = False) -> dict[str, str]:
    """The documents of one night, by file name."""
    page = (FIXTURES / "newer-edition/page.md").read_text(encoding="utf-8")
    page = page[: page.index("### Example 3")]
    page = "".join(line for line in page.splitlines(keepends=True) if not line.startswith("|conflictBehavior"))
    types = (FIXTURES / "history/2025-05-05_2ca40fa6.csdl").read_text(encoding="utf-8")
    errors = ERRORS
    if row:
        page = page.replace("\n## Response", f"{ROW}\n## Response", 1).replace("\n\n|notify", "\n|notify", 1)
    if member:
        start = types.index('<EntityType Name="restoreSessionBase"')
        place = types.index("\n", start) + 1
        types = types[:place] + PROPERTY + types[place:]
    if broken:
        page = page.replace("makes an empty session of the standard kind", "is refused", 1)
        lines = types.splitlines(keepends=True)
        types = "".join(line for line in lines if 'Name="restoredSiteName"' not in line)
        errors = errors.replace("|413|", "|400|")
    return {"create.md": page, "metadata.csdl": types, "errors.md": errors}


def traffic() -> str:
    """A recording of one create, as printed on the page."""
    sent, came = (json.loads((SCHEMAS / f"create/examples/standard.{side}.json").read_text()) for side in SIDES)
    address = "https://graph.example/beta/solutions/backupRestore/sharePointRestoreSessions"
    for late in ("restoreJobType", "restoreSessionArtifactCount"):  # newer than the metadata of these nights
        came.pop(late)
    answer = {"status": 201, "headers": [], "content": {"text": json.dumps(came)}}
    asked = {"method": "POST", "url": address, "headers": [], "postData": {"text": json.dumps(sent)}}
    return json.dumps({"log": {"entries": [{"request": asked, "response": answer}]}})


def nights(folder: Path) -> None:
    """Three reports out of a month of nights, with a history and a cache, in a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        try:
            shutil.copytree(SCHEMAS, "schemas")
            shutil.rmtree("schemas/baselines")
            files = edition()
            _put(files)
            Path("traffic.har").write_text(traffic(), encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()):
                main(["pin", "create.md", "metadata.csdl", "--schemas", "schemas"])
            clauses = Path("schemas/create/clauses.toml")
            text = clauses.read_text(encoding="utf-8").replace(NO_PAYLOAD, fingerprint(SENTENCE))
            clauses.write_text(text, encoding="utf-8")
            _night("2026-11-02", files, folder / "quiet")
            for day in ("2026-11-06", "2026-11-07"):
                _night(day, edition(row=True), None)
            for day, kept in (("2026-11-17", None), ("2026-11-18", folder / "additive")):
                _night(day, edition(row=True, member=True), kept)
            for day, kept in (("2026-11-24", None), ("2026-11-25", folder / "breaking")):
                _night(day, edition(row=True, member=True, broken=True), kept)
        finally:
            os.chdir(here)


def _put(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")


def _night(day: str, files: dict[str, str], kept: Path | None) -> None:
    """One night; where it is kept, its report in all three formats."""
    _put(files)
    sources = ["--to", *files, *(["traffic.har"] if kept is None or kept.name != "quiet" else [])]
    options = ["--schemas", "schemas", "--cache", "cache", "--history", "nights.sqlite", "--night", day]
    forms = {"text": "txt", "markdown": "md", "json": "json"}
    for form, ending in forms.items() if kept else [("text", "txt")]:
        target = kept.with_suffix(f".{ending}") if kept else Path("unkept.txt")
        code = main(["drift", *sources, *options, "--fail-on", "none", "--format", form, "--output", str(target)])
        if code != 0:
            sys.exit(f"the night of {day} ended with {code}")


def make() -> None:
    """Write all samples anew."""
    judged("conforming", "--target", "mock", expected=0)
    service = seeded(FAULTS[0])
    for fault in FAULTS[1:]:
        seeded(fault, service)
    with serving(service) as address:
        judged("faulty", "--target", address, "--token", service.token, expected=1)
    nights(SAMPLES / "drift")
    print(f"Wrote {', '.join(str(path.relative_to(SAMPLES.parent)) for path in sorted(SAMPLES.rglob('*.*')))}.")


if __name__ == "__main__":
    make()
