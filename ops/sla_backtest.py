"""`ledgerdesk sla backtest`: a draft of a service level policy over the tickets of the ledger.

The ledger is only read.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct

from domain.backtest_past import history
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.desk import Desk
from domain.directory import Directory
from domain.ids import SERIAL_MAX, number_of, parse_reference, record_id
from domain.person import name_digest
from domain.provenance import Provenance
from domain.rules import NotFound
from domain.service_level_policy import ServiceLevelPolicy
from domain.sla_backtest import KINDS, Backtest, Found, drafted
from domain.sla_backtest_agreement import Beside, BesideSummary
from domain.sla_backtest_report import Report, Summary
from ops.backtest_options import Tell
from ops.compose import open_desk
from ops.past import begun, require_ledger
from ops.policy_sources import Source, Sources
from ops.problems import UserProblem
from ops.settings import Settings
from ops.sla_calendar_file import calendar_in


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be run over what. Moments from `since`, and before `until`."""

    policy: str
    since: datetime
    until: datetime
    calendar: str = ""
    """A file with a calendar that is tried in place of the one with its name."""
    recorded_in: str = ""
    """The detail of tickets that says whether their service level was kept."""


class Result(Struct, frozen=True, kw_only=True):
    report: Report
    beside: Beside | None


def check(asked: Asked) -> None:
    """Refuse what makes no sense. Raises UserProblem."""
    if asked.until <= asked.since:
        raise UserProblem("--from: the time begins before it ends: --from comes before --to.")


async def backtest(
    settings: Settings,
    asked: Asked,
    *,
    now: datetime,
    tell: Tell,
    keep: Callable[[Found, "Names"], None],
) -> Result:
    """Run it. Clocks that still run are counted up to `now`. `keep` gets what was found of each
    ticket. Raises UserProblem and Refused."""
    check(asked)
    require_ledger(settings)
    by = Provenance(actor="backtest", at=now, command=uuid4())
    async with open_desk(settings) as desk:
        tried = Tried(desk.directory, asked.calendar, by)
        sources = Sources(desk, lambda: desk.policy_names(tried.calendars()))
        source = await sources.find(asked.policy)
        return Run(desk, tried, source, asked, by, tell).result(keep)


class Tried:
    """The records of the desk, with a calendar that is tried among them. Nothing is recorded."""

    def __init__(self, directory: Directory, file: str, by: Provenance) -> None:
        self._directory = directory
        self.service_level_policy = directory.service_level_policy
        self.person, self.organisation = directory.person, directory.organisation
        self._tried: Calendar | None = None
        if not file:
            return
        name, hours = calendar_in(file)
        known = next((one for one in directory.calendars() if one.name == name), None)
        if known is None:
            id = record_id(Calendar.prefix, SERIAL_MAX)
            self._tried = Calendar.define(id, name=name, hours=hours, by=by)
        else:
            self._tried = known.fork()
            self._tried.revise(hours=hours, by=by)

    def calendars(self) -> Iterator[Calendar]:
        tried = self._tried
        yield from (one for one in self._directory.calendars() if not tried or one.id != tried.id)
        if tried is not None:
            yield tried

    def calendar(self, id: UUID | None) -> Calendar | None:
        if self._tried is not None and self._tried.id == id:
            return self._tried
        return self._directory.calendar(id)

    def hours(self, id: UUID, version: int) -> BusinessHours:
        calendar = self.calendar(id)
        if calendar is None:
            raise NotFound(f"There is no calendar {number_of(id)}.")
        return calendar.hours_of(version)


class Names:
    """What records and parties are called in the report."""

    def __init__(self, directory: Directory, draft: ServiceLevelPolicy) -> None:
        self._directory, self._draft = directory, draft

    def of(self, id: UUID) -> str:
        if id == self._draft.id:
            return self._draft.name
        directory = self._directory
        found = (
            directory.team(id) or directory.organisation(id) or directory.service_level_policy(id)
        )
        return number_of(id) if found is None else found.name

    def party(self, party: str) -> str:
        """`TEA0000001, level 2` by the name of the team."""
        number, comma, level = party.partition(",")
        if not comma:
            return party
        try:
            return f"{self.of(parse_reference(number))},{level}"
        except NotFound:
            return party


class Run:
    def __init__(
        self,
        desk: Desk,
        records: Tried,
        source: Source,
        asked: Asked,
        by: Provenance,
        tell: Tell,
    ) -> None:
        directory = desk.directory
        self._ledger, self._asked, self._tell = desk.ledger, asked, tell
        self._now = by.at
        self._head = desk.ledger.position()
        self._agreement = source.agreement
        published = directory.published_policies
        self._draft = _draft(source, [policy for policy, _ in published], by)
        self._names = Names(directory, self._draft)
        self._calendar = records.calendar(self._agreement.calendar)
        self._tried = Backtest(
            self._draft, published, records, records.hours, by.at, asked.recorded_in
        )

    def result(self, keep: Callable[[Found, Names], None]) -> Result:
        asked, names = self._asked, self._names
        summary = Summary(self._draft.id)
        beside = BesideSummary(asked.recorded_in) if asked.recorded_in else None
        kinds = [KINDS[subject] for subject in self._agreement.subjects]
        for id, first, position in begun(
            self._ledger, kinds, asked.until, self._head, "running", self._tell
        ):
            if first.by.effective_at >= asked.since:
                found = self._tried.run(history(self._ledger, id))
                summary.add(found)
                if beside is not None:
                    beside.add(found)
                keep(found, names)
            self._tell("running", position, self._head)
        report = summary.report(
            self._draft.name,
            asked.since,
            asked.until,
            self._now,
            name_of=names.of,
            party_name=names.party,
            notes=self._notes(),
        )
        return Result(report=report, beside=beside.beside() if beside else None)

    def _notes(self) -> Iterator[str]:
        yield (
            "Policies, calendars, people and organisations are those of today; what was promised "
            "then is left out."
        )
        yield (
            "Tickets are those that were opened in the time, with all that happened to them since. "
            "Months are those of their opening, in UTC."
        )
        if self._calendar is not None:
            yield f"Time counts on {self._calendar.name} ({self._calendar.number})."


def _draft(
    source: Source, published: list[ServiceLevelPolicy], by: Provenance
) -> ServiceLevelPolicy:
    """The draft as the next version of the policy that it replaces, or as one that comes after all
    others of its order."""
    name = name_digest(source.name)
    known = next((policy for policy in published if name_digest(policy.name) == name), None)
    id = record_id(ServiceLevelPolicy.prefix, SERIAL_MAX)
    return drafted(id, source.name, source.agreement, known, by)
