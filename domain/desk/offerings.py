"""Offerings with what they are of: services that are live, teams, and approval processes."""

from collections.abc import Mapping
from typing import Any

from domain.desk.definitions import Definitions
from domain.desk.publishing import Check
from domain.ids import number_of
from domain.offering import Offering
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.service import Status
from domain.versioned import Versioned


class Offerings(Definitions):
    @property
    def checks(self) -> Mapping[type[Versioned[Any]], Check]:
        return {**super().checks, Offering: self._check_offering}

    async def _check_offering(self, offering: Offering, _: Provenance) -> None:
        """Refuse a draft that is of a service that is not live, or names what does not exist."""
        item = offering.draft_definition
        if item is None:
            return
        service = self.directory.service(item.service)
        if service is None:
            raise Refused(f"service: there is no service {number_of(item.service)}.")
        require(
            service.status is Status.LIVE,
            f"service: {service.number} is {service.status}, and only of what is live is ordered.",
        )
        for organisation in item.organisations:
            self.active_organisation("organisations", organisation)
        for index, task in enumerate(item.plan):
            if task.team is not None:
                self.active_team(f"plan[{index}].team", task.team)
        if item.process is not None:
            process = self.directory.approval_process(item.process)
            if process is None or process.published is None:
                raise Refused(f"process: there is no published process {number_of(item.process)}.")
            require(
                "request" in process.published.subjects,
                f"process: {process.number} does not govern requests.",
            )
