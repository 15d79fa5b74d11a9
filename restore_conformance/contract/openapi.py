"""The contract as one OpenAPI 3.1 document, composed from the files of `schemas/`."""

from __future__ import annotations

import copy
from typing import Any

from restore_conformance import __version__
from restore_conformance.contract.documents import Documents, join

_SCHEMAS = "#/components/schemas/"


def compose(documents: Documents) -> dict[str, Any]:
    """An OpenAPI 3.1 document of every operation with a page; every reference points inside it."""
    paths: dict[str, Any] = {}
    for operation, page in documents.pages.items():
        paths.setdefault(page["http"]["path"], {})[page["http"]["method"].lower()] = _operation(
            documents, operation, page
        )
    components = {name: _localised(documents.json(name), name) for name in documents.schema_names()}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Microsoft Graph Backup Storage: SharePoint restore sessions (beta), as judged",
            "version": __version__,
            "description": "Composed from the conformance suite's schemas; not the vendor's document.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "https://graph.microsoft.com/beta"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {_name(name): schema for name, schema in sorted(components.items())},
        },
    }


def _operation(documents: Documents, operation: str, page: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": operation,
        "summary": page["title"],
        "externalDocs": {"url": page["address"]},
    }
    if "{id}" in page["http"]["path"]:
        entry["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    if (documents.root / operation / "request.json").exists():
        content: dict[str, Any] = {"schema": {"$ref": _SCHEMAS + _name(f"{operation}/request.json")}}
        examples = {
            row["name"]: {"value": documents.json(f"{operation}/{row['request']}")}
            for row in page.get("example", [])
            if row["origin"] == "printed" and "request" in row
        }
        if examples:
            content["examples"] = examples
        entry["requestBody"] = {"required": False, "content": {"application/json": content}}
    entry["responses"] = _responses(documents, operation, page)
    return entry


def _responses(documents: Documents, operation: str, page: dict[str, Any]) -> dict[str, Any]:
    success = str(page["success"]["status"])
    responses: dict[str, Any] = {success: {"description": f"Answer to {page['title']}."}}
    if (documents.root / operation / "response.json").exists():
        schema = {"$ref": _SCHEMAS + _name(f"{operation}/response.json")}
        responses[success]["content"] = {"application/json": {"schema": schema}}
    envelope = {"application/json": {"schema": {"$ref": _SCHEMAS + _name("create/error.json")}}}
    codes: dict[str, list[str]] = {}
    for row in page.get("error", []):
        for status in row["status"]:
            key = "4XX" if status == "4xx" else str(status)
            if key != success:
                codes.setdefault(key, []).append(row.get("code") or f"({row['defect']})")
    for status, named in sorted(codes.items()):
        listed = ", ".join(dict.fromkeys(named))
        responses[status] = {"description": f"Refused: {listed}.", "content": envelope}
    responses["default"] = {"description": "Any other error of Graph.", "content": envelope}
    return responses


def _name(path: str) -> str:
    parts = path.removesuffix(".json").split("/")
    return parts[1] if parts[0] == "types" else "".join(part.capitalize() for part in parts)


def _localised(schema: Any, at: str) -> Any:
    """A copy of a schema whose references point into the components of the one document."""
    local = copy.deepcopy(schema)
    local.pop("$schema", None)
    local.pop("$id", None)
    _point_inside(local, at)
    return local


def _point_inside(node: Any, at: str) -> None:
    if isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str):
            file, _, fragment = ref.partition("#")
            target = join(at, file) if file else at
            node["$ref"] = _SCHEMAS + _name(target) + fragment
        for value in node.values():
            _point_inside(value, at)
    elif isinstance(node, list):
        for value in node:
            _point_inside(value, at)
