"""How good the data are: how many rows break each data rule, now or as of a moment."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api import history, list_filters, lists, schemas
from api.data_rules import PRACTICE
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only, reach
from api.reads import reading
from api.saved_views import LISTED, WHATS
from domain.data_rule import DataRule
from domain.past_ledger import PastLedger
from domain.policy import allow, visibility
from domain.wrong_expression import WrongExpression
from projections.filters import Asked
from projections.past import AsOf
from projections.plain_definitions import NAME
from projections.store import NotBuilt


async def read_quality(call: Call) -> Answer:
    """Each rule in use, with how many rows that the caller may see break it."""
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, *history.PARAMETERS, "min_position")
    await reach(call, NAME, query.get("min_position"))
    as_of = await history.asked_of(call, query)
    asked = {name: query[name] for name in history.PARAMETERS if name in query}
    now = await history.now_of(call, as_of)
    ledger = call.context.ledger if as_of is None else PastLedger(call.context.ledger, as_of)
    rules = [rule for rule, _ in ledger.all_of(DataRule) if not rule.is_retired]
    try:
        data = [
            {**_told(rule, asked), "violations": await _violations(call, rule, as_of, now)}
            for rule in rules
        ]
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    return json({"data": data}, headers=[(b"cache-control", b"private, no-cache")])


def _told(rule: DataRule, asked: Mapping[str, str]) -> dict[str, Any]:
    definition = rule.definition
    parameters = urlencode({"filter": definition.violated_by, **asked})
    return {
        "rule": rule.number,
        "name": rule.name,
        "definition_version": rule.definition_version,
        "severity": definition.severity,
        "list": definition.list,
        "rows": f"/api/v1/{definition.list}?{parameters}",
    }


async def _violations(call: Call, rule: DataRule, as_of: AsOf | None, now: datetime) -> int | None:
    """How many rows break a rule; None where that cannot be asked any more, or of the past."""
    definition = rule.definition
    the = LISTED[definition.list]
    if as_of is not None and not the.keeps_past:
        return None
    actor = call.caller.actor
    try:
        condition = list_filters.condition(
            call.context.desk, actor, the.listing, the.values, "filter", definition.violated_by
        )
    except WrongExpression:
        return None
    return await call.context.views.count_rows(
        the.listing,
        filters=the.fixed,
        visibility=visibility(actor, WHATS.get(definition.list, "incident")),
        as_of=as_of,
        where=Asked(condition, now, str(actor.id)),
    )


def data_quality_routes() -> Iterator[Route]:
    text = {"type": "string"}
    row = schemas.object_of(
        rule=schemas.NUMBER,
        name=text,
        definition_version=schemas.WHOLE,
        severity=text,
        list=text,
        rows={**text, "description": "Where the rows are that break it."},
        violations={"anyOf": [schemas.WHOLE, {"type": "null"}]},
    )
    yield reading(
        "/data-quality",
        read_quality,
        "data_quality.read",
        PRACTICE.title,
        "Count the rows that break each data rule",
        [schemas.AS_OF, schemas.KNOWN_AT, schemas.MIN_POSITION],
        schemas.object_of(data=schemas.array_of(row)),
    )
