"""The boards: the work queue, the approvals inbox, calendars, impact, service levels."""

from collections.abc import Iterator
from typing import Any

from api import history, lists
from api.asset_boards import asset_board_routes
from api.desk_then import then_of
from api.http.answers import Answer
from api.http.calls import Call
from api.http.routing import Endpoint, Operation, Route
from api.incidents import PRACTICE as INCIDENTS
from api.lists import List
from api.openapi import camel
from api.practices import reference_of
from api.reads import OF_READS, find, list_parameters, list_response
from api.record_lists import QUEUE
from api.ticket_clocks import clock_routes
from domain.policy import Everything, allow, hearing, visibility
from projections import change_work
from projections.queries import Either
from projections.tables import instant
from projections.tickets import KINDS

OWN_TICKETS = List(name=QUEUE.name, values=QUEUE.values, sort=("-updated_at",))
INBOX = List(name="approvals_inbox", sort=("due",))
SLA_BOARD = List(name="sla_board", sort=("due",))
TASKS = List(name="fulfilment_work", sort=("added_at",))
MENTIONS = List(name="mentions", values={"kind": tuple(KINDS.values())}, sort=("-at",))
FINDINGS = List(
    name="audit_findings",
    values={"name": (change_work.RETROSPECTIVE, change_work.REVIEW)},
    sort=("due",),
)


async def read_queue(call: Call) -> Answer:
    allow(call.caller.actor, call.route.act, None)
    return await lists.answer(call, QUEUE, visibility(call.caller.actor, "incident"))


async def read_own_tickets(call: Call) -> Answer:
    """The tickets of which the caller is the requester."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    # Whoever asked for something reads about it, wherever it belongs.
    return await lists.answer(call, OWN_TICKETS, Everything(), {"requester": str(actor.id)})


async def read_mentions(call: Call) -> Answer:
    """Where the caller was mentioned, of what they may read now."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    fixed: dict[str, Any] = {"person": str(actor.id)}
    heard = hearing(actor, "incident")
    if not isinstance(heard, Everything):
        public: dict[str, Any] = {"is_internal": False}
        own = () if heard is None else ({"organisation": str(actor.organisation)},)
        fixed["heard"] = Either((public, *own))
    return await lists.answer(call, MENTIONS, visibility(actor, "incident"), fixed)


async def read_approvals(call: Call) -> Answer:
    """What waits for the caller: for their vote, for votes that are delegated to them, and for what
    is asked of them as the requester."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    asked: list[dict[str, Any]] = [{"voter": str(actor.id)}]
    then = await then_of(call, await history.asked_of(call, call.query()))
    for person, made in then.desk.directory.stands_in(actor.id, then.now):
        limits: dict[str, Any] = {"voter": str(person.id), "asks": "vote"}
        if made.risks:
            limits["risk"] = made.risks
        if made.process is not None:
            limits["process"] = str(made.process)
        asked.append(limits)
    # Whoever is asked may read it, wherever it belongs.
    return await lists.answer(call, INBOX, Everything(), {"voter": Either(tuple(asked))})


async def read_sla_board(call: Call) -> Answer:
    allow(call.caller.actor, call.route.act, None)
    return await lists.answer(call, SLA_BOARD, visibility(call.caller.actor, "incident"))


async def read_tasks(call: Call) -> Answer:
    """The tasks of requests that are not over, unless `is_open` asks for others."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    fixed = {} if "is_open" in call.query() else {"is_open": True}
    return await lists.answer(call, TASKS, visibility(actor, "service_request"), fixed)


async def read_findings(call: Call) -> Answer:
    """What is owed for changes and not met yet, unless `is_open` asks for what was met."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    fixed = {} if "is_open" in call.query() else {"is_open": True}
    asked = await history.asked_of(call, call.query())
    now = instant(await history.now_of(call, asked))

    def with_lateness(row: dict[str, Any]) -> dict[str, Any]:
        is_late = row.get("is_open") and row.get("due", now) < now
        return {**row, "is_overdue": True} if "is_overdue" in row and is_late else row

    return await lists.answer(call, FINDINGS, visibility(actor, "change"), fixed, with_lateness)


async def read_incident_sla(call: Call) -> Answer:
    record = await find(call, INCIDENTS)
    return await lists.answer(
        call,
        SLA_BOARD,
        visibility(call.caller.actor, "incident"),
        {"ticket": str(record.id)},
    )


# Routes ------------------------------------------------------------------------------------


def board_routes() -> Iterator[Route]:
    yield _board(
        "/queue", read_queue, "work_queue.read", "Work queue", "Read the work queue", QUEUE
    )
    yield _board(
        "/tickets",
        read_own_tickets,
        "own_tickets.read",
        "Tickets",
        "List one's own tickets",
        OWN_TICKETS,
    )
    yield _board(
        "/me/mentions",
        read_mentions,
        "mentions.read",
        "Tickets",
        "List where one was mentioned",
        MENTIONS,
    )
    yield _board(
        "/approvals",
        read_approvals,
        "approvals_inbox.read",
        "Approvals",
        "Read what waits for one's own vote, or for information from oneself",
        INBOX,
    )
    yield _board(
        "/sla", read_sla_board, "sla_board.read", "Service levels", "Read the board", SLA_BOARD
    )
    yield _board(
        "/fulfilment-tasks",
        read_tasks,
        "fulfilment_work.read",
        "Service requests",
        "Read what is to be done for requests, by team and person",
        TASKS,
    )
    yield _board(
        "/audit-findings",
        read_findings,
        "audit_findings.read",
        "Changes",
        "Read what is owed for changes",
        FINDINGS,
    )
    yield _board(
        "/incidents/{ref}/sla",
        read_incident_sla,
        "incident.read",
        "Incidents",
        "Read the service clocks of an incident",
        SLA_BOARD,
        reference_of(INCIDENTS),
    )
    yield from clock_routes()
    yield from asset_board_routes()


_FIXED = {
    "/approvals": ("voter",),
    "/tickets": ("requester",),
    "/me/mentions": ("person",),
}
"""What cannot be asked for, as it is whoever asks."""


def _board(
    path: str,
    endpoint: Endpoint,
    act: str,
    tag: str,
    summary: str,
    the: List,
    *more: dict[str, Any],
) -> Route:
    left_out = _FIXED.get(path, ("ticket",) if more else ())
    return Route(
        method="GET",
        path=path,
        endpoint=endpoint,
        act=act,
        operation=Operation(
            id=camel(summary),
            tag=tag,
            summary=summary,
            parameters=[*more, *list_parameters(the, *left_out)],
            responses={200: list_response(the)},
            problems=(*OF_READS, "not_found") if more else OF_READS,
        ),
    )
