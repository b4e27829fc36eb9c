"""Lives of services, assets and what is written of them."""

from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.approval_round import Skipped, Terms
from domain.article import Article
from domain.asset import Asset
from domain.asset_record import Cost
from domain.asset_type import AssetType
from domain.contract import Contract
from domain.ids import record_id
from domain.offering import Offering
from domain.order_guide import OrderGuide
from domain.purchase_lines import Line
from domain.purchase_order import PurchaseOrder
from domain.service import Service
from tests.domain.articles import DRUCKER, FOR_BAKERY, PRINTER
from tests.domain.asset_types import A_SERVER, HARDWARE, HARDWARE_LATER, MEMORY, SERIAL
from tests.domain.examples import (
    BEA,
    BOARD,
    CAB,
    DAN,
    OWNERS,
)
from tests.domain.offerings import FOR_BAKERY as FOR_BAKERS
from tests.domain.offerings import LAPTOP
from tests.domain.plain_definitions import (
    DESKS,
    NEW_COLLEAGUE,
)
from tests.domain.steps_of_stories import (
    CEM_ALONE,
    EXACTING,
    KEPT_AND_REMOVED,
    PASSED,
    SERVER,
    TEAM,
    Step,
    governed,
    step,
    unsettled,
)
from tests.people import CUSTOMER, MONDAY, person

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

ABOUT_DETAILS = Terms(fallback=(BEA,), material=("details",))


OF_SERVICES: dict[type[Aggregate], list[list[Step]]] = {
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
    Offering: [governed("Laptop", LAPTOP, FOR_BAKERS)],
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
    OrderGuide: [
        [
            step("define", name="New colleague", definition=NEW_COLLEAGUE),
            step("revise", name="A new desk", definition=DESKS),
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
}
