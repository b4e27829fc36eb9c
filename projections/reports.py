"""What reports count, each by one declaration: of which tickets, at which of their moments, and
whether it is a number, a share or a mean. Every sum is of whole numbers, and exact."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from domain.policy import Visibility
from projections.counts import grouped
from projections.past import AsOf
from projections.queries import Either, Listing, Query, Span, shown
from projections.store import ViewReader
from projections.tables import instant

DIMENSIONS = ("kind", "type", "priority", "category", "service", "team", "organisation")
TIMES = ("week", "month")
"""Of the moment at which a ticket counts, in UTC; a week is named by its Monday."""

AGES = {
    "under 1 day": 1,
    "1 to 3 days": 3,
    "3 to 7 days": 7,
    "7 to 30 days": 30,
    "30 to 90 days": 90,
    "over 90 days": None,
}
"""Up to how many days each goes."""


class Share(Struct, frozen=True):
    """How many of the tickets have these values, of all."""

    part: Mapping[str, Any]


class Mean(Struct, frozen=True):
    """The mean of a column, of those that have a value."""

    column: str
    unit: Literal["microseconds", "points"]


class Number(Struct, frozen=True):
    """How many tickets there are."""


class Report(Struct, frozen=True, kw_only=True):
    """`moment` is when a ticket counts. Whoever changes what a report means changes its version."""

    name: str
    version: int = 1
    summary: str
    text: str
    of: Mapping[str, Any]
    moment: str
    measure: Share | Mean | Number
    is_by_age: bool = False
    """Whether it tells how old tickets are at one moment, and not what happened in a time."""
    also: tuple[str, ...] = ()
    """What it is grouped by besides what all are."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (*DIMENSIONS, *self.also)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return (*self.columns, *TIMES, *(("age",) if self.is_by_age else ()))


class Question(Struct, frozen=True, kw_only=True):
    """What is asked of a report. `now` is the moment at which ages are told."""

    report: Report
    by: tuple[str, ...] = ()
    filters: Mapping[str, Any] = {}
    span: Span = Span()
    visibility: Visibility
    as_of: AsOf | None = None
    now: datetime


class Total(NamedTuple):
    counted: int
    sum: int
    """Of a share how many are the part; of a mean the sum."""


class Measured(Struct, frozen=True):
    position: int
    groups: dict[tuple[Any, ...], Total]


_DESK = ("incident", "request", "question")
_WELL = ("successful", "successful with issues")

REPORTS = {
    report.name: report
    for report in (
        Report(
            name="time-to-acknowledge",
            summary="Read how long it took to take tickets up (MTTA)",
            text="The mean time from when an incident, request or question was opened until it was "
            "first given to a person, answered, begun or done, whichever came first. All time "
            "counts, not only business hours. It counts at that moment.",
            of={"kind": _DESK},
            moment="taken_up_at",
            measure=Mean("taken_up_after", "microseconds"),
        ),
        Report(
            name="time-to-resolve",
            summary="Read how long it took to resolve tickets (MTTR)",
            text="The mean time from when a ticket that is no change was opened until it was "
            "resolved, answered or fulfilled for the last time. All time counts, waiting too. It "
            "counts at that moment; one that was taken up again counts no more until it is done.",
            of={"kind": (*_DESK, "problem")},
            moment="done_at",
            measure=Mean("done_after", "microseconds"),
        ),
        Report(
            name="first-contact-resolution",
            summary="Read which share was resolved at the first contact",
            text="The share of incidents and questions resolved or answered by the only person "
            "other than the requester who had acted on them, without a hand-over, and not taken up "
            "again before. They count when they are done.",
            of={"kind": ("incident", "question")},
            moment="done_at",
            measure=Share({"is_first_contact": True}),
        ),
        Report(
            name="backlog",
            summary="Read how many tickets are open, by their age",
            text="The tickets of all kinds on which somebody has still to work. Their age is the "
            "time from when they were opened to the moment of the report; a bracket begins after "
            "its first day and ends with its last.",
            of={"is_open": True},
            moment="opened_at",
            measure=Number(),
            is_by_age=True,
        ),
        Report(
            name="reopen-rate",
            summary="Read which share was taken up again",
            text="The share of incidents, requests, questions and problems that were taken up "
            "again at least once after they were done. They count when they were done first.",
            of={"kind": (*_DESK, "problem")},
            moment="first_done_at",
            measure=Share({"reopened": Span(since=1)}),
        ),
        Report(
            name="reassignment-rate",
            summary="Read which share was handed over",
            text="The share of incidents, requests, questions and problems that somebody who had "
            "them handed over at least once. They count when they were done first.",
            of={"kind": (*_DESK, "problem")},
            moment="first_done_at",
            measure=Share({"reassigned": Span(since=1)}),
        ),
        Report(
            name="ping-pong-rate",
            summary="Read which share came back to a team that had it before",
            text="The share of incidents, requests, questions and problems that came back at least "
            "once to a team that had them before. They count when they were done first.",
            of={"kind": (*_DESK, "problem")},
            moment="first_done_at",
            measure=Share({"returned": Span(since=1)}),
        ),
        Report(
            name="satisfaction",
            summary="Read how requesters rated resolutions (CSAT)",
            text="The mean of the latest rating of each ticket, from 1 to 5 points. It counts when "
            "it was given.",
            of={},
            moment="rated_at",
            measure=Mean("score", "points"),
            also=("survey_policy", "survey_version"),
        ),
        Report(
            name="satisfied",
            summary="Read which share of ratings was good",
            text="The share of tickets whose latest rating is 4 or 5 points, of those rated. It "
            "counts when the rating was given.",
            of={},
            moment="rated_at",
            measure=Share({"score": Span(since=4)}),
            also=("survey_policy", "survey_version"),
        ),
        Report(
            name="survey-response",
            summary="Read which share of those who were asked for a rating gave one",
            text="The share of tickets whose requesters rated the resolution that they were asked "
            "about by a survey policy, of those whose requesters were asked. They count when their "
            "requesters were asked last.",
            of={},
            moment="asked_at",
            measure=Share({"is_answered": True}),
            also=("survey_policy", "survey_version"),
        ),
        Report(
            name="workaround-resolution",
            summary="Read which share of the incidents given a workaround was resolved with it",
            text="The share of incidents resolved with the closure code `workaround`, of those to "
            "which the workaround of a known error was given. They count when it was given first; "
            "the known error is the one whose workaround was given last.",
            of={"kind": "incident"},
            moment="worked_around_at",
            measure=Share({"is_worked_around": True}),
            also=("known_error",),
        ),
        Report(
            name="change-success",
            summary="Read which share of changes succeeded",
            text="The share of changes that were successful, with or without issues, by their "
            "review or else by who implemented them; one that was backed out was not. They count "
            "when their implementation ended.",
            of={"kind": "change"},
            moment="done_at",
            measure=Share({"outcome": _WELL}),
        ),
        Report(
            name="change-lead-time",
            summary="Read how long changes took from proposal to implementation",
            text="The mean time from when a change was proposed until its implementation was "
            "complete, of those that were successful, with or without issues. All time counts. "
            "They count when their implementation ended.",
            of={"kind": "change", "outcome": _WELL},
            moment="done_at",
            measure=Mean("done_after", "microseconds"),
        ),
        Report(
            name="emergency-share",
            summary="Read which share of changes were emergencies",
            text="The share of emergency changes in all changes whose implementation ended. They "
            "count when it did.",
            of={"kind": "change"},
            moment="done_at",
            measure=Share({"type": "emergency"}),
        ),
    )
}
"""Every report that is counted from tickets, by name."""


async def measured(
    reader: ViewReader, listing: Listing, question: Question, limit: int
) -> Measured:
    """Raises BadQuery for an unknown column, and for more groups than the limit."""
    report = question.report
    query = Query(listing, reader.prefix, question.as_of)
    query.restrict(question.visibility)
    query.filter(question.filters)
    query.filter(report.of)
    query.filter({report.moment: _begun(question.span)})
    columns = [name for name in report.columns if name in question.by]
    selected, parameters = list(columns), []
    if set(question.by) & {*TIMES}:
        selected.append(f"substr({report.moment}, 1, 10) AS day")
    if "age" in question.by:
        bounds = [question.now - timedelta(days=days) for days in AGES.values() if days]
        cases = " ".join(f"WHEN opened_at >= ? THEN {place:d}" for place in range(len(bounds)))
        selected.append(f"CASE {cases} ELSE {len(bounds):d} END AS age")
        parameters += [instant(bound) for bound in bounds]
    names = [*columns, *(name.rpartition(" ")[2] for name in selected[len(columns) :])]
    measure, more = _measure(report.measure, listing, query)
    found = query.selecting(", ".join((*selected, f"{measure} AS measured")))
    # In two parts, as the sum of many microseconds is more than a whole number of SQLite holds.
    sums = ("sum(measured / 1000000)", "sum(measured % 1000000)", "count(*)")
    position, rows = await grouped(
        reader,
        query,
        found,
        names,
        [f"{one} AS sum_{n}" for n, one in enumerate(sums)],
        query.given(*parameters, *more),
        limit,
    )
    counted, summed = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for row in rows:
        values = dict(zip(names, row, strict=False))
        group = tuple(_value(name, values, query) for name in question.by)
        counted[group] += int(row[-1])
        summed[group] += int(row[-3]) * 1_000_000 + int(row[-2])
    return Measured(position, {group: Total(counted[group], summed[group]) for group in counted})


def members(report: Report, span: Span, *, is_part: bool = False) -> dict[str, Any]:
    """The filters that leave the tickets that a figure is counted from, or the part of a share."""
    filters: dict[str, Any] = {"counted at": Either(({report.moment: _begun(span)},))}
    if report.of:
        filters["counted of"] = Either((report.of,))
    if is_part and isinstance(report.measure, Share):
        filters["part"] = Either((report.measure.part,))
    return filters


def _begun(span: Span) -> Span:
    # Without a bound the moment must at least be there.
    return span if span.since or span.until else Span(since="1970-01-01T00:00:00Z")


def span_of(name: str, value: str, now: datetime) -> Span:
    """The time of a week, a month or an age."""
    if name == "age":
        places = list(AGES)
        place = places.index(value)
        longest, shortest = AGES[value], AGES[places[place - 1]] if place else None
        return Span(
            None if longest is None else now - timedelta(days=longest),
            None if shortest is None else now - timedelta(days=shortest),
        )
    first = datetime.fromisoformat(
        f"{value}T00:00:00Z" if name == "week" else f"{value}-01T00:00:00Z"
    )
    if name == "week":
        return Span(first, first + timedelta(days=7))
    return Span(first, (first + timedelta(days=31)).replace(day=1))


def within(one: Span, other: Span) -> Span:
    """What two times have in common."""
    since = [bound for bound in (one.since, other.since) if bound is not None]
    until = [bound for bound in (one.until, other.until) if bound is not None]
    return Span(max(since, default=None), min(until, default=None))


def _measure(
    measure: Share | Mean | Number, listing: Listing, query: Query
) -> tuple[str, Sequence[Any]]:
    """What is summed up, and the parameters in it."""
    if isinstance(measure, Mean):
        return measure.column, ()
    if isinstance(measure, Number):
        return "0", ()
    part = Query(listing, query.prefix)
    part.filter(measure.part)
    return f"CASE WHEN {' AND '.join(part.conditions)} THEN 1 ELSE 0 END", part.parameters


def _value(name: str, values: Mapping[str, Any], query: Query) -> Any:
    if name == "age":
        return list(AGES)[values["age"]]
    if name == "month":
        return values["day"][:7]
    if name == "week":
        day = date.fromisoformat(values["day"])
        return (day - timedelta(days=day.weekday())).isoformat()
    return shown(query.table.column[name], values[name])
