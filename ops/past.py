"""The records of the past, one after the other, so that memory stays flat."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

import domain.kinds  # noqa: F401 - every kind of definition must be known
from domain.aggregate import KINDS, Aggregate, Event, all_names
from domain.asset import Asset
from domain.change import Change
from domain.incident import Incident
from domain.ledger import PAGE, Ledger
from domain.mapper import codec
from domain.versioned import Versioned
from ops.backtest_options import Tell
from ops.problems import UserProblem
from ops.settings import Settings

FIRST: tuple[tuple[type[Aggregate], type[Event]], ...] = (
    (Change, Change.Proposed),
    (Incident, Incident.Logged),
    (Asset, Asset.Registered),
    *((kind, kind.Drafted) for kind in KINDS.values() if issubclass(kind, Versioned)),
)


def require_ledger(settings: Settings) -> None:
    """Raises UserProblem where nothing was ever recorded, instead of making an empty ledger."""
    if settings.database_url is None and not (settings.data / "ledger.db").exists():
        raise UserProblem(f"{settings.data}: there is no ledger in this folder. Set it by --data.")


def begun(
    ledger: Ledger,
    kinds: Iterable[type[Aggregate]],
    until: datetime,
    head: int,
    phase: str,
    tell: Tell,
) -> Iterator[tuple[UUID, Event, int]]:
    """The records that begin before a moment, with their first events and the positions of these,
    up to a position of the ledger; page by page."""
    known = set(kinds)
    topics = [topic for kind, first in FIRST if kind in known for topic in all_names(kind, first)]
    position = 0
    while position < head:
        rows = ledger.recorder.select_notifications(
            position, PAGE, head, topics, inclusive_of_start=False
        )
        for row in rows:
            first = codec(row.topic).read(row.state)
            if first.by.effective_at < until and isinstance(row.originator_id, UUID):
                yield row.originator_id, first, row.id
        position = rows[-1].id if len(rows) == PAGE else head
    tell(phase, head, head)
