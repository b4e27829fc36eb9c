"""Tickets that people approve, such as changes."""

from collections.abc import Collection, Mapping
from typing import ClassVar
from uuid import UUID

from domain.approval_round import ApprovalRounds
from domain.provenance import Provenance
from domain.rules import require
from domain.subjects import Value
from domain.ticket import Ticket
from domain.wording import DETAIL


class ApprovableTicket(ApprovalRounds, Ticket, abstract=True):
    """`said` holds the version of the ticket in which each of its texts was last written: it keeps
    neither the texts nor digests of them, by which they could be guessed."""

    whose: ClassVar[str] = "its requester, its proposer and its assignee have no vote"

    proposer: str
    said: dict[str, int]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.proposer = ""
        self.said = {}

    def assign(self, *, team: UUID | None, assignee: UUID | None = None, by: Provenance) -> None:
        """Give it to a team, to a person, or to both, but to nobody who voted on it."""
        self.require_taker(assignee)
        super().assign(team=team, assignee=assignee, by=by)

    def require_taker(self, assignee: UUID | None) -> None:
        require(
            str(assignee) not in self.voted,
            f"Nobody votes on their own {self.what}: who has voted on it is not assigned to it.",
        )

    def require_changeable_requester(self) -> None:
        # Who may vote, which process governs it and who reads it then depend on the requester.
        require(self.round == 0, f"The requester of a {self.what} stays once it was submitted.")

    @property
    def barred(self) -> frozenset[str]:
        own = (self.proposer, str(self.requester or ""), str(self.assignee or ""))
        return frozenset(person for person in own if person)

    def say(self, texts: Mapping[str, str | None]) -> None:
        # An event is applied before it counts as a version.
        written = self.version + 1
        told = {name: written for name, said in texts.items() if said is not None}
        self.said = {**self.said, **told}

    @property
    def hidden(self) -> Collection[str]:
        return (*self.said, "details")

    def content(self) -> Mapping[str, Value | None]:
        """The fields of every ticket; a kind adds its own."""
        return {
            "category": self.category,
            "subcategory": self.subcategory,
            "service": self.service,
            "impact": self.impact,
            "urgency": self.urgency,
            "priority": self.priority,
            "team": str(self.team or ""),
            "requester": str(self.requester or ""),
            "organisation": str(self.organisation or ""),
            "details": {name: str(at) for name, at in self.said.items() if name.startswith(DETAIL)},
            **self.said,
        }
