"""What is kept no longer, before it is removed, over HTTP."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

from api import history, schemas
from api.desk_then import then_of
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import LIMIT, only, whole
from api.reads import reading
from domain.aggregate import KIND_OF_PREFIX
from domain.desk.removals import PARTS
from domain.ids import number_of, prefix_of
from domain.organisation import RETENTION_DAYS_MAX, KeptKind
from domain.policy import About, allow
from projections.queries import LIMIT_MAX


async def read_retention(call: Call) -> Answer:
    query = call.query()
    only(query, "within", "limit", *history.PARAMETERS)
    allow(
        call.caller.actor,
        call.route.act,
        About(organisation=call.caller.person.organisation),
    )
    within = whole(query, "within", 0, 0, RETENTION_DAYS_MAX)
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    as_of = await history.asked_of(call, query)
    then = await then_of(call, as_of)
    at = then.now + timedelta(days=within)
    found = await asyncio.to_thread(then.desk.words_kept_too_long, at)
    counts: Counter[tuple[str, str, bool]] = Counter(
        (KIND_OF_PREFIX[prefix_of(due.record)].what, due.part, due.held_by != "")  # type: ignore[attr-defined]  # it has words of its own
        for due in found
    )
    return json(
        {
            "data": [
                {
                    "record": number_of(due.record),
                    "part": due.part,
                    "kept_until": due.until.isoformat(),
                    "held_by": due.held_by or None,
                }
                for due in found[:limit]
            ],
            "has_more": len(found) > limit,
            "totals": [
                {"kind": kind, "part": part, "is_held": is_held, "count": count}
                for (kind, part, is_held), count in sorted(counts.items())
            ],
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


# Routes ------------------------------------------------------------------------------------

_PART: dict[str, Any] = {"type": "string", "enum": list(PARTS)}


def retention_routes() -> Iterator[Route]:
    due = schemas.object_of(
        record=schemas.NUMBER,
        part=_PART,
        kept_until=schemas.INSTANT,
        held_by={"anyOf": [schemas.NUMBER, {"type": "null"}]},
    )
    total = schemas.object_of(
        kind={"type": "string", "enum": list(get_args(KeptKind))},
        part=_PART,
        is_held={"type": "boolean"},
        count=schemas.WHOLE,
    )
    yield reading(
        "/retention",
        read_retention,
        "organisation.read_retention",
        "Organisations",
        "Read which words and files are kept no longer",
        [
            schemas.query(
                "within",
                "So many days from now.",
                {"type": "integer", "minimum": 0, "maximum": RETENTION_DAYS_MAX},
            ),
            schemas.LIMIT,
            schemas.AS_OF,
            schemas.KNOWN_AT,
        ],
        schemas.object_of(
            data=schemas.array_of(due),
            has_more={"type": "boolean"},
            totals=schemas.array_of(total),
        ),
    )
