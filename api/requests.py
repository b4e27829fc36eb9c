"""Service requests over HTTP."""

from api.approvals import commands_of_rounds
from api.commands import Command, Practice
from api.fields import Reason
from api.http.bodies import Body
from api.life_cycle import (
    Received,
    ends_of,
    escalations_of,
    opening_of,
    reopening_of,
    waiting_of,
)
from api.merging import merging_of
from api.ticket_tasks import AddTask, tasks_of
from api.ticket_work import rating_of
from api.tickets import Nothing, commands_of, note_pause_of, of
from domain.desk import Desk
from domain.service_request import ServiceRequest


class Order(Received):
    pass


class Fulfil(Body):
    fulfilment: Reason


PRACTICE = Practice(
    kind=ServiceRequest,
    plural="requests",
    what="service_request",
    title="Service requests",
    creation=opening_of(
        ServiceRequest,
        ServiceRequest.order,
        body=Order,
        summary="Order something that is no catalogue item",
        example={"title": "A second screen", "description": "For the desk in room 12."},
    ),
    commands=(
        *commands_of(ServiceRequest, use_of_amend=of(ServiceRequest, Desk.amend_ticket)),
        Command(
            method=ServiceRequest.submit,
            body=Nothing,
            summary="Ask for approval, by the process that governs it",
            use=Desk.submit_request,
        ),
        *commands_of_rounds(ServiceRequest),
        Command(
            method=ServiceRequest.start_fulfilment,
            body=Nothing,
            summary="Start to fulfil it",
            description="At once where no published process governs it, else once it is approved.",
            use=Desk.start_fulfilment,
        ),
        *waiting_of(ServiceRequest, {"reason": "vendor", "note": "It is on its way."}),
        note_pause_of(ServiceRequest),
        *merging_of(ServiceRequest),
        *escalations_of(ServiceRequest, "It was promised for last week."),
        *tasks_of(
            ServiceRequest,
            add=AddTask,
            summary="Add a task to its fulfilment",
            example={"title": "Order the screen", "team": "TEA0000001"},
        ),
        Command(
            method=ServiceRequest.fulfil,
            body=Fulfil,
            summary="Say that it is done, and what was done",
            example={"fulfilment": "The screen stands on the desk."},
        ),
        rating_of(ServiceRequest),
        reopening_of(ServiceRequest, "The cable is missing."),
        *ends_of(ServiceRequest, "a fulfilment", "I have borrowed one."),
    ),
)
