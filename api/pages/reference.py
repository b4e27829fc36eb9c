"""The OpenAPI document in the order and the words of the reference page."""

from typing import Any

import msgspec
from msgspec import Struct

METHODS = ("get", "post", "put", "patch", "delete")


class Field(Struct, frozen=True, kw_only=True):
    name: str
    place: str
    """Where it is given: `path`, `query`, `header` or `body`."""
    type: str
    is_required: bool
    description: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    id: str
    method: str
    path: str
    summary: str
    description: str
    fields: list[Field]
    example: str
    responses: list[tuple[str, str]]
    is_open: bool


class Section(Struct, frozen=True, kw_only=True):
    name: str
    anchor: str
    entries: list[Entry]


def sections(document: dict[str, Any]) -> list[Section]:
    """The operations by their tags."""
    by_tag: dict[str, list[Entry]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                by_tag[operation["tags"][0]].append(_entry(document, path, method, operation))
    return [
        Section(name=name, anchor=name.lower().replace(" ", "-"), entries=entries)
        for name, entries in by_tag.items()
    ]


def _schema_of(parameter: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter, also of one that is written in JSON."""
    written: dict[str, Any] = parameter.get("content", {}).get("application/json", parameter)
    schema: dict[str, Any] = written["schema"]
    return schema


def _entry(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Entry:
    fields = [
        Field(
            name=parameter["name"],
            place=parameter["in"],
            type=type_of(document, _schema_of(parameter)),
            is_required=parameter["required"],
            description=parameter["description"],
        )
        for parameter in operation.get("parameters", ())
    ]
    example = ""
    if body := operation.get("requestBody"):
        media = next(iter(body["content"].values()))
        fields += _of_body(document, media["schema"])
        if "example" in media:
            example = msgspec.json.format(msgspec.json.encode(media["example"]), indent=2).decode()
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        fields=fields,
        example=example,
        responses=[
            (status, resolved(document, response)["description"])
            for status, response in operation["responses"].items()
        ],
        is_open=operation.get("security") == [],
    )


def _of_body(document: dict[str, Any], schema: dict[str, Any]) -> list[Field]:
    schema = resolved(document, schema)
    required = set(schema.get("required", ()))
    return [
        Field(
            name=name,
            place="body",
            type=type_of(document, part),
            is_required=name in required,
            description=meaning_of(document, part),
        )
        for name, part in schema.get("properties", {}).items()
    ]


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, where it is only referred to."""
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def meaning_of(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a field means, in its own words or in those of what it may be."""
    schema = resolved(document, schema)
    if "description" in schema:
        return str(schema["description"])
    told = (meaning_of(document, one) for one in schema.get("anyOf", ()))
    return next((words for words in told if words), "")


def type_of(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """A type in a few words."""
    schema = resolved(document, schema)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(dict.fromkeys(type_of(document, one) for one in schema[union]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {type_of(document, schema.get('items', {}))}"
    if "format" in schema:
        return str(schema["format"])
    kind = str(schema.get("type", "anything"))
    if kind == "string" and "maxLength" in schema:
        return (
            f"text of at most {schema['maxLength']} characters"
            if schema["maxLength"]
            else "nothing"
        )
    if kind == "integer" and "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return {"string": "text", "integer": "whole number"}.get(kind, kind)
