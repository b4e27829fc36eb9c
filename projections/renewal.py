"""After an erasure: all views made anew, beside those that are read meanwhile, and put in their
place at once.

What the rows of a person say is not searched for: what is folded from the ledger after their key is
gone cannot say it. So the rows as they are and as they were, what was set aside, and everything
that a view may hold one day are made of what can still be read.
"""

import asyncio
import logging
from pathlib import Path

from domain import erasure
from projections.runner import Projector
from projections.sqlite import SqliteViews

log = logging.getLogger(__name__)


class Renewal:
    """Of the views of a projector, which asks for it whenever it has caught up."""

    def __init__(self, projector: Projector, beside: Path) -> None:
        """beside: a file that is made for the time that a renewal takes."""
        self._projector = projector
        self._beside = beside
        self._remove()
        projector.store.clean()
        projector.erased_at = erasure.carry_out(projector.ledger)
        projector.caught_up.append(self.renew_if_due)

    async def renew_if_due(self) -> None:
        projector, renewed = self._projector, self._projector.store.renewed()
        if renewed > projector.erased_at:
            # Another projector was first, and has moved the views past the erasure.
            projector.erased_at = erasure.carry_out(projector.ledger)
        at = projector.erased_at
        if renewed >= at:
            return
        erasure.carry_out(projector.ledger)
        fresh = SqliteViews(self._beside)
        try:
            other = Projector(projector.ledger, fresh, list(projector.views.values()))
            other.prepare()
            while other.step():
                projector.step()
                await asyncio.sleep(0)
            projector.store.take_over(fresh, other.views.values(), at)
        finally:
            fresh.close()
            self._remove()
        log.info("all views are made anew after the erasure at %d", at)

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._beside.with_name(self._beside.name + suffix).unlink(missing_ok=True)
