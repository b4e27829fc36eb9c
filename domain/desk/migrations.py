"""Running approvals on another version of their process: who is asked there is looked up anew."""

from collections.abc import Mapping, Sequence
from typing import Literal, Unpack
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.approval_migration import Plan
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import StageState
from domain.conditions import condition
from domain.desk.approvals import Asked
from domain.desk.changes_calendar import ChangeCalendar
from domain.desk.desk import Repeat
from domain.desk.rounds import facts, kind_of
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
        """Let the running approval of a record go on in another version of its process.

        `mapping` names the counterparts of stages that are called otherwise. Refused with the
        reason where nobody can be asked, or the position has no counterpart.
        """
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            record = await work.get(kind_of(id), id, expected=expected)
            await self._migrate(record, to_version, mapping, by)

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
        trial = (await self.ledger.find(kind_of(id), id)).fork()
        plan = await self._migrate(trial, to_version, mapping, by)
        return Preview(plan=plan, outcome=_outcome(trial), open=trial.standing.open)

    async def running_approvals(
        self, process: UUID, to_version: int | None = None
    ) -> Sequence[ApprovalRounds]:
        """The records whose approval runs on a version of a process before this one, or before the
        latest, the lowest number first. Raises NotFound."""
        known = await self.ledger.find(ApprovalProcess, process)
        before = to_version or known.published_version
        if before:
            known.definition_of(before)
        found = [await self.ledger.find(kind_of(id), id) for id in await self.all_in_approval()]
        return [
            record
            for record in found
            if record.standing.open
            and record.standing.process == process
            and record.standing.process_version < before
        ]

    async def _migrate(
        self,
        record: ApprovalRounds,
        to_version: int,
        mapping: Mapping[str, str] | None,
        by: Provenance,
    ) -> Plan:
        definition = await self._version_for(record, to_version)
        kind, known = record.subject, await facts(record, self)
        require(
            kind in definition.subjects and condition(definition.when, kind).holds(known),
            f"Version {to_version} is not for this {record.what}: {definition.when or 'its kind'} "
            "does not hold.",
        )
        asked = await self.asked_by(definition, record, known)
        await self.follow_time(record, by)
        plan = record.migrate_approval(
            to_version,
            stages=asked.stages,
            terms=replace(asked.terms, managers=self._managers_of(record, asked)),
            mapping=mapping,
            **self.clock_of(definition),
            by=by,
        )
        await self.follow_round(record, by)
        return plan

    async def _version_for(self, record: ApprovalRounds, version: int) -> Definition:
        standing = record.standing
        if standing.process is None or not standing.open:
            raise Refused("The approval does not run any more, so it stays on its version.")
        process = await self.ledger.find(ApprovalProcess, standing.process)
        try:
            return process.definition_of(version)
        except NotFound as missing:
            raise Refused(f"to_version: {missing}") from None

    def _managers_of(self, record: ApprovalRounds, asked: Asked) -> dict[str, str]:
        """Those that the version asks for, with the managers of everybody who has voted."""
        found = dict(asked.terms.managers)
        if any(stage.asks_managers for stage in asked.stages):
            for ballots in record.standing.ballots.values():
                for voter in ballots.keys() - found.keys():
                    manager = self.directory.active_manager(UUID(voter))
                    if manager is not None:
                        found[voter] = str(manager)
        return found


def _outcome(record: ApprovalRounds) -> Literal["pending", "approved", "rejected"]:
    """What came of a round by the latest command."""
    happened = {type(entry.event) for entry in record.pending}
    if ApprovalRounds.Approved in happened:
        return "approved"
    return "rejected" if ApprovalRounds.Rejected in happened else "pending"
