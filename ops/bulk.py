"""Bulk jobs in the process that works: their rows are requests to the API, made there."""

from typing import TYPE_CHECKING
from uuid import UUID

from ops.late_api import LateApi

if TYPE_CHECKING:
    from api.bulk_runner import BulkRunner


class LateRunner:
    """Has the API only once there is a job."""

    def __init__(self, api: LateApi) -> None:
        self._api = api
        self._runner: BulkRunner | None = None

    async def turn(self, id: UUID) -> bool:
        """See to the next page of a job. Returns whether there is nothing more to do for now."""
        if self._runner is None:
            from api.bulk_runner import BulkRunner

            self._runner = BulkRunner(self._api.context())
        return await self._runner.turn(id)
