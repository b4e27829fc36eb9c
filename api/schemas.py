"""The parts of the OpenAPI document that are not made from models."""

from typing import Any

from api.fields import LINE, REFERENCE
from api.http.errors import CODES, PROBLEM
from api.inline_images import PLACES
from api.records import SHAPES
from domain.aggregate import Aggregate
from domain.text import NAME_MAX
from projections.tables import Column, Table

Schema = dict[str, Any]

JSON = "application/json"

UUID_TEXT: Schema = {"type": "string", "format": "uuid"}
FILE_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": NAME_MAX, "pattern": LINE}
NUMBER: Schema = {"type": "string", "pattern": "^[A-Z]{3}[0-9]{7,19}$", "examples": ["INC0000042"]}
INSTANT: Schema = {"type": "string", "format": "date-time"}
WHOLE: Schema = {"type": "integer", "minimum": 0}

_KINDS: dict[str, Schema] = {
    "text": {"type": "string"},
    "id": UUID_TEXT,
    "instant": INSTANT,
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "json": {},
}


def row_of(table: Table[Any]) -> Schema:
    """The schema of a row, of which `fields=` may leave out any part."""
    return {
        "type": "object",
        "properties": {column.name: of_column(column) for column in table.columns},
        "additionalProperties": False,
    }


def expandable_row_of(table: Table[Any]) -> Schema:
    """The schema of a row in which records can stand in the place of their ids."""
    row = row_of(table)
    for column in table.columns:
        if column.kind == "id" and column.name != "id":
            kinds = [UUID_TEXT, {"type": "object"}, *([_NULL] if column.is_nullable else [])]
            row["properties"][column.name] = {"anyOf": kinds}
    return row


def of_column(column: Column) -> Schema:
    schema = _KINDS[column.kind]
    return {"anyOf": [schema, {"type": "null"}]} if column.is_nullable else schema


def of_filter(column: Column) -> Schema:
    """What a field can be filtered by; nothing, where a field can have no value."""
    schema = {
        "id": {"type": "string", "pattern": REFERENCE, "maxLength": 40},
        "integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
        "text": {"type": "string", "maxLength": 400, "pattern": r"^[^\x00]*$"},
    }.get(column.kind, _KINDS[column.kind])
    return {"anyOf": [schema, {"type": "string", "maxLength": 0}]} if column.is_nullable else schema


def record_of(kind: type[Aggregate]) -> Schema:
    shape = SHAPES[kind]
    properties: Schema = {}
    for table in shape.rows:
        properties |= {column.name: of_column(column) for column in table.columns}
    for name, table in shape.beside.items():
        row = row_of(table)
        row["properties"] = {
            field: schema for field, schema in row["properties"].items() if field != shape.owner
        }
        if name == "attachments":
            row["properties"] |= PLACES
            row["required"] = list(row["properties"])
        properties[name] = {"type": "array", "items": row}
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def object_of(**properties: Schema) -> Schema:
    """An object that has all of these, and nothing else."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def array_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


FACETS: Schema = {
    "type": "object",
    "description": "By field: its values with the number of rows, the most frequent first.",
    "additionalProperties": object_of(
        values=array_of(object_of(value={}, count=WHOLE)), has_more={"type": "boolean"}
    ),
}


def page_of(row: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["data", "has_more", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": row},
            "has_more": {"type": "boolean"},
            "next_cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "total": WHOLE,
            "facets": FACETS,
            "position": {**WHOLE, "description": "How far the view had got."},
        },
        "additionalProperties": False,
    }


ACCEPTED: Schema = {
    "type": "object",
    "description": "That a command was recorded, durably.",
    "required": ["id", "number", "version", "position"],
    "properties": {
        "id": UUID_TEXT,
        "number": NUMBER,
        "version": {**WHOLE, "description": "The version of the record; the ETag holds it too."},
        "position": {**WHOLE, "description": "For `min_position` of reads that are to see it."},
    },
    "additionalProperties": False,
}

PROBLEM_DOCUMENT: Schema = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "enum": sorted(CODES)},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "version": {**WHOLE, "description": "The present version of an outdated record."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer into the body."},
                    "parameter": {"type": "string", "description": "Or a parameter of the query."},
                    "detail": {"type": "string"},
                    "line": {**WHOLE, "description": "In the text that stands there, from 1."},
                    "column": {**WHOLE, "description": "In that line, in characters, from 1."},
                },
            },
        },
    },
}

_NULL: Schema = {"type": "null"}
WHO: Schema = {
    "type": "object",
    "required": ["id", "number", "name"],
    "properties": {
        "id": {"anyOf": [UUID_TEXT, _NULL]},
        "number": {"anyOf": [NUMBER, _NULL]},
        "name": {"type": "string"},
    },
    "additionalProperties": False,
}
_EVENT: dict[str, Schema] = {
    "position": WHOLE,
    "record": UUID_TEXT,
    "number": NUMBER,
    "version": WHOLE,
    "kind": {"type": "string"},
    "event": {"type": "string", "description": "What happened, such as `Resolved`."},
    "actor": {"$ref": "#/components/schemas/Who"},
    "on_behalf_of": {"anyOf": [{"$ref": "#/components/schemas/Who"}, _NULL]},
    "channel": {"type": "string"},
    "recorded_at": INSTANT,
    "effective_at": INSTANT,
    "command": UUID_TEXT,
    "correlation": {"anyOf": [UUID_TEXT, _NULL]},
    "cause": {"anyOf": [{"type": "object"}, _NULL]},
    "changed": {"type": "object", "description": "The fields of the event."},
}
EVENT: Schema = {
    "type": "object",
    "description": "One event: what happened, who did it for whom, when, and why.",
    "required": list(_EVENT),
    "properties": _EVENT,
    "additionalProperties": False,
}

_CLOUD_EVENT = {
    "specversion": {"type": "string", "enum": ["1.0"]},
    "id": {"type": "string", "description": "The position, unique in the ledger."},
    "source": {"type": "string"},
    "type": {"type": "string", "description": "Such as `org.ledgerdesk.Incident.Logged`."},
    "subject": NUMBER,
    "time": {**INSTANT, "description": "When it took effect."},
    "datacontenttype": {"type": "string"},
    "recordedtime": INSTANT,
    "recordid": UUID_TEXT,
    "recordversion": WHOLE,
    "typeversion": WHOLE,
    "data": {"type": "object", "description": "The fields of the event."},
}
CLOUD_EVENT: Schema = {
    "type": "object",
    "description": "One event in the envelope of CloudEvents 1.0.",
    "required": list(_CLOUD_EVENT),
    "properties": {
        **_CLOUD_EVENT,
        "actor": {"type": "string", "description": "The id of a person, or a part of the desk."},
        **{
            name: {"type": "string"}
            for name in (
                *("onbehalfof", "channel", "commandid", "correlationid", "causeevent"),
                *("causerule", "causeworkflow", "withheld"),
            )
        },
    },
    "additionalProperties": False,
}

COMPONENTS: dict[str, Schema] = {
    "CloudEvent": CLOUD_EVENT,
    "Accepted": ACCEPTED,
    "Problem": PROBLEM_DOCUMENT,
    "Event": EVENT,
    "Who": WHO,
}

ETAG = {"ETag": {"description": "The version, in quotes.", "schema": {"type": "string"}}}
REPEAT = {
    "Idempotency-Replayed": {
        "description": "`true` on the answer to a repeated request.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def header(name: str, description: str, schema: Schema, *, is_required: bool = False) -> Schema:
    return {
        "name": name,
        "in": "header",
        "required": is_required,
        "description": description,
        "schema": schema,
    }


def query(name: str, description: str, schema: Schema, *, is_required: bool = False) -> Schema:
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "description": description,
        "schema": schema,
    }


def path(name: str, description: str, example: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "pattern": REFERENCE, "maxLength": 40},
        "example": example,
    }


IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    "The same key again gives the first answer again, and does nothing.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
)
IF_NONE_MATCH = header(
    "If-None-Match",
    "The ETag that is known already: 304 if it still holds.",
    {"type": "string"},
)


def if_match(*, is_required: bool) -> Schema:
    return header(
        "If-Match",
        "The version that was seen, in quotes, or * for any.",
        {
            "anyOf": [
                {"type": "string", "pattern": '^"[0-9]{1,16}"$'},
                {"type": "string", "const": "*"},
            ]
        },
        is_required=is_required,
    )


MIN_POSITION = query(
    "min_position",
    "Wait until the view has got to this position of the ledger; 503 if it takes too long.",
    {"type": "integer", "minimum": 0, "maximum": 2**53},
)
AS_OF = query(
    "as_of",
    "As it was at an instant, or at a position of the ledger written as `@120`.",
    {"type": "string", "maxLength": 40},
)
KNOWN_AT = query(
    "known_at",
    "As it was told by an instant, or by a position of the ledger written as `@120`.",
    {"type": "string", "maxLength": 40},
)
LIMIT = query(
    "limit", "At most so many.", {"type": "integer", "minimum": 1, "maximum": 250, "default": 50}
)
CURSOR = query(
    "cursor", "The `next_cursor` of the page before.", {"type": "string", "maxLength": 2_000}
)
INCLUDE = query("include", "`total` counts all rows.", {"type": "string", "enum": ["total"]})


def content(schema: Schema, example: Any = None) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": schema}
    if example is not None:
        media["example"] = example
    return {JSON: media}


def problem(codes: list[str]) -> dict[str, Any]:
    """The response of a status with these codes."""
    return {
        "description": "; ".join(CODES[code][1] for code in codes) + ".",
        "content": {
            PROBLEM.decode(): {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {
                    "type": f"urn:ledgerdesk:problem:{codes[0]}",
                    "title": CODES[codes[0]][1],
                    "status": CODES[codes[0]][0],
                    "code": codes[0],
                    "detail": "The rule, in a sentence.",
                    "request_id": "5f2c9a7d1e3b4c6a8d0e2f41",
                },
            }
        },
    }
