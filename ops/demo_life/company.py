"""The company: who works for it and for its customers, and in which teams."""

from typing import Any
from uuid import UUID

from msgspec import Struct, field

from domain.person import Role
from domain.team import SupportLevel
from ops.demo_life.timeline import Scene
from ops.demo_life.words import CUSTOMERS, FIRST, LAST

ACTOR = "demo"
REQUESTERS_EACH = 24
"""How many people each customer has, besides the one whom they report to."""

TEAMS: dict[str, tuple[SupportLevel, int]] = {
    "Service Desk": (1, 7),
    "Workplace": (2, 4),
    "Network": (2, 4),
    "Applications": (3, 5),
    "Change enablement": (3, 3),
    "Change Advisory Board": (3, 4),
}
"""Each with its support level and how many people it has."""
ROLES: dict[str, tuple[Role, ...]] = {
    "Change enablement": (Role.AGENT, Role.APPROVER, Role.CHANGE_MANAGER),
    "Change Advisory Board": (Role.APPROVER, Role.PROCESS_OWNER, Role.AUDITOR),
}


class Company(Struct, kw_only=True):
    """Who and what the stories are about."""

    operator: UUID
    director: UUID
    teams: dict[str, UUID] = field(default_factory=dict)
    members: dict[str, list[UUID]] = field(default_factory=dict)
    """By team; the first one leads it."""
    requesters: list[UUID] = field(default_factory=list)
    manager_of: dict[UUID, UUID] = field(default_factory=dict)
    live: list[str] = field(default_factory=list)
    """The names of the services that can be ordered and break."""
    offerings: dict[str, UUID] = field(default_factory=dict)
    """By service, as what follows."""
    articles: dict[str, UUID] = field(default_factory=dict)
    assets: dict[str, list[UUID]] = field(default_factory=dict)
    notebooks: list[UUID] = field(default_factory=list)

    @property
    def engineers(self) -> list[UUID]:
        return [
            one for team in ("Workplace", "Network", "Applications") for one in self.members[team]
        ]


async def found(scene: Scene) -> Company:
    """Register the organisations, hire everybody, and form the teams."""
    desk, names = scene.desk, _names(scene)
    operator = await scene.do(
        desk.register_organisation, name="Northwind Services", is_operator=True, actor=ACTOR
    )
    director = await _hire(
        scene, next(names), operator.subject, (Role.APPROVER, Role.PROCESS_OWNER)
    )
    company = Company(operator=operator.subject, director=director)
    for team, (level, size) in TEAMS.items():
        formed = await scene.do(desk.form_team, name=team, support_level=level, actor=ACTOR)
        company.teams[team] = formed.subject
        lead: UUID | None = None
        for _ in range(size):
            person = await _hire(
                scene,
                next(names),
                operator.subject,
                ROLES.get(team, (Role.AGENT,)),
                manager=lead or director,
            )
            company.members.setdefault(team, []).append(person)
            await scene.do(
                desk.add_member, formed.subject, person, is_lead=lead is None, actor=ACTOR
            )
            lead = lead or person
    for customer in CUSTOMERS:
        organisation = await scene.do(desk.register_organisation, name=customer, actor=ACTOR)
        roles = (Role.REQUESTER, Role.APPROVER)
        head = await _hire(scene, next(names), organisation.subject, roles)
        for _ in range(REQUESTERS_EACH):
            person = await _hire(
                scene, next(names), organisation.subject, (Role.REQUESTER,), manager=head
            )
            company.requesters.append(person)
            company.manager_of[person] = head
    return company


def _names(scene: Scene) -> Any:
    """Full names, each once."""
    names = [(first, last) for first in FIRST for last in LAST]
    scene.random.shuffle(names)
    return iter(names)


async def _hire(
    scene: Scene,
    name: tuple[str, str],
    organisation: UUID,
    roles: tuple[Role, ...],
    manager: UUID | None = None,
) -> UUID:
    username = ".".join(name).lower().replace("ö", "oe")
    receipt = await scene.do(
        scene.desk.register_person,
        username=username,
        name=" ".join(name),
        email=f"{username}@example.com",
        organisation=organisation,
        manager=manager,
        roles=roles,
        actor=ACTOR,
    )
    return receipt.subject
