"""Keeps a workflow running for each record about which somebody is told by mail again and again."""

from collections.abc import Iterable
from uuid import UUID

from domain.ids import prefix_of
from domain.report_schedule import ReportSchedule, Status
from domain.saved_view import SavedView
from workflows.mailing_values import Mailing, workflow_id
from workflows.starts import Starts

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

    def all(self) -> Iterable[UUID]:
        for view, _ in self.ledger.all_of(SavedView):
            if _is_wanted(view):
                yield view.id
        for schedule, _ in self.ledger.all_of(ReportSchedule):
            if _is_wanted(schedule):
                yield schedule.id

    async def value(self, id: UUID) -> Mailing | None:
        kind = SavedView if prefix_of(id) == SavedView.prefix else ReportSchedule
        return Mailing(record=id) if _is_wanted(await self.ledger.find(kind, id)) else None

    def workflow_id(self, number: str) -> str:
        return workflow_id(number)


def _is_wanted(record: SavedView | ReportSchedule) -> bool:
    """Whether there is anything to be sent about it, now or later."""
    if isinstance(record, SavedView):
        return bool(record.mailings)
    return record.status is Status.ACTIVE or bool(record.outstanding)
