"""What the stakeholders of a major incident are told: one's own words, or those of a template."""

from collections.abc import Mapping
from datetime import datetime
from typing import Unpack
from uuid import UUID

from domain.desk.desk import Repeat
from domain.desk.macros import Macros
from domain.ids import as_id
from domain.incident import Incident
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.update_template import UpdateTemplate, next_update
from domain.variables import filled


class Stakeholders(Macros):
    async def update_stakeholders(
        self,
        id: UUID,
        said: str = "",
        *,
        template: UUID | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Tell the stakeholders what is said, or what a template says if nothing else is."""

        async def decide(work: Work) -> None:
            incident = await work.get(Incident, id, expected=expected)
            if template is None:
                incident.update_stakeholders(said, by=by)
                return
            used = await work.read(UpdateTemplate, template)
            used.require_in_use()
            values = self.values_of_update(incident, as_id(by.actor), by.effective_at)
            incident.update_stakeholders(
                said or filled(used.definition.text, values),
                template=template,
                template_version=used.definition_version,
                by=by,
            )

        return await self.ledger.run(by, decide, **repeat)

    def values_of_update(
        self, incident: Incident, speaker: UUID | None, at: datetime
    ) -> Mapping[str, str]:
        """What the variables of an update template stand for, told at a moment."""
        return {
            **self.values_of(incident, speaker),
            "services": ", ".join(incident.affected_services),
            "manager": self._name(incident.major_roles.get("incident manager")),
            "next_update": next_update(incident, at),
        }
