"""Changes over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.approvals import commands_of_rounds
from api.asset_records import Attributes
from api.commands import Asked, Command, Creation, Practice
from api.fields import (
    AssetRef,
    Instant,
    Level,
    Name,
    Note,
    OptionalName,
    OrganisationRef,
    PersonRef,
    Reason,
    TemplateRef,
    Text,
    Title,
    Word,
    Words,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.ticket_tasks import AddTask, tasks_of
from api.tickets import Amend, Nothing, WithReason, about_new, commands_of, note_pause_of, of, whose
from domain.change import Change, ClosureCode, Outcome, Type
from domain.change_template import FIELDS_MAX
from domain.desk import Desk
from domain.recorder import Receipt
from domain.risk_model import QUESTIONS_MAX
from domain.tasks import Phase

Form = Annotated[
    dict[Word, Note],
    Field(max_length=FIELDS_MAX, description="The form of the template, filled in."),
]


class Propose(Body):
    title: Title
    description: Text = ""
    type: Type = "normal"
    template: TemplateRef | None = None
    form: Form = {}
    requester: PersonRef | None = None
    organisation: OrganisationRef | None = None
    reason: Note = ""


class AmendChange(Amend):
    reason: Note | None = None


class Classify(Body):
    type: Type


class AssessRisk(Body):
    impact: Level | None = None
    likelihood: Level | None = None
    answers: Annotated[dict[Word, Name], Field(max_length=QUESTIONS_MAX)] = {}


class Plan(Body):
    implementation: Words
    backout: Words
    test: Text = ""


class PlanAttributes(Body):
    asset: AssetRef
    attributes: Attributes


class AddChangeTask(AddTask):
    phase: Phase = "implementation"


class ApplyTemplate(Body):
    template: TemplateRef
    form: Form = {}


class MakeTemplate(Body):
    name: OptionalName = ""


class Affect(Body):
    asset: AssetRef


class Schedule(Body):
    start: Instant
    end: Instant


class CompleteImplementation(Body):
    outcome: Outcome


class Review(Body):
    outcome: Outcome
    notes: Reason


class Close(Body):
    code: ClosureCode


async def propose(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.propose_change(**(body.arguments() | whose(call, body)), **asked.keywords)


PRACTICE = Practice(
    kind=Change,
    plural="changes",
    what="change",
    title="Changes",
    creation=Creation(
        name="propose",
        body=Propose,
        summary="Propose a change",
        description="A standard change names the template of the change catalogue that it comes "
        "from, and takes over its plans, its risk and its tasks.",
        about=about_new,
        use=propose,
        example={"title": "New core switch", "type": "normal", "reason": "The old one is full."},
    ),
    commands=(
        *commands_of(Change, amend=AmendChange, use_of_amend=of(Change, Desk.amend_ticket)),
        note_pause_of(Change),
        Command(
            method=Change.acknowledge_escalation,
            body=Nothing,
            summary="Confirm that management has heard of it",
            needs_version=False,
        ),
        Command(
            method=Change.classify,
            body=Classify,
            summary="Say whether it is standard, normal or an emergency",
            example={"type": "emergency"},
        ),
        Command(
            method=Change.assess_risk,
            body=AssessRisk,
            summary="Assess the risk by the published risk model, or from impact and likelihood",
            description="Where a risk model is published for the change, the answers to its "
            "questions are given, and its rules are applied: the higher risk wins. The rules are "
            "applied once more at the submission.",
            use=Desk.assess_risk,
            example={"impact": 2, "likelihood": 3},
        ),
        Command(
            method=Change.plan,
            body=Plan,
            use=Desk.plan_change,
            summary="Say how it is done, undone and tested",
            example={
                "implementation": "Mount the switch and move the cables.",
                "backout": "Move the cables back.",
                "test": "All links are up.",
            },
        ),
        Command(
            method=Change.plan_attributes,
            body=PlanAttributes,
            use=Desk.plan_attributes,
            summary="Say which attributes an asset that it affects will have",
            description="None take back what was planned for the asset.",
            example={"asset": "AST0000001", "attributes": {"memory": 128}},
        ),
        Command(
            method=Change.apply_template,
            body=ApplyTemplate,
            summary="Make it a standard change, by a template of the change catalogue",
            use=Desk.apply_template,
            example={"template": "TPL0000001", "form": {"server": "db-1", "bay": "1"}},
        ),
        Command(
            method=Change.affect,
            body=Affect,
            summary="Say that it affects an asset",
            use=Desk.affect,
            example={"asset": "AST0000001"},
        ),
        Command(
            method=Change.unaffect,
            body=Affect,
            summary="Say that it does not affect an asset after all",
            example={"asset": "AST0000001"},
        ),
        Command(
            method=Change.request_time,
            body=Schedule,
            summary="Say when it is to be implemented, before it is submitted",
            example={"start": "2030-01-05T20:00:00Z", "end": "2030-01-05T22:00:00Z"},
        ),
        *tasks_of(
            Change,
            add=AddChangeTask,
            summary="Add a task, to be done before, during or after the implementation",
            example={"title": "Back up the configuration", "phase": "before"},
        ),
        Command(
            method=Change.submit,
            body=Nothing,
            summary="Ask for approval, by the process that is published for its type",
            use=Desk.submit_change,
        ),
        *commands_of_rounds(Change),
        Command(
            method=Change.schedule,
            body=Schedule,
            summary="Set when it is implemented",
            description="Refused inside a freeze, and outside of the maintenance windows that are "
            "for it, unless it is excepted or an emergency that they let pass. What speaks "
            "against the time is noted.",
            use=Desk.schedule_change,
            example={"start": "2030-01-05T20:00:00Z", "end": "2030-01-05T22:00:00Z"},
        ),
        Command(
            method=Change.start_implementation,
            body=Nothing,
            summary="Start to implement it",
            description="An emergency change may start without an approval, which it then owes.",
            use=Desk.start_implementation,
        ),
        Command(
            method=Change.complete_implementation,
            body=CompleteImplementation,
            summary="Say that it is implemented, and how it went",
            use=Desk.complete_implementation,
            example={"outcome": "successful"},
        ),
        Command(
            method=Change.back_out,
            body=WithReason,
            summary="Undo it",
            use=Desk.back_out,
            example={"reason": "Two links stayed down."},
        ),
        Command(
            method=Change.review,
            body=Review,
            summary="Say how it went in the end",
            example={"outcome": "successful with issues", "notes": "One cable was missing."},
        ),
        Command(
            method=Change.close,
            body=Close,
            summary="Close it",
            description="What it planned for assets is given to them, if it was implemented.",
            use=Desk.close_change,
            example={"code": "implemented"},
        ),
        Command(
            method=Change.make_template,
            body=MakeTemplate,
            summary="Draft a template of the change catalogue of it",
            description="Of a change that was closed as successful: its category, service, risk, "
            "its plans, the tasks that were done, and a form that asks for its details. The answer "
            "names the template, which is a draft like any other.",
            use=Desk.make_template,
            example={"name": "Replace a core switch"},
        ),
        Command(
            method=Change.withdraw,
            body=WithReason,
            summary="Take it back before it is decided",
            example={"reason": "Not needed any more."},
        ),
        Command(
            method=Change.cancel,
            body=WithReason,
            summary="End it before it is implemented",
            example={"reason": "The vendor withdrew the part."},
        ),
    ),
)
