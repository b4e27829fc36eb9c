"""What approvals are about: the kinds of subjects, and the fields that conditions may ask for.

A field always has a value, so that a condition always has an answer: a text that is not known is
empty, a number 0, and a moment the beginning of 1970. None holds a name or a text that a person
wrote freely: those are erased with the person, and what was decided by them could not be told.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, get_args

from msgspec import Struct

SubjectKind = Literal[
    "change",
    "request",
    "release",
    "article",
    "service",
    "offering",
    "asset",
    "service level policy",
    "approval process",
    "change window",
    "change template",
    "risk model",
    "assignment rule",
]
Value = str | int | bool | datetime | Sequence[str] | Mapping[str, str]
"""What a field can have."""
FieldType = Literal["text", "number", "integer", "yes or no", "moment", "texts", "texts by name"]

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The value of a moment that is not known."""

LEVELS = (0, 1, 2, 3)


class Field(Struct, frozen=True):
    """A field of a subject: `values` are all that it can have, empty where that is not known.

    A number is whole and never below 0, which an integer can be.
    """

    name: str
    type: FieldType
    about: str
    values: tuple[str | int, ...] = ()


PRIORITY = Field(
    "priority",
    "number",
    "1 critical, 2 high, 3 moderate, 4 low, 5 planning; 0 where it is not set.",
    (0, 1, 2, 3, 4, 5),
)
IMPACT = Field("impact", "number", "1 high, 2 medium, 3 low; 0 where it is not set.", LEVELS)
URGENCY = Field("urgency", "number", "1 high, 2 medium, 3 low; 0 where it is not set.", LEVELS)
CLASS = (
    Field("category", "text", "The category, empty without one."),
    Field("subcategory", "text", "The subcategory, empty without one."),
    Field("service", "text", "The name of the affected service, empty without one."),
)
"""How a ticket is classified."""

TICKET = (
    *CLASS,
    Field("team", "text", "The name of the team it is assigned to, empty without one."),
    Field("requester", "text", "The user name of the requester, empty without one."),
    Field("organisation", "text", "The name of the requester's organisation, empty without one."),
    IMPACT,
    URGENCY,
    PRIORITY,
    Field("assets", "number", "How many assets it affects."),
    Field("asset_types", "texts", "The types of the assets it affects, each once, sorted."),
    Field(
        "details",
        "texts by name",
        'The answers of the form: `subject.details["cost centre"]`, empty where there is none.',
    ),
)
"""What every ticket has."""

CHANGE = (
    Field("type", "text", "The type of the change.", ("standard", "normal", "emergency")),
    Field("is_emergency", "yes or no", "Whether it is an emergency change."),
    Field(
        "risk",
        "text",
        "The risk, which is assessed before the submission.",
        ("low", "moderate", "high", "very high"),
    ),
    Field("is_scheduled", "yes or no", "Whether it is known when it is implemented."),
    Field("planned_start", "moment", "When its implementation starts; 1970 where not known."),
    Field("planned_end", "moment", "When its implementation ends; 1970 where not known."),
    Field("submissions", "number", "How often it was submitted before."),
    *TICKET,
)

ASSET = (
    Field("act", "text", "What is to be done with it.", ("issue", "repair", "retire", "dispose")),
    Field("recipient", "text", "The user name of who is to get it, empty unless it is issued."),
    Field("type", "text", "The type of the asset, such as server."),
    Field(
        "status",
        "text",
        "Where it is in its life.",
        ("ordered", "in stock", "in use", "in repair", "retired", "disposed"),
    ),
    Field("service", "text", "The name of the service it is part of, empty without one."),
    Field("organisation", "text", "The name of the organisation it belongs to, or empty."),
    Field("owner", "text", "The user name of who answers for it, empty without one."),
    Field("holder", "text", "The user name of who has it, empty without one."),
    Field("relations", "number", "How many other assets it names as those it depends on or uses."),
    Field(
        "details",
        "texts by name",
        'Its details: `subject.details["purchase value"]`, empty where there is none.',
    ),
)

VERSIONED = (
    Field("name", "text", "The name of the definition."),
    Field("version", "number", "The number that the draft gets when it is published, 1 first."),
)
"""What every definition has that is published by version."""
ORDER = Field("order", "number", "Its order among the definitions that fit: the lowest is taken.")
DEFINITION = (*VERSIONED, ORDER)

SERVICE_LEVEL_POLICY = (
    *DEFINITION,
    Field("targets", "texts", "The names of the targets that it promises."),
    Field("services", "texts", "The names of the services it is for; none: all of them."),
    Field("categories", "texts", "The categories it is for; none: all of them."),
    Field("organisations", "texts", "The names of the organisations it is for; none: all."),
    Field("escalation_steps", "number", "How many steps of escalation it has."),
)

APPROVAL_PROCESS = (
    *DEFINITION,
    Field("subjects", "texts", "The kinds of subjects it governs.", get_args(SubjectKind)),
    Field("stages", "number", "How many stages it has."),
    Field("has_fallback", "yes or no", "Whether it names people to ask where nobody is found."),
)

WORDS = (
    Field("title", "text", "The title."),
    Field("description", "text", "The description."),
)
"""What people write in every ticket."""

WRITTEN: Mapping[SubjectKind, tuple[Field, ...]] = {
    "change": (
        *WORDS,
        Field("reason", "text", "Why it is wanted."),
        Field("implementation_plan", "text", "How it is done."),
        Field("backout_plan", "text", "How it is undone."),
        Field("test_plan", "text", "How it is tested."),
    ),
    "request": WORDS,
    "release": (
        Field("description", "text", "The description."),
        Field("backout", "text", "How it is undone."),
        Field("text", "text", "What is to be accepted for the go."),
    ),
    "service": (
        Field("description", "text", "The description."),
        Field("text", "text", "What is to be accepted at the gate."),
    ),
}
"""The texts that people write in each kind of subject, of those that have any. No condition asks
for them, but a vote may be about them."""

CHANGE_WINDOW = (
    *VERSIONED,
    Field("kind", "text", "What it is.", ("maintenance", "freeze")),
    Field("is_strict", "yes or no", "Whether a change that breaks it is refused."),
    Field("stops_emergencies", "yes or no", "Whether a freeze is for emergencies, too."),
    Field("holds_approvals", "yes or no", "Whether approvals stand during a freeze."),
    Field("services", "texts", "The names of the services it is for; none: all of them."),
    Field("organisations", "texts", "The names of the organisations it is for; none: all."),
    Field("assets", "number", "How many assets it names; 0: it is for all of them."),
)

CHANGE_TEMPLATE = (
    *VERSIONED,
    Field("category", "text", "The category of the changes that come from it."),
    Field("subcategory", "text", "Their subcategory, empty without one."),
    Field("service", "text", "The name of the service they affect, empty without one."),
    Field("risk", "text", "Their risk.", ("low", "moderate", "high", "very high")),
    Field("tasks", "number", "How many tasks they have."),
)

RISK_MODEL = (
    *DEFINITION,
    Field("questions", "number", "How many questions it asks."),
    Field("rules", "number", "How many rules it has."),
)

ARTICLE = (
    *VERSIONED,
    Field("category", "text", "The category, empty without one."),
    Field("language", "text", "The language, as a tag of BCP 47 such as `de`."),
    Field("audience", "text", "Who reads it.", ("public", "organisations", "agents")),
    Field("organisations", "texts", "The names of the organisations it is for, if any."),
)

ASSIGNMENT_RULE = (
    *DEFINITION,
    Field("triggers", "texts", "What it acts upon, such as `logged`."),
    Field("actions", "texts", "What it does, such as `assign`."),
    Field("is_scheduled", "yes or no", "Whether it looks at all open tickets now and then."),
)

SERVICE = (
    Field(
        "gate",
        "text",
        "The gate that it is to pass.",
        ("requirements", "support model", "SLA draft", "acceptance"),
    ),
    Field("name", "text", "The name of the service."),
    Field(
        "criticality",
        "text",
        "How much depends on it.",
        ("low", "medium", "high", "critical"),
    ),
    Field("owner", "text", "The user name of its owner, empty without one."),
    Field("team", "text", "The name of the team that supports it, empty without one."),
    Field("customers", "texts", "The names of the organisations it is for; none: all of them."),
)

RELEASE = (
    Field("name", "text", "The name of the release."),
    Field("phase", "text", "The name of the phase that is to go ahead."),
    Field("number", "number", "The number of that phase, from 1."),
    Field("phases", "number", "How many phases it has."),
    Field("changes", "number", "How many changes that phase has."),
    Field("service", "text", "The name of the service that it is of, empty without one."),
    Field("owner", "text", "The user name of its owner, empty without one."),
    Field("start", "moment", "When the phase starts."),
    Field("end", "moment", "When the phase ends."),
)

OFFERING = (
    *VERSIONED,
    Field("category", "text", "The category of the requests that come of it, or empty."),
    Field("has_price", "yes or no", "Whether it costs something."),
    Field("currency", "text", "The currency of its price, empty without one."),
    Field("tasks", "number", "How many tasks its fulfilment has."),
    Field("audience", "text", "Who orders it.", ("public", "organisations", "agents")),
    Field("organisations", "texts", "The names of the organisations it is for, if any."),
)

FIELDS: dict[SubjectKind, tuple[Field, ...]] = {
    "change": CHANGE,
    "request": TICKET,
    "release": RELEASE,
    "article": ARTICLE,
    "service": SERVICE,
    "offering": OFFERING,
    "asset": ASSET,
    "service level policy": SERVICE_LEVEL_POLICY,
    "approval process": APPROVAL_PROCESS,
    "change window": CHANGE_WINDOW,
    "change template": CHANGE_TEMPLATE,
    "risk model": RISK_MODEL,
    "assignment rule": ASSIGNMENT_RULE,
}
"""The fields of each kind of subject, in the order in which they are shown."""


def material_fields(kind: SubjectKind) -> tuple[Field, ...]:
    """What a vote on a subject of a kind may be about: its fields, and what people wrote in it."""
    return (*FIELDS[kind], *WRITTEN.get(kind, ()))


def field_of(kind: SubjectKind, name: str) -> Field | None:
    """The field of that name, without `subject.`, or None."""
    return next((field for field in FIELDS[kind] if field.name == name), None)
