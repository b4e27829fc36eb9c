"""The directory: people, teams, organisations, and the definitions that the desk runs by."""

from typing import Any

from domain.aggregate import Entry, Event
from domain.calendar import Calendar, Given
from domain.calendar_holidays import known_until
from domain.organisation import Organisation
from domain.person import Person
from domain.personal import ERASED
from domain.service_level_policy import ServiceLevelPolicy
from domain.team import Team
from domain.versioned import Versioned
from projections import governed
from projections.directory_rows import (
    MEMBERS,
    NAME,
    TABLE_OF,
    TABLES,
    TOKENS,
    VERSION,
    CalendarRow,
    DefinitionRow,
    MemberRow,
    Names,
    OrganisationRow,
    PersonRow,
    TeamRow,
    TokenRow,
)
from projections.rows import Rows
from projections.tables import (
    as_json,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    number_text,
)
from projections.view import Cases, View

CASES = Cases[Any]()
BESIDE = Cases[Any]()
"""What stands in rows of its own beside the record."""


def concerns(entry: Entry) -> bool:
    return entry.topic.partition(".")[0] in TABLE_OF


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    table = TABLE_OF[entry.topic.partition(".")[0]]
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    if entry.originator_version == 1:
        number = number_text(entry.originator_id)
        row = rows.put(table, table.row(id, number, event.name, at, 1, entry.position))
    else:
        row = rows.get(table, id)
    if case := CASES.of(type(event)):
        case(event, row)
    if isinstance(row, DefinitionRow):
        governed.fold(event, row)
    if beside := BESIDE.of(type(event)):
        beside(id, event, row, rows)
    row.at = at
    row.version = entry.originator_version
    row.position = entry.position


# People ------------------------------------------------------------------------------------


@CASES.on(Person.Registered)
def _registered(event: Person.Registered, row: PersonRow) -> None:
    row.username, row.email = event.username, event.email
    row.organisation, row.manager = id_text(event.organisation), id_or_none(event.manager)
    row.roles, row.language, row.zone = event.roles, event.language, event.zone


@CASES.on(Person.Amended)
def _amended(event: Person.Amended, row: PersonRow) -> None:
    row.name = row.name if event.name is None else event.name
    row.email = row.email if event.email is None else event.email
    row.language = row.language if event.language is None else event.language
    row.zone = row.zone if event.zone is None else event.zone


@CASES.on(Person.Moved)
def _moved(event: Person.Moved, row: PersonRow) -> None:
    row.organisation = id_text(event.organisation)


@CASES.on(Person.ManagerSet)
def _manager_set(event: Person.ManagerSet, row: PersonRow) -> None:
    row.manager = id_or_none(event.manager)


@CASES.on(Person.RoleGranted)
def _granted(event: Person.RoleGranted, row: PersonRow) -> None:
    row.roles = (*(role for role in row.roles if role != event.role), event.role)


@CASES.on(Person.RoleRevoked)
def _revoked(event: Person.RoleRevoked, row: PersonRow) -> None:
    row.roles = tuple(role for role in row.roles if role != event.role)


@CASES.on(Person.SkillsSet)
def _skilled(event: Person.SkillsSet, row: PersonRow) -> None:
    row.skills = event.skills


@CASES.on(Person.Deactivated, Organisation.Deactivated)
def _deactivated(_: Event, row: PersonRow) -> None:
    row.is_active = False


@CASES.on(Person.Reactivated)
def _reactivated(_: Event, row: PersonRow) -> None:
    row.is_active = True


@CASES.on(Person.Erased)
def _erased(_: Event, row: PersonRow) -> None:
    row.name, row.username, row.email = ERASED, ERASED, ""


@BESIDE.on(Person.TokenIssued, Person.FeedOpened)
def _issued(
    id: str, event: Person.TokenIssued | Person.FeedOpened, row: PersonRow, rows: Rows
) -> None:
    row.tokens = (*row.tokens, str(event.token_id))
    rows.put(
        TOKENS,
        TokenRow(
            person=id,
            token=str(event.token_id),
            name=event.name,
            hint=event.hint,
            scopes=event.scopes if isinstance(event, Person.TokenIssued) else (),
            issued_at=instant(event.by.effective_at),
            expires=instant_or_none(event.expires),
            revoked_at=None,
        ),
    )


@BESIDE.on(Person.TokenRevoked)
def _token_revoked(id: str, event: Person.TokenRevoked, row: PersonRow, rows: Rows) -> None:
    _revoke(id, event, (str(event.token_id),), row, rows)


@BESIDE.on(Person.Deactivated)
def _all_revoked(id: str, event: Event, row: PersonRow, rows: Rows) -> None:
    _revoke(id, event, row.tokens, row, rows)


def _revoke(id: str, event: Event, tokens: Names, row: PersonRow, rows: Rows) -> None:
    for token in tokens:
        rows.get(TOKENS, id, token).revoked_at = instant(event.by.effective_at)
    row.tokens = tuple(token for token in row.tokens if token not in tokens)


# Teams and organisations -------------------------------------------------------------------


@CASES.on(Team.Formed)
def _formed(event: Team.Formed, row: TeamRow) -> None:
    row.organisation = id_or_none(event.organisation)
    row.support_level, row.description = event.support_level, event.description


@CASES.on(Team.Renamed, Organisation.Renamed)
def _renamed(event: Team.Renamed, row: TeamRow) -> None:
    row.name = event.name


@BESIDE.on(Team.MemberAdded)
def _added(id: str, event: Team.MemberAdded, row: TeamRow, rows: Rows) -> None:
    person = id_text(event.person)
    row.members = (*(member for member in row.members if member != person), person)
    rows.put(MEMBERS, MemberRow(id, person, event.is_lead))


@BESIDE.on(Team.MemberRemoved)
def _removed(id: str, event: Team.MemberRemoved, row: TeamRow, rows: Rows) -> None:
    person = id_text(event.person)
    row.members = tuple(member for member in row.members if member != person)
    rows.remove(MEMBERS, id, person)


@BESIDE.on(Team.Disbanded)
def _disbanded(id: str, _: Event, row: TeamRow, rows: Rows) -> None:
    for person in row.members:
        rows.remove(MEMBERS, id, person)
    row.is_disbanded, row.members = True, ()


@CASES.on(Organisation.Registered)
def _organisation(event: Organisation.Registered, row: OrganisationRow) -> None:
    row.is_operator, row.parent = event.is_operator, id_or_none(event.parent)


@CASES.on(Organisation.Located)
def _located(event: Organisation.Located, row: OrganisationRow) -> None:
    row.zone = event.zone


@CASES.on(Organisation.RetentionSet)
def _retention_set(event: Organisation.RetentionSet, row: OrganisationRow) -> None:
    row.retention_days = event.days


# Definitions -------------------------------------------------------------------------------


@CASES.on(Versioned.Drafted, Versioned.Revised)
def _drafted(event: Versioned.Drafted, row: DefinitionRow) -> None:
    row.draft = as_json(event.definition)


@CASES.on(Versioned.VersionPublished)
def _published(event: Versioned.VersionPublished, row: DefinitionRow) -> None:
    row.published, row.published_version = as_json(event.definition), event.number


@CASES.on(ServiceLevelPolicy.TicketsChosen)
def _chosen(event: ServiceLevelPolicy.TicketsChosen, row: DefinitionRow) -> None:
    row.submitted_for = event.applies_to


@CASES.on(Versioned.Retired, Calendar.Retired)
def _retired(_: Event, row: DefinitionRow) -> None:
    row.is_retired = True


@CASES.on(Calendar.Defined)
def _defined(event: Calendar.Defined, row: CalendarRow) -> None:
    _keep_given(event.given, row)
    row.hours = as_json(event.hours)


@CASES.on(Calendar.Revised)
def _hours_revised(event: Calendar.Revised, row: CalendarRow) -> None:
    _keep_given(event.given, row)
    row.hours, row.hours_version = as_json(event.hours), row.hours_version + 1


def _keep_given(given: Given, row: CalendarRow) -> None:
    row.names = as_json(given.names)
    row.public_holidays = tuple(as_json(public) for public in given.public_holidays)
    row.holidays_until = known_until(given.public_holidays)
    row.imported = as_json(given.imported) if given.imported else {}


VIEW = View(
    NAME,
    VERSION,
    TABLES,
    fold,
    concerns=concerns,
)
