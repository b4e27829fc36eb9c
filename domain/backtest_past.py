"""Decided subjects as a history tells them: how each stood when it was to be approved, and what
came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Entry, Event
from domain.approval import Vote
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import RoundState
from domain.change import Change
from domain.ids import number_of
from domain.incident import Incident
from domain.ledger import Ledger
from domain.provenance import Provenance
from domain.ticket import Ticket

Decision = Literal["approved", "rejected", ""]

IMPORTED = "imported"
DONE = (Change.Implemented, Change.Closed, Change.Cancelled, Change.Withdrawn)
RESOLVED = (Incident.Resolved, Incident.Closed, Incident.Cancelled)


class Past(Struct, frozen=True, kw_only=True):
    """A subject as it stood when it was submitted, or opened where nothing was submitted."""

    subject: Ticket | ApprovalRounds
    own: frozenset[str]
    """Who never votes on it."""
    start: datetime
    known_by: str = ""
    """The incident whose fields it has, as no more is known of it than that this one names it."""
    decision: Decision = ""
    """Empty where no decision is known."""
    decided: datetime | None = None
    done: datetime | None = None
    """When an incident was resolved for the first time, or something done that nobody submitted."""
    votes: Mapping[str, Vote] = {}
    """What people voted, in all stages."""
    asked: tuple[str, ...] = ()
    """Who was asked."""
    is_pre_authorised: bool = False


def history(ledger: Ledger, id: UUID) -> list[Entry]:
    """All that happened to one record, without positions."""
    return [ledger.mapper.entry(stored, 0) for stored in ledger.recorder.select_events(id)]


def is_named_only(entries: Sequence[Entry]) -> bool:
    """Whether a change is known only because an imported record of another kind names it."""
    first = entries[0].event
    return (
        len(entries) == 1
        and isinstance(first, Change.Proposed)
        and first.by.channel == IMPORTED
        and first.requester is None
    )


def incident(entries: Sequence[Entry]) -> Past | None:
    """An incident that was resolved, closed or cancelled, as it stood when it was logged."""
    id, first = entries[0].originator_id, entries[0].event.by
    done = next((e.event.by.effective_at for e in entries if isinstance(e.event, RESOLVED)), None)
    if done is None:
        return None
    opened = Incident(id)
    for entry in _command(entries, first):
        opened.replay(entry)
    return Past(
        subject=opened,
        own=_own(opened, first.actor),
        start=first.effective_at,
        done=done,
    )


def change(entries: Sequence[Entry]) -> Past | None:
    """A change whose first submission was decided, as it stood then. One that nobody submitted, as
    in a history that was imported, as it stood when it was proposed."""
    if not any(isinstance(entry.event, Change.Submitted) for entry in entries):
        return _unsubmitted(entries)
    state = Change(entries[0].originator_id)
    before: Change | None = None
    start = entries[0].event.by.effective_at
    asked: dict[str, None] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Change.Submitted) and before is None:
            before, start = state.fork(), event.by.effective_at
        state.replay(entry)
        if before is None:
            continue
        asked.update(dict.fromkeys(asked_by(event, state.standing)))
        if isinstance(event, (Change.Withdrawn, Change.Cancelled)):
            return None
        if isinstance(event, (Change.Approved, Change.Rejected)):
            return Past(
                subject=before,
                own=before.barred,
                start=start,
                decision="approved" if isinstance(event, Change.Approved) else "rejected",
                decided=event.by.effective_at,
                votes=votes_of(state.standing),
                asked=tuple(asked),
                is_pre_authorised=before.type == "standard",
            )
    return None


def named(entries: Sequence[Entry], naming: Sequence[Entry], version: int) -> Past:
    """A change that is known by an incident only, with the fields that the incident had when it
    named it: at this version."""
    state, known = Change(entries[0].originator_id), Incident(naming[0].originator_id)
    state.replay(entries[0])
    start = entries[0].event.by.effective_at
    done = None
    for entry in naming:
        if entry.originator_version <= version:
            known.replay(entry)
        elif done is None and isinstance(entry.event, RESOLVED):
            done = entry.event.by.effective_at
    for name in (*Ticket.__annotations__,):
        if name not in ("what", "watchers", "attachments", "comments", "reassigned"):
            setattr(state, name, getattr(known, name))
    return Past(
        subject=state,
        own=_own(known, naming[0].event.by.actor),
        start=start,
        known_by=number_of(known.id),
        done=done,
    )


def asked_by(event: Event, standing: RoundState) -> Sequence[str]:
    """Who is asked for a vote by a step of a round, which stands so after it."""
    if isinstance(event, ApprovalRounds.StageOpened):
        return standing.entitled(event.stage)
    if isinstance(event, ApprovalRounds.StageEscalated | ApprovalRounds.FallbackAsked):
        return event.to
    return ()


def _unsubmitted(entries: Sequence[Entry]) -> Past | None:
    first = entries[0].event.by
    done = next((e.event.by.effective_at for e in entries if isinstance(e.event, DONE)), None)
    if done is None:
        return None
    opened = Change(entries[0].originator_id)
    for entry in _command(entries, first):
        opened.replay(entry)
    return Past(subject=opened, own=opened.barred, start=first.effective_at, done=done)


def _command(entries: Sequence[Entry], by: Provenance) -> Sequence[Entry]:
    """What the first command recorded."""
    number = 0
    while number < len(entries) and entries[number].event.by.command == by.command:
        number += 1
    return entries[:number]


def _own(ticket: Ticket, opener: str) -> frozenset[str]:
    people = (opener, str(ticket.requester or ""), str(ticket.assignee or ""))
    return frozenset(person for person in people if person)


def votes_of(standing: RoundState) -> dict[str, Vote]:
    """What people have voted in all stages: a rejection, where they voted otherwise elsewhere."""
    found: dict[str, Vote] = {}
    for ballots in standing.ballots.values():
        for voter, ballot in ballots.items():
            if found.get(voter) != "reject":
                found[voter] = ballot.vote
    return found
