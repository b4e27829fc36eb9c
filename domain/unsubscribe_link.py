"""Links by which somebody hears no more of a saved view, without signing in.

Each is for one person and one view; nobody can make one without the key of the desk. What it does
can be done again and is no harm, so it does not expire.
"""

import hmac
import re
from base64 import b32encode
from uuid import UUID

from msgspec import Struct

from domain.decision_link import Forged
from domain.ids import number_of, parse_reference
from domain.rules import NotFound

_LINK = re.compile(r"(VIE\d{1,19})\.(PER\d{1,19})\.([a-z2-7]{32})")


class Subscription(Struct, frozen=True):
    view: UUID
    person: UUID


def link(key: bytes, subscription: Subscription) -> str:
    """The secret part of the address of a link, for that alone."""
    said = f"{number_of(subscription.view)}.{number_of(subscription.person)}"
    return f"{said}.{_mark(key, said)}"


def opened(key: bytes, text: str) -> Subscription:
    """What a link is for. Raises Forged."""
    match = _LINK.fullmatch(text)
    said, _, mark = text.rpartition(".")
    # A desk without a key has made no links.
    if not key or match is None or not hmac.compare_digest(mark, _mark(key, said)):
        raise Forged("This link was cut short or changed, or is none of this desk.")
    try:
        return Subscription(parse_reference(match[1]), parse_reference(match[2]))
    except NotFound:
        raise Forged("It names nothing of this desk.") from None


def _mark(key: bytes, said: str) -> str:
    digest = hmac.digest(key, f"unsubscribe link {said}".encode(), "sha256")
    return b32encode(digest[:20]).decode().lower()
