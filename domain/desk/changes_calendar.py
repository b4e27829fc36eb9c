"""The times of changes: what speaks against them, and what change windows refuse.

A change that is scheduled or started is checked against the windows that are in force then. All
that speaks against it is recorded with the command, also where nothing does.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Unpack
from uuid import UUID

from msgspec import Struct

from domain.asset import Asset
from domain.change import Change
from domain.change_times import Occasion
from domain.change_window import ChangeWindow
from domain.conflicts import DEPTH, Schedule
from domain.desk.changes import Changes
from domain.desk.desk import Repeat
from domain.desk.subjects import facts_of
from domain.ids import number_of, prefix_of
from domain.impact import Graph
from domain.ledger import Work
from domain.outlook import AHEAD, CHANGES_MAX, LedgerOutlook, Outlook
from domain.planned import Conflict, Planned
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.window_rules import (
    Window,
    as_window,
    conflicts_with_windows,
    in_force,
    is_about,
)

DAYS_MAX = 366
"""A change is scheduled for at most so many days, and windows are looked at so far ahead."""
INSTANT = timedelta(microseconds=1)


class Affected(Struct, frozen=True, kw_only=True):
    """A change that a window bears on."""

    change: UUID
    conflict: Conflict | None = None
    """What it says of the time that the change is scheduled or asked for."""
    is_held: bool = False
    """Whether its approval stands while the window is under way."""


class ChangeCalendar(Changes):
    outlook: Outlook | None = None

    # What speaks against a time ---------------------------------------------------------------

    async def planned(
        self, change: Change, start: datetime, end: datetime, assets: Sequence[Asset] | None = None
    ) -> Planned:
        """A change at a time, with what it touches. `assets`: as they were, and not as they are."""
        if assets is None:
            assets = [
                record
                for id in change.affected_assets
                if isinstance(record := await self.ledger.peek(id), Asset)
            ]
        people = {str(change.assignee)} if change.assignee else set()
        people |= {
            str(task.assignee)
            for task in change.tasks
            if task.phase == "implementation" and task.assignee is not None
        }
        services = {change.service, *(asset.service for asset in assets)}
        classes = {asset.id: asset.asset_class for asset in assets}
        return Planned(
            change=change.id,
            start=start,
            end=end,
            organisation=change.organisation,
            services=frozenset(service for service in services if service),
            assets=frozenset(asset.id for asset in assets),
            people=frozenset(people),
            is_emergency=change.type == "emergency",
            fields={
                **facts_of(self.directory, change, classes),
                "is_scheduled": True,
                "planned_start": start,
                "planned_end": end,
            },
        )

    async def conflicts(
        self, change: Change, start: datetime, end: datetime
    ) -> tuple[Conflict, ...]:
        """All that speaks against a change at a time, as it is now."""
        self.directory.catch_up()
        mine = await self.planned(change, start, end)
        others = await self._scheduled(start, end)
        relations = await self._outlook.relations(mine.assets, DEPTH) if mine.assets else ()
        return Schedule(others, Graph(relations), self.windows()).conflicts(mine)

    async def conflicts_between(
        self, since: datetime, until: datetime
    ) -> dict[UUID, tuple[Conflict, ...]]:
        """What speaks against each change that is scheduled in a time."""
        plans = await self._scheduled(since, until)
        assets = {asset for plan in plans for asset in plan.assets}
        relations = await self._outlook.relations(sorted(assets), DEPTH) if assets else ()
        schedule = Schedule(plans, Graph(relations), self.windows())
        # In a thread, as it takes a while where there is much.
        return await asyncio.to_thread(
            lambda: {plan.change: schedule.conflicts(plan) for plan in plans}
        )

    async def _scheduled(self, since: datetime, until: datetime) -> list[Planned]:
        return [
            await self.planned(change, change.scheduled_start, change.scheduled_end)
            for id in await self._outlook.scheduled(since, until)
            if isinstance(change := await self.ledger.peek(id), Change)
            and change.status in AHEAD
            and change.scheduled_start is not None
            and change.scheduled_end is not None
        ]

    @property
    def _outlook(self) -> Outlook:
        return self.outlook or LedgerOutlook(self.ledger)

    def windows(self) -> list[Window]:
        """The change windows in force, as far as they are known here."""
        return in_force(self.directory.change_windows())

    # Enforce it -------------------------------------------------------------------------------

    async def schedule_change(
        self,
        id: UUID,
        *,
        start: datetime,
        end: datetime,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Set when a change is implemented. Refused inside a freeze and outside of the maintenance
        windows that are for it, unless it is excepted, or an emergency that they let pass."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            before = change.version
            require(
                end - start <= timedelta(days=DAYS_MAX), f"A change takes at most {DAYS_MAX} days."
            )
            change.schedule(start=start, end=end, by=by)
            if change.version != before:
                found = await self.conflicts(change, start, end)
                self._require_allowed(found)
                change.note_conflicts("scheduling", found, start=start, end=end, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def check_start(self, change: Change, by: Provenance) -> None:
        """Refuse the start of an implementation that the windows in force do not allow now, and
        note what speaks against it."""
        self.directory.catch_up()
        start = by.effective_at.astimezone(UTC)
        now = await self.planned(change, start, start + INSTANT)
        found = conflicts_with_windows(now, self.windows())
        self._require_allowed(found)
        if found:
            change.note_conflicts("implementation", found, start=start, end=start + INSTANT, by=by)

    # What is ahead ----------------------------------------------------------------------------

    async def in_approval(self) -> Sequence[UUID]:
        """The changes whose approval a freeze may hold."""
        return [id for id in await self.all_in_approval() if prefix_of(id) == Change.prefix]

    async def all_in_approval(self) -> Sequence[UUID]:
        """The records of all kinds that wait for votes."""
        return await self._outlook.in_approval()

    async def reminders(self, now: datetime) -> tuple[Sequence[UUID], datetime | None]:
        """The assets with a reminder that is due, and when the next is due after that."""
        return await self._outlook.reminders(now)

    async def articles_to_review(self, now: datetime, limit: int) -> Sequence[UUID]:
        """So many of the published articles that are to be looked at again by now, those due first
        first."""
        return await self._outlook.articles_to_review(now, limit)

    async def overdue(self, now: datetime) -> Sequence[UUID]:
        """The changes that owe something whose moment has passed, which was not noted yet."""
        return await self._outlook.overdue(now)

    async def note_conflicts(self, change: Change, occasion: Occasion, by: Provenance) -> None:
        """Record what speaks against the planned time of a change now, if it has one."""
        start, end = change.planned_start, change.planned_end
        if start is not None and end is not None:
            found = await self.conflicts(change, start, end)
            change.note_conflicts(occasion, found, start=start, end=end, by=by)

    def _require_allowed(self, conflicts: Sequence[Conflict]) -> None:
        refused = [conflict for conflict in conflicts if conflict.effect == "refused"]
        if refused:
            raise Refused(" ".join(self.said(conflict) for conflict in refused))

    def said(self, conflict: Conflict) -> str:
        """A conflict in a sentence, with the names of windows and people."""
        window = self.directory.change_window(conflict.other)
        names = {}
        if conflict.reason == "implementer is busy":
            people = {thing: self.directory.person(UUID(thing)) for thing in conflict.things}
            names = {thing: person.name for thing, person in people.items() if person}
        return conflict.said(window.name if window else "", names)

    # Windows ----------------------------------------------------------------------------------

    async def except_change(
        self,
        id: UUID,
        change: UUID,
        *,
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Let a change break a window. Nobody excepts a change of their own."""

        async def decide(work: Work) -> None:
            window = await work.get(ChangeWindow, id, expected=expected)
            found = await self.ledger.peek(change)
            if not isinstance(found, Change):
                raise Refused(f"change: there is no change {number_of(change)}.")
            require(
                found.barred.isdisjoint({by.actor, by.on_behalf_of}),
                "Nobody excepts their own change: its requester, its proposer and whoever "
                "implements it do not.",
            )
            window.except_change(change, reason=reason, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def affected(self, window: ChangeWindow, now: datetime) -> list[Affected]:
        """What a window bears on by its draft, or as it is published, from now on: scheduled
        changes, and approvals that are under way."""
        definition = window.draft_definition
        if definition is None:
            return []
        self.directory.catch_up()
        shown = as_window(window, definition)
        since = max(now, definition.start) if definition.start else now
        furthest = since + timedelta(days=DAYS_MAX)
        until = min(furthest, definition.end) if definition.end else furthest
        found = [
            Affected(change=id, conflict=conflict)
            for id in await self._outlook.scheduled(since, until)
            if (conflict := await self._against(id, shown)) is not None
        ]
        holds = definition.kind == "freeze" and definition.holds_approvals
        for id in (await self.in_approval())[:CHANGES_MAX]:
            change = await self.ledger.peek(id)
            if not isinstance(change, Change) or not change.is_in_approval:
                continue
            start, end = change.planned_start or since, change.planned_end or since + INSTANT
            is_held = holds and is_about(definition, await self.planned(change, start, end))
            conflict = await self._against(id, shown)
            if is_held or conflict is not None:
                found.append(Affected(change=id, conflict=conflict, is_held=is_held))
        return found

    async def _against(self, id: UUID, window: Window) -> Conflict | None:
        change = await self.ledger.peek(id)
        if not isinstance(change, Change) or change.is_over:
            return None
        if change.planned_start is None or change.planned_end is None:
            return None
        plan = await self.planned(change, change.planned_start, change.planned_end)
        return next(iter(conflicts_with_windows(plan, [window])), None)
