"""Calls that are made within the process: to the same routes, with the same rules and answers."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from api.context import Context
from api.http.answers import Message, Scope
from api.http.calls import Call
from api.http.routing import ROOT, Route


def inner_call(
    context: Context,
    route: Route,
    params: Sequence[str] = (),
    query: Mapping[str, str] = {},
    body: bytes = b"",
    headers: Mapping[bytes, bytes] = {},
    address: str = "",
) -> Call:
    """A call of a route, of which it is still to be said who calls."""
    filled = route.path
    for param in params:
        before, _, after = filled.partition("{")
        filled = f"{before}{quote(param, safe='')}{after.partition('}')[2]}"
    scope: Scope = {
        "type": "http",
        "method": route.method,
        "path": ROOT + filled,
        "query_string": urlencode(query).encode(),
        "client": (address, 0),
    }
    sent = iter(({"type": "http.request", "body": body, "more_body": False},))

    async def receive() -> Message:
        return next(sent, {"type": "http.disconnect"})

    return Call(context, route, scope, receive, dict(headers), list(params))
