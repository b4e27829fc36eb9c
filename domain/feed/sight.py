"""What somebody sees of events: what they may read of the record, by the one policy.

Whoever may read the history of a record sees its events whole. Whoever may only read the record,
such as the requester of a ticket, sees that they happened, apart from what agents do among
themselves. Nobody else learns of them.
"""

from collections.abc import Mapping
from enum import IntEnum
from uuid import UUID

from domain.aggregate import KIND_OF_PREFIX, KINDS, Aggregate, Entry, events_of
from domain.feed.wanted import Wanted, what_of
from domain.ids import prefix_of
from domain.ledger import Ledger
from domain.major_incident import MajorIncident
from domain.policy import OF_OPERATOR, about
from domain.policy_table import TABLE
from domain.relation import ANY, About, Actor, Condition
from domain.rules import Refused
from domain.ticket import Ticket, Visibility

AMONG_AGENTS = frozenset(events_of(MajorIncident)) - frozenset(events_of(Ticket))


class Level(IntEnum):
    NOTHING = 0
    OUTLINE = 1
    WHOLE = 2


class Sight:
    """What an actor sees. It looks up each record once, so it is made anew for each page."""

    def __init__(self, actor: Actor, ledger: Ledger) -> None:
        self._actor = actor
        self._ledger = ledger
        self._by_kind = _by_kind(actor)
        self._levels: dict[UUID, Level] = {}

    @property
    def kinds(self) -> list[type[Aggregate]]:
        """The kinds of which there can be something to see."""
        return [kind for kind, level in self._by_kind.items() if level is not Level.NOTHING]

    @property
    def alike(self) -> tuple[Level, ...] | None:
        """The same for all who see the same events; None for whom that depends on the record."""
        levels = tuple(level for level in self._by_kind.values() if level is not None)
        return levels if len(levels) == len(self._by_kind) else None

    @property
    def looked_up(self) -> int:
        """How many records were looked up."""
        return len(self._levels)

    async def level(self, entry: Entry) -> Level:
        id = entry.originator_id
        level = self._by_kind[KIND_OF_PREFIX[prefix_of(id)]]
        if level is None:
            level = self._levels.get(id)
        if level is None:
            level = self._levels[id] = await self._of_record(id)
        return Level.NOTHING if level is Level.OUTLINE and _is_among_agents(entry) else level

    async def told(self, entry: Entry, wanted: Wanted) -> Level:
        """How much the actor sees of an event, if it is wanted. Raises Refused where the condition
        of what is wanted has no answer."""
        level = await self.level(entry) if wanted.fits(entry) else Level.NOTHING
        if level is Level.NOTHING or wanted.holds(entry, is_whole=level is Level.WHOLE):
            return level
        return Level.NOTHING

    async def told_if_known(self, entry: Entry, wanted: Wanted) -> Level:
        """The same; nothing where the condition has no answer."""
        try:
            return await self.told(entry, wanted)
        except Refused:
            return Level.NOTHING

    async def _of_record(self, id: UUID) -> Level:
        record = await self._ledger.peek(id)
        if record is None:
            return Level.NOTHING
        what, to = what_of(type(record)), about(record)
        if TABLE[f"{what}.read_history"].lets(self._actor, to):
            return Level.WHOLE
        if isinstance(record, Ticket) and TABLE[f"{what}.read"].lets(self._actor, to):
            return Level.OUTLINE
        return Level.NOTHING


def _by_kind(actor: Actor) -> Mapping[type[Aggregate], Level | None]:
    """What an actor sees of all records of a kind alike; None where it depends on the record."""
    if TABLE["ledger.read_events"].lets(actor, About()):
        return dict.fromkeys(KINDS.values(), Level.WHOLE)
    return {kind: _of_kind(actor, kind) for kind in KINDS.values()}


def _of_kind(actor: Actor, kind: type[Aggregate]) -> Level | None:
    what = what_of(kind)
    row = TABLE.get(f"{what}.read_history")
    if row is None or row.scope not in actor.scopes:
        return Level.NOTHING
    history = _conditions(actor, f"{what}.read_history")
    if ANY in history or (actor.is_operator and history & OF_OPERATOR):
        return Level.WHOLE
    is_read = issubclass(kind, Ticket) and _conditions(actor, f"{what}.read")
    return None if history or is_read else Level.NOTHING


def _conditions(actor: Actor, act: str) -> set[Condition]:
    return {condition for role, condition in TABLE[act].grants.items() if role in actor.roles}


def _is_among_agents(entry: Entry) -> bool:
    event = entry.event
    is_internal = getattr(event, "visibility", None) is Visibility.INTERNAL
    return is_internal or type(event) in AMONG_AGENTS
