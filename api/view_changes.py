"""What comes into a saved view, and what leaves it, as somebody sees it who may use it."""

from api import list_filters
from api.saved_views import LISTED, WHATS
from domain.desk import Desk
from domain.policy import Actor, about, allow, visibility
from domain.rules import require
from domain.saved_view import SavedView
from projections.filters import Asked, Both, asks_for_now
from projections.tables import moment
from projections.view_changes import Changes
from projections.views import Views

_ANY_TIME = moment("2000-01-01T00:00:00Z")


def listed_at(view: SavedView) -> str:
    """The view of the projections that has to get to a position for this one to have got there."""
    return LISTED[view.list].name


def check_followed(desk: Desk, actor: Actor, view: SavedView) -> None:
    """Raises Forbidden or NotFound for whoever may not use it, and Refused for one that cannot be
    followed."""
    _condition(desk, actor, view)


async def changes_of(
    views: Views,
    desk: Desk,
    actor: Actor,
    view: SavedView,
    *,
    after: int,
    until: int,
    limit: int,
) -> Changes:
    """What entered a saved view and left it, as it asks now and with what the actor sees now.

    Raises what `check_followed` does.
    """
    condition = _condition(desk, actor, view)
    the = LISTED[view.list]
    return await views.changes(
        the.listing,
        filters=the.fixed,
        visibility=visibility(actor, WHATS.get(view.list, "incident")),
        where=Asked(condition, _ANY_TIME, str(actor.id)) if condition.conditions else None,
        after=after,
        until=until,
        limit=limit,
    )


def _condition(desk: Desk, actor: Actor, view: SavedView) -> Both:
    allow(actor, "saved_view.read_changes", about(view))
    is_queue = view.list not in WHATS
    allow(actor, "work_queue.read" if is_queue else f"{WHATS[view.list]}.list", None)
    require(view.is_kept, f"{view.number} was removed, or erased with its owner.")
    the = LISTED[view.list]
    condition = Both(
        tuple(
            list_filters.condition(desk, actor, the.listing, the.values, parameter, text)
            for parameter in list_filters.PARAMETERS
            if (text := getattr(view.asking, parameter))
        )
    )
    rule = "A view that asks for `now` changes by itself: list it, as it cannot be followed."
    require(not asks_for_now(condition), rule)
    return condition
