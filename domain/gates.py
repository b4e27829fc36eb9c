"""Gates that a service or a release passes on its way, one at a time.

What is to be accepted at a gate is written first. Where a process governs the gate, it is approved
in a round; else the owner of the record passes it, with a note. Whoever writes it anew takes the
acceptance back.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.personal import Personal
from domain.provenance import Provenance
from domain.remarks import Discussed
from domain.rules import require
from domain.subjects import Value

Approval = Literal["", "pending", "approved", "rejected"]


class Written(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be accepted at a gate, and everybody who wrote it: the latest last."""

    text: str
    authors: tuple[str, ...]


class Gates(Discussed, ApprovalRounds, abstract=True):
    """A kind says which gates it has, which of them can be written and passed in its state, and the
    rest of the content of a vote."""

    whose: ClassVar[str] = "its owner, who proposed it and who wrote this have no vote"

    organisation = None
    assignee = None
    service = ""
    details: dict[str, str] = {}
    links: tuple[tuple[str, UUID], ...] = ()

    proposer: str
    owner: UUID | None
    requester: UUID | None
    """Who answers for it: its owner; without one, who proposed it."""
    gate: str
    """The one that was taken up last."""
    written: dict[str, Written]
    passed: dict[str, int]
    """The round that passed each gate, 0 where the owner did."""
    approval: Approval
    """How the latest round of approval stands."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.proposer = ""
        self.owner = None
        self.requester = None
        self.gate = ""
        self.written = {}
        self.passed = {}
        self.approval = ""

    @property
    def gates(self) -> Collection[str]:
        """The names of its gates."""
        raise NotImplementedError

    def _require_writable(self, gate: str) -> None:
        """Refuse to write for a gate that lies behind the record."""
        raise NotImplementedError

    def _require_passable(self, gate: str) -> None:
        """Refuse a gate that the record does not stand before."""
        raise NotImplementedError

    @property
    def barred(self) -> frozenset[str]:
        known = self.written.get(self.gate)
        own = (self.proposer, str(self.owner or ""), *(known.authors if known else ()))
        return frozenset(person for person in own if person)

    @property
    def always_material(self) -> tuple[str, ...]:
        return ("gate", "text")

    @property
    def hidden(self) -> Collection[str]:
        return ("description", "text")

    def content(self) -> Mapping[str, Value | None]:
        known = self.written.get(self.gate)
        return {"gate": self.gate, "text": known.text if known else ""}

    def _require_chooser(self, by: Provenance) -> None:
        require(by.actor not in self.barred, f"Nobody chooses who votes on their own {self.what}.")

    def _require_gate(self, gate: str) -> None:
        require(gate in self.gates, f"gate: one of {', '.join(self.gates) or 'none yet'}.")

    # Write ---------------------------------------------------------------------------------

    def write_gate(self, gate: str, said: str, *, by: Provenance) -> None:
        """Say what is to be accepted at a gate, in place of what was said before. Votes on that
        fall, and so does an acceptance."""
        self._require_gate(gate)
        self._require_writable(gate)
        said = text.body(said, "text")
        require(said != "", "text: it says what is to be accepted at the gate.")
        known = self.written.get(gate)
        if known is not None and known.text == said:
            return
        if self.standing.open and gate == self.gate:
            self._require_rewritable(by)
        self.record(self.GateWritten(by=by, gate=gate, text=said))

    def _require_rewritable(self, by: Provenance) -> None:
        """Refuse to change what is voted on in a way that votes could not follow."""
        state = self.standing
        require(
            by.actor not in self.voted,
            f"Nobody votes on their own {self.what}: who has voted on this does not write it anew.",
        )
        for name in state.passed:
            require(
                name in state.ballots,
                f"{name} was passed without a vote, for the text as it is: the submission is "
                "withdrawn before that is written anew.",
            )

    class GateWritten(Event):
        gate: str
        text: str

        def apply(self, record: "Gates", /) -> None:
            known = record.written.get(self.gate)
            others = (one for one in known.authors if one != self.by.actor) if known else ()
            written = Written(text=self.text, authors=(*others, self.by.actor))
            record.written = {**record.written, self.gate: written}
            record.unpass(self.gate)

    def unpass(self, gate: str) -> None:
        """What an event does that takes the acceptance at a gate back."""
        self.passed = {name: round for name, round in self.passed.items() if name != gate}

    # Submit, or pass -------------------------------------------------------------------------

    def take_up(self, gate: str, *, by: Provenance) -> None:
        """Say which gate is to be passed next."""
        self._require_gate(gate)
        self._require_ready(gate)
        if gate != self.gate:
            self.record(self.GateTakenUp(by=by, gate=gate))

    def _require_ready(self, gate: str) -> None:
        require(not self.standing.open, f"The gate {self.gate} of this {self.what} is in approval.")
        self._require_passable(gate)
        require(gate not in self.passed, f"This {self.what} has passed the gate {gate}.")
        require(gate in self.written, f"What is accepted at the gate {gate} is written first.")

    class GateTakenUp(Event):
        gate: str

        def apply(self, record: "Gates", /) -> None:
            record.gate = self.gate

    def require_ready(self) -> None:
        """Refuse the submission of a gate that was not taken up, or cannot be passed."""
        require(self.gate != "", "Say which gate is to be passed.")
        self._require_ready(self.gate)

    def enter_approval(self) -> None:
        self.approval = "pending"

    def leave_approval(self, *, is_approved: bool) -> None:
        self.approval = "approved" if is_approved else "rejected"
        if is_approved:
            self.passed = {**self.passed, self.gate: self.round}

    def withdraw(self, *, reason: str, by: Provenance) -> None:
        """Take the submission of a gate back. What was written stays."""
        require(len(self.standing.open) > 0, f"No gate of this {self.what} is in approval.")
        reason = text.reason(reason, "A withdrawal needs a reason.")
        self.record(self.SubmissionWithdrawn(by=by, round=self.round, reason=reason))

    class SubmissionWithdrawn(GivenUp):
        round: int
        reason: Annotated[str, Personal("actor")]

        def apply(self, record: "Gates", /) -> None:
            super().apply(record)
            record.approval = ""

    def pass_gate(self, note: str, *, by: Provenance) -> None:
        """Pass the gate that was taken up, as the owner, where no process governs it."""
        require(self.gate != "", "Say which gate is to be passed.")
        self._require_ready(self.gate)
        require(
            self.owner is not None and by.actor == str(self.owner),
            f"Only the owner of a {self.what} passes a gate of it that no process governs.",
        )
        note = text.reason(note, "Passing a gate needs a note that says why.")
        self.record(self.GatePassed(by=by, gate=self.gate, note=note))

    class GatePassed(Event):
        """The owner passed a gate that no process governed."""

        gate: str
        note: Annotated[str, Personal("actor")]

        def apply(self, record: "Gates", /) -> None:
            record.passed = {**record.passed, self.gate: 0}
