"""`ledgerdesk process backtest`: a draft over the decided subjects of the ledger.

The ledger is only read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

from msgspec import Struct, structs

from domain.aggregate import Aggregate, Event
from domain.approval_process import ApprovalProcess, Definition
from domain.asset import Asset
from domain.backtest import Backtest, Draft, Found, kind_for, wanting
from domain.backtest_answers import AnswerTimes
from domain.backtest_past import Past, change, history, incident, is_named_only, named
from domain.backtest_records import Decided, kinds_of
from domain.backtest_report import Report, Subjects, Summary
from domain.backtest_teams import PastDirectory
from domain.business_time import duration
from domain.change import Change
from domain.desk.approvals import owners_for
from domain.desk.subjects import affected_assets
from domain.ids import prefix_of
from domain.incident import Incident
from domain.ledger import Ledger
from domain.person import name_digest
from domain.rules import NotFound, Refused
from domain.subjects import TICKET
from ops.backtest_options import Tell
from ops.compose import open_ledger
from ops.past import begun, require_ledger
from ops.problems import UserProblem
from ops.process_sources import Source, Sources
from ops.settings import Settings


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be run over what. Moments from `since`, and before `until`."""

    process: str
    since: datetime
    until: datetime
    subjects: Subjects = "changes"
    answer_after: str = ""
    members_as_worked: bool = False


def check(asked: Asked) -> timedelta | None:
    """Refuse what makes no sense; give the time that everybody takes to answer, if one is given.

    Raises UserProblem.
    """
    if asked.until <= asked.since:
        raise UserProblem("--from: the time begins before it ends: --from comes before --to.")
    if asked.subjects not in get_args(Subjects):
        raise UserProblem(f"--subjects: one of {', '.join(get_args(Subjects))}.")
    if not asked.answer_after:
        return None
    try:
        time = duration(asked.answer_after).open_time
    except Refused as refused:
        raise UserProblem(f"--answer-after: {refused}") from None
    if time is None:
        raise UserProblem("--answer-after: people answer after open time, such as 30m or 4h.")
    return time


async def backtest(
    settings: Settings, asked: Asked, *, tell: Tell, keep: Callable[[Found, "Names"], None]
) -> Report:
    """Run it. `keep` gets what was found of each subject. Raises UserProblem and Refused."""
    fixed = check(asked)
    require_ledger(settings)
    async with open_ledger(settings) as ledger:
        source = await Sources(ledger).find(asked.process)
        if asked.subjects == "changes":
            asked = structs.replace(asked, subjects=_usual(source.definition))
        directory = PastDirectory.load(ledger)
        run = Run(ledger, directory, _draft(source, asked, directory), asked, fixed, tell)
        return await run.report(keep)


def _usual(definition: Definition) -> Subjects:
    """Changes if it governs any; else the definitions and assets that it governs, if it does."""
    has_records = "change" not in definition.subjects and kinds_of(definition.subjects)
    return "records" if has_records else "changes"


class Names:
    """What people are called in the report: by user name."""

    def __init__(self, directory: PastDirectory) -> None:
        self._directory = directory

    def of(self, person: str) -> str:
        try:
            found = self._directory.person(UUID(person))
        except ValueError:
            return person
        return person if found is None else found.username


class Run:
    def __init__(
        self,
        ledger: Ledger,
        directory: PastDirectory,
        draft: Draft,
        asked: Asked,
        fixed: timedelta | None,
        tell: Tell,
    ) -> None:
        self._ledger, self._directory, self._draft = ledger, directory, draft
        self._asked, self._fixed, self._tell = asked, fixed, tell
        self._head = ledger.position()
        self._answers = AnswerTimes(asked.since, asked.until, draft.hours, fixed)
        self._reads_types = ("asset_types", "") in draft.uses
        self._undecided = 0

    async def report(self, keep: Callable[[Found, Names], None]) -> Report:
        teams = self._measure()
        names, summary = Names(self._directory), Summary(self._draft, self._asked.subjects)
        tried = Backtest(self._draft, self._directory, self._answers)
        # Without any definition or asset, no answer is needed.
        is_measured = self._asked.subjects != "records"
        if is_measured:
            self._answers.check()
        for id, first, position in self._subjects("running", self._kinds):
            for past in await self._pasts(id, first):
                if not self._is_within(past.start):
                    continue
                if not is_measured:
                    self._answers.check()
                    is_measured = True
                found = tried.run(
                    past,
                    await owners_for(
                        self._ledger, self._directory, self._draft.definition, past.subject
                    ),
                    await self._asset_types(past.subject),
                )
                summary.add(found)
                keep(found, names)
            self._tell("running", position, self._head)
        return summary.report(
            self._asked.since,
            self._asked.until,
            undecided=self._undecided,
            username=names.of,
            answer_of=self._answers.of,
            notes=self._notes(teams),
        )

    # Read ----------------------------------------------------------------------------------

    @property
    def _kinds(self) -> tuple[type[Aggregate], ...]:
        kinds: Mapping[Subjects, tuple[type[Aggregate], ...]] = {
            "changes": (Change,),
            "incidents": (Incident,),
            "all": (Change, Incident),
            "records": kinds_of(self._draft.definition.subjects),
        }
        return kinds[self._asked.subjects]

    def _measure(self) -> int:
        """Measure how long people take to answer. Gives how many teams got assumed members."""
        if self._fixed is None or self._asked.members_as_worked:
            kinds: tuple[type[Aggregate], ...] = (Change, Incident, *self._kinds)
            for id, _, position in self._subjects("measuring", kinds):
                self._answers.take(history(self._ledger, id))
                self._tell("measuring", position, self._head)
        number = 0
        if self._asked.members_as_worked:
            number = self._directory.assume_members(self._answers.worked)
        teams = self._directory.teams_of()
        self._answers.teams_of = lambda person: teams.get(person, ())
        return number

    def _subjects(
        self, phase: str, kinds: tuple[type[Aggregate], ...]
    ) -> Iterator[tuple[UUID, Event, int]]:
        return begun(self._ledger, kinds, self._asked.until, self._head, phase, self._tell)

    async def _pasts(self, id: UUID, first: Event) -> Sequence[Past]:
        """What was decided of a record."""
        if self._asked.subjects == "records":
            decided = Decided(history(self._ledger, id))
            waits = decided.waiting is not None and self._is_within(decided.waiting)
            self._undecided += waits
            return decided.pasts
        past = await self._past(id, first)
        if past is None:
            self._undecided += self._is_within(first.by.effective_at)
        return () if past is None else (past,)

    async def _past(self, id: UUID, first: Event) -> Past | None:
        """A subject as it stood; None where nothing is decided."""
        recorder = self._ledger.recorder
        if prefix_of(id) == Incident.prefix:
            # Incidents are the many: those of other times are not even read.
            is_within = self._is_within(first.by.effective_at)
            return incident(history(self._ledger, id)) if is_within else None
        entries = history(self._ledger, id)
        if is_named_only(entries):
            receipt = await recorder.receipt(first.by.command)
            if receipt is not None and prefix_of(receipt.subject) == Incident.prefix:
                return named(entries, history(self._ledger, receipt.subject), receipt.version)
        return change(entries)

    async def _asset_types(self, subject: Aggregate) -> Mapping[UUID, str]:
        found: dict[UUID, str] = {}
        for id in affected_assets(subject) if self._reads_types else ():
            try:
                found[id] = (await self._ledger.find(Asset, id)).asset_class
            except NotFound:
                continue
        return found

    def _is_within(self, at: datetime) -> bool:
        return self._asked.since <= at < self._asked.until

    # What was assumed ----------------------------------------------------------------------

    def _notes(self, teams: int) -> Iterator[str]:
        yield (
            "People, teams, managers and owners are those of today, and nobody votes for another."
        )
        yield "Whoever voted then votes the same; everybody else who is asked approves."
        if self._asked.subjects == "records":
            yield (
                "What was published or done without an approval is taken as it stood then. Nobody "
                "was asked, so all of its lead time is added."
            )
        elif self._asked.subjects != "changes":
            yield (
                "Incidents stand in as subjects, as they were logged. Nothing was approved then, "
                "so all of their lead time is added."
            )
        if self._asked.answer_after:
            yield f"Everybody answers after {self._asked.answer_after}, as was given."
        else:
            votes, assignments = self._answers.counted
            yield (
                f"People answer after the median of their own answers, of their teams' or of "
                f"everybody's: {votes:,} votes and {assignments:,} assignments that something "
                "followed were measured."
            )
        if self._asked.members_as_worked:
            yield (
                f"{teams:,} teams without members have those who were assigned in their name "
                "most often, at least 5 times and the 20 busiest at most."
            )
        if self._draft.hours is None:
            yield "Without a calendar, time counts day and night."
        for place, selector in _selectors(self._draft):
            if not self._directory.knows(selector):
                yield f"{place}: {selector} names nobody whom the directory knows."


def _draft(source: Source, asked: Asked, directory: PastDirectory) -> Draft:
    """The process to try. Raises Refused and UserProblem where it fits no subject."""
    definition = source.definition
    calendar = directory.calendar(definition.calendar)
    place = (definition.order, UUID(int=2**128 - 1))
    others = [
        (other.order, process.id, process)
        for process in directory._all(ApprovalProcess)
        if (other := process.published) and name_digest(process.name) != name_digest(source.name)
    ]
    draft = Draft(
        name=source.name,
        definition=definition,
        kind=kind_for(definition, asked.subjects),
        hours=None if calendar is None else calendar.hours,
        before=tuple(
            (f"{process.number} ({process.name})", process.published)
            for order, id, process in sorted(others, key=lambda one: one[:2])
            if (order, id) < place and process.published
        ),
    )
    if asked.subjects in ("incidents", "all") and (found := wanting(draft)):
        raise UserProblem(_wanting(source, found))
    return draft


def _wanting(source: Source, found: Mapping[str, tuple[str, ...]]) -> str:
    lines = []
    for place, fields in found.items():
        read = " and ".join(f"subject.{field}" for field in fields)
        where = place
        if source.located is not None:
            line, column = source.located.position(place)
            where = f"line {line}, column {column}: {place}"
        lines.append(f"{where}: it reads {read}, which incidents do not have.")
    known = ", ".join(field.name for field in TICKET)
    lines.append(f"They have {known}. Take the condition out, or use --subjects changes.")
    return f"{source.title}:\n" + "\n".join(lines)


def _selectors(draft: Draft) -> Iterator[tuple[str, str]]:
    for index, stage in enumerate(draft.definition.stages):
        for part in ("approvers", "escalate_to", "exclude"):
            for number, selector in enumerate(getattr(stage, part)):
                yield f"stages[{index}].{part}[{number}]", selector
    for part in ("fallback", "exclude"):
        for number, selector in enumerate(getattr(draft.definition, part)):
            yield f"{part}[{number}]", selector
