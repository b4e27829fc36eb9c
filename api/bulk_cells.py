"""Cells of CSV as values of a body: each becomes what the schema of the body has in its place.

Where text or something else may stand, such as in custom fields, a cell that is JSON of the other
kind counts as that, and JSON text in quotes is text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from api.bulk_acts import Act, acts

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
KINDS: Mapping[str, str] = {
    "integer": "a whole number is needed",
    "number": "a number is needed",
    "boolean": "true or false is needed",
    "array": "a list is needed, as JSON or with semicolons between",
    "object": "an object is needed, as JSON",
}

_TYPES: Mapping[str | None, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    None: (int, float, bool, list, dict),
}
"""What JSON has of each type; a schema without one lets all of them stand."""

Path = tuple[str, ...]
Schema = Mapping[str, Any]


def value_of(kinds: Sequence[Schema], cell: str) -> Any:
    """A cell as what one of these kinds has. Raises ValueError with what is needed."""
    others = [kind for kind in kinds if kind.get("type") not in ("string", "null")]
    if not any(kind.get("type", "string") == "string" for kind in kinds):
        return _first(others, cell)
    said = _decoded(cell) if others else None
    is_other = any(_is_of(kind, said) for kind in others)
    return said if said is not None and (is_other or isinstance(said, str)) else cell


def _first(kinds: Sequence[Schema], cell: str) -> Any:
    wrong = ValueError("nothing can stand here")
    for kind in kinds:
        try:
            return _one(kind, cell.strip())
        except ValueError as error:
            wrong = error
    raise wrong


def _one(kind: Schema, cell: str) -> Any:
    match kind["type"]:
        case "boolean":
            said = _decoded(cell.lower())
        case "integer":
            said = int(cell) if WHOLE.fullmatch(cell) else None
        case "array" if not cell.startswith("["):
            inner = _alternatives(kind.get("items", {}), kind["$defs"])
            return [value_of(inner, part.strip()) for part in cell.split(";") if part.strip()]
        case _:
            said = _decoded(cell)
    if said is None or not _is_of(kind, said):
        raise ValueError(KINDS.get(kind["type"], "another value is needed"))
    return said


def _is_of(kind: Schema, said: Any) -> bool:
    wanted = _TYPES[kind.get("type")]
    return isinstance(said, wanted) and (bool in wanted or not isinstance(said, bool))


def _decoded(cell: str) -> Any:
    """A cell as JSON; None for what is none."""
    try:
        return msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        return None


# Schemas -----------------------------------------------------------------------------------


@cache
def _schema_of(act: str) -> Schema:
    schema: Schema = acts()[act].does.body.model_json_schema(by_alias=True)
    return schema


def kinds_at(act: Act, path: Path) -> list[Schema]:
    """What can stand at a place of the body of an act; nothing if there is no such place."""
    schema = _schema_of(act.name)
    defs = schema.get("$defs", {})
    kinds = _alternatives(schema, defs)
    for step in path:
        kinds = [
            inner
            for kind in kinds
            for within in _within(kind, step)
            for inner in _alternatives(within, defs)
        ]
    return kinds


def _within(kind: Schema, step: str) -> Iterator[Schema]:
    properties = kind.get("properties", {})
    if step in properties:
        yield properties[step]
        return
    for pattern, schema in kind.get("patternProperties", {}).items():
        if re.search(pattern, step):
            yield schema
            return
    # JSON Schema lets objects have more, unless it says which.
    is_open = "properties" not in kind and "patternProperties" not in kind
    more = kind.get("additionalProperties", is_open and kind.get("type", "object") == "object")
    if more is not False:
        yield {} if more is True else more


def _alternatives(schema: Schema, defs: Schema) -> list[Schema]:
    """What a schema lets stand in its place, one by one."""
    if "$ref" in schema:
        return _alternatives(defs[schema["$ref"].rpartition("/")[2]], defs)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return [kind for one in schema[several] for kind in _alternatives(one, defs)]
    if "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        return [{"type": "string" if isinstance(values[0], str) else "integer"}]
    return [{**schema, "$defs": defs}]
