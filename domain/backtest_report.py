"""What a draft would have done with a whole history, summed up subject by subject.

Memory: some ten bytes for each subject, and what is told of each approver and stage.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from domain.approval import MANAGERS
from domain.backtest import Draft, Found
from domain.backtest_answers import Answer, length, quantile
from domain.ids import number_of

DIFFERING_MAX = 100
REASONS_MAX = 200
OTHERS = "other reasons"

Subjects = Literal["changes", "incidents", "all", "records"]
"""What a draft is run over; records are definitions, and assets by the acts on them."""


class Lead(Struct, frozen=True, kw_only=True):
    """Lead times in seconds, of so many subjects; the quantiles are None of none."""

    count: int
    median: int | None = None
    p90: int | None = None
    longest: int | None = None


class LeadTimes(Struct, frozen=True, kw_only=True):
    """added: of those whose lead time then is known; saved where it is negative."""

    draft: Lead
    then: Lead
    added: Lead
    handling: Lead
    """From the opening until it was resolved or done, for comparison."""
    slower: int
    faster: int
    unknown: int
    """Subjects whose lead time then is not known."""


class StageLoad(Struct, frozen=True, kw_only=True):
    name: str
    applied: int
    skipped: int
    opened: int
    rejected: int
    timed_out: int
    fallback_asked: int
    open: Lead
    selectors: tuple[tuple[str, int], ...]
    """Its approvers, and for how many subjects each named somebody who may vote."""


class Load(Struct, frozen=True, kw_only=True):
    """What an approver would have been asked. `week` is the Monday of the busiest."""

    username: str
    asked: int
    per_week: float
    busiest: int
    week: date
    asked_then: int
    answers_within: int
    """In seconds."""
    answers_from: str


class Differing(Struct, frozen=True, kw_only=True):
    number: str
    then: str
    draft: str
    is_certain: bool
    reason: str


class Silent(Struct, frozen=True, kw_only=True):
    """A rule that never fired, at its place in the draft."""

    place: str
    says: str


class Report(Struct, frozen=True, kw_only=True):
    process: str
    kind: Subjects
    since: datetime
    until: datetime
    subjects: int
    undecided: int
    known_by_incident: int
    governed: dict[str, int]
    others: dict[str, int]
    """By the other process that takes them first."""
    outcomes: dict[str, int]
    reasons: dict[str, int]
    """Why it refuses or rejects."""
    compared: int
    """Those whose decision then is known."""
    same: int
    differing: int
    uncertain: int
    examples: tuple[Differing, ...]
    lead_times: LeadTimes
    stages: tuple[StageLoad, ...]
    approvers: tuple[Load, ...]
    silent: tuple[Silent, ...]
    unknown: dict[str, int]
    """The fields that the draft reads, and for how many subjects they are not known."""
    notes: tuple[str, ...]


class _Stage:
    def __init__(self, approvers: tuple[str, ...]) -> None:
        self.approvers = approvers
        self.applied = self.skipped = self.rejected = self.fallback = 0
        self.opened = self.timed_out = self.escalated = 0
        self.seconds = array("q")
        self.selectors: Counter[str] = Counter()


class Summary:
    def __init__(self, draft: Draft, kind: Subjects) -> None:
        self._draft, self._kind = draft, kind
        self._number = self._known_by = self._compared = self._same = self._uncertain = 0
        self._governed: Counter[str] = Counter()
        self._others: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._differing = 0
        self._examples: list[Differing] = []
        self._stages = {stage.name: _Stage(stage.approvers) for stage in draft.definition.stages}
        self._asked: dict[str, Counter[date]] = {}
        self._asked_then: Counter[str] = Counter()
        self._took, self._then = array("q"), array("q")
        self._added, self._handling = array("q"), array("q")
        self._unknown_then = 0
        self._weeks: set[date] = set()

    # Sum up --------------------------------------------------------------------------------

    def add(self, found: Found) -> None:
        past = found.past
        self._number += 1
        self._known_by += past.known_by != ""
        self._governed[found.governed] += 1
        self._unknown.update(found.unknown)
        self._asked_then.update(past.asked)
        self._weeks.add(_monday(past.start))
        if found.by:
            self._others[found.by] += 1
        if found.governed != "draft":
            return
        self._outcomes[found.outcome] += 1
        if found.reason:
            known = found.reason in self._reasons or len(self._reasons) < REASONS_MAX
            self._reasons[found.reason if known else OTHERS] += 1
        for name, stage in self._stages.items():
            stage.skipped += name in found.skipped
            stage.applied += name not in found.skipped
        for name, selector in found.found_by:
            self._stages[name].selectors[selector] += 1
        self._compare(found)
        self._add_times(found)
        self._add_play(found)

    def _compare(self, found: Found) -> None:
        if not found.past.decision:
            return
        self._compared += 1
        self._same += not found.differs
        self._uncertain += not found.is_certain
        if found.differs:
            self._differing += 1
            if len(self._examples) < DIFFERING_MAX:
                self._examples.append(
                    Differing(
                        number=number_of(found.past.subject.id),
                        then=found.past.decision,
                        draft=found.outcome,
                        is_certain=found.is_certain,
                        reason=found.reason,
                    )
                )

    def _add_times(self, found: Found) -> None:
        past = found.past
        if past.done is not None:
            took = length(past.start, past.done, self._draft.hours)
            self._handling.append(_seconds(took))
        if found.took is None:
            return
        self._took.append(_seconds(found.took))
        if found.took_then is None or found.added is None:
            self._unknown_then += 1
        else:
            self._then.append(_seconds(found.took_then))
            self._added.append(_seconds(found.added))

    def _add_play(self, one: Found) -> None:
        played, found = one.played, {name for name, _ in one.found_by}
        if played is None:
            return
        for asking in played.asked:
            week = _monday(one.past.start + asking.after)
            self._weeks.add(week)
            for person in asking.people:
                self._asked.setdefault(person, Counter())[week] += 1
        for end in played.ended:
            stage = self._stages[end.stage]
            stage.seconds.append(_seconds(end.open))
            stage.rejected += end.outcome == "rejected"
        for name in {asking.stage for asking in played.asked}:
            self._stages[name].opened += 1
            # Where none of its approvers may vote, the fallback was asked from the beginning.
            asks_managers = MANAGERS in self._stages[name].approvers
            self._stages[name].fallback += name not in found and not asks_managers
        for name, what in played.timeouts:
            self._stages[name].timed_out += 1
            self._stages[name].escalated += what == "escalated"
        for name in played.fallback:
            self._stages[name].fallback += 1

    # Tell ----------------------------------------------------------------------------------

    def report(
        self,
        since: datetime,
        until: datetime,
        *,
        undecided: int,
        username: Callable[[str], str],
        answer_of: Callable[[str], Answer],
        notes: Iterable[str] = (),
    ) -> Report:
        return Report(
            process=self._draft.name,
            kind=self._kind,
            since=since,
            until=until,
            subjects=self._number,
            undecided=undecided,
            known_by_incident=self._known_by,
            governed=dict(self._governed),
            others=dict(self._others.most_common()),
            outcomes=dict(self._outcomes),
            reasons=dict(self._reasons.most_common()),
            compared=self._compared,
            same=self._same,
            differing=self._differing,
            uncertain=self._uncertain,
            examples=tuple(self._examples),
            lead_times=LeadTimes(
                draft=_lead(self._took),
                then=_lead(self._then),
                added=_lead(self._added),
                handling=_lead(self._handling),
                slower=sum(seconds > 0 for seconds in self._added),
                faster=sum(seconds < 0 for seconds in self._added),
                unknown=self._unknown_then,
            ),
            stages=tuple(self._stage_loads()),
            approvers=tuple(self._loads(username, answer_of)),
            silent=tuple(self._silent()),
            unknown=dict(self._unknown.most_common()),
            notes=tuple(notes),
        )

    def _stage_loads(self) -> Iterable[StageLoad]:
        for stage in self._draft.definition.stages:
            of = self._stages[stage.name]
            yield StageLoad(
                name=stage.name,
                applied=of.applied,
                skipped=of.skipped,
                opened=of.opened,
                rejected=of.rejected,
                timed_out=of.timed_out,
                fallback_asked=of.fallback,
                open=_lead(of.seconds),
                selectors=tuple((one, of.selectors[one]) for one in stage.approvers),
            )

    def _loads(
        self, username: Callable[[str], str], answer_of: Callable[[str], Answer]
    ) -> list[Load]:
        if not self._weeks:
            return []
        span = max(self._weeks) - min(self._weeks)
        weeks = span // timedelta(weeks=1) + 1
        found = []
        for person in self._asked.keys() | self._asked_then.keys():
            asked = self._asked.get(person, Counter())
            number = asked.total()
            week, busiest = max(asked.items(), key=_busy, default=(min(self._weeks), 0))
            answer = answer_of(person)
            found.append(
                Load(
                    username=username(person),
                    asked=number,
                    per_week=round(number / weeks, 1),
                    busiest=busiest,
                    week=week,
                    asked_then=self._asked_then[person],
                    answers_within=_seconds(answer.time),
                    answers_from=answer.source,
                )
            )
        return sorted(found, key=lambda one: (-one.asked, one.username))

    def _silent(self) -> Iterable[Silent]:
        definition, number = self._draft.definition, self._governed["draft"]
        if not number:
            says = f"{definition.when or 'The process'} governs none of the subjects."
            if self._others:
                says = "Other processes take what it could govern: give it a lower order."
            yield Silent(place="when", says=says)
            return
        for index, stage in enumerate(definition.stages):
            of, place = self._stages[stage.name], f"stages[{index}]"
            if not of.applied:
                says = f"{stage.name} is always skipped: {stage.when} never holds."
                yield Silent(place=f"{place}.when", says=says)
                continue
            if stage.when and not of.skipped:
                says = f"{stage.name} is never skipped: {stage.when} always holds."
                yield Silent(place=f"{place}.when", says=says)
            for which, selector in enumerate(stage.approvers):
                if selector != MANAGERS and not of.selectors[selector]:
                    says = f"{stage.name}: {selector} never names anybody who may vote."
                    yield Silent(place=f"{place}.approvers[{which}]", says=says)
            if stage.escalate_to and of.opened and not of.escalated:
                says = f"{stage.name} is never escalated."
                yield Silent(place=f"{place}.escalate_to", says=says)
        if definition.fallback and not any(of.fallback for of in self._stages.values()):
            yield Silent(place="fallback", says="The fallback is never asked.")


def _lead(seconds: "array[int]") -> Lead:
    if not seconds:
        return Lead(count=0)
    ordered = sorted(seconds)
    return Lead(
        count=len(ordered),
        median=quantile(ordered, 50),
        p90=quantile(ordered, 90),
        longest=ordered[-1],
    )


def _busy(week: tuple[date, int]) -> tuple[int, int]:
    """The busiest week, the earliest of several."""
    return week[1], -week[0].toordinal()


def _monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def _seconds(time: timedelta) -> int:
    return int(time.total_seconds())
