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
from domain.window_rules import (
    Window,
    end_of,
    holds_approval,
    is_under_way,
    spans,
    start_of,
)

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
        if change.standing.open and (change.standing.held or self._freezes(by.effective_at)):
            await self._keep(change, change, by)

    async def follow_scope(
        self, before: ApprovalRounds, record: ApprovalRounds, by: Provenance
    ) -> None:
        """Hold a change from an edit on that brings it into a freeze, and let it go on from an edit
        on that takes it out of one."""
        await super().follow_scope(before, record, by)
        if not isinstance(before, Change) or not isinstance(record, Change):
            return
        if record.standing.held or self._freezes(by.effective_at):
            await self._keep(record, before, by)
            await self._keep(record, record, by, edited=True)

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

    def next_turn_of_freezes(self, now: datetime) -> datetime | None:
        """When the next freeze begins or ends that holds approvals, if that is soon."""
        until = now + SOON
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

    async def _planned_by_now(
        self, change: Change, now: datetime, assets: Sequence[Asset] | None = None
    ) -> Planned:
        start, end = change.planned_start or now, change.planned_end or now + INSTANT
        return await self.planned(change, start, end, assets)

    async def _keep(
        self, change: Change, of: Change, by: Provenance, *, edited: bool = False
    ) -> None:
        """Let the freezes hold a change that are for it as it is or was, and no others: since they
        began, or are for its assets, and until they ended, or are not for those any more; or from
        the moment on at which it was edited."""
        now = by.effective_at
        plan = await self._planned_by_now(of, now)
        holding = {
            window.id: window for window in self._freezes(now) if holds_approval(window, plan)
        }
        held = change.standing.held
        for id, window in holding.items():
            since = now if edited else start_of(window, now)
            if id not in held and since is not None:
                turned = None if edited else await self._turned(of, window, now)
                since = max(since, turned) if turned else since
                change.hold_approval(id, by=replace(by, effective=since))
        known = {window.id: window for window in self.windows()}
        for id, since in held.items():
            if id in holding:
                continue
            past = known.get(id)
            ended = end_of(past, since) if past and holds_approval(past, plan) else None
            if past and not edited and not holds_approval(past, plan):
                turned = await self._turned(of, past, now)
                ended = turned if turned and turned > since else None
            moment = min(ended, now) if ended else now
            change.resume_approval(
                id, hours=self.hours_of(change), by=replace(by, effective=moment)
            )

    async def _turned(self, change: Change, window: Window, now: datetime) -> datetime | None:
        """Since when a freeze is for a change, or is not, by what its assets are; None if that was
        always so."""
        lives = [_life(self.ledger.history(id)) for id in change.affected_assets]
        moments = {at for life in lives for at, _ in life[1:] if at <= now}
        is_held = holds_approval(window, await self._planned_by_now(change, now))
        for moment in sorted(moments, reverse=True):
            assets = [_before(life, moment) for life in lives if life]
            plan = await self._planned_by_now(change, now, assets)
            if holds_approval(window, plan) is not is_held:
                return moment
        return None


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


def _before(life: Life, moment: datetime) -> Asset:
    """An asset as it was before a moment; as it was registered, if that was later."""
    return next((asset for at, asset in reversed(life) if at < moment), life[0][1])
