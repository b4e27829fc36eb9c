"""What can be imported of each kind of record: its fields, its life cycle and its links."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, get_args

from domain import asset, change, text
from domain.aggregate import Aggregate
from domain.asset import Asset
from domain.change import Change
from domain.incident import Channel, Incident
from domain.problem import Problem
from domain.ticket import LinkType
from ops.importing.lifecycles import (
    AssetLifecycle,
    ChangeLifecycle,
    IncidentLifecycle,
    Lifecycle,
    ProblemLifecycle,
)
from ops.importing.mapping import Link, Source

FOREIGN_NUMBER = "foreign number"
"""The detail that keeps a number which ours is not made from."""


class FieldRule(NamedTuple):
    """What a field takes. Numbers and choices stand in `choices`, as text."""

    is_a: str
    """`text`, `person`, `team`, `organisation` or `time`."""
    limit: int = text.NAME_MAX
    """The most characters."""
    choices: tuple[str, ...] = ()

    def mistake(self, source: Source) -> str:
        """What is wrong with filling the field from this source, or ""."""
        if (self.is_a == "person") != (source.person is not None):
            return (
                "a person is given with `person`, the name of a group under `people`"
                if self.is_a == "person"
                else "this field names no person"
            )
        if source.time != (self.is_a == "time"):
            return f"this field is {'a' if self.is_a == 'time' else 'no'} time"
        given = [str(value) for value in (source.values or {}).values()]
        given += [value for value in (source.constant, source.default) if value]
        for value in given:
            if message := self.refusal(value):
                return message
        return ""

    def refusal(self, value: str) -> str:
        """Why a value is not taken, or ""."""
        if value and self.choices and value not in self.choices:
            return f"{value!r} is not one of {', '.join(self.choices)}"
        if len(value) > self.limit:
            return f"a value has at most {self.limit} characters, not {len(value)}"
        return ""


TITLE = FieldRule("text", text.TITLE_MAX)
NAME = FieldRule("text")
TEXT = FieldRule("text", text.TEXT_MAX)
REASON = FieldRule("text", text.REASON_MAX)
PERSON = FieldRule("person")
TEAM = FieldRule("team")
ORGANISATION = FieldRule("organisation")
LEVEL = FieldRule("text", choices=("1", "2", "3"))
PRIORITY = FieldRule("text", choices=("1", "2", "3", "4", "5"))
DETAIL = FieldRule("text", 4_000)

TICKET = {
    "title": TITLE,
    "description": TEXT,
    "requester": PERSON,
    "organisation": ORGANISATION,
    "category": NAME,
    "subcategory": NAME,
    "service": NAME,
    "impact": LEVEL,
    "urgency": LEVEL,
    "priority": PRIORITY,
    "team": TEAM,
    "assignee": PERSON,
}
RESOLUTION = {"code": NAME, "resolution": REASON}


class Shape(NamedTuple):
    kind: type[Aggregate]
    article: str
    fields: dict[str, FieldRule]
    lifecycle: Lifecycle
    link_types: tuple[str, ...]
    links_to: tuple[str, ...]

    def together(self, given: Collection[str]) -> Iterator[tuple[str, str]]:
        """The fields that are given without one that they need."""
        for field, needed in (
            ("impact", "urgency"),
            ("urgency", "impact"),
            ("priority", "impact"),
            ("subcategory", "category"),
        ):
            if field in given and field in self.fields and needed not in given:
                yield field, needed

    def link_mistake(self, link: Link) -> str:
        if link.record not in self.links_to:
            return f"{self.article} is linked to no {link.record}"
        if link.type not in self.link_types:
            return f"there is no link {link.type!r}; one of {', '.join(self.link_types)}"
        return ""


TICKETS_AND_ASSETS = ("incident", "problem", "change", "asset")

SHAPES: dict[str, Shape] = {
    "incident": Shape(
        Incident,
        "an incident",
        {**TICKET, **RESOLUTION, "channel": FieldRule("text", choices=get_args(Channel))},
        IncidentLifecycle(),
        get_args(LinkType),
        TICKETS_AND_ASSETS,
    ),
    "problem": Shape(
        Problem,
        "a problem",
        {**TICKET, **RESOLUTION},
        ProblemLifecycle(),
        get_args(LinkType),
        TICKETS_AND_ASSETS,
    ),
    "change": Shape(
        Change,
        "a change",
        {
            **TICKET,
            "code": NAME,
            "reason": REASON,
            "type": FieldRule("text", choices=get_args(change.Type)),
            "outcome": FieldRule("text", choices=get_args(change.Outcome)),
            "scheduled_start": FieldRule("time"),
            "scheduled_end": FieldRule("time"),
        },
        ChangeLifecycle(),
        get_args(LinkType),
        TICKETS_AND_ASSETS,
    ),
    "asset": Shape(
        Asset,
        "an asset",
        {
            "name": NAME,
            "asset_class": NAME,
            "tag": NAME,
            "service": NAME,
            "organisation": ORGANISATION,
            "owner": PERSON,
            "holder": PERSON,
        },
        AssetLifecycle(),
        get_args(asset.RelationType),
        ("asset",),
    ),
}

KINDS: dict[str, Any] = {name: shape.kind for name, shape in SHAPES.items()}
