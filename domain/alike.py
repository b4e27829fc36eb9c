"""Incidents that are alike, and what a problem that follows from them says."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.ids import number_of, prefix_of
from domain.incident import Incident
from domain.problem import Problem
from domain.recurring import Recurrence

ASSET = "AST"
CALLED_OFF = frozenset({"cancelled", "merged"})
"""What an incident is that does not count."""


class Alike(Struct, frozen=True, kw_only=True):
    """What incidents have in common; an empty field does not count."""

    category: str = ""
    subcategory: str = ""
    service: str = ""
    organisation: UUID | None = None
    assets: tuple[UUID, ...] = ()
    """They are linked to one of these at least."""

    def holds(self, incident: Incident) -> bool:
        return (
            incident.status not in CALLED_OFF
            and self.category in ("", incident.category)
            and self.subcategory in ("", incident.subcategory)
            and self.service in ("", incident.service)
            and self.organisation in (None, incident.organisation)
            and (not self.assets or not set(self.assets).isdisjoint(assets_of(incident)))
        )

    def __str__(self) -> str:
        said = [self.category, self.subcategory, self.service, *map(number_of, self.assets)]
        if self.organisation is not None:
            said.append(number_of(self.organisation))
        return ", ".join(filter(None, said))


def likeness(incident: Incident, recurrence: Recurrence) -> Alike | None:
    """What others must be to be like an incident; None if it does not say enough itself."""
    same = recurrence.same
    found = Alike(
        category=incident.category if "category" in same else "",
        subcategory=incident.subcategory if "subcategory" in same else "",
        service=incident.service if "service" in same else "",
        organisation=incident.organisation if "organisation" in same else None,
        assets=assets_of(incident) if "asset" in same else (),
    )
    says = {
        "category": found.category,
        "subcategory": found.subcategory,
        "service": found.service,
        "organisation": found.organisation,
        "asset": found.assets,
    }
    return found if all(says[trait] for trait in same) else None


def assets_of(incident: Incident) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(other for _, other in incident.links if prefix_of(other) == ASSET))


def is_of_a_problem(incident: Incident) -> bool:
    """Whether it is linked to a problem already, also to one that was declined."""
    return any(prefix_of(other) == Problem.prefix for _, other in incident.links)


def told(incidents: Sequence[Incident], recurrence: Recurrence, alike: Alike) -> tuple[str, str]:
    """The title and the description of the problem of these incidents."""
    title = recurrence.title or f"Recurring incidents: {alike}"
    numbers = ", ".join(one.number for one in incidents)
    said = f"{len(incidents)} incidents within {recurrence.within} ({alike}): {numbers}."
    return title[: text.TITLE_MAX], said
