"""The desk: what is done to several records at once, or decided by what the directory says.

Everything else is a command to one record: `ledger.edit`.
"""

from domain.desk.articles import Articles
from domain.desk.asset_acts import AssetActs
from domain.desk.closing import Closing
from domain.desk.configuration import Configuration
from domain.desk.decisions import Decisions
from domain.desk.declared_views import DeclaredViews
from domain.desk.edit_locks import EditLocks
from domain.desk.enablement import Enablement
from domain.desk.erasures import Erasures
from domain.desk.families import Families
from domain.desk.freezes import Freezes
from domain.desk.gates import GateKeeping
from domain.desk.guides import Guides
from domain.desk.major_incidents import MajorIncidents
from domain.desk.management import Management
from domain.desk.meetings import Meetings
from domain.desk.migrations import Migrations
from domain.desk.offerings import Offerings
from domain.desk.people import People
from domain.desk.purchasing import Purchasing
from domain.desk.ratings import Ratings
from domain.desk.releases import Releases
from domain.desk.removals import Removals
from domain.desk.requesters import Requesters
from domain.desk.services import Services
from domain.desk.stakeholders import Stakeholders
from domain.desk.surveys import Surveys
from domain.desk.tasks import TaskActs
from domain.desk.ticket_types import TicketTypes
from domain.desk.workarounds import Workarounds

__all__ = ["Desk"]


class Desk(
    Purchasing,
    Articles,
    Offerings,
    Configuration,
    MajorIncidents,
    Enablement,
    Freezes,
    Migrations,
    Meetings,
    Decisions,
    AssetActs,
    Releases,
    GateKeeping,
    Services,
    Guides,
    Requesters,
    TaskActs,
    Stakeholders,
    People,
    Erasures,
    Removals,
    Families,
    TicketTypes,
    EditLocks,
    DeclaredViews,
    Surveys,
    Ratings,
    Closing,
    Workarounds,
    Management,
):
    """Each use case takes `by` and, for a command that may be repeated, its `fingerprint` and
    `is_repeatable`, as the ledger does, and returns the receipt."""
