"""The table of change kinds. Ids are stable: severity files, acknowledgements and issues refer to them."""

from __future__ import annotations

from dataclasses import dataclass

from restore_conformance.drift.change import Direction


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of change: which source shows it, which half of an exchange it touches."""

    says: str
    source: str
    direction: Direction = Direction.BOTH


_METADATA: dict[str, str] = {
    "type_added": "a type is declared that was not",
    "type_removed": "a type is no longer declared",
    "type_kind_changed": "a type became another kind of type",
    "type_attribute_changed": "an attribute of a type changed (Abstract, OpenType, HasStream, Key, UnderlyingType)",
    "base_type_changed": "a type derives from another one",
    "property_added": "a structural property was added",
    "property_removed": "a structural property was removed",
    "property_type_changed": "a structural property has another type",
    "nullability_changed": "a member may, or may no longer, be null",
    "facet_changed": "a facet changed (MaxLength, Precision, Scale, SRID, Unicode, DefaultValue)",
    "member_kind_changed": "a property became a navigation or the reverse",
    "navigation_added": "a navigation was added",
    "navigation_removed": "a navigation was removed",
    "navigation_type_changed": "a navigation leads to another type",
    "navigation_containment_changed": "a navigation contains, or no longer contains, its target",
    "enum_member_added": "an enumeration has a new member",
    "enum_member_removed": "an enumeration lost a member",
    "enum_value_changed": "a member of an enumeration has another number",
    "enum_reordered": "members of an enumeration stand in another order",
    "enum_flags_changed": "an enumeration became, or no longer is, a set of flags",
    "action_added": "an action was added",
    "action_removed": "an action was removed",
    "action_signature_changed": "an action has other parameters or another result",
    "function_added": "a function was added",
    "function_removed": "a function was removed",
    "function_signature_changed": "a function has other parameters or another result",
    "binding_added": "a navigation binding was added",
    "binding_removed": "a navigation binding was removed",
    "binding_changed": "a navigation binding leads elsewhere",
    "annotation_added": "an annotation was added",
    "annotation_removed": "an annotation was removed",
    "annotation_changed": "an annotation has another value",
    "term_added": "an annotation term was declared",
    "term_removed": "an annotation term is no longer declared",
    "term_changed": "an annotation term has another type or applies elsewhere",
    **{
        f"{element}_{what}": f"{words} {ends}"
        for element, words in (
            ("entity_set", "an entity set"),
            ("singleton", "a singleton"),
            ("action_import", "an action import"),
            ("function_import", "a function import"),
        )
        for what, ends in (("added", "was added"), ("removed", "was removed"), ("changed", "has another type"))
    },
}
_REQUEST, _RESPONSE = Direction.REQUEST, Direction.RESPONSE
_OPENAPI: dict[str, tuple[str, Direction]] = {
    "path_added": ("a path was added", Direction.BOTH),
    "path_removed": ("a path was removed", Direction.BOTH),
    "method_added": ("a method was added to a path", Direction.BOTH),
    "method_removed": ("a method was removed from a path", Direction.BOTH),
    "parameter_added": ("a parameter was added", _REQUEST),
    "parameter_removed": ("a parameter was removed", _REQUEST),
    "parameter_changed": ("a parameter is required, or typed, otherwise", _REQUEST),
    "path_parameter_renamed": ("a placeholder of a path has another name", Direction.NEITHER),
    "parameter_values_changed": ("a parameter allows other values", _REQUEST),
    "request_body_changed": ("the body of a request is required, or typed, otherwise", _REQUEST),
    "media_type_added": ("a media type was added", Direction.BOTH),
    "media_type_removed": ("a media type was removed", Direction.BOTH),
    "response_added": ("an answer was documented", _RESPONSE),
    "response_removed": ("an answer is no longer documented", _RESPONSE),
    "response_type_changed": ("an answer has another type", _RESPONSE),
    "response_range_changed": ("an answer is documented under a range of statuses, or no longer", _RESPONSE),
}
_PAGE: dict[str, tuple[str, Direction]] = {
    "page_method_changed": ("the page names another method", _REQUEST),
    "page_path_changed": ("the page names another path", _REQUEST),
    "page_path_renamed": ("a placeholder in a path of the page has another name", Direction.NEITHER),
    "page_path_added": ("the page names one more path", _REQUEST),
    "page_path_removed": ("the page names a path less", _REQUEST),
    "page_namespace_changed": ("the page names another namespace", Direction.BOTH),
    "page_status_changed": ("the page promises another status of success", _RESPONSE),
    "page_result_changed": ("the page promises another type in the answer", _RESPONSE),
    "page_header_added": ("a request header was added", _REQUEST),
    "page_header_removed": ("a request header was removed", _REQUEST),
    "page_header_changed": ("a request header has another value or is required otherwise", _REQUEST),
    "page_permission_added": ("a permission was added", _REQUEST),
    "page_permission_removed": ("a permission was removed", _REQUEST),
    "page_permission_changed": ("the least privileged permission changed", _REQUEST),
    "page_cloud_added": ("the operation reached another cloud", Direction.BOTH),
    "page_cloud_removed": ("the operation left a cloud", Direction.BOTH),
    "page_property_added": ("a row of the property table was added", _REQUEST),
    "page_property_removed": ("a row of the property table was removed", _REQUEST),
    "page_property_type_changed": ("a row of the property table has another type", _REQUEST),
    "page_property_required_changed": ("a row of the property table is required otherwise", _REQUEST),
    "page_property_values_changed": ("a row of the property table lists other values", _REQUEST),
    "page_property_default_changed": ("a row of the property table has another default", _REQUEST),
    "page_property_condition_changed": ("a row of the property table applies otherwise", _REQUEST),
    "page_error_added": ("an error was documented", _RESPONSE),
    "page_error_removed": ("an error is no longer documented", _RESPONSE),
    "page_error_changed": ("an error has another status", _RESPONSE),
    "page_error_reworded": ("the message, the description or the condition of an error reads otherwise", _RESPONSE),
    "page_error_table_added": ("the errors of one more operation are listed", _RESPONSE),
    "page_error_table_removed": ("the errors of an operation are no longer listed", _RESPONSE),
    "page_example_added": ("an example was added", Direction.BOTH),
    "page_example_removed": ("an example was removed", Direction.BOTH),
    "page_example_changed": ("a value in an example changed", Direction.BOTH),
    "page_example_member_added": ("an example shows a member it did not", Direction.BOTH),
    "page_example_member_removed": ("an example no longer shows a member", Direction.BOTH),
    "page_section_removed": ("a heading is gone, and its statements stand elsewhere", Direction.NEITHER),
    "page_statement_added": ("the page has a new sentence or cell", Direction.BOTH),
    "page_statement_removed": ("a sentence or cell of the page is gone", Direction.BOTH),
    "page_statement_reworded": ("a sentence or cell of the page says it otherwise", Direction.BOTH),
}
_BEHAVIOUR: dict[str, tuple[str, Direction]] = {
    "behaviour_member_undocumented": ("the service returned a member no document declares", _RESPONSE),
    "behaviour_enum_member_undocumented": ("the service returned a value no document declares", _RESPONSE),
    "behaviour_type_undocumented": ("the service returned another JSON type than declared", _RESPONSE),
    "behaviour_code_undocumented": ("the service used an error code no document names", _RESPONSE),
    "behaviour_status_undocumented": ("the service answered with a status no document names", _RESPONSE),
    "behaviour_header_undocumented": ("the service sent a header it was not known to send", _RESPONSE),
    "behaviour_member_unseen": ("a declared member was never returned", _RESPONSE),
    "behaviour_enum_member_unseen": ("a declared value was never returned", _RESPONSE),
    "behaviour_code_unseen": ("a documented error code was never returned", _RESPONSE),
    "behaviour_status_unseen": ("a documented status was never returned", _RESPONSE),
}

KINDS: dict[str, Kind] = {
    **{name: Kind(says, "metadata") for name, says in _METADATA.items()},
    **{name: Kind(says, "openapi", direction) for name, (says, direction) in _OPENAPI.items()},
    **{name: Kind(says, "page", direction) for name, (says, direction) in _PAGE.items()},
    **{name: Kind(says, "behaviour", direction) for name, (says, direction) in _BEHAVIOUR.items()},
}


def markdown() -> str:
    """The table for a page, by source."""
    titles = {
        "metadata": "Metadata, and the schemas of OpenAPI documents", "openapi": "OpenAPI, addresses", "page": "Pages",
        "behaviour": "Behaviour",
    }  # fmt: skip
    lines: list[str] = []
    for source, title in titles.items():
        lines += [f"### {title}", "", "| kind | meaning |", "|---|---|"]
        lines += [f"| `{name}` | {kind.says} |" for name, kind in KINDS.items() if kind.source == source]
        lines.append("")
    return "\n".join(lines)
