"""The changes of saved views over HTTP."""

from collections.abc import Iterator
from uuid import UUID

from api import schemas
from api.events import AFTER, UNTIL
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem, clean
from api.http.routing import Route
from api.lists import LIMIT, POSITION_MAX, not_yet, only, reach, whole
from api.practices import reference_of
from api.reads import reading
from api.reference import reference
from api.saved_views import PRACTICE
from api.view_changes import changes_of, listed_at
from domain.ids import number_of
from domain.policy import about, allow
from domain.rules import Refused
from domain.saved_view import SavedView
from projections.listings import LISTINGS
from projections.queries import LIMIT_MAX
from projections.store import NotBuilt


async def read_changes(call: Call) -> Answer:
    """What entered it and what left it after a position, in order."""
    query = call.query()
    only(query, "after", "until", "limit", "min_position")
    view = await call.context.ledger.find(SavedView, reference(SavedView, call.params[0]))
    actor, views = call.caller.actor, call.context.views
    allow(actor, call.route.act, about(view))
    after = whole(query, "after", 0, 0, POSITION_MAX)
    until = whole(query, "until", POSITION_MAX, 0, POSITION_MAX)
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    name = listed_at(view)
    await reach(call, name, query.get("min_position"))
    try:
        position = (await views.positions()).get(LISTINGS[name].view, 0)
        head = min(until, position)
        changes = await changes_of(
            views, call.context.desk, actor, view, after=after, until=head, limit=limit
        )
    except NotBuilt:
        raise not_yet("The views are being built.") from None
    except Refused as error:
        raise Problem("bad_query", clean(str(error))) from None
    return json(
        {
            "data": [
                {
                    "position": change.position,
                    "change": "entered" if change.has_entered else "left",
                    "id": change.id,
                    "number": number_of(UUID(change.id)),
                }
                for change in changes.found
            ],
            "has_more": changes.next < head,
            "next": changes.next,
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


_CHANGE = schemas.object_of(
    position=schemas.WHOLE,
    change={"type": "string", "enum": ["entered", "left"]},
    id=schemas.UUID_TEXT,
    number=schemas.NUMBER,
)
_PAGE = schemas.object_of(
    data=schemas.array_of(_CHANGE),
    has_more={"type": "boolean"},
    next={**schemas.WHOLE, "description": "The `after` of the next page, whatever this one has."},
)


def view_change_routes() -> Iterator[Route]:
    yield reading(
        "/saved-views/{ref}/changes",
        read_changes,
        "saved_view.read_changes",
        PRACTICE.title,
        "Read what entered a saved view and what left it",
        [reference_of(PRACTICE), AFTER, UNTIL, schemas.LIMIT, schemas.MIN_POSITION],
        _PAGE,
    )
