"""A subject for a simulation, from what somebody says of it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from domain.approval_process import Definition
from domain.conditions import condition
from domain.near import near
from domain.rules import Refused, require
from domain.subjects import FIELDS, NEVER, Field, FieldType, SubjectKind, Value

DETAILS = "details."
UNKNOWN: Mapping[FieldType, Value] = {
    "text": "",
    "number": 0,
    "yes or no": False,
    "moment": NEVER,
    "texts": (),
    "texts by name": {},
}


def facts_said(
    definition: Definition, kind: SubjectKind, said: Iterable[tuple[str, str]]
) -> dict[str, Value]:
    """All fields of a subject: those that are said, such as `("risk", "high")` or
    `("details.cost centre", "12")`, and the others as if nobody had set them.

    Raises Refused for a field or value that there is not, and if conditions ask for a field that
    always has one of a few values and was not said.
    """
    fields = {field.name: field for field in FIELDS[kind]}
    details: dict[str, str] = {}
    given: dict[str, Value] = {}
    for name, text in said:
        if name.startswith(DETAILS) and "details" in fields:
            details[name.removeprefix(DETAILS)] = text
            continue
        field = fields.get(name)
        if field is None:
            raise Refused(f"{name!r} is no field of the subject {kind!r}{near(name, fields)}")
        given[name] = _value(field, text)
    facts = {name: UNKNOWN[field.type] for name, field in fields.items()} | given
    if details:
        facts["details"] = details
    if kind == "change":
        facts["type"] = given.get("type", "normal")
        facts["is_emergency"] = facts["type"] == "emergency"
    for name in _asked(definition, kind) - given.keys() - {"is_emergency"}:
        values = fields[name].values
        require(
            facts[name] in values or not values,
            f"The process asks for {name}: say one of {', '.join(map(str, values))}.",
        )
    return facts


def _asked(definition: Definition, kind: SubjectKind) -> set[str]:
    """The fields that conditions ask for."""
    texts = (definition.when, *(stage.when for stage in definition.stages))
    return {field for text in texts for field in condition(text, kind).fields}


def _value(field: Field, text: str) -> Value:
    value: Value = text
    match field.type:
        case "number":
            require(text.isdecimal(), f"{field.name}: {text!r} is no whole number.")
            value = int(text)
        case "yes or no":
            require(text in ("yes", "no", "true", "false"), f"{field.name}: say yes or no.")
            value = text in ("yes", "true")
        case "moment":
            value = _moment(field, text)
        case "texts":
            value = tuple(one.strip() for one in text.split(",") if one.strip())
        case "texts by name":
            raise Refused(f"{field.name}: say one of them, as {field.name}.NAME=VALUE.")
    each = value if isinstance(value, tuple) else (value,)
    for one in each:
        require(
            not field.values or one in field.values,
            f"{field.name}: {one!r} is none of {', '.join(map(str, field.values))}.",
        )
    return value


def _moment(field: Field, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{field.name}: {text!r} is no moment such as 2026-03-03T14:00Z.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
