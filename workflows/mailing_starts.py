"""Keeps a workflow running for each record about which somebody is told by mail again and again."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from domain.ids import prefix_of
from domain.ledger import Ledger
from domain.report_schedule import ReportSchedule, Status
from domain.saved_view import SavedView
from workflows.mailing_values import Mailing, workflow_id
from workflows.starts import PAGE, Starts
from workflows.temporal import Temporal

OF_VIEWS = (SavedView.Subscribed, SavedView.Unsubscribed, SavedView.Removed)
OF_SCHEDULES = (
    *(ReportSchedule.Defined, ReportSchedule.Amended, ReportSchedule.PreviewAsked),
    *(ReportSchedule.Paused, ReportSchedule.Resumed, ReportSchedule.Ended),
)
"""What workflows themselves record of them is no news to them."""


class MailingStarts(Starts):
    workflow = "Mailings"
    topics = sorted(
        (
            *(SavedView.topics[event] for event in OF_VIEWS),
            *(ReportSchedule.topics[event] for event in OF_SCHEDULES),
        )
    )

    def __init__(self, ledger: Ledger, temporal: Temporal) -> None:
        super().__init__(ledger, temporal)
        self._ids: set[UUID] = set()
        self._seen = 0
        """What there is up to here is known."""

    def all(self) -> Iterable[UUID]:
        # Deliveries are much to read, and tell nothing of what is to be sent: they are read once.
        head = self.ledger.position()
        rows = self._since(self._seen, head) if self._seen else self._every()
        self._ids |= {row.originator_id for row in rows if row.topic in self.topics}
        self._seen = head
        return list(self._ids)

    def _every(self) -> Iterator[Any]:
        for kind in (SavedView, ReportSchedule):
            yield from self.ledger.recorder.select_kind(kind.prefix)

    def _since(self, position: int, head: int) -> Iterator[Any]:
        while position < head:
            rows = self.ledger.recorder.select_notifications(
                position, PAGE, head, self.topics, inclusive_of_start=False
            )
            yield from rows
            position = rows[-1].id if len(rows) == PAGE else head

    async def value(self, id: UUID) -> Mailing | None:
        kind = SavedView if prefix_of(id) == SavedView.prefix else ReportSchedule
        if _is_wanted(await self.ledger.find(kind, id)):
            self._ids.add(id)
            return Mailing(record=id)
        self._ids.discard(id)
        return None

    def workflow_id(self, number: str) -> str:
        return workflow_id(number)


def _is_wanted(record: SavedView | ReportSchedule) -> bool:
    """Whether there is anything to be sent about it, now or later."""
    if isinstance(record, SavedView):
        return bool(record.mailings)
    return record.status is Status.ACTIVE or bool(record.outstanding)
