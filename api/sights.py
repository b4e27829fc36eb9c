"""What somebody sees of the kinds of records that the search knows."""

from collections.abc import Sequence

from domain.policy import Actor, allow, hearing, visibility
from domain.rules import Forbidden
from projections.search_question import Sight
from projections.search_rows import TICKETS

_WORDS = {"request": "service_request"}
"""What the policy calls a kind, where it has another word for it."""


def sights_of(actor: Actor, kinds: Sequence[str]) -> dict[str, Sight]:
    """What somebody sees of some kinds; those that they may not list are left out."""
    sights = {}
    for kind in kinds:
        what = _WORDS.get(kind, kind)
        try:
            allow(actor, f"{what}.list", None)
        except Forbidden:
            continue
        shown = visibility(actor, what)
        sights[kind] = Sight(shown, hearing(actor, what) if kind in TICKETS else shown)
    return sights
