"""Report schedules as lines of text, and what is amiss with them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from domain.desk import Desk
from domain.ids import number_of
from domain.report_schedule import AMISS, ReportSchedule, Status
from domain.rhythm import next_moment

LATE = timedelta(hours=1)
"""What is still to be sent after that is told as late."""


def line(desk: Desk, schedule: ReportSchedule, now: datetime) -> str:
    """Its number, what it is, and how it stands."""
    contents = schedule.contents
    view = "" if contents.view is None else number_of(contents.view)
    parts = [
        schedule.number,
        schedule.name,
        contents.report or view,
        _standing(desk, schedule, now),
    ]
    if schedule.outcomes:
        counts = Counter(schedule.outcomes.values())
        parts.append(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
    return " | ".join(parts)


def _standing(desk: Desk, schedule: ReportSchedule, now: datetime) -> str:
    if schedule.status is not Status.ACTIVE:
        return str(schedule.status)
    calendar = desk.directory.calendar(schedule.rhythm.calendar)
    hours = None if calendar is None else calendar.hours
    moment = next_moment(schedule.rhythm, schedule.zone, now, hours)
    return f"next {moment:%Y-%m-%d %H:%M} UTC"


def delivered(desk: Desk, id: UUID) -> Iterator[str]:
    """What everybody was sent, the latest last."""
    for entry in desk.ledger.history(id):
        event = entry.event
        if isinstance(event, ReportSchedule.Delivered):
            person = desk.directory.person(event.person)
            who = str(event.person) if person is None else f"{person.number} {person.name}"
            said = (
                f"{event.definition} version {event.definition_version}" if event.definition else ""
            )
            outcome = f"preview {event.outcome}" if event.is_preview else event.outcome
            parts = [f"{event.moment:%Y-%m-%d %H:%M} UTC", f"@{event.position}", who, outcome]
            files = (f"{name} {digest[:12]}" for name, digest in event.sha256.items())
            yield " | ".join(part for part in (*parts, said, *files, event.why) if part)


def amiss(schedules: Iterable[ReportSchedule], now: datetime) -> list[str]:
    """The numbers of those that were not sent as they should be."""
    return [
        one.number
        for one in schedules
        if one.status is not Status.ENDED
        and (
            not AMISS.isdisjoint(one.outcomes.values())
            or any(now - delivery.since > LATE for delivery in one.outstanding)
        )
    ]
