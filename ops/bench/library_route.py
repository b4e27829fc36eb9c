"""`python -m ops.bench.library_route`: the API, but what logs an incident uses the library's save.

Server, authentication, validation and policy are the real ones; in the place of the ledger stands
`Application.save` with the library's own recorder, called in a thread as FastAPI calls a `def`.
With `nothing` as its argument it records nothing at all.
"""

import sys
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from psycopg.conninfo import conninfo_to_dict
from starlette.concurrency import run_in_threadpool

from api import practices
from api.commands import Asked
from api.http.calls import Call
from api.incidents import PRACTICE
from domain.desk import Desk
from domain.ids import record_id
from domain.recorder import Receipt
from ops.bench.load import Report
from ops.processes import configure_logging, run
from ops.settings import Settings, load


def library(settings: Settings) -> Application[UUID]:
    """The library's application with its own recorder, as it is by default."""
    if settings.database_url is None:
        path = settings.data / "library.db"
        return Application(
            {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        )
    address = conninfo_to_dict(settings.database_url.get_secret_value())
    names = ("dbname", "host", "port", "user", "password")
    return Application(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            **{f"POSTGRES_{name.upper()}": str(address[name]) for name in names},
        }
    )


def replace_ledger(application: Application[UUID] | None) -> None:
    """Let the library, or nobody, record what `POST /incidents` says."""
    serials = count(1)

    async def use(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
        if application is not None:
            report = Report(body.title, body.description, asked.by.actor)
            await run_in_threadpool(application.save, report)
        serial = next(serials)
        return Receipt(
            command=asked.by.command,
            subject=record_id("INC", serial),
            version=1,
            position=serial,
        )

    assert PRACTICE.creation is not None
    creation = msgspec.structs.replace(PRACTICE.creation, use=use)
    replaced = msgspec.structs.replace(PRACTICE, creation=creation)
    others = [practice for practice in practices.PRACTICES if practice is not PRACTICE]
    practices.PRACTICES = [replaced, *others]


def main() -> None:
    settings = load()
    configure_logging(settings.log_level, "library")
    replace_ledger(None if sys.argv[1:] == ["nothing"] else library(settings))
    # Only now, as the API takes the practices as they are when it is imported.
    from ops.serve import serve

    run(serve(settings, with_worker=False, with_demo=False))


if __name__ == "__main__":
    main()
