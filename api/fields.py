"""The types of the fields of bodies: each with its limits, in the words of the OpenAPI document."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema
from pydantic.fields import FieldInfo

from domain.ids import number_of, parse_reference, prefix_of
from domain.rules import NotFound
from domain.text import NAME_MAX, REASON_MAX, TEXT_MAX, TITLE_MAX

LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
"""A line that is not blank and has no control characters."""
TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Text without control characters but tabs and line ends."""
REFERENCE = (
    r"^([A-Z]{3}[0-9]{1,19}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}"
    r"-[0-9a-fA-F]{12})$"
)

Title = Annotated[str, Field(min_length=1, max_length=TITLE_MAX, pattern=LINE)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX, pattern=LINE)]
OptionalName = Annotated[str, Field(max_length=NAME_MAX, pattern=TEXT)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_MAX, pattern=TEXT)]
Note = Annotated[str, Field(max_length=REASON_MAX, pattern=TEXT)]
Text = Annotated[str, Field(max_length=TEXT_MAX, pattern=TEXT)]
Words = Annotated[str, Field(min_length=1, max_length=TEXT_MAX, pattern=TEXT)]
Details = Annotated[dict[Name, Note], Field(max_length=200)]
Level = Annotated[int, Field(ge=1, le=3, description="1 high, 2 medium, 3 low.")]
Word = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="A word in small letters, by which other parts name it.",
    ),
]
TaskNumber = Annotated[int, Field(ge=1, le=1_000, description="The number of a task, from 1.")]
TimeOfDay = Annotated[
    str,
    Field(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="What the wall clock shows then, as HH:MM.",
    ),
]
Version = Annotated[int, Field(ge=1, le=1_000_000)]


class Refers:
    """Marks a field as naming a record of one of these kinds; "" is any ticket or asset."""

    __slots__ = ("prefixes",)

    def __init__(self, *prefixes: str) -> None:
        self.prefixes = prefixes


def _reference(what: str, *prefixes: str) -> Any:
    def check(value: Any) -> UUID:
        if not isinstance(value, str) or len(value) > 40:
            raise ValueError(f"the number or the id of {what} is needed")
        try:
            id = parse_reference(value)
        except NotFound:
            id = UUID(int=0)
        if prefix_of(id) not in prefixes:
            raise ValueError(f"this is neither a number nor an id of {what}")
        return id

    example = f"{prefixes[0]}0000042"
    schema = {
        "type": "string",
        "pattern": REFERENCE,
        "maxLength": 40,
        "description": f"The number or the id of {what}.",
        "examples": [example],
    }
    return Annotated[UUID, PlainValidator(check), WithJsonSchema(schema), Refers(*prefixes)]


PersonRef = _reference("a person", "PER")
TeamRef = _reference("a team", "TEA")
OrganisationRef = _reference("an organisation", "ORG")
ViewRef = _reference("a saved view", "VIE")
ChoiceListRef = _reference("a choice list", "CHL")
CalendarRef = _reference("a calendar", "CAL")
ProcessRef = _reference("an approval process", "APR")
TemplateRef = _reference("a change template", "TPL")
UpdateTemplateRef = _reference("an update template", "UPT")
ChangeRef = _reference("a change", "CHG")
AssetRef = _reference("an asset", "AST")
AssetTypeRef = _reference("a type of assets", "ATY")
ContractRef = _reference("a contract", "CON")
ServiceRef = _reference("a service", "SVC")
OfferingRef = _reference("an offering", "OFR")
MacroRef = _reference("a macro", "MAC")
ArticleRef = _reference("an article", "KBA")
TicketRef = _reference("a ticket", "INC", "PRB", "CHG", "QST", "REQ")
SourceRef = _reference("an article or a ticket", "KBA", "PRB", "INC", "CHG", "QST", "REQ")
RecordRef = _reference("a ticket or an asset", "INC", "PRB", "CHG", "QST", "REQ", "AST")


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time needs a zone or an offset from UTC, such as Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is out of range") from None


Instant = Annotated[
    datetime,
    AfterValidator(_in_utc),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "An instant with its offset from UTC.",
            "examples": ["2026-11-21T09:30:00Z"],
        }
    ),
]


def references(fields: dict[str, FieldInfo]) -> list[str]:
    """The fields of a body that name other records."""
    return [
        name
        for name, field in fields.items()
        if any(isinstance(mark, Refers) for mark in _marks(field))
    ]


def _marks(field: FieldInfo) -> list[Any]:
    marks = list(field.metadata)
    for argument in getattr(field.annotation, "__args__", ()):
        marks += getattr(argument, "__metadata__", ())
        for inner in getattr(argument, "__args__", ()):
            marks += getattr(inner, "__metadata__", ())
    return marks


def name_of(id: UUID) -> str:
    return number_of(id)
