"""A list as a saved view asks it: `GET /incidents?view=VIE0000042`."""

from collections.abc import Mapping

from api.http.calls import Call
from api.http.errors import Problem
from api.reference import reference
from domain.policy import about, allow
from domain.rules import NotFound
from domain.saved_view import Asking, SavedView


async def asked(call: Call, query: Mapping[str, str]) -> Asking:
    """What the view of the query asks; nothing without one. Raises Problem."""
    if "view" not in query:
        return Asking()
    try:
        record = await call.context.ledger.find(SavedView, reference(SavedView, query["view"]))
        allow(call.caller.actor, "saved_view.read", about(record))
    except NotFound as error:
        raise Problem("bad_query", f"view: {error}") from None
    if not record.is_kept:
        raise Problem("bad_query", f"view: {record.number} was removed, or erased with its owner.")
    if call.route.path != f"/{record.list}":
        raise Problem("bad_query", f"view: {record.number} is a view of /{record.list}.")
    return record.asking
