"""What reports have in common: what they group by, as of when they are, what is called how."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from api import schemas
from api.http.errors import Problem
from api.http.routing import ROOT
from api.names import Names
from domain.ids import parse_reference
from domain.rules import NotFound
from projections.past import AsOf
from projections.tables import instant

Shown = dict[str, Any]

DAYS_MAX = 3_653
"""How long a time a report is about, at most."""
GROUPS_MAX = 20_000

_TEXT: Shown = {"type": "string"}
NAMES: Shown = {
    "type": "object",
    "description": "What the records among them are called today.",
    "additionalProperties": _TEXT,
}
DEFINITION: Shown = schemas.object_of(name=_TEXT, version=schemas.WHOLE, text=_TEXT)
POSITION: Shown = {**schemas.WHOLE, "description": "The position at which it was counted."}
SHARE: Shown = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "null"}]}


def grouping(
    query: Mapping[str, str], dimensions: Sequence[str], default: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """What is grouped by. Raises Problem for what cannot be."""
    by = tuple(query["by"].split(",")) if "by" in query else default
    for name in by:
        if name not in dimensions:
            raise Problem("bad_query", f"by: {name[:80]!r} is none of {', '.join(dimensions)}.")
    if len(set(by)) < len(by):
        raise Problem("bad_query", "by: each is named once.")
    return by


def by_parameter(dimensions: Sequence[str], example: str) -> Shown:
    names = "|".join(dimensions)
    schema = {"type": "string", "pattern": f"^({names})(,({names})){{0,{len(dimensions) - 1}}}$"}
    said = f"What to group by: {', '.join(dimensions)}."
    return schemas.query("by", said, schema) | {"example": example}


def from_and_to(*, is_required: bool) -> list[Shown]:
    return [
        schemas.query(
            "from", "What counts from this instant on.", schemas.INSTANT, is_required=is_required
        )
        | {"example": "2030-01-01T00:00:00Z"},
        schemas.query(
            "to",
            "Up to before this instant, at most ten years later.",
            schemas.INSTANT,
            is_required=is_required,
        )
        | {"example": "2030-02-01T00:00:00Z"},
    ]


def told_by(position: int, as_of: AsOf | None) -> int:
    """The position by which the ledger told what was counted."""
    asked = None if as_of is None else as_of.position
    return position if asked is None else min(position, asked)


def as_of_again(position: int, as_of: AsOf | None) -> dict[str, str]:
    """The parameters with which the same rows are found whatever is recorded later."""
    moment = None if as_of is None else as_of.moment
    again = {} if moment is None else {"as_of": instant(moment)}
    return {**again, "known_at": f"@{told_by(position, as_of)}"}


def address(path: str, given: Mapping[str, Any]) -> str:
    texts = {name: "" if value is None else str(value) for name, value in given.items()}
    return f"{ROOT}{path}?{urlencode(texts)}"


def group_of(names: Names, by: Sequence[str], group: tuple[Any, ...]) -> Shown:
    values = dict(zip(by, group, strict=True))
    said = {name: _name(names, value) for name, value in values.items() if value}
    return {"group": values, "names": {name: called for name, called in said.items() if called}}


def _name(names: Names, value: Any) -> str:
    """What a record or a party is called; empty for what is no record."""
    number, comma, level = str(value).partition(",")
    try:
        found = names.of(parse_reference(number))
    except NotFound:
        return ""
    return found and f"{found}{comma}{level}"
