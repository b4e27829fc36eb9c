"""Every kind of record. A stored event can be read once its kind has been imported."""

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
from domain.ticket_type import TicketType
from domain.update_template import UpdateTemplate
from domain.webhook import Webhook

__all__ = [
    "ApprovalProcess",
    "Article",
    "Asset",
    "AssetType",
    "AssignmentRule",
    "BulkJob",
    "CabMeeting",
    "Calendar",
    "Change",
    "ChangeTemplate",
    "ChangeWindow",
    "ChoiceList",
    "Contract",
    "DataRule",
    "DeclaredView",
    "Incident",
    "Macro",
    "Offering",
    "OrderGuide",
    "Organisation",
    "Person",
    "Problem",
    "PurchaseOrder",
    "Question",
    "ReadLog",
    "Release",
    "ReportSchedule",
    "RiskModel",
    "SavedView",
    "Service",
    "ServiceLevelPolicy",
    "ServiceRequest",
    "SurveyPolicy",
    "Team",
    "TextModule",
    "TicketType",
    "UpdateTemplate",
    "Webhook",
]
