"""The directory: people, teams, organisations and published definitions, in memory.

It is folded from the ledger and follows it: what this process records is known at once, what
another records shortly after, or as soon as `catch_up` is called.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.aggregate import KIND_OF_PREFIX, Aggregate, Entry
from domain.agreement import About
from domain.approval_process import ApprovalProcess
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList
from domain.conditions import condition
from domain.delegation import Delegation
from domain.directory_kinds import KIND_OF_NAME, KINDS, TOPICS
from domain.directory_selectors import Selectors
from domain.erasure import removed_by
from domain.ids import prefix_of
from domain.ledger import Ledger
from domain.organisation import Organisation
from domain.people_expression import Row
from domain.people_rows import rows_of
from domain.person import Person, Role, Scope, Token, name_digest
from domain.policy import Actor
from domain.priority import USUAL, MatrixInUse
from domain.risk_model import RiskModel
from domain.rules import NotFound
from domain.service import Service
from domain.service_clock import Target
from domain.service_level_policy import Agreement, Facts, ServiceLevelPolicy, in_force
from domain.subjects import SubjectKind, Value
from domain.survey_policy import SurveyPolicy
from domain.team import Team
from domain.ticket_type import TicketType

PAGE = 1_000
WAIT_SECONDS = 30.0
PAUSE_SECONDS = 0.05
"""Between two looks at what others recorded, so that following costs little under load."""

A = TypeVar("A", bound=Aggregate)


class Directory(Selectors):
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.position = 0
        """Everything up to this position of the ledger is known."""
        self._records: dict[type[Aggregate], dict[UUID, Aggregate]] = {kind: {} for kind in KINDS}
        self._usernames: dict[str, UUID] = {}
        self._emails: dict[str, UUID] = {}
        self._team_names: dict[str, UUID] = {}
        self._teams_of: dict[UUID, frozenset[UUID]] = {}
        self._delegators: dict[UUID, dict[UUID, None]] = {}
        """By delegate: who has ever delegated to them."""
        self._holders: dict[Role, dict[UUID, None]] = {role: {} for role in Role}
        self._policies: tuple[tuple[ServiceLevelPolicy, Agreement], ...] = ()
        """The policies in use, the lowest order first: every logged incident asks for them."""

    # Following the ledger ------------------------------------------------------------------

    @classmethod
    def load(cls, ledger: Ledger) -> "Directory":
        """A directory of all that is recorded, and of what this process will record."""
        directory = cls(ledger)
        directory.position = ledger.position()
        for kind in KINDS:
            for record, _ in ledger.all_of(kind):
                directory._keep(record)
        ledger.observers.append(directory.observe)
        return directory

    async def follow(self) -> None:
        """Take in what other processes record, until cancelled."""
        while True:
            await self.ledger.recorder.wait(self.position, WAIT_SECONDS)
            self.catch_up()
            await asyncio.sleep(PAUSE_SECONDS)

    def catch_up(self) -> None:
        """Take in all that is recorded by now, by whichever process."""
        head = self.ledger.position()
        while self.position < head:
            rows = self.ledger.recorder.select_notifications(
                self.position, PAGE, head, TOPICS, inclusive_of_start=False
            )
            self.observe([self.ledger.mapper.entry(row, row.id) for row in rows])
            self.position = head if len(rows) < PAGE else rows[-1].id

    def frozen(self) -> "Directory":
        """What is known now, for good: for what takes its time in a thread meanwhile."""
        other = copy(self)
        for name, known in vars(self).items():
            if isinstance(known, dict):
                inner = {
                    key: copy(one) if isinstance(one, dict) else one for key, one in known.items()
                }
                setattr(other, name, inner)
        return other

    def observe(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.apply(entry)
        self.ledger.remove_words(removed_by(entries))

    def apply(self, entry: Entry) -> None:
        """Take in one entry. One that is known, or of another kind, changes nothing."""
        kind = KIND_OF_NAME.get(entry.topic.partition(".")[0])
        if kind is None:
            return
        known = self._records[kind].get(entry.originator_id)
        record = kind(entry.originator_id) if known is None else known.fork()
        if entry.originator_version <= record.version:
            return
        if entry.originator_version == record.version + 1:
            record.replay(entry)
        else:
            # Commands are observed in no fixed order: the ledger has those between.
            for each in self.ledger.history(record.id):
                if each.originator_version > record.version:
                    record.replay(each)
        self._keep(record)

    def _keep(self, record: Aggregate) -> None:
        of_kind = self._records[type(record)]
        if isinstance(record, Person):
            self._keep_person(record)
        elif isinstance(record, Team):
            known = of_kind.get(record.id)
            if isinstance(known, Team):
                let_go(self._team_names, known.name, record.id)
                for person in set(known.members) - set(record.members):
                    self._teams_of[person] = self.memberships_of(person) - {record.id}
            for person in record.members:
                self._teams_of[person] = self.memberships_of(person) | {record.id}
            if not record.is_disbanded:
                self._team_names.setdefault(name_digest(record.name), record.id)
        of_kind[record.id] = record
        if isinstance(record, ServiceLevelPolicy):
            self._order_policies()

    def _order_policies(self) -> None:
        in_use = [
            (agreement.order, policy.id, policy, agreement)
            for policy in self._all(ServiceLevelPolicy)
            if (agreement := policy.published)
        ]
        self._policies = tuple(row[2:] for row in sorted(in_use, key=lambda row: row[:2]))

    def _keep_person(self, person: Person) -> None:
        known = self.person(person.id)
        if known is not None:
            let_go(self._usernames, known.username, person.id)
            let_go(self._emails, known.email, person.id)
        if person.is_erased:
            self.ledger.forget(person.id)
        else:
            self._usernames.setdefault(name_digest(person.username), person.id)
        if person.email:
            self._emails.setdefault(name_digest(person.email), person.id)
        for made in person.delegations:
            self._delegators.setdefault(made.to, {})[person.id] = None
        for role, holders in self._holders.items():
            if role in person.roles:
                holders[person.id] = None
            else:
                holders.pop(person.id, None)

    # Records -----------------------------------------------------------------------------

    def _get(self, kind: type[A], id: UUID | None) -> A | None:
        record = self._records[kind].get(id) if id is not None else None
        return record if isinstance(record, kind) else None

    def _all(self, kind: type[A]) -> Iterator[A]:
        return (record for record in self._records[kind].values() if isinstance(record, kind))

    def record(self, id: UUID) -> Aggregate | None:
        """A record of any of these kinds."""
        return self._records.get(KIND_OF_PREFIX.get(prefix_of(id), Aggregate), {}).get(id)

    def person(self, id: UUID | None) -> Person | None:
        return self._get(Person, id)

    def people(self) -> Iterator[Person]:
        """Everybody, also those who were deactivated."""
        return self._all(Person)

    def person_by_username(self, username: str) -> Person | None:
        return self.person(self._usernames.get(name_digest(username)))

    def person_by_email(self, email: str) -> Person | None:
        return self.person(self._emails.get(name_digest(email)))

    def people_with_role(self, role: Role) -> list[Person]:
        """The active people with a role."""
        people = (self.person(id) for id in self._holders[role])
        return [person for person in people if person is not None and person.is_active]

    def people_rows(self) -> Sequence[Row]:
        """All people, as expressions over the directory see them."""
        return rows_of(self._all(Person), self._all(Team), self.organisation)

    def delegated_to(self, id: UUID) -> Iterator[tuple[Person, Delegation]]:
        """The delegations that were ever made to a person, with who made them."""
        for delegator in self._delegators.get(id, ()):
            if (person := self.person(delegator)) is not None:
                yield from ((person, made) for made in person.delegations if made.to == id)

    def stands_in(self, id: UUID, at: datetime) -> tuple[tuple[Person, Delegation], ...]:
        """The active people for whom a person may vote at a moment, and how far."""
        if id not in self._delegators:
            return ()
        to = self.delegated_to(id)
        return tuple((who, made) for who, made in to if who.is_active and made.holds(at))

    def team(self, id: UUID | None) -> Team | None:
        return self._get(Team, id)

    def team_by_name(self, name: str) -> Team | None:
        """The team of that name, unless it was disbanded."""
        return self.team(self._team_names.get(name_digest(name)))

    def memberships_of(self, person: UUID) -> frozenset[UUID]:
        """The teams that a person is a member of."""
        return self._teams_of.get(person, frozenset())

    def teams(self) -> Iterator[Team]:
        """Every team, also those that were disbanded."""
        return self._all(Team)

    def organisation(self, id: UUID | None) -> Organisation | None:
        return self._get(Organisation, id)

    def organisations(self) -> Iterator[Organisation]:
        """Every organisation, also those that were deactivated."""
        return self._all(Organisation)

    def is_operator(self, organisation: UUID | None) -> bool:
        """Whether members of that organisation operate the desk for the others."""
        found = self.organisation(organisation)
        return found is not None and found.is_active and found.is_operator

    def actor(self, person: Person, token: Token | None = None) -> Actor:
        """What the policy knows of a person who asks; without a token, with every scope."""
        if person.organisation is None:
            raise NotFound(f"{person.number} belongs to no organisation.")
        return Actor(
            person.id,
            person.roles,
            person.organisation,
            self.is_operator(person.organisation),
            frozenset(Scope if token is None else token.scopes),
            teams=self.memberships_of(person.id),
        )

    # Services ------------------------------------------------------------------------------

    def service(self, id: UUID | None) -> Service | None:
        return self._get(Service, id)

    def service_by_name(self, name: str) -> Service | None:
        """The service of that name, unless it was retired."""
        digest = name_digest(name)
        fitting = (
            service
            for service in self._all(Service)
            if service.status != "retired" and name_digest(service.name) == digest
        )
        return next(fitting, None)

    # Definitions ---------------------------------------------------------------------------

    def calendar(self, id: UUID | None) -> Calendar | None:
        return self._get(Calendar, id)

    def ticket_type(self, ticket: str) -> TicketType | None:
        """The type of a kind of ticket, such as `incident`, if the desk has defined one."""
        return next((one for one in self._all(TicketType) if one.ticket == ticket), None)

    def choice_list(self, id: UUID) -> ChoiceList | None:
        return self._get(ChoiceList, id)

    def ticket_types(self) -> Iterator[TicketType]:
        return self._all(TicketType)

    def asset_types(self) -> Iterator[AssetType]:
        """Every type of assets, also those that were retired."""
        return self._all(AssetType)

    def matrix(self, ticket: str) -> MatrixInUse:
        """By which matrix tickets of a kind get their priority now."""
        found = self.ticket_type(ticket)
        if found is None:
            return USUAL
        return MatrixInUse(found.definition.matrix, found.id, found.definition_version)

    def calendars(self) -> Iterator[Calendar]:
        """Every calendar, also those that were retired."""
        return self._all(Calendar)

    def hours(self, calendar: UUID | None, version: int) -> BusinessHours | None:
        """The hours of a version of a calendar; None where no calendar is named.

        Raises NotFound.
        """
        if calendar is None:
            return None
        found = self.calendar(calendar)
        if found is None:
            self.catch_up()
            found = self.calendar(calendar)
        if found is None:
            raise NotFound(f"There is no calendar {calendar}.")
        return found.hours_of(version)

    def change_window(self, id: UUID | None) -> ChangeWindow | None:
        return self._get(ChangeWindow, id)

    def change_windows(self) -> Iterator[ChangeWindow]:
        """Every change window, also those that are not in force."""
        return self._all(ChangeWindow)

    def approval_process(self, id: UUID | None) -> ApprovalProcess | None:
        return self._get(ApprovalProcess, id)

    def process_for(self, kind: SubjectKind, facts: Mapping[str, Value]) -> ApprovalProcess | None:
        """The published process for a subject: that with the lowest order, then number."""
        fitting = [
            (definition.order, process.id, process)
            for process in self._all(ApprovalProcess)
            if (definition := process.published)
            and kind in definition.subjects
            and condition(definition.when, kind).holds(facts)
        ]
        return min(fitting)[2] if fitting else None

    def risk_model(self, id: UUID | None) -> RiskModel | None:
        return self._get(RiskModel, id)

    def risk_model_for(self, facts: Mapping[str, Value]) -> RiskModel | None:
        """The published risk model for a change: that with the lowest order, then number."""
        fitting = [
            (asked.order, model.id, model)
            for model in self._all(RiskModel)
            if (asked := model.published) and condition(asked.when, "change").holds(facts)
        ]
        return min(fitting)[2] if fitting else None

    def survey_policies(self) -> Iterator[SurveyPolicy]:
        return self._all(SurveyPolicy)

    def assignment_rule(self, id: UUID | None) -> AssignmentRule | None:
        return self._get(AssignmentRule, id)

    def assignment_rules(self) -> Iterator[AssignmentRule]:
        """Every rule, also those that are not in use."""
        return self._all(AssignmentRule)

    def service_level_policy(self, id: UUID | None) -> ServiceLevelPolicy | None:
        return self._get(ServiceLevelPolicy, id)

    def service_level_policies(self) -> Iterator[ServiceLevelPolicy]:
        """Every policy, also those that are not in use."""
        return self._all(ServiceLevelPolicy)

    @property
    def published_policies(self) -> tuple[tuple[ServiceLevelPolicy, Agreement], ...]:
        """The policies in use with what they promise now, the lowest order first."""
        return self._policies

    def policies_for(
        self, ticket: About
    ) -> tuple[tuple[ServiceLevelPolicy, tuple[Target, ...]], ...]:
        """The published policies for a ticket in its situation, each with what it promises."""
        return in_force(self._policies, ticket)

    def policy_for(self, facts: Facts) -> tuple[ServiceLevelPolicy, tuple[Target, ...]] | None:
        """The published SLA for a ticket, with what it promises: the lowest order first."""
        slas = [row for row in self._policies if row[1].kind == "SLA"]
        return next(iter(in_force(slas, facts)), None)


def let_go(names: dict[str, UUID], name: str, id: UUID) -> None:
    """Free a name, if it is this record's."""
    digest = name_digest(name)
    if names.get(digest) == id:
        del names[digest]
