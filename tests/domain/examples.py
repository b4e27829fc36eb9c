"""Values that commands are given, good and bad, and strategies that draw them."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from domain import quorum
from domain.approval import OpenStage, Stage
from domain.approval_process import Definition
from domain.approval_round import Terms
from domain.business_time import BusinessHours
from domain.calendar import Imported
from domain.calendar_holidays import PublicHolidays
from domain.change_draft import ModelInUse
from domain.change_template import FormField, PlannedTask, Template
from domain.change_window import Definition as Window
from domain.ids import record_id
from domain.planned import Conflict
from domain.promises import Commitment
from domain.risk import Answer, Band, Question, Questionnaire, Rule
from domain.service_level_policy import (
    Agreement,
    EscalationStep,
    TargetPromise,
)
from tests.people import CUSTOMER, MONDAY, OPERATOR, person

FOLK = ("ann", "bea", "cem", "dan")
COMMITTED = (
    Commitment(name="first response", budget="1h"),
    Commitment(name="resolution", budget="2bd"),
)

texts = st.one_of(
    st.sampled_from(["Words.", "Other words."]),
    st.sampled_from(["Words.", "Other words."]),
    st.sampled_from(["Words.", "Other words."]),
    st.sampled_from(["", " ", "x" * 201, "x" * 4_001, "a\0b", "\ud800", "tab\tand\nline"]),
    st.text(max_size=20),
)
people = st.sampled_from([person(name) for name in FOLK])
teams = st.sampled_from([record_id("TEA", 1), record_id("TEA", 2)])
organisations = st.sampled_from([OPERATOR, CUSTOMER])
digests = st.sampled_from(["a" * 64, "b" * 64, "c" * 63, "D" * 64, ""])
UPDATE_DUE = MONDAY + timedelta(hours=22)
"""When the stakeholders of the major incident in the stories are to hear of it next."""
others = st.sampled_from([record_id("INC", 1), record_id("AST", 1), record_id("PRB", 1)])
levels = st.sampled_from([1, 2, 3])
moments = st.sampled_from([-40, -1, 0, 1, 30, 4_000]).map(
    lambda days: MONDAY + timedelta(days=days)
)

hours = st.sampled_from([-2, 0, 4, 9, 30, 60]).map(lambda late: MONDAY + timedelta(hours=late))

OFFICE = BusinessHours(zone="Europe/Zurich", weekly={"mon": (("08:00", "17:00"),)})
NIGHT = BusinessHours(zone="UTC", weekly={"fri": (("22:00", "06:00"),)}, holidays=("*-12-25",))
NEVER = BusinessHours(zone="UTC")
ALL_HOURS = st.sampled_from([OFFICE, NIGHT, NEVER])
BAVARIA = PublicHolidays(
    country="DE",
    subdivision="BY",
    first_year=2026,
    last_year=2027,
    without=("*-01-06",),
    days={"2026-01-06": "Epiphany", "2026-04-06": "Easter Monday", "2027-05-01": "Labor Day"},
    source="holidays 0.109",
)
BAVARIA_LATER = replace(BAVARIA, last_year=2028, days={**BAVARIA.days, "2028-05-01": "Labor Day"})
ALL_PUBLIC = st.sampled_from([(), (BAVARIA,), (BAVARIA_LATER,), (BAVARIA, BAVARIA)])
ALL_NAMES = st.sampled_from([{}, {"*-12-25": "Christmas"}, {"2026-01-01": "Nothing there"}])
IMPORTED = Imported(digest="d" * 64, first_day="2026-01-01", last_day="2028-12-31", events=2)

BEA, CEM, DAN = (str(person(name)) for name in FOLK[1:])
CAB = OpenStage(
    name="CAB",
    voters=(BEA, CEM),
    quorum=quorum.All(),
    patience="1d",
    escalate_to=(DAN,),
)
BOARD = OpenStage(
    name="Board",
    voters=(CEM, DAN),
    quorum=quorum.Any(),
    patience="2h",
    on_timeout="approve",
)
OWN = OpenStage(
    name="Own",
    voters=(str(person("ann")),),
    quorum=quorum.Any(),
    patience="1d",
    on_timeout="reject",
)
OWNERS = OpenStage(
    name="Owners",
    voters=(BEA, DAN),
    quorum=quorum.Majority(abstain=False),
    patience="3d",
    on_timeout="fallback",
    after=(),
    remind=("4h", "1d"),
)
SIGNED = replace(OWNERS, needs_signature=True, on_timeout="reject")
STAGES = st.sampled_from(
    [
        (SIGNED,),
        (CAB, SIGNED),
        (CAB,),
        (CAB, BOARD),
        (BOARD, CAB),
        (CAB, OWNERS),
        (BOARD, OWNERS, replace(CAB, after=("Board", "Owners"))),
        (OWNERS, replace(BOARD, asks_managers=True, voters=())),
        (),
        (CAB, CAB),
        (OWN,),
    ]
)
TERMS = st.sampled_from(
    [
        Terms(repeat_voters=True),
        Terms(fallback=(DAN,), material=("risk", "title", "implementation_plan")),
        Terms(fallback=(DAN,), repeat_voters=True, material=("category",)),
        Terms(fallback=(BEA, CEM), managers={BEA: CEM, CEM: DAN}, exclude=(DAN,)),
        Terms(managers={BEA: CEM, DAN: CEM}),
    ]
)

BY_CAB, BY_BOARD = (
    Definition(
        subjects=("change",),
        when='subject.type == "normal"',
        stages=(
            Stage(
                name="CAB",
                approvers=("role:cab",),
                quorum=quorum.Count(2),
                patience="1d",
                on_timeout="reject",
            ),
        ),
    ),
    Definition(
        subjects=("change",),
        stages=(
            Stage(
                name="Board",
                approvers=("team:Board", "manager-of:requester"),
                quorum=quorum.Percent("66.7"),
                patience="4h",
                on_timeout="approve",
            ),
        ),
        calendar=record_id("CAL", 1),
        fallback=("person:bea",),
    ),
)
DEFINITIONS = st.sampled_from([BY_CAB, BY_BOARD, Definition(subjects=(), stages=())])
IN_FOUR_HOURS, AT_ONCE = (
    Agreement(
        calendar=record_id("CAL", 1),
        targets=(TargetPromise(name="resolution", budget="4h", pausing=("customer",)),),
    ),
    Agreement(
        calendar=record_id("CAL", 1),
        targets=(TargetPromise(name="first response", budget={1: "15m", 2: "1h"}),),
        priorities=(1, 2),
        escalation=(EscalationStep(target="first response", mark="75%", notify=("role:agent",)),),
    ),
)
REPLACE_A_DISK, RESTART = (
    Template(
        description="A disk that reports errors is replaced.",
        category="hardware",
        subcategory="disk",
        service="Storage",
        risk="low",
        implementation="Swap the disk in bay {bay} of {server}.",
        backout="Put the old disk back.",
        test="The array is whole again.",
        tasks=(
            PlannedTask(title="Order the disk", phase="before"),
            PlannedTask(title="Swap it", after=(1,), team=record_id("TEA", 1)),
        ),
        fields=(
            FormField(name="server", label="Server"),
            FormField(name="bay", label="Bay", choices=("1", "2")),
        ),
    ),
    Template(
        description="A service is restarted.",
        category="software",
        risk="moderate",
        implementation="Restart it.",
        backout="Restart it again.",
    ),
)
BY_TEST, BY_SIZE = (
    Questionnaire(
        questions=(
            Question(
                name="tested",
                text="Was it tested?",
                answers=(Answer(text="yes", score=0), Answer(text="no", score=8)),
            ),
        ),
        bands=(Band(score=0, risk="low"), Band(score=5, risk="high")),
        rules=(Rule(name="Storage", when='subject.category == "storage"', risk="moderate"),),
    ),
    Questionnaire(
        bands=(Band(score=0, risk="low"),),
        rules=(Rule(name="Many assets", when="subject.assets > 3", risk="very high"),),
        when='subject.type == "normal"',
        order=10,
    ),
)
QUESTIONNAIRES = st.sampled_from([BY_TEST, BY_SIZE, replace(BY_SIZE, bands=())])
MODEL = ModelInUse(record_id("RSK", 1), 1, BY_TEST)
IN_STORAGE = {"category": "storage"}
IN_BAY_1 = {"server": "db-1", "bay": "1"}
TEMPLATES = st.sampled_from([REPLACE_A_DISK, RESTART, replace(RESTART, category=" ")])
FREEZE, SATURDAYS = (
    Window(
        kind="freeze",
        reason="The books are closed.",
        start=datetime(2026, 12, 20, tzinfo=UTC),
        end=datetime(2027, 1, 4, tzinfo=UTC),
        services=("Ledger",),
        when='subject.risk != "low"',
    ),
    Window(
        kind="maintenance",
        reason="The shop is closed.",
        hours=BusinessHours(zone="Europe/Zurich", weekly={"sat": (("22:00", "04:00"),)}),
        assets=(record_id("AST", 1),),
        is_strict=False,
    ),
)
BUSY = Conflict(
    reason="implementer is busy",
    other=record_id("CHG", 2),
    start=datetime(2026, 12, 20, 8, tzinfo=UTC),
    end=datetime(2026, 12, 20, 9, tzinfo=UTC),
    things=(DAN,),
)
CHANGES = st.sampled_from([record_id("CHG", 1), record_id("CHG", 2), record_id("AST", 1)])
WINDOWS = st.sampled_from([FREEZE, SATURDAYS, replace(FREEZE, end=None)])
AGREEMENTS = st.sampled_from(
    [IN_FOUR_HOURS, AT_ONCE, Agreement(calendar=record_id("CAL", 1), targets=())]
)
COMMITMENTS = st.sampled_from(
    [
        (),
        (Commitment(name="resolution", budget="4h", pausing=("customer",)),),
        COMMITTED,
    ]
)
