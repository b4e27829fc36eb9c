"""Routes as a tree of path segments: one look-up a segment, however many routes there are."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from api.http.answers import Answer
from api.http.calls import Call

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


class _Node:
    __slots__ = ("any", "named", "routes")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.routes: dict[str, Route] = {}


class Tree:
    def __init__(self, routes: Iterable[Route]) -> None:
        self.root = _Node()
        for route in routes:
            node = self.root
            for segment in segments(route.path):
                if segment.startswith("{"):
                    node.any = node = node.any or _Node()
                else:
                    node = node.named.setdefault(segment, _Node())
            if route.method in node.routes:
                raise ValueError(f"{route.method} {route.path} is there twice.")
            node.routes[route.method] = route

    def find(self, path: str) -> tuple[dict[str, Route], list[str]]:
        """The routes of a path by method, and what stood in the place of its parameters."""
        node = self.root
        params: list[str] = []
        for segment in segments(path):
            next_node = node.named.get(segment)
            if next_node is None:
                next_node = node.any
                if next_node is None or not segment:
                    return {}, params
                params.append(segment)
            node = next_node
        return node.routes, params


def segments(path: str) -> list[str]:
    return path[1:].split("/")


def allowed(routes: dict[str, Route]) -> str:
    """The value of an Allow header."""
    methods = {*routes, "OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))
