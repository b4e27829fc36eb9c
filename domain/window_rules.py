"""How change windows bear on a planned change: which are about it, and whether it breaks them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.change_window import ChangeWindow, Definition
from domain.conditions import condition
from domain.planned import Conflict, Effect, Planned
from domain.rules import Refused
from domain.wall_clock import instant, micros

Span = tuple[datetime, datetime]


class Window(Struct, frozen=True, kw_only=True):
    """A window in force."""

    id: UUID
    name: str
    definition: Definition
    exceptions: frozenset[UUID] = frozenset()


def in_force(windows: Iterable[ChangeWindow]) -> list[Window]:
    """The published windows that are not retired, in the order of their numbers."""
    return [
        as_window(window, definition)
        for window in sorted(windows, key=lambda window: window.id)
        if (definition := window.published)
    ]


def as_window(window: ChangeWindow, definition: Definition) -> Window:
    """A window as it is by one of its definitions."""
    return Window(
        id=window.id,
        name=window.name,
        definition=definition,
        exceptions=frozenset(window.exceptions),
    )


def is_about(definition: Definition, planned: Planned) -> bool:
    """Whether a change is in the scope of a window, whenever it is planned.

    A condition that has no answer for a change lets it be in the scope.
    """
    if definition.organisations and planned.organisation not in definition.organisations:
        return False
    if definition.services and planned.services.isdisjoint(definition.services):
        return False
    if definition.assets and planned.assets.isdisjoint(definition.assets):
        return False
    try:
        return condition(definition.when, "change").holds(planned.fields)
    except Refused:
        return True


def spans(definition: Definition, since: datetime, until: datetime) -> list[Span]:
    """The spans of a window between two instants, cut to them, in order and apart."""
    start = max(micros(since), micros(definition.start)) if definition.start else micros(since)
    end = min(micros(until), micros(definition.end)) if definition.end else micros(until)
    if start >= end:
        return []
    if definition.hours is None:
        return [(instant(start), instant(end))]
    return joined(definition.hours.windows_between(instant(start), instant(end)))


def joined(found: Iterable[Span]) -> list[Span]:
    """Spans in order, as one where they touch or overlap."""
    apart: list[Span] = []
    for start, end in sorted(found):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def conflicts_with_windows(planned: Planned, windows: Iterable[Window]) -> list[Conflict]:
    """The freezes that a change lies in, and the maintenance windows that it is not wholly in."""
    about = [window for window in windows if is_about(window.definition, planned)]
    freezes = [window for window in about if window.definition.kind == "freeze"]
    maintenance = [window for window in about if window.definition.kind == "maintenance"]
    return [*_in_freezes(planned, freezes), *_out_of_maintenance(planned, maintenance)]


def is_under_way(window: Window, at: datetime) -> bool:
    """Whether an instant lies in the window."""
    here = micros(at)
    return spans(window.definition, instant(here), instant(here + 1)) != []


def holds_approval(window: Window, planned: Planned) -> bool:
    """Whether the approval of a change stands while the window is under way."""
    definition = window.definition
    return (
        definition.kind == "freeze"
        and definition.holds_approvals
        and planned.change not in window.exceptions
        and (definition.stops_emergencies or not planned.is_emergency)
        and is_about(definition, planned)
    )


def _in_freezes(planned: Planned, freezes: Iterable[Window]) -> Iterable[Conflict]:
    for window in freezes:
        if found := spans(window.definition, planned.start, planned.end):
            yield Conflict(
                reason="inside a freeze",
                other=window.id,
                start=found[0][0],
                end=found[-1][1],
                effect=_effect(planned, [window]),
            )


def _out_of_maintenance(planned: Planned, windows: Iterable[Window]) -> Iterable[Conflict]:
    """A change is to lie in the windows of each thing that has some: of each asset, of each
    service, and of what they name neither of."""
    by_thing: dict[str, list[Window]] = {}
    for window in windows:
        for thing in _things(window.definition, planned):
            by_thing.setdefault(thing, []).append(window)
    broken: dict[tuple[UUID, ...], list[str]] = {}
    for thing, about in sorted(by_thing.items()):
        allowed = joined(
            span
            for window in about
            for span in spans(window.definition, planned.start, planned.end)
        )
        if allowed != [(planned.start, planned.end)]:
            broken.setdefault(tuple(window.id for window in about), []).append(thing)
    known = {window.id: window for about in by_thing.values() for window in about}
    for ids, things in broken.items():
        yield Conflict(
            reason="outside a maintenance window",
            other=ids[0],
            start=planned.start,
            end=planned.end,
            effect=_effect(planned, [known[id] for id in ids]),
            things=tuple(thing for thing in things if thing),
        )


def _things(definition: Definition, planned: Planned) -> list[str]:
    """What of a change a maintenance window is for; "" for the change itself."""
    if definition.assets:
        return sorted(str(asset) for asset in planned.assets & set(definition.assets))
    if definition.services:
        return sorted(planned.services & set(definition.services))
    return [""]


def _effect(planned: Planned, windows: Sequence[Window]) -> Effect:
    if any(planned.change in window.exceptions for window in windows):
        return "excepted"
    strict = [window.definition for window in windows if window.definition.is_strict]
    if not strict:
        return "warned"
    if planned.is_emergency and not any(definition.stops_emergencies for definition in strict):
        return "emergency"
    return "refused"
