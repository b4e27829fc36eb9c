"""Definitions on their way into use: checked, approved where a process governs them, published.

What is checked when a draft is submitted is checked again when it is published. If something stands
against it by then, its approval is kept, and it can be published later as it was approved.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Unpack
from uuid import UUID

from domain.aggregate import KIND_OF_PREFIX, KINDS
from domain.approval_process import ApprovalProcess
from domain.approval_round import ApprovalRounds
from domain.desk.desk import Repeat
from domain.desk.rounds import Rounds, facts
from domain.ids import as_id, number_of, prefix_of
from domain.ledger import Work
from domain.person import Role
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import DomainError, Forbidden, NotFound, Refused, require
from domain.service_level_policy import AppliesTo, ServiceLevelPolicy
from domain.text import REASON_MAX
from domain.versioned import Versioned

Check = Callable[[Any, Provenance], Awaitable[None]]
"""Refuses a record whose draft is not fit for use, such as one that names what does not exist."""


def definition_kind(id: UUID) -> type[Versioned[Any]]:
    """The kind of a definition. Raises NotFound for what is none."""
    kind = KIND_OF_PREFIX.get(prefix_of(id))
    if kind is None or not issubclass(kind, Versioned):
        raise NotFound(f"{number_of(id)} is no definition.")
    return kind


class Publishing(Rounds):
    @property
    def checks(self) -> Mapping[type[Versioned[Any]], Check]:
        """What is asked of the drafts of some kinds, besides what every draft is."""
        return {}

    # Submit ----------------------------------------------------------------------------------

    async def submit_definition(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        applies_to: AppliesTo | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit the draft of a definition to the process that governs it; that of a service level
        policy for new tickets, or for open ones too.

        Refused as its publication would be, if no process governs it, and if nobody can be asked.
        """
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            record = await work.get(definition_kind(id), id, expected=expected)
            if isinstance(record, ServiceLevelPolicy):
                record.choose_tickets(applies_to or "new", by=by)
            record.require_ready()
            await self._check(record, by)
            known = await facts(record, self)
            require(
                self.directory.process_for(record.subject, known) is not None,
                f"No approval process governs this {record.what}: it is published without one.",
            )
            record.adopt(by=by)
            record.submit(**await self.submission_of(record, known, record.what), by=by)
            await self.follow_round(record, by)

        return await self.ledger.run(by, decide, **repeat)

    async def _check(self, record: Versioned[Any], by: Provenance) -> None:
        for kind, check in self.checks.items():
            if isinstance(record, kind):
                await check(record, by)

    # Publish ---------------------------------------------------------------------------------

    async def publish_definition(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
        **more: Any,
    ) -> Receipt:
        """Publish the draft of a definition, with what its kind says besides. Refused if it is not
        fit for use, and if a process governs it and has not approved it."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            record = await work.get(definition_kind(id), id, expected=expected)
            if record.is_news(**more) and not record.is_retired:
                await self._require_free(record)
                await self._check(record, by)
            record.publish(by=by, **more)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    async def _require_free(self, record: Versioned[Any]) -> None:
        """Refuse what a process governs and has not approved."""
        if record.granted_round or record.standing.open:
            return
        process = self.directory.process_for(record.subject, await facts(record, self))
        if process is not None:
            raise Refused(
                f"{process.number} ({process.name}) governs this {record.what}: its draft is "
                "submitted for approval, and published when it is approved."
            )

    async def follow_round(self, record: ApprovalRounds, by: Provenance) -> None:
        """For a definition, publish the draft that this command approves."""
        await super().follow_round(record, by)
        if isinstance(record, Versioned) and any(
            isinstance(entry.event, ApprovalRounds.Approved) for entry in record.pending
        ):
            await self._publish_approved(record, by)

    async def _publish_approved(self, record: Versioned[Any], by: Provenance) -> None:
        """Publish it, or note why not: the vote that approved it is never lost."""
        self.directory.catch_up()
        if not record.granted_round:
            return
        try:
            await self._check(record, by)
        except DomainError as error:
            record.put_off(str(error)[:REASON_MAX], by=by)
        else:
            record.publish(by=by)

    # Retire ----------------------------------------------------------------------------------

    async def retire_process(
        self,
        id: UUID,
        *,
        reason: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Take a process out of use. One by which definitions are approved is retired by an
        administrator, for a reason: who may publish could do without it otherwise."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            process = await work.get(ApprovalProcess, id, expected=expected)
            if process.published is not None and governs_definitions(process):
                person = self.directory.person(as_id(by.actor))
                if person is None or Role.ADMINISTRATOR not in person.roles:
                    raise Forbidden(
                        "Only an administrator can retire a process by which definitions are "
                        "approved."
                    )
                require(reason.strip() != "", "Retiring such a process needs a reason.")
            process.retire(reason=reason, by=by)

        return await self.ledger.run(by, decide, **repeat)


def governs_definitions(process: ApprovalProcess) -> bool:
    """Whether definitions are approved by the published version of a process."""
    subjects = {kind.subject for kind in KINDS.values() if issubclass(kind, Versioned)}
    return process.published is not None and not subjects.isdisjoint(process.published.subjects)
