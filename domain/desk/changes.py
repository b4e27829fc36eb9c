"""Changes on their way to an approval: which process governs them, and how risky they are then."""

from collections.abc import Mapping
from typing import Unpack
from uuid import UUID

from domain.change import Change
from domain.change_draft import ModelInUse
from domain.change_template import ChangeTemplate
from domain.desk.desk import Repeat
from domain.desk.rounds import Rounds, facts
from domain.ids import number_of, prefix_of
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require
from domain.subjects import Value


class Changes(Rounds):
    async def submit_change(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit a change to the process for its type. Raises Refused if nobody can be asked."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            change.require_ready()
            if change.template is not None and change.type == "standard":
                await self.published_template(change.template)
                change.submit(by=by)
                await self.follow_round(change, by)
                return
            known = await facts(change, self)
            self._reassess(change, known, by)
            known["risk"] = change.risk or ""
            change.submit(
                **await self.submission_of(change, known, f"{change.type} changes"), by=by
            )
            await self.follow_round(change, by)

        return await self.ledger.run(by, decide, **repeat)

    def _reassess(self, change: Change, known: Mapping[str, Value], by: Provenance) -> None:
        """Apply the rules of the risk model to the change as it is submitted."""
        model, version = self.directory.risk_model(change.risk_model), change.risk_model_version
        if model is not None:
            in_use = ModelInUse(model.id, version, model.definition_of(version))
            change.reassess_risk(in_use, facts=known, by=by)

    async def published_template(self, id: UUID) -> ChangeTemplate:
        """The template of standard changes, if it is in use. Raises Refused."""
        if prefix_of(id) != ChangeTemplate.prefix:
            raise Refused(f"template: {number_of(id)} is no change template.")
        try:
            template = await self.ledger.find(ChangeTemplate, id)
        except NotFound as missing:
            raise Refused(f"template: {missing}") from None
        require(not template.is_retired, f"template: {template.number} was retired.")
        require(template.published is not None, f"template: {template.number} is not published.")
        return template
