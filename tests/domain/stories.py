"""Lives of records of every kind: together they record every event that a command records."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.approval_process import ApprovalProcess
from domain.assignment_rule import AssignmentRule
from domain.calendar import Calendar
from domain.choice_list import ChoiceList
from domain.data_rule import DataRule
from domain.ids import record_id
from domain.macro import Macro
from domain.provenance import Provenance
from domain.read_log import ReadLog, Why
from domain.service_level_policy import Effects, ServiceLevelPolicy
from domain.survey_policy import SurveyPolicy
from domain.text_module import TextModule
from domain.ticket_type import TicketType
from domain.update_template import UpdateTemplate
from tests.domain.arguments import maybe
from tests.domain.assignment_rules import BY_TURNS, TO_TEAM
from tests.domain.beginnings import BEGINNINGS
from tests.domain.commands import COMMANDS
from tests.domain.examples import (
    AT_ONCE,
    BAVARIA,
    BAVARIA_LATER,
    BY_BOARD,
    BY_CAB,
    FOLK,
    IMPORTED,
    IN_FOUR_HOURS,
    NIGHT,
    OFFICE,
)
from tests.domain.plain_definitions import (
    GEHT_WEITER,
    GOES_ON,
    GREETING,
    GRUSS,
    JAMMED,
    NAMELESS,
    OF_MAIL,
    ONE_OF_FOUR,
    OWNERLESS,
    VENDOR,
)
from tests.domain.steps_of_stories import OTHER, Attempt, Step, governed, step
from tests.domain.stories_of_changes import OF_CHANGES
from tests.domain.stories_of_people import OF_PEOPLE
from tests.domain.stories_of_services import OF_SERVICES
from tests.domain.stories_of_tickets import OF_TICKETS
from tests.domain.ticket_types import PLAIN, SITE_AND_MORE
from tests.people import MONDAY, person, signed, system

HOURS_BETWEEN_STEPS = 3


def told(story: list[Step]) -> list[Attempt]:
    """A story, one step every few hours."""
    return [
        Attempt(
            command,
            arguments,
            _signed(actor, MONDAY + timedelta(hours=HOURS_BETWEEN_STEPS * number)),
        )
        for number, (command, arguments, actor) in enumerate(story)
    ]


def _any(draw: st.DrawFn, kind: type[Aggregate], at: datetime) -> Attempt:
    command = draw(st.sampled_from(sorted(COMMANDS[kind])))
    effective = draw(maybe(st.just(datetime(2026, 2, 27, tzinfo=UTC))))
    by = _signed(draw(st.sampled_from((*FOLK, "clock"))), at, effective=effective)
    return Attempt(command, draw(COMMANDS[kind][command]), by)


def _signed(name: str, at: datetime, **more: Any) -> Provenance:
    return signed(name, at, **more) if name in FOLK else system(name, at, **more)


STORIES: dict[type[Aggregate], list[list[Step]]] = {
    **OF_TICKETS,
    **OF_CHANGES,
    **OF_SERVICES,
    **OF_PEOPLE,
    ApprovalProcess: [
        [
            step("draft", name="Normal changes", definition=BY_CAB),
            step("publish"),
            step("revise", definition=BY_BOARD),
            step("publish"),
            step("retire", reason="Nobody needs it."),
        ],
        governed("Emergency changes", BY_CAB, BY_BOARD),
    ],
    ReadLog: [
        [
            step("open", process="api-1"),
            step(
                "note",
                act="person.read_history",
                place="/api/v1/people/PER0000001/history",
                why=[Why.PAST, Why.RESTRICTED],
                subject=person("ann"),
                asked={"as_of": "2026-03-02T08:00:00Z"},
                address="192.0.2.7",
            ),
        ]
    ],
    Calendar: [
        [
            step("define", name="Office", hours=OFFICE, public_holidays=(BAVARIA,)),
            step("import_file", hours=NIGHT, names={"*-12-25": "Christmas"}, imported=IMPORTED),
            step("renew_holidays", public_holidays=(BAVARIA_LATER,)),
            step("revise", hours=OFFICE, public_holidays=()),
            step("retire"),
        ],
        [
            step("define", name="Nights", hours=OFFICE),
            step("revise", hours=NIGHT),
            step("revise", hours=NIGHT, applies_to="open"),
            step(
                "note_moved",
                "sla-clock",
                version=2,
                after=record_id("INC", 2),
                seen=2,
                moved=1,
                is_done=False,
            ),
        ],
    ],
    AssignmentRule: [
        [
            step("draft", name="To the network", definition=TO_TEAM),
            step("publish"),
            step("take_turn", "rules", person=person("bea"), ticket=OTHER),
            step("revise", definition=BY_TURNS),
            step("publish"),
            step("retire", reason="Nobody needs it."),
        ],
        governed("To the network", TO_TEAM, BY_TURNS),
    ],
    ServiceLevelPolicy: [
        [
            step("draft", name="Gold", definition=IN_FOUR_HOURS),
            step("publish"),
            step("revise", definition=AT_ONCE),
            step("publish"),
            step("retire", reason="Nobody needs it."),
        ],
        [
            step("draft", name="Bronze", definition=IN_FOUR_HOURS),
            step("choose_tickets", applies_to="open"),
            step("publish", applies_to="new"),
            step("publish", applies_to="open"),
        ],
        [
            step("draft", name="Silver", definition=IN_FOUR_HOURS),
            step("what_if", digest="0" * 64, effects=Effects(tickets=3, later=2)),
            step("publish", applies_to="open"),
            step(
                "note_moved",
                "sla-clock",
                version=1,
                after=record_id("INC", 2),
                seen=2,
                moved=1,
                is_done=False,
            ),
            step("note_moved", "sla-clock", version=1, after=None, seen=1, moved=1, is_done=True),
        ],
        governed("Silver", IN_FOUR_HOURS, AT_ONCE),
    ],
    TicketType: [
        [
            step("define", ticket="incident", definition=SITE_AND_MORE),
            step("revise", definition=PLAIN),
        ]
    ],
    SurveyPolicy: [
        [
            step("define", name="One of four", definition=ONE_OF_FOUR),
            step("revise", name="Of mail", definition=OF_MAIL),
            step("retire"),
        ]
    ],
    TextModule: [
        [
            step("define", name="Greeting", definition=GREETING),
            step("revise", name="Gruss", definition=GRUSS),
            step("retire"),
        ]
    ],
    UpdateTemplate: [
        [
            step("define", name="It goes on", definition=GOES_ON),
            step("revise", name="Es geht weiter", definition=GEHT_WEITER),
            step("retire"),
        ]
    ],
    Macro: [
        [
            step("define", name="Restart a queue", definition=JAMMED),
            step("revise", name="Wait for the vendor", definition=VENDOR),
            step("retire"),
        ]
    ],
    DataRule: [
        [
            step("define", name="In use without an owner", definition=OWNERLESS),
            step("revise", name="Services without an owner", definition=NAMELESS),
            step("retire"),
        ]
    ],
    ChoiceList: [
        [
            step("define", name="Cost centres", choices=["4002", "4001"], source="The ERP."),
            step("replace", choices=["4003", "4001"]),
            step("retire"),
        ]
    ],
}


@st.composite
def attempts(draw: st.DrawFn, kind: type[Aggregate]) -> list[Attempt]:
    """A story up to some point, with anything else tried by anybody on the way and after."""
    stories = STORIES[kind]
    # The first story of a kind is the longest, so it is told more often.
    story = told(draw(st.sampled_from([stories[0], *stories])))
    if draw(st.integers(0, 7)) == 7:
        begin, arguments = BEGINNINGS[kind]
        story[0] = Attempt(begin, draw(arguments), story[0].by)
    tried = []
    for attempt in story[: draw(st.integers(1, len(story)))]:
        tried.append(attempt)
        if draw(st.integers(0, 3)) == 3:
            tried.append(_any(draw, kind, attempt.by.at))
    at = tried[-1].by.at
    for _ in range(draw(st.integers(3, 20))):
        at += timedelta(hours=draw(st.sampled_from([0, 1, 30])))
        tried.append(_any(draw, kind, at))
    return tried
