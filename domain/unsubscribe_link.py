"""Links by which somebody hears no more of a saved view, without signing in.

Each is for one person and one view; nobody can make one without the key of the desk. What it does
can be done again and is no harm, so it does not expire.
"""

import re
from uuid import UUID

from msgspec import Struct

from domain.ids import number_of
from domain.plain_link import named, sealed, unsealed

PURPOSE = "unsubscribe"
_SAID = re.compile(r"(VIE\d{1,19})\.(PER\d{1,19})", re.ASCII)


class Subscription(Struct, frozen=True):
    view: UUID
    person: UUID


def link(key: bytes, subscription: Subscription) -> str:
    """The secret part of the address of a link, for that alone."""
    said = f"{number_of(subscription.view)}.{number_of(subscription.person)}"
    return sealed(key, PURPOSE, said)


def opened(key: bytes, text: str) -> Subscription:
    """What a link is for. Raises Forged."""
    said = unsealed(key, PURPOSE, _SAID, text)
    return Subscription(named(said[1]), named(said[2]))
