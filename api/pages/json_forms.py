"""The form of an offering, a JSON Schema, as fields of a page; and what was typed as its answers.

Fields that are asked for under a condition appear once the answers meet it. What a page asked for
is sent along, so that a form that asks for more after an answer is drawn again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from api.pages.forms import Form
from domain.form_answers import mistakes

LINE_MAX = 200
"""Texts that may be longer get several lines."""
_FORMATS = {"date": "date", "email": "email", "uri": "url"}

Schema = dict[str, Any]
Answers = dict[str, Any]


class Field(Struct, frozen=True, kw_only=True):
    """One thing that is asked."""

    name: str
    """In the form: the place of the item and the steps down to it, with dots between them."""
    label: str
    kind: str
    """`text`, `area`, `date`, `email`, `url`, `number`, `yes`, `choice`, `several` or `group`."""
    is_needed: bool
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    value: Any = ""
    step: str = ""
    """Of a number: what it is counted by."""
    length: int = 4_000
    fields: tuple["Field", ...] = ()
    """Of a group."""


def fields_of(schema: Schema, answers: Answers, place: str) -> tuple[Field, ...]:
    """What a form asks for, given what was answered so far."""
    asked = applying(schema, answers)
    return tuple(
        _field(inner, answers.get(name), f"{place}.{name}", name, name in asked["required"])
        for name, inner in asked["properties"].items()
        if isinstance(inner, dict)
    )


def names_of(fields: tuple[Field, ...]) -> list[str]:
    """The names of fields, and of those in groups."""
    return [name for field in fields for name in (field.name, *names_of(field.fields))]


def applying(schema: Schema, answers: Answers) -> Schema:
    """The properties that are asked for and those that are needed, of all parts of a schema that
    apply to the answers."""
    properties: dict[str, Any] = {}
    required: set[str] = set()
    for part in _parts(schema, answers):
        for name, inner in part.get("properties", {}).items():
            known = properties.get(name, {})
            properties[name] = {**known, **inner} if isinstance(inner, dict) else known or inner
        required.update(part.get("required", ()))
        for name, others in part.get("dependentRequired", {}).items():
            required.update(others if name in answers else ())
    for name in required - properties.keys():
        properties[name] = {"type": "string"}
    return {"properties": properties, "required": required}


def _parts(schema: Any, answers: Answers) -> Iterator[Schema]:
    if not isinstance(schema, dict):
        return
    yield schema
    if "if" in schema:
        branch = "else" if mistakes({"allOf": [schema["if"]]}, answers) else "then"
        yield from _parts(schema.get(branch), answers)
    for inner in schema.get("allOf", ()):
        yield from _parts(inner, answers)
    for name, inner in schema.get("dependentSchemas", {}).items():
        if name in answers:
            yield from _parts(inner, answers)


def _field(schema: Schema, value: Any, name: str, word: str, needed: bool) -> Field:
    kind = _kind_of(schema)
    inner = fields_of(schema, value if isinstance(value, dict) else {}, name)
    options = schema.get("enum", schema.get("items", {}).get("enum", ()))
    if value is None:
        value = schema.get("const", schema.get("default"))
    return Field(
        name=name,
        label=str(schema.get("title") or word.replace("_", " ").capitalize()),
        kind=kind,
        is_needed=needed,
        hint=str(schema.get("description", "")),
        options=tuple((_typed(one), _typed(one)) for one in options),
        value=[_typed(one) for one in value] if isinstance(value, list) else _typed(value),
        step=str(schema.get("multipleOf", 1 if schema.get("type") == "integer" else "any")),
        length=schema.get("maxLength", 4_000),
        fields=inner if kind == "group" else (),
    )


def _kind_of(schema: Schema) -> str:
    type_ = schema.get("type")
    if "enum" in schema or "const" in schema:
        return "choice" if "enum" in schema else "text"
    if type_ == "object":
        return "group"
    if type_ == "array":
        return "several" if "enum" in schema.get("items", {}) else "area"
    if type_ == "boolean":
        return "yes"
    if type_ in ("integer", "number"):
        return "number"
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    return "area" if schema.get("maxLength", 0) > LINE_MAX else "text"


def _typed(value: Any) -> str:
    """A value as it stands in a field."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


# Answers -----------------------------------------------------------------------------------


def answers_of(schema: Schema, form: Form, place: str) -> Answers:
    """What was typed, as the answers to a form. Answers to what does not apply are left out."""
    answers: Answers = {}
    while True:
        asked = applying(schema, answers)["properties"]
        found = {
            name: value
            for name, inner in asked.items()
            if isinstance(inner, dict)
            and (value := _answer(inner, form, f"{place}.{name}")) is not None
        }
        # An answer may let others apply, which is looked for until no more are found.
        if found.keys() <= answers.keys():
            return found
        answers = found


def _answer(schema: Schema, form: Form, name: str) -> Any:
    kind, typed = _kind_of(schema), form.text(name)
    if kind == "group":
        return answers_of(schema, form, name) or None
    if kind == "several":
        chosen = form.all(name)
        return [one for one in schema["items"]["enum"] if _typed(one) in chosen] or None
    if kind == "yes":
        return bool(typed) if name in form.all("asked") else None
    if not typed:
        return None
    if "enum" in schema or "const" in schema:
        options: list[Any] = schema.get("enum", [schema.get("const")])
        return next((one for one in options if _typed(one) == typed), typed)
    if schema.get("type") == "array":
        return [line.strip() for line in typed.splitlines() if line.strip()]
    return _number(typed) if kind == "number" else typed


def _number(typed: str) -> Any:
    """A number as it was typed; what is none stays as it is, for the desk to refuse."""
    try:
        return msgspec.json.decode(typed.replace(",", ".").encode(), type=int | float)
    except msgspec.MsgspecError:
        return typed


def places(errors: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Mistakes at their places in an order, as mistakes of fields of the page."""
    found = []
    for error in errors:
        steps = str(error["pointer"]).strip("/").split("/")
        item = "0"
        if steps[0] == "more" and len(steps) > 1:
            item, steps = str(int(steps[1]) + 1), steps[2:]
        if steps[0] == "form":
            steps = [item, *[step for step in steps[1:] if not step.isdigit()]]
        found.append({"pointer": "/" + ".".join(steps), "detail": str(error["detail"])})
    return found
