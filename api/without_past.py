"""The reads that take no `as_of`, each with the reason: what they are asked is refused with it."""

from collections.abc import Mapping

from api.history import PARAMETERS
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route

REASONS: Mapping[str, str] = {
    # Who asks, and what is about nothing of the past.
    "/me": "it tells who asks, now; /people/{ref} takes as_of.",
    "/people/{ref}/personal-data": "it tells all that is known, of every time.",
    "/calendar-feeds/{secret}": "its program asks for what is in force; /calendars/{ref}/feed.ics "
    "takes as_of.",
    "/read-audit": "it is a record of all time: ask it from and to.",
    # The ledger itself, which is every past.
    "/events": "it is the ledger: ask it after and until a position.",
    "/events/stream": "it is the ledger: ask it after a position.",
    "/events/{position}/chain": "it is the ledger, and told by positions.",
    "/saved-views/{ref}/changes": "it tells what changed from a position on.",
    "/log/checkpoint": "it is the newest; proofs are asked by size.",
    "/log/proof/inclusion": "it is asked by position and size.",
    "/log/proof/consistency": "it is asked by two sizes.",
    "/event-consumers": "how far consumers are is noted beside the ledger, as it is now.",
    "/event-consumers/{name}": "how far a consumer is is noted beside the ledger, as it is now.",
    "/event-consumers/{name}/events": "it gives what comes next.",
    "/webhooks/{ref}/deliveries": "what was sent is kept by the one who sends, as it is now.",
    "/bulk-jobs/{ref}/results": "it is the file that a job wrote.",
    # What never changes, or says itself of which version or day it is.
    "/attachments/{sha256}": "the bytes of a file never change.",
    "/articles/{ref}/diff": "it is asked by two versions, which never change.",
    "/schemas/approval-process": "it tells what this release reads.",
    "/schemas/service-level-policy": "it tells what this release reads.",
    "/asyncapi.json": "it tells what this release sends.",
}
"""Why, by the path, or by how it ends where several kinds of records have it."""


def is_told_of_past(route: Route) -> bool:
    names = {parameter.get("name") for parameter in route.operation.parameters}
    return names.issuperset(PARAMETERS)


def why_not(path: str) -> str:
    """Why a path takes no moment; "" if no reason is known."""
    return REASONS.get(path) or REASONS.get(path.partition("{ref}")[2], "")


def require_present(call: Call) -> None:
    """Refuse a moment where none is taken, with the reason. Raises Problem."""
    asked = call.query().keys() & set(PARAMETERS) if call.scope["query_string"] else ()
    for name in sorted(asked):
        why = why_not(call.route.path) or "what this was is not kept."
        raise Problem("bad_query", f"{name}: {why}")
