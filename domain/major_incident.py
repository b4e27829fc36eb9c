"""Major incidents: proposed, promoted or declined, led by roles, told of on a cadence, reviewed.

An update of the stakeholders is owed as long as somebody works on the incident: its moment follows
from the latest update, or from the promotion or the reopening. What happened is told by the events;
whoever leads adds to them what happened elsewhere.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, get_args
from uuid import UUID

from msgspec import Struct, structs

from domain import text
from domain.aggregate import Event
from domain.escalated import Escalated
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require

MajorRole = Literal["incident manager", "communications", "technical lead"]
ROLES: tuple[MajorRole, ...] = get_args(MajorRole)
Review = Literal["", "open", "completed"]

CADENCE_MIN = timedelta(minutes=10)
CADENCE_MAX = timedelta(days=7)
REMIND_BEFORE = timedelta(minutes=5)
"""So long before an update is due, whoever owes it is reminded."""
SERVICES_MAX = 100
ACTIONS_MAX = 100

_CADENCE = re.compile(r"([1-9][0-9]{0,3})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class ReviewAction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done so that it does not happen again; its title stands in the event alone."""

    number: int
    owner: UUID
    due: date | None = None
    is_done: bool = False


class MajorIncident(Escalated, abstract=True):
    is_major_proposed: bool
    is_major: bool
    was_major: bool
    major_roles: dict[str, UUID]
    affected_services: tuple[str, ...]
    update_every: str
    """How often the stakeholders are updated, such as `30m`; empty: when there is news."""
    updated_at: datetime | None
    """From when on the next update is counted."""
    reminded_of: datetime | None
    """The due moment that a reminder was given of."""
    missed: datetime | None
    """The due moment that passed without an update."""
    updates_missed: int
    major_review: Review
    review_actions: tuple[ReviewAction, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.is_major_proposed = False
        self.is_major = False
        self.was_major = False
        self.major_roles = {}
        self.affected_services = ()
        self.update_every = ""
        self.updated_at = None
        self.reminded_of = None
        self.missed = None
        self.updates_missed = 0
        self.major_review = ""
        self.review_actions = ()

    @property
    def update_due(self) -> datetime | None:
        """When the stakeholders are to hear of it next; None if nothing is owed."""
        if not (self.is_major and self.is_at_work and self.update_every and self.updated_at):
            return None
        return self.updated_at + cadence(self.update_every)

    def _require_major(self) -> None:
        require(self.is_major, f"This {self.what} is no major one.")

    # Propose, decide -----------------------------------------------------------------------

    def propose_major_incident(self, *, reason: str, by: Provenance) -> None:
        """Say that it may be a major incident, which somebody has to decide. A second proposal
        records nothing."""
        require(self.is_at_work, "Only an open incident can be proposed as a major one.")
        if not (self.is_major_proposed or self.is_major):
            self.record(
                self.MajorIncidentProposed(
                    by=by, reason=text.reason(reason, "A proposal needs a reason.")
                )
            )

    class MajorIncidentProposed(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.is_major_proposed = True

    def promote(self, *, reason: str, update_every: str = "1h", by: Provenance) -> None:
        """Treat it as a major incident from now on, proposed or not."""
        require(self.is_at_work, "Only an open incident can become a major one.")
        if update_every:
            cadence(update_every)
        if not self.is_major:
            reason = text.reason(reason, "A promotion needs a reason.")
            self.record(self.MajorPromoted(by=by, reason=reason, update_every=update_every))

    class MajorPromoted(Event):
        reason: Annotated[str, Personal("actor")]
        update_every: str = ""

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.is_major, incident.was_major = True, True
            incident.is_major_proposed = False
            incident.update_every = self.update_every
            incident.owe_update(self.by.effective_at)

    def owe_update(self, since: datetime) -> None:
        """What an event does from which on the next update is counted."""
        self.updated_at = since

    def decline_promotion(self, *, reason: str, by: Provenance) -> None:
        """Say that it is no major incident. It can be proposed again."""
        require(self.is_major_proposed, f"This {self.what} is not proposed as a major one.")
        reason = text.reason(reason, "Declining needs a reason.")
        self.record(self.MajorDeclined(by=by, reason=reason))

    class MajorDeclined(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.is_major_proposed = False

    def stand_down(self, *, reason: str, by: Provenance) -> None:
        """Treat it as any other incident again. A review is still owed."""
        self._require_major()
        self.require_not_over()
        reason = text.reason(reason, "Standing down needs a reason.")
        self.record(self.MajorStoodDown(by=by, reason=reason))

    class MajorStoodDown(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.is_major = False

    # Lead ----------------------------------------------------------------------------------

    def give_major_role(self, *, role: MajorRole, person: UUID, by: Provenance) -> None:
        """Say who leads the incident, speaks for it, or leads the technical work."""
        self._require_major()
        self.require_not_over()
        require(role in ROLES, f"role: one of {', '.join(ROLES)}.")
        if self.major_roles.get(role) != person:
            self.record(self.MajorRoleGiven(by=by, role=role, person=person))

    class MajorRoleGiven(Event):
        role: MajorRole
        person: UUID

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.major_roles = {**incident.major_roles, self.role: self.person}

    def name_affected_services(self, services: Sequence[str], *, by: Provenance) -> None:
        """Say which services it affects, in place of what was said before."""
        self._require_major()
        self.require_not_over()
        require(
            len(services) <= SERVICES_MAX, f"An incident affects at most {SERVICES_MAX} services."
        )
        clean = tuple(sorted({text.name(service, "A service") for service in services}))
        if clean != self.affected_services:
            self.record(self.AffectedServicesNamed(by=by, services=clean))

    class AffectedServicesNamed(Event):
        services: tuple[str, ...] = ()

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.affected_services = self.services

    # Tell the stakeholders -----------------------------------------------------------------

    def update_stakeholders(
        self,
        said: str,
        *,
        template: UUID | None = None,
        template_version: int | None = None,
        by: Provenance,
    ) -> None:
        """Tell all who can read it how it stands. The next update is counted from now on."""
        self._require_major()
        said = text.body(said, "An update")
        require(said != "", "An update says something.")
        self.record(
            self.StakeholdersUpdated(
                by=by, text=said, template=template, template_version=template_version
            )
        )

    class StakeholdersUpdated(Event):
        text: Annotated[str, Personal("actor")]
        template: UUID | None = None
        """The update template that it was written by, in the version beside it."""
        template_version: int | None = None

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.owe_update(self.by.effective_at)

    def set_update_cadence(self, every: str, *, by: Provenance) -> None:
        """Say how often the stakeholders are updated; empty: when there is news."""
        self._require_major()
        self.require_not_over()
        if every:
            cadence(every)
        if every != self.update_every:
            self.record(self.UpdateCadenceSet(by=by, every=every))

    class UpdateCadenceSet(Event):
        every: str

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.update_every = self.every

    def remind_of_update(self, due: datetime, *, told: Sequence[UUID], by: Provenance) -> None:
        """Remind of the update that is due soon, once. Too late, it records nothing."""
        if due == self.update_due and due not in (self.reminded_of, self.missed):
            self.record(self.UpdateReminded(by=by, due=due, told=tuple(told)))

    class UpdateReminded(Event):
        due: datetime
        told: tuple[UUID, ...] = ()

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.reminded_of = self.due

    def miss_update(self, due: datetime, *, told: Sequence[UUID], by: Provenance) -> None:
        """Note that an update was not given in time, once."""
        if due == self.update_due and due != self.missed:
            self.record(self.UpdateMissed(by=by, due=due, told=tuple(told)))

    class UpdateMissed(Event):
        due: datetime
        told: tuple[UUID, ...] = ()

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.missed = self.due
            incident.updates_missed += 1

    # Tell what happened --------------------------------------------------------------------

    def note_on_timeline(
        self, said: str, *, happened_at: datetime | None = None, by: Provenance
    ) -> None:
        """Add to the timeline what happened, and when, among those who work on it."""
        require(self.was_major, f"This {self.what} was never a major one.")
        said = text.body(said, "A note", text.REASON_MAX)
        require(said != "", "A note says something.")
        at = by.effective_at if happened_at is None else happened_at
        require(at.tzinfo is not None, "A time needs a zone or an offset from UTC.")
        require(at <= by.effective_at, "What is noted has happened already.")
        self.record(self.TimelineNoted(by=by, text=said, happened_at=at.astimezone(UTC)))

    class TimelineNoted(Event):
        text: Annotated[str, Personal("actor")]
        happened_at: datetime

        def apply(self, incident: "MajorIncident", /) -> None:
            """It changes nothing."""

    # Review it ------------------------------------------------------------------------------

    def begin_review(self, *, by: Provenance) -> None:
        """Begin to review what happened, once nobody works on it any more."""
        require(self.was_major, f"This {self.what} was never a major one.")
        require(not self.is_at_work, "A major incident is reviewed once it is resolved.")
        if self.major_review == "":
            self.record(self.ReviewBegun(by=by))

    class ReviewBegun(Event):
        def apply(self, incident: "MajorIncident", /) -> None:
            incident.major_review = "open"

    def _require_review(self) -> None:
        require(self.major_review == "open", "Only a review that is open can be written.")

    def add_review_action(
        self, *, title: str, owner: UUID, due: date | None = None, by: Provenance
    ) -> None:
        """Say what somebody is to do so that it does not happen again."""
        self._require_review()
        require(
            len(self.review_actions) < ACTIONS_MAX, f"A review has at most {ACTIONS_MAX} actions."
        )
        action = ReviewAction(number=len(self.review_actions) + 1, owner=owner, due=due)
        title = text.title(title, "An action")
        self.record(self.ReviewActionAdded(by=by, title=title, action=action))

    class ReviewActionAdded(Event):
        title: Annotated[str, Personal("actor")]
        action: ReviewAction

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.review_actions = (*incident.review_actions, self.action)

    def complete_review_action(self, number: int, *, by: Provenance) -> None:
        """Say that an action is done, also after the review."""
        found = next((one for one in self.review_actions if one.number == number), None)
        if found is None:
            raise Refused(f"number: there is no action {number}.")
        if not found.is_done:
            self.record(self.ReviewActionDone(by=by, number=number))

    class ReviewActionDone(Event):
        number: int

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.review_actions = tuple(
                structs.replace(one, is_done=True) if one.number == self.number else one
                for one in incident.review_actions
            )

    def complete_review(self, *, summary: str, cause: str = "", by: Provenance) -> None:
        """Close the review with what was found. Its actions are still to be done."""
        self._require_review()
        self.record(
            self.ReviewCompleted(
                by=by,
                summary=text.reason(summary, "A review says what was found."),
                cause=text.body(cause, "A cause", text.REASON_MAX),
            )
        )

    class ReviewCompleted(Event):
        summary: Annotated[str, Personal("actor")]
        cause: Annotated[str, Personal("actor")] = ""

        def apply(self, incident: "MajorIncident", /) -> None:
            incident.major_review = "completed"


def cadence(every: str) -> timedelta:
    """How long a cadence is. Raises Refused."""
    found = _CADENCE.fullmatch(every)
    if found is None:
        raise Refused("update_every: a number of minutes, hours or days, such as 30m or 1h.")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    require(
        CADENCE_MIN <= length <= CADENCE_MAX,
        "update_every: 10 minutes at least, and 7 days at most.",
    )
    return length
