"""Fields that a desk adds to its tickets: their types, their limits, and when they are needed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain.field_conditions import field_condition
from domain.ids import parse_reference, prefix_of
from domain.json_values import Mistake, WrongJson, at
from domain.rules import NotFound, Refused
from domain.subjects import Value as Fact
from domain.text import NAME_MAX, is_clean

FIELDS_MAX = 100
CHOICES_MAX = 200
TEXT_MAX = 4_000
INTEGER_MAX = 2**53

FieldType = Literal[
    "text", "integer", "decimal", "boolean", "date", "choice", "multi-choice", "person"
]
Value = str | int | bool | tuple[str, ...]
"""A decimal number is its text, such as 12.50, a date 2026-03-02, a person their id."""

_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


class Needed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a field must have a value: at an act, such as `resolve`, if a condition holds then."""

    at: str
    when: str = ""
    """In CEL, over the ticket as the act leaves it; always, if empty."""


class FieldDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    """A word in small letters."""
    label: str
    type: FieldType
    help: str = ""
    needed: tuple[Needed, ...] = ()
    choices: tuple[str, ...] = ()
    choice_list: UUID | None = None
    """The choice list whose choices are those of a choice, in place of its own."""
    minimum: str | None = None
    """Of a number or a date."""
    maximum: str | None = None
    length_max: int = TEXT_MAX
    """Of a text, in characters."""
    is_personal: bool = False
    """Whether it is sealed under the key of the requester. Only texts are."""


# Definitions -------------------------------------------------------------------------------


def check_fields(fields: Sequence[FieldDefinition], acts: Sequence[str]) -> None:
    """Refuse fields that make no sense, with all mistakes. `acts` are those of the ticket."""
    if found := list(_mistakes_of(fields, acts)):
        raise WrongJson("fields", "/definition/fields", found[:50])


def _mistakes_of(fields: Sequence[FieldDefinition], acts: Sequence[str]) -> Iterator[Mistake]:
    if len(fields) > FIELDS_MAX:
        yield Mistake("", f"There are at most {FIELDS_MAX} fields.")
    names = [field.name for field in fields]
    for index, field in enumerate(fields):
        place = at("", index)
        if not _WORD.fullmatch(field.name):
            yield Mistake(at(place, "name"), "A name is a word in small letters.")
        if names.index(field.name) < index:
            yield Mistake(at(place, "name"), "Each name is there once.")
        if not _is_line(field.label):
            yield Mistake(at(place, "label"), f"A label is a line of 1 to {NAME_MAX} characters.")
        if field.type not in get_args(FieldType):
            yield Mistake(at(place, "type"), f"It is one of {', '.join(get_args(FieldType))}.")
            continue
        yield from _of_type(field, place)
        for number, needed in enumerate(field.needed):
            yield from _of_need(needed, names, acts, at(place, "needed", number))


def _of_type(field: FieldDefinition, place: str) -> Iterator[Mistake]:
    yield from _of_choices(field, at(place, "choices"))
    yield from _of_limits(field, place)
    if not 1 <= field.length_max <= TEXT_MAX:
        yield Mistake(at(place, "length_max"), f"It is a number from 1 to {TEXT_MAX}.")
    if field.is_personal and field.type != "text":
        yield Mistake(at(place, "is_personal"), "Only a text is personal.")


def _of_choices(field: FieldDefinition, place: str) -> Iterator[Mistake]:
    if field.type not in ("choice", "multi-choice"):
        if field.choices or field.choice_list:
            yield Mistake(place, "Only a choice has choices.")
        return
    if field.choice_list:
        if field.choices:
            yield Mistake(place, "A choice has its own choices, or those of a list.")
        return
    count = len(field.choices)
    if not 1 <= count <= CHOICES_MAX or len(set(field.choices)) < count:
        yield Mistake(place, f"There are 1 to {CHOICES_MAX}, each once.")
    if not all(map(_is_line, field.choices)):
        yield Mistake(place, "Each choice is a line.")


def _of_limits(field: FieldDefinition, place: str) -> Iterator[Mistake]:
    limits = {"minimum": field.minimum, "maximum": field.maximum}
    given = {name: limit for name, limit in limits.items() if limit is not None}
    if given and field.type not in ("integer", "decimal", "date"):
        for name in given:
            yield Mistake(at(place, name), "Only numbers and dates have it.")
        return
    ordered = {name: _ordered(field, limit) for name, limit in given.items()}
    for name, limit in ordered.items():
        if limit is None:
            yield Mistake(at(place, name), f"It is a value of the type {field.type}.")
    are_both = len(ordered) == 2 and None not in ordered.values()
    if are_both and ordered["minimum"] > ordered["maximum"]:
        yield Mistake(at(place, "maximum"), "It is not less than the minimum.")


def _of_need(
    needed: Needed, names: Sequence[str], acts: Sequence[str], place: str
) -> Iterator[Mistake]:
    if needed.at not in acts:
        yield Mistake(at(place, "at"), f"It is one of {', '.join(acts)}.")
    try:
        asked = field_condition(needed.when).asked
    except Refused as refused:
        yield Mistake(at(place, "when"), str(refused))
        return
    for name in sorted(asked - set(names)):
        yield Mistake(at(place, "when"), f"There is no field {name}.")


def _is_line(text: str) -> bool:
    return 0 < len(text.strip()) <= NAME_MAX and is_clean(text) and "\n" not in text


# Values ------------------------------------------------------------------------------------


def checked(fields: Sequence[FieldDefinition], given: Mapping[str, Any]) -> dict[str, Value | None]:
    """The values as they are kept; None takes one away. Raises WrongJson with all mistakes."""
    known = {field.name: field for field in fields}
    found: list[Mistake] = []
    kept: dict[str, Value | None] = {}
    for name, value in given.items():
        if name not in known:
            found.append(Mistake(at("", name), "There is no such field."))
            continue
        if value is None:
            kept[name] = None
            continue
        rule = _wrong(known[name], value)
        if rule:
            found.append(Mistake(at("", name), rule))
        else:
            kept[name] = _kept(known[name], value)
    if found:
        raise WrongJson("fields", "/fields", found[:50])
    return kept


def _wrong(field: FieldDefinition, value: Any) -> str:
    """What is wrong with a value; "" if nothing is."""
    rule = _CHECKS[field.type](field, value)
    if rule or (field.minimum is None and field.maximum is None):
        return rule
    ordered = _ordered(field, str(value))
    if field.minimum is not None and ordered < _ordered(field, field.minimum):
        return f"It is at least {field.minimum}."
    if field.maximum is not None and ordered > _ordered(field, field.maximum):
        return f"It is at most {field.maximum}."
    return ""


def _text(field: FieldDefinition, value: Any) -> str:
    if not isinstance(value, str) or not is_clean(value):
        return "It is a text without control characters."
    if not 0 < len(value.strip()) <= field.length_max:
        return f"It has 1 to {field.length_max} characters."
    return ""


def _integer(_: FieldDefinition, value: Any) -> str:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= INTEGER_MAX
    return "" if is_whole else "It is a whole number."


def _decimal(_: FieldDefinition, value: Any) -> str:
    is_decimal = isinstance(value, str) and _DECIMAL.fullmatch(value)
    return "" if is_decimal else "It is a decimal number in quotes, such as 12.50."


def _boolean(_: FieldDefinition, value: Any) -> str:
    return "" if isinstance(value, bool) else "It is true or false."


def _date(_: FieldDefinition, value: Any) -> str:
    is_date = isinstance(value, str) and _DATE.fullmatch(value) and _read_date(value)
    return "" if is_date else "It is a date, such as 2026-03-02."


def _choice(field: FieldDefinition, value: Any) -> str:
    is_one = isinstance(value, str) and value in field.choices
    return "" if is_one else f"It is one of {', '.join(field.choices[:20])}."


def _choices(field: FieldDefinition, value: Any) -> str:
    is_list = isinstance(value, list | tuple) and 0 < len(value) == len({*map(repr, value)})
    if is_list and all(isinstance(one, str) and one in field.choices for one in value):
        return ""
    return f"It is a list of {', '.join(field.choices[:20])}, each once."


def _person(_: FieldDefinition, value: Any) -> str:
    try:
        is_person = isinstance(value, str) and prefix_of(parse_reference(value[:40])) == "PER"
    except NotFound:
        is_person = False
    return "" if is_person else "It is the number or the id of a person."


_CHECKS: Mapping[FieldType, Callable[[FieldDefinition, Any], str]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
    "multi-choice": _choices,
    "person": _person,
}


def _kept(field: FieldDefinition, value: Any) -> Value:
    if field.type == "multi-choice":
        return tuple(one for one in field.choices if one in value)
    if field.type == "person":
        return str(parse_reference(value))
    kept: Value = value.strip() if field.type == "text" else value
    return kept


def _ordered(field: FieldDefinition, text: str) -> Any:
    """A number or a date as something that can be compared; None if it is none."""
    if field.type == "date":
        return _read_date(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_whole = number.is_finite() and number == number.to_integral_value()
    return number if number.is_finite() and (field.type == "decimal" or is_whole) else None


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# Needs -------------------------------------------------------------------------------------


def missing(
    fields: Sequence[FieldDefinition], act: str, facts: Mapping[str, Fact], filled: Sequence[str]
) -> list[Mistake]:
    """The fields that an act needs and that have no value. `facts` are of the ticket after it."""
    return [
        Mistake(at("", field.name), f"{field.label} is needed to {act.replace('_', ' ')}.")
        for field in fields
        if field.name not in filled
        and any(
            needed.at == act and field_condition(needed.when).holds(facts)
            for needed in field.needed
        )
    ]
