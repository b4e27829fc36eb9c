"""Rounds of approval during a freeze: the patience of all stages stands, and then goes on.

A freeze holds a round from when it begins until it ends, and another freeze may hold it meanwhile.
When the last one ends, each stage has the patience that it had left. A stage for which information
is outstanding stands on until that has come.
"""

from datetime import datetime
from uuid import UUID

from msgspec import structs

from domain.approval_round_clock import Patience, hours_of_patience, later
from domain.approval_round_state import RoundEvent, RoundState, StageState
from domain.business_time import BusinessHours
from domain.provenance import Provenance


class Hold(Patience, abstract=True):
    def hold_approval(self, window: UUID, *, by: Provenance) -> None:
        """Let the patience of the open stages stand since a freeze began. Signed as of then."""
        if self.standing.open and window not in self.standing.held:
            self.record(self.ApprovalHeld(by=by, round=self.round, window=window))

    class ApprovalHeld(RoundEvent):
        round: int
        window: UUID

        def after(self, state: RoundState) -> RoundState:
            at = self.by.effective_at
            opened = {name: _held(stage, at) for name, stage in state.open.items()}
            return structs.replace(state, open=opened, held={**state.held, self.window: at})

    def resume_approval(
        self, window: UUID, *, hours: BusinessHours | None = None, by: Provenance
    ) -> None:
        """Let the patience go on with what was left, if no other freeze holds it. Signed as of the
        end of the freeze."""
        state = self.standing
        if window not in state.held or not state.open:
            return
        moved: dict[str, datetime] = {}
        remind: dict[str, tuple[datetime, ...]] = {}
        if len(state.held) == 1:
            for name, opened in state.open.items():
                if opened.is_held and not opened.asked_by:
                    moved[name], remind[name] = self._moved(name, opened, hours, by)
        self.record(
            self.ApprovalResumed(by=by, round=self.round, window=window, due=moved, remind=remind)
        )

    def _moved(
        self, name: str, opened: StageState, hours: BusinessHours | None, by: Provenance
    ) -> tuple[datetime, tuple[datetime, ...]]:
        counted = hours_of_patience(
            self.standing.stage(name).patience, self.standing.hours or hours
        )
        at = by.effective_at
        stood = opened.stands_since or at
        return later(at, stood, opened.patience_ends, counted), tuple(
            later(at, stood, moment, counted) if number >= opened.reminded else moment
            for number, moment in enumerate(opened.reminders)
        )

    class ApprovalResumed(RoundEvent):
        round: int
        window: UUID
        due: dict[str, datetime] = {}
        remind: dict[str, tuple[datetime, ...]] = {}

        def after(self, state: RoundState) -> RoundState:
            held = {window: at for window, at in state.held.items() if window != self.window}
            left = structs.replace(state, held=held)
            if held:
                return left
            for name in left.open:
                if name in self.due:
                    left = left.with_open(
                        name,
                        since=self.by.effective_at,
                        patience_ends=self.due[name],
                        reminders=self.remind.get(name, ()),
                        stands_since=None,
                        is_held=False,
                    )
                else:
                    left = left.with_open(name, is_held=False)
            return left


def _held(stage: StageState, at: datetime) -> StageState:
    since = max(at, stage.since)
    stood = min(since, stage.stands_since) if stage.stands_since else since
    return structs.replace(stage, stands_since=stood, is_held=True)
