"""Whether recorded decisions follow from what was recorded before them.

Each is made again by the function that made it: stages and rounds of an approval from the votes,
priorities from the matrix of the recorded version, marks of clocks from the recorded promises.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.aggregate import KIND_OF_PREFIX, Entry, Event
from domain.agreed_clocks import HoursOf
from domain.approval_round import ApprovalRounds
from domain.clock_marks import reached
from domain.ids import prefix_of
from domain.priority import Matrix, priority
from domain.promises import BREACH, Promises
from domain.rules import DomainError
from domain.ticket import Ticket
from domain.ticket_clocks import after

Facts = dict[str, Any]
MatrixOf = Callable[[UUID | None, int], Matrix]
"""The matrix of a version of a type of ticket; the usual one without a type."""

SETTLED = (
    ApprovalRounds.StageOpened,
    ApprovalRounds.FallbackAsked,
    ApprovalRounds.StageDecided,
    ApprovalRounds.Approved,
    ApprovalRounds.Rejected,
)
"""What follows from how a round stands."""

TOLD = (
    ApprovalRounds.Submitted,
    ApprovalRounds.VoteCast,
    ApprovalRounds.VoteRetracted,
    ApprovalRounds.VoteReassigned,
    ApprovalRounds.VoterAdded,
    ApprovalRounds.VotersBarred,
)
"""After these, what follows is recorded by the same command."""

IMPORTED = "imported"

TIMED = (ApprovalRounds.StageTimedOut, ApprovalRounds.StageEscalated, *SETTLED)


class Check(Struct, frozen=True):
    """A decision made again: what should be recorded, and what is; None stands for nothing."""

    entry: Entry
    """The decision, or the last entry before one that is missing."""
    expected: Facts | None
    recorded: Facts | None

    @property
    def agrees(self) -> bool:
        return self.expected == self.recorded


def approvals(entries: Sequence[Entry]) -> Iterator[Check]:
    """Every decision of the rounds of a record, up to the first that is not what it should be."""
    record = _begin(entries)
    if not isinstance(record, ApprovalRounds):
        return
    place, is_owed = 0, False
    while place < len(entries):
        entry = entries[place]
        event = entry.event
        if isinstance(event, ApprovalRounds.StageTimedOut):
            run = _run(entries, place, TIMED)
            expected = _timed_out(record, event)
        elif isinstance(event, SETTLED) and not _is_given(record, event):
            run = _run(entries, place, SETTLED)
            expected = _settled(record, event)
        else:
            record.replay(entry)
            place += 1
            is_owed = isinstance(event, TOLD) or is_owed
            if is_owed and (place == len(entries) or not _same_command(entry, entries[place])):
                is_owed = False
                if _is_running(record, event) and (missing := _settled(record, event)):
                    yield Check(entry, _facts(missing[0], record), None)
                    return
            continue
        is_owed = False
        for number in range(max(len(run), len(expected))):
            should = _facts(expected[number], record) if number < len(expected) else None
            found = _facts(run[number].event, record) if number < len(run) else None
            check = Check(run[min(number, len(run) - 1)], should, found)
            yield check
            if not check.agrees:
                return
        for one in run:
            record.replay(one)
        place += len(run)


def priorities(entries: Sequence[Entry], matrix_of: MatrixOf) -> Iterator[Check]:
    """Every priority that was derived, by the matrix of the version that it names."""
    for entry in entries:
        event = entry.event
        # What is imported was derived by the matrix of another desk.
        if isinstance(event, Ticket.Prioritised) and event.by.channel != IMPORTED:
            matrix = matrix_of(event.type, event.type_version or 0)
            expected = priority(event.impact, event.urgency, matrix)
            yield Check(entry, {"priority": expected}, {"priority": event.priority})


def marks(entries: Sequence[Entry], hours_of: HoursOf) -> Iterator[Check]:
    """Every mark of a service clock, breaches among them, by what was recorded before it."""
    for place, entry in enumerate(entries):
        event = entry.event
        if not isinstance(event, Promises.MarkReached):
            continue
        recorded = {
            "due": event.due,
            "round": event.round,
            "cycle": event.cycle,
            "breach": isinstance(event, Promises.TargetBreached),
        }
        clocks = after((one.event for one in entries[:place]), hours_of)
        found = clocks.find(event.target)
        expected = None
        if found is not None:
            agreed, clock = found
            at = reached(clock, agreed.hours(hours_of), event.mark)
            if at is not None and at <= event.by.at:
                expected = {
                    "due": clock.due_at,
                    "round": agreed.round,
                    "cycle": clock.cycle,
                    "breach": event.mark == BREACH,
                }
        yield Check(entry, expected, recorded)


def _begin(entries: Sequence[Entry]) -> Any:
    id = entries[0].originator_id
    return KIND_OF_PREFIX[prefix_of(id)](id)


def _run(entries: Sequence[Entry], first: int, kinds: tuple[type[Event], ...]) -> list[Entry]:
    """The entries of one command that follow each other from a place on and are of these kinds."""
    found = [entries[first]]
    for entry in entries[first + 1 :]:
        if not isinstance(entry.event, kinds) or not _same_command(found[0], entry):
            break
        found.append(entry)
    return found


def _same_command(one: Entry, other: Entry) -> bool:
    return one.event.by.command == other.event.by.command


def _is_running(record: ApprovalRounds, event: Event) -> bool:
    return bool(record.standing.open) or isinstance(event, ApprovalRounds.Submitted)


def _is_given(record: ApprovalRounds, event: Event) -> bool:
    """Whether an approval was given with a reason and without any stages: a standard change's."""
    is_approval = isinstance(event, ApprovalRounds.Approved) and event.reason != ""
    return is_approval and not record.standing.stages


def _settled(record: ApprovalRounds, event: Event) -> list[Event]:
    copy = record.fork()
    copy._settle(copy.standing.hours, event.by)
    return [entry.event for entry in copy.pending if isinstance(entry.event, SETTLED)]


def _timed_out(record: ApprovalRounds, event: ApprovalRounds.StageTimedOut) -> list[Event]:
    copy, hours = record.fork(), record.standing.hours
    try:
        copy.time_out_stage(event.round, event.stage, hours=hours, by=event.by)
    except DomainError:
        return []
    return [entry.event for entry in copy.pending if isinstance(entry.event, TIMED)]


def _facts(event: Event, record: ApprovalRounds) -> Facts:
    """What an event says, without who signed it. A round that does not hold its business hours
    says nothing of when things are due."""
    facts = msgspec.to_builtins(event)
    left_out = {"by"}
    if record.standing.calendar is not None and record.standing.hours is None:
        left_out |= {"due", "remind"}
    said = {name: value for name, value in facts.items() if name not in left_out}
    return {"event": type(event).__name__, **said}
