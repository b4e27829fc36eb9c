"""What the lock of a ticket keeps others from: to change what it says and where it stands.

Votes, one's own time, mentions and holds are no edits; nor is what its requester says, or what the
desk does by itself: clocks, workflows and rules.
"""

from domain.aggregate import Event, events_of
from domain.approval_round import ApprovalRounds
from domain.editing import Editing
from domain.following import Following
from domain.ids import as_id
from domain.own_words import OwnWords
from domain.satisfaction import Satisfaction
from domain.ticket import Ticket
from domain.time_spent import TimeSpent

FREE: frozenset[type[Event]] = frozenset(
    event
    for kind in (ApprovalRounds, Editing, Following, OwnWords, Satisfaction, TimeSpent)
    for event in events_of(kind)
)


def keep(ticket: Ticket) -> None:
    """Refuse what was done to a ticket by somebody whom its lock keeps out, and prolong the lock
    by what its holder did. Raises Locked."""
    for entry in ticket.pending:
        by = entry.event.by
        is_edit = type(entry.event) not in FREE
        if not is_edit or as_id(by.actor) in (None, ticket.requester):
            continue
        ticket.require_unlocked(by)
    if ticket.pending:
        ticket.prolong_edit(by=ticket.pending[-1].event.by)
