"""The table of change kinds. Ids are stable: severity files, acknowledgements and issues refer to them.

What happened is said once, for the table and for reports: a report puts the details of a change into the braces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from restore_conformance.drift.change import Direction


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of change: what happened, which source shows it, which half of an exchange it touches."""

    says: str
    source: str
    direction: Direction = Direction.BOTH

    @property
    def in_general(self) -> str:
        """What happened, without the details of a change."""
        return re.sub(r"\{\w+\}", "…", re.sub(r"(?:,|:| at) \{\w+\}$", "", self.says))


_METADATA: dict[str, str] = {
    "type_added": "a type is declared that was not",
    "type_removed": "the type is gone",
    "type_kind_changed": "the type is of another kind",
    "type_attribute_changed": "the attribute {attribute} changed",
    "base_type_changed": "a type derives from another one",
    "property_added": "the property is new, {type}",
    "property_removed": "the property is gone",
    "property_type_changed": "the property has another type",
    "nullability_changed": "a member may, or may no longer, be null",
    "facet_changed": "the facet {facet} changed",
    "member_kind_changed": "the member is of another kind",
    "navigation_added": "the navigation is new, {type}",
    "navigation_removed": "the navigation is gone",
    "navigation_type_changed": "the navigation leads elsewhere",
    "navigation_containment_changed": "a navigation contains, or no longer contains, its target",
    "enum_member_added": "an enumeration has a new member",
    "enum_member_removed": "the value is gone",
    "enum_value_changed": "the value has another number",
    "enum_reordered": "members of an enumeration stand in another order",
    "enum_flags_changed": "an enumeration became, or no longer is, a set of flags",
    "action_added": "the action is new",
    "action_removed": "the action is gone",
    "action_signature_changed": "an action has other parameters or another result",
    "function_added": "the function is new",
    "function_removed": "the function is gone",
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
_BOTH, _NEITHER, _REQUEST, _RESPONSE = Direction.BOTH, Direction.NEITHER, Direction.REQUEST, Direction.RESPONSE
_OPENAPI: dict[str, tuple[str, Direction]] = {
    "path_added": ("a path was added", _BOTH),
    "path_removed": ("the path is gone", _BOTH),
    "method_added": ("the method is new", _BOTH),
    "method_removed": ("the method is gone", _BOTH),
    "parameter_added": ("a parameter was added", _REQUEST),
    "parameter_removed": ("a parameter was removed", _REQUEST),
    "parameter_changed": ("a parameter is required, or typed, otherwise", _REQUEST),
    "path_parameter_renamed": ("a placeholder of a path has another name", _NEITHER),
    "parameter_values_changed": ("a parameter allows other values", _REQUEST),
    "request_body_changed": ("the body of a request is required, or typed, otherwise", _REQUEST),
    "media_type_added": ("the media type {last} is new", _BOTH),
    "media_type_removed": ("the media type {last} is gone", _BOTH),
    "response_added": ("the status {last} is documented", _RESPONSE),
    "response_removed": ("the status {last} is no longer documented", _RESPONSE),
    "response_type_changed": ("an answer has another type", _RESPONSE),
    "response_range_changed": ("an answer is documented under a range of statuses, or no longer", _RESPONSE),
}
_PAGE: dict[str, tuple[str, Direction]] = {
    "page_method_changed": ("the method changed", _REQUEST),
    "page_path_changed": ("the page names another path", _REQUEST),
    "page_path_renamed": ("a placeholder in a path of the page has another name", _NEITHER),
    "page_path_added": ("one more address is documented", _REQUEST),
    "page_path_removed": ("an address is no longer documented", _REQUEST),
    "page_namespace_changed": ("the namespace changed", _BOTH),
    "page_status_changed": ("the page promises another status of success", _RESPONSE),
    "page_result_changed": ("the answer is of another type", _RESPONSE),
    "page_header_added": ("a request header was added", _REQUEST),
    "page_header_removed": ("the header {last} is no longer listed", _REQUEST),
    "page_header_changed": ("the header {last} changed", _REQUEST),
    "page_permission_added": ("the permission {last} is listed", _REQUEST),
    "page_permission_removed": ("the permission for {last} is no longer listed", _REQUEST),
    "page_permission_changed": ("the least privileged permission for {last} callers changed", _REQUEST),
    "page_cloud_added": ("it reached the cloud {last}", _BOTH),
    "page_cloud_removed": ("it left the cloud {last}", _BOTH),
    "page_property_added": ("a row of the property table was added", _REQUEST),
    "page_property_removed": ("the property {last} is no longer listed", _REQUEST),
    "page_property_type_changed": ("the property {last} has another type", _REQUEST),
    "page_property_required_changed": ("a row of the property table is required otherwise", _REQUEST),
    "page_property_values_changed": ("the property {last} lists other values", _REQUEST),
    "page_property_default_changed": ("the property {last} has another default", _REQUEST),
    "page_property_condition_changed": ("the property {last} applies under other conditions", _REQUEST),
    "page_error_added": ("an error was documented", _RESPONSE),
    "page_error_removed": ("the error {last} is no longer listed", _RESPONSE),
    "page_error_changed": ("an error has another status", _RESPONSE),
    "page_error_reworded": ("the message, the description or the condition of an error reads otherwise", _RESPONSE),
    "page_error_table_added": ("its errors are listed now", _RESPONSE),
    "page_error_table_removed": ("its errors are no longer listed", _RESPONSE),
    "page_example_added": ("an example is new: {last}", _BOTH),
    "page_example_removed": ("an example is gone: {last}", _BOTH),
    "page_example_changed": ("an example shows another value at {last}", _BOTH),
    "page_example_member_added": ("an example shows {last} in its {in}", _BOTH),
    "page_example_member_removed": ("no example shows {last} in its {in} any more", _BOTH),
    "page_section_removed": ('the heading "{path}" is gone, and its sentences stand elsewhere', _NEITHER),
    "page_statement_added": ("the page has a new sentence or cell", _BOTH),
    "page_statement_removed": ("a sentence or cell of the page is gone", _BOTH),
    "page_statement_reworded": ("a sentence or cell of the page says it otherwise", _BOTH),
}
_BEHAVIOUR: dict[str, tuple[str, Direction]] = {
    "behaviour_member_undocumented": ("the service returned it, and no document declares it", _RESPONSE),
    "behaviour_enum_member_undocumented": ("the service returned the value, and no document declares it", _RESPONSE),
    "behaviour_type_undocumented": ("the service returned {json} where {declared} is declared", _RESPONSE),
    "behaviour_code_undocumented": ("used the error code {last}, which no document names", _RESPONSE),
    "behaviour_status_undocumented": ("the service answered {status}, which no document names", _RESPONSE),
    "behaviour_header_undocumented": ("sent the header {last}, which it was not known to send", _RESPONSE),
    "behaviour_member_unseen": ("declared, and not returned in these exchanges", _RESPONSE),
    "behaviour_enum_member_unseen": ("declared, and not returned in these exchanges", _RESPONSE),
    "behaviour_code_unseen": ("did not use the documented code {last} in these exchanges", _RESPONSE),
    "behaviour_status_unseen": ("the documented status was not returned in these exchanges", _RESPONSE),
}

KINDS: dict[str, Kind] = {
    **{
        name: Kind(says, "metadata", _REQUEST if name.endswith("signature_changed") else _BOTH)
        for name, says in _METADATA.items()
    },
    **{name: Kind(says, "openapi", direction) for name, (says, direction) in _OPENAPI.items()},
    **{name: Kind(says, "page", direction) for name, (says, direction) in _PAGE.items()},
    **{name: Kind(says, "behaviour", direction) for name, (says, direction) in _BEHAVIOUR.items()},
}

FACTS = {
    "property_added": "member added", "navigation_added": "member added", "page_property_added": "member added",
    "page_example_member_added": "member added", "behaviour_member_undocumented": "member added",
    "property_removed": "member removed", "navigation_removed": "member removed",
    "page_property_removed": "member removed",
    "page_example_member_removed": "member removed",
    "behaviour_member_unseen": "member removed",
    "property_type_changed": "member retyped", "navigation_type_changed": "member retyped",
    "page_property_type_changed": "member retyped", "behaviour_type_undocumented": "member retyped",
    "enum_member_added": "value added", "behaviour_enum_member_undocumented": "value added",
    "enum_member_removed": "value removed", "behaviour_enum_member_unseen": "value removed",
    "type_added": "type added", "type_removed": "type removed",
    "page_error_added": "error added", "behaviour_code_undocumented": "error added",
    "page_error_removed": "error removed", "behaviour_code_unseen": "error removed",
    "page_status_changed": "status changed", "behaviour_status_undocumented": "status changed",
    "response_added": "status changed",
}  # fmt: skip
"""What has happened, by the kinds of change that say so: changes of several sources that say the same are joined."""


def markdown() -> str:
    """The table for a page, by source."""
    titles = {
        "metadata": "Metadata, and the schemas of OpenAPI documents", "openapi": "OpenAPI, addresses", "page": "Pages",
        "behaviour": "Behaviour",
    }  # fmt: skip
    lines: list[str] = []
    for source, title in titles.items():
        lines += [f"### {title}", "", "| kind | meaning |", "|---|---|"]
        lines += [f"| `{name}` | {kind.in_general} |" for name, kind in KINDS.items() if kind.source == source]
        lines.append("")
    return "\n".join(lines)
