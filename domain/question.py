"""Questions: requests for information, which end with an answer (ITIL 4).

An answer is a text, a record that says it, such as an article or a known error, or an address.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Self, Unpack
from uuid import UUID

from domain import text
from domain.aggregate import Entry, Event
from domain.aside import ASIDE
from domain.escalated import Escalated
from domain.functional import FunctionallyEscalated
from domain.life_cycle import (
    Channel,
    Moved,
    Opening,
    PendingReason,
    Received,
    Startable,
    opening,
)
from domain.mapper import is_person
from domain.merging import Mergeable
from domain.moves import Move
from domain.personal import Personal
from domain.promises import RESOLUTION
from domain.provenance import Provenance
from domain.rules import require
from domain.satisfaction import Satisfaction

__all__ = ["MOVES", "PendingReason", "Question", "Status", "at_first_contact", "touched"]

ADDRESS_MAX = 2_000


class Status(StrEnum):
    ASKED = "asked"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in progress"
    PENDING = "pending"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN = frozenset({Status.ASKED, Status.ASSIGNED, Status.IN_PROGRESS, Status.PENDING})
ACTIVE = OPEN - {Status.PENDING}

MOVES = {
    "start": Move(ACTIVE, Status.IN_PROGRESS, "Only an open question that is not pending starts."),
    "pend": Move(ACTIVE, Status.PENDING, "Only an open question that is not pending can wait."),
    "resume": Move(
        frozenset({Status.PENDING}), Status.IN_PROGRESS, "Only a pending question can be resumed."
    ),
    "give_answer": Move(OPEN, Status.ANSWERED, "Only an open question can be answered."),
    "ask_again": Move(
        frozenset({Status.ANSWERED}),
        Status.IN_PROGRESS,
        "Only a question that is answered, and not closed, can be asked again.",
    ),
    "close": Move(
        frozenset({Status.ANSWERED}), Status.CLOSED, "Only an answered question can be closed."
    ),
    "cancel": Move(OPEN, Status.CANCELLED, "Only an open question can be cancelled."),
    "merge": Move(OPEN, Status.MERGED, "Only an open question can be merged into another."),
}
"""Handing it over leads from `asked` to `assigned`; undoing a merge, to where it was before."""


class Question(Startable, Mergeable, Satisfaction, Escalated, FunctionallyEscalated):
    prefix = "QST"
    what: ClassVar[str] = "question"
    moves = MOVES
    first = Status.ASKED
    handed: ClassVar[Mapping[str, StrEnum]] = {Status.ASKED: Status.ASSIGNED}

    status: Status
    channel: str
    answered_at: datetime | None
    hands: tuple[str, ...]
    """See `touched`."""
    is_first_contact: bool
    """See `at_first_contact`; false again when it is asked again."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.channel = ""
        self.answered_at = None
        self.hands = ()
        self.is_first_contact = False

    def met_at(self, target: str) -> datetime | None:
        return self.answered_at if target == RESOLUTION else None

    # Who has acted on it ------------------------------------------------------------------

    def record(self, event: Event) -> None:
        super().record(event)
        self._touched(event)

    def replay(self, entry: Entry) -> None:
        super().replay(entry)
        self._touched(entry.event)

    def _touched(self, event: Event) -> None:
        self.hands = touched(self.hands, event, str(self.requester or ""))

    # Ask ---------------------------------------------------------------------------------

    @classmethod
    def ask(
        cls,
        id: UUID,
        *,
        channel: Channel = "portal",
        by: Provenance,
        **said: Unpack[Opening],
    ) -> Self:
        return cls.begin(id, cls.Asked(by=by, channel=channel, **opening("A question", said)))

    class Asked(Received):
        pass

    # Answer, ask again ---------------------------------------------------------------------

    def give_answer(
        self,
        *,
        answer: str = "",
        source: UUID | None = None,
        address: str = "",
        by: Provenance,
    ) -> None:
        """Answer it by a text, by a record that says it, by an http(s) address, or by several."""
        self._require("give_answer")
        answer = text.body(answer, "An answer")
        address = text.body(address, "An address", ADDRESS_MAX)
        require(
            answer != "" or source is not None or address != "",
            "An answer is a text, a record or an address.",
        )
        require(
            address == "" or _is_address(address),
            "An address begins with https:// or http:// and has no spaces.",
        )
        require(source != self.id, "A question is no answer to itself.")
        self.record(self.Answered(by=by, text=answer, source=source, address=address))

    class Answered(Moved):
        act = "give_answer"

        text: Annotated[str, Personal("actor")] = ""
        source: UUID | None = None
        """The record that says it, such as an article or a known error."""
        address: Annotated[str, Personal("actor")] = ""

        def apply(self, question: "Question", /) -> None:
            super().apply(question)
            question.answered_at = self.by.effective_at
            question._touched(self)
            question.is_first_contact = at_first_contact(
                question.hands, question.reassigned, question.reopened
            )
            question.answer()

    def ask_again(self, *, question: str, by: Provenance) -> None:
        """Say what the answer leaves open."""
        self._require("ask_again")
        asked = text.reason(question, "Who asks again says what is still open.")
        self.record(self.AskedAgain(by=by, text=asked))

    class AskedAgain(Moved):
        act = "ask_again"

        text: Annotated[str, Personal("actor")] = ""

        def apply(self, question: "Question", /) -> None:
            super().apply(question)
            question.answered_at = None
            question.is_first_contact = False
            question.reopened += 1
            question.awaits_reply = True


def touched(hands: tuple[str, ...], event: Event, requester: str) -> tuple[str, ...]:
    """The people other than the requester who have acted on a question, in their order, after one
    more event."""
    actor = event.by.actor
    if actor == requester or actor in hands or not is_person(actor):
        return hands
    return hands if isinstance(event, ASIDE) else (*hands, actor)


def at_first_contact(hands: tuple[str, ...], reassigned: int, reopened: int) -> bool:
    """Whether an answer came at the first contact: from the only person who has acted on it, with
    no hand-over, and to a question that was not asked before."""
    return len(hands) == 1 and reassigned == 0 and reopened == 0


def _is_address(address: str) -> bool:
    return address.startswith(("https://", "http://")) and len(address.split()) == 1
