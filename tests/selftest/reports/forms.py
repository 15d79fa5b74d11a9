"""Holds each file of a report to its form: JSON Schema for records, exchanges and HAR, an XSD for JUnit."""

import functools
import json
import re
import xml.etree.ElementTree as ET

import jsonschema_rs

from restore_conformance.contract import places

XS = "{http://www.w3.org/2001/XMLSchema}"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\ud800-\udfff]")
"""What must not stand anywhere in a file as it is: control characters, marks of direction, other line ends."""


@functools.cache
def validator(schema):
    """A validator for a schema file, or with `file#/part` for a part of one."""
    name, _, part = schema.partition("#")
    whole = json.loads((places.SCHEMAS / name).read_bytes())
    return jsonschema_rs.validator_for({"$ref": f"#{part}", "$defs": whole["$defs"]} if part else whole)


def breaches(schema, value):
    """Where a value breaks a schema."""
    return [f"{list(error.instance_path)}: {error.message[:200]}" for error in validator(schema).iter_errors(value)]


def record(path):
    made = json.loads(path.read_bytes())
    assert breaches("run.schema.json", made) == []
    return made


def exchanges(path):
    """The stored exchanges, one a line, each of the form that the run record's schema gives an exchange."""
    made = [json.loads(one) for one in path.read_bytes().decode("ascii").splitlines()]
    for one in made:
        assert breaches("run.schema.json#/$defs/exchange", one) == []
    return made


def archive(path):
    made = json.loads(path.read_bytes().decode("ascii"))
    assert breaches("har.schema.json", made) == []
    return made["log"]


def junit(path):
    root = ET.fromstring(path.read_bytes())
    Xsd(places.SCHEMAS / "junit.xsd").check(root)
    return root


class Xsd:
    """As much of XML Schema as schemas/junit.xsd uses; whatever else stands in a schema is an error here."""

    def __init__(self, path):
        self.top = {node.get("name"): node for node in ET.parse(path).getroot() if node.tag is not ET.Comment}

    def check(self, root):
        assert root.tag in self.top, f"no element {root.tag}"
        self.element(self.top[root.tag], root)

    def element(self, declared, node):
        if declared.get("ref"):
            declared = self.top[declared.get("ref")]
        assert node.tag == declared.get("name")
        inner = declared.find(f"{XS}complexType")
        kind = declared.get("type", "")
        if inner is None and not kind.startswith("xs:"):
            inner = self.top[kind]
        if inner is None:
            assert not len(node), f"{node.tag} holds elements"
            assert not node.attrib, f"{node.tag} has attributes"
            return
        simple = inner.find(f"{XS}simpleContent/{XS}extension")
        self.attributes(simple if simple is not None else inner, node)
        sequence = inner.find(f"{XS}sequence")
        if sequence is None:
            assert not len(node), f"{node.tag} holds elements"
        else:
            assert not (node.text or "").strip(), f"{node.tag} holds text"
            left = self.sequence(sequence, list(node))
            assert not left, f"{node.tag} may not hold {left[0].tag} there"

    def sequence(self, declared, nodes):
        for part in declared:
            most = part.get("maxOccurs", "1")
            count = 0
            while nodes and (most == "unbounded" or count < int(most)):
                chosen = next((one for one in self.choices(part) if self.name(one) == nodes[0].tag), None)
                if chosen is None:
                    break
                self.element(chosen, nodes[0])
                nodes, count = nodes[1:], count + 1
            assert count >= int(part.get("minOccurs", "1")), f"{self.name(part)} is missing"
        return nodes

    def choices(self, part):
        assert part.tag in {f"{XS}element", f"{XS}choice"}, part.tag
        return [part] if part.tag == f"{XS}element" else list(part)

    @staticmethod
    def name(part):
        return part.get("ref") or part.get("name")

    def attributes(self, declared, node):
        known = {one.get("name"): one for one in declared.findall(f"{XS}attribute")}
        assert set(node.attrib) <= set(known), f"{node.tag} has {sorted(set(node.attrib) - set(known))}"
        for name, one in known.items():
            if name not in node.attrib:
                assert one.get("use") != "required", f"{node.tag} lacks {name}"
                continue
            kind, value = one.get("type"), node.attrib[name]
            if kind == "xs:nonNegativeInteger":
                assert re.fullmatch(r"\d+", value), f"{name}={value}"
            elif kind != "xs:string":
                pattern = self.top[kind].find(f"{XS}restriction/{XS}pattern").get("value")
                assert re.fullmatch(pattern, value), f"{name}={value}"
