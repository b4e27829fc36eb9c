"""Running approvals on another version of their process: who is asked there is looked up anew."""

from collections.abc import Mapping, Sequence
from typing import Literal, Unpack
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.approval_migration import Plan
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round_state import StageState
from domain.change import Change
from domain.conditions import condition
from domain.desk.approvals import Asked, owners_for
from domain.desk.changes import facts
from domain.desk.changes_calendar import ChangeCalendar
from domain.desk.desk import Repeat
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require


class Preview(Struct, frozen=True, kw_only=True):
    """What a migration would do. Nothing of it is recorded."""

    plan: Plan
    outcome: Literal["pending", "approved", "rejected"]
    """What comes of the approval at once, by the votes that stay."""
    open: Mapping[str, StageState]
    """The stages that are open then."""


class Migrations(ChangeCalendar):
    async def migrate_approval(
        self,
        id: UUID,
        to_version: int,
        *,
        mapping: Mapping[str, str] | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Let the running approval of a change go on in another version of its process.

        `mapping` names the counterparts of stages that are called otherwise. Refused with the
        reason where nobody can be asked, or the position has no counterpart.
        """
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            await self._migrate(change, to_version, mapping, by)

        return await self.ledger.run(by, decide, **repeat)

    async def preview_migration(
        self,
        id: UUID,
        to_version: int,
        *,
        mapping: Mapping[str, str] | None = None,
        by: Provenance,
    ) -> Preview:
        """What `migrate_approval` would do, without recording anything. Raises Refused as that."""
        self.directory.catch_up()
        trial = (await self.ledger.find(Change, id)).fork()
        plan = await self._migrate(trial, to_version, mapping, by)
        outcome = trial.approval
        assert outcome, "It is in approval, so it has an outcome."
        return Preview(plan=plan, outcome=outcome, open=trial.standing.open)

    async def running_approvals(
        self, process: UUID, to_version: int | None = None
    ) -> Sequence[Change]:
        """The changes whose approval runs on a version of a process before this one, or before the
        latest, the lowest number first. Raises NotFound."""
        known = await self.ledger.find(ApprovalProcess, process)
        before = to_version or known.published_version
        if before:
            known.definition_of(before)
        found = [await self.ledger.find(Change, id) for id in await self.in_approval()]
        return [
            change
            for change in found
            if change.standing.open
            and change.standing.process == process
            and change.standing.process_version < before
        ]

    async def _migrate(
        self, change: Change, to_version: int, mapping: Mapping[str, str] | None, by: Provenance
    ) -> Plan:
        definition = await self._version_for(change, to_version)
        known = await facts(change, self)
        require(
            "change" in definition.subjects and condition(definition.when, "change").holds(known),
            f"Version {to_version} is not for this change: {definition.when or 'its kind'} "
            "does not hold.",
        )
        asked = Asked(
            self.directory,
            change,
            definition,
            kind="change",
            facts=known,
            owners=await owners_for(self.ledger, definition, change),
            barred=change.barred,
        )
        calendar_version, hours = self._latest_hours(definition)
        plan = change.migrate_approval(
            to_version,
            stages=asked.stages,
            terms=replace(asked.terms, managers=self._managers_of(change, asked)),
            calendar=definition.calendar,
            calendar_version=calendar_version,
            hours=hours,
            mapping=mapping,
            by=by,
        )
        await self.follow_round(change, by)
        return plan

    async def _version_for(self, change: Change, version: int) -> Definition:
        standing = change.standing
        if standing.process is None or not standing.open:
            raise Refused("The approval does not run any more, so it stays on its version.")
        process = await self.ledger.find(ApprovalProcess, standing.process)
        try:
            return process.definition_of(version)
        except NotFound as missing:
            raise Refused(f"to_version: {missing}") from None

    def _managers_of(self, change: Change, asked: Asked) -> dict[str, str]:
        """Those that the version asks for, with the managers of everybody who has voted."""
        found = dict(asked.terms.managers)
        if any(stage.asks_managers for stage in asked.stages):
            for ballots in change.standing.ballots.values():
                for voter in ballots.keys() - found.keys():
                    manager = self.directory.active_manager(UUID(voter))
                    if manager is not None:
                        found[voter] = str(manager)
        return found
