"""Metadata as it is published: overloads, hoisted members, Nullable of collections, documents of something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from drift.planting import FIXTURES, OPENAPI, SLICE
from drift.test_csdl import ENTITY, changes, document, entity, prop, reported, schema

from restore_conformance.contract.places import SCHEMAS
from restore_conformance.drift.comparison import Settings, compare
from restore_conformance.drift.sources import csdl, pinned_types

ABSTRACT, NEVER_NULL = ' Abstract="true"', ' Nullable="false"'


def function(takes: str, returns: str = "Edm.Stream") -> str:
    """One overload of a bound function."""
    name, _, kind = takes.partition(":")
    return (
        '<Function Name="detail" IsBound="true"><Parameter Name="of" Type="graph.entity"/>'
        f'<Parameter Name="{name}" Type="{kind}"/><ReturnType Type="{returns}"/></Function>'
    )


class TestOverloads:
    """Overloads share a path and never an id."""

    PERIOD, DAY = "period:Edm.String", "day:Edm.Date"

    def test_changed_alike(self) -> None:
        """Two overloads that change alike are two changes: acknowledging one leaves the other."""
        old = ENTITY + function(self.PERIOD) + function(self.DAY)
        both = changes(old, ENTITY + function(self.PERIOD, "Edm.String") + function(self.DAY, "Edm.String"))
        one = changes(old, ENTITY + function(self.PERIOD, "Edm.String") + function(self.DAY))
        assert len({change.id for change in both}) == 2
        assert {change.id for change in one} < {change.id for change in both}

    def test_the_id_outlives_a_new_overload(self) -> None:
        """A change keeps its id when another overload appears beside it."""
        first = changes(ENTITY + function(self.PERIOD), ENTITY + function(self.PERIOD, "Edm.String"))
        later = changes(
            ENTITY + function(self.PERIOD), ENTITY + function(self.PERIOD, "Edm.String") + function(self.DAY)
        )
        assert first[0].id in {change.id for change in later}

    def test_one_gone(self) -> None:
        """Each removed overload has its own id, whichever goes."""
        old = ENTITY + function(self.PERIOD) + function(self.DAY)
        gone = [changes(old, ENTITY + function(kept))[0] for kept in (self.PERIOD, self.DAY)]
        assert [change.kind for change in gone] == ["function_removed"] * 2
        assert gone[0].id != gone[1].id


class TestPinnedAgainstReal:
    """What is pinned derives from what the real documents say it derives from."""

    @pytest.mark.parametrize("file", sorted(FIXTURES.glob("history/*.csdl")), ids=lambda path: path.name)
    def test_bases(self, file: Path) -> None:
        """Base type, Abstract and OpenType of every pinned type equal those of the published metadata."""
        pinned, real = pinned_types.read(SCHEMAS / "types").types, csdl.read(file.read_bytes(), "x").types
        shared = [name for name in pinned if name in real and not real[name].is_enum]
        assert len(shared) > 10

        def derivation(types: dict[str, object]) -> dict[str, tuple[object, ...]]:
            return {
                name: tuple(getattr(types[name], attribute) for attribute in ("kind", "base", "abstract", "open"))
                for name in shared
            }

        assert derivation(dict(pinned)) == derivation(dict(real))

    def test_nothing_is_flattened(self) -> None:
        """Against a published document older than granular restore only what it lacked differs, and nothing moved."""
        night = compare(["pinned"], [str(SLICE)], Settings(SCHEMAS))
        assert not night.broken
        assert {change.kind for change in night.changes} == {
            "type_removed", "property_removed", "navigation_removed", "enum_member_removed",
        }  # fmt: skip
        assert {change.rule for change in night.changes} == {"G-REMOVE", "G-ENUM-REMOVED"}


class TestAnotherDocument:
    """A document without the restore area did not lose it."""

    OTHER = document(schema(ENTITY + entity("user", prop("displayName"))))
    API = "openapi: 3.0.1\ninfo: {title: t, version: v1}\npaths:\n  /users:\n    get:\n      responses:\n        '200': {description: ok}\n"  # noqa: E501

    @pytest.mark.parametrize("older", ["pinned", str(SLICE), str(OPENAPI)], ids=["pinned", "metadata", "openapi"])
    @pytest.mark.parametrize("form", ["csdl", "openapi"])
    def test_is_broken(self, older: str, form: str, tmp_path: Path) -> None:
        """Such a source is broken, whatever it is compared with, and not a list of removals."""
        file = tmp_path / "other"
        file.write_bytes(self.OTHER if form == "csdl" else self.API.encode())
        night = compare([older], [str(file)], Settings(SCHEMAS))
        assert night.changes == ()
        assert ["without the restore area" in error.found for error in night.broken] == [True]

    def test_a_large_document(self, tmp_path: Path) -> None:
        """A document of hundreds of other types is broken too, and believed only where that is asked for."""
        file = tmp_path / "other.csdl"
        file.write_bytes(document(schema(ENTITY + "".join(entity(f"t{n}", prop("x")) for n in range(500)))))
        assert compare([str(SLICE)], [str(file)], Settings(SCHEMAS)).broken
        assert compare([str(SLICE)], [str(file)], Settings(SCHEMAS, accept_loss=True)).changes

    def test_small_slices(self, tmp_path: Path) -> None:
        """One type of the area may go from a slice of a few."""
        old, new = tmp_path / "old.csdl", tmp_path / "new.csdl"
        old.write_bytes(document(schema(ENTITY + entity("restoreSessionBase", prop("x")))))
        new.write_bytes(document(schema(ENTITY)))
        night = compare([str(old)], [str(new)], Settings(SCHEMAS))
        assert ([change.kind for change in night.changes], night.broken) == (["type_removed"], ())


class TestCollections:
    """Nullable of a collection is about its items; where it is absent nothing is said."""

    ABSENT, NEVER, MAY = "", NEVER_NULL, ' Nullable="true"'

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (ABSENT, NEVER, [("nullability_changed", "informational", "G-NULL-ITEMS")]),
            (NEVER, ABSENT, [("nullability_changed", "informational", "G-NULL-ITEMS")]),
            (ABSENT, MAY, []),
            (MAY, NEVER, [("nullability_changed", "breaking", "G-NULL-TIGHT")]),
            (NEVER, MAY, [("nullability_changed", "breaking", "G-NULL-LOOSE")]),
        ],
    )
    def test_items(self, old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
        """Only what both sides state can break anybody."""
        texts = [ENTITY + entity("a", prop("tags", "Collection(Edm.String)", more)) for more in (old, new)]
        assert [(kind, grade, rule) for kind, _, grade, rule in reported(*texts)] == expected


class TestHoisting:
    """Members that move into an abstract base are moves, whatever else is true of them."""

    OLD = ENTITY + entity("a", prop("p", more=NEVER_NULL)) + entity("b", prop("p", more=NEVER_NULL))

    def test_into_a_new_base(self) -> None:
        """A new abstract base that takes a member over from every type adds nothing and removes nothing."""
        new = ENTITY + entity("x", prop("p", more=NEVER_NULL), more=ABSTRACT)
        new += entity("a", "", "graph.x") + entity("b", "", "graph.x")
        grades = {(kind, grade) for kind, _, grade, _ in reported(self.OLD, new)}
        assert grades == {
            ("base_type_changed", "informational"), ("property_removed", "informational"), ("type_added", "additive"),
        }  # fmt: skip

    def test_without_concrete_types(self) -> None:
        """In a slice of abstract types alone a hoisted member is a move as well."""
        old = ENTITY + entity("x", "", more=ABSTRACT) + entity("y", prop("p"), "graph.x", ABSTRACT)
        new = ENTITY + entity("x", prop("p"), more=ABSTRACT) + entity("y", "", "graph.x", ABSTRACT)
        assert {entry[2:] for entry in reported(old, new)} == {("informational", "G-MOVE")}

    def test_collections_stay(self) -> None:
        """A hoisted collection whose items were not spoken of before is a move, not a tightening."""
        kind = "Collection(Edm.String)"
        old = ENTITY + entity("x", "", more=ABSTRACT) + entity("a", prop("p", kind), "graph.x")
        new = ENTITY + entity("x", prop("p", kind, NEVER_NULL), more=ABSTRACT) + entity("a", "", "graph.x")
        assert {entry[2:] for entry in reported(old, new)} == {("informational", "G-MOVE")}

    @pytest.mark.parametrize(
        ("was", "now", "rule"),
        [
            (NEVER_NULL, "", "G-NULL-LOOSE"),
            ("", NEVER_NULL, "G-NULL-TIGHT"),
            (' MaxLength="9"', ' MaxLength="5"', "R-FACET"),
        ],
    )
    def test_what_changed_on_the_way(self, was: str, now: str, rule: str) -> None:
        """What changed on the way is reported once, where the member was; the base it went to gains nothing."""
        old = ENTITY + entity("x", "", more=ABSTRACT) + entity("a", prop("p", more=was), "graph.x")
        new = ENTITY + entity("x", prop("p", more=now), more=ABSTRACT) + entity("a", "", "graph.x")
        assert reported(old, new) == [
            ("property_removed", "g.a/p", "breaking", rule),
            ("property_added", "g.x/p", "informational", "G-MOVE"),
        ]
