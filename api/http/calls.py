"""One request on its way to its endpoint: who asks, where, and with which words."""

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl
from uuid import UUID

from api.http.answers import Receive, Scope
from api.http.errors import Problem
from domain.provenance import Cause

if TYPE_CHECKING:
    from api.context import Context
    from api.http.routing import Route
    from api.identity import Caller

QUERY_MAX = 8_000
PARAMETERS_MAX = 60
_BROKEN_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")


class Step(NamedTuple):
    """That a job asks for somebody: the command, which is the same whenever it is asked again, and
    why it is asked."""

    command: UUID
    correlation: UUID
    cause: Cause


class Call:
    __slots__ = ("_caller", "context", "headers", "params", "receive", "route", "scope", "step")

    def __init__(
        self,
        context: "Context",
        route: "Route",
        scope: Scope,
        receive: Receive,
        headers: dict[bytes, bytes],
        params: list[str],
    ) -> None:
        self.context = context
        self.route = route
        self.scope = scope
        self.receive = receive
        self.headers = headers
        self.params = params
        """What stood in the path where the route has a `{}`, in order."""
        self.step: Step | None = None
        """Of which job it is a step; None for a request that came by itself."""
        self._caller: Caller | None = None

    @property
    def caller(self) -> "Caller":
        """Who asks. Routes that are open to everybody must not ask for it."""
        if self._caller is None:
            raise RuntimeError("This route does not ask who calls.")
        return self._caller

    @caller.setter
    def caller(self, caller: "Caller") -> None:
        self._caller = caller

    @property
    def method(self) -> str:
        method: str = self.scope["method"]
        return method

    @property
    def path(self) -> str:
        path: str = self.scope["path"]
        return path

    @property
    def address(self) -> str:
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    def header(self, name: bytes) -> str:
        """A header as text, "" without it."""
        return self.headers.get(name, b"").decode("latin-1")

    def query(self) -> dict[str, str]:
        """The query, each key once. Raises Problem naming what cannot be read."""
        raw: bytes = self.scope["query_string"]
        if not raw:
            return {}
        try:
            text = raw.decode("ascii")
            if len(text) > QUERY_MAX:
                raise Problem("bad_query", f"A query has at most {QUERY_MAX} characters.")
            if broken := _BROKEN_ESCAPE.search(text):
                raise Problem("bad_query", f"The % at {broken.start()} starts no escape.")
            pairs = parse_qsl(
                text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX
            )
        except UnicodeError:
            raise Problem("bad_query", "The query is not UTF-8 in percent escapes.") from None
        except ValueError:
            raise Problem(
                "bad_query", f"A query has at most {PARAMETERS_MAX} parameters."
            ) from None
        query: dict[str, str] = {}
        for name, value in pairs:
            if name in query:
                raise Problem("bad_query", f"{name[:80]}: this parameter is given twice.")
            query[name] = value
        return query
