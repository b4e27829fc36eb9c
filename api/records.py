"""How a record is shown: its history folded into what is to be read of it.

As of now or of any moment before, it is the same function over more or fewer events. The views
that fill the lists do the folding, so that a list and a record cannot disagree.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from api import inline_images
from domain.aggregate import Aggregate, Entry
from domain.approval_process import ApprovalProcess
from domain.article import Article
from domain.asset import Asset
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.bulk_job import BulkJob
from domain.cab_meeting import CabMeeting
from domain.calendar import Calendar
from domain.change import Change
from domain.change_template import ChangeTemplate
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList
from domain.contract import Contract
from domain.data_rule import DataRule
from domain.declared_view import DeclaredView
from domain.incident import Incident
from domain.macro import Macro
from domain.offering import Offering
from domain.order_guide import OrderGuide
from domain.organisation import Organisation
from domain.person import Person
from domain.problem import Problem
from domain.purchase_order import PurchaseOrder
from domain.question import Question
from domain.release import Release
from domain.report_schedule import ReportSchedule
from domain.risk_model import RiskModel
from domain.saved_view import SavedView
from domain.service import Service
from domain.service_level_policy import ServiceLevelPolicy
from domain.service_request import ServiceRequest
from domain.survey_policy import SurveyPolicy
from domain.team import Team
from domain.text_module import TextModule
from domain.ticket_type import TicketType
from domain.update_template import UpdateTemplate
from domain.webhook import Webhook
from projections import (
    articles,
    asset_register,
    asset_relations,
    asset_types,
    bulk_jobs,
    cab_meetings,
    change_work,
    choice_lists,
    contracts,
    declared_views,
    directory,
    directory_rows,
    fulfilment,
    major_incidents,
    offerings,
    plain_definitions,
    purchase_orders,
    releases,
    report_schedules,
    saved_views,
    services,
    ticket_page,
    ticket_types,
    ticket_work,
    webhooks,
    work_queue,
)
from projections.change_windows import WINDOWS
from projections.change_windows import fold as fold_window
from projections.rows import Rows
from projections.service_levels import DEFINITIONS
from projections.tables import Key, Row, Table, Values

Fold = Callable[[Entry, Rows], Any]


class Shape(Struct, frozen=True):
    """What a record is made of: rows that become one, and lists of rows beside them."""

    folds: tuple[Fold, ...]
    rows: tuple[Table[Any], ...]
    beside: Mapping[str, Table[Any]] = {}
    owner: str = ""
    """The column of the rows beside that names the record itself."""
    internal: Mapping[str, Any] = {}
    """What is for those alone who work on it, and what others find in its place."""


TICKET = Shape(
    (work_queue.fold, ticket_page.fold, ticket_work.fold),
    (work_queue.QUEUE, ticket_page.PAGES, ticket_work.WORK),
    {
        "comments": ticket_page.COMMENTS,
        "attachments": ticket_page.ATTACHMENTS,
        "links": ticket_page.LINKS,
        "watchers": ticket_page.WATCHERS,
        "affected_people": ticket_work.AFFECTED,
        "checklist": ticket_work.ITEMS,
        "time_spent": ticket_work.TIME,
        "ratings": ticket_work.RATINGS,
    },
    "ticket",
)

WITH_TASKS = Shape(
    (*TICKET.folds, fulfilment.fold),
    TICKET.rows,
    {**TICKET.beside, "tasks": fulfilment.TASKS},
    TICKET.owner,
)

SHAPES: Mapping[type[Aggregate], Shape] = {
    Incident: Shape(
        (*TICKET.folds, major_incidents.fold),
        TICKET.rows,
        {
            **TICKET.beside,
            "major": major_incidents.MAJOR,
            "timeline": major_incidents.TIMELINE,
        },
        TICKET.owner,
        internal={"major": []},
    ),
    Problem: WITH_TASKS,
    Question: TICKET,
    ServiceRequest: WITH_TASKS,
    Change: Shape(
        (*TICKET.folds, change_work.fold),
        (*TICKET.rows, change_work.WORK),
        {**TICKET.beside, "tasks": change_work.TASKS},
        TICKET.owner,
    ),
    Asset: Shape(
        (asset_register.fold,),
        (asset_register.REGISTER,),
        {"relations": asset_relations.RELATIONS, "groups": asset_relations.GROUPS},
        "asset",
    ),
    AssetType: Shape((asset_types.fold,), (asset_types.TYPES,)),
    ChoiceList: Shape((choice_lists.fold,), (choice_lists.LISTS,)),
    Contract: Shape((contracts.fold,), (contracts.CONTRACTS,)),
    PurchaseOrder: Shape((purchase_orders.fold,), (purchase_orders.ORDERS,)),
    UpdateTemplate: Shape((plain_definitions.fold,), (plain_definitions.UPDATES,)),
    SurveyPolicy: Shape((plain_definitions.fold,), (plain_definitions.SURVEYS,)),
    TextModule: Shape((plain_definitions.fold,), (plain_definitions.TEXTS,)),
    Macro: Shape((plain_definitions.fold,), (plain_definitions.MACROS,)),
    DataRule: Shape((plain_definitions.fold,), (plain_definitions.DATA_RULES,)),
    OrderGuide: Shape((plain_definitions.fold,), (plain_definitions.GUIDES,)),
    Article: Shape(
        (articles.fold,),
        (articles.ARTICLES, articles.PAGES),
        {"versions": articles.VERSIONS, "feedback": articles.FEEDBACK},
        "article",
        internal={
            "organisations": [],
            "draft": {},
            "draft_status": "",
            "ticket": None,
            "versions": [],
            "feedback": [],
        },
    ),
    Release: Shape((releases.fold,), (releases.RELEASES, releases.PAGES)),
    Service: Shape(
        (services.fold,),
        (services.SERVICES, services.DESIGNS),
        internal={
            "proposer": "",
            "customers": [],
            "gate": "",
            "gates": {},
            "approval_status": "",
            "approval": {},
            "comments": [],
        },
    ),
    Offering: Shape(
        (offerings.fold,),
        (offerings.OFFERINGS, offerings.PAGES),
        internal={
            "plan": [],
            "process": None,
            "organisations": [],
            "draft": {},
            "author": "",
            "approval_status": "",
            "outstanding": "",
            "approval": {},
            "comments": [],
        },
    ),
    Person: Shape((directory.fold,), (directory_rows.PEOPLE,)),
    Team: Shape((directory.fold,), (directory_rows.TEAMS,)),
    Organisation: Shape((directory.fold,), (directory_rows.ORGANISATIONS,)),
    ApprovalProcess: Shape((directory.fold,), (directory_rows.PROCESSES,)),
    ServiceLevelPolicy: Shape((directory.fold,), (directory_rows.POLICIES,)),
    CabMeeting: Shape((cab_meetings.fold,), (cab_meetings.MEETINGS,)),
    ChangeTemplate: Shape((directory.fold,), (directory_rows.TEMPLATES,)),
    ChangeWindow: Shape((fold_window,), (WINDOWS,)),
    AssignmentRule: Shape((directory.fold,), (directory_rows.RULES,)),
    RiskModel: Shape((directory.fold,), (directory_rows.RISK_MODELS,)),
    SavedView: Shape((saved_views.fold,), (saved_views.VIEWS,)),
    TicketType: Shape((ticket_types.fold,), (ticket_types.TYPES,)),
    DeclaredView: Shape((declared_views.fold,), (declared_views.VIEWS,)),
    Calendar: Shape((directory.fold,), (directory_rows.CALENDARS,)),
    BulkJob: Shape((bulk_jobs.fold_job,), (bulk_jobs.JOBS,)),
    ReportSchedule: Shape((report_schedules.fold,), (report_schedules.SCHEDULES,)),
    Webhook: Shape((webhooks.fold,), (webhooks.WEBHOOKS,)),
}


def shown(
    kind: type[Aggregate],
    entries: Sequence[Entry],
    definitions: Sequence[Entry] = (),
    *,
    with_internal: bool,
) -> dict[str, Any]:
    """The record as JSON. `definitions` are the histories of what its clocks count on;
    `with_internal` shows what agents said among themselves, too."""
    shape = SHAPES[kind]
    rows = Rows(_nothing)
    for entry in definitions:
        if isinstance(entry.event, DEFINITIONS):
            work_queue.fold(entry, rows)
        articles.note_original(entry, rows)
    for entry in entries:
        for fold in shape.folds:
            fold(entry, rows)
    document: dict[str, Any] = {}
    for table in shape.rows:
        document |= _plain(rows.kept(table)[0])
    for name, table in shape.beside.items():
        document[name] = [
            row
            for row in (_plain(one, shape.owner) for one in rows.kept(table))
            if with_internal or not row.get("is_internal", False)
        ]
    if "attachments" in shape.beside:
        document["attachments"] = inline_images.of_record(document)
    return document if with_internal else {**document, **shape.internal}


def definitions_of(entries: Sequence[Entry]) -> list[UUID]:
    """The calendars and policies that the service clocks of an incident count on, and the original
    of a translation."""
    first = entries[0].event
    if isinstance(first, Article.Drafted):
        return [] if first.translation_of is None else [first.translation_of]
    applied = [e.event for e in entries if isinstance(e.event, Incident.ServiceLevelApplied)]
    return list(dict.fromkeys(id for event in applied for id in (event.calendar, event.policy)))


def _plain(row: Row, owner: str = "") -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__ if name != owner}


def _nothing(table: Table[Any], keys: list[Key]) -> Iterable[Values]:
    # A whole history needs no rows from before.
    return ()
