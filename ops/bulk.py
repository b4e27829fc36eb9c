"""Bulk jobs in the process that works: their rows are requests to the API, made there."""

from typing import TYPE_CHECKING
from uuid import UUID

from domain.desk import Desk
from ops.compose import master_key, open_files
from ops.settings import Settings
from projections.views import Views

if TYPE_CHECKING:
    from api.bulk_runner import BulkRunner


class LateRunner:
    """Has the API only once there is a job: its bodies take memory that few processes that work
    ever need."""

    def __init__(self, settings: Settings, desk: Desk, views: Views) -> None:
        self._settings = settings
        self._desk = desk
        self._views = views
        self._runner: BulkRunner | None = None

    async def turn(self, id: UUID) -> bool:
        """See to the next page of a job. Returns whether there is nothing more to do for now."""
        if self._runner is None:
            self._runner = self._made()
        return await self._runner.turn(id)

    def _made(self) -> "BulkRunner":
        from api.bulk_runner import BulkRunner
        from api.context import Context
        from api.settings import Settings as ApiSettings
        from api.settings import now

        settings = ApiSettings(signing_key=master_key(self._settings).derived("cursors"))
        files = open_files(self._settings, self._desk.ledger.mapper.keys)
        return BulkRunner(Context(self._desk, self._views, settings, now, files=files))
