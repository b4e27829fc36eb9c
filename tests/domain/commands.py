"""Arguments for every command of every kind, good and bad, for the tests that try anything."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain.aggregate import Aggregate
from domain.approval_process import ApprovalProcess
from domain.article import Article
from domain.asset import Asset, RelationType
from domain.asset_record import Cost
from domain.asset_reminders import ENDS
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.bulk_job import BulkJob, Result
from domain.bulk_job import Outcome as RowOutcome
from domain.cab_meeting import AgendaFilter, CabMeeting
from domain.calendar import Calendar
from domain.change import Change, ClosureCode, Outcome
from domain.change_template import ChangeTemplate
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList
from domain.contract import Contract
from domain.data_rule import DataRule
from domain.declared_view import DeclaredView
from domain.fulfilment_plan import PlannedTask
from domain.ids import record_id
from domain.incident import Channel, Incident, PendingReason
from domain.macro import Macro
from domain.offering import Offering
from domain.order_guide import OrderGuide
from domain.organisation import Organisation
from domain.person import Person, Role, Scope
from domain.problem import PendingReason as ProblemPendingReason
from domain.problem import Problem
from domain.purchase_lines import Line
from domain.purchase_order import PurchaseOrder
from domain.question import PendingReason as QuestionPendingReason
from domain.question import Question
from domain.read_log import ReadLog, Why
from domain.release import Release
from domain.release_phases import Outcome as PhaseOutcome
from domain.report_schedule import Contents, Delivery, ReportSchedule
from domain.rhythm import Rhythm
from domain.risk_model import RiskModel
from domain.saved_view import Asking, Mailing, SavedView
from domain.service import GATES, Service
from domain.service_level_policy import (
    Effects,
    ServiceLevelPolicy,
)
from domain.service_request import ServiceRequest
from domain.signature import Proven
from domain.subjects import WRITTEN
from domain.survey_policy import SurveyPolicy
from domain.tasks import PHASES
from domain.team import Team
from domain.text_module import TextModule
from domain.ticket import LinkType, Visibility
from domain.ticket_type import TicketType
from domain.update_template import UpdateTemplate
from domain.webhook import Webhook
from tests.domain.articles import CONTENTS
from tests.domain.asset_types import ATTRIBUTES, GIVEN, HARDWARE, HARDWARE_LATER, SCHEMAS
from tests.domain.assignment_rules import RULES
from tests.domain.declarations import DECLARATIONS
from tests.domain.examples import (
    AGREEMENTS,
    ALL_HOURS,
    ALL_NAMES,
    ALL_PUBLIC,
    BUSY,
    CHANGES,
    COMMITMENTS,
    DEFINITIONS,
    IMPORTED,
    IN_BAY_1,
    IN_STORAGE,
    MODEL,
    OFFICE,
    QUESTIONNAIRES,
    STAGES,
    TEMPLATES,
    TERMS,
    UPDATE_DUE,
    WINDOWS,
    digests,
    hours,
    levels,
    moments,
    organisations,
    others,
    people,
    teams,
    texts,
)
from tests.domain.offerings import ITEMS
from tests.domain.plain_definitions import CONDITIONS, GUIDES, MACROS, SURVEYS, TEXTS, UPDATES
from tests.domain.ticket_types import SITE_AND_MORE, SOME_VALUES, TYPES
from tests.people import MONDAY

LAPTOP_PLAN = (
    PlannedTask(title="Order it", team=record_id("TEA", 1), compensation="Send it back"),
    PlannedTask(title="Make an account", compensation="Remove the account"),
    PlannedTask(title="Hand it over", after=(1, 2), compensation="Fetch it"),
)

Arguments = SearchStrategy[dict[str, Any]]
last_days = moments.map(lambda moment: moment.date())
COME = tuple(record_id("AST", serial) for serial in (51, 52, 53))
BOUGHT = st.lists(
    st.sampled_from(
        [
            Line(item="Laptop", quantity=2, price=99900, asset_class="laptop", warranty_months=24),
            Line(item="Bag", quantity=1, price=2500),
            Line(item="Cable", quantity=0, price=100),
        ]
    ),
    max_size=2,
)
COSTS = st.sampled_from([None, Cost(Decimal("99.50"), "EUR"), Cost(Decimal("-1"), "euro")])


def said(**arguments: SearchStrategy[Any]) -> Arguments:
    return st.fixed_dictionaries(arguments)


def maybe(given: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.one_of(st.none(), given)


NOTHING = said()
REASON = said(reason=texts)
SCOPED = said(scopes=st.sampled_from([[], ["read"], ["read", "write"]]))
ROW_RESULTS = st.builds(
    Result,
    st.integers(0, 3),
    st.just("incident.log"),
    st.sampled_from(RowOutcome),
    st.none() | others,
    st.integers(0, 3),
)
MOVED = said(
    version=st.integers(0, 3),
    after=st.integers(1, 4).map(lambda serial: record_id("INC", serial)),
    seen=st.integers(0, 9),
    moved=st.integers(0, 9),
    is_done=st.booleans(),
)
SUBMISSION = said(
    process=maybe(st.just(record_id("APR", 1))),
    process_version=st.just(1),
    calendar=st.none(),
    calendar_version=st.just(0),
    hours=maybe(st.just(OFFICE)),
    stages=STAGES,
    terms=TERMS,
)
NUMBER = st.sampled_from([1, 1, 2, 2, 3, 9])
NUMBERS = st.lists(NUMBER, max_size=2)
ROUND_AND_STAGE = {
    "round": st.sampled_from([1, 1, 2, 3]),
    "stage": st.sampled_from(["CAB", "Board", "Owners", "None"]),
}
OPEN_STAGE = {
    "stage": st.sampled_from(["", "", "CAB", "Board", "Owners", "None"]),
    "hours": maybe(st.just(OFFICE)),
}
PHASE = st.sampled_from(["Pilot", "Pilot", "All", "Third", ""])
later = st.integers(0, 5).map(lambda days: datetime(2026, 4, 1 + days, tzinfo=UTC))
GATE = st.sampled_from([*GATES, "requirements", "none"])
CUSTOMERS = st.lists(organisations, max_size=2)
KNOWN = st.dictionaries(st.sampled_from([one.name for one in WRITTEN["change"]]), texts)
HOLDS: dict[str, Arguments] = {
    "place_legal_hold": REASON,
    "lift_legal_hold": REASON,
    "remove_words": said(part=st.sampled_from(["words", "files"]), days=st.sampled_from([1, 30])),
}
TICKET: dict[str, Arguments] = {
    "amend": said(
        title=maybe(texts),
        description=maybe(texts),
        details=maybe(st.dictionaries(texts, texts, max_size=3)),
    ),
    "categorise": said(category=texts, subcategory=texts, service=texts),
    "prioritise": said(impact=levels, urgency=levels),
    "assign": said(team=maybe(teams), assignee=maybe(people)),
    "comment": said(
        said=texts,
        visibility=st.sampled_from(Visibility),
        mentions=st.lists(people, max_size=2),
        teams=st.lists(teams, max_size=1),
    ),
    "acknowledge_mentions": NOTHING,
    "begin_edit": said(
        minutes=st.sampled_from([0, 15, 240, 241]), anyway=st.booleans(), locks=st.booleans()
    ),
    "break_lock": REASON,
    "end_edit": NOTHING,
    "prolong_edit": NOTHING,
    "require_unlocked": NOTHING,
    "apply_macro": said(macro=st.just(record_id("MAC", 1)), version=st.just(1)),
    "attach": said(
        name=texts,
        media_type=st.just("text/plain"),
        size=st.sampled_from([0, 1, 25 * 1024 * 1024, 25 * 1024 * 1024 + 1]),
        sha256=digests,
    ),
    "link": said(other=others, type=st.sampled_from(get_args(LinkType))),
    "unlink": said(other=others, type=st.sampled_from(get_args(LinkType))),
    "add_affected_person": said(person=people),
    "remove_affected_person": said(person=people),
    "watch": said(person=people),
    "unwatch": said(person=people),
    "change_requester": said(requester=people, organisation=organisations, reason=texts),
    "set_fields": said(
        values=SOME_VALUES,
        definitions=st.just(SITE_AND_MORE.fields),
        type=st.just(record_id("TYP", 1)),
        type_version=st.sampled_from([1, 2]),
    ),
    **HOLDS,
    "add_item": said(title=texts, assignee=maybe(people)),
    "remove_item": said(number=NUMBER),
    "complete_item": said(number=NUMBER),
    "reopen_item": said(number=NUMBER),
    "book_time": said(
        minutes=st.sampled_from([0, 1, 30, 1_441]),
        activity=texts,
        is_billable=st.booleans(),
        day=maybe(moments.map(datetime.date)),
        note=texts,
    ),
    "correct_time": said(
        number=NUMBER,
        minutes=st.sampled_from([-1, 0, 15, 30]),
        is_billable=maybe(st.booleans()),
        reason=texts,
    ),
}
RATING: dict[str, Arguments] = {
    "plan_survey": said(
        policy=st.just(record_id("SUR", 1)), version=st.just(1), asks_at=maybe(moments)
    ),
    "ask_rating": said(until=moments, remind_at=maybe(moments)),
    "leave_out_rating": NOTHING,
    "remind_of_rating": NOTHING,
    "rate": said(score=st.sampled_from([0, 1, 5, 6]), comment=texts),
}
TASKS: dict[str, Arguments] = {
    "order_task": said(number=NUMBER, after=NUMBERS),
    "assign_task": said(number=NUMBER, team=maybe(teams), assignee=maybe(people)),
    "start_task": said(number=NUMBER),
    "complete_task": said(number=NUMBER, note=texts),
    "cancel_task": said(number=NUMBER, reason=texts),
}
"""What is done about the tasks of a ticket."""
NEW_TICKET = {
    "title": texts,
    "description": texts,
    "requester": maybe(people),
    "organisation": maybe(organisations),
}

MERGING: dict[str, Arguments] = {
    "merge": said(into=others),
    "unmerge": NOTHING,
    "absorb": said(other=others),
    "release": said(other=others),
    "split_off": said(part=others, comments=st.lists(st.integers(1, 5), max_size=3)),
    "begin_split": said(source=others, comments=st.lists(st.integers(1, 5), max_size=3)),
    "undo_split": NOTHING,
    "take_back": said(part=others),
}
WORKAROUNDS: dict[str, Arguments] = {
    "give_workaround": said(
        problem=st.sampled_from([record_id("PRB", 1), record_id("PRB", 2)]),
        number=st.integers(1, 3),
        said=texts,
        author=people.map(str),
        visibility=st.sampled_from(Visibility),
    ),
}
HAND_OVER: dict[str, Arguments] = {
    "escalate_functionally": said(
        team=teams,
        support_level=st.sampled_from([1, 2, 3, 4]),
        reason=texts,
        assignee=maybe(people),
    ),
}
CADENCES = st.sampled_from(["", "30m", "1h", "1m", "often"])
DUES = st.sampled_from([UPDATE_DUE, MONDAY])
MAJOR: dict[str, Arguments] = {
    "propose_major_incident": REASON,
    "promote": said(reason=texts, update_every=CADENCES),
    "decline_promotion": REASON,
    "stand_down": REASON,
    "give_major_role": said(
        role=st.sampled_from(["communications", "incident manager", "cook"]), person=people
    ),
    "name_affected_services": said(services=st.lists(texts, max_size=2)),
    "update_stakeholders": said(
        said=texts,
        template=maybe(st.just(record_id("UPT", 1))),
        template_version=maybe(st.just(2)),
    ),
    "set_update_cadence": said(every=CADENCES),
    "remind_of_update": said(due=DUES, told=st.lists(people, max_size=1)),
    "miss_update": said(due=DUES, told=st.lists(people, max_size=1)),
    "note_on_timeline": said(said=texts, happened_at=maybe(hours)),
    "begin_review": NOTHING,
    "add_review_action": said(title=texts, owner=people),
    "complete_review_action": said(number=st.integers(1, 2)),
    "complete_review": said(summary=texts, cause=texts),
}
PROMISES: dict[str, Arguments] = {
    "escalate_hierarchically": said(
        to=st.lists(people, max_size=2), level=st.sampled_from([0, 1, 2, 3]), reason=texts
    ),
    "acknowledge_escalation": NOTHING,
    "apply_rule": said(
        rule=st.just(record_id("RUL", 1)),
        version=st.just(1),
        trigger=st.just("logged"),
        did=st.sampled_from([(), ("assign",)]),
        refused=st.sampled_from([(), ("notify: No.",)]),
        told=st.lists(people, max_size=2),
    ),
    "take_escalation_step": said(
        round=st.sampled_from([1, 1, 2]),
        target=st.sampled_from(["resolution", "Network: resolution"]),
        mark=st.sampled_from(["75%", "100%"]),
        step=st.sampled_from([1, 2]),
        did=st.just(("notify",)),
        refused=st.sampled_from([(), ("reassign: No.",)]),
    ),
    "apply_service_level": st.one_of(
        said(
            policy=st.just(record_id("SLP", 1)),
            policy_version=st.just(1),
            calendar=st.just(record_id("CAL", 1)),
            calendar_version=st.just(1),
            commitments=COMMITMENTS,
        ),
        said(
            policy=st.just(record_id("SLP", 2)),
            policy_version=st.just(1),
            calendar=st.just(record_id("CAL", 1)),
            calendar_version=st.just(1),
            kind=st.sampled_from(["SLA", "OLA", "contract", "OLA"]),
            label=st.sampled_from(["Network", "Network", ""]),
            zone=st.sampled_from(["", "Asia/Tokyo"]),
            commitments=COMMITMENTS,
        ),
    ),
    "mark": said(
        target=st.sampled_from(["first response", "resolution", "none", "Network: resolution"]),
        mark=st.sampled_from(["75%", "100%"]),
        round=st.sampled_from([0, 1, 1, 2]),
        due=moments,
    ),
    "note_pause": said(
        reason=st.sampled_from(["customer", "vendor", "weather"]), since=hours, until=hours
    ),
}

ROUND: dict[str, Arguments] = {
    "vote": said(
        vote=st.sampled_from(["approve", "approve", "reject", "abstain"]),
        comment=texts,
        conditions=st.lists(texts, max_size=2),
        proven=maybe(st.just(Proven(method="password", at=MONDAY))),
        **OPEN_STAGE,
    ),
    "retract_vote": said(reason=texts, **OPEN_STAGE),
    "hand_on_vote": said(to=people, reason=texts, **OPEN_STAGE),
    "reassign_vote": said(voter=people, to=people, reason=texts, **OPEN_STAGE),
    "add_approver": said(person=people, reason=texts, **OPEN_STAGE),
    "migrate_approval": said(
        to_version=st.sampled_from([2, 3]),
        stages=STAGES,
        terms=TERMS,
        hours=maybe(st.just(OFFICE)),
        mapping=st.sampled_from([{}, {}, {"CAB": "Board"}, {"Owners": "CAB", "CAB": "Owners"}]),
    ),
    "request_information": said(question=texts, stage=OPEN_STAGE["stage"]),
    "provide_information": said(answer=texts, **OPEN_STAGE),
    "remind": said(**ROUND_AND_STAGE, number=st.sampled_from([0, 0, 1, 2])),
    "escalate_stage": said(
        **ROUND_AND_STAGE,
        to=st.lists(people.map(str), max_size=3),
        hours=maybe(st.just(OFFICE)),
    ),
    "time_out_stage": said(**ROUND_AND_STAGE, hours=maybe(st.just(OFFICE))),
    "hold_approval": said(window=st.sampled_from([record_id("WIN", 1), record_id("WIN", 2)])),
    "resume_approval": said(
        window=st.sampled_from([record_id("WIN", 1), record_id("WIN", 2)]),
        hours=maybe(st.just(OFFICE)),
    ),
}
"""What is done in rounds of approval."""


def of_definitions(definitions: SearchStrategy[Any]) -> dict[str, Arguments]:
    """What is done to definitions that are published by version."""
    return {
        **ROUND,
        "revise": said(definition=definitions),
        "adopt": NOTHING,
        "submit": SUBMISSION,
        "withdraw": REASON,
        "comment": said(said=texts),
        "publish": NOTHING,
        "put_off": REASON,
        "retire": said(reason=texts),
    }


MAILINGS = st.builds(
    Mailing,
    every=st.sampled_from(["change", "day", "week"]),
    at=st.sampled_from(["08:00", "8:00"]),
    weekday=st.sampled_from(["MO", "SU"]),
)
ASKINGS = st.builds(
    Asking,
    filter=st.sampled_from(["", "is_open", "x" * 2_001]),
    q=texts,
    sort=st.sampled_from(["", "-due,number"]),
    fields=st.sampled_from([(), ("number", "title")]),
)

SCHEDULED: dict[str, SearchStrategy[Any]] = {
    "name": texts,
    "contents": st.sampled_from(
        [
            Contents(report="backlog", by=("team",), filters={"kind": "incident"}),
            Contents(view=record_id("VIE", 1)),
            Contents(report="backlog", view=record_id("VIE", 1)),
            Contents(),
        ]
    ),
    "rhythm": st.builds(
        Rhythm,
        every=st.sampled_from(["day", "week", "month"]),
        at=st.sampled_from(["08:00", "8"]),
        day=st.sampled_from([1, 31, 32]),
    ),
    "zone": st.sampled_from(["UTC", "Europe/Rome", "Nowhere"]),
    "people": st.lists(people, max_size=2),
    "teams": st.lists(teams, max_size=2),
}
SENT: dict[str, SearchStrategy[Any]] = {
    "url": st.sampled_from(
        ["https://example.org/hooks", "http://[::1]:8080/", "ftp://example.org", "https://"]
    ),
    "description": texts,
    "types": st.sampled_from([(), ("Incident.Logged",)]),
    "kinds": st.sampled_from([(), ("incident",), ("incident",) * 51]),
    "subjects": st.lists(CHANGES, max_size=2),
}
CHOICES = st.lists(st.sampled_from(["4001", "4002", " 4003 ", "a\nb", ""]), max_size=4)

COMMANDS: dict[type[Aggregate], dict[str, Arguments]] = {
    ApprovalProcess: of_definitions(DEFINITIONS),
    Article: {
        **of_definitions(CONTENTS),
        "request_review": NOTHING,
        "send_back": REASON,
        "fall_due": NOTHING,
        "confirm": NOTHING,
        "give_feedback": said(helpful=st.booleans(), comment=texts),
        "deflect": said(shown=st.sampled_from([(), (record_id("KBA", 2),) * 2, range(21)])),
        "answer": said(ticket=others),
        "withdraw_answer": said(ticket=others),
        **HOLDS,
    },
    AssetType: {
        "extend": said(extension=st.sampled_from([record_id("ATY", 1), record_id("ATY", 9)])),
        "revise": said(attributes=ATTRIBUTES),
        "inherit": said(parent=st.sampled_from([HARDWARE, HARDWARE_LATER])),
        "retire": NOTHING,
    },
    Asset: {
        "receive": NOTHING,
        "classify": said(schema=SCHEMAS, attributes=GIVEN),
        "set_attributes": said(schema=SCHEMAS, changes=GIVEN),
        "describe": said(
            owner=maybe(people),
            location=maybe(texts),
            cost=maybe(st.just(Cost(Decimal("9.50"), "EUR"))),
            supplier=maybe(texts),
            contract=maybe(texts),
            ends=maybe(st.dictionaries(st.sampled_from(ENDS), maybe(st.dates()), max_size=2)),
        ),
        "group": said(
            name=st.sampled_from(["Hosts", "Disks", ""]),
            members=st.lists(others, max_size=3),
            needed=st.sampled_from([0, 1, 1, 2]),
        ),
        "note_plan": said(change=CHANGES),
        "remind_of_ends": NOTHING,
        "note_drift": said(
            attribute=st.sampled_from(["serial", "memory"]),
            found=st.sampled_from(["S1", "S9", 64]),
            source=st.just("scan"),
        ),
        "clear_drift": said(
            attribute=st.sampled_from(["serial", "memory"]), source=st.just("scan")
        ),
        "entitle": said(installations=st.sampled_from([-1, 0, 50])),
        "amend": said(details=st.dictionaries(texts, texts, max_size=3)),
        "relate": said(other=others, type=st.sampled_from(get_args(RelationType))),
        "unrelate": said(other=others, type=st.sampled_from(get_args(RelationType))),
        "issue": said(to=people),
        "return_": said(condition=texts),
        "repair": said(vendor=texts, reason=texts),
        "complete_repair": NOTHING,
        "retire": REASON,
        "dispose": said(method=texts),
        **ROUND,
        "propose": st.one_of(
            said(act=st.just("issue"), to=people),
            said(act=st.just("repair"), vendor=texts, reason=texts),
            said(act=st.just("retire"), reason=texts),
            said(act=st.just("dispose"), method=texts),
            said(act=st.sampled_from(["return", "retire"]), to=maybe(people), method=texts),
        ),
        "submit": SUBMISSION,
        "withdraw": REASON,
        "carry_out": NOTHING,
        "let_lapse": REASON,
    },
    ReadLog: {
        "note": said(
            act=st.just("person.read_history"),
            place=st.just("/api/v1/people/PER0000001/history"),
            why=st.lists(st.sampled_from(Why), max_size=2, unique=True),
            subject=maybe(people),
            asked=st.sampled_from([{}, {"as_of": "@7"}]),
            address=st.sampled_from(["", "192.0.2.7"]),
        ),
    },
    CabMeeting: {
        "reschedule": said(start=moments, end=moments),
        "fix_agenda": said(changes=st.lists(CHANGES, max_size=3)),
        "open": said(present=st.lists(people, max_size=3)),
        "record_vote": said(
            change=CHANGES,
            member=people,
            vote=st.sampled_from(["approve", "reject", "abstain", "maybe"]),
        ),
        "minute": said(change=CHANGES, said=texts),
        "close": NOTHING,
        "cancel": REASON,
    },
    Calendar: {
        "revise": said(
            hours=ALL_HOURS,
            names=maybe(ALL_NAMES),
            public_holidays=maybe(ALL_PUBLIC),
            applies_to=st.sampled_from(["new", "open"]),
        ),
        "note_moved": MOVED,
        "renew_holidays": said(public_holidays=ALL_PUBLIC),
        "import_file": said(hours=ALL_HOURS, names=ALL_NAMES, imported=st.just(IMPORTED)),
        "retire": NOTHING,
    },
    Change: {
        **TICKET,
        **PROMISES,
        "classify": said(type=st.sampled_from(["standard", "normal", "emergency"])),
        "assess_risk": st.one_of(
            said(impact=levels, likelihood=levels),
            said(
                model=st.just(MODEL),
                answers=st.sampled_from([{}, {"tested": "yes"}, {"tested": "no"}]),
                facts=st.just(IN_STORAGE),
            ),
        ),
        "reassess_risk": said(
            model=st.just(MODEL), facts=st.sampled_from([IN_STORAGE, {"category": ""}])
        ),
        "amend": said(
            title=maybe(texts),
            description=maybe(texts),
            details=maybe(st.dictionaries(texts, texts, max_size=3)),
            reason=maybe(texts),
            known=KNOWN,
        ),
        "plan": said(implementation=texts, backout=texts, test=texts, known=KNOWN),
        "plan_attributes": said(
            asset=others, attributes=st.sampled_from([{}, {"memory": 64}, {"serial": "S2"}])
        ),
        "apply_template": said(
            template=st.just(record_id("TPL", 1)),
            version=st.just(1),
            definition=TEMPLATES,
            form=st.sampled_from([{}, IN_BAY_1]),
        ),
        "affect": said(asset=others),
        "unaffect": said(asset=others),
        "add_task": said(
            title=texts,
            phase=st.sampled_from(PHASES),
            after=NUMBERS,
            team=maybe(teams),
            assignee=maybe(people),
        ),
        **TASKS,
        "submit": SUBMISSION,
        **ROUND,
        "request_time": said(start=moments, end=moments),
        "schedule": said(start=moments, end=moments),
        "note_conflicts": said(
            occasion=st.sampled_from(["approval", "scheduling"]),
            conflicts=st.sampled_from([(), (BUSY,), (BUSY,) * 201]),
            start=st.just(BUSY.start),
            end=st.just(BUSY.end),
        ),
        "start_implementation": said(hours=maybe(st.just(OFFICE))),
        "note_overdue": NOTHING,
        "complete_implementation": said(outcome=st.sampled_from(get_args(Outcome))),
        "back_out": REASON,
        "review": said(outcome=st.sampled_from(get_args(Outcome)), notes=texts),
        "close": said(code=st.sampled_from([*get_args(ClosureCode), "done"])),
        "make_template": said(template=st.sampled_from([record_id("TPL", 1), record_id("TPL", 2)])),
        "withdraw": REASON,
        "cancel": REASON,
    },
    ChangeTemplate: of_definitions(TEMPLATES),
    ChangeWindow: {
        **of_definitions(WINDOWS),
        "except_change": said(change=CHANGES, reason=texts),
        "withdraw_exception": said(change=CHANGES),
    },
    Incident: {
        **TICKET,
        **RATING,
        **PROMISES,
        **MERGING,
        **MAJOR,
        **WORKAROUNDS,
        "start": NOTHING,
        "respond": NOTHING,
        **HAND_OVER,
        "pend": said(reason=st.sampled_from(get_args(PendingReason)), note=texts),
        "resume": NOTHING,
        "resolve": said(code=texts, resolution=texts),
        "reopen": REASON,
        "close": NOTHING,
        "cancel": REASON,
    },
    Offering: of_definitions(ITEMS),
    Organisation: {
        "rename": said(name=texts),
        "locate": said(zone=st.sampled_from(["Europe/Zurich", "Mars"])),
        "set_retention": said(days=st.sampled_from([None, 0, 30, 40_000])),
        "set_words_retention": said(
            kind=st.sampled_from(["incident", "article"]),
            days=st.sampled_from([None, 0, 30, 40_000]),
            files_days=st.sampled_from([None, 0, 10, 30, 40_000]),
        ),
        "deactivate": NOTHING,
    },
    Person: {
        "amend": said(
            name=maybe(texts),
            email=maybe(st.one_of(st.just("ann@example.org"), texts)),
            language=maybe(st.sampled_from(["en", "de-CH", "English"])),
            zone=maybe(st.sampled_from(["UTC", "Europe/Zurich", "Mars"])),
        ),
        "move": said(organisation=organisations),
        "set_manager": said(manager=maybe(people)),
        "set_skills": said(skills=st.lists(texts, max_size=3)),
        "grant_role": said(role=st.sampled_from(Role)),
        "revoke_role": said(role=st.sampled_from(Role)),
        "deactivate": REASON,
        "reactivate": NOTHING,
        "place_legal_hold": REASON,
        "lift_legal_hold": REASON,
        "request_erasure": REASON,
        "withdraw_erasure": NOTHING,
        "erase": NOTHING,
        "delegate": said(
            to=people,
            start=moments,
            end=moments,
            risks=st.sets(st.sampled_from(["low", "high"])),
            process=maybe(st.just(record_id("APR", 1))),
            reason=texts,
        ),
        "end_delegation": said(number=st.sampled_from([1, 1, 2, 9])),
        "set_password": said(hash=st.sampled_from(["$argon2id$a", "$argon2id$b", "secret", ""])),
        "issue_token": said(
            token_id=st.integers(1, 3).map(lambda number: UUID(int=number)),
            digest=digests,
            hint=texts,
            name=texts,
            scopes=st.sets(st.sampled_from(Scope)),
            expires=maybe(moments),
        ),
        "open_feed": said(
            token_id=st.integers(1, 3).map(lambda number: UUID(int=number)),
            digest=digests,
            hint=texts,
            name=texts,
            calendar=st.just(record_id("CAL", 1)),
            with_windows=st.booleans(),
            expires=maybe(moments),
        ),
        "revoke_token": said(token_id=st.integers(1, 3).map(lambda number: UUID(int=number))),
    },
    Problem: {
        **TICKET,
        **MERGING,
        "investigate": NOTHING,
        "add_task": said(title=texts, after=NUMBERS, team=maybe(teams), assignee=maybe(people)),
        **TASKS,
        "note_symptom": said(symptom=texts),
        "plan_fix": said(change=CHANGES),
        "review": said(notes=texts),
        "accept": NOTHING,
        "decline": REASON,
        "document_workaround": said(workaround=texts, visibility=st.sampled_from(Visibility)),
        "identify_cause": said(cause=texts),
        "declare_known_error": NOTHING,
        "pend": said(reason=st.sampled_from(get_args(ProblemPendingReason)), note=texts),
        "resume": NOTHING,
        "resolve": said(code=texts, resolution=texts),
        "reopen": REASON,
        "close": NOTHING,
        "cancel": REASON,
    },
    Question: {
        **TICKET,
        **HAND_OVER,
        **RATING,
        **PROMISES,
        **MERGING,
        "start": NOTHING,
        "pend": said(reason=st.sampled_from(get_args(QuestionPendingReason)), note=texts),
        "resume": NOTHING,
        "give_answer": said(
            answer=texts,
            source=maybe(others),
            address=st.sampled_from(
                ["", "", "https://example.org/a", "javascript:a", "http://a b"]
            ),
        ),
        "ask_again": said(question=texts),
        "close": NOTHING,
        "cancel": REASON,
    },
    AssignmentRule: {
        **of_definitions(st.sampled_from(RULES)),
        "take_turn": said(person=people, ticket=others),
    },
    Release: {
        **ROUND,
        "amend": said(
            name=maybe(texts),
            description=maybe(texts),
            backout=maybe(texts),
            service=maybe(texts),
            owner=maybe(people),
        ),
        "comment": said(said=texts),
        "add_phase": said(
            name=PHASE, start=later, end=later, changes=st.lists(CHANGES, max_size=2)
        ),
        "plan_phase": said(
            number=NUMBER, start=later, end=later, changes=st.lists(CHANGES, max_size=2)
        ),
        "write_gate": said(gate=PHASE, said=texts),
        "take_up": said(gate=PHASE),
        "submit": SUBMISSION,
        "withdraw": REASON,
        "pass_gate": said(note=texts),
        "start_phase": said(number=NUMBER),
        "complete_phase": said(
            number=NUMBER, outcome=st.sampled_from([*get_args(PhaseOutcome), "?"]), notes=texts
        ),
        "stop": REASON,
        "resume": REASON,
        "back_out": REASON,
        "cancel": REASON,
    },
    RiskModel: of_definitions(QUESTIONNAIRES),
    Service: {
        **ROUND,
        "amend": said(
            name=maybe(texts),
            description=maybe(texts),
            owner=maybe(people),
            team=maybe(teams),
            criticality=maybe(st.sampled_from(["low", "critical", "none"])),
            customers=maybe(CUSTOMERS),
        ),
        "comment": said(said=texts),
        "write_gate": said(gate=GATE, said=texts),
        "take_up": said(gate=GATE),
        "submit": SUBMISSION,
        "withdraw": REASON,
        "pass_gate": said(note=texts),
        "begin_design": NOTHING,
        "charter": NOTHING,
        "redesign": REASON,
        "go_live": NOTHING,
        "begin_retirement": REASON,
        "keep": REASON,
        "retire": REASON,
    },
    ServiceLevelPolicy: {
        **of_definitions(AGREEMENTS),
        "choose_tickets": said(applies_to=st.sampled_from(["new", "open"])),
        "publish": said(applies_to=st.sampled_from(["new", "open", None])),
        "note_moved": MOVED,
        "what_if": said(
            digest=st.just("0" * 64), effects=st.builds(Effects, tickets=st.integers(0, 9))
        ),
    },
    ServiceRequest: {
        **TICKET,
        **HAND_OVER,
        **RATING,
        **PROMISES,
        **MERGING,
        "amend": said(
            title=maybe(texts),
            description=maybe(texts),
            details=maybe(st.dictionaries(texts, texts, max_size=3)),
            known=KNOWN,
        ),
        "submit": SUBMISSION,
        **ROUND,
        "add_task": said(title=texts, after=NUMBERS, team=maybe(teams), assignee=maybe(people)),
        **TASKS,
        "start_fulfilment": said(needs_approval=st.booleans()),
        "pend": said(reason=st.sampled_from(get_args(PendingReason)), note=texts),
        "resume": NOTHING,
        "fulfil": said(fulfilment=texts),
        "reopen": REASON,
        "close": NOTHING,
        "cancel": REASON,
    },
    TicketType: {"revise": said(definition=TYPES)},
    SurveyPolicy: {"revise": said(name=texts, definition=SURVEYS), "retire": NOTHING},
    TextModule: {"revise": said(name=texts, definition=TEXTS), "retire": NOTHING},
    UpdateTemplate: {"revise": said(name=texts, definition=UPDATES), "retire": NOTHING},
    Macro: {"revise": said(name=texts, definition=MACROS), "retire": NOTHING},
    OrderGuide: {"revise": said(name=texts, definition=GUIDES), "retire": NOTHING},
    DataRule: {"revise": said(name=texts, definition=CONDITIONS), "retire": NOTHING},
    ChoiceList: {"replace": said(choices=CHOICES), "retire": NOTHING},
    PurchaseOrder: {
        "amend": said(
            supplier=maybe(texts),
            reference=maybe(texts),
            owner=maybe(people),
            lines=maybe(BOUGHT),
        ),
        "place": said(expected_on=maybe(last_days)),
        "expect": said(day=last_days),
        "receive": said(
            line=st.integers(0, 2),
            quantity=st.integers(0, 3),
            assets=st.sampled_from([(), (), COME[:1], COME[:2], COME[1:]]),
            delivery=texts,
        ),
        "send_back": said(
            line=st.integers(0, 2),
            quantity=st.integers(0, 2),
            assets=st.sampled_from([(), COME[:1], COME[:2], COME[1:]]),
            reason=texts,
        ),
        "close": NOTHING,
        "cancel": REASON,
        "remind_of_ends": NOTHING,
    },
    Contract: {
        "amend": said(
            name=maybe(texts),
            reference=maybe(texts),
            owner=maybe(people),
            notice_days=st.sampled_from([None, 0, 90, -1]),
            cost=COSTS,
            billing=st.sampled_from([None, "monthly"]),
        ),
        "cover": said(assets=st.lists(others, max_size=3)),
        "sign": NOTHING,
        "renew": said(last_day=last_days, cost=COSTS),
        "remind_of_ends": NOTHING,
        "end": REASON,
    },
    DeclaredView: {"revise": said(title=texts, definition=DECLARATIONS), "retire": NOTHING},
    SavedView: {
        "amend": said(name=texts, asking=ASKINGS),
        "share": said(
            shared_with=st.sampled_from(["nobody", "team", "organisation"]), team=maybe(teams)
        ),
        "subscribe": said(person=people, mailing=maybe(MAILINGS)),
        "unsubscribe": said(
            person=people, because=st.sampled_from(["asked", "may not use it any more"])
        ),
        "remove": NOTHING,
    },
    Team: {
        "rename": said(name=texts),
        "add_member": said(person=people, is_lead=st.booleans()),
        "remove_member": said(person=people),
        "disband": NOTHING,
    },
    BulkJob: {
        "record_rows": said(
            results=st.lists(ROW_RESULTS, max_size=3, unique_by=lambda result: result.row),
            problems=st.dictionaries(st.sampled_from(["1", "2"]), st.just({"code": "refused"})),
        ),
        "start": SCOPED,
        "retry": SCOPED,
        "preview_undo": SCOPED,
        "undo": SCOPED,
        "stop": REASON,
        "give_up": REASON,
        "finish": NOTHING,
    },
    ReportSchedule: {
        "amend": said(**SCHEDULED),
        "pause": NOTHING,
        "resume": NOTHING,
        "fall_due": said(
            moment=moments, position=st.just(118), recipients=st.lists(people, max_size=3)
        ),
        "run_now": said(person=people, position=st.just(118)),
        "note_delivery": said(
            delivery=st.builds(
                Delivery,
                person=people,
                moment=moments,
                position=st.just(118),
                since=moments,
                is_preview=st.booleans(),
            ),
            outcome=st.sampled_from(["sent", "withheld", "failed"]),
        ),
        "end": NOTHING,
    },
    Webhook: {
        "amend": said(**SENT),
        "rotate_secret": said(overlap_hours=st.sampled_from([-1, 0, 24, 169])),
        "test": NOTHING,
        "rewind": said(after=st.integers(-1, 9)),
        "disable": REASON,
        "enable": NOTHING,
        "give_up": said(reason=texts, failing_since=moments),
        "remove": NOTHING,
    },
}

OTHER_BEGINNINGS: dict[type[Aggregate], set[str]] = {Problem: {"propose"}}
"""With what records begin besides; their stories tell of it."""
BEGINNINGS: dict[type[Aggregate], tuple[str, Arguments]] = {
    ApprovalProcess: ("draft", said(name=texts, definition=DEFINITIONS)),
    Article: (
        "draft",
        said(
            definition=CONTENTS,
            translation_of=st.sampled_from([None, None, None, record_id("KBA", 2)]),
            ticket=maybe(others),
        ),
    ),
    Asset: (
        "register",
        said(
            name=texts,
            asset_class=texts,
            tag=texts,
            organisation=maybe(organisations),
            service=texts,
            owner=maybe(people),
            is_ordered=st.booleans(),
        ),
    ),
    AssetType: (
        "define",
        said(name=texts, parent=st.sampled_from([None, HARDWARE]), attributes=ATTRIBUTES),
    ),
    ReadLog: ("open", said(process=st.just("api-1"))),
    CabMeeting: (
        "schedule",
        said(
            title=texts,
            team=teams,
            chair=people,
            start=moments,
            end=moments,
            filter=st.sampled_from([AgendaFilter(), AgendaFilter(statuses=())]),
        ),
    ),
    Calendar: (
        "define",
        said(name=texts, hours=ALL_HOURS, names=ALL_NAMES, public_holidays=ALL_PUBLIC),
    ),
    Change: (
        "propose",
        said(
            **NEW_TICKET,
            type=st.sampled_from(["standard", "normal", "normal", "emergency"]),
            reason=texts,
        ),
    ),
    ChangeTemplate: ("draft", said(name=texts, definition=TEMPLATES)),
    ChangeWindow: ("draft", said(name=texts, definition=WINDOWS)),
    Incident: ("log", said(**NEW_TICKET, channel=st.sampled_from(get_args(Channel)))),
    Offering: ("draft", said(name=texts, definition=ITEMS)),
    Organisation: (
        "register",
        said(name=texts, is_operator=st.booleans(), parent=maybe(organisations)),
    ),
    Person: (
        "register",
        said(
            username=texts,
            name=texts,
            email=st.one_of(st.just("ann@example.org"), texts),
            organisation=organisations,
            manager=maybe(people),
            roles=st.sets(st.sampled_from(Role)),
        ),
    ),
    Problem: ("raise_", said(**NEW_TICKET)),
    Question: ("ask", said(**NEW_TICKET, channel=st.sampled_from(get_args(Channel)))),
    AssignmentRule: ("draft", said(name=texts, definition=st.sampled_from(RULES))),
    Release: (
        "plan",
        said(name=texts, description=texts, backout=texts, service=texts, owner=maybe(people)),
    ),
    RiskModel: ("draft", said(name=texts, definition=QUESTIONNAIRES)),
    Service: (
        "propose",
        said(
            name=texts,
            description=texts,
            owner=maybe(people),
            team=maybe(teams),
            criticality=st.sampled_from(["low", "critical", "none"]),
            customers=CUSTOMERS,
        ),
    ),
    ServiceLevelPolicy: ("draft", said(name=texts, definition=AGREEMENTS)),
    ServiceRequest: (
        "order",
        said(
            **NEW_TICKET,
            channel=st.sampled_from(get_args(Channel)),
            offering=maybe(st.just(record_id("OFR", 1))),
            offering_version=st.sampled_from([0, 1]),
            plan=st.sampled_from([(), (), LAPTOP_PLAN, LAPTOP_PLAN[:1]]),
            form=st.dictionaries(texts, st.one_of(texts, st.booleans(), st.integers()), max_size=2),
        ),
    ),
    SurveyPolicy: ("define", said(name=texts, definition=SURVEYS)),
    TextModule: ("define", said(name=texts, definition=TEXTS)),
    UpdateTemplate: ("define", said(name=texts, definition=UPDATES)),
    Macro: ("define", said(name=texts, definition=MACROS)),
    OrderGuide: ("define", said(name=texts, definition=GUIDES)),
    DataRule: ("define", said(name=texts, definition=CONDITIONS)),
    ChoiceList: ("define", said(name=texts, choices=CHOICES, source=texts)),
    PurchaseOrder: (
        "draft",
        said(
            supplier=texts,
            currency=st.sampled_from(["EUR", "EUR", "euro"]),
            lines=BOUGHT,
            owner=maybe(people),
            expected_on=maybe(last_days),
        ),
    ),
    Contract: (
        "draft",
        said(
            name=texts,
            supplier=texts,
            kind=st.sampled_from(["lease", "other"]),
            owner=maybe(people),
            starts=maybe(last_days),
            last_day=maybe(last_days),
            notice_days=st.sampled_from([0, 90, -1]),
            cost=COSTS,
        ),
    ),
    BulkJob: (
        "propose",
        said(
            name=texts,
            media_type=st.just("text/csv"),
            size=st.sampled_from([0, 1, 118]),
            sha256=digests,
            rows=st.integers(0, 3),
            act=st.sampled_from(["", "incident.log"]),
            owner=people,
            organisation=organisations,
            scopes=st.just(["write"]),
        ),
    ),
    ReportSchedule: (
        "define",
        said(**SCHEDULED, owner=people, organisation=organisations),
    ),
    Webhook: (
        "register",
        said(
            **SENT,
            after=st.sampled_from([None, 0, 118]),
            owner=people,
            organisation=organisations,
        ),
    ),
    TicketType: (
        "define",
        said(
            ticket=st.sampled_from(["incident", "question", "change", "asset"]),
            definition=TYPES,
        ),
    ),
    DeclaredView: (
        "declare",
        said(
            name=st.sampled_from(["mine", "by_team", "By team", "", "x" * 41]),
            title=texts,
            definition=DECLARATIONS,
        ),
    ),
    SavedView: (
        "save",
        said(
            owner=people,
            organisation=organisations,
            name=texts,
            list=st.sampled_from(["incidents", "queue"]),
            asking=ASKINGS,
        ),
    ),
    Team: (
        "form",
        said(
            name=texts,
            organisation=maybe(organisations),
            support_level=levels,
            description=texts,
        ),
    ),
}
