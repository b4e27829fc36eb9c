"""Assignment rules for the tests."""

from msgspec.structs import replace

from domain.ids import record_id
from domain.recurring import Recurrence
from domain.service_conditions import Named
from domain.triage import (
    Assign,
    Categorise,
    Member,
    Notify,
    Prioritise,
    Propose,
    RuleDefinition,
    Watch,
)

TEAM = record_id("TEA", 1)
TO_TEAM = RuleDefinition(on=("logged",), actions=(Assign(team=TEAM),))
BY_TURNS = RuleDefinition(
    on=("logged", "reopened"),
    every="1h",
    when='ticket.team == "Network" && !ticket.is_assigned',
    actions=(
        Assign(team=TEAM, member=Member(by="least loaded", skill="routers", knows="service")),
        Categorise(category="network"),
        Prioritise(impact=1, urgency=2),
        Notify(people=("team:Network",)),
        Watch(people=("manager-of:requester",)),
        Propose(reason="Many are affected."),
        Recurrence(same=("category", "service"), count=3, within="30d"),
    ),
    order=10,
    names=(Named("team", "Network", TEAM),),
)
RULES = (TO_TEAM, BY_TURNS, replace(TO_TEAM, actions=()))
