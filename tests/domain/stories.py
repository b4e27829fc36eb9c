"""Lives of records of every kind: together they record every event that a command records."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.approval_process import ApprovalProcess
from domain.approval_round import Skipped, Terms
from domain.article import Article
from domain.asset import Asset
from domain.asset_record import Cost
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.bulk_job import BulkJob, Outcome, Result
from domain.cab_meeting import CabMeeting
from domain.calendar import Calendar
from domain.change import Change
from domain.change_template import ChangeTemplate, FormField
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList
from domain.contract import Contract
from domain.data_rule import DataRule
from domain.declared_view import DeclaredView
from domain.ids import record_id
from domain.incident import Incident
from domain.macro import Macro
from domain.offering import Offering
from domain.order_guide import OrderGuide
from domain.organisation import Organisation
from domain.person import Person, Role, Scope
from domain.problem import Problem
from domain.promises import Commitment
from domain.provenance import Provenance
from domain.purchase_lines import Line
from domain.purchase_order import PurchaseOrder
from domain.question import Question
from domain.read_log import ReadLog, Why
from domain.release import Release
from domain.report_schedule import Contents, Delivery, ReportSchedule
from domain.rhythm import Rhythm
from domain.risk_model import RiskModel
from domain.saved_view import Asking, Mailing, SavedView
from domain.service import Service
from domain.service_conditions import Named
from domain.service_level_policy import Effects, ServiceLevelPolicy
from domain.service_request import ServiceRequest
from domain.signature import Proven
from domain.survey_policy import SurveyPolicy
from domain.team import Team
from domain.text_module import TextModule
from domain.ticket import Visibility
from domain.ticket_type import TicketType
from domain.triage import Candidate, Chosen
from domain.update_template import UpdateTemplate
from domain.webhook import Webhook
from tests.domain.articles import DRUCKER, FOR_BAKERY, PRINTER
from tests.domain.asset_types import A_SERVER, HARDWARE, HARDWARE_LATER, MEMORY, SERIAL
from tests.domain.assignment_rules import BY_TURNS, TO_TEAM
from tests.domain.commands import BEGINNINGS, COMMANDS, LAPTOP_PLAN, maybe
from tests.domain.declarations import BY_TEAM, LOGGED
from tests.domain.examples import (
    AT_ONCE,
    BAVARIA,
    BAVARIA_LATER,
    BEA,
    BOARD,
    BUSY,
    BY_BOARD,
    BY_CAB,
    BY_SIZE,
    BY_TEST,
    CAB,
    CEM,
    COMMITTED,
    DAN,
    FOLK,
    FREEZE,
    IMPORTED,
    IN_FOUR_HOURS,
    NIGHT,
    OFFICE,
    OWNERS,
    REPLACE_A_DISK,
    RESTART,
    SATURDAYS,
    UPDATE_DUE,
)
from tests.domain.offerings import FOR_BAKERY as FOR_BAKERS
from tests.domain.offerings import LAPTOP
from tests.domain.plain_definitions import (
    DESKS,
    GEHT_WEITER,
    GOES_ON,
    GREETING,
    GRUSS,
    JAMMED,
    NAMELESS,
    NEW_COLLEAGUE,
    OF_MAIL,
    ONE_OF_FOUR,
    OWNERLESS,
    VENDOR,
)
from tests.domain.ticket_types import PLAIN, SITE_AND_MORE
from tests.people import CUSTOMER, MONDAY, OPERATOR, person, signed, system

HOURS_BETWEEN_STEPS = 3
HOSTS = (record_id("AST", 2), record_id("AST", 3))
ORDERED = (
    Line(
        item="Notebook",
        quantity=2,
        price=118900,
        type=record_id("ATY", 1),
        contract=record_id("CON", 1),
        cost_centre="4711",
        warranty_months=36,
    ),
    Line(item="Cable", quantity=5, price=450),
)

CEM_ALONE = replace(CAB, name="Cem alone", voters=(CEM,))
EXACTING = Terms(fallback=(BEA,), material=("category",))
ABOUT_DETAILS = Terms(fallback=(BEA,), material=("details",))


class Attempt(NamedTuple):
    command: str
    arguments: dict[str, Any]
    by: Provenance


class Step(NamedTuple):
    command: str
    arguments: dict[str, Any] = {}
    actor: str = "bea"


def step(command: str, actor: str = "bea", **arguments: Any) -> Step:
    return Step(command, arguments, actor)


TEAM, SERVER = record_id("TEA", 1), record_id("AST", 1)
OTHER = record_id("PRB", 2)
OFFERING = record_id("OFR", 1)
FELL_DUE = MONDAY + timedelta(hours=15)
NEW: dict[str, Any] = {"title": "No mail", "requester": person("ann"), "organisation": CUSTOMER}

TICKET = [
    step("amend", title="No mail at all", description="On 3.", details={"floor": "3"}),
    step("categorise", category="software", subcategory="mail", service="Mail"),
    step("prioritise", impact=1, urgency=2),
    step("assign", team=TEAM, assignee=person("bea")),
    step("begin_edit", minutes=240),
    step("end_edit"),
    step("begin_edit", minutes=240, locks=True),
    step("break_lock", "olga", reason="Bea is ill."),
    step("apply_macro", macro=record_id("MAC", 1), version=1),
    step("comment", said="We are looking into it.", visibility=Visibility.PUBLIC),
    step(
        "comment",
        said="Cem and the team, look.",
        visibility=Visibility.INTERNAL,
        mentions=[person("cem")],
        teams=[TEAM],
    ),
    step("acknowledge_mentions", "cem"),
    step("attach", "ann", name="log.txt", media_type="text/plain", size=12, sha256="a" * 64),
    step("link", other=OTHER, type="caused by"),
    step("unlink", other=OTHER, type="caused by"),
    step("add_affected_person", person=person("max")),
    step("remove_affected_person", person=person("max")),
    step("watch", person=person("cem")),
    step("unwatch", person=person("cem")),
    step(
        "change_requester",
        requester=person("max"),
        organisation=OPERATOR,
        reason="She called for Max.",
    ),
    step(
        "change_requester",
        requester=person("ann"),
        organisation=CUSTOMER,
        reason="He asked for Ann.",
    ),
    step(
        "set_fields",
        values={"site": "Berne", "tags": ["a"], "seats": 3, "note": "Ask Ann.", "is_vip": True},
        definitions=SITE_AND_MORE.fields,
        type=record_id("TYP", 1),
        type_version=1,
    ),
    step("add_item", title="Ask the neighbours.", assignee=person("bea")),
    step("add_item", title="Look at the cable."),
    step("complete_item", number=1),
    step("reopen_item", number=1),
    step("remove_item", number=2),
    step("book_time", minutes=30, activity="remote support", is_billable=True, note="A call."),
    step("correct_time", number=1, minutes=20, reason="It was shorter."),
]
RATED = step("rate", "ann", score=4, comment="Quick enough.")
SURVEY_PLANNED = step(
    "plan_survey",
    "clock",
    policy=record_id("SUR", 1),
    version=1,
    asks_at=MONDAY + timedelta(days=9),
)
LEFT_OUT = [SURVEY_PLANNED, step("leave_out_rating", "clock")]
SURVEYED = [
    SURVEY_PLANNED,
    step(
        "ask_rating",
        "clock",
        until=MONDAY + timedelta(days=60),
        remind_at=MONDAY + timedelta(days=30),
    ),
    step("remind_of_rating", "clock"),
    RATED,
]
RESOLVED = step("resolve", code="fixed", resolution="Restarted.")
REOPENED = step("reopen", "ann", reason="Again.")
CANCELLED = step("cancel", reason="It was not plugged in.")
KEPT_AND_REMOVED = [
    step("place_legal_hold", "zoe", reason="A case before the court."),
    step("lift_legal_hold", "zoe", reason="The case is closed."),
    step("remove_words", "clock", part="files", days=30),
    step("remove_words", "clock", part="words", days=90),
]
PLANNED = [
    step("assess_risk", impact=1, likelihood=2),
    step("plan", implementation="Replace it.", backout="Put it back.", test="Ping it."),
]
DUE = MONDAY + timedelta(hours=1)
PAUSE_NOTED = step(
    "note_pause",
    reason="customer",
    since=MONDAY,
    until=MONDAY + timedelta(hours=2),
    note="Ann was away.",
)
STEP_TAKEN = step(
    "take_escalation_step",
    "escalation",
    round=1,
    target="resolution",
    mark="100%",
    step=1,
    did=["notify"],
    refused=["reassign: No team has the level 3 of support."],
)
RULE_APPLIED = step(
    "apply_rule",
    "rules",
    rule=record_id("RUL", 1),
    version=2,
    trigger="logged",
    did=["assign", "notify"],
    refused=["propose major incident: Only an open incident can be proposed as a major one."],
    told=[person("bea")],
    chosen=Chosen(
        person=person("cem"),
        why="They have the fewest open tickets: 2.",
        considered=(Candidate(person=person("cem"), load=2), Candidate(person=person("bea"))),
    ),
)
TO_OWN = (
    Commitment(
        name="time to own",
        budget="2h",
        start='ticket.team == "Mail"',
        pause="ticket.is_major",
        stop="ticket.is_assigned",
        reset="ticket.reopened > 0",
    ),
)
NEXT_MONTH = MONDAY + timedelta(days=30)
IN_TWO_HOURS = NEXT_MONTH + timedelta(hours=2)
PROVEN = Proven(method="password", at=MONDAY)
PASSED = [
    step("hold_approval", "clock", window=record_id("WIN", 1)),
    step("resume_approval", "clock", window=record_id("WIN", 1)),
    step("remind", "clock", round=1, stage="CAB"),
    step("escalate_stage", "clock", round=1, stage="CAB", to=[DAN], hours=None),
    step("vote", "bea", vote="approve", comment="Yes.", proven=PROVEN, hours=None),
    step("vote", "cem", vote="approve", hours=None),
    step("vote", "dan", vote="approve", hours=None),
    step("time_out_stage", "clock", round=1, stage="Board", hours=None),
]
"""The first round, by the stages of CAB and Board, from its beginning to its approval."""


def unsettled(edit: Step, terms: Terms) -> list[Step]:
    """A round with a question, another version, an edit, and votes that come and go."""
    return [
        step("submit", "ann", stages=(OWNERS, CEM_ALONE), terms=terms),
        step("request_information", "dan", question="Until when?"),
        step("provide_information", "ann", answer="Until Monday.", hours=None),
        step("vote", "bea", vote="approve"),
        step(
            "migrate_approval",
            "dan",
            to_version=2,
            stages=(replace(OWNERS, patience="5d"), CEM_ALONE),
            terms=terms,
        ),
        edit,
        step("vote", "bea", vote="approve", stage="Owners"),
        step("retract_vote", "bea", reason="Not yet."),
        step("hand_on_vote", "bea", to=person("cem"), reason="Away."),
        step("add_approver", "dan", person=person("bea"), reason="She is back."),
        step("vote", "cem", vote="approve"),
        step("vote", "dan", vote="approve"),
    ]


def governed(name: str, one: Any, other: Any) -> list[Step]:
    """The life of a definition that a process governs: one is approved and published, the other
    withdrawn, rejected, and in the end approved and published as well."""
    return [
        step("draft", "ann", name=name, definition=one),
        step("adopt", "desk"),
        step(
            "submit",
            "desk",
            process=record_id("APR", 1),
            process_version=1,
            stages=(CAB, BOARD),
            terms=Terms(digest="d" * 64, repeat_voters=True, skipped=(Skipped("Owners", "No."),)),
        ),
        *PASSED,
        step("publish", "clock"),
        step("revise", "ann", definition=other),
        *unsettled(step("revise", "desk", definition=one), EXACTING),
        step("comment", "dan", said="Cem has voted already."),
        step("withdraw", "ann", reason="It is as before."),
        step("revise", "ann", definition=other),
        step("submit", "ann", stages=(CAB,)),
        step("vote", "cem", vote="reject", comment="Not this one."),
        step("submit", "ann", stages=(BOARD,)),
        step("vote", "dan", vote="approve"),
        step("put_off", "dan", reason="There is no team Board."),
        step("publish", "ann"),
        step("retire", "ann", reason="Another takes its place."),
    ]


STORIES: dict[type[Aggregate], list[list[Step]]] = {
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
    Article: [
        [
            step("draft", "ann", definition=FOR_BAKERY, ticket=record_id("INC", 1)),
            step("request_review", "ann"),
            step("send_back", "cem", reason="Which tray?"),
            step("request_review", "dan"),
            step("publish", "cem"),
            step("give_feedback", "dan", helpful=False, comment="There are two trays."),
            step("deflect", "dan", shown=(record_id("KBA", 2),)),
            step("answer", ticket=record_id("INC", 1)),
            step("withdraw_answer", ticket=record_id("INC", 1)),
            *[step("comment", "cem", said="It is only a day old.")] * 5,
            step("fall_due", "clock"),
            step("confirm", "cem"),
        ],
        governed("The printer shows E7", PRINTER, FOR_BAKERY),
        [
            step(
                "draft", "ann", definition=DRUCKER, translation_of=record_id("KBA", 2), ticket=None
            ),
            step("retire", reason="Nobody has this printer."),
            *KEPT_AND_REMOVED,
        ],
    ],
    AssetType: [
        [
            step("define", name="Server", attributes=(SERIAL,), parent=HARDWARE),
            step("extend", extension=record_id("ATY", 9)),
            step("revise", attributes=(SERIAL, MEMORY)),
            step("inherit", parent=HARDWARE_LATER),
            step("retire"),
        ]
    ],
    Asset: [
        [
            step("register", name="Mail 2", asset_class="server", is_ordered=True),
            step("receive"),
            step("describe", ends={"contract": MONDAY.date() + timedelta(days=1)}),
            step("classify", schema=A_SERVER, attributes={"serial": "S1", "memory": 64}),
            step("set_attributes", schema=A_SERVER, changes={"memory": None, "serial": "S2"}),
            step(
                "describe",
                owner=person("ann"),
                location="Rack 4",
                cost=Cost(Decimal("1249.00"), "EUR"),
                supplier="Boxes Ltd",
                contract="C-77",
                ends={"warranty": date(2029, 6, 30)},
            ),
            step("entitle", installations=50),
            step("note_plan", change=record_id("CHG", 1)),
            step("remind_of_ends", "clock"),
            step("note_drift", attribute="serial", found="S9", source="scan"),
            step("clear_drift", attribute="serial", source="scan"),
            step("relate", other=record_id("AST", 2), type="runs on"),
            step("relate", other=record_id("AST", 3), type="runs on"),
            step("group", name="Hosts", members=HOSTS, needed=1),
            step("group", name="Hosts", members=(), needed=1),
        ],
        [
            step("register", name="Mail 1", asset_class="server", tag="M1", owner=person("bea")),
            step("amend", details={"serial": "S1"}),
            step("relate", other=record_id("AST", 2), type="runs on"),
            step("unrelate", other=record_id("AST", 2), type="runs on"),
            step("issue", to=person("ann")),
            step("repair", vendor="Fixit", reason="A fan is loud."),
            step("complete_repair"),
            step("return_", condition="As new."),
            step("retire", reason="Replaced."),
            step("dispose", method="recycled"),
        ],
        [
            step("register", "ann", name="Laptop 7", asset_class="laptop"),
            step("propose", "ann", act="repair", vendor="Fixit", reason="A fan is loud."),
            step(
                "submit",
                "ann",
                process=record_id("APR", 1),
                process_version=1,
                stages=(CAB, BOARD),
                terms=Terms(digest="d" * 64, repeat_voters=True),
            ),
            *PASSED,
            step("carry_out", "clock"),
            step("complete_repair"),
            step("issue", to=person("max")),
            step("propose", "ann", act="retire", reason="It is loud again."),
            step("submit", "ann", stages=(OWNERS, CEM_ALONE), terms=ABOUT_DETAILS),
            step("return_", condition="As new."),
            step("request_information", "dan", question="How loud?"),
            step("provide_information", "ann", answer="Very.", hours=None),
            step("vote", "bea", vote="approve"),
            step(
                "migrate_approval",
                "dan",
                to_version=2,
                stages=(replace(OWNERS, patience="5d"), CEM_ALONE),
                terms=ABOUT_DETAILS,
            ),
            step("amend", details={"fan": "new"}),
            step("vote", "bea", vote="approve", stage="Owners"),
            step("retract_vote", "bea", reason="Not yet."),
            step("hand_on_vote", "bea", to=person("cem"), reason="Away."),
            step("add_approver", "dan", person=person("bea"), reason="She is back."),
            step("vote", "cem", vote="approve"),
            step("vote", "dan", vote="approve"),
            step("withdraw", "ann", reason="It is quiet now."),
            step("propose", "ann", act="issue", to=person("max")),
            step("submit", "ann", stages=(CEM_ALONE,)),
            step("vote", "cem", vote="reject", comment="Not to him."),
            step("propose", "ann", act="issue", to=person("max")),
            step("submit", "ann", stages=(BOARD,)),
            step("vote", "dan", vote="approve"),
            step("let_lapse", "clock", reason="He has left."),
        ],
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
    CabMeeting: [
        [
            step(
                "schedule",
                title="Weekly board",
                team=TEAM,
                chair=person("cem"),
                start=MONDAY + timedelta(days=3),
                end=MONDAY + timedelta(days=4),
            ),
            step("reschedule", start=MONDAY + timedelta(days=4), end=MONDAY + timedelta(days=5)),
            step("fix_agenda", changes=[record_id("CHG", 1)]),
            step("open", "cem", present=[person("bea"), person("cem")]),
            step(
                "record_vote",
                "cem",
                change=record_id("CHG", 1),
                member=person("bea"),
                vote="approve",
            ),
            step("minute", "cem", change=record_id("CHG", 1), said="The window is long enough."),
            step("close", "cem"),
        ],
        [
            step(
                "schedule",
                title="Extra board",
                team=TEAM,
                chair=person("cem"),
                start=MONDAY + timedelta(days=3),
                end=MONDAY + timedelta(days=4),
            ),
            step("cancel", reason="There is nothing to decide."),
        ],
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
    Change: [
        [
            step("propose", "ann", **NEW, description="For good.", reason="It fails."),
            *TICKET,
            step("amend", reason="It fails each night."),
            step("classify", type="emergency"),
            *PLANNED,
            step("assign", team=TEAM),
            step(
                "submit",
                process=record_id("APR", 1),
                process_version=1,
                stages=(CAB, BOARD),
                terms=Terms(
                    digest="d" * 64, repeat_voters=True, skipped=(Skipped("Owners", "No."),)
                ),
            ),
            *PASSED,
            step("schedule", start=MONDAY + timedelta(days=30), end=MONDAY + timedelta(days=31)),
            step(
                "apply_service_level",
                "desk",
                policy=record_id("SLP", 1),
                policy_version=1,
                calendar=record_id("CAL", 1),
                calendar_version=1,
                commitments=TO_OWN,
                kind="OLA",
                label="Owners",
                zone="Europe/Zurich",
                names=(Named("team", "Mail", TEAM),),
            ),
            step("mark", "clock", target="Owners: time to own", mark="75%", round=1, due=DUE),
            step("mark", "clock", target="Owners: time to own", mark="100%", round=1, due=DUE),
            step(
                "take_escalation_step",
                "escalation",
                round=1,
                target="Owners: time to own",
                mark="75%",
                step=1,
                did=["notify", "raise priority"],
            ),
            RULE_APPLIED,
            step("escalate_hierarchically", to=[person("cem")], level=1, reason="Late."),
            step("acknowledge_escalation", "cem"),
            PAUSE_NOTED,
            step(
                "note_conflicts",
                "dan",
                occasion="scheduling",
                conflicts=[BUSY],
                start=NEXT_MONTH,
                end=NEXT_MONTH + timedelta(hours=2),
            ),
            step("start_implementation", "ann"),
            step("complete_implementation", outcome="successful"),
            step("review", outcome="successful", notes="All well."),
            step("close", code="implemented"),
            step("make_template", template=record_id("TPL", 2)),
        ],
        [
            step("propose", "ann", **NEW, type="emergency"),
            step("affect", asset=SERVER),
            step("plan_attributes", asset=SERVER, attributes={"memory": 64}),
            step("unaffect", asset=SERVER),
            step(
                "request_time", start=MONDAY + timedelta(days=30), end=MONDAY + timedelta(days=31)
            ),
            step("request_time", start=NEXT_MONTH, end=NEXT_MONTH + timedelta(hours=2)),
            step("add_task", title="Back it up", phase="before", team=TEAM),
            step("add_task", title="Replace it", after=[1], assignee=person("ann")),
            step("add_task", title="Watch it", phase="after"),
            step("order_task", number=3, after=[1, 2]),
            step("assign_task", number=3, team=TEAM, assignee=person("bea")),
            step("start_implementation", "ann", within="6h"),
            step("complete_task", "ann", number=1, note="On tape."),
            step("start_task", "ann", number=2),
            step("note_overdue", "clock"),
            *PLANNED,
            step("submit", stages=(CAB,)),
            step("complete_task", "ann", number=2),
            step("vote", "bea", vote="approve", hours=None),
            step("vote", "cem", vote="approve", hours=None),
            step("complete_implementation", "ann", outcome="unsuccessful"),
            step("cancel_task", number=3, reason="It runs no more."),
            step("review", outcome="unsuccessful", notes="The part was wrong."),
            step("close", code="failed"),
        ],
        [
            step("propose", "ann", **NEW),
            *PLANNED,
            step("submit", stages=(CAB,)),
            step("assign", assignee=person("dan"), team=None),
            step("vote", "cem", vote="reject", comment="Not before the weekend.", hours=None),
            step("assign", team=TEAM),
            step("submit", stages=(OWNERS, CEM_ALONE), terms=EXACTING),
            step("request_information", "dan", question="Until when?"),
            step("provide_information", "ann", answer="Until Monday.", hours=None),
            step("vote", "bea", vote="approve", conditions=["Tell them first."]),
            step(
                "migrate_approval",
                "dan",
                to_version=2,
                stages=(replace(OWNERS, patience="5d"), CEM_ALONE),
                terms=EXACTING,
            ),
            step("complete_task", number=1, note="Told."),
            step("categorise", category="network"),
            step("vote", "bea", vote="approve", stage="Owners"),
            step("retract_vote", "bea", reason="Not yet."),
            step("hand_on_vote", "bea", to=person("cem"), reason="Away."),
            step("add_approver", "dan", person=person("bea"), reason="She is back."),
            step("vote", "cem", vote="approve"),
            step("vote", "dan", vote="approve"),
            step("withdraw", "ann", reason="Not needed any more."),
        ],
        [
            step("propose", "ann", **NEW),
            step(
                "apply_template",
                template=record_id("TPL", 1),
                version=1,
                definition=replace(RESTART, fields=(FormField(name="bay", label="Bay"),)),
                form={"bay": "7"},
            ),
            step("submit"),
            step("start_implementation"),
            step("back_out", reason="It failed.", within="2h"),
            step("note_overdue", "clock"),
            step("review", outcome="unsuccessful", notes="The part was wrong."),
            step("close", code="backed out"),
        ],
        [step("propose", "ann", **NEW), CANCELLED, *KEPT_AND_REMOVED],
    ],
    ChangeTemplate: [
        [
            step("draft", name="Replace a disk", definition=REPLACE_A_DISK),
            step("publish"),
            step("revise", definition=RESTART),
            step("publish"),
            step("retire", reason="Nobody needs it."),
        ],
        governed("Restart", REPLACE_A_DISK, RESTART),
    ],
    ChangeWindow: [
        [
            step("draft", name="Year end", definition=FREEZE),
            step("publish", "cem"),
            step("except_change", "cem", change=record_id("CHG", 1), reason="A patch."),
            step("withdraw_exception", "cem", change=record_id("CHG", 1)),
            step("revise", definition=SATURDAYS),
            step("publish"),
            step("retire", reason="Nobody needs it."),
        ],
        governed("Quarter end", FREEZE, SATURDAYS),
    ],
    Incident: [
        [
            step("log", "ann", **NEW, description="Since nine.", channel="phone"),
            *TICKET,
            step(
                "apply_service_level",
                "desk",
                policy=record_id("SLP", 1),
                policy_version=1,
                calendar=record_id("CAL", 1),
                calendar_version=1,
                commitments=COMMITTED,
            ),
            step("start"),
            step("respond"),
            step("pend", reason="customer", note="Asked Ann."),
            step("resume"),
            step("mark", "clock", target="resolution", mark="75%", round=1, due=DUE),
            step("mark", "clock", target="resolution", mark="100%", round=1, due=DUE),
            PAUSE_NOTED,
            step("escalate_functionally", team=TEAM, support_level=2, reason="Hard."),
            step("escalate_hierarchically", to=[person("cem")], level=1, reason="Late."),
            step("acknowledge_escalation", "cem"),
            RULE_APPLIED,
            STEP_TAKEN,
            step("propose_major_incident", "escalation", reason="The promised time has passed."),
            step(
                "give_workaround",
                "known-errors",
                problem=record_id("PRB", 1),
                number=1,
                said="Restart it.",
                author=str(person("bea")),
                visibility=Visibility.PUBLIC,
            ),
            RESOLVED,
            *SURVEYED,
            REOPENED,
            RESOLVED,
            *LEFT_OUT,
            step("close", "ann"),
        ],
        [
            step("log", "ann", **NEW),
            step("propose_major_incident", reason="No site has mail."),
            step("decline_promotion", reason="One site alone."),
            step("promote", reason="All sites.", update_every="30m"),
            step("give_major_role", role="communications", person=person("cem")),
            step("name_affected_services", services=["mail", "billing"]),
            step("set_update_cadence", every="1h"),
            step("update_stakeholders", said="It is the line."),
            step("remind_of_update", "clock", due=UPDATE_DUE, told=[person("cem")]),
            step("miss_update", "clock", due=UPDATE_DUE, told=[person("cem")]),
            step("note_on_timeline", said="The carrier was called.", happened_at=MONDAY),
            step("stand_down", reason="A workaround."),
            RESOLVED,
            step("begin_review"),
            step("add_review_action", title="A second line", owner=person("cem")),
            step("complete_review_action", number=1),
            step("complete_review", summary="One line.", cause="No second line."),
        ],
        [step("log", "ann", **NEW), CANCELLED, *KEPT_AND_REMOVED],
        [
            step("log", "ann", **NEW),
            step("merge", into=OTHER),
            step("unmerge"),
            step("absorb", other=record_id("INC", 7)),
            step("release", other=record_id("INC", 7)),
            step("split_off", part=record_id("INC", 8), comments=[4, 2]),
            step("take_back", part=record_id("INC", 8)),
            step("begin_split", source=OTHER, comments=[4]),
            step("undo_split"),
        ],
    ],
    Offering: [governed("Laptop", LAPTOP, FOR_BAKERS)],
    Organisation: [
        [
            step("register", name="Bakery", parent=CUSTOMER),
            step("rename", name="The Bakery"),
            step("locate", zone="Europe/Zurich"),
            step("set_retention", days=365),
            step("set_words_retention", kind="incident", days=730, files_days=365),
            step("deactivate"),
        ]
    ],
    Person: [
        [
            step(
                "register",
                username="ann",
                name="Ann Example",
                email="ann@example.org",
                organisation=CUSTOMER,
                manager=person("cem"),
                roles=[Role.REQUESTER, Role.APPROVER],
            ),
            step("amend", name="Ann E. Example", email="ann@example.net", language="de-CH"),
            step("move", organisation=OPERATOR),
            step("set_manager", manager=person("dan")),
            step("set_skills", skills=["routers", "billing"]),
            step("grant_role", role=Role.AGENT),
            step("revoke_role", role=Role.APPROVER),
            step("set_password", "ann", hash="$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"),
            step(
                "issue_token",
                "ann",
                token_id=UUID(int=1),
                digest="b" * 64,
                hint="ld_pat_1a2b",
                name="Ann's laptop",
                scopes=[Scope.READ],
                expires=MONDAY + timedelta(days=90),
            ),
            step(
                "open_feed",
                "ann",
                token_id=UUID(int=2),
                digest="c" * 64,
                hint="ld_ics_1a2b",
                name="Ann's telephone",
                calendar=record_id("CAL", 1),
                with_windows=True,
                expires=MONDAY + timedelta(days=365),
            ),
            step("revoke_token", "ann", token_id=UUID(int=1)),
            step(
                "delegate",
                "ann",
                to=person("dan"),
                start=MONDAY,
                end=MONDAY + timedelta(days=30),
                risks=["low"],
                process=record_id("APR", 1),
                reason="On leave.",
            ),
            step("end_delegation", "ann", number=1),
            step("deactivate", reason="Ann has left."),
            step("reactivate"),
            step("place_legal_hold", reason="A case before the court."),
            step("lift_legal_hold", reason="The case is closed."),
            step("request_erasure", reason="She asked for it."),
            step("withdraw_erasure"),
            step("request_erasure", "cem", reason="She asked again."),
            step("erase"),
        ]
    ],
    Problem: [
        [
            step("raise_", **NEW, description="Every Monday."),
            *TICKET,
            step("investigate"),
            step("document_workaround", workaround="Restart it."),
            step("identify_cause", cause="Memory leaks."),
            step("declare_known_error"),
            step("pend", reason="vendor", note="Asked for a fix."),
            step("resume"),
            step("note_symptom", symptom="Mail comes hours late."),
            step("add_task", title="Read the logs", team=TEAM),
            step("add_task", title="Compare them", after=[1], assignee=person("bea")),
            step("add_task", title="Ask the vendor"),
            step("order_task", number=3, after=[1]),
            step("assign_task", number=3, assignee=person("cem")),
            step("start_task", number=1),
            step("complete_task", number=1, note="It leaks."),
            step("cancel_task", number=3, reason="It is known."),
            step("plan_fix", change=record_id("CHG", 1)),
            RESOLVED,
            REOPENED,
            RESOLVED,
            step("review", notes="Memory is watched now."),
            step("close"),
        ],
        [step("raise_", **NEW), CANCELLED, *KEPT_AND_REMOVED],
        [
            step("raise_", **NEW),
            step("merge", into=OTHER),
            step("unmerge"),
            step("absorb", other=record_id("INC", 7)),
            step("release", other=record_id("INC", 7)),
            step("split_off", part=record_id("INC", 8), comments=[4, 2]),
            step("take_back", part=record_id("INC", 8)),
            step("begin_split", source=OTHER, comments=[4]),
            step("undo_split"),
        ],
        [
            step("propose", "rules", title="Recurring incidents: mail", description="3 of them."),
            step("accept"),
        ],
        [
            step("propose", "rules", title="Recurring incidents: mail"),
            step("decline", reason="Each has a cause of its own."),
        ],
    ],
    Question: [
        [
            step("ask", "ann", **NEW, description="On the telephone."),
            *TICKET,
            step(
                "apply_service_level",
                "desk",
                policy=record_id("SLP", 1),
                policy_version=1,
                calendar=record_id("CAL", 1),
                calendar_version=1,
                commitments=COMMITTED,
            ),
            step("mark", "clock", target="resolution", mark="75%", round=1, due=DUE),
            step("mark", "clock", target="resolution", mark="100%", round=1, due=DUE),
            RULE_APPLIED,
            STEP_TAKEN,
            step("escalate_functionally", team=TEAM, support_level=2, reason="Hard."),
            step("escalate_hierarchically", to=[person("cem")], level=1, reason="Late."),
            step("acknowledge_escalation", "cem"),
            PAUSE_NOTED,
            step("start"),
            step("pend", reason="customer", note="Which one?"),
            step("resume"),
            step(
                "give_answer",
                answer="In the settings.",
                source=OTHER,
                address="https://example.org/new",
            ),
            *LEFT_OUT,
            step("ask_again", "ann", question="And on the old one?"),
            step("give_answer", address="https://example.org/old"),
            *SURVEYED,
            step("close", "ann"),
        ],
        [step("ask", "ann", **NEW), step("give_answer", answer="Yes.")],
        [step("ask", "ann", **NEW), CANCELLED, *KEPT_AND_REMOVED],
        [
            step("ask", "ann", **NEW),
            step("merge", into=OTHER),
            step("unmerge"),
            step("absorb", other=record_id("INC", 7)),
            step("release", other=record_id("INC", 7)),
            step("split_off", part=record_id("INC", 8), comments=[4, 2]),
            step("take_back", part=record_id("INC", 8)),
            step("begin_split", source=OTHER, comments=[4]),
            step("undo_split"),
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
    Release: [
        [
            step(
                "plan",
                "desk",
                name="Payroll 4.2",
                description="New tax tables.",
                backout="Put 4.1 back.",
                service="Payroll",
                owner=person("ann"),
            ),
            step("amend", "ann", description="The tax tables of 2027."),
            step("add_phase", "ann", name="Pilot", start=NEXT_MONTH, end=IN_TWO_HOURS),
            step(
                "add_phase",
                "ann",
                name="All",
                start=NEXT_MONTH + timedelta(days=1),
                end=NEXT_MONTH + timedelta(days=2),
                changes=[record_id("CHG", 2)],
            ),
            step(
                "plan_phase",
                "ann",
                number=1,
                start=NEXT_MONTH,
                end=IN_TWO_HOURS,
                changes=[record_id("CHG", 1)],
            ),
            step("write_gate", "ann", gate="Pilot", said="All tests are green."),
            step("take_up", "ann", gate="Pilot"),
            step(
                "submit",
                "ann",
                process=record_id("APR", 1),
                process_version=1,
                stages=(CAB, BOARD),
                terms=Terms(
                    digest="d" * 64, repeat_voters=True, skipped=(Skipped("Owners", "No."),)
                ),
            ),
            step("hold_approval", "clock", window=record_id("WIN", 1)),
            step("resume_approval", "clock", window=record_id("WIN", 1)),
            step("remind", "clock", round=1, stage="CAB"),
            step("escalate_stage", "clock", round=1, stage="CAB", to=[DAN], hours=None),
            step("vote", "bea", vote="approve", comment="Yes.", hours=None),
            step("vote", "cem", vote="approve", hours=None),
            step("vote", "dan", vote="approve", hours=None),
            step("time_out_stage", "clock", round=1, stage="Board", hours=None),
            step("start_phase", "ann", number=1),
            step("stop", "bea", reason="The load is high."),
            step("resume", "ann", reason="It was another program."),
            step(
                "complete_phase",
                "ann",
                number=1,
                outcome="successful with issues",
                notes="It was slow.",
            ),
            step("comment", "bea", said="By ten minutes."),
            step("write_gate", "ann", gate="All", said="The pilot is quiet."),
            step("take_up", "ann", gate="All"),
            step("pass_gate", "ann", note="It was."),
            step("start_phase", "ann", number=2),
            step(
                "complete_phase", "ann", number=2, outcome="unsuccessful", notes="Sums are wrong."
            ),
            step("back_out", "ann", reason="Sums are wrong."),
            step("resume", "ann", reason="They are right now."),
            step("take_up", "ann", gate="All"),
            step("pass_gate", "ann", note="They are."),
            step("start_phase", "ann", number=2),
            step("complete_phase", "ann", number=2, outcome="successful"),
        ],
        [
            step("plan", "ann", name="Payroll 4.3", backout="Put 4.2 back.", owner=person("ann")),
            step("add_phase", "ann", name="Pilot", start=NEXT_MONTH, end=IN_TWO_HOURS),
            step("write_gate", "ann", gate="Pilot", said="All tests are green."),
            step("take_up", "ann", gate="Pilot"),
            *unsettled(
                step("write_gate", "desk", gate="Pilot", said="All tests but one are green."),
                replace(EXACTING, material=()),
            ),
            step("withdraw", "ann", reason="A test is red."),
            step("submit", "ann", stages=(CAB,)),
            step("vote", "cem", vote="reject", comment="Not this one."),
            step("pass_gate", "ann", note="It is green now."),
            step("cancel", "ann", reason="4.4 comes soon."),
        ],
        [
            step("plan", "ann", name="Mail 2", backout="Put 1 back.", owner=person("ann")),
            step("add_phase", "ann", name="All", start=NEXT_MONTH, end=IN_TWO_HOURS),
            step("write_gate", "ann", gate="All", said="All tests are green."),
            step("take_up", "ann", gate="All"),
            step("pass_gate", "ann", note="They are."),
            step("start_phase", "ann", number=1),
            step("back_out", "ann", reason="Mail is lost."),
        ],
    ],
    RiskModel: [
        [
            step("draft", name="By test", definition=BY_TEST),
            step("publish"),
            step("revise", definition=BY_SIZE),
            step("publish"),
            step("retire", reason="Nobody needs it."),
        ],
        governed("By size", BY_TEST, BY_SIZE),
    ],
    Service: [
        [
            step(
                "propose",
                "desk",
                name="Payroll",
                description="Pays everybody on time.",
                owner=person("ann"),
                customers=[CUSTOMER],
            ),
            step("amend", "ann", team=TEAM, criticality="high"),
            step("begin_design", "ann"),
            step("write_gate", "ann", gate="requirements", said="Everybody by the 25th."),
            step("take_up", "ann", gate="requirements"),
            step(
                "submit",
                "ann",
                process=record_id("APR", 1),
                process_version=1,
                stages=(CAB, BOARD),
                terms=Terms(
                    digest="d" * 64, repeat_voters=True, skipped=(Skipped("Owners", "No."),)
                ),
            ),
            step("hold_approval", "clock", window=record_id("WIN", 1)),
            step("resume_approval", "clock", window=record_id("WIN", 1)),
            step("remind", "clock", round=1, stage="CAB"),
            step("escalate_stage", "clock", round=1, stage="CAB", to=[DAN], hours=None),
            step("vote", "bea", vote="approve", comment="Yes.", hours=None),
            step("vote", "cem", vote="approve", hours=None),
            step("vote", "dan", vote="approve", hours=None),
            step("time_out_stage", "clock", round=1, stage="Board", hours=None),
            step("write_gate", "ann", gate="support model", said="The team Payroll, by day."),
            step("take_up", "ann", gate="support model"),
            step("pass_gate", "ann", note="It is as for the ledger."),
            step("write_gate", "ann", gate="SLA draft", said="Gold."),
            step("take_up", "ann", gate="SLA draft"),
            step("pass_gate", "ann", note="It is the usual one."),
            step("charter", "ann"),
            step("write_gate", "ann", gate="acceptance", said="Two months have been paid."),
            step("redesign", "ann", reason="It is too slow."),
            step("charter", "ann"),
            step("take_up", "ann", gate="acceptance"),
            step("pass_gate", "ann", note="All have agreed."),
            step("go_live", "ann"),
            step("comment", "bea", said="A good one."),
            step("begin_retirement", "ann", reason="Another takes its place."),
            step("keep", "ann", reason="The other was not good enough."),
            step("begin_retirement", "ann", reason="Another takes its place."),
            step("retire", "ann", reason="Nobody uses it."),
        ],
        [
            step("propose", "ann", name="Payroll", owner=person("ann")),
            step("begin_design", "ann"),
            step("write_gate", "ann", gate="requirements", said="Everybody by the 25th."),
            step("take_up", "ann", gate="requirements"),
            *unsettled(
                step("write_gate", "desk", gate="requirements", said="Everybody by the 20th."),
                replace(EXACTING, material=()),
            ),
            step("withdraw", "ann", reason="It is not good yet."),
            step("submit", "ann", stages=(CAB,)),
            step("vote", "cem", vote="reject", comment="Not this one."),
            step("submit", "ann", stages=(CAB,)),
            step("retire", "ann", reason="It costs too much."),
        ],
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
    ServiceRequest: [
        [
            step(
                "order",
                "ann",
                **NEW | {"title": "A laptop"},
                description="For Ann.",
                offering=record_id("OFR", 1),
                offering_version=2,
                form={"memory": 32, "bag": True, "colours": ["grey", "blue"]},
            ),
            *TICKET,
            step("assign", team=TEAM),
            step(
                "apply_service_level",
                "desk",
                policy=record_id("SLP", 1),
                policy_version=1,
                calendar=record_id("CAL", 1),
                calendar_version=1,
                commitments=COMMITTED,
            ),
            step("mark", "clock", target="resolution", mark="75%", round=1, due=DUE),
            step("mark", "clock", target="resolution", mark="100%", round=1, due=DUE),
            STEP_TAKEN,
            step("escalate_functionally", team=TEAM, support_level=2, reason="Hard."),
            step("escalate_hierarchically", to=[person("cem")], level=1, reason="Late."),
            step("acknowledge_escalation", "cem"),
            RULE_APPLIED,
            PAUSE_NOTED,
            step("start_fulfilment"),
            step("pend", reason="vendor", note="It is ordered."),
            step("resume"),
            step("fulfil", fulfilment="It lies on the desk."),
            *SURVEYED,
            step("reopen", "ann", reason="No bag."),
            step("fulfil", fulfilment="With a bag."),
            *LEFT_OUT,
            step("close", "ann"),
        ],
        [
            step("order", "ann", **NEW),
            step("merge", into=OTHER),
            step("unmerge"),
            step("absorb", other=record_id("INC", 7)),
            step("release", other=record_id("INC", 7)),
            step("split_off", part=record_id("INC", 8), comments=[4, 2]),
            step("take_back", part=record_id("INC", 8)),
            step("begin_split", source=OTHER, comments=[4]),
            step("undo_split"),
        ],
        [
            step("order", "ann", **NEW),
            step(
                "submit",
                "ann",
                process=record_id("APR", 1),
                process_version=1,
                stages=(CAB, BOARD),
                terms=Terms(digest="d" * 64, repeat_voters=True),
            ),
            *PASSED,
            step("start_fulfilment", "kim"),
            step("fulfil", "kim", fulfilment="It is set up."),
        ],
        [
            step("order", "ann", **NEW),
            step("submit", "ann", stages=(CAB,)),
            step("assign", assignee=person("dan"), team=None),
            step("vote", "cem", vote="reject", comment="Another one.", hours=None),
            step("amend", "ann", title="A smaller one"),
            step("assign", team=TEAM),
            step("submit", stages=(OWNERS, CEM_ALONE), terms=EXACTING),
            step("request_information", "dan", question="Until when?"),
            step("provide_information", "ann", answer="Until Monday.", hours=None),
            step("vote", "bea", vote="approve"),
            step(
                "migrate_approval",
                "dan",
                to_version=2,
                stages=(replace(OWNERS, patience="5d"), CEM_ALONE),
                terms=EXACTING,
            ),
            step("categorise", category="hardware"),
            step("vote", "bea", vote="approve", stage="Owners"),
            step("retract_vote", "bea", reason="Not yet."),
            step("hand_on_vote", "bea", to=person("cem"), reason="Away."),
            step("add_approver", "dan", person=person("bea"), reason="She is back."),
            step("vote", "cem", vote="approve"),
            step("vote", "dan", vote="approve"),
            CANCELLED,
        ],
        [
            step("order", "ann", **NEW, offering=OFFERING, offering_version=1, plan=LAPTOP_PLAN),
            step("start_fulfilment"),
            step("add_task", title="Order a bag", team=TEAM),
            step("order_task", number=4, after=[1]),
            step("assign_task", number=4, assignee=person("bea")),
            step("start_task", number=1),
            step("complete_task", number=1, note="It comes on Monday."),
            step("complete_task", number=2),
            step("cancel_task", number=4, reason="There is none."),
            step("cancel", "ann", reason="Not needed any more."),
            step("complete_task", number=5),
            step("complete_task", number=6),
        ],
        [
            step("order", "ann", **NEW, offering=OFFERING, offering_version=1, plan=LAPTOP_PLAN),
            step("start_fulfilment"),
            step("complete_task", number=1),
            step("complete_task", number=2),
            step("complete_task", number=3),
        ],
        [step("order", "ann", **NEW), CANCELLED, *KEPT_AND_REMOVED],
    ],
    TicketType: [
        [
            step("define", ticket="incident", definition=SITE_AND_MORE),
            step("revise", definition=PLAIN),
        ]
    ],
    DeclaredView: [
        [
            step("declare", name="mine", title="Logged by day", definition=LOGGED),
            step("revise", title="Reopened by team", definition=BY_TEAM),
            step("retire"),
        ]
    ],
    SavedView: [
        [
            step(
                "save",
                "ann",
                owner=person("ann"),
                organisation=OPERATOR,
                name="Mine, by due",
                list="incidents",
                asking=Asking(filter="assignee == me", sort="due", fields=("number", "due")),
            ),
            step("amend", "ann", name="Mine", asking=Asking(q="is:open assignee:me")),
            step("share", "ann", shared_with="team", team=record_id("TEA", 1)),
            step("subscribe", "bea", person=person("bea")),
            step("subscribe", "bea", person=person("bea"), mailing=Mailing(every="week")),
            step("share", "ann", shared_with="organisation"),
            step("unsubscribe", "bea", person=person("bea")),
            step("remove", "ann"),
        ]
    ],
    BulkJob: [
        [
            step(
                "propose",
                "ann",
                name="tickets.csv",
                media_type="text/csv",
                size=118,
                sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                rows=2,
                act="incident.log",
                owner=person("ann"),
                organisation=CUSTOMER,
                scopes=["write"],
            ),
            step(
                "record_rows",
                "ann",
                results=[
                    Result(1, "incident.log", Outcome.CREATED),
                    Result(2, "incident.log", Outcome.FAILED),
                ],
                problems={"2": {"code": "invalid", "detail": "/title: A title is needed."}},
            ),
            step("finish", "ann"),
            step("start", "ann", scopes=["write"]),
            step("stop", "ann", reason="Wrong team."),
            step("finish", "ann"),
            step("start", "ann", scopes=["write"]),
            step(
                "record_rows",
                "ann",
                results=[
                    Result(1, "incident.log", Outcome.CREATED, record_id("INC", 1), 2),
                    Result(2, "incident.log", Outcome.FAILED),
                ],
                problems={"2": {"code": "invalid", "detail": "/title: A title is needed."}},
            ),
            step("finish", "ann"),
            step("retry", "ann", scopes=["write"]),
            step("give_up", reason="Its file is kept no longer."),
            step("preview_undo", "ann", scopes=["write"]),
            step(
                "record_rows",
                "ann",
                results=[Result(1, "incident.log", Outcome.UNDONE, record_id("INC", 1), 3)],
                problems={},
            ),
            step("finish", "ann"),
            step("undo", "ann", scopes=["write"]),
            step(
                "record_rows",
                "ann",
                results=[Result(1, "incident.log", Outcome.UNDONE, record_id("INC", 1), 3)],
                problems={},
            ),
            step("finish", "ann"),
        ]
    ],
    Team: [
        [
            step("form", name="Mail", organisation=OPERATOR, support_level=2, description="Mail."),
            step("rename", name="Messaging"),
            step("add_member", person=person("bea"), is_lead=True),
            step("remove_member", person=person("bea")),
            step("disband"),
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
    OrderGuide: [
        [
            step("define", name="New colleague", definition=NEW_COLLEAGUE),
            step("revise", name="A new desk", definition=DESKS),
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
    Contract: [
        [
            step(
                "draft",
                name="Support of the servers",
                supplier="Metal Ltd",
                kind="support",
                reference="M-118",
                owner=person("bea"),
                last_day=MONDAY.date() + timedelta(days=1),
                notice_days=90,
                cost=Cost(Decimal("1200.00"), "EUR"),
            ),
            step("amend", reference="M-119", billing="monthly"),
            step("cover", assets=[SERVER]),
            step("sign"),
            *(step("remind_of_ends", "clock") for _ in range(8)),
            step("renew", last_day=date(2029, 6, 30), cost=Cost(Decimal("1300.00"), "EUR")),
            step("end", reason="The servers are gone."),
        ]
    ],
    ReportSchedule: [
        [
            step(
                "define",
                "ann",
                name="Backlog on Mondays",
                owner=person("ann"),
                organisation=OPERATOR,
                contents=Contents(
                    report="backlog", by=("team", "age"), filters={"kind": "incident"}
                ),
                rhythm=Rhythm(every="week", at="07:30"),
                zone="Europe/Rome",
                people=[person("ann")],
                teams=[record_id("TEA", 1)],
            ),
            step("pause", "ann"),
            step("resume", "ann"),
            step("run_now", "ann", person=person("ann"), position=118),
            step(
                "amend",
                "ann",
                name="My view each month",
                contents=Contents(view=record_id("VIE", 1)),
                rhythm=Rhythm(every="month", day=31, calendar=record_id("CAL", 1)),
                people=[person("ann")],
            ),
            step("fall_due", moment=FELL_DUE, position=120, recipients=[person("ann")]),
            step(
                "note_delivery",
                delivery=Delivery(
                    person=person("ann"), moment=FELL_DUE, position=120, since=FELL_DUE
                ),
                outcome="sent",
                definition="VIE0000001",
                definition_version=2,
                sha256={"VIE0000001.csv": "9f86d081884c7d65"},
            ),
            step("end", "ann"),
        ]
    ],
    PurchaseOrder: [
        [
            step(
                "draft",
                supplier="Boxes Ltd",
                currency="EUR",
                lines=ORDERED[:1],
                owner=person("bea"),
                organisation=CUSTOMER,
                expected_on=MONDAY.date() - timedelta(days=40),
            ),
            step("amend", reference="B-2207", lines=ORDERED),
            step("place", expected_on=MONDAY.date() - timedelta(days=30)),
            step("expect", day=MONDAY.date()),
            *(step("remind_of_ends", "clock") for _ in range(8)),
            step("receive", line=1, quantity=2, assets=HOSTS[:2], delivery="D-88"),
            step("send_back", line=1, quantity=1, assets=HOSTS[:1], reason="It is cracked."),
            step("receive", line=2, quantity=3),
            step("close"),
        ],
        [
            step("draft", supplier="Boxes Ltd", currency="JPY"),
            step("cancel", reason="The budget was cut."),
        ],
    ],
    Webhook: [
        [
            step(
                "register",
                url="https://example.org/hooks",
                description="The chat of the desk.",
                types=["Incident.Logged"],
                kinds=["incident"],
                subjects=[record_id("INC", 1)],
                after=118,
                owner=person("ann"),
                organisation=CUSTOMER,
            ),
            step("amend", url="https://example.org/other", types=["Incident.Closed"]),
            step("rotate_secret", overlap_hours=12),
            step("test"),
            step("rewind", after=42),
            step("disable", reason="Maintenance."),
            step("enable"),
            step("give_up", reason="It does not answer.", failing_since=MONDAY),
            step("remove"),
        ]
    ],
}


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


def _any(draw: st.DrawFn, kind: type[Aggregate], at: datetime) -> Attempt:
    command = draw(st.sampled_from(sorted(COMMANDS[kind])))
    effective = draw(maybe(st.just(datetime(2026, 2, 27, tzinfo=UTC))))
    by = _signed(draw(st.sampled_from((*FOLK, "clock"))), at, effective=effective)
    return Attempt(command, draw(COMMANDS[kind][command]), by)


def _signed(name: str, at: datetime, **more: Any) -> Provenance:
    return signed(name, at, **more) if name in FOLK else system(name, at, **more)
