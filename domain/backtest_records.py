"""Definitions and acts on assets as a history tells them: how each draft stood when it was to be
approved, or each asset, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import domain.kinds  # noqa: F401 - every kind that people approve must be known
from domain.aggregate import KIND_OF_PREFIX, KINDS, Aggregate, Entry, Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.asset import Asset
from domain.asset_approval import Governed, Proposal
from domain.backtest_past import Past, asked_by, votes_of
from domain.ids import as_id, prefix_of
from domain.subjects import SubjectKind
from domain.versioned import Versioned


def kinds_of(subjects: Sequence[SubjectKind]) -> tuple[type[Versioned[Any] | Asset], ...]:
    """The kinds of definitions among these subjects, and assets if they are."""
    return tuple(
        kind
        for kind in KINDS.values()
        if issubclass(kind, Versioned | Asset) and kind.subject in subjects
    )


class Decided:
    """What was decided of one record. `pasts` are the drafts of a definition, or the acts on an
    asset: each as it stood when it was submitted, or when it was published or done if nobody was
    asked; `waiting` is since when one waits for its decision."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        id = entries[0].originator_id
        self.pasts: list[Past] = []
        self.waiting: datetime | None = None
        self._state: Aggregate = KIND_OF_PREFIX[prefix_of(id)](id)
        self._before: ApprovalRounds | None = None
        self._asked: dict[str, None] = {}
        for entry in entries:
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        event, state = entry.event, self._state
        assert isinstance(state, ApprovalRounds)
        if isinstance(event, ApprovalRounds.Submitted):
            self._before, self._asked = state.fork(), {}
            self.waiting = event.by.effective_at
        elif _was_not_asked_for(event):
            self.pasts.append(_at_once(state.fork(), event))
        state.replay(entry)
        if self._before is None:
            return
        self._asked.update(dict.fromkeys(asked_by(event, state.standing)))
        if isinstance(event, ApprovalRounds.Approved | ApprovalRounds.Rejected):
            self._decide(self._before, event, state)
        if isinstance(event, ApprovalRounds.Approved | ApprovalRounds.Rejected | GivenUp):
            self._before = self.waiting = None

    def _decide(self, before: ApprovalRounds, event: Event, state: ApprovalRounds) -> None:
        assert self.waiting
        is_approved = isinstance(event, ApprovalRounds.Approved)
        self.pasts.append(
            Past(
                subject=before,
                own=before.barred,
                start=self.waiting,
                decision="approved" if is_approved else "rejected",
                decided=event.by.effective_at,
                votes=votes_of(state.standing),
                asked=tuple(self._asked),
            )
        )


def _was_not_asked_for(event: Event) -> bool:
    if isinstance(event, Asset.Issued | Asset.SentForRepair | Asset.Retired | Asset.Disposed):
        return event.round == 0
    return isinstance(event, Versioned.VersionPublished) and event.round == 0


def _at_once(before: ApprovalRounds, event: Event) -> Past:
    """What was published or done without an approval, as if it had been submitted then."""
    if isinstance(before, Asset) and isinstance(event, Governed):
        to = event.to if isinstance(event, Asset.Issued) else None
        before.proposal = Proposal(act=event.act, to=to)
        before.requester = as_id(event.by.actor)
    return Past(
        subject=before,
        own=before.barred | {event.by.actor},
        start=event.by.effective_at,
        done=event.by.effective_at,
    )
