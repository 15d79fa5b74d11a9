"""What CSDL can say is read and compared: aliases, namespaces, base chains, overloads, annotations, containers."""

from __future__ import annotations

import pytest

from restore_conformance.drift.change import Change
from restore_conformance.drift.differences.metadata import metadata_changes
from restore_conformance.drift.sources import csdl
from restore_conformance.drift.sources.broken import SourceBroken

EDM = 'xmlns="http://docs.oasis-open.org/odata/ns/edm"'


def document(*schemas: str, head: str = "") -> bytes:
    """A metadata document around schemas."""
    return (
        '<?xml version="1.0"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
        f"{head}<edmx:DataServices>{''.join(schemas)}</edmx:DataServices></edmx:Edmx>"
    ).encode()


def schema(body: str, namespace: str = "microsoft.graph", alias: str = "graph") -> str:
    """One schema."""
    named = f' Alias="{alias}"' if alias else ""
    return f'<Schema Namespace="{namespace}"{named} {EDM}>{body}</Schema>'


def changes(old: str | bytes, new: str | bytes) -> list[Change]:
    """The changes between two bodies of one schema, or two documents."""
    texts = [text if isinstance(text, bytes) else document(schema(text)) for text in (old, new)]
    readings = [csdl.read(text, name) for text, name in zip(texts, ("old", "new"), strict=True)]
    return metadata_changes(readings[0], readings[1], "csdl")


def reported(old: str | bytes, new: str | bytes) -> list[tuple[str, str, str, str]]:
    """Kind, path, class and rule of every change."""
    return [(c.kind, c.path.replace("microsoft.graph", "g"), str(c.contract), c.rule) for c in changes(old, new)]


ENTITY = '<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>'  # noqa: E501


def entity(name: str, body: str, base: str = "graph.entity", more: str = "") -> str:
    based = f' BaseType="{base}"' if base else ""
    return f'<EntityType Name="{name}"{based}{more}>{body}</EntityType>'


def prop(name: str, kind: str = "Edm.String", more: str = "") -> str:
    return f'<Property Name="{name}" Type="{kind}"{more}/>'


class TestNames:
    """Spelling is no change."""

    def test_alias_respelled(self) -> None:
        """Another alias, or none, is no change."""
        body = ENTITY + entity("a", prop("x", "Collection(graph.b)")) + '<ComplexType Name="b"/>'
        other = body.replace("graph.", "microsoft.graph.")
        self_named = document(schema(body.replace("graph.", "self."), alias="self"))
        assert reported(body, other) == []
        assert reported(body, document(schema(other, alias=""))) == []
        assert reported(body, self_named) == []

    def test_alias_of_another_schema(self) -> None:
        """An alias holds over the whole document, whichever schema comes first."""
        security = schema(entity("a", prop("x", "graph.entity")), "microsoft.graph.security", "")
        spelled = security.replace('Type="graph.', 'Type="microsoft.graph.')
        assert reported(document(security, schema(ENTITY)), document(schema(ENTITY), spelled)) == []

    def test_alias_of_a_reference(self) -> None:
        """An alias that a reference declares holds for terms."""
        head = '<edmx:Reference Uri="x"><edmx:Include Namespace="Org.OData.Core.V1" Alias="C"/></edmx:Reference>'
        body = (
            ENTITY + '<Annotations Target="graph.entity/id"><Annotation Term="C.Computed" Bool="true"/></Annotations>'
        )
        full = body.replace("C.Computed", "Org.OData.Core.V1.Computed").replace(
            "graph.entity/", "microsoft.graph.entity/"
        )
        assert reported(document(schema(body), head=head), full) == []

    def test_same_name_in_two_namespaces(self) -> None:
        """Types are distinguished by namespace."""
        one = schema('<ComplexType Name="identity"/>')
        other = schema(
            '<ComplexType Name="identity"><Property Name="x" Type="Edm.String"/></ComplexType>', "microsoft.graph.x", ""
        )
        found = reported(document(one, other), document(one))
        assert found == [("type_removed", "g.x.identity", "breaking", "G-REMOVE")]

    def test_order_and_white_space(self) -> None:
        """Order of members and types, explicit defaults and inline against targeted annotations are no change."""
        note = '<Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/>'
        one = ENTITY + entity("a", f'<Property Name="x" Type="Edm.String">{note}</Property>' + prop("y"))
        other = entity("a", prop("y", more=' Nullable="true"') + prop("x")) + ENTITY
        tagged = note.replace(' Bool="true"', "")
        other += f'<Annotations Target="microsoft.graph.a/x">{tagged}</Annotations>'
        assert reported(one, other) == []


class TestChains:
    """Members are judged along the base chain."""

    BASE = ENTITY + entity("base", prop("p"), more=' Abstract="true"') + entity("a", prop("q"), "graph.base")

    def test_moved_up(self) -> None:
        """A member that all concrete types had and that now stands on their base is a move, reported twice."""
        new = ENTITY + entity("base", prop("p") + prop("q"), more=' Abstract="true"') + entity("a", "", "graph.base")
        assert reported(self.BASE, new) == [
            ("property_removed", "g.a/q", "informational", "G-MOVE"),
            ("property_added", "g.base/q", "informational", "G-MOVE"),
        ]

    def test_moved_down(self) -> None:
        """A member of an abstract base that every concrete type now declares is a move."""
        new = ENTITY + entity("base", "", more=' Abstract="true"') + entity("a", prop("q") + prop("p"), "graph.base")
        assert {c[2:] for c in reported(self.BASE, new)} == {("informational", "G-MOVE")}

    def test_moved_down_to_some(self) -> None:
        """A base member that one concrete type lacks from now on is lost."""
        old = self.BASE + entity("b", "", "graph.base")
        new = (
            ENTITY
            + entity("base", "", more=' Abstract="true"')
            + entity("a", prop("q") + prop("p"), "graph.base")
            + entity("b", "", "graph.base")
        )
        assert ("property_removed", "g.base/p", "breaking", "G-REMOVE") in reported(old, new)

    def test_moved_and_retyped(self) -> None:
        """A member that is now inherited with another type is no mere move."""
        new = (
            ENTITY
            + entity("base", prop("p") + prop("q", "Edm.Int32"), more=' Abstract="true"')
            + entity("a", "", "graph.base")
        )
        assert ("property_removed", "g.a/q", "breaking", "G-TYPE") in reported(self.BASE, new)

    def test_base_inserted(self) -> None:
        """A new base in between that takes members over is informational but for the new type itself."""
        old = ENTITY + entity("a", prop("p") + prop("q"))
        new = ENTITY + entity("mid", prop("p"), more=' Abstract="true"') + entity("a", prop("q"), "graph.mid")
        assert reported(old, new) == [
            ("base_type_changed", "g.a", "informational", "G-BASE"),
            ("property_removed", "g.a/p", "informational", "G-MOVE"),
            ("type_added", "g.mid", "additive", "G-ADDTYPE"),
        ]

    def test_base_brings_the_key(self) -> None:
        """A base that brings its key asks nothing of clients, for keys are given out; another required member does."""
        old = ENTITY + entity("a", prop("p"), "")
        assert reported(old, ENTITY + entity("a", prop("p"))) == [
            ("base_type_changed", "g.a", "informational", "G-BASE")
        ]
        more = entity("mid", prop("q", more=' Nullable="false"'), more=' Abstract="true"')
        found = reported(old + more, ENTITY + more + entity("a", prop("p"), "graph.mid"))
        assert found == [("base_type_changed", "g.a", "breaking", "G-BASE")]

    def test_base_lost(self) -> None:
        """A base that goes and takes members with it breaks."""
        new = self.BASE.replace('<EntityType Name="a" BaseType="graph.base">', '<EntityType Name="a">')
        assert reported(self.BASE, new) == [("base_type_changed", "g.a", "breaking", "G-BASE")]

    def test_base_not_declared(self) -> None:
        """Another base that is not declared here is undecidable, and the sentence says what would settle it."""
        new = self.BASE.replace('BaseType="graph.base"', 'BaseType="graph.elsewhere"')
        found = changes(self.BASE, new)
        assert [(c.kind, str(c.contract)) for c in found] == [("base_type_changed", "undecidable")]
        assert "elsewhere" in found[0].why

    def test_key_moves_to_the_base(self) -> None:
        """A key that a new base brings is the same key."""
        own = entity("a", '<Key><PropertyRef Name="id"/></Key>' + prop("id", more=' Nullable="false"'), "")
        assert {c[0] for c in reported(ENTITY + own, ENTITY + entity("a", ""))} == {
            "base_type_changed",
            "property_removed",
        }
        other = own.replace('Name="id"', 'Name="key"')
        assert ("type_attribute_changed", "g.a", "breaking", "R-ADDRESS") in reported(ENTITY + own, ENTITY + other)

    def test_its_own_base(self) -> None:
        """A type among its own bases is a broken source."""
        with pytest.raises(SourceBroken, match="among its own base types"):
            csdl.read(document(schema(entity("a", "", "graph.b") + entity("b", "", "graph.a"))), "x")


class TestMembers:
    """One change per fact."""

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (
                prop("p"),
                '<NavigationProperty Name="p" Type="graph.entity"/>',
                ("member_kind_changed", "breaking", "R-KIND"),
            ),
            (prop("p"), prop("p", "Collection(Edm.String)"), ("property_type_changed", "breaking", "G-TYPE")),
            ("", prop("p", "Collection(Edm.String)", ' Nullable="false"'), ("property_added", "additive", "G-ADDPROP")),
            ("", prop("p", more=' Nullable="false"'), ("property_added", "breaking", "G-ADDNN")),
            ("", prop("p", more=' Nullable="false" DefaultValue="x"'), ("property_added", "additive", "G-ADDPROP")),
            (
                prop("p", more=' MaxLength="5"'),
                prop("p", more=' MaxLength="9"'),
                ("facet_changed", "informational", "R-FACET"),
            ),
            (
                prop("p", more=' MaxLength="9"'),
                prop("p", more=' MaxLength="5"'),
                ("facet_changed", "breaking", "R-FACET"),
            ),
            (
                prop("p", more=' MaxLength="max"'),
                prop("p", more=' MaxLength="5"'),
                ("facet_changed", "breaking", "R-FACET"),
            ),
            (prop("p"), prop("p", more=' DefaultValue="x"'), ("facet_changed", "informational", "R-FACET")),
        ],
    )
    def test_one(self, old: str, new: str, expected: tuple[str, str, str]) -> None:
        """Each difference of one member has one kind and one class."""
        assert [(c[0], *c[2:]) for c in reported(ENTITY + entity("a", old), ENTITY + entity("a", new))] == [expected]

    @pytest.mark.parametrize(
        ("kind", "facets"),
        [
            ("Edm.String", ' MaxLength="max" Unicode="true"'),
            ("Edm.DateTimeOffset", ' Precision="0"'),
            ("Collection(Edm.Duration)", ' Precision="0"'),
            ("Edm.Decimal", ' Scale="0"'),
        ],
    )
    def test_facets_as_they_are_where_none_is_stated(self, kind: str, facets: str) -> None:
        """To state what holds anyhow changes nothing."""
        plain, stated = (ENTITY + entity("a", prop("p", kind, more)) for more in ("", facets))
        assert reported(plain, stated) == reported(stated, plain) == []

    def test_computed_addition(self) -> None:
        """A member that may not be null and that the service computes is additive."""
        note = '<Annotations Target="graph.a/p"><Annotation Term="Org.OData.Core.V1.Computed"/></Annotations>'
        new = ENTITY + entity("a", prop("p", more=' Nullable="false"')) + note
        assert reported(ENTITY + entity("a", ""), new) == [("property_added", "g.a/p", "additive", "G-ADDPROP")]

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("", ' Abstract="true"', ("breaking", "G-ABSTRACT")),
            ("", ' OpenType="true"', ("additive", "R-OPEN")),
            (' OpenType="true"', "", ("breaking", "R-OPEN")),
            (' HasStream="true"', "", ("breaking", "G-REMOVE")),
            ("", ' HasStream="true"', ("additive", "G-ADDPROP")),
        ],
    )
    def test_attributes(self, old: str, new: str, expected: tuple[str, str]) -> None:
        """Attributes of a type are one kind with their own classes."""
        found = reported(ENTITY + entity("a", "", more=old), ENTITY + entity("a", "", more=new))
        assert found == [("type_attribute_changed", "g.a", *expected)]

    def test_removed_type_once(self) -> None:
        """A removed type is one change, not one per member, operation or annotation of it."""
        note = '<Annotations Target="graph.a/p"><Annotation Term="Org.OData.Core.V1.Computed"/></Annotations>'
        old = ENTITY + entity("a", prop("p") + prop("q")) + note
        assert reported(old, ENTITY) == [("type_removed", "g.a", "breaking", "G-REMOVE")]
        assert reported(ENTITY, old) == [("type_added", "g.a", "additive", "G-ADDTYPE")]

    def test_kind_of_type(self) -> None:
        """An entity that became a complex type is one change beside what it lost."""
        old = '<ComplexType Name="a"><Property Name="p" Type="Edm.String"/></ComplexType>'
        assert reported(old, old.replace("ComplexType", "EntityType")) == [
            ("type_kind_changed", "g.a", "breaking", "R-KIND")
        ]
        enum = '<EnumType Name="a"><Member Name="p"/></EnumType>'
        assert reported(old, enum) == [("type_kind_changed", "g.a", "breaking", "R-KIND")]


class TestEnums:
    """The sentinel decides."""

    @staticmethod
    def enum(*names: str, more: str = "") -> str:
        return f'<EnumType Name="e"{more}>' + "".join(f'<Member Name="{name}"/>' for name in names) + "</EnumType>"

    def test_crossing(self) -> None:
        """A member that crosses the sentinel breaks readers, either way."""
        one, other = self.enum("a", "b", "unknownFutureValue"), self.enum("a", "unknownFutureValue", "b")
        assert ("enum_reordered", "g.e", "breaking", "G-ENUM-CROSS-DOWN") in reported(one, other)
        assert ("enum_reordered", "g.e", "breaking", "G-ENUM-CROSS-UP") in reported(other, one)

    def test_implicit_numbers(self) -> None:
        """Members without numbers count up; writing the numbers down is no change."""
        written = self.enum("a", "b").replace('"a"', '"a" Value="0"').replace('"b"', '"b" Value="1"')
        assert reported(self.enum("a", "b"), written) == []

    def test_sentinel_added_over_members(self) -> None:
        """A sentinel that hides members which were returned is no mere addition."""
        found = reported(self.enum("a", "b"), self.enum("a", "unknownFutureValue", "b"))
        assert ("enum_member_added", "g.e/unknownFutureValue", "breaking", "G-ENUM-CROSS-DOWN") in found

    def test_sentinel_removed(self) -> None:
        """Without its sentinel an enumeration is closed."""
        found = reported(self.enum("a", "unknownFutureValue"), self.enum("a"))
        assert found == [("enum_member_removed", "g.e/unknownFutureValue", "breaking", "G-ENUM-REMOVED")]

    def test_flags_and_underlying(self) -> None:
        """Flags change the form of values; the underlying type is not on the wire."""
        assert reported(self.enum("a"), self.enum("a", more=' IsFlags="true"')) == [
            ("enum_flags_changed", "g.e", "breaking", "R-FLAGS")
        ]
        assert reported(self.enum("a"), self.enum("a", more=' UnderlyingType="Edm.Int64"')) == [
            ("type_attribute_changed", "g.e", "informational", "G-ENUM-VALUE")
        ]
        assert reported(self.enum("a"), self.enum("a", more=' UnderlyingType="Edm.Int32"')) == []


class TestOperations:
    """Operations are distinguished by kind, name and binding, overloads by what they take."""

    @staticmethod
    def function(
        *parameters: str, binding: str = "Collection(graph.entity)", kind: str = "Function", returns: str = "Edm.String"
    ) -> str:
        taken = f'<Parameter Name="bindingParameter" Type="{binding}"/>' if binding else ""
        taken += "".join(f'<Parameter Name="{name}" Type="Edm.String"/>' for name in parameters)
        bound = ' IsBound="true"' if binding else ""
        answer = f'<ReturnType Type="{returns}"/>' if returns else ""
        return f'<{kind} Name="delta"{bound}>{taken}{answer}</{kind}>'

    PATH = "Function delta(Collection(g.entity))"

    def test_overload_added(self) -> None:
        """One more overload is an addition; the others stay."""
        found = reported(ENTITY + self.function(), ENTITY + self.function() + self.function("token"))
        assert found == [("function_added", self.PATH, "additive", "G-ADDAPI")]

    def test_overload_changed(self) -> None:
        """Of several overloads the one that changed is compared with its nearest."""
        one = self.function() + self.function("a", "b")
        other = self.function() + self.function("a", "b", "c")
        assert reported(ENTITY + one, ENTITY + other) == [
            ("function_signature_changed", self.PATH, "breaking", "G-SIG")
        ]

    def test_bindings(self) -> None:
        """The same name bound elsewhere, to a collection or to nothing is another operation."""
        one, other = self.function(kind="Action"), self.function(kind="Action", binding="graph.entity")
        assert reported(ENTITY + one, ENTITY + one + other) == [
            ("action_added", "Action delta(g.entity)", "additive", "G-ADDAPI")
        ]
        unbound = self.function(kind="Action", binding="")
        assert reported(ENTITY + unbound, ENTITY) == [("action_removed", "Action delta()", "breaking", "G-REMOVE")]

    def test_optional_parameters(self) -> None:
        """An action's nullable parameter may be left out, a function's only where it is annotated."""
        action = [self.function(*names, kind="Action") for names in ((), ("a",))]
        assert reported(ENTITY + action[0], ENTITY + action[1])[0][2:] == ("additive", "G-SIG-OPT")
        function = self.function("a").replace(
            '<Parameter Name="a" Type="Edm.String"/>',
            '<Parameter Name="a" Type="Edm.String"><Annotation Term="Org.OData.Core.V1.OptionalParameter"/>'
            "</Parameter>",
        )
        assert reported(ENTITY + self.function(), ENTITY + self.function("a"))[0][2:] == ("breaking", "G-SIG")
        assert reported(ENTITY + self.function(), ENTITY + function)[0][2:] == ("additive", "G-SIG-OPT")
        target = (
            '<Annotations Target="graph.delta(Collection(graph.entity),Edm.String)/a">'
            '<Annotation Term="Org.OData.Core.V1.OptionalParameter"/></Annotations>'
        )
        assert reported(ENTITY + function, ENTITY + self.function("a") + target) == []

    def test_result(self) -> None:
        """Another type of result breaks; a result that may now be null does too."""
        assert reported(ENTITY + self.function(), ENTITY + self.function(returns="Edm.Int32"))[0][2:] == (
            "breaking",
            "G-SIG",
        )
        never = self.function().replace("<ReturnType", '<ReturnType Nullable="false"')
        assert reported(ENTITY + never, ENTITY + self.function())[0][2:] == ("breaking", "G-SIG")
        assert reported(ENTITY + self.function(), ENTITY + never)[0][2:] == ("additive", "G-SIG-OPT")

    def test_composable(self) -> None:
        """What may follow a function is part of how it is called."""
        one = self.function()
        other = one.replace("<Function", '<Function IsComposable="true"')
        assert reported(ENTITY + one, ENTITY + other)[0][2] == "additive"
        assert reported(ENTITY + other, ENTITY + one)[0][2] == "breaking"


class TestSurroundings:
    """Annotations, revisions, containers and terms."""

    def test_revisions(self) -> None:
        """A deprecation notice is an annotation with its record in the detail."""
        note = (
            '<Annotations Target="graph.entity/id"><Annotation Term="Org.OData.Core.V1.Revisions"><Collection><Record>'
            '<PropertyValue Property="Kind" EnumMember="Org.OData.Core.V1.RevisionKind/Deprecated"/>'
            '<PropertyValue Property="Date" Date="2026-01-01"/></Record></Collection></Annotation></Annotations>'
        )
        found = changes(ENTITY, ENTITY + note)
        assert [(c.kind, c.path, str(c.contract), c.rule) for c in found] == [
            ("annotation_added", "microsoft.graph.entity/id@Org.OData.Core.V1.Revisions", "informational", "G-ANNOT")
        ]
        assert found[0].detail["to"] == [{"Kind": "Org.OData.Core.V1.RevisionKind/Deprecated", "Date": "2026-01-01"}]

    def test_explicit_bindings(self) -> None:
        """A list of bound operations is a set: its order and its aliases are no change."""

        def note(*names: str) -> str:
            items = "".join(f"<String>{name}</String>" for name in names)
            return (
                '<Annotations Target="graph.entity"><Annotation Term="Org.OData.Core.V1.ExplicitOperationBindings">'
                f"<Collection>{items}</Collection></Annotation></Annotations>"
            )

        one = ENTITY + note("microsoft.graph.run", "microsoft.graph.stop")
        assert reported(one, ENTITY + note("graph.stop", "graph.run")) == []
        assert [c[0] for c in reported(one, ENTITY + note("microsoft.graph.run"))] == ["annotation_changed"]

    def test_container(self) -> None:
        """Entity sets, singletons and bindings are compared; bindings of a removed set are part of it."""

        def container(body: str) -> str:
            return f'{ENTITY}<EntityContainer Name="c">{body}</EntityContainer>'

        bound = (
            '<EntitySet Name="s" EntityType="graph.entity"><NavigationPropertyBinding Path="p" Target="t"/></EntitySet>'
        )
        assert reported(container(bound), container("")) == [("entity_set_removed", "s", "breaking", "G-REMOVE")]
        assert reported(container(""), container('<Singleton Name="me" Type="graph.entity"/>')) == [
            ("singleton_added", "me", "additive", "G-ADDAPI")
        ]
        assert reported(container(bound), container(bound.replace('"t"', '"u"'))) == [
            ("binding_changed", "s/p", "informational", "G-BIND")
        ]

    def test_terms(self) -> None:
        """A declared term is informational."""
        term = '<Term Name="conflictBehavior" Type="Edm.String" AppliesTo="driveItem"/>'
        assert reported(ENTITY, ENTITY + term) == [("term_added", "g.conflictBehavior", "informational", "G-ANNOT")]


class TestArea:
    """Of a whole document only the restore area counts, unless all is asked for."""

    def test_cut(self) -> None:
        """Types out of reach are no drift of the area."""
        filler = "".join(entity(f"filler{n}", prop("p")) for n in range(500))
        session = entity("restoreSessionBase", prop("status")) + entity("backupRestoreRoot", "")
        text = document(schema(ENTITY + session + filler))
        new = text.replace(
            b'<EntityType Name="filler7" BaseType="graph.entity"><Property Name="p"',
            b'<EntityType Name="filler7" BaseType="graph.entity"><Property Name="q"',
        )
        assert new != text
        assert reported(text, new) == []
        whole = [csdl.read(data, "x", "all") for data in (text, new)]
        assert len(metadata_changes(whole[0], whole[1], "csdl")) == 2
        assert [c[0] for c in reported(text, text.replace(b'"status"', b'"state"'))] == [
            "property_added",
            "property_removed",
        ]
        with pytest.raises(SourceBroken, match="no backupRestoreRoot among them"):
            csdl.read(document(schema(ENTITY)), "x", "restore")


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        (prop("p"), prop("p", more=' Nullable="false"'), "request"),
        (prop("p", more=' Nullable="false"'), prop("p"), "response"),
        (prop("p"), "", "both"),
    ],
)
def test_direction(old: str, new: str, direction: str) -> None:
    """A change says which half of an exchange it touches."""
    found = changes(ENTITY + entity("a", old), ENTITY + entity("a", new))
    assert [str(change.direction) for change in found] == [direction]


def test_stray_text() -> None:
    """Text where only elements belong is a broken source."""
    with pytest.raises(SourceBroken, match="stray text in a EntityType element"):
        csdl.read(document(schema(ENTITY.replace("<Key>", "oops<Key>"))), "x")
