"""`ledgerdesk project`: the projector, which alone writes the views, and keeps the log."""

import asyncio

import structlog

from domain.recorder import LedgerRecorder
from ops.audit.follow import follow
from ops.compose import open_ledger, open_log, open_view_store
from ops.problems import UserProblem
from ops.processes import prepare_folder, settle, until_stopped
from ops.settings import Settings
from projections.declaring import DeclaringProjector
from projections.listings import ALL as VIEWS
from projections.listings import RETIRED
from projections.renewal import Renewal
from projections.store import WrongLedger

log = structlog.get_logger()


async def project(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises UserProblem if the views are another ledger's."""
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger, until_stopped() as stopped:
            projector = DeclaringProjector(ledger, store, VIEWS)
            try:
                projector.prepare(retired=RETIRED)
            except WrongLedger as error:
                raise UserProblem(str(error)) from None
            Renewal(projector, prepare_folder(settings) / "views-anew.db")
            settle()
            running = asyncio.create_task(projector.run())
            logging = asyncio.create_task(_keep_log(settings, ledger.recorder))
            stopping = asyncio.create_task(stopped.wait())
            log.info("projecting", views=[view.name for view in VIEWS])
            await asyncio.wait({running, logging, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (running, logging):
                if task.done():
                    task.result()
                task.cancel()
            await asyncio.gather(running, logging, return_exceptions=True)
    finally:
        store.close()


async def _keep_log(settings: Settings, recorder: LedgerRecorder) -> None:
    """Keep the transparency log for ever, if it is wanted."""
    if settings.audit_log:
        store = open_log(settings)
        try:
            await follow(settings, recorder, store)
        except (UserProblem, ValueError) as problem:
            # The views are needed all the same, and `doctor` tells of it.
            log.error("the transparency log is not kept", why=str(problem))
        finally:
            store.close()
    await asyncio.Event().wait()
