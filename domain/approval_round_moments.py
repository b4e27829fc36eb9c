"""When the patience of a stage ends, and when its voters are reminded."""

from datetime import datetime

from domain import business_time
from domain.approval import OpenStage
from domain.business_rules import WEEKDAYS
from domain.business_time import BusinessHours, duration
from domain.provenance import Provenance
from domain.rules import Refused

ALWAYS = BusinessHours(zone="UTC", weekly={day: (("00:00", "24:00"),) for day in WEEKDAYS})
"""What patience counts on where a process names no calendar."""


def end_of_patience(by: Provenance, stage: OpenStage, hours: BusinessHours | None) -> datetime:
    """When patience ends that begins when the command took effect.

    If it would be over before anybody was asked, as after days of standstill, it begins with the
    asking.
    """
    due = moment_after(by.effective_at, stage.patience, hours)
    return due if due > by.at else moment_after(by.at, stage.patience, hours)


def reminders(
    by: Provenance, stage: OpenStage, hours: BusinessHours | None, due: datetime
) -> tuple[datetime, ...]:
    """When the silent voters are reminded before patience ends."""
    found = {moment_after(by.effective_at, wait, hours) for wait in stage.remind}
    return tuple(sorted(moment for moment in found if moment < due))


def moment_after(start: datetime, wait: str, hours: BusinessHours | None) -> datetime:
    """The moment at which so much time has passed on these hours; day and night without any."""
    try:
        return business_time.due(start, duration(wait), hours or ALWAYS)
    except Refused:
        # A calendar that has come to its end must not hold up a decision.
        return business_time.due(start, duration(wait), ALWAYS)
