"""Gates of services and releases, with the processes that govern them."""

from typing import Unpack
from uuid import UUID

from domain.desk.desk import Repeat
from domain.desk.rounds import Rounds, facts, kind_of
from domain.gates import Gates
from domain.ids import number_of
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require


class GateKeeping(Rounds):
    async def _gated(self, work: Work, id: UUID, expected: int | None) -> Gates:
        record = await work.get(kind_of(id), id, expected=expected)
        if not isinstance(record, Gates):
            raise NotFound(f"{number_of(id)} has no gates.")
        return record

    async def submit_gate(
        self,
        id: UUID,
        *,
        gate: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit a gate of a record to the process that governs it. Raises Refused if none does,
        and if nobody can be asked."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            record = await self._gated(work, id, expected)
            record.take_up(gate, by=by)
            known = await facts(record, self)
            require(
                self.directory.process_for(record.subject, known) is not None,
                f"No approval process governs the gate {gate}: the owner of the {record.what} "
                "passes it.",
            )
            record.submit(**await self.submission_of(record, known, f"{record.what}s"), by=by)
            await self.follow_round(record, by)

        return await self.ledger.run(by, decide, **repeat)

    async def pass_gate(
        self,
        id: UUID,
        *,
        gate: str,
        note: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Pass a gate of a record as its owner. Raises Refused if a process governs it."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            record = await self._gated(work, id, expected)
            record.take_up(gate, by=by)
            process = self.directory.process_for(record.subject, await facts(record, self))
            if process is not None:
                raise Refused(
                    f"{process.number} ({process.name}) governs the gate {gate} of this "
                    f"{record.what}: it is submitted for approval."
                )
            record.pass_gate(note, by=by)

        return await self.ledger.run(by, decide, **repeat)
