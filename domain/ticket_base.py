"""What all that tickets do is built on: what a kind is called, whose one is, and whether it is
over."""

from typing import ClassVar
from uuid import UUID

from domain.own_words import OwnWords
from domain.rules import require


class TicketBase(OwnWords, abstract=True):
    what: ClassVar[str] = "ticket"
    """How the rules call this kind of ticket."""

    requester: UUID | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.requester = None

    def require_not_over(self) -> None:
        require(not self.is_over, f"A {self.what} that is over cannot be changed.")
