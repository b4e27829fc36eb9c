"""What a record must say after a row, and what it says: told from the record, not from events."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from domain.asset import Asset
from domain.ids import number_of
from ops.importing.interpreter import LASTING, Reading, as_text, lasting, ranks_of
from ops.importing.mapping import Mapping
from ops.importing.shapes import SHAPES
from ops.importing.story import Story

STATE_FIELDS = (
    "requester",
    "organisation",
    "category",
    "subcategory",
    "service",
    "team",
    "assignee",
    "type",
)
"""Fields that the state of a record has under the same name."""

AT_A_STATUS = {
    "code": ("resolved", "closed"),
    "resolution": ("resolved",),
    "outcome": ("implemented", "reviewed"),
    "scheduled_start": ("scheduled",),
    "scheduled_end": ("scheduled",),
    "holder": ("in use",),
}
"""Fields that count when a record comes to a status."""


class Expectation(NamedTuple):
    field: str
    wanted: Any
    found: Any


def expectations(
    mapping: Mapping,
    story: Story,
    now: Reading,
    status: tuple[str, str],
    links_before: list[tuple[str, UUID]],
    has_other_events: bool,
) -> Iterator[Expectation]:
    """Each value of a row beside that of the record. `status` is the last that a row told."""
    record, facts = story.record, now.facts
    for name in ("title", "description"):
        if name in facts:
            yield Expectation(name, facts[name], getattr(story, name))
    for name in STATE_FIELDS:
        if name in facts and name not in LASTING[mapping.record]:
            yield Expectation(name, _number(facts[name]), _number(getattr(record, name)))
    for name in LASTING[mapping.record]:
        if name in facts:
            yield Expectation(name, as_text(facts[name]), lasting(story, name))
    if ranks := ranks_of(facts):
        found = record.impact, record.urgency, record.priority
        yield Expectation("impact, urgency, priority", ranks, found)
    yield from _status(mapping, story, facts, now.row.status, status)
    for name, text in now.details.items():
        yield Expectation(f"details.{name}", text, record.details.get(name, ""))
    if not has_other_events:
        known = now.details.keys() | set(LASTING[mapping.record])
        yield Expectation("details", "", ", ".join(sorted(record.details.keys() - known)))
    yield from _links(record, set(now.links), set(links_before), has_other_events)


def _status(
    mapping: Mapping, story: Story, facts: dict[str, Any], said: str, last: tuple[str, str]
) -> Iterator[Expectation]:
    record = story.record
    lifecycle = SHAPES[mapping.record].lifecycle
    if last[0]:
        found = (str(record.status), getattr(record, "pending_reason", ""))
        yield Expectation("status", last, last if lifecycle.stands(record, *last) else found)
    for name, statuses in AT_A_STATUS.items():
        if said in statuses and facts.get(name) and _has(story, name):
            yield Expectation(name, _number(facts[name]), _number(_found(story, name)))


def _has(story: Story, name: str) -> bool:
    return name not in ("code", "resolution") or name in story.latest


def _found(story: Story, name: str) -> Any:
    return story.latest[name] if name in story.latest else getattr(story.record, name)


def _links(
    record: Any,
    wanted: set[tuple[str, UUID]],
    before: set[tuple[str, UUID]],
    has_other_events: bool,
) -> Iterator[Expectation]:
    if not (wanted or before) and has_other_events:
        return
    present = set(record.relations if isinstance(record, Asset) else record.links)
    wanted = {(type, other) for type, other in wanted if other != record.id}
    # Others may have linked the record to more.
    found = (present & wanted) | (present & before) if has_other_events else present
    yield Expectation("links", _spell(wanted), _spell(found))


def _spell(links: set[tuple[str, UUID]]) -> str:
    return ", ".join(sorted(f"{type} {number_of(other)}" for type, other in links))


def _number(value: Any) -> Any:
    return number_of(value) if isinstance(value, UUID) else value
