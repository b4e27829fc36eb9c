"""What approvals are about: the kinds of subjects, and the fields that conditions may ask for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

SubjectKind = Literal[
    "change",
    "request",
    "release",
    "article",
    "service",
    "asset",
    "service level policy",
    "approval process",
]
Value = str | int | bool | datetime | Sequence[str]
"""What a field can have."""
FieldType = Literal["text", "number", "yes or no", "moment", "texts"]


class Field(Struct, frozen=True):
    """A field of a subject: `values` are all that it can have, empty where that is not known."""

    name: str
    type: FieldType
    about: str
    values: tuple[str, ...] = ()


CHANGE = (
    Field("type", "text", "The type of the change.", ("normal", "emergency")),
    Field("risk", "text", "The risk of the change.", ("low", "moderate", "high", "very high")),
    Field("category", "text", "The category, empty without one."),
    Field("subcategory", "text", "The subcategory, empty without one."),
    Field("service", "text", "The name of the affected service, empty without one."),
)

FIELDS: dict[SubjectKind, tuple[Field, ...]] = {
    "change": CHANGE,
    "request": (),
    "release": (),
    "article": (),
    "service": (),
    "asset": (),
    "service level policy": (),
    "approval process": (),
}
