"""Macros: several acts on a ticket that are done at once, all of them or none.

Each step is an act that whoever uses the macro may do by themselves; it is checked as if they did.
A macro of items alone is a template of a checklist.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain import text, variables
from domain.plain_definition import PlainDefinition
from domain.rules import require
from domain.ticket import Visibility
from domain.ticket_type import TicketKind
from domain.triage import Categorise, Prioritise

STEPS_MAX = 20
ITEMS_MAX = 50
VALUES_MAX = 50
PEOPLE_MAX = 50
Waiting = Literal["customer", "vendor", "change"]


class Say(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="comment"):
    """Say something, with variables, to the requester or among agents."""

    text: str
    visibility: Visibility = Visibility.PUBLIC


class Give(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="assign"):
    """Give the ticket to a team, to a person, or to oneself."""

    team: UUID | None = None
    person: UUID | None = None
    to_me: bool = False


class AddItems(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="add items"
):
    """Put items on its checklist, with variables."""

    titles: tuple[str, ...]


class LetWatch(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="watch"):
    people: tuple[UUID, ...]


class SetFields(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="set fields"
):
    fields: dict[str, Any]


class Wait(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="pend"):
    reason: Waiting
    note: str = ""


class Resolve(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="resolve"):
    """Resolve an incident or a problem, with variables in the words."""

    code: str
    resolution: str


Step = Say | Categorise | Prioritise | Give | AddItems | LetWatch | SetFields | Wait | Resolve

ACTS: Mapping[type[Any], str] = {
    Say: "comment",
    Categorise: "categorise",
    Prioritise: "prioritise",
    Give: "assign",
    AddItems: "add_item",
    LetWatch: "watch",
    SetFields: "set_fields",
    Wait: "pend",
    Resolve: "resolve",
}
RESOLVED = ("incident", "problem")
WAITING = ("incident", "problem", "question", "request")


class MacroDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    steps: tuple[Step, ...]
    """What is done, in this order."""
    description: str = ""
    tickets: tuple[TicketKind, ...] = ()
    """The kinds of tickets that it is for; without any, all that know its steps."""
    teams: tuple[UUID, ...] = ()
    """The teams that use it; without any, everybody at the desk."""


class Macro(PlainDefinition[MacroDefinition]):
    prefix = "MAC"
    what = "macro"

    versions: tuple[MacroDefinition, ...]

    @staticmethod
    def check(definition: MacroDefinition) -> None:
        steps = definition.steps
        require(0 < len(steps) <= STEPS_MAX, f"steps: a macro has 1 to {STEPS_MAX} steps.")
        text.body(definition.description, "description: it", text.REASON_MAX)
        require(len(definition.teams) <= PEOPLE_MAX, f"teams: at most {PEOPLE_MAX} are named.")
        for index, step in enumerate(steps):
            _check_step(f"steps[{index}]", step)
            known = kinds_of(step)
            for kind in definition.tickets:
                require(kind in known, f"steps[{index}]: it is not for a {kind}.")

    class Defined(PlainDefinition.Defined):
        definition: MacroDefinition

    class Revised(PlainDefinition.Revised):
        definition: MacroDefinition


def kinds_of(step: Step) -> tuple[str, ...]:
    """The kinds of tickets that know a step."""
    match step:
        case Wait():
            return WAITING
        case Resolve():
            return RESOLVED
    return get_args(TicketKind)


def act_of(step: Step) -> str:
    """What the policy is asked for."""
    if isinstance(step, Say) and step.visibility is Visibility.INTERNAL:
        return "comment_internally"
    return ACTS[type(step)]


def _check_step(place: str, step: Step) -> None:
    match step:
        case Say(text=said):
            require(said.strip() != "", f"{place}.text: a comment says something.")
            text.body(said, f"{place}.text: it")
            variables.check(f"{place}.text", said)
        case Give(team=team, person=person, to_me=to_me):
            require(
                team is not None or person is not None or to_me,
                f"{place}: a ticket is given to a team, to a person, or to oneself.",
            )
            require(person is None or not to_me, f"{place}: it is given to one person.")
        case Categorise():
            text.name(step.category, f"{place}.category")
            text.body(step.subcategory, f"{place}.subcategory", text.NAME_MAX)
            text.body(step.service, f"{place}.service", text.NAME_MAX)
        case AddItems(titles=titles):
            require(0 < len(titles) <= ITEMS_MAX, f"{place}.titles: 1 to {ITEMS_MAX} items.")
            for title in titles:
                text.title(title, f"{place}.titles: an item")
                variables.check(f"{place}.titles", title)
        case LetWatch(people=people):
            require(0 < len(people) <= PEOPLE_MAX, f"{place}.people: 1 to {PEOPLE_MAX} people.")
        case SetFields(fields=fields):
            require(0 < len(fields) <= VALUES_MAX, f"{place}.fields: 1 to {VALUES_MAX} fields.")
        case Wait(note=note):
            text.body(note, f"{place}.note: it", text.REASON_MAX)
        case Resolve(code=code, resolution=resolution):
            text.name(code, f"{place}.code")
            text.reason(resolution, f"{place}.resolution: it says how it was resolved.")
            variables.check(f"{place}.resolution", resolution)
