"""Orders over HTTP: one or several offerings for oneself, or for somebody else."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import Field

from api import offerings, schemas
from api.commands import accepted, asked_of
from api.fields import OfferingRef, PersonRef, Text
from api.http import bodies
from api.http.answers import Answer
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.openapi import camel
from api.practices import KNOWN_CALLER, OF_BODIES, OF_COMMANDS, reference_of
from api.reference import reference
from domain.desk.orders import ITEMS_MAX, Wanted
from domain.ids import number_of
from domain.life_cycle import Channel
from domain.offering import Offering
from domain.person import Person
from domain.policy import About, about, allow
from domain.rules import DomainError

PRACTICE = offerings.PRACTICE

Answers = Annotated[
    dict[str, Any], Field(description="The answers to the form of the offering, by their names.")
]


class OrderItem(Body):
    offering: OfferingRef
    form: Answers = {}


class Order(Body):
    form: Answers = {}
    more: Annotated[
        list[OrderItem],
        Field(max_length=ITEMS_MAX - 1, description="What is ordered with it, at the same time."),
    ] = []
    requester: Annotated[
        PersonRef | None, Field(description="For whom it is; without one, for whoever asks.")
    ] = None
    description: Text = ""
    channel: Channel = "portal"


async def order(call: Call) -> Answer:
    raw = await bodies.read(call)
    body = bodies.parse(call, Order, raw)
    first = reference(Offering, call.params[0])
    wanted = [
        Wanted(offering=first, form=body.form),
        *(
            Wanted(offering=one.offering, form=one.form, place=f"/more/{index}/form")
            for index, one in enumerate(body.more)
        ),
    ]
    for one in wanted:
        offering = await call.context.ledger.find(Offering, one.offering)
        allow(call.caller.actor, f"{PRACTICE.what}.order", about(offering))
    receipt = await call.context.desk.order(
        wanted,
        requester=for_whom(call, body.requester),
        description=body.description,
        channel=body.channel,
        **asked_of(call, raw, None).keywords,
    )
    return accepted(call, receipt, 201, "requests", msgspec.json.decode(receipt.answer))


def for_whom(call: Call, named: UUID | None) -> UUID:
    """For whom an order is. A refusal must not tell whether there is a person elsewhere."""
    own = call.caller.person.id
    if named is None or named == own:
        return own
    call.context.desk.directory.catch_up()
    if not _may_order_for(call, call.context.desk.directory.person(named)):
        detail = f"There is no {number_of(named)}."
        raise Problem(
            "invalid",
            f"/requester: {detail}",
            errors=[{"pointer": "/requester", "detail": detail}],
        )
    return named


def _may_order_for(call: Call, person: Person | None) -> bool:
    if person is None:
        return False
    try:
        allow(
            call.caller.actor,
            f"{PRACTICE.what}.order_for_another",
            About(organisation=person.organisation, requester=person.id),
        )
    except DomainError:
        return False
    return True


def order_routes() -> Iterator[Route]:
    yield Route(
        method="POST",
        path=f"/{PRACTICE.plural}/{{ref}}/order",
        endpoint=order,
        act=f"{PRACTICE.what}.order",
        operation=Operation(
            id=camel("order offering"),
            tag=PRACTICE.title,
            summary="Order it, for oneself or for somebody else, alone or with others",
            description="Each item becomes a service request, which keeps the version of the "
            "offering. All of them are ordered, or none. The answer is that of the first, and "
            "names all. Mistakes in the answers to a form are told with their places.",
            parameters=[reference_of(PRACTICE), schemas.IDEMPOTENCY_KEY],
            body=Order,
            body_example={"form": {"kind": "large", "reason": "I cut films."}},
            responses={
                201: {
                    "description": "Ordered.",
                    "headers": {**schemas.ETAG, **schemas.REPEAT},
                    "content": schemas.content(ORDERED),
                }
            },
            problems=(*KNOWN_CALLER, *OF_BODIES, *OF_COMMANDS, "not_found"),
        ),
    )


ORDERED = schemas.object_of(
    id=schemas.UUID_TEXT,
    number=schemas.NUMBER,
    version=schemas.WHOLE,
    position=schemas.WHOLE,
    requests=schemas.array_of(schemas.NUMBER),
)
