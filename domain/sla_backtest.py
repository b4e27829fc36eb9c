"""What a draft of a service level policy would have promised for the tickets of the past.

Everything is asked and counted by the functions by which the desk itself asks and counts, twice:
under the policies in force with the draft among them, and under those in force alone. A policy in
force that has the name of the draft is replaced by it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain import situation, situation_events
from domain.aggregate import Entry, Event
from domain.agreed_clocks import HoursOf
from domain.agreement import Subject
from domain.attainment import Promise, promises_of
from domain.change import Change
from domain.ids import prefix_of
from domain.incident import Incident
from domain.person import name_digest
from domain.promises import Promises
from domain.promising import Records
from domain.provenance import Provenance
from domain.question import Question
from domain.service_level_policy import Agreement, ServiceLevelPolicy
from domain.service_request import ServiceRequest
from domain.sla_backtest_play import Policies, under
from domain.sla_backtest_recorded import Recorded, recorded

Governed = Literal["draft", "another policy", "nothing"]

KINDS: dict[Subject, type[Promises]] = {
    "incident": Incident,
    "change": Change,
    "question": Question,
    "request": ServiceRequest,
}
_KIND = {kind.prefix: kind for kind in KINDS.values()}


class Pair(Struct, frozen=True):
    """A promise of the draft, and what the policies in force promise under the same name."""

    draft: Promise
    in_force: Promise | None

    @property
    def differs(self) -> bool:
        return self.in_force is not None and {self.draft.verdict, self.in_force.verdict} == {
            "met",
            "breached",
        }


class Facts(Struct, frozen=True, kw_only=True):
    """What happened to a ticket, as far as disagreements are explained by it."""

    was_pending: bool
    reopened: int
    priorities: tuple[int, ...]
    """Those that it had, in their order."""


class Found(Struct, frozen=True, kw_only=True):
    """What the draft would have promised for a ticket, beside what is promised without it."""

    ticket: UUID
    opened: datetime
    governed: Governed
    promises: tuple[Promise, ...]
    in_force: tuple[Promise, ...]
    pairs: tuple[Pair, ...]
    facts: Facts
    recorded: Recorded | None = None
    """What a detail says of it, if one was named and says so."""


class Backtest:
    """Runs a draft over one ticket after the other. It keeps nothing of them."""

    def __init__(
        self,
        draft: ServiceLevelPolicy,
        published: Iterable[tuple[ServiceLevelPolicy, Agreement]],
        records: Records,
        hours_of: HoursOf,
        until: datetime,
        recorded_in: str = "",
    ) -> None:
        """until: the moment up to which clocks that still run are counted. recorded_in: the
        detail of tickets that says whether their service level was kept."""
        self.draft = draft
        self.in_force: Policies = tuple(published)
        self.with_draft = among(draft, self.in_force)
        self._records, self._hours_of, self._until = records, hours_of, until
        self._recorded_in = recorded_in

    def run(self, entries: Sequence[Entry]) -> Found:
        events = [entry.event for entry in entries]
        drafted = self._promises(entries, self.with_draft)
        known = self._promises(entries, self.in_force)
        own = [one for one in drafted if one.policy == self.draft.id]
        governed: Governed = "another policy" if drafted else "nothing"
        return Found(
            ticket=entries[0].originator_id,
            opened=events[0].by.effective_at,
            governed="draft" if own else governed,
            promises=drafted,
            in_force=known,
            pairs=tuple(Pair(one, _same(one, known)) for one in own),
            facts=_facts(events),
            recorded=recorded(events, self._recorded_in) if self._recorded_in else None,
        )

    def _promises(self, entries: Sequence[Entry], policies: Policies) -> tuple[Promise, ...]:
        if not policies:
            return ()
        kind = _KIND[prefix_of(entries[0].originator_id)]
        history = under(entries, kind, policies, self._records)
        until = max(self._until, max(entry.event.by.effective_at for entry in entries))
        return promises_of(history, self._hours_of, until)


def among(draft: ServiceLevelPolicy, published: Policies) -> Policies:
    """Some policies with a draft among them, in place of the one with its name."""
    name = name_digest(draft.name)
    others = [row for row in published if name_digest(row[0].name) != name]
    agreement = draft.definition_of(draft.published_version)
    rows = [*others, (draft, agreement)]
    return tuple(sorted(rows, key=lambda row: (row[1].order, row[0].id)))


def drafted(
    id: UUID,
    name: str,
    agreement: Agreement,
    known: ServiceLevelPolicy | None,
    by: Provenance,
) -> ServiceLevelPolicy:
    """A draft as if it were published: as the next version of a known policy, or as a new one.

    Nothing is recorded. Raises Refused for a draft that could not be published.
    """
    if known is None:
        policy = ServiceLevelPolicy.draft(id, name=name, definition=agreement, by=by)
    else:
        policy = known.fork()
        policy.revise(agreement, by=by)
    policy.publish(by=by)
    return policy


def _same(promise: Promise, others: Iterable[Promise]) -> Promise | None:
    wanted = (promise.clock, promise.round)
    return next((one for one in others if (one.clock, one.round) == wanted), None)


def _facts(events: Iterable[Event]) -> Facts:
    priorities: list[int] = []
    was_pending = False
    now = situation.NOTHING
    for event in events:
        now = situation_events.told(now, event)
        was_pending |= now.waiting_for != ""
        if now.priority and now.priority not in priorities[-1:]:
            priorities.append(now.priority)
    return Facts(was_pending=was_pending, reopened=now.reopened, priorities=tuple(priorities))
