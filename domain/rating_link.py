"""Links by which a requester who is asked for a rating gives it, without signing in.

Each is for one person and one resolution of one ticket; nobody can make one without the key of the
desk. How long it can be used, and whether it was, is looked up in the ticket.
"""

import re
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.decision_link import Over, Superseded
from domain.ids import number_of
from domain.plain_link import named, sealed, unsealed
from domain.satisfaction import Satisfaction

PURPOSE = "rating"
_SAID = re.compile(r"((?:INC|QST|REQ)\d{1,19})\.(\d{1,9})\.(PER\d{1,19})", re.ASCII)


class Invitation(Struct, frozen=True, kw_only=True):
    """To rate a resolution, by its number from 1. A reminder is of the same invitation."""

    ticket: UUID
    resolution: int
    person: UUID


def link(key: bytes, invitation: Invitation) -> str:
    """The secret part of the address of a link, for that alone."""
    ticket, person = number_of(invitation.ticket), number_of(invitation.person)
    return sealed(key, PURPOSE, f"{ticket}.{invitation.resolution}.{person}")


def opened(key: bytes, text: str) -> Invitation:
    """What a link is for. Raises Forged."""
    said = unsealed(key, PURPOSE, _SAID, text)
    return Invitation(ticket=named(said[1]), resolution=int(said[2]), person=named(said[3]))


def require_invited(ticket: Satisfaction, invitation: Invitation, at: datetime) -> datetime:
    """Until when the ticket can be rated by this. Raises Over and Superseded."""
    if ticket.requester != invitation.person:
        raise Superseded(f"You are not the requester of {ticket.number} any more.")
    if invitation.resolution in ticket.scores:
        raise Over("It has been rated, which is done once.")
    until = ticket.asks_until
    if until is None or invitation.resolution != ticket.reopened + 1:
        raise Superseded(f"{ticket.number} was taken up again since you were asked.")
    if until < at:
        raise Over("The time to rate it is over.")
    return until
