"""What pydantic says about a document, in words for whoever wrote it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from domain.near import near
from domain.process_document import ProcessDocument, StageDocument
from domain.process_quorum import FORMS, UNKNOWN, WORDS, AGroup
from domain.yaml_tree import Place

FieldsAt = Callable[[Place, ErrorDetails], Sequence[str]]
"""The fields that there are beside one that is not."""

UNKNOWN_FIELD = "there is no such field"
_OF_FIELDS: Mapping[str, str] = {
    "percent": 'a percentage is a whole number from 1 to 100, or a text such as "66.7" or "200/3"',
    "budget": "a duration such as 4h is needed, or one for each priority from 1 to 5",
}
_NAMES: Mapping[type[object], str] = {
    str: "a text",
    bool: "a yes or no",
    int: "a number",
    float: "a number with a decimal point",
    list: "a list",
    dict: "a group of fields",
    type(None): "nothing",
}
_NEEDED: Mapping[str, str] = {
    "string_type": "a text is needed",
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "bool_type": "true or false is needed",
    "list_type": "a list is needed",
    "dict_type": "a group of fields is needed, such as `person:ada: 2`",
    "model_type": "a group of fields is needed, such as `name: …`",
}
_COUNTED: Mapping[str, tuple[str, str]] = {
    "too_long": ("max_length", "at most {} of these are allowed"),
    "too_short": ("min_length", "at least {} is needed"),
    "string_too_long": ("max_length", "at most {} characters are allowed"),
    "string_too_short": ("min_length", "a text of at least {} characters is needed"),
    "greater_than_equal": ("ge", "a number of at least {} is needed"),
    "less_than_equal": ("le", "a number of at most {} is needed"),
}


def place_of(error: ErrorDetails, value: Any) -> Place:
    """Where an error is in what was written. Pydantic's own steps, such as the member of a union
    that it tried, stand in no document."""
    steps: list[str | int] = []
    node = value
    location = error["loc"]
    for number, step in enumerate(location, 1):
        is_index = isinstance(node, list) and isinstance(step, int) and step < len(node)
        if is_index or (isinstance(node, dict) and step in node):
            steps.append(step)
            node = node[step]
        elif number == len(location) and error["type"] == "missing":
            steps.append(step)
    return tuple(steps)


def rule_of(error: ErrorDetails, place: Place, fields_at: FieldsAt) -> str:
    """The sentence for an error."""
    given = error["input"]
    told: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "this field is needed."
        case "extra_forbidden":
            return f"{UNKNOWN_FIELD}{near(str(place[-1]), fields_at(place, error))}"
        case "literal_error":
            return f"{given!r:.80} is not known{_meant(given, told['expected'])}"
        case "quorum_form":
            return f"{UNKNOWN}{_meant_quorum(given)}"
        case "string_pattern_mismatch" if "form:share" in error["loc"]:
            return "a percentage is written as 66.7% or 200/3%."
        case "string_pattern_mismatch" if place[-1:] != ("percent",):
            return "a line of text is needed, without control characters."
    named = [step for step in place if isinstance(step, str)]
    if named and named[-1] in _OF_FIELDS:
        return f"{_OF_FIELDS[named[-1]]}."
    if needed := _NEEDED.get(error["type"]):
        return f"{needed}, and not {_shown(given)}{_hint(error['type'], given)}."
    if counted := _COUNTED.get(error["type"]):
        return f"{counted[1].format(told[counted[0]])}."
    return f"{error['msg'].removeprefix('Value error, ')}."


def _shown(given: Any) -> str:
    name = _NAMES.get(type(given), "this")
    return f"{name} ({_written(given)})" if isinstance(given, int | float) else name


def _written(given: Any) -> str:
    return str(given).lower() if isinstance(given, bool) else str(given)


def _hint(type: str, given: Any) -> str:
    if given is None:
        return "; give one, or leave the field out"
    if type == "string_type" and isinstance(given, bool | int | float):
        return f': write "{_written(given)}" in quotes'
    if type in ("string_type", "list_type") and isinstance(given, dict) and len(given) == 1:
        (key, value), *_ = given.items()
        if isinstance(value, str | int):
            return f": write {key}:{value} without a space after the colon, or in quotes"
    return ""


def _meant(given: Any, expected: str) -> str:
    known = [word for word in expected.replace(" or ", ", ").split("'") if word.strip(", ")]
    meant = near(given, known) if isinstance(given, str) else "."
    return meant if meant != "." else f"; one of {', '.join(known)} is needed."


def _meant_quorum(given: Any) -> str:
    if isinstance(given, dict):
        return near(str(given.get("kind", "")), FORMS)
    return near(given, WORDS) if isinstance(given, str) else "."


def fields_of_process(place: Place, error: ErrorDetails) -> Sequence[str]:
    """The fields that there are in an approval process beside one that is not."""
    if len(place) == 1:
        return list(ProcessDocument.model_fields)
    if place[0] == "stages" and len(place) == 3:
        return list(StageDocument.model_fields)
    for step in reversed(error["loc"]):
        form = FORMS.get(str(step).removeprefix("form:"))
        if form is not None:
            return list(form.model_fields)
    return list(AGroup.model_fields)
