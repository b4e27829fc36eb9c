"""Orders by a guide over HTTP: what the answers put together, and the order of it."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from pydantic import Field

from api import order_guides, schemas
from api.commands import accepted, asked_of
from api.fields import PersonRef, Text
from api.http import bodies
from api.http.answers import Answer, json
from api.http.bodies import Body
from api.http.calls import Call
from api.http.routing import Operation, Route
from api.openapi import camel
from api.orders import ORDERED, Answers, for_whom
from api.practices import KNOWN_CALLER, OF_BODIES, OF_COMMANDS, reference_of
from api.reference import reference
from domain.desk.guides import Proposed, Said
from domain.ids import number_of
from domain.life_cycle import Channel
from domain.offering import Offering
from domain.order_guide import ITEMS_MAX, OrderGuide
from domain.policy import about, allow
from domain.rules import NotFound

PRACTICE = order_guides.PRACTICE
ItemNumber = Annotated[
    int, Field(ge=1, le=ITEMS_MAX, description="An item of the guide by its place, from 1.")
]


class Try(Body):
    answers: Answers = {}
    requester: Annotated[
        PersonRef | None, Field(description="For whom it is; without one, for whoever asks.")
    ] = None


class ItemAnswers(Body):
    item: ItemNumber
    form: Answers = {}


class GuidedOrder(Try):
    items: Annotated[
        list[ItemAnswers],
        Field(max_length=ITEMS_MAX, description="What is answered to the forms of the items."),
    ] = []
    without: Annotated[
        list[ItemNumber],
        Field(max_length=ITEMS_MAX, description="Optional items that are left out."),
    ] = []
    description: Text = ""
    channel: Channel = "portal"


async def try_guide(call: Call) -> Answer:
    body = bodies.parse(call, Try, await bodies.read(call))
    id = reference(OrderGuide, call.params[0])
    guide = await call.context.ledger.find(OrderGuide, id)
    allow(call.caller.actor, f"{PRACTICE.what}.read_trial", about(guide))
    whom = for_whom(call, body.requester)
    call.context.desk.directory.catch_up()
    person = call.context.desk.directory.person(whom)
    if person is None:
        raise NotFound(f"There is no {number_of(whom)}.")
    proposed = await call.context.desk.proposed(guide, body.answers, person)
    return json({"data": [_shown(one) for one in proposed]})


def _shown(one: Proposed) -> dict[str, Any]:
    item, chosen = one.item, one.chosen
    return {
        "item": chosen.index + 1,
        "offering": one.offering.number,
        "name": one.offering.name if item else "",
        "description": item.description if item else "",
        "price": item.price.amount if item and item.price else "",
        "currency": item.price.currency if item and item.price else "",
        "form": item.form if item else {},
        "given": chosen.given if item else {},
        "is_optional": chosen.item.is_optional,
        "why_not": one.why_not,
    }


async def order_by_guide(call: Call) -> Answer:
    raw = await bodies.read(call)
    body = bodies.parse(call, GuidedOrder, raw)
    id = reference(OrderGuide, call.params[0])
    actor = call.caller.actor
    allow(actor, f"{PRACTICE.what}.order", about(await call.context.ledger.find(OrderGuide, id)))

    def may(offering: Offering) -> None:
        allow(actor, "offering.order", about(offering))

    receipt = await call.context.desk.order_by_guide(
        id,
        answers=body.answers,
        said=[
            Said(index=one.item - 1, form=one.form, place=f"/items/{place}")
            for place, one in enumerate(body.items)
        ],
        without=[number - 1 for number in body.without],
        requester=for_whom(call, body.requester),
        may=may,
        description=body.description,
        channel=body.channel,
        **asked_of(call, raw, None).keywords,
    )
    return accepted(call, receipt, 201, "requests", msgspec.json.decode(receipt.answer))


_TEXT = {"type": "string"}
_PROPOSED = schemas.object_of(
    item={**schemas.WHOLE, "minimum": 1, "maximum": ITEMS_MAX},
    offering=schemas.NUMBER,
    name=_TEXT,
    description=_TEXT,
    price=_TEXT,
    currency=_TEXT,
    form={"type": "object", "description": "What it asks."},
    given={"type": "object", "description": "What the guide answers to that."},
    is_optional={"type": "boolean"},
    why_not={**_TEXT, "description": "Why it cannot be ordered for them; empty where it can."},
)


def guide_routes() -> Iterator[Route]:
    path = f"/{PRACTICE.plural}/{{ref}}"
    yield Route(
        method="POST",
        path=f"{path}/try",
        endpoint=try_guide,
        act=f"{PRACTICE.what}.read_trial",
        operation=Operation(
            id=camel("try order guide"),
            tag=PRACTICE.title,
            summary="See what goes into the order by these answers",
            description="Nothing is recorded. What cannot be ordered says why.",
            parameters=[reference_of(PRACTICE)],
            body=Try,
            body_example={"answers": {"department": "sales", "travels": True}},
            responses={
                200: {
                    "description": "The items.",
                    "content": schemas.content(schemas.object_of(data=schemas.array_of(_PROPOSED))),
                }
            },
            problems=(*KNOWN_CALLER, *OF_BODIES, "cross_site", "refused", "not_found"),
        ),
    )
    yield Route(
        method="POST",
        path=f"{path}/order",
        endpoint=order_by_guide,
        act=f"{PRACTICE.what}.order",
        operation=Operation(
            id=camel("order by guide"),
            tag=PRACTICE.title,
            summary="Order what the guide puts together, for oneself or for somebody else",
            description="Each item becomes a service request, whose events name the guide and its "
            "version as their cause. All of them are ordered, or none.",
            parameters=[reference_of(PRACTICE), schemas.IDEMPOTENCY_KEY],
            body=GuidedOrder,
            body_example={
                "answers": {"department": "sales", "travels": True},
                "items": [{"item": 2, "form": {"kind": "large", "reason": "They cut films."}}],
            },
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
