"""Change windows: maintenance windows, in which changes are to lie, and freezes, in which none is.

A window is about the changes that fit every list of its scope that is not empty, and its
condition. It holds for one span, or again and again by the hours of a week. It comes into force
when it is published, a freeze by somebody else than who wrote it, and it names the changes that are
excepted from it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain import calendar, text
from domain.aggregate import Event
from domain.asset import Asset
from domain.business_time import BusinessHours
from domain.definition import check_condition
from domain.ids import number_of, prefix_of
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.subjects import Value
from domain.versioned import Versioned
from domain.wall_clock import micros

NAMED_MAX = 1_000
EXCEPTIONS_MAX = 1_000

Kind = Literal["maintenance", "freeze"]


class Definition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a window is, what it is about, and how strict it is."""

    kind: Kind
    reason: str
    start: datetime | None = None
    end: datetime | None = None
    """The span of the window; with `hours`, that in which they hold, possibly without an end."""
    hours: BusinessHours | None = None
    """Again and again: in the open time of these hours."""
    organisations: tuple[UUID, ...] = ()
    services: tuple[str, ...] = ()
    assets: tuple[UUID, ...] = ()
    when: str = ""
    """A condition on the change, such as `subject.risk != "low"`."""
    is_strict: bool = True
    """Whether a change that breaks it is refused; if not, it is only said."""
    stops_emergencies: bool = False
    """Whether a freeze is for emergency changes, too."""
    holds_approvals: bool = True
    """Whether the patience of approvals stands during a freeze."""


class ChangeWindow(Versioned[Definition]):
    prefix = "WIN"
    what = "change window"
    subject = "change window"

    draft_definition: Definition | None
    versions: tuple[Definition, ...]
    exceptions: dict[UUID, str]
    """The changes that it is not for, and who said so."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.exceptions = {}

    @staticmethod
    def check(definition: Definition) -> None:
        check(definition)

    @staticmethod
    def described(definition: Definition) -> Mapping[str, Value]:
        return {
            "kind": definition.kind,
            "is_strict": definition.is_strict,
            "stops_emergencies": definition.stops_emergencies,
            "holds_approvals": definition.holds_approvals,
            "services": sorted(set(definition.services)),
            "organisations": sorted({str(id) for id in definition.organisations}),
            "assets": len(definition.assets),
        }

    class Drafted(Versioned.Drafted):
        definition: Definition

    class Revised(Versioned.Revised):
        definition: Definition

    # Publish -----------------------------------------------------------------------------

    def publish(self, *, by: Provenance) -> None:
        """Put the draft into force. A freeze that no process governs is published by somebody else
        than who wrote the draft as it is."""
        self._require_in_use()
        draft = self.news
        if draft is not None and draft.kind == "freeze" and not self.granted_round:
            require(
                by.actor != self.authors[-1],
                "A freeze is approved by somebody else than its author, who publishes it.",
            )
        super().publish(by=by)

    class VersionPublished(Versioned.VersionPublished):
        definition: Definition

    # Except ------------------------------------------------------------------------------

    def except_change(self, change: UUID, *, reason: str, by: Provenance) -> None:
        """Let a change break the window, for a reason."""
        require(prefix_of(change) == "CHG", "Only a change is excepted from a change window.")
        self._require_in_use()
        reason = text.reason(reason, "An exception needs a reason.")
        if change in self.exceptions:
            return
        require(
            len(self.exceptions) < EXCEPTIONS_MAX,
            f"A change window has at most {EXCEPTIONS_MAX} exceptions.",
        )
        self.record(self.ChangeExcepted(by=by, change=change, reason=reason))

    class ChangeExcepted(Event):
        change: UUID
        reason: Annotated[str, Personal("actor")]

        def apply(self, window: "ChangeWindow", /) -> None:
            window.exceptions = {**window.exceptions, self.change: self.by.actor}

    def withdraw_exception(self, change: UUID, *, by: Provenance) -> None:
        """Let the window be for a change again. What was scheduled by the exception stays so."""
        if change in self.exceptions:
            self.record(self.ExceptionWithdrawn(by=by, change=change))

    class ExceptionWithdrawn(Event):
        change: UUID

        def apply(self, window: "ChangeWindow", /) -> None:
            left = {id: who for id, who in window.exceptions.items() if id != self.change}
            window.exceptions = left


def check(definition: Definition) -> None:
    """Refuse a window that never holds, or whose scope makes no sense. Raises Refused."""
    if definition.kind not in get_args(Kind):
        raise Refused(f"kind: it is one of {', '.join(get_args(Kind))}.")
    text.reason(definition.reason, "reason: a change window says why it is there.")
    _check_times(definition)
    named: Mapping[str, tuple[object, ...]] = {
        "organisations": definition.organisations,
        "services": definition.services,
        "assets": definition.assets,
    }
    for place, given in named.items():
        require(len(given) <= NAMED_MAX, f"{place}: at most {NAMED_MAX} can be named.")
    for service in definition.services:
        require(text.name(service, "services: a name") == service, f"{service[:80]!r} is no name.")
    for asset in definition.assets:
        require(prefix_of(asset) == Asset.prefix, f"assets: {number_of(asset)} is no asset.")
    check_condition("when", definition.when, "change")


def _check_times(definition: Definition) -> None:
    start, end = definition.start, definition.end
    for place, at in (("start", start), ("end", end)):
        if at is not None:
            try:
                micros(at)
            except Refused as refused:
                raise Refused(f"{place}: {refused}") from None
    if definition.hours is None:
        require(
            start is not None and end is not None,
            "start, end: a window that has no hours starts and ends.",
        )
    else:
        try:
            calendar.check(definition.hours)
        except Refused as refused:
            raise Refused(f"hours: {refused}") from None
    if start is not None and end is not None:
        require(micros(start) < micros(end), "end: a window ends after it starts.")
