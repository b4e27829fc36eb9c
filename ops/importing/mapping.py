"""What a mapping file says: which column means what in the records of the desk.

The form is described for its writers in docs/importing.md.
"""

import codecs
import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from domain.person import Role

RecordName = Literal["incident", "problem", "change", "asset"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
AnyRole = Annotated[Role, Field(strict=False)]
GroupName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,20}$")]
SERIAL = "{serial}"
PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|([^{}]*))?\}")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _column(given: Any) -> Any:
    """A text alone names the column."""
    return {"column": given} if isinstance(given, str) else given


def _status(given: Any) -> Any:
    """A text alone names the status."""
    return {"status": given} if isinstance(given, str) else given


class FileFormat(Part):
    format: Literal["csv"] = "csv"
    """Compressed with gzip or not; which of the two is seen from the file itself."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    encoding: str = "utf-8"

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            codec = codecs.lookup(encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {encoding!r}") from None
        # The library knows more codecs than texts have encodings: base64 is one.
        if not getattr(codec, "_is_text_encoding", True):
            raise ValueError(f"{encoding!r} is no encoding of text")
        return encoding


class Number(Part):
    """Which column tells the records apart, and how their numbers are made from it."""

    column: Name
    pattern: str = ""
    """Such as `INC{serial}`: the serial becomes that of our number."""
    allocate: bool = False
    """New numbers; the foreign one is kept as the detail `foreign number`."""

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if bool(self.pattern) == self.allocate:
            raise ValueError("give a pattern, or `allocate: true`, and not both")
        check_pattern(self.pattern)
        return self


class OrderKey(Part):
    """What the rows of one record are ordered by."""

    column: Name
    as_: Literal["text", "number", "time"] = Field(default="text", alias="as")


class Times(Part):
    formats: tuple[str, ...] = Field(default=("iso",), min_length=1, strict=False)
    """`iso`, or a format of strptime such as `%d/%m/%Y %H:%M`. The first that fits holds."""
    zone: str = "UTC"
    """Where a time has no offset of its own."""

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Zurich")
        return zone

    @field_validator("formats")
    @classmethod
    def _have_dates(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for format in formats:
            found = set(re.findall(r"%([a-zA-Z])", format.replace("%%", "")))
            if format != "iso" and not ({"d", "j"} & found and {"Y", "y"} & found):
                raise ValueError(f"{format!r} has no day and year; give `iso` or such as %d.%m.%Y")
            if unknown := found - set("aAbBdHIjmMpSyYzf"):
                raise ValueError(f"{format!r}: %{min(unknown)} is not known here")
        return formats


class Source(Part):
    """Where a value comes from."""

    column: Name | None = None
    template: Name | None = None
    """Text with columns in braces, `{category}`; `{symptom|none given}` where it may be missing."""
    constant: str | None = None
    values: dict[str, str | int] | None = None
    """What each value of the column becomes."""
    unknown: Literal["reject", "keep"] = "reject"
    """What happens to a row whose value is not among `values`."""
    default: str | None = None
    """What holds where the value is missing."""
    person: Name | None = None
    """The value names a person of this group under `people`."""
    time: bool = False
    """The value is a time."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(part is not None for part in (self.column, self.template, self.constant)) != 1:
            raise ValueError("give one of column, template and constant")
        if self.values is not None and self.column is None:
            raise ValueError("`values` need a column")
        return self

    @property
    def columns(self) -> list[str]:
        if self.column is not None:
            return [self.column]
        return [match[1] for match in PLACEHOLDER.finditer(self.template or "")]


AnySource = Annotated[Source, BeforeValidator(_column)]


class Opening(Part):
    """When and by whom a record was opened, where its first row is later than that."""

    time: Name
    actor: AnySource | None = None


class StateMove(Part):
    status: Name
    reason: Name | None = None
    """Why a pending record waits."""


class State(Part):
    columns: tuple[Name, ...] = Field(min_length=1, max_length=4, strict=False)
    values: dict[str, Annotated[StateMove, BeforeValidator(_status)] | None]
    """For each state, or combination such as `Accepted / Wait`, the status of the desk; null for
    one that says nothing."""
    stray: Literal["reject", "ignore"] = "reject"
    """What happens to a row with another state: it is left out, or its state is."""


class Group(Part):
    """People who are known by one set of names."""

    roles: tuple[AnyRole, ...] = Field(default=(Role.REQUESTER,), min_length=1, strict=False)
    organisation: Name | None = None


class Link(Part):
    """A column that names another record."""

    column: Name
    record: RecordName
    type: Name
    pattern: str = ""
    """As of `number`. Without one, the id is made from the name."""

    @model_validator(mode="after")
    def _has_serial(self) -> Self:
        check_pattern(self.pattern)
        return self


class Mapping(Part):
    source: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,30}$")
    """The name of the foreign system; the same name and number always mean the same record."""
    record: RecordName
    organisation: Name | None = None
    """Whose records and people they are, if no column says so; else the source's own."""
    file: FileFormat = FileFormat()
    missing: tuple[str, ...] = Field(default=(), strict=False)
    """What stands for a value that is not there, besides nothing at all."""
    number: Number
    order: tuple[OrderKey, ...] = Field(default=(), max_length=3, strict=False)
    """By default, the rows of a record follow each other as in the file."""
    times: Times = Times()
    time: Name
    """The column that says when a row was so."""
    actor: AnySource | None = None
    """Who made a row so."""
    opened: Opening | None = None
    people: dict[GroupName, Group] = {}
    fields: dict[str, AnySource] = {}
    state: State | None = None
    details: dict[Name, AnySource] = Field(default={}, max_length=150)
    links: tuple[Link, ...] = Field(default=(), max_length=20, strict=False)
    unchanged: Literal["keep", "skip"] = "keep"
    """Whether a row that changes nothing is recorded, for its time and its actor."""


def check_pattern(pattern: str) -> None:
    if pattern and (pattern.count(SERIAL) != 1 or re.search(r"[{}]", pattern.replace(SERIAL, ""))):
        raise ValueError("a pattern has {serial} once, such as INC{serial}")
