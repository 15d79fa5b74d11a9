"""The report: one sentence a change, in words, the same in every format, and events as one line."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from drift.planting import (
    ANSWER,
    FIXTURES,
    OPENAPI,
    PAGE_MD,
    PAGE_TXT,
    SLICE,
    csdl_plants,
    har,
    openapi_plants,
    page_plants,
)
from drift.test_command import contract, run  # noqa: F401 - a fixture
from drift.test_csdl import ENTITY, changes, entity, prop
from drift.test_real_history import PAIRS

from restore_conformance.commands import pin
from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.change import Change, Grade
from restore_conformance.drift.comparison import Comparison, Settings, compare
from restore_conformance.drift.differences.metadata import metadata_changes
from restore_conformance.drift.facts import join
from restore_conformance.drift.lines import Line, lines
from restore_conformance.drift.report import FORMATS, Report
from restore_conformance.drift.sources import csdl
from restore_conformance.drift.sources.reading import Reading, SourceKind

REPR = re.compile(r"\[['\"]|['\"]\]|\bNone\b|\bTrue\b|\bFalse\b|\{'|\b[0-9a-f]{16}\b|microsoft\.graph\.\w+/")


def _all(found: list[Change]) -> list[Line]:
    """The lines of some changes, after what holds of all lines."""
    events = lines(found)
    ids = [identity for line in events for identity in line.changes]
    assert sorted(ids) == sorted(change.id for change in found)
    for line in events:
        assert line.says.endswith("."), line.says
        assert ":" in line.says or line.count > 1, line.says
        assert not REPR.search(f"{line.says} {line.whom} {line.todo}"), line
        assert line.link.startswith("https://")
    return events


class TestSentences:
    """Every change is a sentence in words."""

    def test_real_pairs(self) -> None:
        """Of every real pair, there and back, each change stands in exactly one line, without a value as a program writes it."""  # noqa: E501
        for folder, pair in PAIRS:
            old, new = (str(folder / pair[side]["file"]) for side in ("old", "new"))
            for sides in ((old, new), (new, old)):
                _all(list(compare([sides[0]], [sides[1]], Settings(SCHEMAS)).changes))

    def test_planted(self, tmp_path: Path) -> None:
        """The same of a change of every kind planted in every sort of document."""
        kinds: set[str] = set()
        sources = [(SLICE, csdl_plants(SLICE.read_text(encoding="utf-8")))]
        sources += [(OPENAPI, openapi_plants(OPENAPI.read_text(encoding="utf-8")))]
        sources += [
            (path, page_plants(path.read_text(encoding="utf-8"), path is PAGE_MD)) for path in (PAGE_MD, PAGE_TXT)
        ]
        for path, plants in sources:
            for plant in plants:
                if plant.kind in kinds:
                    continue
                kinds.add(plant.kind)
                file = tmp_path / "new"
                file.write_text(plant.text, encoding="utf-8")
                _all(list(compare([str(path)], [str(file)], Settings(SCHEMAS)).changes))
        recording = tmp_path / "a.har"
        recording.write_text(har(ANSWER | {"planted": 1, "status": "odd", "restoreJobType": 7}), encoding="utf-8")
        _all(list(compare(["pinned"], [str(recording)], Settings(SCHEMAS)).changes))
        assert len(kinds) > 40

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("", prop("p"), "a.p: the property is new, String."),
            (
                prop("p"),
                prop("p", "Collection(graph.entity)"),
                "a.p: the property has another type: it was String and is a collection of entity.",
            ),
            (prop("p", more=' Nullable="false"'), prop("p"), "a.p: it may now be null."),
        ],
    )
    def test_words(self, old: str, new: str, says: str) -> None:
        """The sentence names the type and says what happened."""
        assert [line.says for line in lines(changes(ENTITY + entity("a", old), ENTITY + entity("a", new)))] == [says]

    def test_whom(self) -> None:
        """A breaking line says whom it breaks, and what to do."""
        line = lines(changes(ENTITY + entity("a", prop("p")), ENTITY + entity("a", "")))[0]
        assert line.whom.startswith("Breaks clients that send, read or call it.")
        assert "take it out" in line.todo


class TestEvents:
    """Changes that are one event are one line."""

    def test_moved_base(self) -> None:
        """A type that derives from another one is one line with the members that moved along."""
        old = ENTITY + entity("a", "".join(prop(f"p{n}") for n in range(9)))
        new = (
            ENTITY
            + entity("x", "".join(prop(f"p{n}") for n in range(9)), more=' Abstract="true"')
            + entity("a", "", "graph.x")
        )
        events = _all(changes(old, new))
        moved = [line for line in events if "derives from x" in line.says]
        assert [line.count for line in moved] == [10]
        assert "9 members moved with it" in moved[0].says

    def test_hoisted(self) -> None:
        """A member that moved from several types to their base is one line."""
        base, empty = entity("x", prop("p"), more=' Abstract="true"'), entity("x", "", more=' Abstract="true"')
        old = ENTITY + empty + "".join(entity(name, prop("p"), "graph.x") for name in "abc")
        new = ENTITY + base + "".join(entity(name, "", "graph.x") for name in "abc")
        assert [line.says for line in _all(changes(old, new))] == ["p moved from a, b and c to x."]

    def test_renamed(self) -> None:
        """Seventy types that moved to another namespace are one line with a count."""

        def document(namespace: str) -> csdl.Metadata:
            types = "".join(entity(f"t{n}", prop("p"), "") for n in range(70))
            text = f'<Schema Namespace="{namespace}">{types}</Schema>'
            return csdl.read(text.encode(), "x")

        events = _all(metadata_changes(document("microsoft.graph.one"), document("microsoft.graph.two"), "csdl"))
        assert [(line.count, line.says.split(":")[0]) for line in events] == [
            (140, "70 types moved from the namespace microsoft.graph.one to microsoft.graph.two")
        ]

    def test_unseen(self, tmp_path: Path) -> None:
        """What a recording does not show is one line, for it proves nothing."""
        recording = tmp_path / "a.har"
        recording.write_text(har(ANSWER), encoding="utf-8")
        events = _all(list(compare(["pinned"], [str(recording)], Settings(SCHEMAS)).changes))
        assert len(events) == 1
        assert events[0].says.startswith(f"{recording} does not show ")


class TestFormats:
    """Text, Markdown and JSON say the same."""

    def test_same_lines(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """Every line of the JSON report stands in the text and, escaped, in the Markdown; the schema reads both formats."""  # noqa: E501
        out: dict[str, str] = {}
        older = FIXTURES / "history" / "2024-08-13_cc22a36f.csdl"
        for form in ("json", "text", "markdown"):
            run("--from", SLICE, "--to", older, "--format", form)
            out[form] = capsys.readouterr().out
        report = json.loads(out["json"])
        assert report["headline"] in out["text"]
        for line in report["lines"]:
            assert line["says"] in out["text"]
            assert line["whom"] in out["text"]
            assert line["says"].replace("_", "\\_").replace("*", "\\*") in out["markdown"]
        schema = json.loads((SCHEMAS / "drift.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(report)
        first = {key: report[key] for key in ("suite", "from", "to", "summary", "changes", "facts", "broken")}
        jsonschema.Draft202012Validator(schema).validate({"format": 1, **first})

    def test_grades_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What the grades mean is said once, at the end."""
        run("--from", SLICE, "--to", FIXTURES / "history" / "2024-08-13_cc22a36f.csdl")
        out = capsys.readouterr().out
        assert out.count("a client that did nothing wrong can fail") == 1

    def test_broken_once(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """A source that cannot be read is reported once, and nothing is called no drift that was not compared."""
        assert run("--to", tmp_path / "missing") == 3
        captured = capsys.readouterr()
        assert (captured.out + captured.err).count("source broken") == 1
        assert "No drift" not in captured.out
        assert run("--from", SLICE, "--to", tmp_path / "missing", SLICE) == 3
        captured = capsys.readouterr()
        assert (captured.out + captured.err).count("source broken") == 1
        assert "1 of 2 sources could not be believed; nothing is said about it." in captured.out
        assert run("--from", tmp_path / "missing", "--to", SLICE) == 3
        assert "No drift" not in capsys.readouterr().out

    def test_in_a_file(self, tmp_path: Path) -> None:
        """A report in a file holds the sentence about the broken source itself."""
        run("--from", SLICE, "--to", tmp_path / "missing", SLICE, "--output", tmp_path / "report.txt")
        assert (tmp_path / "report.txt").read_text(encoding="utf-8").count("source broken") == 1

    def test_nothing_becomes_markup(self) -> None:
        """What a source holds cannot become markup, nor mention anybody."""
        line = Line(
            Grade.BREAKING, Grade.BREAKING, "<b>x</b> [y](z) @all.", "w", "", "t", "G-TYPE", "https://x", ("i",)
        )
        sides = [(Reading(SourceKind.CSDL, name),) for name in "ab"]
        report = Report(Comparison(before=sides[0], readings=sides[1]), [line])
        text = FORMATS.render("markdown", report)
        assert "<b>" not in text
        assert "[y](z)" not in text
        assert "@all" not in text
        assert "<b>" in FORMATS.render("text", report)


class TestOldWords:
    """What a sentence said before is quoted where it was kept."""

    SAID, SAYS = (
        "A call without any payload makes an empty session of the standard kind.",
        "A call without any payload is refused.",
    )

    @pytest.fixture
    def pages(self, tmp_path: Path) -> tuple[Path, Path]:
        """A page that is pinned, and its next edition."""
        old, new = tmp_path / "old.md", tmp_path / "new.md"
        text = PAGE_MD.read_text(encoding="utf-8")
        old.write_text(text, encoding="utf-8")
        new.write_text(text.replace(self.SAID, self.SAYS), encoding="utf-8")
        return old, new

    @pytest.mark.parametrize("keeper", ["cache", "history", "nothing"])
    def test_quoted(
        self,
        keeper: str,
        pages: tuple[Path, Path],
        contract: Path,  # noqa: F811
        tmp_path: Path,
        capsys: Any,
    ) -> None:
        """From the cache or the history old words are quoted; without both the report says that they were not kept."""
        assert run(pages[0], "--schemas", contract, command=pin) == 0
        options: list[str | Path] = ["--schemas", contract, "--fail-on", "none"]
        options += {"cache": ["--cache", tmp_path / "c"], "history": ["--history", tmp_path / "h"], "nothing": []}[
            keeper
        ]
        nights = [["--night", f"2026-01-0{n}"] if keeper == "history" else [] for n in (1, 2)]
        run("--to", pages[0], *options, *nights[0])
        capsys.readouterr()
        run("--to", pages[1], *options, *nights[1])
        out = capsys.readouterr().out
        assert f'now reads "{self.SAYS}"' in out
        assert (self.SAID in out) == (keeper != "nothing")
        assert ("whose old words are not stored here" in out) == (keeper == "nothing")
        assert not re.search(r"\b[0-9a-f]{16}\b", out)


class TestOrder:
    """Which source moved first."""

    @staticmethod
    def change(kind: str, path: str, source: str) -> Change:
        return Change(kind, f"microsoft.graph.{path}", source, Grade.ADDITIVE, Grade.ADDITIVE, "G-ADDPROP")

    def test_digest(self) -> None:
        """Documents first, metadata after eleven days, behaviour not yet: one sentence, and one line for the fact."""
        both = [self.change("page_property_added", "a/p", "page"), self.change("property_added", "a/p", "csdl")]
        seen = {both[0].id: date(2026, 11, 6), both[1].id: date(2026, 11, 17)}
        facts = join(both, None, seen, {"page", "csdl", "behaviour"})
        assert [fact.sentence for fact in facts] == [
            "a.p (member added): documents moved first, metadata followed after 11 days, behaviour not yet."
        ]
        standing = {identity: {"first_seen": str(day)} for identity, day in seen.items()}
        events = lines(both, facts, standing)
        assert [line.count for line in events] == [2]
        assert events[0].since == f"since 2026-11-06: {facts[0].order}"

    def test_what_cannot_tell_is_not_late(self) -> None:
        """Metadata knows no error codes, and what a recording does not show proves nothing."""
        error = Change("page_error_added", "errors/400 X", "page", Grade.ADDITIVE, Grade.ADDITIVE, "R-NEWERROR")
        assert join([error], None, {}, {"page", "csdl"})[0].order == ""
        unseen = self.change("behaviour_member_unseen", "a/p", "behaviour")
        assert join([unseen], None, {}, {"page", "csdl", "behaviour"})[0].order == ""

    def test_declared_before(self) -> None:
        """A member that only a page tells of as new, and metadata declares, is not missing there."""
        metadata = csdl.read(f'<Schema Namespace="microsoft.graph">{entity("a", prop("p"), "")}</Schema>'.encode(), "x")
        fact = join([self.change("page_property_added", "a/p", "page")], metadata, {}, {"page", "csdl"})[0]
        assert (fact.before, fact.missing) == (("metadata",), ())
