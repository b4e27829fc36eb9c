"""Conformance cases that tell what replies and states do to a due date, `sla_sequence`.

A case names its events without times, so each is put a minute after the one before.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.business_time import BusinessHours
from domain.service_clock import (
    Clock,
    Target,
    cancel,
    due,
    meet,
    pause,
    re_budget,
    restart,
    resume,
    start,
    waiting,
)

Json = dict[str, Any]

_CREATED = datetime(2007, 1, 1, 9, 0, tzinfo=UTC)
_STEP = timedelta(minutes=1)


class _Desk:
    """The clocks of one ticket: for a response, to keep in the loop, and to resolve."""

    def __init__(self, targets: Json, hours: BusinessHours) -> None:
        self.hours = hours
        self.excluding = bool(targets.get("exclude_time_on_ignored"))
        self.hiding: dict[str, tuple[str, ...]] = {}
        self.clocks: dict[str, Clock] = {}
        self.state = ""
        for name in ("response", "keep_in_loop", "resolve"):
            if f"{name}_h" not in targets:
                continue
            ignored = (*targets.get("ignore_on", ()), *targets.get(f"{name}_ignore_on", ()))
            self.hiding[name] = ignored
            pausing = ignored if self.excluding else ()
            self.clocks[name] = waiting(Target(name, f"{targets[f'{name}_h']}h", pausing))

    def created(self, at: datetime, by: str) -> None:
        if "resolve" in self.clocks:
            self.clocks["resolve"] = start(self.clocks["resolve"], at, self.hours)
        if by == "requestor":
            self.replied(at, by)

    def replied(self, at: datetime, by: str) -> None:
        response, loop = self.clocks.get("response"), self.clocks.get("keep_in_loop")
        if response is not None:
            if by == "agent":
                self.clocks["response"] = meet(response, at, self.hours)
            elif response.state in ("waiting", "met"):
                self.clocks["response"] = restart(response, at, self.hours)
        if loop is not None:
            change = restart if by == "agent" else cancel
            self.clocks["keep_in_loop"] = change(loop, at, self.hours)

    def turned(self, at: datetime, state: str) -> None:
        for name, clock in self.clocks.items():
            running = resume(clock, at, self.hours)
            self.clocks[name] = pause(running, at, self.hours, state)
        self.state = state

    def promised(self, at: datetime, targets: Json) -> None:
        for name, clock in self.clocks.items():
            if f"{name}_h" in targets:
                budget = f"{targets[f'{name}_h']}h"
                self.clocks[name] = re_budget(clock, at, self.hours, budget)

    def due(self) -> datetime | None:
        moments = [
            moment
            for name, clock in self.clocks.items()
            if self.state not in self.hiding[name] and (moment := due(clock)) is not None
        ]
        return min(moments, default=None)


def shown_due(case: Json, hours: BusinessHours) -> datetime | None:
    """The earliest due moment of our clocks after the events of a case."""
    desk = _Desk(case["targets"], hours)
    for at, kind, what in _timed(case):
        if kind == "create":
            desk.created(at, what)
        elif kind == "reply":
            desk.replied(at, what)
        elif kind == "status":
            desk.turned(at, what)
        elif kind == "set_sla":
            desk.promised(at, what)
    return desk.due()


def expected_due(case: Json) -> datetime | None:
    """The moment that the words of a case mean, such as `last agent reply+4h`."""
    words = case["expected"]["due"]
    if words is None:
        return None
    since, hours, *rest = words.split("+")
    moments = _moments(case)
    stood = moments["stalled time"] - _CREATED if rest else timedelta(0)
    return moments[since] + timedelta(hours=int(hours.removesuffix("h"))) + stood


def _moments(case: Json) -> Mapping[str, datetime]:
    """The moments that an expectation may count from."""
    found = {"created": _CREATED}
    stalled: datetime | None = None
    stood = timedelta(0)
    for at, kind, what in _timed(case):
        if kind == "reply":
            if what == "requestor":
                found.setdefault("first unanswered requestor reply", at)
            else:
                found.pop("first unanswered requestor reply", None)
            found[f"{what} reply"] = found[f"last {what} reply"] = at
        if kind == "status":
            stood += at - stalled if stalled else timedelta(0)
            stalled = at if what == "stalled" else None
    found["stalled time"] = _CREATED + stood
    return found


def _timed(case: Json) -> list[tuple[datetime, str, Any]]:
    at, found = _CREATED, []
    for kind, what in case["events"]:
        found.append((at, kind, what))
        at += timedelta(seconds=what) if kind == "wait_s" else _STEP
    return found
