"""The kinds of records that the directory has in memory, and the events that it follows."""

from domain.aggregate import Aggregate, all_names
from domain.approval_process import ApprovalProcess
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.calendar import Calendar
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList
from domain.erasure import REMOVALS
from domain.organisation import Organisation
from domain.person import Person
from domain.risk_model import RiskModel
from domain.service import Service
from domain.service_level_policy import ServiceLevelPolicy
from domain.survey_policy import SurveyPolicy
from domain.team import Team
from domain.ticket_type import TicketType

KINDS: tuple[type[Aggregate], ...] = (
    Person,
    SurveyPolicy,
    Team,
    Organisation,
    ApprovalProcess,
    ServiceLevelPolicy,
    RiskModel,
    Calendar,
    ChangeWindow,
    AssignmentRule,
    Service,
    TicketType,
    AssetType,
    ChoiceList,
)

KIND_OF_NAME = {kind.__name__: kind for kind in KINDS}
TOPICS = (
    tuple(topic for kind in KINDS for event in kind.topics for topic in all_names(kind, event))
    + REMOVALS
)
