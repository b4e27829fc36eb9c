"""With what records of every kind begin, for the tests that try anything."""

from typing import get_args

from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.approval_process import ApprovalProcess
from domain.article import Article
from domain.asset import Asset
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.bulk_job import BulkJob
from domain.cab_meeting import AgendaFilter, CabMeeting
from domain.calendar import Calendar
from domain.change import Change
from domain.change_template import ChangeTemplate
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList
from domain.contract import Contract
from domain.data_rule import DataRule
from domain.declared_view import DeclaredView
from domain.ids import record_id
from domain.incident import Channel, Incident
from domain.macro import Macro
from domain.offering import Offering
from domain.order_guide import OrderGuide
from domain.organisation import Organisation
from domain.person import Person, Role
from domain.problem import Problem
from domain.purchase_order import PurchaseOrder
from domain.question import Question
from domain.read_log import ReadLog
from domain.release import Release
from domain.report_schedule import ReportSchedule
from domain.risk_model import RiskModel
from domain.saved_view import SavedView
from domain.service import Service
from domain.service_level_policy import (
    ServiceLevelPolicy,
)
from domain.service_request import ServiceRequest
from domain.survey_policy import SurveyPolicy
from domain.team import Team
from domain.text_module import TextModule
from domain.ticket_type import TicketType
from domain.update_template import UpdateTemplate
from domain.webhook import Webhook
from tests.domain.arguments import (
    ASKINGS,
    BOUGHT,
    CHOICES,
    COSTS,
    CUSTOMERS,
    LAPTOP_PLAN,
    SCHEDULED,
    SENT,
    Arguments,
    last_days,
    maybe,
    said,
)
from tests.domain.articles import CONTENTS
from tests.domain.asset_types import ATTRIBUTES, HARDWARE
from tests.domain.assignment_rules import RULES
from tests.domain.declarations import DECLARATIONS
from tests.domain.examples import (
    AGREEMENTS,
    ALL_HOURS,
    ALL_NAMES,
    ALL_PUBLIC,
    DEFINITIONS,
    QUESTIONNAIRES,
    TEMPLATES,
    WINDOWS,
    digests,
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
from tests.domain.ticket_types import TYPES

NEW_TICKET = {
    "title": texts,
    "description": texts,
    "requester": maybe(people),
    "organisation": maybe(organisations),
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
