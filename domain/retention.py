"""How long people are kept who were let in no more: the days that their organisation has said.

Their erasure is asked for then, and confirmed by an administrator as any other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from domain.organisation import Organisation
from domain.person import Person


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
