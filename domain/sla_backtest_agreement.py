"""The verdicts of a draft beside those that another system recorded: how often they agree, and
what those have in common that do not."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from domain.attainment import Promise
from domain.ids import number_of
from domain.sla_backtest import Found
from domain.sla_backtest_recorded import Recorded

EXAMPLES_MAX = 100
OPEN = "not decided yet"
DISTANCES = (
    (timedelta(hours=1), "up to 1 hour"),
    (timedelta(days=1), "up to 1 day"),
    (timedelta(weeks=1), "up to 1 week"),
)
FARTHER = "more than 1 week"


class Group(Struct, frozen=True, kw_only=True):
    """Tickets with something in common. `agree` are the rest of those compared."""

    group: str
    compared: int
    agree: int
    kept_there_only: int
    """Kept as the other system recorded it, and lost by the draft."""
    kept_here_only: int


class Disagreement(Struct, frozen=True, kw_only=True):
    number: str
    recorded: bool
    here: bool
    said_in: str
    """The status in which the other system said so first."""
    due_at: datetime
    ended_at: datetime | None
    priorities: tuple[int, ...]


class Beside(Struct, frozen=True, kw_only=True):
    """`total` and the groups are of tickets of the draft with a verdict there and here."""

    detail: str
    total: Group
    rate: float | None
    """The share that agrees; None of none."""
    unknown: int
    """Tickets of the draft of which the detail says nothing."""
    undecided: int
    """Those whose promises still run, or were cancelled."""
    lost_in: dict[str, int]
    """The statuses in which the other system said first that it was lost."""
    groups: dict[str, tuple[Group, ...]]
    distances: dict[str, int]
    """How far from the due moment those ended that disagree."""
    examples: tuple[Disagreement, ...]


class BesideSummary:
    def __init__(self, detail: str) -> None:
        self._detail = detail
        self._counts: Counter[tuple[str, str, bool, bool]] = Counter()
        self._lost_in: Counter[str] = Counter()
        self._distances: Counter[str] = Counter()
        self._unknown = self._undecided = 0
        self._examples: list[Disagreement] = []

    def add(self, found: Found) -> None:
        if found.governed != "draft":
            return
        there, here = found.recorded, kept(pair.draft for pair in found.pairs)
        if there is None:
            self._unknown += 1
            return
        if not there.kept:
            self._lost_in[there.status] += 1
        if here is None:
            self._undecided += 1
            return
        for by, group in _groups(found):
            self._counts[by, group, there.kept, here] += 1
        if there.kept != here:
            self._disagree(found, there, here)

    def _disagree(self, found: Found, there: Recorded, here: bool) -> None:
        promise = max((pair.draft for pair in found.pairs), key=_lateness)
        ended_at = promise.ended_at
        distance = None if ended_at is None else abs(ended_at - promise.due_at)
        self._distances[_distance(distance)] += 1
        if len(self._examples) < EXAMPLES_MAX:
            self._examples.append(
                Disagreement(
                    number=number_of(found.ticket),
                    recorded=there.kept,
                    here=here,
                    said_in=there.status,
                    due_at=promise.due_at,
                    ended_at=ended_at,
                    priorities=found.facts.priorities,
                )
            )

    def beside(self) -> Beside:
        total = next(iter(self._of("")), Group(**dict.fromkeys(_NUMBERS, 0), group=""))
        return Beside(
            detail=self._detail,
            total=total,
            rate=total.agree / total.compared if total.compared else None,
            unknown=self._unknown,
            undecided=self._undecided,
            lost_in=dict(self._lost_in.most_common()),
            groups={by: tuple(self._of(by)) for by in BY},
            distances={
                name: self._distances[name]
                for name in (*(name for _, name in DISTANCES), FARTHER, OPEN)
            },
            examples=tuple(self._examples),
        )

    def _of(self, by: str) -> Iterable[Group]:
        for group in sorted({group for known, group, _, _ in self._counts if known == by}):
            there_only = self._counts[by, group, True, False]
            here_only = self._counts[by, group, False, True]
            agree = self._counts[by, group, True, True] + self._counts[by, group, False, False]
            yield Group(
                group=group,
                compared=agree + there_only + here_only,
                agree=agree,
                kept_there_only=there_only,
                kept_here_only=here_only,
            )


BY = ("priority", "its priority", "waiting", "reopening", "month")
_NUMBERS = ("compared", "agree", "kept_there_only", "kept_here_only")


def kept(promises: Iterable[Promise]) -> bool | None:
    """Whether all promises with a verdict were met; None if there is none."""
    verdicts = {promise.verdict for promise in promises}
    if "breached" in verdicts:
        return False
    return True if "met" in verdicts else None


def _groups(found: Found) -> Iterable[tuple[str, str]]:
    facts = found.facts
    yield "", ""
    yield "priority", str(facts.priorities[-1]) if facts.priorities else "-"
    yield "its priority", "changed" if len(facts.priorities) > 1 else "stayed the same"
    yield "waiting", "was pending" if facts.was_pending else "was never pending"
    yield "reopening", "was reopened" if facts.reopened else "was never reopened"
    yield "month", f"{found.opened:%Y-%m}"


def _lateness(promise: Promise) -> timedelta:
    return (promise.ended_at or promise.due_at) - promise.due_at


def _distance(distance: timedelta | None) -> str:
    if distance is None:
        return OPEN
    return next((name for most, name in DISTANCES if distance <= most), FARTHER)
