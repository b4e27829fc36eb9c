"""What always holds of a record of each kind, whatever was tried on it."""

from collections.abc import Callable
from typing import Any

from domain import (
    article,
    asset,
    cab_meeting,
    report_schedule,
    service,
)
from domain.aggregate import Aggregate
from domain.approval_process import ApprovalProcess
from domain.article import Article
from domain.asset import Asset
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.bulk_job import BulkJob, Outcome, Stage
from domain.cab_meeting import CabMeeting
from domain.calendar import Calendar
from domain.calendar_holidays import counted
from domain.calendar_mistakes import check as check_hours
from domain.change import Change
from domain.change_template import ChangeTemplate
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList, ordered
from domain.contract import Contract
from domain.data_rule import DataRule
from domain.declared_definition import NAME
from domain.declared_rules import Plan
from domain.declared_view import DeclaredView
from domain.incident import Incident
from domain.macro import Macro
from domain.offering import Offering
from domain.order_guide import OrderGuide
from domain.organisation import Organisation
from domain.person import Person
from domain.plain_definition import PlainDefinition
from domain.problem import Problem
from domain.purchase_order import PurchaseOrder
from domain.question import Question
from domain.read_log import ReadLog
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
from domain.ticket import Ticket
from domain.ticket_type import ACTS, TicketType
from domain.ticket_type import check as check_definition_of_type
from domain.update_template import UpdateTemplate
from domain.versioned import Versioned
from domain.webhook import Webhook, check_url
from tests.domain.invariants_of_tickets import (
    check_change,
    check_incident,
    check_problem,
    check_question,
    check_release,
    check_request,
    check_standing,
    check_ticket,
)


def check(record: Aggregate) -> None:
    if isinstance(record, Ticket):
        check_ticket(record)
    CHECKS[type(record)](record)


def check_asset(asset_: Asset) -> None:
    has_holder = asset_.holder is not None
    if asset_.status is asset.Status.IN_USE:
        assert has_holder
    elif asset_.status is not asset.Status.IN_REPAIR:
        assert not has_holder
    assert len(asset_.relations) == len(set(asset_.relations))
    assert asset_.id not in {other for _, other in asset_.relations}
    for group in asset_.groups.values():
        assert 1 <= group.needed < len(group.members)
    check_standing(asset_)
    assert (asset_.approval == "pending") == bool(asset_.standing.open)
    if asset_.standing.open:
        assert asset_.proposal


def check_asset_type(type_: AssetType) -> None:
    assert type_.versions
    for number, schema in enumerate(type_.versions, 1):
        assert (schema.type, schema.version) == (type_.id, number)
        names = [one.name for level in schema.levels for one in level.attributes]
        assert len(names) == len(set(names))
    assert type_.id not in type_.extensions


def check_person(person_: Person) -> None:
    assert person_.roles
    assert person_.name
    assert person_.username
    assert person_.manager != person_.id
    for number, made in enumerate(person_.delegations, 1):
        assert made.number == number
        assert made.to != person_.id
    assert len({token.id for token in person_.tokens}) == len(person_.tokens)
    assert person_.password == "" or person_.password.startswith("$")
    if not person_.is_active:
        assert all(token.is_revoked for token in person_.tokens)


def check_saved_view(view: SavedView) -> None:
    assert view.name
    assert view.list
    assert view.owner is not None
    assert (view.team is not None) == (view.shared_with == "team")
    assert len(view.subscribers) == len(set(view.subscribers))
    assert set(view.mailings) <= set(view.subscribers)
    if view.is_removed:
        assert not view.subscribers
        assert not view.audience


def check_team(team: Team) -> None:
    assert team.name
    assert set(team.leads) <= set(team.members)
    assert len(team.members) == len(set(team.members))
    if team.is_disbanded:
        assert not team.members


def check_organisation(organisation: Organisation) -> None:
    assert organisation.name
    assert organisation.parent != organisation.id


def check_definition(record: Versioned[Any]) -> None:
    assert record.name
    assert record.draft_definition is not None
    assert record.published_version == len(record.versions)
    assert all(one != next for one, next in zip(record.versions, record.versions[1:], strict=False))
    if record.is_retired:
        assert record.published is None
    assert (record.approval == "pending") == bool(record.standing.open)
    check_standing(record)
    if record.granted_round:
        assert record.approval == "approved"
        assert record.is_news()
    if record.outstanding:
        assert record.granted_round or record.is_retired


def check_service(record: Service) -> None:
    assert record.name
    assert (record.approval == "pending") == bool(record.standing.open)
    check_standing(record)
    assert record.passed.keys() <= record.written.keys()
    for status, act in ((service.Status.CHARTERED, "charter"), (service.Status.LIVE, "go_live")):
        if record.status is status:
            assert set(service.MOVES[act].gates) <= record.passed.keys()
            assert all(getattr(record, field) for field in service.MOVES[act].fields)
    if record.standing.open:
        assert record.status is service.GATES[record.gate]
        assert record.gate not in record.passed
    assert record.is_in_catalogue <= (record.live_since is not None)


def check_article(record: Article) -> None:
    check_definition(record)
    assert record.name == (record.draft_definition or record.versions[-1]).title
    assert (record.review_due is not None) == bool(record.versions)
    assert not record.is_overdue or record.versions
    assert not record.is_submitted or not record.standing.open
    assert record.answers >= 0
    assert record.versions or not (record.feedback or record.answers)
    in_review = record.draft_status is article.Status.IN_REVIEW
    waits = record.is_submitted or bool(record.standing.open) or record.granted_round > 0
    assert in_review == (waits and record.news is not None and not record.is_retired)


def check_meeting(meeting: CabMeeting) -> None:
    assert meeting.start
    assert meeting.end
    assert meeting.start < meeting.end
    assert set(meeting.minuted) <= set(meeting.agenda)
    has_begun = meeting.status in (cab_meeting.Status.IN_SESSION, cab_meeting.Status.CLOSED)
    assert bool(meeting.present) == has_begun


def check_read_log(log: ReadLog) -> None:
    assert log.process
    assert log.reads == log.version - 1


def check_calendar(calendar: Calendar) -> None:
    assert calendar.name
    assert calendar.hours_version == len(calendar.given) >= 1
    check_hours(calendar.own_hours, calendar.names)
    assert counted(calendar.own_hours, calendar.public_holidays) == calendar.hours


def check_ticket_type(type: TicketType) -> None:
    assert type.ticket in ACTS
    assert type.definition_version >= 1
    for definition in type.versions:
        check_definition_of_type(type.ticket, definition)


def check_webhook(webhook: Webhook) -> None:
    check_url(webhook.url)
    assert webhook.owner is not None
    assert webhook.organisation is not None
    assert webhook.secret >= 1
    assert (webhook.overlap_until is None) == (webhook.secret == 1)


def check_report_schedule(schedule: ReportSchedule) -> None:
    assert schedule.name
    assert schedule.owner is not None
    assert schedule.organisation is not None
    assert schedule.people or schedule.teams
    assert (schedule.contents.report != "") != (schedule.contents.view is not None)
    assert schedule.status is not report_schedule.Status.ENDED or not schedule.outstanding
    assert all(one.moment <= schedule.since or one.is_preview for one in schedule.outstanding)


def check_bulk_job(job: BulkJob) -> None:
    assert job.owner is not None
    rows = set(range(1, job.rows + 1))
    assert job.told <= rows
    assert job.undone <= job.told
    assert all(row == result.row for row, result in job.results.items())
    left = list(job.todo())
    assert not job.told & set(left)
    assert left == sorted(left, reverse=job.stage.is_backwards)
    if job.stage is Stage.RUN:
        assert job.told == job.results.keys()
        assert job.told | set(left) == rows
    if job.stage.is_backwards:
        effects = (Outcome.CREATED, Outcome.CHANGED)
        assert all(job.results[row].outcome in effects for row in left)


def check_declared_view(view: DeclaredView) -> None:
    assert NAME.fullmatch(view.name)
    assert view.definition_version >= 1
    for definition in view.versions:
        Plan(definition)


def check_plain_definition(record: PlainDefinition[Any]) -> None:
    assert record.name
    assert record.definition_version >= 1
    for definition in record.versions:
        record.check(definition)


def check_choice_list(record: ChoiceList) -> None:
    assert record.name
    assert record.choices == ordered(set(record.choices))


def check_contract(contract: Contract) -> None:
    assert contract.name
    assert contract.supplier
    assert contract.ends.get("contract") == contract.last_day
    assert len(set(contract.covered)) == len(contract.covered)
    assert contract.next_reminder is None or contract.status == "in force"
    assert contract.status != "in force" or contract.starts is not None


def check_purchase_order(order: PurchaseOrder) -> None:
    assert order.supplier
    assert order.ends.get("delivery") == order.expected_on
    assert order.next_reminder is None or order.status in ("ordered", "partly received")
    assert all(left >= 0 for left in order.outstanding)
    assert all(come >= 0 for come in order.received)
    assert order.status != "received" or not any(order.outstanding)
    assert order.status not in ("draft", "ordered", "cancelled") or not any(order.received)
    for number, (line, come) in enumerate(zip(order.lines, order.received, strict=True), 1):
        brought = list(order.assets.values()).count(number)
        assert brought == (come if line.brings_assets else 0)


CHECKS: dict[type[Aggregate], Callable[[Any], None]] = {
    ChoiceList: check_choice_list,
    Contract: check_contract,
    OrderGuide: check_plain_definition,
    PurchaseOrder: check_purchase_order,
    DataRule: check_plain_definition,
    Macro: check_plain_definition,
    SurveyPolicy: check_plain_definition,
    TextModule: check_plain_definition,
    UpdateTemplate: check_plain_definition,
    ApprovalProcess: check_definition,
    Article: check_article,
    Asset: check_asset,
    AssetType: check_asset_type,
    CabMeeting: check_meeting,
    Calendar: check_calendar,
    Change: check_change,
    ChangeTemplate: check_definition,
    ChangeWindow: check_definition,
    Incident: check_incident,
    Offering: check_definition,
    Organisation: check_organisation,
    Person: check_person,
    Problem: check_problem,
    Question: check_question,
    AssignmentRule: check_definition,
    ReadLog: check_read_log,
    Release: check_release,
    RiskModel: check_definition,
    SavedView: check_saved_view,
    Service: check_service,
    ServiceLevelPolicy: check_definition,
    ServiceRequest: check_request,
    Team: check_team,
    TicketType: check_ticket_type,
    BulkJob: check_bulk_job,
    ReportSchedule: check_report_schedule,
    Webhook: check_webhook,
    DeclaredView: check_declared_view,
}
