"""Acts on assets: done at once, or submitted to the process that governs them and done by their
approval."""

from typing import Any, Unpack
from uuid import UUID

from domain.aggregate import Aggregate, Entry
from domain.asset import Asset
from domain.asset_approval import Act
from domain.desk.desk import Repeat
from domain.desk.rounds import Rounds, facts
from domain.directory import Directory
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import DomainError, Refused, require

IMPORTED = "imported"
"""The channel of what happened elsewhere: it is told, and not asked for."""


class AssetActs(Rounds):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.rules.append(self._follow_acts)

    async def submit_act(
        self,
        id: UUID,
        *,
        act: Act,
        to: UUID | None = None,
        vendor: str = "",
        reason: str = "",
        method: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit an act on an asset to the process that governs it: see `ApprovedActs.propose`.

        Refused where the act itself would be, if no process governs it, and if nobody can be asked.
        """
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            if to is not None:
                self.active_person("to", to)
            asset = await work.get(Asset, id, expected=expected)
            asset.propose(act, to=to, vendor=vendor, reason=reason, method=method, by=by)
            known = await facts(asset, self)
            require(
                self.directory.process_for("asset", known) is not None,
                "No approval process governs this: it is done without an approval.",
            )
            asset.submit(**await self.submission_of(asset, known, "assets"), by=by)
            await self.follow_round(asset, by)

        return await self.ledger.run(by, decide, **repeat)

    async def _follow_acts(self, record: Aggregate) -> None:
        """Refuse an act that a process governs and has not approved; carry out what this command
        approves, or note why that cannot be: the vote that approved it is never lost."""
        if not isinstance(record, Asset):
            return
        for entry in record.pending:
            event = entry.event
            match event:
                case Asset.Issued() | Asset.SentForRepair() | Asset.Retired() | Asset.Disposed():
                    if event.round == 0 and event.by.channel != IMPORTED:
                        await self._require_ungoverned(record, entry, event)
                case Asset.Approved():
                    await self._carry_out(record, event.by)

    async def _require_ungoverned(self, record: Asset, entry: Entry, event: Any) -> None:
        self.directory.catch_up()
        before = await self._before(record, entry)
        recipient = self.directory.person(event.to) if isinstance(event, Asset.Issued) else None
        known = {
            **await facts(before, self),
            "act": event.act,
            "recipient": recipient.username if recipient else "",
        }
        process = self.directory.process_for("asset", known)
        if process is not None:
            raise Refused(
                f"{process.number} ({process.name}) governs this: it is submitted for approval, "
                "and done when it is approved."
            )

    async def _before(self, record: Asset, entry: Entry) -> Asset:
        """The asset as it was before an entry of this command."""
        known = await self.ledger.peek(record.id)
        first = record.pending[0].originator_version
        is_base = isinstance(known, Asset) and known.version == first - 1
        before = known.fork() if isinstance(known, Asset) and is_base else Asset(record.id)
        if before.version == first - 1:
            for earlier in record.pending:
                if earlier.originator_version < entry.originator_version:
                    before.replay(earlier)
        return before

    async def _carry_out(self, asset: Asset, by: Provenance) -> None:
        self.directory.catch_up()
        granted = asset.granted
        if granted is None:
            return
        try:
            if granted.to is not None:
                self.active_person("to", granted.to)
            asset.carry_out(by=by)
        except DomainError as error:
            asset.let_lapse(str(error), by=by)
