"""Approvals of changes during freezes: held from when a freeze is for a change until it is not.

A freeze is for a change by what it says, by the fields of the change, and by the assets that this
affects: each holds from its own moment on, however late it is looked at.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.aggregate import Entry
from domain.approval_round import ApprovalRounds
from domain.asset import RESCOPING, Asset
from domain.change import Change
from domain.desk.changes_calendar import INSTANT, ChangeCalendar
from domain.desk.desk import Repeat
from domain.ledger import PAGE, Work
from domain.planned import Planned
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.window_past import held_between, past_of
from domain.window_rules import Span, Window, holds_approval, is_under_way, spans

SOON = timedelta(days=1)
"""How far ahead the clock looks for the next freeze: it looks again much more often."""
RESCOPED = tuple(f"Asset.{event.__name__}" for event in RESCOPING)


class Freezes(ChangeCalendar):
    # Follow what happens ------------------------------------------------------------------------

    async def follow_round(self, record: ApprovalRounds, by: Provenance) -> None:
        """For a change, note its conflicts if this command approves it; hold its round during a
        freeze, and let it go on if a freeze holds it no more."""
        await super().follow_round(record, by)
        if isinstance(record, Change):
            await self._follow_change(record, by)

    async def _follow_change(self, change: Change, by: Provenance) -> None:
        approvals = (entry for entry in change.pending if isinstance(entry.event, Change.Approved))
        if next(approvals, None) is not None and change.approval == "approved":
            await self.note_conflicts(change, "approval", by)
        await self._keep(change, change, by)

    async def follow_time(self, record: ApprovalRounds, by: Provenance) -> None:
        """Hold the round of a change since a freeze began, and let it go on since one ended."""
        await super().follow_time(record, by)
        if isinstance(record, Change) and record.standing.open:
            self.directory.catch_up()
            await self._keep(record, record, by)

    async def follow_scope(
        self, before: ApprovalRounds, record: ApprovalRounds, by: Provenance
    ) -> None:
        """Hold a change from an edit on that brings it into a freeze, and let it go on from an edit
        on that takes it out of one."""
        await super().follow_scope(before, record, by)
        if isinstance(before, Change) and isinstance(record, Change):
            self.directory.catch_up()
            await self._keep(record, before, by)
            await self._turn(record, by)

    # Follow the time, and the assets --------------------------------------------------------------

    async def keep_freezes(self, id: UUID, *, by: Provenance, **repeat: Unpack[Repeat]) -> Receipt:
        """Tell a change in approval what time it is: freezes begin to hold it, or do no more."""

        async def decide(work: Work) -> None:
            await self.follow_round(await work.get(Change, id), by)

        return await self.ledger.run(by, decide, **repeat)

    def has_freezes(self) -> bool:
        """Whether there ever was a freeze."""
        return any(
            definition.kind == "freeze"
            for window in self.directory.change_windows()
            for definition in window.versions
        )

    def freezes_at(self, now: datetime) -> tuple[tuple[UUID, object], ...]:
        """What freezes hold at a moment, to be compared: something else is something new."""
        self.directory.catch_up()
        return tuple(
            (window.id, (window.definition, window.exceptions)) for window in self._freezes(now)
        )

    def next_turn_of_freezes(
        self, now: datetime, *, until: datetime | None = None
    ) -> datetime | None:
        """When the next freeze begins or ends that holds approvals, if that is before a moment, or
        soon where none is given."""
        until = until or now + SOON
        turns = (
            turn
            for window in self.windows()
            if window.definition.kind == "freeze" and window.definition.holds_approvals
            for span in spans(window.definition, now, until)
            for turn in span
        )
        return min((turn for turn in turns if now < turn < until), default=None)

    def rescoped(self, after: int, head: int) -> set[UUID]:
        """The assets that became such as other freezes may be for, by events after a position of
        the ledger, up to another."""
        found: set[UUID] = set()
        while after < head:
            rows = self.ledger.recorder.select_notifications(
                after, PAGE, head, RESCOPED, inclusive_of_start=False
            )
            found |= {row.originator_id for row in rows if isinstance(row.originator_id, UUID)}
            after = rows[-1].id if len(rows) == PAGE else head
        return found

    async def affecting(self, assets: Collection[UUID]) -> Sequence[UUID]:
        """The changes in approval that affect one of these assets."""
        return [
            id
            for id in (await self.in_approval() if assets else ())
            if isinstance(change := await self.ledger.peek(id), Change)
            and not set(change.affected_assets).isdisjoint(assets)
        ]

    # Hold, and let go on ----------------------------------------------------------------------

    def _freezes(self, now: datetime) -> list[Window]:
        """Those that are under way."""
        return [
            window
            for window in self.windows()
            if window.definition.kind == "freeze" and is_under_way(window, now)
        ]

    async def _keep(self, change: Change, of: Change, by: Provenance) -> None:
        """Tell a change of the freezes that were for it as it is or was, from when each began to
        hold it until it did no more, since the change was looked at last."""
        standing = change.standing
        if not standing.open:
            return
        since = min(stage.since for stage in standing.open.values())
        until = by.effective_at + INSTANT
        freezes = self._ever_freezing(since, until)
        if not freezes and not standing.held:
            return
        since = max(since, self._looked_at(change))
        if since >= until:
            return  # A turn that comes late: it was looked at for a later moment already.
        holding = await self._holding(freezes, of, since, until)
        turns = sorted(
            (moment, is_end, id)
            for id, held in holding.items()
            for span in held
            for is_end, moment in enumerate(span)
            if moment < until
        )
        for moment, is_end, id in turns:
            signed = replace(by, effective=moment)
            if is_end:
                change.resume_approval(id, hours=self.hours_of(change), by=signed)
            else:
                change.hold_approval(id, by=signed)
        for id in standing.held:
            if id not in holding:
                change.resume_approval(id, hours=self.hours_of(change), by=by)

    async def _turn(self, change: Change, by: Provenance) -> None:
        """Let those freezes hold a change that are for it from now on, and no others."""
        freezes = self._freezes(by.effective_at)
        if not freezes and not change.standing.held:
            return
        plan = await self._planned_by_now(change, by.effective_at)
        holding = {window.id for window in freezes if holds_approval(window, plan)}
        for id in sorted(holding):
            change.hold_approval(id, by=by)
        for id in change.standing.held:
            if id not in holding:
                change.resume_approval(id, hours=self.hours_of(change), by=by)

    def _ever_freezing(self, since: datetime, until: datetime) -> list[UUID]:
        """The freezes that some version of theirs lets be under way between two instants."""
        return [
            window.id
            for window in self.directory.change_windows()
            if any(
                definition.kind == "freeze" and spans(definition, since, until)
                for definition in window.versions
            )
        ]

    def _looked_at(self, change: Change) -> datetime:
        """When freezes were looked at last for a change in approval: with each of its events."""
        told = (Change.ApprovalHeld, Change.ApprovalResumed)
        entries = (
            *self.ledger.history(change.id),
            *(entry for entry in change.pending if isinstance(entry.event, told)),
        )
        return max(entry.event.by.effective_at for entry in entries)

    async def _holding(
        self, freezes: Iterable[UUID], change: Change, since: datetime, until: datetime
    ) -> dict[UUID, list[Span]]:
        """When each of these freezes held a change between two instants, by how the freeze and the
        assets of the change were then."""
        lives = [_life(self.ledger.history(id)) for id in change.affected_assets]
        cuts = sorted({at for life in lives for at, _ in life[1:] if since < at < until})
        plans = [
            (moment, await self._planned_by_now(change, until - INSTANT, _before(lives, moment)))
            for moment in (*cuts, until)
        ]

        def holds(window: Window, before: datetime) -> bool:
            plan = next(plan for moment, plan in plans if before <= moment)
            return holds_approval(window, plan)

        found = (
            (id, held_between(past_of(self.ledger.history(id)), since, until, cuts, holds))
            for id in freezes
        )
        return {id: held for id, held in found if held}

    async def _planned_by_now(
        self, change: Change, now: datetime, assets: Sequence[Asset] | None = None
    ) -> Planned:
        start, end = change.planned_start or now, change.planned_end or now + INSTANT
        return await self.planned(change, start, end, assets)


Life = Sequence[tuple[datetime, Asset]]


def _life(history: Iterable[Entry]) -> Life:
    """An asset as it was registered, and as it was after each event that may matter to freezes."""
    life: list[tuple[datetime, Asset]] = []
    asset: Asset | None = None
    for entry in history:
        asset = Asset(entry.originator_id) if asset is None else asset
        asset.replay(entry)
        if not life or isinstance(entry.event, RESCOPING):
            life.append((entry.event.by.effective_at, asset.fork()))
    return life


def _before(lives: Iterable[Life], moment: datetime) -> list[Asset]:
    """Assets as they were before a moment; as they were registered, if that was later."""
    return [
        next((asset for at, asset in reversed(life) if at < moment), life[0][1])
        for life in lives
        if life
    ]
