"""The company of a directory, for the check of an approval process."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from domain import soundness
from domain.approval_process import ApprovalProcess, Definition
from domain.change import Change
from domain.directory import Directory
from domain.people_expression import Row, people
from domain.person import Person
from domain.rules import Refused
from domain.soundness_company import Names, Someone, Subject
from domain.soundness_report import Report
from domain.subjects import field_of

LAST = UUID(int=2**128 - 1)


def check(
    directory: Directory, definition: Definition, *, start: datetime, process: UUID | None = None
) -> Report:
    """Check a definition against everybody in a directory, and the other processes in use there.

    process: whose definition it is; None for one that is not recorded yet, which comes last of
    those with the same order. Raises Refused for a calendar that does not exist.
    """
    hours = None
    if definition.calendar is not None:
        calendar = directory.calendar(definition.calendar)
        if calendar is None:
            raise Refused(f"calendar: there is no calendar {definition.calendar}.")
        hours = calendar.hours
    place = (definition.order, process or LAST)
    before = [
        (f"{other.number} ({other.name})", published)
        for other in directory._all(ApprovalProcess)
        if (published := other.published)
        and other.id != process
        and (published.order, other.id) < place
    ]
    company = DirectoryCompany(directory, start)
    return soundness.check(definition, company, start=start, hours=hours, before=before)


class DirectoryCompany:
    """The company of a directory, with the delegations that hold at a moment."""

    def __init__(self, directory: Directory, at: datetime) -> None:
        self._directory = directory
        self.people: Mapping[str, Someone] = {
            str(person.id): Someone(
                id=str(person.id),
                username=person.username,
                is_active=person.is_active,
                manager=None if person.manager is None else str(person.manager),
                organisation=None if person.organisation is None else str(person.organisation),
                organisation_name=organisation.name
                if (organisation := directory.organisation(person.organisation))
                else "",
                delegate=next((str(one.to) for one in person.delegations if one.holds(at)), None),
            )
            for person in directory._all(Person)
        }

    def knows(self, selector: str) -> bool:
        return self._directory.knows(selector)

    def resolve(self, selector: str, subject: Subject) -> Sequence[str]:
        form, _, expression = selector.partition(":")
        if form == "cel":
            requester = self.people[subject.requester]
            own = {"requester": requester.username, "organisation": requester.organisation_name}
            names = people(expression, subject.kind, own | dict(subject.facts), self._rows)
            found = (self._directory.person_by_username(name) for name in names)
            return tuple(str(person.id) for person in found if person and person.is_active)
        return tuple(map(str, self._directory.resolve((selector,), self._stand_in(subject))))

    def names(self, of: Names) -> Iterable[str]:
        match of:
            case "people":
                return (someone.username for someone in self.people.values())
            case "teams":
                return (one.name for one in self._directory.teams() if not one.is_disbanded)
        return (one.name for one in self._directory.organisations())

    @cached_property
    def _rows(self) -> Sequence[Row]:
        return self._directory.people_rows()

    def _stand_in(self, subject: Subject) -> Change:
        """A record that has what selectors ask for, whatever its kind."""
        stand_in = Change(UUID(int=0))
        requester = self.people[subject.requester]
        stand_in.requester = UUID(subject.requester)
        # Definitions hold for all organisations, and belong to none.
        if requester.organisation and field_of(subject.kind, "organisation"):
            stand_in.organisation = UUID(requester.organisation)
        stand_in.assignee = UUID(subject.assignee) if subject.assignee else None
        return stand_in
