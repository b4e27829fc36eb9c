"""`ledgerdesk project`: the projector, which alone writes the views."""

import asyncio

import structlog

from ops.compose import open_ledger, open_view_store
from ops.problems import UserProblem
from ops.processes import settle, until_stopped
from ops.settings import Settings
from projections.runner import Projector
from projections.store import WrongLedger
from projections.views import ALL as VIEWS

log = structlog.get_logger()


async def project(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises UserProblem if the views are another ledger's."""
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger, until_stopped() as stopped:
            projector = Projector(ledger, store, VIEWS)
            try:
                projector.prepare()
            except WrongLedger as error:
                raise UserProblem(str(error)) from None
            settle()
            running = asyncio.create_task(projector.run())
            stopping = asyncio.create_task(stopped.wait())
            log.info("projecting", views=[view.name for view in VIEWS])
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        store.close()
