"""Reports on service levels: which promises were kept, and whose turn it was where they were not.

Each figure is counted from the promises that the caller may see, and names them by an address. It
says which definition it has, which versions of which policies the verdicts come from, and the
position of the ledger at which it was counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from api import history, lists, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Endpoint, Route
from api.lists import List, only, reach, times
from api.names import Names
from api.reads import list_parameters, reading
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
from domain import attainment
from domain.agreement import Kind
from domain.attainment import figure
from domain.policy import allow, visibility
from projections.listings import LISTINGS
from projections.past import AsOf
from projections.queries import BadQuery, Span
from projections.store import NotBuilt
from projections.tables import instant

MEMBERS = "/reports/promises"
TAG = "Service levels"

VERDICTS = ("met", "breached", "running", "cancelled")
PROMISES = List(
    name="attainment",
    values={"verdict": VERDICTS, "kind": lists.words_of(Kind)},
    sort=("at",),
)
DIMENSIONS = (
    "ticket_kind",
    "kind",
    "policy",
    "policy_version",
    "target",
    "priority",
    "team",
    "support_level",
    "organisation",
    "month",
    "largest",
)
FILTERS = (*DIMENSIONS, "requester", "calendar")
"""What promises can be chosen by in a report, beside the time."""


class Question(Struct, frozen=True, kw_only=True):
    """Of which promises, and grouped by what."""

    since: datetime
    until: datetime
    by: tuple[str, ...]
    filters: Mapping[str, str]
    as_of: AsOf | None

    def members(self, position: int, more: Mapping[str, Any]) -> str:
        """The address of the promises that a figure is counted from."""
        given = {
            "from": instant(self.since),
            "to": instant(self.until),
            **self.filters,
            **more,
            **as_of_again(position, self.as_of),
        }
        return address(MEMBERS, given)


async def read_attainment(call: Call) -> Answer:
    """How many promises were met, by what the caller asks for."""
    question = await _asked(call)
    position, counted = await _counted(call, question, {})
    names = Names(call, question.as_of)
    return _answer(
        question,
        position,
        total=_figure(counted),
        data=[
            {
                **group_of(names, question.by, group),
                **_figure(found),
                "members": question.members(position, dict(zip(question.by, group, strict=True))),
            }
            for group, found in _grouped(counted)
        ],
    )


async def read_breaches(call: Call) -> Answer:
    """The promises that were breached, most first, by the party that used up most of their time
    or by what the caller asks for."""
    question = await _asked(call, default=("largest",))
    position, counted = await _counted(call, question, {"verdict": "breached"})
    total = sum(one.number for one in counted)
    most_first = sorted(
        _grouped(counted), key=lambda one: sum(each.number for each in one[1]), reverse=True
    )
    names = Names(call, question.as_of)
    return _answer(
        question,
        position,
        total={"breached": total, "policies": _policies(counted)},
        data=[
            {
                **group_of(names, question.by, group),
                "breached": (number := sum(one.number for one in found)),
                "share": number / total,
                "policies": _policies(found),
                "members": question.members(
                    position, {**dict(zip(question.by, group, strict=True)), "verdict": "breached"}
                ),
            }
            for group, found in most_first
        ],
    )


async def read_promises(call: Call) -> Answer:
    """The promises behind the figures, page by page."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    fixed: Shown = {}
    if "from" in query or "to" in query:
        fixed["at"] = Span(*times(query, DAYS_MAX))
    shown = visibility(actor, "incident")
    return await lists.answer(call, PROMISES, shown, fixed, beside=("from", "to"))


# The question --------------------------------------------------------------------------------


async def _asked(call: Call, default: tuple[str, ...] = ()) -> Question:
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, "from", "to", "by", "min_position", *history.PARAMETERS, *FILTERS)
    since, until = times(query, DAYS_MAX)
    by = grouping(query, DIMENSIONS, default)
    filters = {name: value for name, value in query.items() if name in FILTERS}
    as_of = await history.asked_of(call, query)
    return Question(since=since, until=until, by=by, filters=filters, as_of=as_of)


class _Count(NamedTuple):
    """So many promises with the same verdict by the same version of a policy."""

    group: tuple[Any, ...]
    verdict: str
    policy: str
    version: int
    number: int


async def _counted(
    call: Call, question: Question, fixed: Mapping[str, Any]
) -> tuple[int, list[_Count]]:
    """The position at which they were counted, and the counts."""
    await reach(call, PROMISES.name, call.query().get("min_position"))
    by = tuple(dict.fromkeys((*question.by, "verdict", "policy", "policy_version")))
    filters = {
        name: lists.filter_value(PROMISES, name, value) for name, value in question.filters.items()
    }
    try:
        found = await call.context.views.counts(
            PROMISES.name,
            by,
            filters={**filters, **fixed, "at": Span(question.since, question.until)},
            visibility=visibility(call.caller.actor, "incident"),
            limit=GROUPS_MAX,
            as_of=question.as_of,
        )
    except BadQuery as error:
        raise Problem("bad_query", f"{error.place.removeprefix('filter.')}: {error}") from None
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    places = [by.index(name) for name in question.by]
    verdict, policy, version = (by.index(name) for name in ("verdict", "policy", "policy_version"))
    return told_by(found.position, question.as_of), [
        _Count(
            tuple(values[place] for place in places),
            values[verdict],
            values[policy],
            values[version],
            number,
        )
        for values, number in found.groups
    ]


def _grouped(counted: Iterable[_Count]) -> Iterable[tuple[tuple[Any, ...], list[_Count]]]:
    groups: dict[tuple[Any, ...], list[_Count]] = {}
    for one in counted:
        groups.setdefault(one.group, []).append(one)
    return groups.items()


# The answer ----------------------------------------------------------------------------------


def _answer(question: Question, position: int, *, total: Shown, data: list[Shown]) -> Answer:
    return json(
        {
            "definition": {
                "name": attainment.FIGURE,
                "version": attainment.VERSION,
                "text": attainment.DEFINITION,
            },
            "position": position,
            "from": question.since,
            "to": question.until,
            "by": question.by,
            "total": total,
            "data": data,
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


def _figure(counted: Iterable[_Count]) -> Shown:
    counted = list(counted)
    sums = Counter[str]()
    for one in counted:
        sums[one.verdict] += one.number
    found = figure(*(sums[verdict] for verdict in VERDICTS))
    return {**msgspec.to_builtins(found), "policies": _policies(counted)}


def _policies(counted: Iterable[_Count]) -> list[Shown]:
    """The versions of the policies that the verdicts come from."""
    sums = Counter[tuple[str, int]]()
    for one in counted:
        sums[one.policy, one.version] += one.number
    return [
        {"policy": policy, "version": version, "promised": number}
        for (policy, version), number in sorted(sums.items())
    ]


# Routes --------------------------------------------------------------------------------------

_GROUP: Shown = {
    "type": "object",
    "description": "The values of what the figures are grouped by.",
    "properties": {name: schemas.of_column(PROMISES.columns[name]) for name in DIMENSIONS},
    "additionalProperties": False,
}
_POLICIES: Shown = {
    "type": "array",
    "items": schemas.object_of(
        policy=schemas.UUID_TEXT, version=schemas.WHOLE, promised=schemas.WHOLE
    ),
}
_SHARE: Shown = {"type": "number", "minimum": 0, "maximum": 1}
_FIGURE: Shown = {
    "promised": schemas.WHOLE,
    "met": schemas.WHOLE,
    "breached": schemas.WHOLE,
    "running": schemas.WHOLE,
    "cancelled": schemas.WHOLE,
    "attainment": SHARE,
    "policies": _POLICIES,
}
_MEMBERS: Shown = {"type": "string", "description": "The address of the promises counted."}
_BREACHES: Shown = {"breached": schemas.WHOLE, "policies": _POLICIES}


def report_routes() -> Iterator[Route]:
    yield _report(
        "/reports/attainment",
        read_attainment,
        "Read which promises were kept",
        "kind,month",
        _FIGURE,
        _FIGURE,
    )
    yield _report(
        "/reports/breaches",
        read_breaches,
        "Read whose turn it was in breaches",
        "largest",
        _BREACHES,
        {**_BREACHES, "share": _SHARE},
    )
    yield reading(
        MEMBERS,
        read_promises,
        "attainment.read",
        TAG,
        "List the promises behind the figures of reports",
        [*from_and_to(is_required=False), *list_parameters(PROMISES, "at")],
        schemas.page_of(schemas.expandable_row_of(LISTINGS[PROMISES.name].table)),
    )


def _report(
    path: str, endpoint: Endpoint, summary: str, example: str, total: Shown, line: Shown
) -> Route:
    parameters = [
        *from_and_to(is_required=True),
        by_parameter(DIMENSIONS, example),
        *(schemas.query(name, "Only those with this value.", _of_filter(name)) for name in FILTERS),
        schemas.MIN_POSITION,
        schemas.AS_OF,
        schemas.KNOWN_AT,
    ]
    schema = schemas.object_of(
        definition=DEFINITION,
        position=POSITION,
        **{"from": schemas.INSTANT, "to": schemas.INSTANT},
        by={"type": "array", "items": {"type": "string", "enum": list(DIMENSIONS)}},
        total=schemas.object_of(**total),
        data={
            "type": "array",
            "items": schemas.object_of(group=_GROUP, names=NAMES, **line, members=_MEMBERS),
        },
    )
    return reading(path, endpoint, "attainment.read", TAG, summary, parameters, schema)


def _of_filter(name: str) -> Shown:
    if name in PROMISES.values:
        return {"type": "string", "enum": list(PROMISES.values[name])}
    return schemas.of_filter(PROMISES.columns[name])
