"""Major incidents over HTTP."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from api.commands import Command
from api.fields import Instant, Name, Note, PersonRef, Reason, Title, UpdateTemplateRef
from api.http.bodies import Body
from api.tickets import Nothing, WithReason
from domain.desk import Desk
from domain.incident import Incident
from domain.major_incident import ACTIONS_MAX, SERVICES_MAX, MajorRole
from domain.text import TEXT_MAX

Every = Annotated[
    str,
    Field(
        pattern=r"^([1-9][0-9]{0,3}(m|h|d))?$",
        description="How often the stakeholders are updated; empty: when there is news.",
        examples=["30m"],
    ),
]


class Promote(Body):
    reason: Reason
    update_every: Every = "1h"


class GiveRole(Body):
    role: MajorRole
    person: PersonRef


class NameServices(Body):
    services: Annotated[list[Name], Field(max_length=SERVICES_MAX)]


class Update(Body):
    said: Annotated[str, Field(max_length=TEXT_MAX)] = Field(
        default="", alias="text", description="Without it, what the template says."
    )
    template: UpdateTemplateRef | None = None


class SetCadence(Body):
    every: Every


class NoteOnTimeline(Body):
    said: Reason = Field(alias="text")
    happened_at: Instant | None = None


class AddAction(Body):
    title: Title
    owner: PersonRef
    due: date | None = None


class CompleteAction(Body):
    number: Annotated[int, Field(ge=1, le=ACTIONS_MAX)]


class CompleteReview(Body):
    summary: Reason
    cause: Note = ""


def major_commands() -> Iterator[Command]:
    yield Command(
        method=Incident.propose_major_incident,
        body=WithReason,
        summary="Propose it as a major incident",
        needs_version=False,
        example={"reason": "No site can invoice."},
    )
    yield Command(
        method=Incident.promote,
        body=Promote,
        summary="Treat it as a major incident from now on, proposed or not",
        description="What it is promised is chosen anew where policies ask for `ticket.is_major`.",
        example={"reason": "All sites are affected.", "update_every": "30m"},
    )
    yield Command(
        method=Incident.decline_promotion,
        body=WithReason,
        summary="Say that it is no major incident",
        example={"reason": "One printer alone."},
    )
    yield Command(
        method=Incident.stand_down,
        body=WithReason,
        summary="Treat it as any other incident again",
        example={"reason": "A workaround is in place."},
    )
    yield Command(
        method=Incident.give_major_role,
        body=GiveRole,
        summary="Say who leads it, speaks for it, or leads the technical work",
        use=Desk.give_major_role,
        needs_version=False,
        example={"role": "communications", "person": "PER0000002"},
    )
    yield Command(
        method=Incident.name_affected_services,
        body=NameServices,
        summary="Say which services it affects",
        example={"services": ["billing", "mail"]},
    )
    yield Command(
        method=Incident.update_stakeholders,
        body=Update,
        summary="Tell all who can read it how it stands",
        description="In one's own words, or in those of a template; the event names the template "
        "and its version.",
        use=Desk.update_stakeholders,
        needs_version=False,
        example={"text": "The line is down. We expect it back by noon."},
    )
    yield Command(
        method=Incident.set_update_cadence,
        body=SetCadence,
        summary="Say how often the stakeholders are updated",
        example={"every": "30m"},
    )
    yield Command(
        method=Incident.note_on_timeline,
        body=NoteOnTimeline,
        summary="Add to the timeline what happened, and when",
        needs_version=False,
        example={"text": "The carrier was called."},
    )
    yield Command(
        method=Incident.begin_review,
        body=Nothing,
        summary="Begin the review, once it is resolved",
        needs_version=False,
    )
    yield Command(
        method=Incident.add_review_action,
        body=AddAction,
        summary="Add to the review what somebody is to do",
        use=Desk.add_review_action,
        needs_version=False,
        example={"title": "A second line", "owner": "PER0000002", "due": "2030-03-01"},
    )
    yield Command(
        method=Incident.complete_review_action,
        body=CompleteAction,
        summary="Say that an action of the review is done",
        needs_version=False,
        example={"number": 1},
    )
    yield Command(
        method=Incident.complete_review,
        body=CompleteReview,
        summary="Close the review with what was found",
        example={"summary": "One line alone fed both switches.", "cause": "A shared line."},
    )
