"""How a release is rolled out, phase by phase with a go for each, stopped, and undone backwards."""

from collections.abc import Collection
from typing import Annotated, get_args
from uuid import UUID

from msgspec.structs import replace

from domain import release_phases, text
from domain.aggregate import Event
from domain.approval_round_state import GivenUp
from domain.gates import Gates
from domain.personal import Personal
from domain.provenance import Provenance
from domain.release_moves import AHEAD, MOVES, OPEN, Status
from domain.release_phases import Outcome, Phase
from domain.rules import require


class RollOut(Gates, abstract=True):
    backout: str
    """How it is undone."""
    phases: tuple[Phase, ...]
    status: Status

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.backout = ""
        self.phases = ()
        self.status = Status.PLANNED

    @property
    def is_over(self) -> bool:
        return self.status not in OPEN

    @property
    def gates(self) -> Collection[str]:
        return [phase.name for phase in self.phases]

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)

    def _require_open(self) -> None:
        require(not self.is_over, "A release that is over cannot be changed.")

    def _phase(self, number: int) -> Phase:
        require(1 <= number <= len(self.phases), f"number: there is no phase {number}.")
        return self.phases[number - 1]

    def _require_writable(self, gate: str) -> None:
        self._require_open()
        phase = release_phases.called(self.phases, gate)
        require(phase is not None and phase.state == "planned", f"{gate} has been rolled out.")

    def _require_passable(self, gate: str) -> None:
        require(self.status in AHEAD, MOVES["start_phase"].rule)
        turn = release_phases.upcoming(self.phases)
        require(
            turn is not None and turn.name == gate,
            f"{gate} is not next: what comes before it is rolled out first.",
        )
        require(self.backout != "", "backout: how it is undone is said first.")

    def set_phase(self, number: int, **changes: object) -> None:
        """What an event changes of a phase."""
        self.phases = tuple(
            replace(phase, **changes) if phase.number == number else phase for phase in self.phases
        )

    # Roll out ------------------------------------------------------------------------------

    def start_phase(self, number: int, *, by: Provenance) -> None:
        """Begin to roll a phase out that was cleared."""
        self._require("start_phase")
        phase = self._phase(number)
        if phase.state == "rolling out":
            return
        turn = release_phases.upcoming(self.phases)
        require(
            turn is not None and turn.number == number,
            f"{phase.name} is not next: what comes before it is rolled out first.",
        )
        require(phase.name in self.passed, f"{phase.name} has no go yet.")
        self.record(self.PhaseStarted(by=by, number=number))

    class PhaseStarted(Event):
        number: int

        def apply(self, release: "RollOut", /) -> None:
            release.set_phase(self.number, state="rolling out")
            release.status = Status.ROLLING_OUT

    def complete_phase(
        self, number: int, *, outcome: Outcome, notes: str = "", by: Provenance
    ) -> None:
        """Say what came of a phase. An unsuccessful one stops the release."""
        self._require("complete_phase")
        phase = self._phase(number)
        require(phase.state == "rolling out", f"{phase.name} is not rolling out.")
        known = get_args(Outcome)
        require(outcome in known, f"outcome: one of {', '.join(known)}.")
        notes = text.body(notes, "notes", text.REASON_MAX)
        require(
            outcome == "successful" or notes != "", "notes: they say what did not go as planned."
        )
        self.record(self.PhaseCompleted(by=by, number=number, outcome=outcome, notes=notes))

    class PhaseCompleted(Event):
        number: int
        outcome: Outcome
        notes: Annotated[str, Personal("actor")] = ""

        def apply(self, release: "RollOut", /) -> None:
            release.set_phase(self.number, state="done", outcome=self.outcome)
            if self.outcome == "unsuccessful":
                release.status = Status.STOPPED
            else:
                release.go_on()

    def go_on(self) -> None:
        """What an event does after which nothing stands in the way."""
        is_done = all(phase.state == "done" for phase in self.phases)
        self.status = Status.COMPLETED if is_done else Status.ROLLING_OUT

    # Stop, back out, cancel ------------------------------------------------------------------

    def stop(self, *, reason: str, by: Provenance) -> None:
        self._require("stop")
        reason = text.reason(reason, "Stopping a release needs a reason.")
        self.record(self.Stopped(by=by, reason=reason))

    class Stopped(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, release: "RollOut", /) -> None:
            release.status = Status.STOPPED

    def resume(self, *, reason: str, by: Provenance) -> None:
        """Go on. A phase that was undone is planned again, and needs another go."""
        self._require("resume")
        reason = text.reason(reason, "Resuming a release needs a reason.")
        self.record(self.Resumed(by=by, reason=reason))

    class Resumed(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, release: "RollOut", /) -> None:
            for phase in release.phases:
                if phase.state == "backed out":
                    release.set_phase(phase.number, state="planned")
            release.go_on()

    def back_out(self, *, reason: str, by: Provenance) -> None:
        """Undo the latest phase that was rolled out; with the first one, all is undone. An approval
        of the next phase ends."""
        self._require("back_out")
        reason = text.reason(reason, "Backing out needs a reason.")
        phase = release_phases.last_started(self.phases)
        require(phase is not None, "Nothing was rolled out.")
        if phase is not None:
            self.record(self.PhaseBackedOut(by=by, number=phase.number, reason=reason))

    class PhaseBackedOut(GivenUp):
        number: int
        reason: Annotated[str, Personal("actor")]

        def apply(self, release: "RollOut", /) -> None:
            super().apply(release)
            release.approval = "" if release.approval == "pending" else release.approval
            release.set_phase(self.number, state="backed out", outcome="")
            release.unpass(release.phases[self.number - 1].name)
            is_left = release_phases.last_started(release.phases) is not None
            release.status = Status.STOPPED if is_left else Status.BACKED_OUT

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require("cancel")
        reason = text.reason(reason, "A cancellation needs a reason.")
        self.record(self.Cancelled(by=by, reason=reason))

    class Cancelled(GivenUp):
        reason: Annotated[str, Personal("actor")]

        def apply(self, release: "RollOut", /) -> None:
            super().apply(release)
            release.approval = "" if release.approval == "pending" else release.approval
            release.status = Status.CANCELLED
