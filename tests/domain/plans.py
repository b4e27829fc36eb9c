"""Planned changes and windows of the tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.business_time import BusinessHours
from domain.change_window import Definition
from domain.ids import record_id
from domain.planned import Planned
from domain.window_rules import Window

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
"""The start of a Monday."""
NIGHTS = BusinessHours(zone="Europe/Zurich", weekly={"sat": (("22:00", "04:00"),)})
FIELDS = {"type": "normal", "risk": "low", "details": {}}


def hour(number: float) -> datetime:
    return MIDNIGHT + timedelta(hours=number)


def change(number: int) -> UUID:
    return record_id("CHG", number)


def asset(number: int) -> UUID:
    return record_id("AST", number)


def window_id(number: int) -> UUID:
    return record_id("WIN", number)


def planned(number: int, start: float, end: float, **more: Any) -> Planned:
    """A change from an hour after midnight to another."""
    for name in ("assets", "services", "people"):
        more[name] = frozenset(more.get(name, ()))
    return Planned(
        change=change(number), start=hour(start), end=hour(end), **{"fields": FIELDS, **more}
    )


def freeze(number: int = 1, start: float = 0, end: float = 24, **more: Any) -> Window:
    return _window("freeze", number, start=hour(start), end=hour(end), **more)


def maintenance(number: int = 2, start: float = 0, end: float = 4, **more: Any) -> Window:
    return _window("maintenance", number, start=hour(start), end=hour(end), **more)


def weekly(number: int = 3, hours: BusinessHours = NIGHTS, **more: Any) -> Window:
    return _window("maintenance", number, hours=hours, **more)


def _window(kind: Any, number: int, **more: Any) -> Window:
    exceptions = frozenset(more.pop("exceptions", ()))
    return Window(
        id=window_id(number),
        name=f"Window {number}",
        definition=Definition(kind=kind, reason="Because.", **more),
        exceptions=exceptions,
    )
