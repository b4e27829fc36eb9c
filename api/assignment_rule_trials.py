"""What an assignment rule would do to tickets, over HTTP."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from api import assignment_rules, history, schemas
from api.assignment_rules import TheAssignmentRule, meant
from api.commands import asked_of
from api.fields import TicketRef
from api.http import bodies
from api.http.answers import Answer, dumps
from api.http.bodies import Body
from api.http.calls import Call
from api.http.routing import Operation, Route
from api.names import Names
from api.openapi import camel
from api.practices import KNOWN_CALLER, OF_BODIES, reference_of
from api.reference import reference
from domain.assignment_rule import AssignmentRule
from domain.desk.triage import Trial
from domain.ids import number_of
from domain.policy import about, allow
from domain.rules import NotFound, Refused

PRACTICE = assignment_rules.PRACTICE
TICKETS_MAX = 100


class Try(Body):
    """Which tickets: this one, or the latest of all."""

    ticket: TicketRef | None = None
    last: Annotated[int, Field(ge=1, le=TICKETS_MAX)] = 20
    definition: Annotated[
        TheAssignmentRule | None, Field(description="A rule in place of the draft.")
    ] = None


async def try_rule(call: Call) -> Answer:
    raw = await bodies.read(call)
    body = bodies.parse(call, Try, raw)
    id = reference(AssignmentRule, call.params[0])
    rule = await call.context.ledger.find(AssignmentRule, id)
    allow(call.caller.actor, f"{PRACTICE.what}.read_trial", about(rule))
    definition = rule.draft_definition if body.definition is None else meant(body.definition)
    if definition is None:
        raise Refused("This assignment rule has no draft.")
    AssignmentRule.check(definition)
    asked = asked_of(call, raw, None)
    tickets = [body.ticket] if body.ticket is not None else []
    if not tickets:
        tickets = await call.context.views.latest_tickets(body.last)
    try:
        trials = await call.context.desk.try_rule(id, definition, tickets, asked.by)
    except NotFound as missing:
        raise Refused(f"ticket: {missing}") from None
    named = Names(call).of_person
    return Answer(200, dumps({"data": [_trial(trial, named) for trial in trials]}))


def _trial(trial: Trial, name_of: history.NameOf) -> dict[str, Any]:
    chosen = trial.chosen
    return {
        "ticket": number_of(trial.ticket),
        "fits": trial.fits,
        "did": list(trial.deeds.did),
        "refused": list(trial.deeds.refused),
        "told": [{"number": number_of(id), "name": name_of(id)} for id in trial.deeds.told],
        "chosen": chosen
        and {
            "number": number_of(chosen.person),
            "name": name_of(chosen.person),
            "why": chosen.why,
            "considered": [
                {"number": number_of(one.person), "name": name_of(one.person), "load": one.load}
                for one in chosen.considered
            ],
        },
        "changes": [
            {
                "event": type(entry.event).__name__,
                "changed": history.shown(entry, name_of)["changed"],
            }
            for entry in trial.changes
        ],
    }


_TEXT = {"type": "string"}
_PERSON = schemas.object_of(number=_TEXT, name=_TEXT)
_CANDIDATE = schemas.object_of(
    number=_TEXT, name=_TEXT, load={"anyOf": [schemas.WHOLE, {"type": "null"}]}
)
_CHOSEN = schemas.object_of(
    number=_TEXT, name=_TEXT, why=_TEXT, considered=schemas.array_of(_CANDIDATE)
)
_TRIAL = schemas.object_of(
    ticket=_TEXT,
    fits={"type": "boolean", "description": "Whether its condition holds for the ticket."},
    did=schemas.array_of(_TEXT),
    refused=schemas.array_of(_TEXT),
    told=schemas.array_of(_PERSON),
    chosen={"anyOf": [_CHOSEN, {"type": "null"}]},
    changes=schemas.array_of(schemas.object_of(event=_TEXT, changed={"type": "object"})),
)


def rule_routes() -> Iterator[Route]:
    yield Route(
        method="POST",
        path=f"/{PRACTICE.plural}/{{ref}}/try",
        endpoint=try_rule,
        act=f"{PRACTICE.what}.read_trial",
        operation=Operation(
            id=camel("try assignment rule"),
            tag=PRACTICE.title,
            summary="See what the draft would do to a ticket, or to the latest ones",
            description="It looks at each ticket as it is now, whatever its trigger. Nothing is "
            "recorded.",
            parameters=[reference_of(PRACTICE)],
            body=Try,
            body_example={"last": 20},
            responses={
                200: {
                    "description": "What it would do to each.",
                    "content": schemas.content(schemas.object_of(data=schemas.array_of(_TRIAL))),
                }
            },
            problems=(*KNOWN_CALLER, *OF_BODIES, "cross_site", "refused", "not_found"),
        ),
    )
