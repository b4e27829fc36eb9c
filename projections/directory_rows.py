"""The rows of the directory: who there is, and the definitions that the desk runs by."""

from collections.abc import Mapping
from typing import Any

from projections.tables import Id, Instant, Json, Row, Table

NAME = "directory"
VERSION = 8

Names = tuple[str, ...]


class Record(Row):
    """What all records of the directory have."""

    id: Id
    number: str
    name: str
    at: Instant
    """When it was last changed."""
    version: int
    position: int


class PersonRow(Record):
    username: str = ""
    email: str = ""
    organisation: Id | None = None
    manager: Id | None = None
    roles: Names = ()
    language: str = ""
    zone: str = ""
    is_active: bool = True
    tokens: Names = ()
    """Those that have not been revoked."""
    skills: Names = ()


class TokenRow(Row):
    person: Id
    token: Id
    name: str
    hint: str
    scopes: Names
    issued_at: Instant
    expires: Instant | None
    revoked_at: Instant | None


class TeamRow(Record):
    organisation: Id | None = None
    support_level: int = 1
    description: str = ""
    is_disbanded: bool = False
    members: Names = ()


class MemberRow(Row):
    team: Id
    person: Id
    is_lead: bool


class OrganisationRow(Record):
    is_operator: bool = False
    parent: Id | None = None
    is_active: bool = True
    zone: str = ""
    retention_days: int | None = None


class DefinitionRow(Record):
    """A definition that is drafted, and published by version."""

    published_version: int = 0
    is_retired: bool = False
    draft: Json = {}
    published: Json = {}
    author: str = ""
    """Who wrote the draft as it is, or submitted it."""
    approval_status: str = ""
    outstanding: str = ""
    approval: Json = {}
    comments: tuple[Json, ...] = ()
    submitted_for: str = ""
    """Whether a service level policy was submitted for `new` tickets or for `open` ones too."""

    @property
    def written(self) -> Mapping[str, str]:
        return {}


class CalendarRow(Record):
    hours_version: int = 1
    is_retired: bool = False
    hours: Json = {}
    names: Json = {}
    """What dates are called."""
    public_holidays: tuple[Json, ...] = ()
    """By place and years, with their dates and names; `hours` has those that close the desk."""
    holidays_until: int | None = None
    """The last year of which all public holidays are known."""
    imported: Json = {}
    """The file that the hours were made from, if they were."""


PEOPLE = Table(
    "people",
    VERSION,
    PersonRow,
    key=("id",),
    indexes=[("number",), ("name",), ("username",), ("organisation", "name"), ("manager",)],
    past=(),
)
TOKENS = Table("tokens", VERSION, TokenRow, key=("person", "token"))
TEAMS = Table(
    "teams", VERSION, TeamRow, key=("id",), indexes=[("number",), ("name",)], past=(), is_small=True
)
MEMBERS = Table(
    "team_members",
    VERSION,
    MemberRow,
    key=("team", "person"),
    indexes=[("person", "team")],
    past=(),
    is_small=True,
)
ORGANISATIONS = Table(
    "organisations",
    VERSION,
    OrganisationRow,
    key=("id",),
    indexes=[("number",), ("name",)],
    past=(),
    is_small=True,
)


def _definitions(name: str) -> Table[DefinitionRow]:
    return Table(
        name,
        VERSION,
        DefinitionRow,
        key=("id",),
        indexes=[("number",), ("name",)],
        past=(),
        is_small=True,
    )


PROCESSES = _definitions("approval_processes")
POLICIES = _definitions("service_level_policies")
TEMPLATES = _definitions("change_templates")
RISK_MODELS = _definitions("risk_models")
RULES = _definitions("assignment_rules")
CALENDARS = Table(
    "calendars",
    VERSION,
    CalendarRow,
    key=("id",),
    indexes=[("number",), ("name",)],
    past=(),
    is_small=True,
)

TABLE_OF: dict[str, Table[Any]] = {
    "Person": PEOPLE,
    "Team": TEAMS,
    "Organisation": ORGANISATIONS,
    "ApprovalProcess": PROCESSES,
    "ServiceLevelPolicy": POLICIES,
    "ChangeTemplate": TEMPLATES,
    "RiskModel": RISK_MODELS,
    "AssignmentRule": RULES,
    "Calendar": CALENDARS,
}
TABLES: tuple[Table[Any], ...] = (
    PEOPLE,
    TOKENS,
    TEAMS,
    MEMBERS,
    ORGANISATIONS,
    PROCESSES,
    POLICIES,
    TEMPLATES,
    RISK_MODELS,
    RULES,
    CALENDARS,
)
