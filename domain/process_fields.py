"""The fields that people write in definitions: each with its limits, and the words of its schema.

What is checked here is the type and the length; whether a text makes sense is for the rules of the
definition to say.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.definition import ORDER_MAX, SELECTORS_MAX
from domain.expression import TEXT_MAX
from domain.text import NAME_MAX

SELECTOR_MAX = 4_000
"""A `cel:` selector is an expression."""
LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
"""A line that is not blank and has no control characters."""


class Part(BaseModel):
    """These fields and no others, each of its type alone."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def listed(one: Any) -> Any:
    """Marks a list of texts that may be written as one text, too."""
    return BeforeValidator(_listed, json_schema_input_type=one | list[one])


Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX, pattern=LINE)]
Selector = Annotated[
    str,
    Field(
        min_length=1,
        max_length=SELECTOR_MAX,
        description=(
            "People: `person:ada`, `team:Network`, `role:approver`, `manager-of:requester` "
            "(or `assignee`, `approver`), `owner-of:service` (or `assets`, `impact`), "
            "`field:NAME` (an answer of the form that holds a user name), or `cel:` and an "
            "expression over the directory."
        ),
        examples=["team:Network", "person:ada", "manager-of:requester"],
        json_schema_extra={
            "pattern": r"^(person|team|role|manager-of|owner-of|field|cel):[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$"  # noqa: E501 - one pattern
        },
    ),
]
Selectors = Annotated[list[Selector], Field(max_length=SELECTORS_MAX)]
Duration = Annotated[
    str,
    Field(
        min_length=2,
        max_length=8,
        description=(
            "`45m`, `4h` (open hours of the calendar), `2bd` (business days) or `3d` (days of the "
            "calendar on the wall), at most 366 days."
        ),
        examples=["4h", "2bd", "3d"],
        json_schema_extra={"pattern": r"^[1-9][0-9]{0,5}(s|m|h|bd|d)$"},
    ),
]
Condition = Annotated[
    str,
    Field(
        max_length=TEXT_MAX,
        description=(
            'A condition on the subject in CEL: `subject.risk == "high"`. Its fields are '
            "checked as it is written."
        ),
        examples=['subject.risk == "high" && subject.type == "normal"'],
        json_schema_extra={"pattern": r"^[^\x00]*$"},
    ),
]
Order = Annotated[int, Field(ge=0, le=ORDER_MAX)]
