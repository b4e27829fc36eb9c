"""Finding the route of an address among hundreds.

The framework tries routes one after the other, so it is given the few that can be meant.
"""

from collections import defaultdict
from collections.abc import Sequence

from starlette.routing import Route, Router

from api.http.answers import Receive, Scope, Send

Place = tuple[str, int, str]
"""The collection that an address begins with, how many parts it has, and the last of them."""
ANYTHING = ""
"""The last part of addresses that end with something to be filled in."""


class Places:
    """Routers by the places of their routes, which stay in the order that they were given in."""

    def __init__(self, routes: Sequence[Route]) -> None:
        endings: defaultdict[tuple[str, int], set[str]] = defaultdict(lambda: {ANYTHING})
        for route in routes:
            collection, length, last = _place(route.path)
            endings[collection, length].add(last)
        self._routers: dict[Place, Router] = {}
        for (collection, length), found in endings.items():
            for last in found:
                same = [
                    route
                    for route in routes
                    if _place(route.path)
                    in ((collection, length, last), (collection, length, ANYTHING))
                ]
                self._routers[collection, length, last] = _router(same)
        self._nothing = _router([])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope["path"].removeprefix(scope["root_path"]).split("/")
        place = parts[1] if len(parts) > 1 else "", len(parts)
        router = self._routers.get((*place, parts[-1])) or self._routers.get((*place, ANYTHING))
        await (router or self._nothing)(scope, receive, send)


def _place(path: str) -> Place:
    parts = path.split("/")
    last = parts[-1]
    return parts[1], len(parts), ANYTHING if last.startswith("{") else last


def _router(routes: Sequence[Route]) -> Router:
    return Router(routes=routes, redirect_slashes=False)
