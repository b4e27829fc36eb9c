"""Lives of changes and releases, and of what these go by."""

from datetime import timedelta

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.approval_round import Skipped, Terms
from domain.cab_meeting import CabMeeting
from domain.change import Change
from domain.change_template import ChangeTemplate, FormField
from domain.change_window import ChangeWindow
from domain.ids import record_id
from domain.promises import Commitment
from domain.release import Release
from domain.risk_model import RiskModel
from domain.service_conditions import Named
from tests.domain.examples import (
    BOARD,
    BUSY,
    BY_SIZE,
    BY_TEST,
    CAB,
    DAN,
    FREEZE,
    OWNERS,
    REPLACE_A_DISK,
    RESTART,
    SATURDAYS,
)
from tests.domain.steps_of_stories import (
    CANCELLED,
    CEM_ALONE,
    DUE,
    EXACTING,
    KEPT_AND_REMOVED,
    NEW,
    PASSED,
    PAUSE_NOTED,
    RULE_APPLIED,
    SERVER,
    TEAM,
    TICKET,
    Step,
    governed,
    step,
    unsettled,
)
from tests.people import MONDAY, person

PLANNED = [
    step("assess_risk", impact=1, likelihood=2),
    step("plan", implementation="Replace it.", backout="Put it back.", test="Ping it."),
]

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


OF_CHANGES: dict[type[Aggregate], list[list[Step]]] = {
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
}
