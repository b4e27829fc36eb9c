"""Answers to a form: whether they are what its JSON Schema asks for, and where they are not."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from domain.cel import matches
from domain.form_schema import Schema
from domain.json_values import MISTAKES_MAX, Mistake, WrongJson, at, key, limits

Found = Iterator[Mistake]


def check(form: Schema, answers: Any, *, place: str = "/form") -> None:
    """Refuse answers that are not what a form asks for. Raises WrongJson with the places below
    that of the answers in what was sent."""
    if found := mistakes(form, answers):
        raise WrongJson(place.lstrip("/"), place, found)


def mistakes(form: Schema, answers: Any) -> list[Mistake]:
    """The first 50 mistakes of answers to a form that is one."""
    if found := limits(answers):
        return found
    if not isinstance(answers, dict):
        return [Mistake("", "Answers are an object.")]
    return [
        mistake for mistake, _ in zip(_of(form, answers, ""), range(MISTAKES_MAX), strict=False)
    ]


def _fits(schema: Schema | bool, value: Any) -> bool:
    return next(_of(schema, value, ""), None) is None


def _of(schema: Schema | bool, value: Any, place: str) -> Found:
    if isinstance(schema, bool):
        if not schema:
            yield Mistake(place, "Nothing is to be said here.")
        return
    if "type" in schema and not _is_of_type(value, schema["type"]):
        named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        yield Mistake(place, f"It is of the type {' or '.join(named)}.")
        return
    yield from _constant(schema, value, place)
    match value:
        case str():
            yield from _text(schema, value, place)
        case bool() | None:
            pass
        case int() | float():
            yield from _number(schema, value, place)
        case list():
            yield from _list(schema, value, place)
        case dict():
            yield from _object(schema, value, place)
    yield from _combined(schema, value, place)


def _is_of_type(value: Any, types: str | list[str]) -> bool:
    named = types if isinstance(types, list) else [types]
    return any(IS_OF_TYPE[one](value) for one in named)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


IS_OF_TYPE: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def _constant(schema: Schema, value: Any, place: str) -> Found:
    if "const" in schema and key(value) != key(schema["const"]):
        yield Mistake(place, f"It is {_shown(schema['const'])}.")
    if "enum" in schema and key(value) not in {key(one) for one in schema["enum"]}:
        some = ", ".join(_shown(one) for one in schema["enum"][:20])
        yield Mistake(place, f"It is one of {some}.")


def _shown(value: Any) -> str:
    return str(value)[:80]


def _text(schema: Schema, value: str, place: str) -> Found:
    if len(value) < schema.get("minLength", 0):
        yield Mistake(place, f"It has at least {schema['minLength']} characters.")
    if len(value) > schema.get("maxLength", len(value)):
        yield Mistake(place, f"It has at most {schema['maxLength']} characters.")
    if "pattern" in schema and not matches(value, schema["pattern"]):
        yield Mistake(place, f"It matches {schema['pattern'][:80]}.")
    if "format" in schema and not FORMATS[schema["format"]](value):
        yield Mistake(place, f"It has the format {schema['format']}.")


def _number(schema: Schema, value: float, place: str) -> Found:
    if "minimum" in schema and value < schema["minimum"]:
        yield Mistake(place, f"It is at least {schema['minimum']}.")
    if "maximum" in schema and value > schema["maximum"]:
        yield Mistake(place, f"It is at most {schema['maximum']}.")
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield Mistake(place, f"It is more than {schema['exclusiveMinimum']}.")
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        yield Mistake(place, f"It is less than {schema['exclusiveMaximum']}.")
    if "multipleOf" in schema and _exact(value) % _exact(schema["multipleOf"]) != 0:
        yield Mistake(place, f"It is a multiple of {schema['multipleOf']}.")


@lru_cache(maxsize=1_024)
def _exact(number: float) -> Fraction:
    # As it is written: 0.3 is a multiple of 0.1.
    return Fraction(repr(number))


def _list(schema: Schema, value: list[Any], place: str) -> Found:
    if len(value) < schema.get("minItems", 0):
        yield Mistake(place, f"It has at least {schema['minItems']} entries.")
    if len(value) > schema.get("maxItems", len(value)):
        yield Mistake(place, f"It has at most {schema['maxItems']} entries.")
    if schema.get("uniqueItems") and len({key(one) for one in value}) < len(value):
        yield Mistake(place, "Each entry is there once.")
    if "items" in schema:
        for index, one in enumerate(value):
            yield from _of(schema["items"], one, at(place, index))


def _object(schema: Schema, value: dict[str, Any], place: str) -> Found:
    if len(value) < schema.get("minProperties", 0):
        yield Mistake(place, f"It has at least {schema['minProperties']} answers.")
    if len(value) > schema.get("maxProperties", len(value)):
        yield Mistake(place, f"It has at most {schema['maxProperties']} answers.")
    yield from _needed(schema, value, place)
    known = schema.get("properties", {})
    for name, one in value.items():
        if name in known:
            yield from _of(known[name], one, at(place, name))
        elif "additionalProperties" in schema:
            if schema["additionalProperties"] is False:
                yield Mistake(at(place, name), "The form does not ask for this.")
            else:
                yield from _of(schema["additionalProperties"], one, at(place, name))


def _needed(schema: Schema, value: dict[str, Any], place: str) -> Found:
    for name in schema.get("required", ()):
        if name not in value:
            yield Mistake(at(place, name), "It is needed.")
    for name, others in schema.get("dependentRequired", {}).items():
        for other in others if name in value else ():
            if other not in value:
                yield Mistake(at(place, other), f"It is needed with {name[:80]}.")


def _combined(schema: Schema, value: Any, place: str) -> Found:
    if "if" in schema:
        branch = "then" if _fits(schema["if"], value) else "else"
        yield from _of(schema.get(branch, True), value, place)
    if isinstance(value, dict):
        for name, inner in schema.get("dependentSchemas", {}).items():
            if name in value:
                yield from _of(inner, value, place)
    for inner in schema.get("allOf", ()):
        yield from _of(inner, value, place)
    if "anyOf" in schema and not any(_fits(inner, value) for inner in schema["anyOf"]):
        yield Mistake(place, "It fits none of what is possible here.")
    if "oneOf" in schema:
        fitting = sum(_fits(inner, value) for inner in schema["oneOf"])
        if fitting != 1:
            yield Mistake(place, f"It fits one of what is possible here alone, not {fitting}.")
    if "not" in schema and _fits(schema["not"], value):
        yield Mistake(place, "It is what is excluded here.")


# Formats -----------------------------------------------------------------------------------


def _is_date(value: str) -> bool:
    return matches(value, r"^\d{4}-\d{2}-\d{2}$") and _reads(date.fromisoformat, value)


def _is_moment(value: str) -> bool:
    rfc3339 = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$"
    return matches(value, rfc3339) and _reads(datetime.fromisoformat, value.upper())


def _is_address(value: str) -> bool:
    return matches(value, r"^[^\s@\x00-\x1f]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$")


def _is_uri(value: str) -> bool:
    return matches(value, r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f<>\"{}|\\^`]+$") and _reads(
        urlsplit, value
    )


def _is_uuid(value: str) -> bool:
    return matches(value, r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def _reads(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_moment,
    "email": _is_address,
    "uri": _is_uri,
    "uuid": _is_uuid,
}
