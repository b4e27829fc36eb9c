"""What a draft would have done with all tickets of a time, summed up ticket by ticket.

Memory: some counters for each team, organisation, policy, priority and month.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain.attainment import Figure, Promise, Verdict, figure, month_of
from domain.ids import number_of
from domain.sla_backtest import Found, Pair

Dimension = Literal["policy", "target", "priority", "team", "organisation", "month"]
DIMENSIONS: tuple[Dimension, ...] = (
    "policy",
    "target",
    "priority",
    "team",
    "organisation",
    "month",
)
EXAMPLES_MAX = 100
NONE = "-"
"""The group of what has none."""


class Line(Struct, frozen=True, kw_only=True):
    group: str
    draft: Figure
    in_force: Figure


class Breaches(Struct, frozen=True, kw_only=True):
    """The breaches of the draft in whose time one party had the largest part."""

    party: str
    number: int
    ran: int
    """For how many seconds the clocks ran in turns of this party, in these breaches."""


class Differing(Struct, frozen=True, kw_only=True):
    number: str
    target: str
    draft: Verdict
    in_force: Verdict
    draft_due: datetime
    in_force_due: datetime
    largest: str


class Differences(Struct, frozen=True, kw_only=True):
    """The promises of the draft beside those of the same name in force."""

    same: int = 0
    met_to_breached: int = 0
    breached_to_met: int = 0
    other: int = 0
    """Of which one is cancelled or still runs, and the other is not."""
    new: int = 0
    """Nothing of that name is promised in force."""
    examples: tuple[Differing, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    policy: str
    since: datetime
    until: datetime
    counted_until: datetime
    """Up to when clocks that still run are counted."""
    tickets: int
    governed: dict[str, int]
    others: dict[str, int]
    """By the other policy that takes the tickets first."""
    total: Line
    by: dict[Dimension, tuple[Line, ...]]
    breaches: tuple[Breaches, ...]
    differences: Differences
    notes: tuple[str, ...]


class Summary:
    def __init__(self, draft: UUID) -> None:
        self._draft = draft
        self._tickets = 0
        self._governed: Counter[str] = Counter()
        self._others: Counter[UUID] = Counter()
        self._counted: tuple[Counter[tuple[str, object, Verdict]], ...] = (Counter(), Counter())
        self._breaches: Counter[str] = Counter()
        self._ran: Counter[str] = Counter()
        self._differences: Counter[str] = Counter()
        self._examples: list[Differing] = []

    # Sum up --------------------------------------------------------------------------------

    def add(self, found: Found) -> None:
        self._tickets += 1
        self._governed[found.governed] += 1
        if found.governed == "another policy":
            self._others.update({one.policy for one in found.promises})
        month = month_of(found.opened)
        for counted, promises in zip(self._counted, (found.promises, found.in_force), strict=True):
            for one in promises:
                for dimension, group in _groups(one, month):
                    counted[dimension, group, one.verdict] += 1
        for pair in found.pairs:
            self._breach(pair.draft)
            self._compare(found, pair)

    def _breach(self, promise: Promise) -> None:
        if promise.verdict == "breached":
            largest = promise.largest
            self._breaches[largest] += 1
            if largest:
                self._ran[largest] += promise.consumed[largest].ran

    def _compare(self, found: Found, pair: Pair) -> None:
        draft, known = pair.draft, pair.in_force
        if known is None:
            self._differences["new"] += 1
        elif draft.verdict == known.verdict:
            self._differences["same"] += 1
        elif not pair.differs:
            self._differences["other"] += 1
        else:
            self._differences[f"{known.verdict}_to_{draft.verdict}"] += 1
            if len(self._examples) < EXAMPLES_MAX:
                self._examples.append(
                    Differing(
                        number=number_of(found.ticket),
                        target=draft.clock,
                        draft=draft.verdict,
                        in_force=known.verdict,
                        draft_due=draft.due_at,
                        in_force_due=known.due_at,
                        largest=draft.largest,
                    )
                )

    # Tell ----------------------------------------------------------------------------------

    def report(
        self,
        name: str,
        since: datetime,
        until: datetime,
        counted_until: datetime,
        *,
        name_of: Callable[[UUID], str],
        party_name: Callable[[str], str],
        notes: Iterable[str] = (),
    ) -> Report:
        """`name_of` says what a record is called, `party_name` what a party is."""
        counts = self._differences
        return Report(
            policy=name,
            since=since,
            until=until,
            counted_until=counted_until,
            tickets=self._tickets,
            governed=dict(self._governed),
            others={name_of(policy): number for policy, number in self._others.most_common()},
            total=next(iter(self._lines("", name_of)), _EMPTY),
            by={dimension: tuple(self._lines(dimension, name_of)) for dimension in DIMENSIONS},
            breaches=tuple(
                Breaches(
                    party=party_name(party) if party else NONE,
                    number=number,
                    ran=self._ran[party] // 1_000_000,
                )
                for party, number in sorted(
                    self._breaches.items(), key=lambda one: (-one[1], one[0])
                )
            ),
            differences=Differences(
                same=counts["same"],
                met_to_breached=counts["met_to_breached"],
                breached_to_met=counts["breached_to_met"],
                other=counts["other"],
                new=counts["new"],
                examples=tuple(self._examples),
            ),
            notes=tuple(notes),
        )

    def _lines(self, dimension: str, name_of: Callable[[UUID], str]) -> Iterable[Line]:
        groups = {
            group: name_of(group) if isinstance(group, UUID) else str(group)
            for counted in self._counted
            for known, group, _ in counted
            if known == dimension
        }
        for group, shown in sorted(groups.items(), key=lambda one: (one[1], str(one[0]))):
            draft, in_force = (_figure(counted, dimension, group) for counted in self._counted)
            yield Line(group=shown, draft=draft, in_force=in_force)


def _groups(promise: Promise, month: str) -> Iterable[tuple[str, object]]:
    yield "", ""
    yield "policy", promise.policy
    yield "target", promise.target
    yield "priority", promise.priority or NONE
    yield "team", promise.team or NONE
    yield "organisation", promise.organisation or NONE
    yield "month", month


def _figure(counted: Counter[tuple[str, object, Verdict]], dimension: str, group: object) -> Figure:
    met, breached, running, cancelled = (
        counted[dimension, group, verdict] for verdict in get_args(Verdict)
    )
    return figure(met, breached, running, cancelled)


_EMPTY = Line(group="", draft=Figure(), in_force=Figure())
