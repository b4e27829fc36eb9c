"""Releases with the changes that they roll out, and with the freezes that they run into."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from domain.change import Change
from domain.change_moves import DONE, READY, STARTED, Status
from domain.desk.changes_calendar import INSTANT, ChangeCalendar
from domain.desk.desk import Repeat
from domain.ids import number_of, prefix_of
from domain.ledger import Work
from domain.planned import Planned
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.release import Release
from domain.release_phases import Outcome, last_started
from domain.rules import NotFound, Refused, require
from domain.window_rules import conflicts_with_windows


class Releases(ChangeCalendar):
    async def plan_release(
        self, *, by: Provenance, fingerprint: bytes = b"", is_repeatable: bool = False, **said: Any
    ) -> Receipt:
        """Plan a release, with an owner who is there: see `Release.plan`."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if said.get("owner") is not None:
                self.active_person("owner", said["owner"])
            if not number:
                number.append(await self.ledger.next_id(Release))
            work.add(Release.plan(number[0], **said, by=by))

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    async def amend_release(
        self,
        id: UUID,
        *,
        owner: UUID | None = None,
        expected: int | None = None,
        by: Provenance,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
        **said: Any,
    ) -> Receipt:
        async def decide(work: Work) -> None:
            if owner is not None:
                self.active_person("owner", owner)
            release = await work.get(Release, id, expected=expected)
            release.amend(owner=owner, **said, by=by)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    # Phases ----------------------------------------------------------------------------------

    async def add_phase(
        self,
        id: UUID,
        *,
        name: str,
        start: datetime,
        end: datetime,
        changes: Sequence[UUID] = (),
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Add a phase with changes that are not over: see `Release.add_phase`."""

        async def decide(work: Work) -> None:
            await self._check_open(changes)
            release = await work.get(Release, id, expected=expected)
            release.add_phase(name, start=start, end=end, changes=changes, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def plan_phase(
        self,
        id: UUID,
        *,
        number: int,
        start: datetime,
        end: datetime,
        changes: Sequence[UUID],
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Change the time or the changes of a phase: see `Release.plan_phase`."""

        async def decide(work: Work) -> None:
            release = await work.get(Release, id, expected=expected)
            known = {one for phase in release.phases for one in phase.changes}
            await self._check_open([one for one in changes if one not in known])
            release.plan_phase(number, start=start, end=end, changes=changes, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def _check_open(self, changes: Sequence[UUID]) -> None:
        for change in await self._changes(changes):
            require(not change.is_over, f"changes: {change.number} is over.")

    async def _changes(self, ids: Sequence[UUID]) -> list[Change]:
        """Changes by their ids. Raises Refused for what is none."""
        found = []
        for id in ids:
            require(prefix_of(id) == Change.prefix, f"changes: {number_of(id)} is no change.")
            try:
                found.append(await self.ledger.find(Change, id))
            except NotFound as missing:
                raise Refused(f"changes: {missing}") from None
        return found

    # Roll out --------------------------------------------------------------------------------

    async def start_phase(
        self,
        id: UUID,
        *,
        number: int,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Begin to roll a phase out. Refused while one of its changes is not approved, and where a
        freeze, or the lack of a maintenance window, is strict about the release or one of them."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            release = await work.get(Release, id, expected=expected)
            before = release.version
            release.start_phase(number, by=by)
            if release.version == before:
                return
            phase = release.phases[number - 1]
            changes = await self._changes(phase.changes)
            for change in changes:
                require(
                    change.status in READY | STARTED,
                    f"{change.number} is {change.status}: the changes of a phase are approved.",
                )
            await self._check_windows(release, changes, by)

        return await self.ledger.run(by, decide, **repeat)

    async def _check_windows(
        self, release: Release, changes: Sequence[Change], by: Provenance
    ) -> None:
        now, soon = by.effective_at, by.effective_at + INSTANT
        plans = [
            await self.planned(change, now, soon) for change in changes if change.status not in DONE
        ]
        services = frozenset((release.service,) if release.service else ())
        plans.append(Planned(change=release.id, start=now, end=soon, services=services))
        windows = self.windows()
        names = {window.id: window.name for window in windows}
        for plan in plans:
            for conflict in conflicts_with_windows(plan, windows):
                require(
                    conflict.effect != "refused",
                    f"{number_of(plan.change)} cannot be rolled out now. "
                    f"{conflict.said(names[conflict.other])}",
                )

    async def complete_phase(
        self,
        id: UUID,
        *,
        number: int,
        outcome: Outcome,
        notes: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Say what came of a phase. Refused while one of its changes is not implemented, or backed
        out, or called off."""

        async def decide(work: Work) -> None:
            release = await work.get(Release, id, expected=expected)
            release.complete_phase(number, outcome=outcome, notes=notes, by=by)
            for change in await self._changes(release.phases[number - 1].changes):
                require(
                    change.status in DONE or change.is_over,
                    f"{change.number} is {change.status}: it is implemented first, or backed out.",
                )

        return await self.ledger.run(by, decide, **repeat)

    async def back_out_release(
        self,
        id: UUID,
        *,
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Undo the latest phase that was rolled out. Refused while one of its changes is being
        implemented."""

        async def decide(work: Work) -> None:
            release = await work.get(Release, id, expected=expected)
            phase = last_started(release.phases)
            release.back_out(reason=reason, by=by)
            for change in await self._changes(phase.changes if phase else ()):
                require(
                    change.status is not Status.IMPLEMENTING,
                    f"{change.number} is being implemented: it is completed first, or backed out.",
                )

        return await self.ledger.run(by, decide, **repeat)
