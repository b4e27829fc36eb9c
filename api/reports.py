"""Reports on tickets over HTTP: figures by what the caller asks for, as JSON or CSV.

Each is counted from the tickets that the caller may see, and names them by an address. It says
which definition it has, and the position of the ledger at which it was counted.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from functools import partial
from io import StringIO
from typing import Any

from msgspec import structs

from api import history, lists, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.lists import List, only, reach
from api.names import Names
from api.openapi import camel
from api.reads import OF_READS, list_parameters, reading
from api.report_parts import (
    DAYS_MAX,
    DEFINITION,
    GROUPS_MAX,
    NAMES,
    POSITION,
    SHARE,
    Shown,
    address,
    as_of_again,
    by_parameter,
    from_and_to,
    group_of,
    grouping,
    told_by,
)
from domain.change import Type
from domain.policy import allow, visibility
from projections import ticket_figures
from projections.listings import LISTINGS
from projections.past import AsOf
from projections.queries import BadQuery, Span
from projections.reports import (
    AGES,
    DIMENSIONS,
    REPORTS,
    TIMES,
    Mean,
    Measured,
    Number,
    Question,
    Report,
    Share,
    Total,
    members,
    span_of,
    within,
)
from projections.store import NotBuilt
from projections.tables import instant
from projections.tickets import KINDS

ACT = "reports.read"
TAG = "Reports"
CSV = "text/csv"
FORMATS = ("json", "csv")
FILTERS = (*DIMENSIONS, "requester", "known_error", "survey_policy", "survey_version")
"""What tickets can be chosen by, beside the time."""
RECORDS = ("team", "organisation")
"""What is grouped by and has a name of its own."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would calculate."""

FIGURES = List(
    name=ticket_figures.NAME,
    values={"kind": tuple(KINDS.values()), "type": lists.words_of(Type)},
)


async def read_report(call: Call, report: Report) -> Answer:
    """The figures of a report."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    times = () if report.is_by_age else ("from", "to")
    only(query, *times, "by", "format", "min_position", *history.PARAMETERS, *FILTERS)
    form = query.get("format", "json")
    if form not in FORMATS:
        raise Problem("bad_query", f"format: it is one of {', '.join(FORMATS)}.")
    question = await _asked(call, report, query)
    await reach(call, FIGURES.name, query.get("min_position"))
    try:
        found = await call.context.views.measured(question, GROUPS_MAX)
    except BadQuery as error:
        raise Problem("bad_query", f"{error.place.removeprefix('filter.')}: {error}") from None
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    document = _document(call, question, found)
    headers = [(b"cache-control", b"private, no-cache")]
    if form == "csv":
        media_type = f"{CSV}; charset=utf-8".encode()
        return Answer(200, _as_csv(document, question), headers, media_type)
    return json(document, headers=headers)


async def read_members(call: Call, report: Report) -> Answer:
    """The tickets that a figure is counted from, page by page."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    span = Span(*(lists.instant_of(query, name) for name in ("from", "to")))
    if query.get("part", "true") != "true":
        raise Problem("bad_query", "part: it can only be true.")
    if "part" in query and not isinstance(report.measure, Share):
        raise Problem("bad_query", "part: this report has no part.")
    the = structs.replace(FIGURES, sort=(report.moment,))
    chosen = members(report, span, is_part="part" in query)
    shown = visibility(actor, "incident")
    return await lists.answer(call, the, shown, chosen, beside=("from", "to", "part"))


# The question --------------------------------------------------------------------------------


async def _asked(call: Call, report: Report, query: Mapping[str, str]) -> Question:
    as_of, now = await history.asked_of(call, query), call.context.clock()
    if report.is_by_age:
        now = await history.now_of(call, as_of)
        as_of = AsOf(moment=now, position=None if as_of is None else as_of.position)
    span = Span() if report.is_by_age else Span(*lists.times(query, DAYS_MAX))
    return Question(
        report=report,
        by=grouping(query, report.dimensions, ("age",) if report.is_by_age else ()),
        filters={
            name: lists.filter_value(FIGURES, name, value)
            for name, value in query.items()
            if name in FILTERS
        },
        span=span,
        visibility=visibility(call.caller.actor, "incident"),
        as_of=as_of,
        now=now,
    )


# The answer ----------------------------------------------------------------------------------


def _document(call: Call, question: Question, found: Measured) -> Shown:
    report, as_of = question.report, question.as_of
    names = Names(call, as_of)
    total = Total(
        sum(one.counted for one in found.groups.values()),
        sum(one.sum for one in found.groups.values()),
    )
    return {
        "definition": {"name": report.name, "version": report.version, "text": report.text},
        "unit": _unit(report),
        "position": told_by(found.position, as_of),
        "from": question.span.since,
        "to": question.span.until,
        "as_of": None if as_of is None else as_of.moment,
        "by": question.by,
        "total": _figure(question, found.position, total, {}),
        "data": [
            {
                **group_of(names, question.by, group),
                **_figure(
                    question, found.position, one, dict(zip(question.by, group, strict=True))
                ),
            }
            for group, one in sorted(found.groups.items(), key=lambda item: _in_order(item[0]))
        ],
    }


def _in_order(group: tuple[Any, ...]) -> list[Any]:
    """Ages by their length, and nothing last."""
    places = list(AGES)
    return [
        (value is None, str(places.index(value)) if value in AGES else str(value or ""))
        for value in group
    ]


def _unit(report: Report) -> str:
    if isinstance(report.measure, Mean):
        return report.measure.unit
    return "share" if isinstance(report.measure, Share) else "tickets"


def _figure(question: Question, position: int, total: Total, group: Mapping[str, Any]) -> Shown:
    measure = question.report.measure
    figure: Shown = {"counted": total.counted}
    if isinstance(measure, Share):
        figure["part"] = total.sum
        figure["share"] = total.sum / total.counted if total.counted else None
    elif isinstance(measure, Mean):
        figure["sum"] = total.sum
        figure["mean"] = _mean(measure, total) if total.counted else None
    figure["members"] = _members(question, position, group)
    if isinstance(measure, Share):
        figure["part_members"] = _members(question, position, {**group, "part": "true"})
    return figure


def _mean(measure: Mean, total: Total) -> int | float:
    exact = Fraction(total.sum, total.counted)
    return round(exact) if measure.unit == "microseconds" else float(exact)


def _members(question: Question, position: int, group: Mapping[str, Any]) -> str:
    """The address of the tickets that a figure is counted from."""
    span, values = question.span, dict(group)
    for name in (*TIMES, "age"):
        if name in values:
            span = within(span, span_of(name, values.pop(name), question.now))
    bounds = {"from": span.since, "to": span.until}
    times = {name: instant(bound) for name, bound in bounds.items() if bound is not None}
    again = as_of_again(position, question.as_of)
    path = f"/reports/{question.report.name}/members"
    return address(path, {**times, **question.filters, **values, **again})


def _as_csv(document: Shown, question: Question) -> bytes:
    """A line for each group, or one for all, each with what it takes to count it again."""
    definition = document["definition"]
    head = {
        "report": definition["name"],
        "version": definition["version"],
        "position": document["position"],
        **{name: _text(document[name]) for name in ("from", "to", "as_of")},
    }
    named = [f"{name}_name" for name in question.by if name in RECORDS]
    columns = [*head, *question.by, *named, *_figure_schema(question.report)]
    text = StringIO()
    written = csv.writer(text)
    written.writerow(columns)
    for line in document["data"] if question.by else [document["total"]]:
        names = {f"{name}_name": said for name, said in line.get("names", {}).items()}
        row = {**head, **line.get("group", {}), **names, **line}
        written.writerow(cell(row.get(name)) for name in columns)
    return text.getvalue().encode()


def _text(at: datetime | None) -> str:
    return "" if at is None else instant(at)


def cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


# Routes --------------------------------------------------------------------------------------


def _figure_schema(report: Report) -> Shown:
    said: Shown = {"type": "string", "description": "The address of the tickets counted."}
    none: Shown = {"type": "null"}
    if isinstance(report.measure, Share):
        return {
            "counted": schemas.WHOLE,
            "part": schemas.WHOLE,
            "share": SHARE,
            "members": said,
            "part_members": {**said, "description": "The address of those that are the part."},
        }
    if isinstance(report.measure, Mean):
        number = "integer" if report.measure.unit == "microseconds" else "number"
        return {
            "counted": schemas.WHOLE,
            "sum": {"type": "integer"},
            "mean": {"anyOf": [{"type": number}, none]},
            "members": said,
        }
    assert isinstance(report.measure, Number)
    return {"counted": schemas.WHOLE, "members": said}


def ticket_report_routes() -> Iterator[Route]:
    for report in REPORTS.values():
        yield _report_route(report)
        yield _members_route(report)


def _report_route(report: Report) -> Route:
    columns = FIGURES.columns
    parameters = [
        *([] if report.is_by_age else from_and_to(is_required=True)),
        by_parameter(report.dimensions, "team"),
        schemas.query(
            "format", "As what it is answered.", {"type": "string", "enum": list(FORMATS)}
        ),
        *(schemas.query(name, "Only those with this value.", _of_filter(name)) for name in FILTERS),
        schemas.MIN_POSITION,
        schemas.AS_OF,
        schemas.KNOWN_AT,
    ]
    text: Shown = {"type": "string"}
    moment: Shown = {"anyOf": [schemas.INSTANT, {"type": "null"}]}
    group: Shown = {
        "type": "object",
        "description": "The values of what the figures are grouped by.",
        "properties": {
            **{name: schemas.of_column(columns[name]) for name in report.columns},
            **dict.fromkeys(TIMES, text),
            **({"age": {"type": "string", "enum": list(AGES)}} if report.is_by_age else {}),
        },
        "additionalProperties": False,
    }
    figure = _figure_schema(report)
    schema = schemas.object_of(
        definition=DEFINITION,
        unit={"type": "string", "enum": [_unit(report)]},
        position=POSITION,
        **{"from": moment, "to": moment, "as_of": moment},
        by=schemas.array_of({"type": "string", "enum": list(report.dimensions)}),
        total=schemas.object_of(**figure),
        data=schemas.array_of(schemas.object_of(group=group, names=NAMES, **figure)),
    )
    content = {**schemas.content(schema), CSV: {"schema": text}}
    return Route(
        method="GET",
        path=f"/reports/{report.name}",
        endpoint=partial(read_report, report=report),
        act=ACT,
        operation=Operation(
            id=camel(f"read {report.name} report"),
            tag=TAG,
            summary=report.summary,
            description=report.text,
            parameters=parameters,
            responses={200: {"description": "Found.", "content": content}},
            problems=OF_READS,
        ),
    )


def _members_route(report: Report) -> Route:
    the = structs.replace(FIGURES, sort=(report.moment,))
    part = schemas.query(
        "part", "Only those that are the part.", {"type": "string", "enum": ["true"]}
    )
    parameters = [
        *from_and_to(is_required=False),
        *([part] if isinstance(report.measure, Share) else []),
        *list_parameters(the),
    ]
    return reading(
        f"/reports/{report.name}/members",
        partial(read_members, report=report),
        ACT,
        TAG,
        f"List the members of {report.name}",
        parameters,
        schemas.page_of(schemas.expandable_row_of(LISTINGS[FIGURES.name].table)),
    )


def _of_filter(name: str) -> Shown:
    if name in FIGURES.values:
        return {"type": "string", "enum": list(FIGURES.values[name])}
    return schemas.of_filter(FIGURES.columns[name])
