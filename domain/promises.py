"""What service level policies promise for a ticket, and which marks its clocks have passed.

A ticket has at most one SLA, and any number of operational level agreements and underpinning
contracts. Each of these has a label, the name of its policy; that of the SLA is empty. How the
clocks stand is told by `domain.ticket_clocks`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, get_args
from uuid import UUID

from msgspec import Struct, field

from domain import text
from domain.aggregate import Event
from domain.agreement import (
    FIRST_RESPONSE,
    NEXT_RESPONSE,
    RESOLUTION,
    Agreement,
    Kind,
    PausingReason,
)
from domain.mapper import is_person
from domain.personal import Personal
from domain.provenance import Provenance
from domain.ruled import Ruled
from domain.rules import Refused, require
from domain.service_clock import Target
from domain.service_conditions import Named
from domain.ticket import Visibility
from domain.wall_clock import micros

__all__ = [
    "BREACH",
    "FIRST_RESPONSE",
    "NEXT_RESPONSE",
    "RESOLUTION",
    "Commitment",
    "Promised",
    "Promises",
    "asks",
    "clock_name",
    "commitments_of",
]

BREACH = "100%"
_PUBLIC = Visibility.PUBLIC


class Commitment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is promised for one target of one ticket, and what its clock does.

    Empty conditions of `first response`, `next response` and `resolution` mean what
    `domain.agreement.WELL_KNOWN` says.
    """

    name: str
    """Such as `first response` or `resolution`."""
    budget: str
    """A duration such as `4h`, `2bd` or `3d`."""
    # A list of no reasons is stored too, as it always was.
    pausing: tuple[str, ...] = field(default_factory=lambda: ())
    """The pending reasons in which this clock stands."""
    start: str = ""
    pause: str = ""
    stop: str = ""
    reset: str = ""


class Promised(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agreement promises for a ticket since its latest round."""

    round: int = 0
    policy: UUID | None = None
    policy_version: int = 0
    calendar: UUID | None = None
    calendar_version: int = 0
    kind: Kind = "SLA"
    zone: str = ""
    names: tuple[Named, ...] = ()
    commitments: tuple[Commitment, ...] = ()


UNPROMISED = Promised()


def commitments_of(agreement: Agreement, targets: Iterable[Target]) -> tuple[Commitment, ...]:
    """What an agreement that promises these targets commits the desk to."""
    promised = ((target, agreement.promise(target.name)) for target in targets)
    return tuple(
        Commitment(
            name=target.name,
            budget=target.budget,
            pausing=target.pausing,
            start=promise.start,
            pause=promise.pause,
            stop=promise.stop,
            reset=promise.reset,
        )
        for target, promise in promised
        if promise is not None
    )


def clock_name(label: str, target: str) -> str:
    """What the clock of a target is called on a ticket, such as `Network: resolution`."""
    return f"{label}: {target}" if label else target


def asks(requester: UUID | None, visibility: Visibility, by: Provenance) -> bool | None:
    """Whether a comment asks for a reply, or is one; None if it is neither.

    Only people ask and answer: what a part of the desk says by itself is no reply.
    """
    if visibility != _PUBLIC:
        return None
    actor = by.on_behalf_of or by.actor
    if requester is not None and actor == _text_of(requester):
        return True
    return False if is_person(actor) else None


@lru_cache(maxsize=4_096)
def _text_of(id: UUID) -> str:
    return str(id)


class Promises(Ruled, abstract=True):
    promised: dict[str, Promised]
    """By label."""
    marks: tuple[tuple[int, str, str, int], ...]
    """The round, the clock, the mark and the cycle of each that was passed."""
    is_answered: bool
    """Whether somebody else than the requester has said something to them."""
    awaits_reply: bool
    """Whether the requester was the last to say something in public."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.promised = {}
        self.marks = ()
        self.is_answered = False
        self.awaits_reply = False

    @property
    def is_called_off(self) -> bool:
        """Whether it ended without being done."""
        raise NotImplementedError

    @property
    def service_level_round(self) -> int:
        """How often something was promised under the SLA."""
        return self.promised.get("", UNPROMISED).round

    @property
    def commitments(self) -> tuple[Commitment, ...]:
        """What the SLA promises."""
        return self.promised.get("", UNPROMISED).commitments

    def met_at(self, target: str) -> datetime | None:
        """When a target of the SLA was met, as far as the ticket itself knows."""
        return None

    def hear(self, visibility: Visibility, who: Provenance) -> None:
        is_asked = asks(self.requester, visibility, who)
        if is_asked:
            self.awaits_reply = True
        elif is_asked is False:
            self.answer()

    def answer(self) -> None:
        """What an event that answers the requester does."""
        self.is_answered = True
        self.awaits_reply = False

    # Promise -----------------------------------------------------------------------------

    def apply_service_level(
        self,
        *,
        policy: UUID,
        policy_version: int,
        calendar: UUID,
        calendar_version: int,
        commitments: Sequence[Commitment],
        kind: Kind = "SLA",
        label: str = "",
        zone: str = "",
        names: Sequence[Named] = (),
        by: Provenance,
    ) -> None:
        """Promise what a version of a policy says. The same promise again records nothing.

        `label` is the name of the policy, empty for the SLA; `zone` the one on whose wall clock the
        hours of the calendar are read, its own if empty; `names` what the names in conditions mean.
        No commitments: the agreement is about the ticket no more.
        """
        self.require_not_over()
        require((kind == "SLA") == (label == ""), "Each agreement but the SLA has a label.")
        known = self.promised.get(label, UNPROMISED)
        given = (policy, policy_version), (calendar, calendar_version), tuple(commitments)
        if (*given, zone, tuple(names)) != (
            (known.policy, known.policy_version),
            (known.calendar, known.calendar_version),
            known.commitments,
            known.zone,
            known.names,
        ):
            self.record(
                self.ServiceLevelApplied(
                    by=by,
                    policy=policy,
                    policy_version=policy_version,
                    calendar=calendar,
                    calendar_version=calendar_version,
                    commitments=tuple(commitments),
                    kind=kind,
                    label=label,
                    zone=zone,
                    names=tuple(names),
                )
            )

    class ServiceLevelApplied(Event):
        policy: UUID
        policy_version: int
        calendar: UUID
        calendar_version: int
        commitments: tuple[Commitment, ...]
        kind: Kind = "SLA"
        label: str = ""
        zone: str = ""
        names: tuple[Named, ...] = ()

        def apply(self, ticket: "Promises", /) -> None:
            promised = Promised(
                round=ticket.promised.get(self.label, UNPROMISED).round + 1,
                policy=self.policy,
                policy_version=self.policy_version,
                calendar=self.calendar,
                calendar_version=self.calendar_version,
                kind=self.kind,
                zone=self.zone,
                names=self.names,
                commitments=self.commitments,
            )
            ticket.promised = {**ticket.promised, self.label: promised}

    # Mark --------------------------------------------------------------------------------

    def mark(
        self, target: str, mark: str, *, round: int, due: datetime, cycle: int = 0, by: Provenance
    ) -> None:
        """Note that a clock has passed a mark, such as 75% or 100% (the breach).

        A mark of an earlier round, of a target that was met in time, or a second time records
        nothing: the clock was informed late, or twice.
        """
        label = self._label_of(target)
        promised = self.promised.get(label, UNPROMISED)
        if round != promised.round or (round, target, mark, cycle) in self.marks:
            return
        names = {clock_name(label, commitment.name) for commitment in promised.commitments}
        if target not in names:
            raise Refused(f"This {self.what} has no target {target!r}.")
        met = None if label else self.met_at(target)
        if self.is_called_off or (met is not None and met <= due):
            return
        event = self.TargetBreached if mark == BREACH else self.MarkReached
        self.record(event(by=by, target=target, mark=mark, round=round, due=due, cycle=cycle))

    def _label_of(self, target: str) -> str:
        """The label of the agreement that a clock belongs to."""
        found = (label for label in self.promised if label and target.startswith(f"{label}: "))
        return max(found, key=len, default="")

    class MarkReached(Event):
        target: str
        """The name of the clock."""
        mark: str
        round: int
        due: datetime
        cycle: int = 0
        """How often the clock had begun afresh in its round."""

        def apply(self, ticket: "Promises", /) -> None:
            known = (self.round, self.target, self.mark, self.cycle)
            ticket.marks = (*ticket.marks, known)

    class TargetBreached(MarkReached):
        pass

    # Note a pause afterwards ---------------------------------------------------------------

    def note_pause(
        self,
        reason: PausingReason,
        *,
        since: datetime,
        until: datetime,
        note: str = "",
        by: Provenance,
    ) -> None:
        """Say that it waited for somebody from one moment in the past to another.

        The clocks that stand for this reason stand then, as far as they ran; those that have ended
        or were breached when it is noted stay as they are.
        """
        self.require_not_over()
        reasons = get_args(PausingReason)
        require(reason in reasons, f"A reason is one of {', '.join(reasons)}.")
        require(micros(since) < micros(until), "A pause starts before it ends.")
        require(until <= by.effective_at, "A pause that is noted afterwards lies in the past.")
        self.record(
            self.PauseNoted(
                by=by,
                reason=reason,
                since=since.astimezone(UTC),
                until=until.astimezone(UTC),
                note=text.body(note, "A note", text.REASON_MAX),
            )
        )

    class PauseNoted(Event):
        reason: PausingReason
        since: datetime
        until: datetime
        note: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: "Promises", /) -> None:
            """It changes the clocks, and not how the ticket stands."""
