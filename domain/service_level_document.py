"""What a process owner writes: a service level policy as a document of plain fields.

The same fields stand in a YAML file and in the JSON of the API, and both end in an `Agreement`.
"""

from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag

from domain.agreement import (
    Agreement,
    EscalationStep,
    Kind,
    PausingReason,
    Subject,
    TargetPromise,
    Zone,
)
from domain.expression import TEXT_MAX
from domain.process_document import SCHEMA
from domain.process_fields import Duration, Name, Order, Part, Selector, Selectors, listed
from domain.service_level_mistakes import NAMED_MAX, NEXT_LEVEL, STEPS_MAX, TARGETS_MAX
from domain.service_level_names import PolicyNames

SCHEMA_ID = "urn:ledgerdesk:schema:service-level-policy"

Condition = Annotated[
    str,
    Field(
        max_length=TEXT_MAX,
        description=(
            "A condition on the situation of the ticket in CEL: `ticket.priority <= 2`. Its "
            "fields are checked as it is written."
        ),
        examples=['ticket.priority <= 2 && ticket.organisation == "Acme"'],
        json_schema_extra={"pattern": r"^[^\x00]*$"},
    ),
]
Priority = Annotated[int, Field(ge=1, le=5)]
Named = Annotated[list[Name], listed(Name), Field(max_length=NAMED_MAX)]
ByPriority = Annotated[
    dict[str, Duration],
    Field(
        min_length=1,
        max_length=5,
        description="A budget for each priority that is promised something, 1 to 5.",
        json_schema_extra={
            "propertyNames": {"pattern": "^[1-5]$"},
            "examples": [{"1": "15m", "2": "1h"}],
        },
    ),
]


def _form_of(value: Any) -> str:
    return "by priority" if isinstance(value, dict) else "one"


Budget = Annotated[
    Annotated[Duration, Tag("one")] | Annotated[ByPriority, Tag("by priority")],
    Discriminator(_form_of),
]
Mark = Annotated[
    str,
    Field(
        min_length=2,
        max_length=12,
        description=(
            "A share of the budget, `75%`, where `100%` is the breach, or a time before or after "
            "the due moment, `-30m`, `+2h`."
        ),
        examples=["75%", "100%", "-30m", "+2h"],
        json_schema_extra={"pattern": r"^([1-9][0-9]{0,3}%|[-+][1-9][0-9]{0,5}(s|m|h|bd|d))$"},
    ),
]
CalendarName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="The calendar whose open hours count, by its name or number.",
        examples=["Office hours", "CAL0000001"],
        json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f]+$"},
    ),
]


class TargetDocument(Part):
    """A clock: in which time what is reached, and when the clock starts, stands and stops."""

    name: Annotated[
        Name,
        Field(
            description=(
                "`first response`, `next response` and `resolution` have a meaning of their own; "
                "any other name needs `start` and `stop`."
            ),
            examples=["resolution", "time to own"],
        ),
    ]
    budget: Annotated[
        Budget, Field(description="How long it may take: one duration, or one for each priority.")
    ]
    pausing: Annotated[
        Annotated[list[PausingReason], listed(PausingReason), Field(max_length=5)],
        Field(
            description="The pending reasons in which the clock stands.",
            examples=[["customer", "vendor"]],
        ),
    ] = []
    start: Annotated[Condition, Field(description="When the clock starts.")] = ""
    pause: Annotated[Condition, Field(description="While what the clock stands.")] = ""
    stop: Annotated[Condition, Field(description="When the target is met.")] = ""
    reset: Annotated[
        Condition,
        Field(description="When this becomes true, the clock begins afresh with the whole budget."),
    ] = ""

    def promise(self) -> TargetPromise:
        budget = self.budget
        return TargetPromise(
            name=self.name,
            budget=budget
            if isinstance(budget, str)
            # What is no priority is a mistake of its own: see `wrong_priorities`.
            else {int(key): each for key, each in budget.items() if key in PRIORITIES},
            pausing=tuple(self.pausing),
            start=self.start,
            pause=self.pause,
            stop=self.stop,
            reset=self.reset,
        )

    @property
    def wrong_priorities(self) -> list[str]:
        """The keys of its budgets that are no priorities."""
        if isinstance(self.budget, str):
            return []
        return [key for key in self.budget if key not in PRIORITIES]


PRIORITIES = ("1", "2", "3", "4", "5")


class StepDocument(Part):
    """What is done when a clock reaches a mark."""

    target: Annotated[Name, Field(description="The target whose clock it is.")]
    mark: Mark
    notify: Annotated[
        Selectors,
        listed(Selector),
        Field(description="Who is told.", examples=[["team:Network", "manager-of:assignee"]]),
    ] = []
    wait: Annotated[
        Duration,
        Field(description="How long to wait for an acknowledgement before the next step is taken."),
    ] = "30m"
    managers: Annotated[
        bool | None,
        Field(
            description=(
                "Whether the managers of those who are told, or of the assignee if nobody is, "
                "are told then, each after the other has not acknowledged. Where nothing is said, "
                "those of the people who were told are after the last step of a mark."
            )
        ),
    ] = None
    reassign: Annotated[
        str,
        Field(
            max_length=200,
            description=f"`{NEXT_LEVEL}` of support, or the name or number of a team.",
            examples=[NEXT_LEVEL, "Network"],
            json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f]*$"},
        ),
    ] = ""
    raise_priority: Annotated[
        Priority | None,
        Field(description="The priority that the ticket has at least from then on."),
    ] = None
    propose_major_incident: Annotated[
        bool, Field(description="Whether it is proposed as a major incident.")
    ] = False

    def step(self) -> EscalationStep:
        return EscalationStep(
            target=self.target,
            mark=self.mark,
            notify=tuple(self.notify),
            wait=self.wait,
            managers=self.managers,
            reassign=self.reassign,
            raise_priority=self.raise_priority,
            propose_major_incident=self.propose_major_incident,
        )


class NamesDocument(Part):
    """What names mean that have another meaning today, or none: written by the export."""

    teams: dict[str, Name] = {}
    organisations: dict[str, Name] = {}


def _one_kind(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class AgreementDocument(Part):
    """What is promised, and for which tickets: those that fit `when` and every list that is not
    empty."""

    kind: Annotated[
        Kind,
        Field(
            description=(
                "An SLA with customers, an OLA between teams, or an underpinning contract with a "
                "supplier. A ticket has one SLA, and all others that fit."
            )
        ),
    ] = "SLA"
    subjects: Annotated[
        Annotated[
            list[Subject],
            BeforeValidator(_one_kind, json_schema_input_type=Subject | list[Subject]),
        ],
        Field(
            min_length=1,
            max_length=len(get_args(Subject)),
            description="The kinds of tickets that it is for.",
            examples=[["incident"], ["incident", "change"]],
        ),
    ] = ["incident"]
    when: Annotated[
        Condition, Field(description="Which of these tickets: all of them without a condition.")
    ] = ""
    order: Annotated[
        Order,
        Field(description="Of several SLAs for a ticket, that with the lowest order is taken."),
    ] = 100
    calendar: CalendarName
    zone: Annotated[
        Zone,
        Field(
            description=(
                "On whose wall clock the hours of the calendar are read: its own, that of the "
                "requester, or that of the requester's organisation; its own where that is not "
                "known."
            )
        ),
    ] = "calendar"
    priorities: Annotated[
        list[Priority], Field(max_length=5, description="The priorities that it is for.")
    ] = []
    categories: Annotated[Named, Field(description="The categories that it is for.")] = []
    services: Annotated[Named, Field(description="The services that it is for.")] = []
    organisations: Annotated[
        Named,
        Field(
            description="The organisations that it is for, by their names or numbers.",
            examples=[["Acme"], ["ORG0000002"]],
        ),
    ] = []
    targets: Annotated[
        list[TargetDocument],
        Field(min_length=1, max_length=TARGETS_MAX, description="What is promised."),
    ]
    escalation: Annotated[
        list[StepDocument],
        Field(
            max_length=STEPS_MAX,
            description=(
                "What is done as time runs out; the steps of a target in the order in which they "
                "come. Several at one mark follow each other until somebody acknowledges."
            ),
        ),
    ] = []
    names: Annotated[
        NamesDocument,
        Field(description="What names mean that were given to others since, by their numbers."),
    ] = NamesDocument()

    def agreement(self, names: PolicyNames) -> Agreement:
        """What the fields mean. What `names` do not know is left out and found there."""
        names.given(self.names.teams, self.names.organisations)
        return names.resolved(
            Agreement(
                kind=self.kind,
                subjects=tuple(self.subjects),
                when=self.when,
                order=self.order,
                calendar=names.calendar(self.calendar),
                zone=self.zone,
                priorities=tuple(self.priorities),
                categories=tuple(self.categories),
                services=tuple(self.services),
                organisations=names.organisations(self.organisations),
                targets=tuple(target.promise() for target in self.targets),
                escalation=tuple(step.step() for step in self.escalation),
            )
        )


class PolicyDocument(AgreementDocument):
    """A service level policy: what is promised, and for which tickets."""

    name: Annotated[Name, Field(description="What the policy is called.", examples=["Gold"])]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document, for editors to complete and check it by."""
    found = PolicyDocument.model_json_schema()
    properties = found.pop("properties")
    return {
        "$schema": SCHEMA,
        "$id": SCHEMA_ID,
        **found,
        "title": "Service level policy",
        "properties": {"name": properties.pop("name"), **properties},
    }
