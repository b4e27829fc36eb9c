"""How many tickets articles made needless, over HTTP: as a figure, and one by one."""

from collections import Counter
from collections.abc import Iterator

from api import history, lists, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import List, only, reach, times
from api.reads import list_parameters, reading
from api.report_parts import DAYS_MAX, DEFINITION, GROUPS_MAX, POSITION, SHARE, from_and_to, told_by
from domain.policy import allow, visibility
from projections import deflections, ticket_figures
from projections.deflections import FOLLOWED_WITHIN
from projections.listings import LISTINGS
from projections.queries import Span
from projections.store import NotBuilt

ACT = "reports.read"
LIST = List(name=deflections.NAME, sort=("-at",))
REPORT = {
    "name": "deflection",
    "version": 1,
    "text": "The share of deflections in deflections and tickets opened. A deflection is that "
    "somebody says of a published article that it helped, so that no ticket is needed: once a day, "
    "person and article. It counts when it was said, unless the same person was the requester of "
    f"an incident, a question or a request opened within {FOLLOWED_WITHIN.total_seconds() / 3600:g}"
    " hours after it. Tickets are the incidents, questions and requests opened in the same time.",
}


async def read_deflection(call: Call) -> Answer:
    """The share, and which articles it comes from."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    only(query, "from", "to", "min_position", *history.PARAMETERS)
    span = Span(*times(query, DAYS_MAX))
    shown = visibility(actor, "incident")
    for view in (deflections.NAME, ticket_figures.NAME):
        await reach(call, view, query.get("min_position"))
    as_of = await history.asked_of(call, query)
    views = call.context.views
    try:
        said = await views.counts(
            deflections.NAME,
            ("number", "is_followed"),
            filters={"at": span},
            visibility=shown,
            limit=GROUPS_MAX,
            as_of=as_of,
        )
        asked = await views.counts(
            ticket_figures.NAME,
            ("kind",),
            filters={"opened_at": span, "kind": tuple(deflections.KINDS.values())},
            visibility=shown,
            limit=GROUPS_MAX,
            as_of=as_of,
        )
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    counted, followed = Counter[str](), Counter[str]()
    for (number, is_followed), count in said.groups:
        (followed if is_followed else counted)[number] += count
    opened = sum(count for _, count in asked.groups)
    both = counted.total() + opened
    return json(
        {
            "definition": REPORT,
            "position": told_by(min(said.position, asked.position), as_of),
            "from": span.since,
            "to": span.until,
            "deflections": counted.total(),
            "followed": followed.total(),
            "opened": opened,
            "share": counted.total() / both if both else None,
            "articles": [
                {"number": number, "deflections": counted[number], "followed": followed[number]}
                for number in sorted({*counted, *followed})
            ],
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


async def read_deflections(call: Call) -> Answer:
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    return await lists.answer(call, LIST, visibility(actor, "incident"))


# Routes --------------------------------------------------------------------------------------


def deflection_routes() -> Iterator[Route]:
    counts = {"deflections": schemas.WHOLE, "followed": schemas.WHOLE}
    yield reading(
        "/reports/deflection",
        read_deflection,
        ACT,
        "Reports",
        "Read how many tickets articles made needless",
        [
            *from_and_to(is_required=True),
            schemas.AS_OF,
            schemas.KNOWN_AT,
            schemas.MIN_POSITION,
        ],
        schemas.object_of(
            **{"from": schemas.INSTANT, "to": schemas.INSTANT},
            definition=DEFINITION,
            position=POSITION,
            opened=schemas.WHOLE,
            share=SHARE,
            articles=schemas.array_of(schemas.object_of(number=schemas.NUMBER, **counts)),
            **counts,
        ),
    )
    yield reading(
        "/deflections",
        read_deflections,
        ACT,
        "Reports",
        "List what people said of articles that made a ticket needless",
        list_parameters(LIST),
        schemas.page_of(schemas.expandable_row_of(LISTINGS[LIST.name].table)),
    )
