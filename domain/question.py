"""Questions: requests for information, which end with an answer (ITIL 4).

An answer is a text, a record that says it, such as an article or a known error, or an address.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, Self
from uuid import UUID

from domain import text
from domain.aggregate import Entry, Event
from domain.escalated import Escalated
from domain.incident import Channel
from domain.mapper import is_person
from domain.personal import Personal
from domain.promises import RESOLUTION
from domain.provenance import Provenance
from domain.rules import require

PendingReason = Literal["customer", "vendor", "change", "problem", "evidence"]

ADDRESS_MAX = 2_000


class Status(StrEnum):
    ASKED = "asked"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in progress"
    PENDING = "pending"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Move(NamedTuple):
    """From which states an act leads to which, and the rule that is said to whoever tries others.

    Who may act stands in `domain.policy`, under the name of the act.
    """

    sources: frozenset[Status]
    target: Status
    rule: str


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
}
"""Handing it over leads from `asked` to `assigned`."""


class Question(Escalated):
    prefix = "QST"
    what: ClassVar[str] = "question"

    status: Status
    channel: str
    pending_reason: str
    reopened: int
    answered_at: datetime | None
    hands: tuple[str, ...]
    """See `touched`."""
    is_first_contact: bool
    """See `at_first_contact`; false again when it is asked again."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.status = Status.ASKED
        self.channel = ""
        self.pending_reason = ""
        self.reopened = 0
        self.answered_at = None
        self.hands = ()
        self.is_first_contact = False

    @property
    def is_over(self) -> bool:
        return self.status in (Status.CLOSED, Status.CANCELLED)

    @property
    def is_called_off(self) -> bool:
        return self.status is Status.CANCELLED

    @property
    def is_at_work(self) -> bool:
        return self.status in OPEN

    def met_at(self, target: str) -> datetime | None:
        return self.answered_at if target == RESOLUTION else None

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)

    # Who has acted on it ------------------------------------------------------------------

    def record(self, event: Event) -> None:
        super().record(event)
        self._touched(event.by)

    def replay(self, entry: Entry) -> None:
        super().replay(entry)
        self._touched(entry.event.by)

    def _touched(self, by: Provenance) -> None:
        self.hands = touched(self.hands, by, str(self.requester or ""))

    # Ask ---------------------------------------------------------------------------------

    @classmethod
    def ask(
        cls,
        id: UUID,
        *,
        title: str,
        description: str = "",
        requester: UUID | None,
        organisation: UUID | None,
        channel: Channel = "portal",
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Asked(
                by=by,
                title=text.title(title, "A question"),
                description=text.body(description, "A description"),
                requester=requester,
                organisation=organisation,
                channel=channel,
            ),
        )

    class Asked(Event):
        title: Annotated[str, Personal("requester")]
        description: Annotated[str, Personal("requester")] = ""
        requester: UUID | None = None
        organisation: UUID | None = None
        channel: Channel = "portal"

        def apply(self, question: "Question", /) -> None:
            question.requester = self.requester
            question.organisation = self.organisation
            question.channel = self.channel

    # Assign: as every ticket, and somebody has it then ---------------------------------------

    def hand_to(self, team: UUID | None, assignee: UUID | None) -> None:
        super().hand_to(team, assignee)
        if self.status is Status.ASKED:
            self.status = Status.ASSIGNED

    # Start work --------------------------------------------------------------------------

    def start(self, *, by: Provenance) -> None:
        self._require("start")
        if self.status is not Status.IN_PROGRESS:
            self.record(self.WorkStarted(by=by))

    class WorkStarted(Event):
        def apply(self, question: "Question", /) -> None:
            question.status = Status.IN_PROGRESS

    # Wait and resume ----------------------------------------------------------------------

    def pend(self, reason: PendingReason, *, note: str = "", by: Provenance) -> None:
        """Wait for somebody or something else."""
        self._require("pend")
        self.record(
            self.Paused(by=by, reason=reason, note=text.body(note, "A note", text.REASON_MAX))
        )

    class Paused(Event):
        reason: PendingReason
        note: Annotated[str, Personal("actor")] = ""

        def apply(self, question: "Question", /) -> None:
            question.status = Status.PENDING
            question.pending_reason = self.reason

    def resume(self, *, by: Provenance) -> None:
        self._require("resume")
        self.record(self.Resumed(by=by))

    class Resumed(Event):
        def apply(self, question: "Question", /) -> None:
            question.status = Status.IN_PROGRESS
            question.pending_reason = ""

    # Answer, ask again, close, cancel -------------------------------------------------------

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

    class Answered(Event):
        text: Annotated[str, Personal("actor")] = ""
        source: UUID | None = None
        """The record that says it, such as an article or a known error."""
        address: Annotated[str, Personal("actor")] = ""

        def apply(self, question: "Question", /) -> None:
            question.status = Status.ANSWERED
            question.pending_reason = ""
            question.answered_at = self.by.effective_at
            question._touched(self.by)
            question.is_first_contact = at_first_contact(
                question.hands, question.reassigned, question.reopened
            )
            question.answer()

    def ask_again(self, *, question: str, by: Provenance) -> None:
        """Say what the answer leaves open."""
        self._require("ask_again")
        asked = text.reason(question, "Who asks again says what is still open.")
        self.record(self.AskedAgain(by=by, text=asked))

    class AskedAgain(Event):
        text: Annotated[str, Personal("actor")] = ""

        def apply(self, question: "Question", /) -> None:
            question.status = Status.IN_PROGRESS
            question.answered_at = None
            question.is_first_contact = False
            question.reopened += 1
            question.awaits_reply = True

    def close(self, *, by: Provenance) -> None:
        self._require("close")
        self.record(self.Closed(by=by))

    class Closed(Event):
        def apply(self, question: "Question", /) -> None:
            question.status = Status.CLOSED

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require("cancel")
        self.record(
            self.Cancelled(by=by, reason=text.reason(reason, "A cancellation needs a reason."))
        )

    class Cancelled(Event):
        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, question: "Question", /) -> None:
            question.status = Status.CANCELLED
            question.pending_reason = ""


def touched(hands: tuple[str, ...], by: Provenance, requester: str) -> tuple[str, ...]:
    """The people other than the requester who have acted on a question, in their order, after one
    more event."""
    actor = by.actor
    if actor == requester or actor in hands or not is_person(actor):
        return hands
    return (*hands, actor)


def at_first_contact(hands: tuple[str, ...], reassigned: int, reopened: int) -> bool:
    """Whether an answer came at the first contact: from the only person who has acted on it, with
    no hand-over, and to a question that was not asked before."""
    return len(hands) == 1 and reassigned == 0 and reopened == 0


def _is_address(address: str) -> bool:
    return address.startswith(("https://", "http://")) and len(address.split()) == 1
