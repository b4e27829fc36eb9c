"""The timeline: everything that happened to every record, told by the events themselves.

What an event says is taken from its fields, so that nothing is written twice and a new kind of
event needs nothing here.
"""

from domain.aggregate import Entry
from domain.event_fields import fields_of
from domain.ticket import Visibility
from projections.rows import Rows
from projections.tables import Id, Instant, Json, Row, Table, id_text, instant, number_text
from projections.view import View

NAME = "timeline"
VERSION = 1


class TimelineRow(Row):
    position: int
    record: Id
    number: str
    kind: str
    version: int
    topic: str
    at: Instant
    effective_at: Instant
    actor: str
    channel: str
    on_behalf_of: str
    command: Id
    correlation: Id | None
    is_internal: bool
    """Whether it was said among agents."""
    cause: Json
    fields: Json


TIMELINE = Table(
    NAME,
    VERSION,
    TimelineRow,
    key=("position",),
    indexes=[("record", "version"), ("actor", "position"), ("kind", "position")],
)


def fold(entry: Entry, rows: Rows) -> None:
    event, id = entry.event, entry.originator_id
    by, number = event.by, number_text(id)
    cause = by.cause
    rows.put(
        TIMELINE,
        TimelineRow(
            entry.position,
            id_text(id),
            number,
            number[:3],
            entry.originator_version,
            entry.topic,
            instant(by.at),
            instant(by.effective_at),
            by.actor,
            by.channel,
            by.on_behalf_of,
            str(by.command),
            None if by.correlation is None else str(by.correlation),
            getattr(event, "visibility", None) is Visibility.INTERNAL,
            {}
            if cause is None
            else {name: getattr(cause, name) for name in cause.__struct_fields__},
            {
                name: value
                for name in fields_of(type(event))
                if (value := getattr(event, name)) is not None
            },
        ),
    )


VIEW = View(NAME, VERSION, (TIMELINE,), fold)
