"""How long people are kept who were let in no more, and what records say that are over: the days
that their organisation has said.

The erasure of people is asked for then, and confirmed by an administrator as any other. What
records say is removed then, but not within days of a term being set: a mistake can be mended.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from domain.key_tree import Part
from domain.organisation import Organisation, Term
from domain.person import Person

GRACE = timedelta(days=7)
"""So long after its term was set or changed, nothing is removed by it."""


def kept_until(person: Person, organisation: Organisation | None) -> datetime | None:
    """From when on their erasure is asked for; None if it is not, as things stand.

    Whose erasure was withdrawn are left alone, unless they were deactivated again.
    """
    days = organisation.retention_days if organisation else None
    since, spared = person.deactivated_at, person.erasure_withdrawn_at
    if days is None or since is None or person.is_erased or person.is_held:
        return None
    if person.erasure_asked_by or (spared is not None and spared >= since):
        return None
    return since + timedelta(days=days)


def due(
    people: Iterable[Person], organisations: Mapping[UUID, Organisation], at: datetime
) -> list[tuple[datetime, Person]]:
    """The people whose erasure is to be asked for by a moment, with that of each, in order."""
    found = []
    for person in people:
        until = kept_until(person, organisations.get(person.organisation or person.id))
        if until is not None and until <= at:
            found.append((until, person))
    return sorted(found, key=lambda one: (one[0], one[1].number))


def words_kept_until(term: Term, over_since: datetime, part: Part) -> datetime | None:
    """From when on a part of what a record says is removed, as things stand; None for never."""
    days = term.days
    if part == "files" and term.files_days is not None:
        days = term.files_days
    if days is None or term.since is None:
        return None
    return max(over_since + timedelta(days=days), term.since + GRACE)
