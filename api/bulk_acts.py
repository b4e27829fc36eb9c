"""What the rows of a bulk job can do: every command that has a route of its own, by its name."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from api.commands import Command, Creation, Practice, act, create
from api.context import Context
from api.http.answers import Answer, Message
from api.http.calls import Call, Step
from api.http.routing import ROOT, Route
from api.identity import Caller
from api.practices import PRACTICES, command_routes
from domain.bulk_job import BulkJob


class Act(Struct, frozen=True, kw_only=True):
    name: str
    """Such as `incident.assign`."""
    practice: Practice
    does: Command | Creation
    route: Route

    @property
    def is_creation(self) -> bool:
        return isinstance(self.does, Creation)

    async def ask(
        self,
        context: Context,
        caller: Caller,
        body: bytes,
        step: Step,
        *,
        record: str = "",
        version: int | None = None,
    ) -> Answer:
        """As a request to the route does it, with the same checks in the same order.

        Raises Problem and DomainError. Without a version, the record is taken as it is.
        """
        if_match = b"*" if version is None else b'"%d"' % version
        path = ROOT + self.route.path.replace("{ref}", record)
        call = Call(
            context,
            self.route,
            {"method": "POST", "path": path, "query_string": b""},
            _receiving(body),
            {b"content-type": b"application/json", b"if-match": if_match},
            [] if self.is_creation else [record],
        )
        call.caller = caller
        call.step = step
        if isinstance(self.does, Creation):
            return await create(call, self.practice, self.does)
        return await act(call, self.practice, self.does)


def _receiving(body: bytes) -> Any:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@cache
def acts() -> Mapping[str, Act]:
    """All that a row can do. Bulk jobs are not among it: a job runs no jobs."""
    found = {}
    for practice in PRACTICES:
        if practice.kind is not BulkJob:
            does: list[Command | Creation] = [practice.creation] if practice.creation else []
            for one, route in zip(
                [*does, *practice.commands], command_routes(practice), strict=True
            ):
                name = f"{practice.what}.{one.name}"
                found[name] = Act(name=name, practice=practice, does=one, route=route)
    return found
