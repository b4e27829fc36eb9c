"""What a process owner writes: an approval process as a document of plain fields.

The same fields stand in a YAML file and in the JSON of the API, and both end in a `Definition`.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.approval import OnTimeout, Signing, Stage
from domain.approval_process import Definition
from domain.obligations import APPROVAL_WITHIN
from domain.process_fields import (
    Condition,
    Duration,
    Name,
    Order,
    Part,
    Selector,
    Selectors,
    listed,
)
from domain.process_mistakes import REMINDERS_MAX, STAGES_MAX
from domain.process_quorum import QuorumForm, rule_of
from domain.subjects import SubjectKind

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID = "urn:ledgerdesk:schema:approval-process"

CalendarOf = Callable[[str], UUID]
"""The calendar that a name or a number means. Raises Refused where there is none, or several."""

_PEOPLE = listed(Selector)


class StageDocument(Part):
    """A step of the approval: who decides, by which quorum, how long, and what if nobody does."""

    name: Annotated[
        Name,
        Field(
            description="What the stage is called; each name once. Later stages wait for it by it.",
            examples=["Technical review", "CAB"],
        ),
    ]
    approvers: Annotated[
        Selectors,
        _PEOPLE,
        Field(
            min_length=1,
            description="Who is asked; looked up at the submission, and recorded then.",
            examples=[["team:Network"], ["role:change-manager", "owner-of:service"]],
        ),
    ]
    quorum: QuorumForm
    patience: Annotated[
        Duration, Field(description="How long the stage waits, counted on the calendar.")
    ]
    after: Annotated[
        Annotated[list[Name], listed(Name), Field(max_length=STAGES_MAX)] | None,
        Field(
            description=(
                "The stages before it in the list that it waits for; the one before it, if this "
                "is left out; none at all with `[]`. Stages after the same one run side by side."
            ),
            examples=[["Technical review"], []],
        ),
    ] = None
    when: Annotated[
        Condition,
        Field(
            description=(
                "Where this does not hold, the stage is skipped, which counts as passed. "
                'CEL over the subject: `subject.risk == "high"`.'
            )
        ),
    ] = ""
    remind: Annotated[
        list[Duration],
        listed(Duration),
        Field(
            max_length=REMINDERS_MAX,
            description=(
                "How long after it opened the silent voters are reminded; at half of the patience "
                "if this is left out."
            ),
            examples=[["2h", "3h"]],
        ),
    ] = []
    on_timeout: Annotated[
        OnTimeout,
        Field(
            description=(
                "What the end of patience does: ask those of `escalate_to` as well, approve, "
                "reject, or ask the `fallback` of the process."
            )
        ),
    ] = "escalate"
    escalate_to: Annotated[
        Selectors,
        _PEOPLE,
        Field(
            description="Who is asked as well when patience ends; needed to escalate.",
            examples=[["role:change-manager"]],
        ),
    ] = []
    exclude: Annotated[
        Selectors,
        _PEOPLE,
        Field(description="Who has no vote in this stage.", examples=[["manager-of:assignee"]]),
    ] = []
    signature: Annotated[
        Signing,
        Field(description="`required`: each vote in this stage is signed with the password."),
    ] = "none"

    def stage(self) -> Stage:
        return Stage(
            name=self.name,
            approvers=tuple(self.approvers),
            quorum=rule_of(self.quorum),
            patience=self.patience,
            on_timeout=self.on_timeout,
            escalate_to=tuple(self.escalate_to),
            after=None if self.after is None else tuple(self.after),
            when=self.when,
            exclude=tuple(self.exclude),
            remind=tuple(self.remind),
            signature=self.signature,
        )


class DefinitionDocument(Part):
    """Which subjects are approved, and the stages that they go through."""

    subjects: Annotated[
        list[SubjectKind],
        listed(SubjectKind),
        Field(
            min_length=1,
            max_length=8,
            description="The kinds of subjects that this process approves.",
            examples=[["change"], ["change", "release"]],
        ),
    ]
    when: Annotated[
        Condition,
        Field(
            description=(
                "Which subjects of these kinds: a condition in CEL. All of them without one."
            ),
            examples=['subject.type == "normal"'],
        ),
    ] = ""
    order: Annotated[
        Order,
        Field(
            description="Of several processes for a subject, that with the lowest order is taken."
        ),
    ] = 100
    calendar: Annotated[
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=200,
                json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f]+$"},
            ),
        ]
        | None,
        Field(
            description=(
                "The calendar on which patience and reminders count, by its name or number; day "
                "and night without one."
            ),
            examples=["Office hours", "CAL0000001"],
        ),
    ] = None
    fallback: Annotated[
        Selectors,
        _PEOPLE,
        Field(
            description="Who is asked in a stage for which nobody else is found.",
            examples=[["team:Change enablement"]],
        ),
    ] = []
    exclude: Annotated[
        Selectors,
        _PEOPLE,
        Field(
            description=(
                "Who never votes, besides the requester, the proposer, the assignee and the "
                "implementer of the subject."
            ),
            examples=[["manager-of:requester"]],
        ),
    ] = []
    material: Annotated[
        list[Name],
        listed(Name),
        Field(
            max_length=100,
            description=(
                "The fields of the subject, and the texts that people write in it, that a vote is "
                "about: a vote falls when one of them changes."
            ),
            examples=[["risk", "planned_start", "implementation_plan"]],
        ),
    ] = []
    repeat_voters: Annotated[
        bool, Field(description="Whether who has voted in one stage counts in another as well.")
    ] = False
    signature: Annotated[
        Signing,
        Field(description="`required`: each vote in every stage is signed with the password."),
    ] = "none"
    retrospective: Annotated[
        Duration,
        Field(
            description=(
                "How soon an emergency change that was begun without an approval is to have one."
            ),
            examples=["1bd"],
        ),
    ] = APPROVAL_WITHIN
    stages: Annotated[
        list[StageDocument],
        Field(
            min_length=1,
            max_length=STAGES_MAX,
            description=(
                "The stages, each after the one before it where `after` says nothing else. All "
                "that are not skipped must pass; one that is rejected rejects the whole approval."
            ),
        ),
    ]

    def definition(self, calendar_of: CalendarOf) -> Definition:
        """What the fields mean. Raises Refused for a calendar that is not known."""
        return Definition(
            subjects=tuple(self.subjects),
            stages=tuple(stage.stage() for stage in self.stages),
            when=self.when,
            order=self.order,
            calendar=None if self.calendar is None else calendar_of(self.calendar),
            fallback=tuple(self.fallback),
            exclude=tuple(self.exclude),
            material=tuple(self.material),
            repeat_voters=self.repeat_voters,
            signature=self.signature,
            retrospective=self.retrospective,
        )


class ProcessDocument(DefinitionDocument):
    """An approval process: which subjects it approves, and the stages that they go through."""

    name: Annotated[
        Name,
        Field(description="What the process is called.", examples=["Normal changes"]),
    ]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document, for editors to complete and check it by."""
    found = ProcessDocument.model_json_schema()
    properties = found.pop("properties")
    return {
        "$schema": SCHEMA,
        "$id": SCHEMA_ID,
        **found,
        "title": "Approval process",
        "properties": {"name": properties.pop("name"), **properties},
    }
