"""`ledgerdesk serve`: the HTTP API, and with it the worker where one process does both."""

import asyncio
import contextlib
from collections.abc import Iterator

import structlog
import uvicorn

from api.app import create_app
from api.settings import Settings as ApiSettings
from ops.attachments import clean_daily
from ops.compose import decision_key, master_key, open_desk, open_files, open_log, open_views
from ops.demo import seed
from ops.processes import listen, settle, until_stopped
from ops.settings import Settings

log = structlog.get_logger()

DRAIN_SECONDS = 5


class Server(uvicorn.Server):
    """Uvicorn, ended by us: it neither takes signals nor raises them again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings, *, with_worker: bool, with_demo: bool) -> None:
    """Run until SIGTERM or SIGINT. Raises UserProblem if the port is taken."""
    listening = listen(settings)
    async with (
        contextlib.AsyncExitStack() as stack,
        open_desk(settings) as desk,
        open_views(settings) as views,
        until_stopped() as stopped,
    ):
        proven = open_log(settings)
        files = open_files(settings, desk.ledger.mapper.keys)
        stack.callback(proven.close)
        app = create_app(
            desk,
            views,
            ApiSettings(
                signing_key=master_key(settings).derived("cursors"),
                decision_key=decision_key(settings),
                temporal_page=settings.temporal_ui_url,
                webhook_networks=settings.networks_of_webhooks,
                requests_per_minute=settings.requests_per_minute,
                bulk_days=settings.bulk_days,
                secure_cookies=settings.url.startswith("https://"),
            ),
            log=proven,
            files=files,
        )
        server = Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
                h11_max_incomplete_event_size=65_536,
            )
        )
        settle()
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(desk.directory.follow())
            if with_demo:
                await seed(desk, settings)
            working = None
            if with_worker:
                # Temporal's client takes 50 MB: not in a process that only serves.
                from ops.work import work_for

                working = tasks.create_task(work_for(settings, desk, views, stopped))
            serving = tasks.create_task(server.serve(sockets=[listening]))
            cleaning = tasks.create_task(clean_daily(desk.ledger, files, settings.bulk_days))
            log.info("serving", url=settings.url)
            await stopped.wait()
            server.should_exit = True
            app.state.tail.close()
            await serving
            if working is not None:
                await working
            cleaning.cancel()
            following.cancel()
