"""The routes of the API: what the framework is told of them, and what the document tells."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct
from starlette.routing import compile_path

from api.http.answers import Answer
from api.http.calls import Call

ROOT = "/api/v1"

Endpoint = Callable[[Call], Awaitable[Answer]]


class Operation(Struct, frozen=True, kw_only=True):
    """What the OpenAPI document tells about a route."""

    id: str
    tag: str
    summary: str
    description: str = ""
    parameters: Sequence[dict[str, Any]] = ()
    body: type[Any] | None = None
    is_body_required: bool = False
    body_example: Any = None
    content: dict[str, Any] | None = None
    """The body by media type, where it is not JSON, or not only."""
    responses: dict[int, dict[str, Any]] = {}
    """By status; those of problems are given by their codes alone."""
    problems: Sequence[str] = ()
    links: dict[str, dict[str, Any]] = {}


class Route(Struct, frozen=True, kw_only=True):
    """A method on a path below the root of the API."""

    method: str
    path: str
    endpoint: Endpoint
    act: str
    """What the policy is asked for; "" for what everybody may do, known or not."""
    operation: Operation


class Methods:
    """Which methods an address answers to, for the refusals of all others."""

    def __init__(self, routes: Iterable[Route]) -> None:
        methods: dict[str, set[str]] = {}
        for route in routes:
            methods.setdefault(ROOT + route.path, {"OPTIONS"}).update(methods_of(route))
        self._paths = [(compile_path(path)[0], found) for path, found in methods.items()]

    def of(self, path: str) -> str:
        """The value of an Allow header; "" where nothing is."""
        found: set[str] = set()
        for pattern, methods in self._paths:
            if pattern.match(path):
                found |= methods
        return ", ".join(sorted(found))


def methods_of(route: Route) -> list[str]:
    return ["GET", "HEAD"] if route.method == "GET" else [route.method]


def in_order(routes: Iterable[Route]) -> list[Route]:
    """Routes with a word before those that take anything in its place."""
    return sorted(routes, key=lambda route: "{" in route.path)
