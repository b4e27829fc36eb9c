"""Why the service clocks of a ticket ran or stood, over HTTP."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from api import changes, history, incidents, questions, requests, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only
from api.names import Names
from api.reads import entries_of, reading
from api.schemas import array_of, object_of
from domain.agreed_clocks import Agreed, HoursOf
from domain.agreement import Subject
from domain.clock_spans import Span
from domain.clock_steps import Clock
from domain.directory import Directory
from domain.explanation import Explanation, explained, party_text, why_text
from domain.ids import number_of, parse_reference, prefix_of
from domain.policy import about, allow
from domain.rules import NotFound
from domain.service_clock import due, settled

PRACTICES = {
    practice.kind.prefix: practice
    for practice in (incidents.PRACTICE, changes.PRACTICE, questions.PRACTICE, requests.PRACTICE)
}

Shown = dict[str, Any]
Called = Mapping[UUID, str]


async def read_clocks(call: Call) -> Answer:
    """The clocks of a ticket, now or as of a moment, with why each ran or stood."""
    query = call.query()
    only(query, *history.PARAMETERS)
    id = parse_reference(call.params[0])
    practice = PRACTICES.get(prefix_of(id))
    if practice is None:
        raise NotFound(f"{call.params[0][:80]} is no ticket that something is promised for.")
    record = await call.context.ledger.find(practice.kind, id)
    allow(call.caller.actor, f"{practice.what}.read", about(record))
    asked = await history.asked_of(call, query)
    entries = history.until(await entries_of(call, id), asked)
    if not entries:
        raise NotFound(f"{record.number} was not there yet.")
    moment = await history.now_of(call, asked)
    hours_of = _hours_of(call.context.desk.directory)
    found = explained([entry.event for entry in entries], hours_of, moment)
    known = Names(call, asked)
    names = {id: name for id in found.named if (name := known.of(id))}
    return json(
        {
            "number": record.number,
            "kind": found.clocks.situation.kind,
            "as_of": moment,
            "agreements": [
                _agreement(agreed, found, hours_of, moment, names)
                for agreed in found.clocks.agreements
            ],
            "elapsed": _seconds(found.elapsed),
            "parties": [
                {
                    "party": party_text(share.party, names),
                    "team": _team(share.party),
                    "elapsed": _seconds(share.elapsed),
                    "open": _seconds(share.opened),
                    "ran": {clock: _seconds(ran) for clock, ran in share.ran.items()},
                }
                for share in found.shares
            ],
        }
    )


def _hours_of(directory: Directory) -> HoursOf:
    def hours_of(calendar: UUID, version: int) -> Any:
        return directory.hours(calendar, version)

    return hours_of


def _agreement(
    agreed: Agreed, found: Explanation, hours_of: HoursOf, moment: datetime, names: Called
) -> Shown:
    hours, basis = agreed.hours(hours_of), agreed.basis
    return {
        "kind": agreed.kind,
        "label": agreed.label,
        "policy": _named(agreed.policy, names),
        "policy_version": agreed.policy_version,
        "calendar": _named(basis.calendar, names),
        "calendar_version": basis.version,
        "zone": hours.zone,
        "clocks": [
            _clock(
                settled(clock, moment, hours) if clock.is_open else clock,
                agreed.target(clock.target),
                found.spans[clock.target],
                names,
            )
            for clock in agreed.clocks
        ],
    }


def _clock(clock: Clock, target: str, spans: tuple[Span, ...], names: Called) -> Shown:
    return {
        "name": clock.target,
        "target": target,
        "state": clock.state,
        "budget": clock.budget,
        "consumed": _seconds(clock.consumed),
        "started_at": clock.started_at,
        "due": due(clock),
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "cycle": clock.cycle,
        "earlier": [
            {
                "started_at": one.started_at,
                "due": one.due_at,
                "met_at": one.met_at,
                "breached_at": one.breached_at,
            }
            for one in clock.earlier
        ],
        "spans": [
            {
                "since": span.since,
                "until": span.until,
                "ran": span.ran,
                "why": why_text(span),
                "party": party_text(span.party, names),
                "cycle": span.cycle,
            }
            for span in spans
        ],
    }


def _named(id: UUID, names: Called) -> Shown:
    return {"id": id, "number": number_of(id), "name": names.get(id, "")}


def _team(party: Any) -> str | None:
    return number_of(party[0]) if isinstance(party, tuple) else None


def _seconds(time: timedelta) -> float:
    return time.total_seconds()


# Routes ------------------------------------------------------------------------------------

_TEXT: Shown = {"type": "string"}
_MAYBE = {"anyOf": [schemas.INSTANT, {"type": "null"}]}
_SECONDS = {"type": "number", "minimum": 0, "description": "Seconds."}
_NAMED = object_of(id=schemas.UUID_TEXT, number=schemas.NUMBER, name=_TEXT)
_VERDICT = object_of(
    started_at=schemas.INSTANT, due=schemas.INSTANT, met_at=_MAYBE, breached_at=_MAYBE
)
_SPAN = object_of(
    since=schemas.INSTANT,
    until=schemas.INSTANT,
    ran={"type": "boolean"},
    why={"type": "string", "description": "Why the clock stood; empty where it ran."},
    party={"type": "string", "description": "Whose turn it was."},
    cycle=schemas.WHOLE,
)
_CLOCK = object_of(
    name=_TEXT,
    target=_TEXT,
    state={"type": "string", "enum": ["waiting", "running", "paused", "met", "cancelled"]},
    budget=_TEXT,
    consumed=_SECONDS,
    started_at=_MAYBE,
    due=_MAYBE,
    met_at=_MAYBE,
    breached_at=_MAYBE,
    cycle=schemas.WHOLE,
    earlier=array_of(_VERDICT),
    spans=array_of(_SPAN),
)
CLOCKS = object_of(
    number=schemas.NUMBER,
    kind={"type": "string", "enum": list(get_args(Subject))},
    as_of=schemas.INSTANT,
    agreements=array_of(
        object_of(
            kind={"type": "string", "enum": ["SLA", "OLA", "contract"]},
            label=_TEXT,
            policy=_NAMED,
            policy_version=schemas.WHOLE,
            calendar=_NAMED,
            calendar_version=schemas.WHOLE,
            zone=_TEXT,
            clocks=array_of(_CLOCK),
        )
    ),
    elapsed=_SECONDS,
    parties=array_of(
        object_of(
            party=_TEXT,
            team={"anyOf": [schemas.NUMBER, {"type": "null"}]},
            elapsed=_SECONDS,
            open=_SECONDS,
            ran={"type": "object", "additionalProperties": _SECONDS},
        )
    ),
)


def clock_routes() -> Iterator[Route]:
    yield reading(
        "/tickets/{ref}/sla",
        read_clocks,
        "incident.read",
        "Service levels",
        "Read why the clocks of a ticket ran or stood",
        [
            schemas.path("ref", "The number or the id of an incident or a change.", "INC0000042"),
            schemas.AS_OF,
            schemas.KNOWN_AT,
        ],
        CLOCKS,
    )
