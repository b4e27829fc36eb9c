"""Incidents of a known error: each is given its workaround, once in each version of it."""

from typing import Annotated
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.ticket import Ticket, Visibility

WORKAROUND = "workaround"
"""The closure code, in any letters, of an incident that was resolved with one."""


class WorkedAround(Ticket, abstract=True):
    workarounds: dict[UUID, int]
    """The latest version that was given of the workaround of each problem, from 1."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.workarounds = {}

    @property
    def is_at_work(self) -> bool:
        raise NotImplementedError

    def give_workaround(
        self,
        problem: UUID,
        *,
        number: int,
        said: str,
        author: str,
        visibility: Visibility,
        by: Provenance,
    ) -> None:
        """Say how to live with what causes it, in the words of whoever wrote that for the problem.
        A version that was given before, and one older than that, records nothing."""
        if number <= self.workarounds.get(problem, 0):
            return
        require(self.is_at_work, f"Only an open {self.what} is given a workaround.")
        self.record(
            self.WorkaroundGiven(
                by=by,
                problem=problem,
                number=number,
                text=text.body(said, "A workaround"),
                author=author,
                visibility=visibility,
            )
        )

    class WorkaroundGiven(Event):
        problem: UUID
        number: int
        """Which of the texts that the problem had as its workaround, from 1."""
        text: Annotated[str, Personal("author")]
        author: str
        visibility: Visibility

        def apply(self, incident: "WorkedAround", /) -> None:
            incident.comments += 1
            incident.workarounds = {**incident.workarounds, self.problem: self.number}
