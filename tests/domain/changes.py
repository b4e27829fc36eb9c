"""Changes in the states that tests start from, and the stages that they go through."""

from datetime import datetime, timedelta
from typing import Any

from domain.approval import All, OpenStage, Quorum, Vote
from domain.approval import Any as AnyOne
from domain.approval_round import Terms
from domain.business_time import BusinessHours
from domain.change import Change, Type
from domain.change_template import FormField, PlannedTask, Template
from domain.ids import named_id, record_id
from domain.provenance import Provenance
from tests.facts import new_facts
from tests.people import ANN, CUSTOMER, DAN, MONDAY, person, signed

PROCESS = named_id("APR", "normal")
CALENDAR = named_id("CAL", "office")
OFFICE = BusinessHours(
    zone="Europe/Berlin",
    weekly={day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")},
)
LATER = MONDAY + timedelta(hours=1)
DUE = MONDAY + timedelta(hours=8)


DISK = Template(
    description="A disk that reports errors is replaced.",
    category="hardware",
    service="Storage",
    risk="low",
    implementation="Swap the disk in bay {bay}.",
    backout="Put the old disk back.",
    tasks=(
        PlannedTask(title="Order the disk", phase="before"),
        PlannedTask(title="Swap it", after=(1,)),
    ),
    fields=(FormField(name="bay", label="Bay"),),
)


def voters(*names: str) -> tuple[str, ...]:
    return tuple(str(person(name)) for name in names)


def stage(name: str, *names: str, quorum: Quorum | None = None, **more: Any) -> OpenStage:
    given: dict[str, Any] = {"patience": "8h", "on_timeout": "reject", **more}
    return OpenStage(name=name, voters=voters(*names), quorum=quorum or All(), **given)


CAB = stage("CAB", "bea", "cem")
BOARD = stage("Board", "dan")
ESCALATING = stage("CAB", "bea", quorum=AnyOne(), on_timeout="escalate", escalate_to=voters("dan"))


def standard() -> Change:
    """A change from a template that could be submitted."""
    change = Change.propose(
        record_id("CHG", 1),
        title="Replace a disk",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )
    change.apply_template(
        record_id("TPL", 1), version=1, definition=DISK, form={"bay": "7"}, by=ANN
    )
    new_facts(change)
    return change


def planned(type: Type = "normal") -> Change:
    """A change that could be submitted, with all that happened to it."""
    change = Change.propose(
        record_id("CHG", 1),
        title="Replace the core switch",
        type=type,
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )
    change.assess_risk(impact=2, likelihood=2, by=ANN)
    change.plan(implementation="Swap it.", backout="Swap it back.", by=ANN)
    return change


def proposed(type: Type = "normal") -> Change:
    """A change that could be submitted, whose facts so far were asked for."""
    change = planned(type)
    new_facts(change)
    return change


def submitted(*stages: OpenStage, type: Type = "normal", by: Provenance = ANN) -> Change:
    change = proposed(type)
    change.submit(process=PROCESS, process_version=1, stages=stages, by=by)
    new_facts(change)
    return change


def approved() -> Change:
    change = submitted(BOARD)
    change.vote("approve", hours=None, by=DAN)
    new_facts(change)
    return change


def vote(change: Change, name: str, vote: Vote, comment: str = "No.") -> None:
    change.vote(vote, comment=comment, hours=None, by=signed(name))


def due(change: Change) -> datetime | None:
    """When the patience of the one open stage ends."""
    [opened] = change.standing.open.values()
    return opened.due


def again(change: Change, name: str, vote: Vote, **more: Any) -> None:
    given: dict[str, Any] = {"comment": "So.", "by": signed(name), **more}
    change.vote(vote, **given)


def exacting(*stages: OpenStage, **terms: Any) -> Change:
    change = proposed()
    change.submit(process=PROCESS, process_version=1, stages=stages, terms=Terms(**terms), by=ANN)
    new_facts(change)
    return change
