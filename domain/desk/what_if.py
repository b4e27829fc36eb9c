"""What a draft of a service level policy would do to the open tickets, if it were published for
them now. That somebody has asked is recorded on the policy, and nothing else."""

import asyncio
import zlib
from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from msgspec import Struct, json, structs

from domain import ticket_clocks, what_if
from domain.business_time import BusinessHours
from domain.definition import digest
from domain.desk.definitions import Definitions
from domain.desk.desk import Repeat
from domain.desk.policy_moves import KINDS, PolicyMoves
from domain.ids import prefix_of
from domain.ledger import Work
from domain.promising import kept_by
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused
from domain.service_level_policy import Agreement, Effects, ServiceLevelPolicy, fitting
from domain.situation import situation_of
from domain.what_if import ClockChange

PAGE = 500
TICKETS_MAX = 5_000
"""So many open tickets are looked at; the answer says if there are more."""
KEPT_MAX = 1_000
"""So many clocks are kept of an answer, for a repeat to be told the same."""


class WhatIf(Struct, frozen=True, kw_only=True):
    """What would change. `is_whole` says whether all open tickets were looked at."""

    effects: Effects
    changes: tuple[ClockChange, ...]
    is_whole: bool


class WhatIfs(PolicyMoves, Definitions):
    async def what_if(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> tuple[Receipt, WhatIf]:
        """Try the draft of a policy on all open tickets. Refused as its publication would be.

        A repeat is told what was found the first time, of the first KEPT_MAX clocks.
        """
        before = await self.ledger.repeated(by, **repeat)
        if before is not None and before.answer:
            return before, _read(before.answer)
        self.directory.catch_up()
        policy = await self.ledger.find(ServiceLevelPolicy, id)
        draft = policy.draft_definition
        if draft is None:
            raise Refused("This service level policy has no draft.")
        whole = self._check_agreement(draft)
        found = await self._tried(policy, whole, by)

        async def note(work: Work) -> None:
            policy = await work.get(ServiceLevelPolicy, id, expected=expected)
            policy.what_if(digest(whole), found.effects, by=by)
            work.answer = _kept(found) if repeat.get("is_repeatable") else b""

        receipt = await self.ledger.run(by, note, **repeat)
        if receipt.is_repeat and receipt.answer:
            found = _read(receipt.answer)
        return receipt, found

    async def _tried(
        self, policy: ServiceLevelPolicy, agreement: Agreement, by: Provenance
    ) -> WhatIf:
        """What would change for each open ticket."""
        others = [row for row in self.directory.published_policies if row[0].id != policy.id]
        rows = [*others, (policy, agreement)]
        changed: list[ClockChange] = []
        seen, after, is_whole = 0, None, False
        while seen < TICKETS_MAX and not is_whole:
            ids = await self._outlook.open_tickets(after, PAGE)
            if ids is None:
                raise Refused("The views are behind. Try again in a moment.")
            for id in ids:
                changed += await self._tried_on(id, policy.id, rows, by)
                # Others have their turn between two tickets.
                await asyncio.sleep(0)
            seen += len(ids)
            is_whole = len(ids) < PAGE
            after = ids[-1] if ids else None
        return WhatIf(
            effects=what_if.effects(seen, changed), changes=tuple(changed), is_whole=is_whole
        )

    async def _tried_on(
        self,
        id: UUID,
        policy: UUID,
        rows: Sequence[tuple[ServiceLevelPolicy, Agreement]],
        by: Provenance,
    ) -> Sequence[ClockChange]:
        ticket = await self.ledger.find(KINDS[prefix_of(id)], id)
        events = [entry.event for entry in self.ledger.history(id)]
        before = after = ticket_clocks.after(events, self._hours_of)
        # What a working copy records is never saved.
        copy, now = ticket.fork(), situation_of(ticket)
        kept = {known: version for known, version in kept_by(ticket).items() if known != policy}
        self._apply(copy, now, fitting(rows, now, kept), by)
        for entry in copy.pending:
            after = ticket_clocks.told(after, entry.event, self._hours_of)
        return list(what_if.changes(id, before, after, self._hours_of, by.effective_at))

    def _hours_of(self, calendar: UUID, version: int) -> BusinessHours:
        hours = self.directory.hours(calendar, version)
        assert hours is not None
        return hours


def _kept(found: WhatIf) -> bytes:
    return zlib.compress(json.encode(structs.replace(found, changes=found.changes[:KEPT_MAX])))


def _read(kept: bytes) -> WhatIf:
    return json.decode(zlib.decompress(kept), type=WhatIf)
