"""A desk with a long past, for the questions to the API: `python -m ops.bench.big_desk EVENTS`
records it where the settings in the environment say, and writes into its folder what it has."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import psycopg
from msgspec import Struct

from domain.change import Change
from domain.desk import Desk
from domain.incident import Incident
from domain.provenance import Provenance
from ops.bench.company import AGENTS, found, tokens_of
from ops.bench.load import DESCRIPTION, TITLE
from ops.bench.past import EVENTS_IN_TURNS, OPEN_AT_ONCE, record
from ops.compose import open_desk, open_ledger, open_view_store
from ops.settings import Settings, load
from projections import approvals_inbox, directory, search, ticket_lists
from projections.runner import Projector

FIRST = 10_001
"""The serial of the first record of the past, after those of the company."""
OPEN = 2_100
"""How many tickets are open besides, in the hands of three agents."""
AT_ONCE = 100
ASKED = (ticket_lists.VIEW, search.VIEW, directory.VIEW, approvals_inbox.VIEW)
"""The views that the questions are put to."""
WRITTEN = "big-desk.json"


class BigDesk(Struct, frozen=True, kw_only=True):
    events: int
    tickets: int
    """Those of the past alone."""
    tokens: list[str]
    """Those of the three agents."""


def desk_in(data: Path) -> BigDesk:
    return msgspec.json.decode((data / WRITTEN).read_bytes(), type=BigDesk)


async def _fill(settings: Settings, events: int) -> int:
    """Record the past and what is open; how many tickets the past has."""
    async with open_desk(settings) as desk:
        recorded = record(desk.ledger, events, FIRST)
        agents = [await desk.person_called(name) for name in AGENTS]
        assignees = [agent.id for agent in agents if agent is not None]
        for begin in range(0, OPEN, AT_ONCE):
            await asyncio.gather(
                *(_open(desk, assignees[number % 3]) for number in range(begin, begin + AT_ONCE))
            )
    return recorded * sum(OPEN_AT_ONCE[kind] for kind in (Incident, Change)) // EVENTS_IN_TURNS


async def _open(desk: Desk, agent: UUID) -> None:
    await desk.log_incident(
        title=TITLE,
        description=DESCRIPTION,
        requester=None,
        impact=2,
        urgency=2,
        assignee=agent,
        by=Provenance(actor=str(agent), at=datetime.now(UTC), command=uuid4()),
    )


async def _project(settings: Settings) -> int:
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger:
            projector = Projector(ledger, store, ASKED)
            projector.prepare()
            projector.catch_up()
            return ledger.position()
    finally:
        store.close()


def main() -> None:
    settings = load()
    stored = {"database_url": settings.database_url} if settings.database_url else {}
    found(settings.data, **stored)
    tickets = asyncio.run(_fill(settings, int(sys.argv[1])))
    events = asyncio.run(_project(settings))
    if settings.database_url is not None:
        # As the server does by itself within minutes.
        with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as server:
            server.execute("VACUUM ANALYZE")
    tokens = tokens_of(settings.data)
    made = BigDesk(events=events, tickets=tickets, tokens=[tokens[name] for name in AGENTS])
    (settings.data / WRITTEN).write_bytes(msgspec.json.encode(made))


if __name__ == "__main__":
    main()
