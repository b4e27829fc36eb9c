"""The forms of offerings: JSON Schemas (draft 2020-12, without references) of what is asked.

A form asks for an object. Its patterns are regular expressions (RE2), which take time in proportion
to the text whatever they say.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from domain.cel import is_pattern
from domain.json_values import MISTAKES_MAX, Mistake, WrongJson, at, key, limits
from domain.near import near

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
FORMATS = ("date", "date-time", "email", "uri", "uuid")
DEPTH_MAX = 10
SUBSCHEMAS_MAX = 500
PATTERN_MAX = 300
TOP = ("$schema",)

Schema = dict[str, Any]
Check = Callable[[Any], str]
"""What is wrong with the value of a keyword; empty if nothing is."""


def check(form: Schema) -> None:
    """Refuse what is no form. Raises WrongJson with the places."""
    if found := mistakes(form):
        raise WrongJson("form", "/definition/form", found)


def mistakes(form: Any) -> list[Mistake]:
    """The first 50 mistakes of a form."""
    if found := limits(form):
        return found
    if not isinstance(form, dict):
        return [Mistake("", "A form is an object.")]
    if form and form.get("type") != "object":
        return [Mistake("/type", "A form asks for an object: its type is object.")]
    return list(islice(_all(form), MISTAKES_MAX))


def _all(form: Schema) -> Iterator[Mistake]:
    if form.get("$schema", DIALECT) != DIALECT:
        yield Mistake("/$schema", f"A form is a schema of {DIALECT}.")
    count = 0
    waiting: list[tuple[Any, str, int]] = [(form, "", 0)]
    while waiting:
        schema, pointer, depth = waiting.pop(0)
        count += 1
        if count > SUBSCHEMAS_MAX:
            yield Mistake("", f"A form has at most {SUBSCHEMAS_MAX} schemas in it.")
            return
        if depth > DEPTH_MAX:
            yield Mistake(pointer, f"Schemas are at most {DEPTH_MAX} levels deep.")
            continue
        if isinstance(schema, bool):
            continue
        if not isinstance(schema, dict):
            yield Mistake(pointer, "A schema is an object, true or false.")
            continue
        yield from _of_schema(schema, pointer)
        waiting += [(inner, place, depth + 1) for inner, place in below(schema, pointer)]


def _of_schema(schema: Schema, pointer: str) -> Iterator[Mistake]:
    for word, value in schema.items():
        if word in TOP and not pointer:
            continue
        if word not in WORDS:
            yield Mistake(at(pointer, word), f"Forms have no {word[:80]!r}{near(word, WORDS)}")
        elif wrong := WORDS[word](value):
            yield Mistake(at(pointer, word), wrong)
    for low, high in RANGES:
        least: Any = schema.get(low)
        most: Any = schema.get(high)
        if _is_number(least) and _is_number(most) and least > most:
            yield Mistake(at(pointer, low), f"It is more than {high}: nothing fits.")


def below(schema: Schema, pointer: str) -> Iterator[tuple[Any, str]]:
    """The schemas in a schema, each with its place."""
    for word in ONE:
        if word in schema:
            yield schema[word], at(pointer, word)
    for word in SEVERAL:
        for index, inner in enumerate(_items(schema.get(word))):
            yield inner, at(pointer, word, index)
    for word in NAMED:
        found = schema.get(word)
        for name, inner in found.items() if isinstance(found, dict) else ():
            yield inner, at(pointer, word, name)


def names(form: Schema) -> frozenset[str]:
    """The names of all answers at the top of a form, those among them that are asked for under a
    condition alone."""
    found = set(form.get("properties", {}))
    for word in ("then", "else"):
        found |= names(form[word]) if isinstance(form.get(word), dict) else set()
    for word in ("allOf", "anyOf", "oneOf"):
        for part in form.get(word, ()):
            found |= names(part) if isinstance(part, dict) else set()
    for part in form.get("dependentSchemas", {}).values():
        found |= names(part) if isinstance(part, dict) else set()
    return frozenset(found)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# Keywords ----------------------------------------------------------------------------------


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "It is a text."


def _anything(_: Any) -> str:
    return ""


def _types(value: Any) -> str:
    named = value if isinstance(value, list) else [value]
    if not named or any(one not in TYPES for one in named if isinstance(one, str)):
        return f"A type is one of {', '.join(TYPES)}."
    if not all(isinstance(one, str) for one in named) or len(set(named)) < len(named):
        return "It is a type, or a list of types, each once."
    return ""


def _choices(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return "It is a list of at least one value."
    return "" if _is_unique(value) else "Each value is listed once."


def _count(value: Any) -> str:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if is_count else "It is a whole number from 0."


def _number(value: Any) -> str:
    return "" if _is_number(value) else "It is a number."


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _step(value: Any) -> str:
    return "" if _is_number(value) and value > 0 else "It is a number above 0."


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "It is true or false."


def _pattern(value: Any) -> str:
    if not isinstance(value, str) or len(value) > PATTERN_MAX:
        return f"It is a regular expression of at most {PATTERN_MAX} characters."
    return "" if is_pattern(value) else "This regular expression cannot be read (RE2)."


def _format(value: Any) -> str:
    return "" if value in FORMATS else f"A format is one of {', '.join(FORMATS)}."


def _names(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return "It is a list of names."
    return "" if _is_unique(value) else "Each name is listed once."


def _names_by_name(value: Any) -> str:
    if not isinstance(value, dict):
        return "It is an object of lists of names."
    return next((wrong for names in value.values() if (wrong := _names(names))), "")


def _schemas(value: Any) -> str:
    return "" if isinstance(value, list) and value else "It is a list of at least one schema."


def _schemas_by_name(value: Any) -> str:
    return "" if isinstance(value, dict) else "It is an object of schemas."


def _is_unique(values: list[Any]) -> bool:
    return len({key(value) for value in values}) == len(values)


ONE = ("items", "additionalProperties", "if", "then", "else", "not")
SEVERAL = ("allOf", "anyOf", "oneOf")
NAMED = ("properties", "dependentSchemas")

WORDS: Mapping[str, Check] = {
    **dict.fromkeys(("title", "description", "$comment"), _text),
    "default": _anything,
    "examples": lambda value: "" if isinstance(value, list) else "It is a list.",
    "type": _types,
    "enum": _choices,
    "const": _anything,
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _count
    ),
    "pattern": _pattern,
    "format": _format,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    "multipleOf": _step,
    "uniqueItems": _truth,
    "required": _names,
    "dependentRequired": _names_by_name,
    **dict.fromkeys(ONE, _anything),
    **dict.fromkeys(SEVERAL, _schemas),
    **dict.fromkeys(NAMED, _schemas_by_name),
}
"""The keywords of forms; what is in the schemas of a schema is checked in its turn."""

RANGES = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minimum", "maximum"),
)
