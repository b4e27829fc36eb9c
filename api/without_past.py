"""The reads that take no `as_of`, each with the reason: what they are asked is refused with it."""

from collections.abc import Mapping

from api.history import PARAMETERS
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route

REASONS: Mapping[str, str] = {
    # Who asks, and what is about nothing of the past.
    "/me": "it tells who asks, now; /people/{ref} takes as_of.",
    "/people/{ref}/tokens": "tokens that ended are not shown; they stand in the history.",
    "/people/{ref}/delegations": "it tells what can be ended now; /people/{ref} takes as_of.",
    "/people/{ref}/personal-data": "it tells all that is known, of every time.",
    "/retention": "it tells what is due from now on.",
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
    "/versions": "each version says since when it is in force, and none ever changes.",
    "/versions/{version}": "a version never changes.",
    "/versions/{version}/document": "a version never changes.",
    "/versions/{version}/diagram.svg": "a version never changes.",
    "/versions/{version}/diagram.bpmn": "a version never changes.",
    "/articles/{ref}/diff": "it is asked by two versions, which never change.",
    "/schemas/approval-process": "it tells what this release reads.",
    "/schemas/service-level-policy": "it tells what this release reads.",
    "/asyncapi.json": "it tells what this release sends.",
    # Times that are computed by what is in force.
    "/calendars/{ref}/windows": "it is computed by the calendar in force; /calendars/{ref} takes "
    "as_of.",
    "/calendars/{ref}/open-time": "it is computed by the calendar in force.",
    "/calendars/{ref}/next-open": "it is computed by the calendar in force.",
    "/calendars/{ref}/add": "it is computed by the calendar in force.",
    "/calendars/{ref}/feed.ics": "a subscribed calendar shows what is in force.",
    "/calendar-feeds/{secret}": "a subscribed calendar shows what is in force.",
    "/changes/calendar": "conflicts are found by what is planned now; /changes takes as_of.",
    "/changes/{ref}/conflicts": "they are found by what is planned now; those that were noted at "
    "approval, scheduling and implementation stand in the answer.",
    "/change-windows/{ref}/affected": "it asks what the draft would do from now on.",
    "/approval-migration": "it asks what moving to the version in force would do.",
    "/approval-processes/{ref}/running": "it asks what moving to the version in force would do.",
    "/text-modules/{ref}/filled": "it is a text for what is said next.",
    "/update-templates/{ref}/filled": "it is a text for what is said next.",
    "/assets/{ref}/label.svg": "it is printed for the asset as it is.",
    "/assets/{ref}/label.pdf": "it is printed for the asset as it is.",
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
