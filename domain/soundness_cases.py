"""Who would be asked: the stages of a definition with the people there are today, by requester."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct, structs

from domain import approval, approval_flow, quorum_rules
from domain.approval import MANAGERS, OpenStage, Stage
from domain.approval_process import Definition
from domain.approval_round import VOTERS_MAX, Skipped, Terms
from domain.people_expression import people_expression
from domain.quorum import Quorum
from domain.rules import Refused
from domain.soundness_company import Company, Subject
from domain.soundness_told import by_requester
from domain.subjects import SubjectKind

LATER = ("owner-of:", "field:", "manager-of:assignee")
"""Selectors whose people only the subject tells."""
FEW = 3
"""So few people are compared one by one."""
BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)
"""When cases begin whose time does not matter."""


class Seat(Struct, frozen=True):
    """A stage as it would open. `refusal` says why a submission would be refused, and `field` is
    the part of the stage that is to blame."""

    index: int
    open: OpenStage
    refusal: str = ""
    field: str = ""
    later: tuple[str, ...] = ()
    later_escalate: tuple[str, ...] = ()
    """The selectors of approvers, and of those to escalate to, whose people only a subject tells:
    they are taken to name nobody."""
    spare: tuple[str, ...] = ()
    """The people of the fallback who may vote in it."""
    is_by_fallback: bool = False
    """Whether these are who is asked, as nobody else is found."""

    @property
    def is_known(self) -> bool:
        """Whether all its people are known before there is a subject."""
        return not (self.later or self.later_escalate)

    @property
    def is_certain(self) -> bool:
        """Whether no subject could tell of people with whom it were not refused."""
        return not (self.later_escalate if self.field == "escalate_to" else self.later)


class Case(Struct, frozen=True):
    """A subject with the people who would be asked about it."""

    subject: Subject
    seats: tuple[Seat, ...]
    fallback: tuple[str, ...]
    exclude: tuple[str, ...]
    managers: Mapping[str, str]
    repeat_voters: bool

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal for cases in which the same people are asked."""
        asked = ((seat.open.voters, seat.open.escalate_to, seat.refusal) for seat in self.seats)
        return (tuple(asked), self.fallback)

    def rounds(self, applied: Collection[int]) -> tuple[tuple[OpenStage, ...], Terms]:
        """The stages and terms of a submission to which these stages apply."""
        skipped = [seat.open.name for seat in self.seats if seat.index not in applied]
        before = self.before(applied)
        stages = tuple(
            structs.replace(
                seat.open, after=before[seat.open.name], voters=self.voters(seat, applied)
            )
            for seat in self.seats
            if seat.index in applied
        )
        terms = Terms(
            skipped=tuple(Skipped(name, "Its condition does not hold.") for name in skipped),
            exclude=self.exclude,
            fallback=self.fallback,
            managers=self.managers,
            repeat_voters=self.repeat_voters,
        )
        return stages, terms

    def before(self, applied: Collection[int]) -> Mapping[str, tuple[str, ...]]:
        """The stages that each one waits for."""
        skipped = [seat.open.name for seat in self.seats if seat.index not in applied]
        return approval_flow.before([seat.open for seat in self.seats], skipped)

    def voters(self, seat: Seat, applied: Collection[int]) -> tuple[str, ...]:
        """Who is asked in a stage: the fallback, if nobody else can ever be."""
        if seat.open.voters or self.has_managers(seat, applied):
            return seat.open.voters
        return seat.spare

    def is_lonely(self, seat: Seat, applied: Collection[int]) -> bool:
        """Whether a stage that applies is left to managers whom nobody can have."""
        return (
            seat.index in applied
            and seat.open.asks_managers
            and not self.voters(seat, applied)
            and not self.has_managers(seat, applied)
        )

    def is_refused(self, applied: Collection[int]) -> bool:
        """Whether a submission to which these stages apply is refused."""
        return any(
            seat.refusal or self.is_lonely(seat, applied)
            for seat in self.seats
            if seat.index in applied
        )

    def has_managers(self, seat: Seat, applied: Collection[int]) -> bool:
        """Whether the manager of somebody who may approve before it can be asked in a stage."""
        if not seat.open.asks_managers:
            return False
        awaited = self.before(applied)[seat.open.name]
        before = [one for one in self.seats if one.open.name in awaited]
        out = {*self.subject.own, *self.exclude, *seat.open.exclude}
        managers = {
            self.managers.get(person, "") for one in before for person in self.voters(one, applied)
        }
        return any(one.open.asks_managers for one in before) or bool(managers - out - {""})


class Cases:
    """The cases of a definition in a company. People are looked up once for each selector."""

    def __init__(self, definition: Definition, company: Company) -> None:
        self.definition = definition
        self.company = company
        self.managers = (
            {
                person.id: person.manager
                for person in company.people.values()
                if person.manager and company.people[person.manager].is_active
            }
            if _asks_managers(definition)
            else {}
        )
        self._found: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._refusals: dict[tuple[object, ...], str] = {}
        self._named = [bool(quorum_rules.selectors(stage.quorum)) for stage in definition.stages]
        self._selectors = tuple(dict.fromkeys(_selectors(definition)))
        self._members: dict[int, frozenset[str]] = {}

    def alike(self, subject: Subject) -> object:
        """Equal for requesters of whom the same selectors name the same people, and themselves as
        well or not: what holds of one case holds of the other, with one in place of the other."""
        if self.managers or any(self._named):
            return subject.requester
        return tuple(self._mark(self._resolved(one, subject), subject) for one in self._selectors)

    def _mark(self, found: tuple[str, ...], subject: Subject) -> object:
        if len(found) <= FEW:
            return found, subject.requester in found
        # All that was found is kept, so that no other has the same id.
        members = self._members.get(id(found))
        if members is None:
            members = self._members[id(found)] = frozenset(found)
        return id(found), subject.requester in members

    def case(self, subject: Subject) -> Case:
        own = subject.own
        exclude = self._people(self.definition.exclude, subject)
        out = own | set(exclude)
        fallback = self._people(self.definition.fallback, subject, out)
        return Case(
            subject,
            tuple(
                self._seat(index, stage, fallback, subject, out)
                for index, stage in enumerate(self.definition.stages)
            ),
            fallback,
            exclude,
            self.managers,
            self.definition.repeat_voters,
        )

    def _seat(
        self,
        index: int,
        stage: Stage,
        fallback: tuple[str, ...],
        subject: Subject,
        out: frozenset[str],
    ) -> Seat:
        exclude = self._people(stage.exclude, subject)
        out = out | set(exclude)
        left = tuple(person for person in fallback if person not in out)
        asks_managers = MANAGERS in stage.approvers
        named = [selector for selector in stage.approvers if selector != MANAGERS]
        voters = self._people(named, subject, out)
        is_by_fallback = not voters and not asks_managers
        if is_by_fallback:
            voters = left
        later, later_escalate = (
            tuple(one for one in asked if is_known_later(one, subject.kind, subject.facts))
            for asked in (stage.approvers, stage.escalate_to)
        )
        escalate_to: tuple[str, ...] = ()
        refusal = field = ""
        if stage.on_timeout == "escalate":
            escalate_to = self._people(stage.escalate_to, subject, out) or left
            if not escalate_to:
                refusal, field = "nobody is found to escalate to.", "escalate_to"
        # A refusal that no subject changes is told rather than one that some have.
        is_certain = bool(refusal) and not later_escalate
        if not voters and not asks_managers and not (is_certain and later):
            refusal, field = "nobody is found to approve.", "approvers"
        quorum, wrong = self._quorum(index, stage, subject, out, voters)
        opened = OpenStage(
            name=stage.name,
            voters=voters,
            quorum=quorum,
            patience=stage.patience,
            on_timeout=stage.on_timeout,
            escalate_to=escalate_to,
            after=stage.after,
            exclude=exclude,
            remind=stage.remind,
            asks_managers=asks_managers,
        )
        if not refusal and (refusal := wrong or self._refusal(opened, fallback)):
            field = "quorum"
        return Seat(index, opened, refusal, field, later, later_escalate, left, is_by_fallback)

    def _quorum(
        self,
        index: int,
        stage: Stage,
        subject: Subject,
        out: frozenset[str],
        voters: tuple[str, ...],
    ) -> tuple[Quorum, str]:
        if not self._named[index]:
            return stage.quorum, ""

        def voting(selector: str) -> tuple[str, ...]:
            people = self._people((selector,), subject, out)
            is_open = MANAGERS in stage.approvers
            return tuple(person for person in people if is_open or person in voters)

        try:
            return quorum_rules.resolved(stage.quorum, voting), ""
        except Refused as refused:
            return stage.quorum, str(refused)

    def _refusal(self, stage: OpenStage, fallback: tuple[str, ...]) -> str:
        key = (stage.name, stage.voters, stage.escalate_to, fallback)
        if key not in self._refusals:
            self._refusals[key] = _refused(stage, fallback)
        return self._refusals[key]

    def _people(
        self, selectors: Iterable[str], subject: Subject, out: frozenset[str] = frozenset()
    ) -> tuple[str, ...]:
        found = (person for one in selectors for person in self._resolved(one, subject))
        return tuple(person for person in dict.fromkeys(found) if person not in out)

    def _resolved(self, selector: str, subject: Subject) -> tuple[str, ...]:
        if is_known_later(selector, subject.kind, subject.facts):
            return ()
        key = (selector, subject.kind, *_depends(selector, subject, self.company))
        if key not in self._found:
            self._found[key] = tuple(self.company.resolve(selector, subject))
        return self._found[key]


def requesters(company: Company) -> list[str]:
    """Everybody who could ask for something today."""
    return [person.id for person in company.people.values() if person.is_active]


def is_known_later(selector: str, kind: SubjectKind, facts: Collection[str] = ()) -> bool:
    """Whether only the subject tells whom a selector names: nobody knows it before. `facts` are the
    fields that are known of it."""
    return bool(unknown_fields(selector, kind, facts)) or selector.startswith(LATER)


def unknown_fields(selector: str, kind: SubjectKind, facts: Collection[str]) -> frozenset[str]:
    """The fields of the subject that an expression asks for and that are not known."""
    form, _, expression = selector.partition(":")
    if form != "cel":
        return frozenset()
    return people_expression(expression, kind).fields - by_requester(kind) - set(facts)


def _depends(selector: str, subject: Subject, company: Company) -> tuple[str, ...]:
    """What the people of a selector depend on."""
    form, _, expression = selector.partition(":")
    if form == "role":
        return (company.people[subject.requester].organisation or "",)
    if form == "cel":
        fields = people_expression(expression, subject.kind).fields
        told = (repr(subject.facts[name]) for name in sorted(fields & subject.facts.keys()))
        own = by_requester(subject.kind) - subject.facts.keys()
        return (*told, *(() if fields.isdisjoint(own) else (subject.requester,)))
    return () if form in ("person", "team") else (subject.requester,)


def _refused(stage: OpenStage, fallback: tuple[str, ...]) -> str:
    number = len({*stage.voters, *stage.escalate_to, *fallback})
    if number > VOTERS_MAX:
        return f"a stage has at most {VOTERS_MAX} voters, and {number} are asked."
    try:
        approval.check([stage])
    except Refused as refused:
        return str(refused).removeprefix(f"{stage.name}: ")
    return ""


def _selectors(definition: Definition) -> Iterator[str]:
    yield from definition.fallback
    yield from definition.exclude
    for stage in definition.stages:
        yield from (one for one in stage.approvers if one != MANAGERS)
        yield from stage.escalate_to
        yield from stage.exclude


def _asks_managers(definition: Definition) -> bool:
    return any(MANAGERS in stage.approvers for stage in definition.stages)
